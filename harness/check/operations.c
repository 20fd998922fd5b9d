/* harness/check/operations.c - a history for each key that a claim names: what meaning.h says of
 * each command on it, between its call and its answer. */
#include "harness/check/operations.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/assert.h"
#include "core/map.h"
#include "core/time_text.h"
#include "harness/check/meaning.h"
#include "harness/trace/digest.h"

enum { TEXT_BYTES = 320, FIRST_CAPACITY = 16 };

struct asked {
    struct linear_operation operation;
    enum meaning_answer answer;
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

/* --- histories --- */

static bool is_claimed(const struct operations *operations, struct fl_span key)
{
    for (uint32_t i = 0; i < operations->plan->expect_count; i++) {
        const struct plan_expect *expect = &operations->plan->expects[i];
        if (is_asked_for(expect) && fl_span_glob(fl_span_from(expect->text), key)) return true;
    }
    return false;
}

/* NULL: nobody claims anything of the key, or it could not be kept. */
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

static void call_part(struct operations *operations, const struct operations_caller *caller,
                      const struct meaning_part *part, struct history *history, const char *text,
                      int64_t at_us)
{
    bool other = part->limits.limit && history->limits.limit &&
                 memcmp(&part->limits, &history->limits, sizeof history->limits) != 0;
    if (part->limits.limit && !other) history->limits = part->limits;
    if (other && !history->strange) history->strange = text;
    struct asked *asked = add(operations, history);
    if (!asked) return;
    *asked =
        (struct asked){.operation = part->operation, .answer = part->answer, .caller = *caller};
    if (!asked->operation.client) asked->operation.client = client_of(caller->client);
    asked->operation.called = ++operations->events;
    asked->operation.called_us = at_us;
    asked->operation.returned = LINEAR_UNANSWERED;
    asked->operation.text = text;
}

/* It may have cleared any lock. */
static void call_reaper(struct operations *operations, const struct operations_caller *caller,
                        const char *text, int64_t at_us)
{
    const struct meaning_part part = {.operation = {.kind = LINEAR_CLEAR},
                                      .answer = MEANING_UNKNOWN};
    const struct fl_map_entry *entry;
    for (uint32_t cursor = 0; (entry = fl_map_next(&operations->keys, &cursor));)
        if (meaning_is_lock(entry->key))
            call_part(operations, caller, &part, entry->value, text, at_us);
}

void operations_called(struct operations *operations, const struct operations_caller *caller,
                       const struct fl_command *command, int64_t at_us)
{
    struct meaning meaning = meaning_of(command);
    const char *text = NULL;
    if (meaning.sort == MEANING_REAPS)
        call_reaper(operations, caller, text_of(operations, caller, command, FL_SPAN("?"), at_us),
                    at_us);
    for (size_t i = 0; i < meaning.part_count; i++) {
        const struct meaning_part *part = &meaning.parts[i];
        struct history *history = history_of(operations, command->args[part->key]);
        if (!history) continue;
        if (!text) text = text_of(operations, caller, command, FL_SPAN("?"), at_us);
        if (meaning.sort == MEANING_STRANGE && !history->strange) history->strange = text;
        if (meaning.sort == MEANING_CLEAR)
            call_part(operations, caller, part, history, text, at_us);
    }
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

/* The operation has an end, if this is its caller's. */
static void end_of(struct operations *operations, const struct operations_caller *caller,
                   struct history *history, bool refused, const struct fl_reply *reply,
                   const char *text, int64_t at_us)
{
    struct asked *asked = asked_by(history, caller);
    if (!asked) return;
    enum meaning_told told =
        refused ? MEANING_NOT_HAPPENED : meaning_read(&asked->operation, asked->answer, reply);
    asked->is_void = told == MEANING_NOT_HAPPENED;
    asked->operation.text = text;
    if (told == MEANING_IS_STRANGE && !history->strange) history->strange = text;
    if (told == MEANING_PERHAPS) asked->operation.by_us = at_us;
    if (told == MEANING_NOT_HAPPENED || told == MEANING_PERHAPS) return;
    asked->operation.returned = ++operations->events;
    asked->operation.returned_us = at_us;
}

void operations_returned(struct operations *operations, const struct operations_caller *caller,
                         const struct fl_command *command, enum operations_end end,
                         const struct fl_reply *reply, int64_t at_us)
{
    struct meaning meaning = meaning_of(command);
    if (end == OPERATIONS_UNHEARD) return;
    bool refused = end == OPERATIONS_REFUSED || reply->type == FL_REPLY_ERROR;
    bool reaps = meaning.sort == MEANING_REAPS;
    const struct fl_map_entry *entry;
    char number[24];
    const char *text = NULL;
    for (uint32_t cursor = 0; reaps && (entry = fl_map_next(&operations->keys, &cursor));)
        end_of(operations, caller, entry->value, refused, reply, "the reaper of locks", at_us);
    for (size_t i = 0; i < meaning.part_count; i++) {
        struct history *history = history_of(operations, command->args[meaning.parts[i].key]);
        if (!history) continue;
        if (!text)
            text = text_of(operations, caller, command,
                           refused ? FL_SPAN("refused") : reply_text(reply, number), at_us);
        end_of(operations, caller, history, refused, reply, text, at_us);
    }
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
