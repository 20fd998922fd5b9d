#include "harness/check/operations.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/arena.h"
#include "core/assert.h"
#include "core/map.h"
#include "core/time_text.h"
#include "harness/trace/digest.h"

enum { TEXT_BYTES = 320, FIRST_CAPACITY = 16 };

struct asked {
    struct linear_operation operation;
    struct operations_caller caller;
    bool is_void; /* it was refused: nothing has happened */
};

struct history { /* of one key */
    const char *name;
    struct asked *items;
    uint32_t count, capacity;
    const char *strange;        /* the first command that cannot be judged; NULL: none */
    struct linear_rules limits; /* of a limiter; limit 0: it is none */
};

struct operations {
    const struct plan *plan;
    int64_t start_us; /* by the clock of Redis */
    struct fl_arena arena;
    struct fl_map keys;
    uint64_t events;  /* calls and returns so far */
    bool failed;      /* for want of memory */
    bool clock_moves; /* that of Redis: what ends by time cannot be judged */
};

static bool is_asked_for(const struct plan_expect *expect)
{
    return expect->kind == PLAN_EXPECT_LINEARIZABLE || expect->kind == PLAN_EXPECT_EXCLUSIVE;
}

static bool moves_its_clock(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->fault_count; i++)
        if (plan->faults[i].verb == PLAN_CLOCK && plan->faults[i].target == PLAN_TARGET_REDIS)
            return true;
    return false;
}

enum fl_error operations_new(const struct plan *plan, int64_t start_us,
                             struct operations **ret_operations)
{
    bool any = false;
    *ret_operations = NULL;
    for (uint32_t i = 0; i < plan->expect_count; i++)
        any |= is_asked_for(&plan->expects[i]);
    if (!any) return FL_OK;
    struct operations *operations = calloc(1, sizeof *operations);
    if (!operations) return FL_ENOMEM;
    operations->plan = plan;
    operations->start_us = start_us;
    operations->clock_moves = moves_its_clock(plan);
    operations->keys = FL_MAP_INIT(OPERATIONS_KEYS_MAX);
    *ret_operations = operations;
    return FL_OK;
}

void operations_free(struct operations *operations)
{
    if (!operations) return;
    fl_map_release(&operations->keys);
    fl_arena_release(&operations->arena);
    free(operations);
}

/* --- commands --- */

/* What a command does to a key, as far as that is known before its answer. */
struct meaning {
    enum { OF_NO_INTEREST, STRANGE, MEANT } sort;
    struct linear_operation operation;
    size_t key;                 /* its argument */
    struct linear_rules limits; /* of a limiter that it asks; limit 0: none */
};

static bool is_word(struct fl_span text, const char *word)
{
    return text.length == strlen(word) && strncasecmp(text.bytes, word, text.length) == 0;
}

static bool is_among(struct fl_span text, const char *const *words)
{
    for (; *words; words++)
        if (is_word(text, *words)) return true;
    return false;
}

/* False: not a number, or none that can be a time to live. */
static bool read_ttl(struct fl_span text, int64_t unit_us, int64_t *ret_us)
{
    long long number;
    if (!fl_span_int64(text, &number) || number <= 0 || number > INT64_MAX / unit_us) return false;
    *ret_us = number * unit_us;
    return true;
}

static void read_set(const struct fl_command *command, struct meaning *meaning)
{
    struct linear_operation *operation = &meaning->operation;
    operation->kind = LINEAR_WRITE;
    operation->value = linear_value(command->args[2]);
    for (size_t i = 3; i < command->count; i++) {
        bool seconds = is_word(command->args[i], "EX"),
             thousandths = is_word(command->args[i], "PX");
        if (is_word(command->args[i], "NX"))
            operation->kind = LINEAR_ACQUIRE;
        else if (!(seconds || thousandths) || i + 1 == command->count ||
                 !read_ttl(command->args[i + 1], seconds ? FL_SECOND_US : 1000, &operation->ttl_us))
            meaning->sort = STRANGE;
        if (seconds || thousandths) i++;
    }
}

static void read_setex(const struct fl_command *command, struct meaning *meaning, int64_t unit_us)
{
    meaning->operation.kind = LINEAR_WRITE;
    meaning->operation.value = linear_value(command->args[3]);
    if (!read_ttl(command->args[2], unit_us, &meaning->operation.ttl_us)) meaning->sort = STRANGE;
}

static void read_extension(const struct fl_command *command, struct meaning *meaning,
                           int64_t unit_us)
{
    meaning->operation.kind = LINEAR_EXTEND;
    if (command->count != 3 || !read_ttl(command->args[2], unit_us, &meaning->operation.ttl_us))
        meaning->sort = STRANGE;
}

static void read_sum(const struct fl_command *command, struct meaning *meaning, int sign)
{
    long long number = 1;
    if (command->count == 3 && !fl_span_int64(command->args[2], &number)) meaning->sort = STRANGE;
    meaning->operation.kind = LINEAR_ADD;
    meaning->operation.value = sign * number;
}

/* "lmtr:window:geocoder" */
static bool is_limiter(struct fl_span key, enum linear_object *ret_object)
{
    static const struct {
        struct fl_span prefix;
        enum linear_object object;
    } kinds[] = {{FL_SPAN("lmtr:concurrent:"), LINEAR_SLOTS},
                 {FL_SPAN("lmtr:window:"), LINEAR_WINDOW},
                 {FL_SPAN("lmtr:bucket:"), LINEAR_BUCKETS}};
    for (size_t i = 0; i < FL_COUNT(kinds); i++)
        if (fl_span_starts(key, kinds[i].prefix)) {
            *ret_object = kinds[i].object;
            return true;
        }
    return false;
}

/* A permit is a client of its own: it is what holds a place, and gives it back. */
static uint64_t permit(struct fl_span token)
{
    return digest_span(2, token) | 1;
}

/* The script of a limiter: its size, its period, how much is taken, and by which permit. */
static void read_limit(const struct fl_command *command, struct meaning *meaning)
{
    enum { SIZE = 4, PERIOD, USED, TOKEN, COUNT };
    long long size = 0, period_us = 0;
    meaning->operation.kind = LINEAR_ACQUIRE;
    meaning->sort = STRANGE;
    if (command->count != COUNT || !fl_span_is(command->args[USED], "1")) return;
    if (!fl_span_int64(command->args[SIZE], &size) ||
        !fl_span_int64(command->args[PERIOD], &period_us))
        return;
    if (size < 1 || size > LINEAR_SLOTS_MAX || period_us < 1) return;
    meaning->sort = MEANT;
    meaning->operation.client = permit(command->args[TOKEN]);
    meaning->limits.limit = size;
    meaning->limits.span_us = period_us;
}

/* EVAL and EVALSHA: the script, the number of keys, keys, arguments. */
static void read_script(const struct fl_command *command, struct meaning *meaning)
{
    long long keys;
    bool known = command->count > 3 && fl_span_int64(command->args[2], &keys) && keys >= 1;
    meaning->key = 3;
    if (!known) {
        meaning->sort = OF_NO_INTEREST;
    } else if (is_limiter(command->args[3], &meaning->limits.object)) {
        read_limit(command, meaning);
    } else if (keys != 1 || command->count != 5) {
        meaning->sort = STRANGE;
    } else {
        meaning->operation.kind = LINEAR_RELEASE_OWN;
        meaning->operation.value = linear_value(command->args[4]);
    }
}

static struct meaning meaning_of(const struct fl_command *command)
{
    static const char *const only_ask[] = {"EXISTS", "TTL",        "PTTL",   "TYPE", "STRLEN",
                                           "TOUCH",  "EXPIRETIME", "OBJECT", NULL};
    struct meaning meaning = {.sort = MEANT, .key = 1};
    struct fl_span name = command->args[0];
    size_t count = command->count;
    if (is_word(name, "EVAL") || is_word(name, "EVALSHA"))
        read_script(command, &meaning);
    else if (count < 2 || is_among(name, only_ask))
        meaning.sort = OF_NO_INTEREST;
    else if (is_word(name, "SET") && count >= 3)
        read_set(command, &meaning);
    else if (is_word(name, "SETNX") && count == 3)
        meaning.operation.kind = LINEAR_ACQUIRE,
        meaning.operation.value = linear_value(command->args[2]);
    else if ((is_word(name, "SETEX") || is_word(name, "PSETEX")) && count == 4)
        read_setex(command, &meaning, name.length == 5 ? FL_SECOND_US : 1000);
    else if (is_word(name, "GET"))
        meaning.operation.kind = LINEAR_READ;
    else if ((is_word(name, "DEL") || is_word(name, "UNLINK")) && count == 2)
        meaning.operation.kind = LINEAR_RELEASE;
    else if (is_word(name, "EXPIRE") || is_word(name, "PEXPIRE"))
        read_extension(command, &meaning, name.length == 6 ? FL_SECOND_US : 1000);
    else if (is_word(name, "ZREM") && count == 3 &&
             is_limiter(command->args[1], &meaning.limits.object))
        meaning.operation.kind = LINEAR_RELEASE,
        meaning.operation.client = permit(command->args[2]);
    else if (is_word(name, "INCR") || is_word(name, "INCRBY"))
        read_sum(command, &meaning, 1);
    else if (is_word(name, "DECR") || is_word(name, "DECRBY"))
        read_sum(command, &meaning, -1);
    else
        meaning.sort = STRANGE;
    return meaning;
}

/* False: no answer that such a command has, as within MULTI. */
static bool read_answer(struct linear_operation *operation, const struct fl_reply *reply)
{
    bool sets = operation->kind == LINEAR_ACQUIRE || operation->kind == LINEAR_WRITE;
    switch (reply->type) {
    case FL_REPLY_INTEGER: operation->answer = reply->integer; return true;
    case FL_REPLY_NIL: operation->answer = sets ? 0 : LINEAR_NOTHING; return true;
    case FL_REPLY_STATUS: operation->answer = 1; return sets && fl_span_is(reply->text, "OK");
    case FL_REPLY_STRING: operation->answer = linear_value(reply->text); return !sets;
    case FL_REPLY_ERROR:
    case FL_REPLY_ARRAY: return false;
    }
    fl_panic("a reply without a type %d", (int)reply->type);
}

/* --- histories --- */

static bool is_claimed(const struct operations *operations, struct fl_span key)
{
    for (uint32_t i = 0; i < operations->plan->expect_count; i++) {
        const struct plan_expect *expect = &operations->plan->expects[i];
        if (is_asked_for(expect) && fl_span_glob(fl_span_from(expect->text), key)) return true;
    }
    return false;
}

static struct history *history_of(struct operations *operations, struct fl_span key)
{
    struct history *history = fl_map_get(&operations->keys, key);
    if (history || !is_claimed(operations, key)) return history;
    history = fl_arena_alloc(&operations->arena, sizeof *history);
    if (history) history->name = fl_arena_copy(&operations->arena, key);
    if (history && history->name && !fl_map_put(&operations->keys, key, history, NULL))
        return history;
    operations->failed = true;
    return NULL;
}

static struct asked *add(struct operations *operations, struct history *history)
{
    if (history->count == history->capacity) {
        uint32_t capacity = history->capacity ? 2 * history->capacity : FIRST_CAPACITY;
        struct asked *grown = NULL;
        if (history->count <= LINEAR_OPERATIONS_MAX)
            grown = fl_arena_alloc_array(&operations->arena, capacity, sizeof *grown);
        operations->failed |= !grown;
        if (!grown) return NULL;
        if (history->count) memcpy(grown, history->items, history->count * sizeof *grown);
        history->items = grown;
        history->capacity = capacity;
    }
    return &history->items[history->count++];
}

static const char *text_of(struct operations *operations, const struct operations_caller *caller,
                           const struct fl_command *command, struct fl_span answer, int64_t at_us)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES);
    enum fl_error err = fl_buf_append_text(&text, "redis");
    for (size_t i = 0; i < command->count && !err; i++)
        err = fl_buf_printf(&text, " %.*s", FL_SPAN_ARGS(command->args[i]));
    if (!err)
        err = fl_buf_printf(&text, " -> %.*s, by %s (%s) at +", FL_SPAN_ARGS(answer),
                            caller->client, caller->process);
    if (!err) err = fl_duration_format(&text, at_us - operations->start_us);
    const char *kept = fl_arena_copy(&operations->arena, fl_buf_span(&text));
    operations->failed |= !kept || err == FL_ENOMEM; /* a text that does not fit is cut */
    fl_buf_release(&text);
    return kept;
}

static uint64_t client_of(const char *name)
{
    return digest_span(1, fl_span_from(name)) | 1;
}

void operations_called(struct operations *operations, const struct operations_caller *caller,
                       const struct fl_command *command, int64_t at_us)
{
    struct meaning meaning = meaning_of(command);
    if (meaning.sort == OF_NO_INTEREST) return;
    struct history *history = history_of(operations, command->args[meaning.key]);
    if (!history) return;
    const char *text = text_of(operations, caller, command, FL_SPAN("?"), at_us);
    bool other = meaning.limits.limit && history->limits.limit &&
                 memcmp(&meaning.limits, &history->limits, sizeof history->limits) != 0;
    if (meaning.limits.limit && !other) history->limits = meaning.limits;
    if ((meaning.sort == STRANGE || other) && !history->strange) history->strange = text;
    struct asked *asked = meaning.sort == MEANT ? add(operations, history) : NULL;
    if (!asked) return;
    *asked = (struct asked){.operation = meaning.operation, .caller = *caller};
    if (!asked->operation.client) asked->operation.client = client_of(caller->client);
    asked->operation.called = ++operations->events;
    asked->operation.called_us = at_us;
    asked->operation.returned = LINEAR_UNANSWERED;
    asked->operation.text = text;
}

static struct asked *asked_by(struct history *history, const struct operations_caller *caller)
{
    for (uint32_t i = history->count; i > 0; i--) {
        struct asked *asked = &history->items[i - 1];
        if (asked->caller.ordinal == caller->ordinal &&
            strcmp(asked->caller.client, caller->client) == 0)
            return asked;
    }
    return NULL;
}

static struct fl_span reply_text(const struct fl_reply *reply, char number[24])
{
    if (reply->type == FL_REPLY_NIL) return FL_SPAN("nil");
    if (reply->type != FL_REPLY_INTEGER) return reply->text;
    snprintf(number, 24, "%" PRId64, reply->integer);
    return fl_span_from(number);
}

void operations_returned(struct operations *operations, const struct operations_caller *caller,
                         const struct fl_command *command, enum operations_end end,
                         const struct fl_reply *reply, int64_t at_us)
{
    struct meaning meaning = meaning_of(command);
    if (meaning.sort != MEANT || end == OPERATIONS_UNHEARD) return;
    struct history *history = history_of(operations, command->args[meaning.key]);
    struct asked *asked = history ? asked_by(history, caller) : NULL;
    if (!asked) return;
    asked->is_void = end == OPERATIONS_REFUSED || reply->type == FL_REPLY_ERROR;
    if (asked->is_void) return;
    char number[24];
    asked->operation.returned = ++operations->events;
    asked->operation.returned_us = at_us;
    asked->operation.text = text_of(operations, caller, command, reply_text(reply, number), at_us);
    if (!read_answer(&asked->operation, reply) && !history->strange)
        history->strange = asked->operation.text;
    if (meaning.limits.limit) asked->operation.answer = !reply->integer; /* else how long to wait */
}

static void leave(struct operations *operations, struct history *history,
                  struct operations_caller caller, int64_t at_us)
{
    struct asked *asked = add(operations, history);
    if (!asked) return;
    caller.ordinal = UINT64_MAX;
    operations->events += 2;
    *asked = (struct asked){.caller = caller,
                            .operation = {.kind = LINEAR_GONE,
                                          .called = operations->events - 1,
                                          .returned = operations->events,
                                          .called_us = at_us,
                                          .returned_us = at_us,
                                          .client = client_of(caller.client),
                                          .text = "the end of its client"}};
}

static bool has_left(const struct history *history, uint32_t since, const char *client)
{
    for (uint32_t i = since; i < history->count; i++)
        if (history->items[i].operation.kind == LINEAR_GONE &&
            strcmp(history->items[i].caller.client, client) == 0)
            return true;
    return false;
}

void operations_gone(struct operations *operations, const char *client, int64_t at_us)
{
    const struct fl_map_entry *entry;
    for (uint32_t cursor = 0; (entry = fl_map_next(&operations->keys, &cursor));) {
        struct history *history = entry->value;
        uint32_t i = history->count;
        while (i > 0 && strcmp(history->items[i - 1].caller.client, client) != 0)
            i--;
        if (i && history->items[i - 1].operation.kind != LINEAR_GONE)
            leave(operations, history, history->items[i - 1].caller, at_us);
    }
}

void operations_died(struct operations *operations, const char *process, int64_t at_us)
{
    const struct fl_map_entry *entry;
    for (uint32_t cursor = 0; (entry = fl_map_next(&operations->keys, &cursor));) {
        struct history *history = entry->value;
        uint32_t count = history->count;
        for (uint32_t i = 0; i < count; i++) {
            struct operations_caller caller = history->items[i].caller;
            if (strcmp(caller.process, process) == 0 && !has_left(history, i, caller.client))
                leave(operations, history, caller, at_us);
        }
    }
}

/* --- the verdict --- */

static enum fl_error judge(const struct history *history, enum linear_object object,
                           bool *ret_holds, struct fl_buf *found)
{
    struct linear_rules rules = {.object = object};
    if (history->limits.limit) rules = history->limits;
    enum linear_verdict verdict = LINEAR_UNDECIDED;
    struct linear_operation *list = calloc(history->count + 1, sizeof *list);
    uint32_t count = 0;
    if (!list) return FL_ENOMEM;
    for (uint32_t i = 0; i < history->count; i++)
        if (!history->items[i].is_void) list[count++] = history->items[i].operation;
    enum fl_error err = fl_buf_printf(found, "%s: ", history->name);
    if (!err) err = linear_check(&rules, list, count, &verdict, found);
    free(list);
    *ret_holds = verdict == LINEAR_ORDERED;
    return err;
}

static bool holds(const struct operations *operations, const struct history *history,
                  enum linear_object object, struct fl_buf *found)
{
    enum fl_error err = FL_OK;
    bool holds = false;
    size_t before = found->length;
    if (history->strange)
        err = fl_buf_printf(found, "%s: no judging it with %s", history->name, history->strange);
    else if (operations->clock_moves)
        err =
            fl_buf_printf(found, "%s: no judging it where the clock of Redis moves", history->name);
    else if (operations->failed)
        err = fl_buf_printf(found, "%s: more than can be kept", history->name);
    else
        err = judge(history, object, &holds, found);
    if (err) err = fl_buf_printf(found, "%s", fl_error_text(err));
    if (holds) fl_buf_truncate(found, before);
    return holds;
}

bool operations_hold(const struct operations *operations, enum linear_object object,
                     const char *glob, struct fl_buf *found)
{
    const struct fl_map_entry *entry;
    bool any = false;
    for (uint32_t cursor = 0; (entry = fl_map_next(&operations->keys, &cursor));) {
        if (!fl_span_glob(fl_span_from(glob), entry->key)) continue;
        any = true;
        if (!holds(operations, entry->value, object, found)) return false;
    }
    if (any) return true;
    enum fl_error err = fl_buf_printf(found, "nobody has asked for a key %s", glob);
    (void)err; /* a report that does not fit is cut */
    return false;
}
