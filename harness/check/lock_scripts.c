#include "harness/check/lock_scripts.h"

#include <strings.h>

#include "core/assert.h"
#include "harness/trace/digest.h"
#include "queue/script.h"

/* One call: EVALSHA, the script, the number of keys, keys, arguments. */
struct call {
    const struct fl_command *command;
    size_t keys, args;
};

/* The index of KEYS[number] and ARGV[number] among the command's arguments. */
static size_t key(size_t number)
{
    return 2 + number;
}

static struct fl_span arg(const struct call *call, size_t number)
{
    return call->command->args[2 + call->keys + number];
}

static int64_t ttl_us(const struct call *call, size_t number)
{
    long long ttl_ms = 0;
    return fl_span_int64(arg(call, number), &ttl_ms) && ttl_ms > 0 ? ttl_ms * 1000 : 0;
}

static struct linear_operation *add(struct meaning *meaning, size_t at, enum linear_kind kind,
                                    struct fl_span jid, enum meaning_answer answer)
{
    fl_assert(meaning->part_count < MEANING_PARTS_MAX);
    struct meaning_part *part = &meaning->parts[meaning->part_count++];
    *part = (struct meaning_part){.key = at, .answer = answer};
    part->operation.kind = kind;
    part->operation.value = linear_value(jid);
    part->operation.client = digest_span(3, jid) | 1;
    return &part->operation;
}

/* Of more holders than one nothing is judged. */
static void read_room(const struct call *call, size_t number, struct meaning *meaning)
{
    if (call->args >= number && !fl_span_is(arg(call, number), "1"))
        meaning->sort = MEANING_STRANGE;
}

/* KEYS[first] and so on, but for the last one, are given back by the jid that comes last in ARGV.
 */
static void give_back(const struct call *call, struct meaning *meaning, size_t first,
                      enum linear_kind kind)
{
    for (size_t i = first; i < call->keys && meaning->part_count < MEANING_PARTS_MAX; i++)
        add(meaning, key(i), kind, arg(call, call->args), MEANING_IF_1);
}

/* What is taken anew lives so long; "": it was given back. */
static void take_anew(const struct call *call, struct meaning *meaning, size_t ttl, size_t room)
{
    if (!arg(call, ttl).length) return;
    for (size_t i = 0; i < meaning->part_count; i++)
        meaning->parts[i].operation.ttl_us = ttl_us(call, ttl);
    read_room(call, room, meaning);
}

static void read_fire(const struct call *call, struct meaning *meaning)
{
    if (call->keys < 5) return;
    add(meaning, key(5), LINEAR_ACQUIRE, arg(call, 6), MEANING_TICK)->ttl_us = ttl_us(call, 7);
    read_room(call, 9, meaning);
}

static void read_push(const struct call *call, struct meaning *meaning)
{
    add(meaning, key(1), LINEAR_CLAIM, arg(call, 1), MEANING_HOLDS)->ttl_us = ttl_us(call, 3);
    read_room(call, 8, meaning);
}

/* Whoever held it is gone with its place in the queue. */
static void read_replacement(const struct call *call, struct meaning *meaning)
{
    add(meaning, key(1), LINEAR_WRITE, arg(call, 1), MEANING_IF_1)->ttl_us = ttl_us(call, 3);
    read_room(call, 8, meaning);
}

static void read_lock(const struct call *call, struct meaning *meaning)
{
    add(meaning, key(1), LINEAR_RENEW, arg(call, 1), MEANING_HOLDS)->ttl_us = ttl_us(call, 3);
    if (call->keys > 3) add(meaning, key(4), LINEAR_RELEASE_OWN, arg(call, 1), MEANING_IF_1);
    read_room(call, 5, meaning);
}

static void read_unlock(const struct call *call, struct meaning *meaning)
{
    give_back(call, meaning, 2, LINEAR_RELEASE_OWN);
}

static void read_burial(const struct call *call, struct meaning *meaning)
{
    give_back(call, meaning, 3, LINEAR_RELEASE_OWN);
}

static void read_retry(const struct call *call, struct meaning *meaning)
{
    bool again = arg(call, 4).length > 0;
    give_back(call, meaning, 3, again ? LINEAR_RETAKE : LINEAR_RELEASE_OWN);
    take_anew(call, meaning, 4, 6);
}

/* The move with all that may hang on a job: its locks stand last. */
static void read_together(const struct call *call, struct meaning *meaning)
{
    bool again = arg(call, 6).length > 0;
    for (size_t i = 4; i <= call->keys && meaning->part_count < MEANING_PARTS_MAX; i++)
        add(meaning, key(i), again ? LINEAR_RETAKE : LINEAR_RELEASE_OWN, arg(call, 8),
            MEANING_IF_1);
    take_anew(call, meaning, 6, 13);
}

static void read_reaper(const struct call *call, struct meaning *meaning)
{
    (void)call;
    meaning->sort = MEANING_REAPS;
}

static const struct {
    enum fl_script script;
    size_t keys_min, args;
    void (*read)(const struct call *call, struct meaning *meaning);
} scripts[] = {
    {FL_SCRIPT_FIRE, 4, 8, read_fire},
    {FL_SCRIPT_PUSH_LOCKED, 4, 7, read_push},
    {FL_SCRIPT_PUSH_REPLACING, 4, 8, read_replacement},
    {FL_SCRIPT_LOCK, 3, 4, read_lock},
    {FL_SCRIPT_UNLOCK, 3, 2, read_unlock},
    {FL_SCRIPT_ACKNOWLEDGE_LOCKED, 3, 2, read_unlock},
    {FL_SCRIPT_RETRY_LOCKED, 4, 7, read_retry},
    {FL_SCRIPT_BURY_LOCKED, 4, 6, read_burial},
    {FL_SCRIPT_TOGETHER, 3, 13, read_together},
    {FL_SCRIPT_REAP_LOCKS, 1, 1, read_reaper},
};

static bool is_script(const struct fl_command *command, enum fl_script script)
{
    bool by_digest = command->args[0].length == strlen("EVALSHA");
    return fl_span_equal(command->args[1],
                         by_digest ? fl_script_sha(script) : fl_script_text(script));
}

bool lock_scripts_read(const struct fl_command *command, struct meaning *meaning)
{
    long long keys;
    if (command->count < 3 || !fl_span_int64(command->args[2], &keys) || keys < 1 ||
        (size_t)keys > command->count - 3)
        return false;
    const struct call call = {command, (size_t)keys, command->count - 3 - (size_t)keys};
    for (size_t i = 0; i < FL_COUNT(scripts); i++) {
        if (!is_script(command, scripts[i].script)) continue;
        meaning->sort = MEANING_CLEAR;
        if (call.keys >= scripts[i].keys_min && call.args >= scripts[i].args)
            scripts[i].read(&call, meaning);
        return true;
    }
    return false;
}
