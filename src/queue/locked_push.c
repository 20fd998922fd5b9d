#include "queue/locked_push.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/assert.h"
#include "core/json.h"
#include "core/time_text.h"
#include "queue/keys.h"
#include "queue/lock.h"
#include "queue/moves.h"
#include "queue/script.h"

enum { NUMBER_BYTES = 24, SCORE_BYTES = 48 };

static const char *queue_of(const struct fl_client_job *job)
{
    return job->queue ? job->queue : "default";
}

enum fl_error fl_locked_push_key(const struct fl_client_job *job, char ret_key[FL_LOCK_KEY_BYTES])
{
    struct fl_json json;
    char digest[FL_LOCK_DIGEST_BYTES];
    enum fl_error err = fl_json_parse(job->args, &json, NULL);
    if (err) return err == FL_EPARSE ? FL_EINVAL : err;
    err = fl_lock_digest(job->worker, queue_of(job), fl_json_root(&json), digest);
    fl_json_release(&json);
    if (!err) snprintf(ret_key, FL_LOCK_KEY_BYTES, "%s:LOCKED", digest);
    return err;
}

/* How long the lock may live: a job for later has its wait on top. */
static int64_t ttl_ms(const struct fl_client_job *job, int64_t wait_us)
{
    return job->lock_ttl_s > 0 ? job->lock_ttl_s * INT64_C(1000) + wait_us / 1000 : 0;
}

static struct fl_span print_number(char out[NUMBER_BYTES], int64_t value)
{
    int digits = snprintf(out, NUMBER_BYTES, "%" PRId64, value);
    return (struct fl_span){out, (size_t)digits};
}

/* `wait_us` 0: it goes to its queue. */
static enum fl_error send(const struct fl_client *client, const struct fl_client_job *job,
                          const char *jid, struct fl_span payload, int64_t wait_us)
{
    const char *queue = queue_of(job);
    bool replaces = job->on_push_conflict == FL_PUSH_REPLACES;
    char lock[FL_LOCK_KEY_BYTES], list[FL_KEY_BYTES], now[NUMBER_BYTES], ttl[NUMBER_BYTES];
    char digest_score[NUMBER_BYTES], limit[NUMBER_BYTES], look[NUMBER_BYTES];
    int64_t now_s = fl_clock_wall_us(client->clock) / FL_SECOND_US, lives_ms = ttl_ms(job, wait_us);
    struct fl_buf score = FL_BUF_INIT(SCORE_BYTES);
    int64_t pushed;
    enum fl_error err = fl_locked_push_key(job, lock);
    if (!err && wait_us) err = fl_seconds_format(&score, job->at_us);
    if (!err) {
        struct fl_span waits_in = fl_queue_key(queue, list);
        const struct fl_span keys[] = {fl_span_from(lock),
                                       fl_lock_digests_key(job->lock),
                                       FL_SPAN(FL_KEY_QUEUES),
                                       wait_us ? FL_SPAN(FL_KEY_SCHEDULE) : waits_in,
                                       waits_in,
                                       FL_SPAN(FL_KEY_SCHEDULE),
                                       FL_SPAN(FL_KEY_RETRY)};
        const struct fl_span args[] = {
            fl_span_from(jid),
            print_number(now, now_s),
            print_number(ttl, lives_ms),
            payload,
            fl_span_from(queue),
            fl_buf_span(&score),
            print_number(digest_score, fl_lock_digest_score_s(job->lock, now_s, lives_ms)),
            print_number(limit, fl_lock_limit(job->lock_limit)),
            print_number(look, FL_LOCK_LOOK_MAX)};
        err = fl_script_call(replaces ? FL_SCRIPT_PUSH_REPLACING : FL_SCRIPT_PUSH_LOCKED,
                             client->redis, client->clock, keys, replaces ? 7 : 4, args,
                             replaces ? 9 : 8, &pushed, NULL);
    }
    fl_buf_release(&score);
    return !err && !pushed ? FL_EEXIST : err;
}

enum fl_error fl_locked_push(const struct fl_client *client, const struct fl_client_job *job,
                             const char *jid)
{
    struct fl_buf payload = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    int64_t now_us = fl_clock_wall_us(client->clock);
    enum fl_error err = fl_client_payload(client, job, jid, &payload);
    if (!err)
        err = send(client, job, jid, fl_buf_span(&payload),
                   job->at_us > now_us ? job->at_us - now_us : 0);
    fl_buf_release(&payload);
    return err;
}
