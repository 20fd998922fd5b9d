#include "queue/heartbeat.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/json.h"
#include "core/time_text.h"
#include "queue/commands.h"
#include "queue/keys.h"
#include "queue/log_text.h"
#include "queue/pauses.h"
#include "queue/process_info.h"
#include "queue/push_buffer.h"
#include "queue/tally.h"

enum {
    WORK_BYTES_MAX = 64 * 1024 * 1024, /* payloads shown in one beat */
    SLOW_US = 50 * 1000,
    SLOW_BEATS = 5,
    RETRY_US = 1000 * 1000, /* when a beat failed and the lease is over */
};

enum fl_error fl_heartbeat_init(struct fl_heartbeat *h, int64_t started_us)
{
    enum fl_error err =
        fl_process_info_write(h->settings, h->ports->process, h->identity, started_us, &h->info);
    if (!err) err = fl_process_queues_write(h->settings, &h->queues);
    if (err) fl_heartbeat_release(h);
    return err;
}

void fl_heartbeat_release(struct fl_heartbeat *h)
{
    fl_buf_release(&h->info);
    fl_buf_release(&h->queues);
}

void fl_heartbeat_tid(const struct fl_heartbeat *h, int thread, char ret_tid[16])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    uint64_t pid = (uint64_t)h->ports->process.ops->pid(h->ports->process.self);
    uint64_t number = (pid << 8 | (unsigned)thread) & ((UINT64_C(1) << 48) - 1);
    char reversed[16];
    int length = 0, out = 0;
    do {
        reversed[length++] = digits[number % 36];
        number /= 36;
    } while (number);
    while (length)
        ret_tid[out++] = reversed[--length];
    ret_tid[out] = '\0';
}

/* --- what a beat says --- */

static void add_count(struct fl_commands *batch, const char *key, const char *key_of_days,
                      const char *day, int64_t count)
{
    fl_command_begin(batch, "INCRBY");
    fl_command_text(batch, key);
    fl_command_int64(batch, count);
    fl_command_begin(batch, "INCRBY");
    fl_command_joined(batch, key_of_days, day);
    fl_command_int64(batch, count);
    fl_command_begin(batch, "EXPIRE");
    fl_command_joined(batch, key_of_days, day);
    fl_command_int64(batch, FL_STAT_DAYS_TTL_S);
}

static enum fl_error add_counts(const struct fl_heartbeat *h, struct fl_commands *batch,
                                struct fl_stats_counts counts)
{
    struct fl_buf day = FL_BUF_INIT(32);
    enum fl_error err = fl_day_format(&day, fl_clock_wall_us(h->ports->clock));
    if (!err) {
        add_count(batch, FL_KEY_STAT_PROCESSED, FL_KEY_STAT_PROCESSED ":", day.bytes,
                  counts.processed);
        add_count(batch, FL_KEY_STAT_FAILED, FL_KEY_STAT_FAILED ":", day.bytes, counts.failed);
    }
    fl_buf_release(&day);
    return err;
}

static enum fl_error write_work(const struct fl_heartbeat *h, const struct fl_busy *busy,
                                struct fl_buf *out)
{
    struct fl_json_writer object = fl_json_begin_object(out);
    fl_json_put_string(&object, "queue", fl_span_from(h->settings->queues[busy->queue].name));
    fl_json_put_string(&object, "payload", busy->bytes);
    fl_json_put_int64(&object, "run_at", busy->run_at_us / FL_SECOND_US);
    return fl_json_end(&object);
}

static void add_expire(struct fl_commands *batch, const char *identity, const char *suffix)
{
    fl_command_begin(batch, "EXPIRE");
    fl_command_joined(batch, identity, suffix);
    fl_command_int64(batch, FL_HEARTBEAT_TTL_S);
}

/* The hash of who works on what; `texts` keeps the values. */
static enum fl_error add_work(struct fl_heartbeat *h, struct fl_commands *batch,
                              struct fl_buf *texts)
{
    const char *suffix = h->settings->facts->work_suffix;
    struct fl_arena payloads = FL_ARENA_INIT(WORK_BYTES_MAX);
    size_t ends[FL_CONCURRENCY_MAX], start = 0;
    enum fl_error err = FL_OK;
    fl_command_begin(batch, "UNLINK");
    fl_command_joined(batch, h->identity, suffix);
    size_t count = fl_capsules_busy(h->capsules, &payloads, h->busy);
    for (size_t i = 0; !err && i < count; i++) {
        err = write_work(h, &h->busy[i], texts);
        ends[i] = texts->length;
    }
    fl_arena_release(&payloads);
    if (err) return err;
    if (count) {
        fl_command_begin(batch, "HSET");
        fl_command_joined(batch, h->identity, suffix);
    }
    for (size_t i = 0; i < count; start = ends[i++]) {
        char tid[16];
        fl_heartbeat_tid(h, h->busy[i].thread, tid);
        fl_command_joined(batch, tid, "");
        fl_command_arg(batch, (struct fl_span){texts->bytes + start, ends[i] - start});
    }
    if (count || h->settings->facts->stats_every_beat) add_expire(batch, h->identity, suffix);
    return FL_OK;
}

/* --- its three exchanges --- */

/* Nothing was applied, or Redis refused it: the counts stay for the next beat. */
static bool counts_stay(enum fl_error err)
{
    return err == FL_ECONNECT || err == FL_ENOMEM || err == FL_EBOUND || err == FL_EREPLY;
}

/* Line 6 writes counts and work in one transaction; from 7 on counts are a plain pipeline before
 * it. */
static enum fl_error exchange_counts(struct fl_heartbeat *h, bool with_work)
{
    struct fl_commands batch = {0};
    struct fl_replies replies = {0};
    struct fl_buf texts = FL_BUF_INIT((size_t)WORK_BYTES_MAX * 2);
    struct fl_stats_counts counts = fl_stats_take(h->stats);
    bool every = h->settings->facts->stats_every_beat;
    bool some = counts.processed || counts.failed;
    enum fl_error err = FL_OK;
    if (every) fl_command_begin(&batch, "MULTI");
    if (every || some) err = add_counts(h, &batch, counts);
    if (!every && with_work) fl_command_begin(&batch, "MULTI");
    if (!err && with_work) err = add_work(h, &batch, &texts);
    if (every || with_work) fl_command_begin(&batch, "EXEC");
    if (!err) err = fl_commands_exec(&batch, h->ports->redis, h->ports->clock, 0, &replies);
    bool refused = !replies.count || replies.items[0].type == FL_REPLY_ERROR;
    bool written = !err || !counts_stay(err) || (err == FL_EREPLY && !refused && !every);
    if (!written) fl_stats_put_back(h->stats, counts);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    fl_buf_release(&texts);
    return err;
}

static enum fl_error ping(struct fl_heartbeat *h, int64_t *ret_us)
{
    const struct fl_span args[] = {FL_SPAN("PING")};
    struct fl_replies replies;
    int64_t start_us = fl_clock_mono_us(h->ports->clock);
    enum fl_error err =
        fl_command_exec(&(struct fl_command){args, 1}, h->ports->redis, h->ports->clock, &replies);
    *ret_us = fl_clock_mono_us(h->ports->clock) - start_us;
    fl_replies_release(&replies);
    if (err) return err;
    h->rtt_us = *ret_us;
    h->slow_beats = *ret_us > SLOW_US ? h->slow_beats + 1 : 0;
    if (h->slow_beats >= SLOW_BEATS) {
        h->slow_beats = 0;
        fl_log_printf(h->ports->log, FL_LOG_WARN,
                      "Redis answers slowly: five round trips in a row above 50 ms, the last "
                      "%" PRId64 " us; this process may be short of CPU",
                      *ret_us);
    }
    return FL_OK;
}

static void add_presence(struct fl_heartbeat *h, struct fl_commands *batch, int64_t rtt_us,
                         struct fl_span beat)
{
    bool quiet = fl_control_phase(h->control) >= FL_PHASE_QUIET;
    struct fl_process_port process = h->ports->process;
    fl_command_begin(batch, "MULTI");
    fl_command_begin(batch, "SADD");
    fl_command_text(batch, FL_KEY_PROCESSES);
    fl_command_text(batch, h->identity);
    fl_command_begin(batch, "EXISTS");
    fl_command_text(batch, h->identity);
    fl_command_begin(batch, h->settings->facts->presence_command);
    fl_command_text(batch, h->identity);
    fl_command_text(batch, "info");
    fl_command_arg(batch, fl_buf_span(&h->info));
    if (h->settings->facts->concurrency_is_field) {
        fl_command_text(batch, "concurrency");
        fl_command_int64(batch, h->settings->concurrency);
    }
    fl_command_text(batch, "busy");
    fl_command_int64(batch, fl_capsules_busy_count(h->capsules));
    fl_command_text(batch, "beat");
    fl_command_arg(batch, beat);
    fl_command_text(batch, "rtt_us");
    fl_command_int64(batch, rtt_us);
    fl_command_text(batch, "quiet");
    fl_command_text(batch, quiet ? "true" : "false");
    fl_command_text(batch, "rss");
    fl_command_int64(batch, process.ops->rss_kib(process.self));
    add_expire(batch, h->identity, "");
    fl_command_begin(batch, "RPOP");
    fl_command_joined(batch, h->identity, FL_KEY_SIGNALS_SUFFIX);
    fl_command_begin(batch, "EXEC");
}

static void obey(struct fl_heartbeat *h, const struct fl_reply *exec)
{
    if (exec->type != FL_REPLY_ARRAY || !exec->count) return;
    const struct fl_reply *signal = &exec->elements[exec->count - 1];
    if (signal->type != FL_REPLY_STRING) return;
    if (fl_span_is(signal->text, "TSTP"))
        fl_process_quiet(h->process);
    else if (fl_span_is(signal->text, "TERM"))
        fl_process_stop(h->process);
    else if (fl_span_is(signal->text, "TTIN"))
        fl_process_dump(h->process);
    else
        fl_log_printf(h->ports->log, FL_LOG_WARN, "an unknown signal came through Redis: %.*s",
                      FL_SPAN_ARGS(signal->text));
}

/* That the paused queues cannot be told does not keep the beat from counting. */
static enum fl_error without_pauses(enum fl_error err, const struct fl_replies *replies)
{
    if (err != FL_EREPLY) return err;
    for (size_t i = 1; i < replies->count; i++)
        if (replies->items[i].type == FL_REPLY_ERROR) return err;
    return FL_OK;
}

/* EXISTS is the second of the transaction's answers. */
static void tell(const struct fl_heartbeat *h, const struct fl_reply *exec)
{
    if (!h->events || exec->type != FL_REPLY_ARRAY || exec->count < 2) return;
    if (exec->elements[1].integer == 0) fl_events_tell(h->events, FL_EVENT_HEARTBEAT);
    fl_events_tell(h->events, FL_EVENT_BEAT);
}

/* The private lists are registered before the beat: whoever sees the beat end sees them. */
static enum fl_error exchange_presence(struct fl_heartbeat *h, int64_t rtt_us)
{
    struct fl_commands batch = {0};
    struct fl_replies replies = {0};
    struct fl_buf beat = FL_BUF_INIT(64);
    int64_t sent_us = fl_clock_mono_us(h->ports->clock);
    enum fl_error err = fl_seconds_format(&beat, fl_clock_wall_us(h->ports->clock));
    fl_command_begin(&batch, "SMEMBERS");
    fl_command_text(&batch, FL_KEY_PAUSED);
    if (!err && h->settings->options.fetch == FL_FETCH_RELIABLE) {
        fl_command_begin(&batch, "HSET");
        fl_command_text(&batch, FL_KEY_FETCHERS);
        fl_command_text(&batch, h->identity);
        fl_command_arg(&batch, fl_buf_span(&h->queues));
    }
    if (!err) {
        add_presence(h, &batch, rtt_us, fl_buf_span(&beat));
        err = fl_commands_exec(&batch, h->ports->redis, h->ports->clock, 0, &replies);
    }
    err = without_pauses(err, &replies);
    if (!err) {
        fl_pauses_take(h->settings, &replies.items[0], h->ports->log, h->control);
        h->beaten_us = sent_us;
        fl_control_renew_lease(h->control, sent_us + FL_LEASE_S * FL_SECOND_US);
        tell(h, &replies.items[replies.count - 1]);
        if (!h->settings->options.embedded) obey(h, &replies.items[replies.count - 1]);
    }
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    fl_buf_release(&beat);
    return err;
}

static enum fl_error flush_tally(const struct fl_heartbeat *h)
{
    if (!h->tally) return FL_OK;
    return fl_tally_flush(h->tally, h->settings->facts, h->ports->redis, h->ports->clock);
}

enum fl_error fl_heartbeat_beat(struct fl_heartbeat *h)
{
    int64_t rtt_us = 0;
    enum fl_error err = exchange_counts(h, true);
    if (!err) err = ping(h, &rtt_us);
    if (!err) err = exchange_presence(h, rtt_us);
    if (!err) err = flush_tally(h);
    return err;
}

void fl_heartbeat_run(void *heartbeat)
{
    struct fl_heartbeat *h = heartbeat;
    int without_memory = 0;
    for (;;) {
        enum fl_error err = fl_heartbeat_beat(h);
        if (!err && h->pushes) err = fl_push_buffer_drain(h->pushes);
        without_memory = err == FL_ENOMEM ? without_memory + 1 : 0;
        if (without_memory == FL_MEMORY_ATTEMPTS_MAX) fl_control_fail(h->control, FL_EXIT_SYSTEM);
        if (err) fl_log_printf(h->ports->log, FL_LOG_ERROR, "heartbeat: %s", fl_error_text(err));
        int64_t wait_us = h->settings->facts->beat_us;
        if (err && !fl_control_has_lease(h->control)) wait_us = RETRY_US;
        int64_t until_us = fl_clock_deadline_us(h->ports->clock, wait_us);
        h->turned_us = until_us - wait_us;
        if (fl_control_sleep(h->control, until_us, FL_PHASE_ENDED) == FL_PHASE_ENDED) break;
    }
}

/* The last chance of what waits: it dies with the process. */
static void make_up_or_tell(const struct fl_heartbeat *h)
{
    if (!h->pushes) return;
    enum fl_error err = fl_push_buffer_drain(h->pushes);
    size_t left = fl_push_buffer_counts(h->pushes).waiting;
    if (left)
        fl_log_printf(h->ports->log, FL_LOG_ERROR, "%zu pushes that waited for Redis are lost: %s",
                      left, fl_error_text(err));
}

enum fl_error fl_heartbeat_deregister(struct fl_heartbeat *h)
{
    enum fl_error counts_err = exchange_counts(h, false);
    make_up_or_tell(h);
    if (!counts_err) counts_err = flush_tally(h);
    struct fl_commands batch = {0};
    struct fl_replies replies;
    fl_command_begin(&batch, "SREM");
    fl_command_text(&batch, FL_KEY_PROCESSES);
    fl_command_text(&batch, h->identity);
    fl_command_begin(&batch, "UNLINK");
    fl_command_joined(&batch, h->identity, h->settings->facts->work_suffix);
    enum fl_error err = fl_commands_exec(&batch, h->ports->redis, h->ports->clock, 0, &replies);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err ? err : counts_err;
}
