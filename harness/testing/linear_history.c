/* harness/testing/linear_history.c - faultline/history.h over the search of harness/check. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/assert.h"
#include "core/buf.h"
#include "harness/check/linear.h"
#include "harness/faultline/history.h"
#include "harness/trace/digest.h"

enum { FINDING_BYTES = 4096, TEXT_BYTES = 256, FIRST_CAPACITY = 64 };

static_assert((int)FL_HISTORY_GONE == (int)LINEAR_GONE, "the same operations in the same order");
static_assert((int)FL_OBJECT_LEVEL == (int)LINEAR_LEVEL, "the same objects in the same order");
static_assert((int)FL_HISTORY_LIMIT_MAX == (int)LINEAR_SLOTS_MAX, "the same bound");

struct fl_history {
    struct linear_rules rules;
    struct linear_operation *operations;
    uint32_t count, capacity;
    uint64_t events;
    struct fl_arena arena; /* of the texts */
    struct fl_buf finding;
    bool failed; /* something could not be kept */
};

struct fl_history *fl_history_new(enum fl_object object, int64_t limit, int64_t span_us)
{
    bool wants_span =
        object == FL_OBJECT_WINDOW || object == FL_OBJECT_BUCKETS || object == FL_OBJECT_LEVEL;
    bool limits = object == FL_OBJECT_SLOTS || wants_span;
    if (limits && (limit < 1 || limit > FL_HISTORY_LIMIT_MAX)) return NULL;
    if (span_us < 0 || (wants_span && span_us == 0)) return NULL;
    if (object == FL_OBJECT_LEVEL && span_us > LINEAR_LEVEL_MAX / limit) return NULL;
    struct fl_history *history = calloc(1, sizeof *history);
    if (!history) return NULL;
    history->rules = (struct linear_rules){(enum linear_object)object, limit, span_us};
    history->finding = FL_BUF_INIT(FINDING_BYTES);
    return history;
}

void fl_history_free(struct fl_history *history)
{
    if (!history) return;
    free(history->operations);
    fl_arena_release(&history->arena);
    fl_buf_release(&history->finding);
    free(history);
}

static bool grow(struct fl_history *history)
{
    if (history->count < history->capacity) return true;
    uint32_t capacity = history->capacity ? 2 * history->capacity : FIRST_CAPACITY;
    if (history->count >= LINEAR_OPERATIONS_MAX) return false;
    struct linear_operation *grown =
        realloc(history->operations, capacity * sizeof *history->operations);
    if (!grown) return false;
    history->operations = grown;
    history->capacity = capacity;
    return true;
}

/* "acquire by worker 1, called at 5 us". */
static const char *text_of(struct fl_history *history, const char *client,
                           enum fl_history_operation operation, int64_t at_us)
{
    static const char *const words[] = {"acquire", "release", "release own", "extend",
                                        "read",    "write",   "add",         "the end"};
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES);
    enum fl_error err =
        fl_buf_printf(&text, "%s of %s, called at %" PRId64 " us", words[operation], client, at_us);
    const char *kept = text.bytes ? fl_arena_copy(&history->arena, fl_buf_span(&text)) : NULL;
    fl_buf_release(&text);
    return err == FL_ENOMEM ? NULL : kept; /* a text that does not fit is cut */
}

size_t fl_history_call(struct fl_history *history, const char *client,
                       enum fl_history_operation operation, int64_t value, int64_t ttl_us,
                       int64_t at_us)
{
    const char *text = text_of(history, client, operation, at_us);
    if (!text || !grow(history)) {
        history->failed = true;
        return SIZE_MAX;
    }
    history->operations[history->count] = (struct linear_operation){
        .kind = (enum linear_kind)operation,
        .called = ++history->events,
        .returned = LINEAR_UNANSWERED,
        .called_us = at_us,
        .client = digest_span(1, fl_span_from(client)) | 1,
        .value = value,
        .amount = history->rules.object == LINEAR_LEVEL ? value : 0,
        .ttl_us = ttl_us,
        .text = text,
    };
    return history->count++;
}

void fl_history_return(struct fl_history *history, size_t call, int64_t answer, int64_t at_us)
{
    if (call == SIZE_MAX) return; /* it was not kept: the check says so */
    fl_assert(call < history->count);
    struct linear_operation *operation = &history->operations[call];
    fl_assert(operation->returned == LINEAR_UNANSWERED);
    operation->returned = ++history->events;
    operation->returned_us = at_us;
    operation->answer = answer;
}

const char *fl_history_check(struct fl_history *history)
{
    enum linear_verdict verdict = LINEAR_UNDECIDED;
    fl_buf_truncate(&history->finding, 0);
    if (history->failed) return "the history has more operations than can be kept";
    enum fl_error err = linear_check(&history->rules, history->operations, history->count, &verdict,
                                     &history->finding);
    if (err) return fl_error_text(err);
    if (verdict == LINEAR_ORDERED) return NULL;
    return history->finding.bytes ? history->finding.bytes : "no order allows it";
}
