#include "queue/retry.h"

#include <stdio.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "queue/client.h"

/* A payload may claim any count; from here on a delay is beyond 30,000 years anyway. */
enum { DELAY_COUNT_MAX = 1000 };

static bool worker_retry(const struct fl_worker *worker, int max_retries, int64_t *ret_max)
{
    if (worker && worker->retry == FL_RETRY_NEVER) return false;
    *ret_max = worker && worker->retry >= 0 ? worker->retry : max_retries;
    return true;
}

/* False: a failure drops the job. */
static bool retry_limit(const struct fl_payload *payload, const struct fl_worker *worker,
                        int max_retries, int64_t *ret_max)
{
    switch (payload->retry_kind) {
    case FL_RETRY_ABSENT: return worker_retry(worker, max_retries, ret_max);
    case FL_RETRY_OFF: return false;
    case FL_RETRY_ON: *ret_max = max_retries; return true;
    case FL_RETRY_COUNT: *ret_max = payload->retry_limit; return true;
    }
    fl_panic("retry kind %d", (int)payload->retry_kind);
}

static bool is_kept_dead(const struct fl_payload *payload, const struct fl_worker *worker)
{
    if (payload->dead_given) return payload->dead;
    return !worker || worker->dead != FL_DEAD_DROP;
}

static void note_worker_retry(const struct fl_payload *payload, const struct fl_worker *worker,
                              struct fl_verdict *verdict)
{
    if (payload->retry_kind != FL_RETRY_ABSENT) return;
    if (worker && worker->retry >= 0)
        snprintf(verdict->retry_to_write, sizeof(verdict->retry_to_write), "%d", worker->retry);
    else
        snprintf(verdict->retry_to_write, sizeof(verdict->retry_to_write), "true");
}

/* Sidekiq's own bound: more is an instant, given by mistake. */
#define RETRY_FOR_S_MAX INT64_C(1000000000)

/* 0: it may fail for as long as it likes. */
static int64_t retry_for_s(const struct fl_payload *payload, const struct fl_worker *worker)
{
    int64_t seconds = worker ? worker->retry_for_s : 0;
    fl_json_int64(fl_json_member(fl_json_root(&payload->json), "retry_for"), &seconds);
    return seconds <= 0 || seconds > RETRY_FOR_S_MAX ? 0 : seconds;
}

void fl_retry_decide(const struct fl_payload *payload, const struct fl_worker *worker,
                     enum fl_failure failure, int max_retries, const struct fl_wire_facts *facts,
                     struct fl_verdict *ret_verdict)
{
    struct fl_verdict *verdict = ret_verdict;
    int64_t max = 0;
    bool has_failed = payload->retry_count >= 0 && payload->retry_count < INT64_MAX;
    *verdict = (struct fl_verdict){.retry_count = has_failed ? payload->retry_count + 1 : 0,
                                   .is_told = true};
    verdict->backtrace_lines = payload->backtrace_lines;
    if (!payload->backtrace_given && worker) verdict->backtrace_lines = worker->backtrace_lines;
    note_worker_retry(payload, worker, verdict);
    bool by_time_alone = facts->retry_for_alone && retry_for_s(payload, worker);
    if (!retry_limit(payload, worker, max_retries, &max))
        verdict->fate = FL_FATE_DROPPED;
    else if (failure != FL_PERMANENT && (verdict->retry_count < max || by_time_alone))
        verdict->fate = FL_FATE_RETRIED;
    else
        verdict->fate = is_kept_dead(payload, worker) ? FL_FATE_BURIED : FL_FATE_EXHAUSTED;
}

bool fl_retry_is_too_late(const struct fl_payload *payload, const struct fl_worker *worker,
                          int64_t now_us)
{
    struct fl_json_at root = fl_json_root(&payload->json);
    int64_t seconds = retry_for_s(payload, worker), failed_us;
    if (!seconds || !fl_wire_read_time(fl_json_member(root, "failed_at"), &failed_us)) return false;
    return now_us - failed_us > seconds * FL_SECOND_US;
}

void fl_retry_give_up(const struct fl_payload *payload, const struct fl_worker *worker,
                      struct fl_verdict *verdict)
{
    verdict->fate = is_kept_dead(payload, worker) ? FL_FATE_BURIED : FL_FATE_EXHAUSTED;
}

static int64_t bounded(int64_t retry_count)
{
    return retry_count < DELAY_COUNT_MAX ? retry_count : DELAY_COUNT_MAX;
}

int64_t fl_retry_delay_s(int64_t retry_count)
{
    int64_t count = bounded(retry_count);
    return count * count * count * count + 15;
}

uint64_t fl_retry_jitter_bound(const struct fl_wire_facts *facts, int64_t retry_count)
{
    return facts->jitter_uniform ? 10 * (uint64_t)(bounded(retry_count) + 1) : 10;
}

int64_t fl_retry_jitter_s(const struct fl_wire_facts *facts, int64_t retry_count, uint64_t draw)
{
    return facts->jitter_uniform ? (int64_t)draw : (int64_t)draw * (bounded(retry_count) + 1);
}

/* --- the payload --- */

/* The new values stand one after the other in one buffer; the edits point to them. */
enum { EDITS_MAX = 8, EDITED_BYTES = 256 };
struct edits {
    struct fl_buf values;
    const char *keys[EDITS_MAX];
    size_t ends[EDITS_MAX];
    uint32_t count;
    enum fl_error err;
};

static void ended(struct edits *edits, const char *key, enum fl_error err)
{
    fl_assert(edits->count < EDITS_MAX);
    if (!edits->err) edits->err = err;
    edits->keys[edits->count] = key;
    edits->ends[edits->count++] = edits->values.length;
}

static void put_text(struct edits *edits, const char *key, struct fl_span text)
{
    if (!edits->err) ended(edits, key, fl_json_write_scrubbed(&edits->values, text));
}

static void put_times(struct edits *edits, const struct fl_payload *payload,
                      const struct fl_verdict *verdict, const struct fl_wire_facts *facts,
                      int64_t now_us)
{
    const char *key = payload->has_failed ? "retried_at" : "failed_at";
    if (!edits->err) ended(edits, key, fl_wire_write_time(facts, &edits->values, now_us));
    if (!edits->err)
        ended(edits, "retry_count", fl_json_write_int64(&edits->values, verdict->retry_count));
}

/* Base64 needs no escapes, but its newlines do. */
static void put_backtrace(struct edits *edits, const struct fl_failure_record *failure,
                          int lines_max, bool newlines)
{
    if (edits->err || !lines_max) return;
    struct fl_buf packed = FL_BUF_INIT(1024 * 1024);
    enum fl_error err = fl_backtrace_pack(failure, lines_max, newlines, &packed);
    if (!err) err = fl_json_write_string(&edits->values, fl_buf_span(&packed));
    ended(edits, "error_backtrace", err);
    fl_buf_release(&packed);
}

static enum fl_error apply(const struct edits *edits, struct fl_json_at root, struct fl_buf *out)
{
    struct fl_json_edit list[EDITS_MAX];
    if (edits->err) return edits->err;
    for (uint32_t i = 0; i < edits->count; i++) {
        size_t start = i ? edits->ends[i - 1] : 0;
        list[i] = (struct fl_json_edit){edits->keys[i],
                                        {edits->values.bytes + start, edits->ends[i] - start}};
    }
    return fl_json_edit(root, list, edits->count, out);
}

enum fl_error fl_retry_payload(const struct fl_payload *payload, const struct fl_verdict *verdict,
                               const struct fl_failure_record *failure, const char *fetched_queue,
                               const struct fl_wire_facts *facts, int64_t now_us,
                               struct fl_buf *out)
{
    struct edits edits = {.values = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX)};
    const char *queue = payload->retry_queue ? payload->retry_queue : fetched_queue;
    edits.err = fl_buf_reserve(&edits.values, EDITED_BYTES);
    if (*verdict->retry_to_write && !edits.err)
        ended(&edits, "retry", fl_buf_append_text(&edits.values, verdict->retry_to_write));
    put_text(&edits, "queue", fl_span_from(queue));
    put_text(&edits, "error_message", fl_span_from(fl_failure_message(failure)));
    put_text(&edits, "error_class", fl_span_from(failure->error_class));
    put_times(&edits, payload, verdict, facts, now_us);
    put_backtrace(&edits, failure, verdict->backtrace_lines, facts->base64_lines);
    enum fl_error err = apply(&edits, fl_json_root(&payload->json), out);
    fl_buf_release(&edits.values);
    return err;
}
