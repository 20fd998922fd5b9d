#include "queue/periodic.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/digits.h"
#include "core/json.h"
#include "core/utf8.h"
#include "queue/client.h"
#include "queue/commands.h"
#include "queue/keys.h"
#include "queue/lock.h"
#include "queue/locked_push.h"
#include "queue/log_text.h"
#include "queue/moves.h"
#include "queue/script.h"

enum { FAILED_WAIT_US = 5 * 1000 * 1000, KEY_BYTES = 32 + FL_PERIODIC_NAME_BYTES };

/* --- the options --- */

static struct fl_span args_of(const struct fl_periodic *option)
{
    return option->args.length ? option->args : FL_SPAN("[]");
}

static bool is_name(const char *text, size_t bytes_max)
{
    struct fl_span span = fl_span_from(text);
    return span.length && span.length < bytes_max && fl_utf8_valid_prefix(span) == span.length;
}

static enum fl_error check_args(const struct fl_periodic *option, const char **ret_problem)
{
    struct fl_json json;
    enum fl_error err = fl_json_parse(args_of(option), &json, NULL);
    if (err == FL_ENOMEM) return err;
    bool fits = !err && fl_json_type(fl_json_root(&json)) == FL_JSON_ARRAY;
    if (!err) fl_json_release(&json);
    *ret_problem = fits ? NULL : "args must be a JSON array";
    return fits ? FL_OK : FL_EINVAL;
}

static enum fl_error read_option(const struct fl_periodic *option, struct fl_periodic_job *ret_job,
                                 const char **ret_problem)
{
    *ret_job = (struct fl_periodic_job){.option = option,
                                        .name = option->name ? option->name : option->worker};
    *ret_problem = "class must be a text";
    if (!is_name(option->worker, FL_PERIODIC_NAME_BYTES)) return FL_EINVAL;
    *ret_problem = "name must be a text of at most 255 bytes";
    if (!is_name(ret_job->name, FL_PERIODIC_NAME_BYTES)) return FL_EINVAL;
    *ret_problem = "a queue's name must have from 1 to 127 bytes";
    if (option->queue && !is_name(option->queue, FL_QUEUE_NAME_BYTES)) return FL_EINVAL;
    enum fl_error err = fl_cron_parse(fl_span_from(option->cron), &ret_job->cron, ret_problem);
    return err ? err : check_args(option, ret_problem);
}

static bool is_repeated(const struct fl_periodics *periodics, const char *name)
{
    for (size_t i = 0; i < periodics->count; i++)
        if (strcmp(periodics->jobs[i].name, name) == 0) return true;
    return false;
}

enum fl_error fl_periodics_init(struct fl_periodics *periodics, const struct fl_periodic *options,
                                size_t count, char ret_problem[FL_PERIODIC_PROBLEM_BYTES])
{
    enum fl_error err = FL_OK;
    *periodics = (struct fl_periodics){0};
    if (!count) return FL_OK;
    snprintf(ret_problem, FL_PERIODIC_PROBLEM_BYTES, "at most %d periodic jobs", FL_PERIODIC_MAX);
    if (count > FL_PERIODIC_MAX) return FL_EINVAL;
    periodics->jobs = calloc(count, sizeof(periodics->jobs[0]));
    if (!periodics->jobs) return FL_ENOMEM;
    for (size_t i = 0; !err && i < count; i++) {
        const char *problem = NULL;
        struct fl_periodic_job *job = &periodics->jobs[i];
        err = read_option(&options[i], job, &problem);
        if (!err && is_repeated(periodics, job->name)) {
            problem = "the name stands there twice: give each its own";
            err = FL_EINVAL;
        }
        if (err == FL_EINVAL)
            snprintf(ret_problem, FL_PERIODIC_PROBLEM_BYTES, "periodic job %zu (%.200s): %s", i + 1,
                     job->name ? job->name : "", problem);
        periodics->count = i + 1;
    }
    return err;
}

void fl_periodics_release(struct fl_periodics *periodics)
{
    free(periodics->jobs);
    periodics->jobs = NULL;
    periodics->count = 0;
}

/* --- one tick --- */

static struct fl_span record_key(const struct fl_periodic_job *job, char out[KEY_BYTES])
{
    int length = snprintf(out, KEY_BYTES, FL_KEY_PERIODIC_PREFIX "%s", job->name);
    return (struct fl_span){out, (size_t)length};
}

static const char *queue_of(const struct fl_periodics *p, const struct fl_periodic_job *job)
{
    const struct fl_worker *worker = fl_registry_find(p->registry, job->option->worker);
    if (job->option->queue) return job->option->queue;
    return worker && worker->queue ? worker->queue : "default";
}

/* What is pushed for one tick. */
struct tick {
    struct fl_client_job push;
    char retry[FL_RETRY_TEXT_BYTES], jid[FL_JID_BYTES], seconds[24];
    struct fl_buf payload;
    char lock[FL_LOCK_KEY_BYTES], ttl[24], digest_score[24]; /* lock "": its class has none */
};

/* As the class would push it; the jid follows from the name and the time. */
static enum fl_error tick_init(struct tick *tick, const struct fl_periodics *p,
                               const struct fl_periodic_job *job, int64_t tick_s)
{
    const struct fl_client client = {.clock = p->ports->clock,
                                     .random = p->ports->random,
                                     .wire = p->wire,
                                     .keyring = p->keyring};
    const struct fl_worker *worker = fl_registry_find(p->registry, job->option->worker);
    char key[KEY_BYTES + 32];
    *tick = (struct tick){.payload = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX)};
    tick->push = fl_client_job_of(worker, job->option->worker, args_of(job->option), tick->retry);
    tick->push.queue = queue_of(p, job);
    snprintf(tick->seconds, sizeof(tick->seconds), "%" PRId64, tick_s);
    int length = snprintf(key, sizeof(key), "periodic %s %s", job->name, tick->seconds);
    fl_jid_derive((struct fl_span){key, (size_t)length}, tick->jid);
    snprintf(tick->ttl, sizeof(tick->ttl), "%" PRId64, tick->push.lock_ttl_s * INT64_C(1000));
    snprintf(
        tick->digest_score, sizeof(tick->digest_score), "%" PRId64,
        fl_lock_digest_score_s(tick->push.lock, tick_s, tick->push.lock_ttl_s * INT64_C(1000)));
    enum fl_error err = fl_client_payload(&client, &tick->push, tick->jid, &tick->payload);
    if (!err && fl_lock_is_taken_at_push(tick->push.lock))
        err = fl_locked_push_key(&tick->push, tick->lock);
    return err;
}

static void tick_release(struct tick *tick)
{
    fl_buf_release(&tick->payload);
}

enum fired { NOT_LEADER = -1, HAD_BEEN = 0, ENQUEUED = 1, LOCKED = 2 };

static enum fl_error call_fire(const struct fl_periodics *p, const struct fl_periodic_job *job,
                               const struct tick *tick, int64_t *ret_fired)
{
    char record[KEY_BYTES], list[FL_KEY_BYTES], keep[16], limit[FL_DIGITS_BYTES];
    snprintf(keep, sizeof(keep), "%d", FL_PERIODIC_KEEP_S);
    const struct fl_span keys[] = {FL_SPAN(FL_KEY_LEADER),   record_key(job, record),
                                   FL_SPAN(FL_KEY_QUEUES),   fl_queue_key(tick->push.queue, list),
                                   fl_span_from(tick->lock), fl_lock_digests_key(tick->push.lock)};
    const struct fl_span args[] = {fl_span_from(p->leader.identity),
                                   fl_span_from(tick->seconds),
                                   fl_buf_span(&tick->payload),
                                   fl_span_from(tick->push.queue),
                                   fl_span_from(keep),
                                   fl_span_from(tick->jid),
                                   fl_span_from(tick->ttl),
                                   fl_span_from(tick->digest_score),
                                   fl_digits(fl_lock_limit(tick->push.lock_limit), limit)};
    bool locks = *tick->lock != '\0';
    return fl_script_call(FL_SCRIPT_FIRE, p->ports->redis, p->ports->clock, keys, locks ? 6 : 4,
                          args, locks ? 9 : 5, ret_fired, NULL);
}

static enum fl_error fire_tick(const struct fl_periodics *p, const struct fl_periodic_job *job,
                               int64_t tick_s, int64_t *ret_fired)
{
    struct tick tick;
    enum fl_error err = tick_init(&tick, p, job, tick_s);
    if (!err) err = call_fire(p, job, &tick, ret_fired);
    tick_release(&tick);
    return err;
}

/* The last tick up to now that is neither known to be enqueued nor too old; 0: none. */
static int64_t due_tick_us(const struct fl_periodic_job *job, int64_t now_us)
{
    int64_t oldest_us = now_us - FL_PERIODIC_LATE_US, last_us = 0;
    int64_t tick_us = job->done_us > oldest_us ? job->done_us : oldest_us;
    while ((tick_us = fl_cron_next_us(&job->cron, job->option->zone, tick_us)) <= now_us)
        last_us = tick_us;
    return last_us;
}

static void note_missed(const struct fl_periodics *p, struct fl_periodic_job *job, int64_t now_us)
{
    int64_t oldest_us = now_us - FL_PERIODIC_LATE_US;
    if (job->seen_us && job->seen_us < oldest_us &&
        fl_cron_next_us(&job->cron, job->option->zone, job->seen_us) <= oldest_us)
        fl_log_printf(p->ports->log, FL_LOG_WARN,
                      "periodic %s: what was due more than %d s ago is not made up for", job->name,
                      (int)(FL_PERIODIC_LATE_US / FL_SECOND_US));
    job->seen_us = now_us;
}

static enum fl_error fire_job(struct fl_periodics *p, struct fl_periodic_job *job, int64_t now_us)
{
    int64_t fired, tick_us = due_tick_us(job, now_us);
    note_missed(p, job, now_us);
    if (!tick_us) return FL_OK;
    enum fl_error err = fire_tick(p, job, tick_us / FL_SECOND_US, &fired);
    if (err) return err;
    if (fired == NOT_LEADER) {
        fl_leader_lose(&p->leader);
        return FL_OK;
    }
    job->done_us = tick_us;
    if (fired == ENQUEUED)
        fl_log_printf(p->ports->log, FL_LOG_INFO, "periodic %s enqueued", job->name);
    if (fired == LOCKED)
        fl_log_printf(p->ports->log, FL_LOG_INFO,
                      "periodic %s not enqueued: the last one holds its lock", job->name);
    return FL_OK;
}

static enum fl_error fire_all(struct fl_periodics *p, int64_t now_us)
{
    enum fl_error first = FL_OK;
    for (size_t i = 0; i < p->count && p->leader.held_until_us; i++) {
        enum fl_error err = fire_job(p, &p->jobs[i], now_us);
        if (!first) first = err;
        if (err && err != FL_EREPLY) break;
    }
    return first;
}

/* --- the task --- */

/* A job without a record is known from now on: only later ticks are enqueued. */
static enum fl_error introduce(struct fl_periodics *p, int64_t now_us)
{
    struct fl_commands batch = {0};
    struct fl_replies replies;
    for (size_t i = 0; i < p->count; i++) {
        char key[KEY_BYTES];
        record_key(&p->jobs[i], key);
        fl_command_begin(&batch, "SET");
        fl_command_printf(&batch, "%s", key);
        fl_command_printf(&batch, "%" PRId64, now_us / FL_SECOND_US);
        fl_command_text(&batch, "NX");
        fl_command_text(&batch, "EX");
        fl_command_printf(&batch, "%d", FL_PERIODIC_KEEP_S);
    }
    enum fl_error err = fl_commands_exec(&batch, p->ports->redis, p->ports->clock, 0, &replies);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}

static enum fl_error lead(struct fl_periodics *p, bool *introduced)
{
    bool leads;
    enum fl_error err = fl_leader_ask(&p->leader, &leads);
    if (err) return err;
    if (!leads) {
        *introduced = false;
        return FL_OK;
    }
    int64_t now_us = fl_clock_wall_us(p->ports->clock);
    if (!*introduced) err = introduce(p, now_us);
    if (err) return err;
    *introduced = true;
    return fire_all(p, now_us);
}

/* Monotonic: when the leader is to be asked, or the first tick is due. */
static int64_t next_us(const struct fl_periodics *p)
{
    int64_t until_us = p->leader.next_us, wall_us = fl_clock_wall_us(p->ports->clock);
    for (size_t i = 0; i < p->count && p->leader.held_until_us; i++) {
        const struct fl_periodic_job *job = &p->jobs[i];
        int64_t tick_us = fl_cron_next_us(&job->cron, job->option->zone, wall_us);
        if (tick_us == FL_NEVER_US) continue;
        int64_t due_us = fl_clock_deadline_us(p->ports->clock, tick_us - wall_us);
        if (due_us < until_us) until_us = due_us;
    }
    return until_us;
}

void fl_periodics_run(void *periodics)
{
    struct fl_periodics *p = periodics;
    struct fl_clock clock = p->ports->clock;
    bool introduced = false;
    int64_t until_us = fl_clock_mono_us(clock);
    while (fl_control_sleep(p->control, until_us, FL_PHASE_QUIET) < FL_PHASE_QUIET) {
        enum fl_error err = lead(p, &introduced);
        until_us = err ? fl_clock_deadline_us(clock, FAILED_WAIT_US) : next_us(p);
        if (err)
            fl_log_printf(p->ports->log, FL_LOG_ERROR, "periodic jobs: %s", fl_error_text(err));
    }
    enum fl_error err = fl_leader_resign(&p->leader);
    if (err)
        fl_log_printf(p->ports->log, FL_LOG_WARN, "still said to lead: %s", fl_error_text(err));
}
