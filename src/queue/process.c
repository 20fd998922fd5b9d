/* src/queue/process.c - composes the parts of a worker process, starts their tasks and ends them.
 */
#include "queue/process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/assert.h"
#include "core/cut.h"
#include "core/digits.h"
#include "core/time_text.h"
#include "queue/alerts.h"
#include "queue/capsules.h"
#include "queue/commands.h"
#include "queue/control.h"
#include "queue/events.h"
#include "queue/fetcher.h"
#include "queue/health.h"
#include "queue/heartbeat.h"
#include "queue/job.h"
#include "queue/log_text.h"
#include "queue/metrics.h"
#include "queue/moves.h"
#include "queue/periodic.h"
#include "queue/poller.h"
#include "queue/processor.h"
#include "queue/push_buffer.h"
#include "queue/recovery.h"
#include "queue/registry.h"
#include "queue/settings.h"
#include "queue/stats.h"
#include "queue/stop.h"
#include "queue/tally.h"

enum { NONCE_BYTES = 6, BOOT_ATTEMPTS = 5, EXIT_NOT_STARTED = 1, ROLE_BYTES = 32 };

struct fl_process {
    const struct fl_ports *ports;
    struct fl_settings settings;
    struct fl_registry registry;
    struct fl_control control;
    struct fl_stats stats;
    struct fl_capsules capsules;
    struct fl_moves moves;
    struct fl_config config;
    struct fl_push_buffer pushes;
    struct fl_tally tally;
    struct fl_job_world world;
    struct fl_fetcher *fetchers; /* one for each capsule */
    struct fl_poller poller;
    struct fl_lock_reaper reaper;
    struct fl_recovery recovery;
    struct fl_events events;
    struct fl_metrics metrics;
    struct fl_heartbeat heartbeat;
    struct fl_periodics periodics;
    struct fl_alerts alerts;
    struct fl_processor processors[FL_CONCURRENCY_MAX];
    struct fl_task *tasks[FL_CONCURRENCY_MAX + FL_CAPSULES_MAX + 6];
    size_t task_count;
    size_t steady_count; /* of those, the first ones hold no jobs */
    char identity[FL_IDENTITY_BYTES];
};

/* --- making --- */

static enum fl_error check(struct fl_process *process, const struct fl_process_options *options)
{
    const char *problem = NULL, *name = NULL;
    enum fl_error err = fl_settings_init(&process->settings, options, &problem);
    if (err == FL_EINVAL) fl_log_printf(process->ports->log, FL_LOG_FATAL, "%s", problem);
    if (err) return err;
    err = fl_registry_init(&process->registry, options->tables, options->table_count, &name);
    if (err == FL_EINVAL)
        fl_log_printf(
            process->ports->log, FL_LOG_FATAL,
            "%s has no perform function, a lock that never expires, or a lock and encryption",
            name);
    if (err == FL_EBOUND) {
        fl_log_printf(process->ports->log, FL_LOG_FATAL, "more than %d workers", FL_WORKERS_MAX);
        err = FL_EINVAL;
    }
    return err;
}

static enum fl_error check_periodics(struct fl_process *process,
                                     const struct fl_process_options *options)
{
    char problem[FL_PERIODIC_PROBLEM_BYTES];
    enum fl_error err =
        fl_periodics_init(&process->periodics, options->periodic, options->periodic_count, problem);
    if (err == FL_EINVAL) fl_log_printf(process->ports->log, FL_LOG_FATAL, "%s", problem);
    return err;
}

static enum fl_error check_alerts(struct fl_process *process,
                                  const struct fl_process_options *options)
{
    const char *problem;
    if (!options->alerts) return FL_OK;
    enum fl_error err = fl_alerts_init(&process->alerts, options->alerts, &problem);
    if (err) fl_log_printf(process->ports->log, FL_LOG_FATAL, "%s", problem);
    return err;
}

static enum fl_error configure(struct fl_process *process, const struct fl_process_options *options)
{
    size_t index = 0;
    fl_config_init(&process->config);
    enum fl_error err =
        fl_config_set_up(&process->config, options->setups, options->setup_count, &index);
    if (!err || err == FL_ENOMEM) return err;
    fl_log_printf(process->ports->log, FL_LOG_FATAL, "the fl_setup of module %zu has failed: %s",
                  index + 1, fl_error_text(err));
    return FL_EINVAL;
}

static enum fl_error make_push_buffer(struct fl_process *process)
{
    const struct fl_ports *ports = process->ports;
    const struct fl_process_options *options = &process->settings.options;
    const struct fl_client client = {ports->clock, ports->random, ports->redis, options->wire};
    if (!options->reliable_push) return FL_OK;
    return fl_push_buffer_init(&process->pushes, &client, ports, (size_t)options->reliable_push,
                               options->drops_oldest_push ? FL_PUSH_FULL_DROP_OLDEST
                                                          : FL_PUSH_FULL_REFUSE);
}

static enum fl_error make_parts(struct fl_process *process)
{
    const struct fl_ports *ports = process->ports;
    enum fl_error err = fl_control_init(&process->control, ports->tasks, ports->clock);
    if (!err) err = fl_stats_init(&process->stats, ports->tasks);
    if (!err)
        err = fl_capsules_init(&process->capsules, &process->settings, ports->tasks, ports->clock);
    if (err) return err;
    process->fetchers = calloc(process->settings.capsule_count, sizeof *process->fetchers);
    return process->fetchers ? FL_OK : FL_ENOMEM;
}

static void connect_periodics(struct fl_process *process)
{
    struct fl_periodics *periodics = &process->periodics;
    periodics->ports = process->ports;
    periodics->registry = &process->registry;
    periodics->control = &process->control;
    periodics->wire = process->settings.options.wire;
    periodics->keyring = process->settings.options.keyring;
    periodics->leader = (struct fl_leader){
        .ports = process->ports, .identity = process->identity, .events = &process->events};
}

static void connect_alerts(struct fl_process *process)
{
    process->alerts.ports = process->ports;
    process->alerts.control = &process->control;
    process->alerts.leader = (struct fl_leader){
        .ports = process->ports, .identity = process->identity, .purpose = "alerts"};
}

static void connect_capsule(struct fl_process *process, size_t number)
{
    const struct fl_capsule *capsule = &process->settings.capsules[number];
    const struct fl_settler settler = {.ports = process->ports,
                                       .moves = &process->moves,
                                       .handoff = process->capsules.handoffs[number],
                                       .control = &process->control};
    process->fetchers[number] =
        (struct fl_fetcher){.settings = &process->settings, .capsule = capsule, .settler = settler};
    for (int i = 0; i < capsule->concurrency; i++)
        process->processors[capsule->first_thread + i] =
            (struct fl_processor){.thread = i,
                                  .tally = process->tally.monitor ? &process->tally : NULL,
                                  .settings = &process->settings,
                                  .world = &process->world,
                                  .stats = &process->stats,
                                  .metrics = &process->metrics,
                                  .settler = settler};
}

static void connect_parts(struct fl_process *process)
{
    const struct fl_ports *ports = process->ports;
    const struct fl_process_options *options = &process->settings.options;
    process->moves = (struct fl_moves){.redis = ports->redis,
                                       .clock = ports->clock,
                                       .fetch = options->fetch,
                                       .wire = options->wire,
                                       .dead_max_jobs = options->dead_max_jobs,
                                       .dead_timeout_us = options->dead_timeout_us,
                                       .identity = process->identity,
                                       .queues = process->settings.queues,
                                       .sharers = process->settings.sharers};
    process->world =
        (struct fl_job_world){.ports = ports,
                              .registry = &process->registry,
                              .overrides = options->overrides,
                              .override_count = options->override_count,
                              .wire = options->wire,
                              .keyring = options->keyring,
                              .config = &process->config,
                              .buffer = options->reliable_push ? &process->pushes : NULL,
                              .control = &process->control};
    process->poller =
        (struct fl_poller){.ports = ports,
                           .settings = &process->settings,
                           .moves = &process->moves,
                           .control = &process->control,
                           .reaper = process->registry.has_locks ? &process->reaper : NULL};
    process->reaper = (struct fl_lock_reaper){.ports = ports};
    process->recovery = (struct fl_recovery){.ports = ports,
                                             .identity = process->identity,
                                             .control = &process->control,
                                             .settings = &process->settings,
                                             .metrics = &process->metrics};
    fl_metrics_init(&process->metrics, &process->settings, ports->statsd);
    process->heartbeat =
        (struct fl_heartbeat){.ports = ports,
                              .settings = &process->settings,
                              .identity = process->identity,
                              .capsules = &process->capsules,
                              .control = &process->control,
                              .stats = &process->stats,
                              .events = &process->events,
                              .pushes = options->reliable_push ? &process->pushes : NULL,
                              .tally = options->metrics ? &process->tally : NULL,
                              .process = process};
    process->events = (struct fl_events){
        .ports = ports, .identity = process->identity, .wishes = &process->config.events};
    connect_periodics(process);
    connect_alerts(process);
    for (size_t i = 0; i < process->settings.capsule_count; i++)
        connect_capsule(process, i);
}

enum fl_error fl_process_new(const struct fl_process_options *options, const struct fl_ports *ports,
                             struct fl_process **ret_process)
{
    struct fl_process *process = calloc(1, sizeof(*process));
    if (!process) return FL_ENOMEM;
    process->ports = ports;
    enum fl_error err = check(process, options);
    if (!err) err = check_periodics(process, options);
    if (!err) err = check_alerts(process, options);
    if (!err) err = configure(process, options);
    if (!err) err = make_push_buffer(process);
    if (!err && options->metrics) err = fl_tally_init(&process->tally, ports->tasks);
    if (!err) err = make_parts(process);
    if (err) {
        fl_process_free(process);
        return err;
    }
    connect_parts(process);
    *ret_process = process;
    return FL_OK;
}

void fl_process_free(struct fl_process *process)
{
    if (!process) return;
    fl_heartbeat_release(&process->heartbeat);
    fl_push_buffer_release(&process->pushes);
    fl_tally_release(&process->tally);
    fl_periodics_release(&process->periodics);
    fl_capsules_release(&process->capsules);
    free(process->fetchers);
    if (process->stats.monitor) fl_stats_release(&process->stats);
    if (process->control.monitor) fl_control_release(&process->control);
    fl_registry_release(&process->registry);
    free(process);
}

/* --- signals --- */

const char *fl_process_identity(const struct fl_process *process)
{
    return process->identity;
}

void fl_process_quiet(struct fl_process *process)
{
    fl_capsules_close(&process->capsules);
    fl_control_raise(&process->control, FL_PHASE_QUIET);
    fl_log_printf(process->ports->log, FL_LOG_INFO, "Received TSTP, no longer accepting new work");
}

void fl_process_stop(struct fl_process *process)
{
    fl_capsules_close(&process->capsules);
    fl_control_raise(&process->control, FL_PHASE_STOPPING);
}

void fl_process_retire(struct fl_process *process)
{
    fl_capsules_close(&process->capsules);
    fl_log_printf(process->ports->log, FL_LOG_INFO, "Retiring: ends once its jobs have ended");
    fl_control_retire(&process->control);
}

/* Whether its tasks beside the job threads move. */
static void log_health(struct fl_process *process)
{
    struct fl_health health;
    fl_process_health(process, &health);
    const char *obstacle = fl_health_obstacle(&health);
    bool beaten = health.beat_age_us != FL_NEVER_US;
    fl_log_printf(process->ports->log, FL_LOG_WARN,
                  "heartbeat: came round %" PRId64 " ms ago, taken by Redis %" PRId64
                  " ms ago in %" PRId64 " us%s%s",
                  health.turn_age_us / 1000, beaten ? health.beat_age_us / 1000 : -1, health.rtt_us,
                  obstacle ? "; takes no jobs: " : "", obstacle ? obstacle : "");
}

void fl_process_dump(struct fl_process *process)
{
    struct fl_busy busy[FL_CONCURRENCY_MAX];
    struct fl_arena texts = {.bytes_max = 64 * 1024 * 1024};
    size_t count = fl_capsules_busy(&process->capsules, &texts, busy);
    int64_t now_us = fl_clock_mono_us(process->ports->clock);
    fl_log_printf(process->ports->log, FL_LOG_WARN, "%zu of %d threads are busy", count,
                  process->settings.concurrency);
    for (size_t i = 0; i < count; i++)
        fl_log_printf(process->ports->log, FL_LOG_WARN, "thread-%d: %s for %" PRId64 " ms: %.*s",
                      busy[i].thread + 1, process->settings.queues[busy[i].queue].name,
                      (now_us - busy[i].since_us) / 1000, FL_SPAN_ARGS(busy[i].bytes));
    fl_arena_release(&texts);
    log_health(process);
}

void fl_process_health(struct fl_process *process, struct fl_health *ret_health)
{
    struct fl_process_port port = process->ports->process;
    int64_t now_us = fl_clock_mono_us(process->ports->clock);
    int64_t turned_us = process->heartbeat.turned_us, beaten_us = process->heartbeat.beaten_us;
    struct fl_stats_counts totals = fl_stats_totals(&process->stats);
    *ret_health = (struct fl_health){.phase = fl_control_phase(&process->control),
                                     .turn_age_us = turned_us ? now_us - turned_us : 0,
                                     .beat_age_us = beaten_us ? now_us - beaten_us : FL_NEVER_US,
                                     .rtt_us = process->heartbeat.rtt_us,
                                     .rss_kib = port.ops->rss_kib(port.self),
                                     .processed = totals.processed,
                                     .failed = totals.failed,
                                     .busy = fl_capsules_busy_count(&process->capsules),
                                     .concurrency = process->settings.concurrency};
}

/* --- the run --- */

static void name_process(struct fl_process *process)
{
    struct fl_process_port port = process->ports->process;
    unsigned char nonce[NONCE_BYTES];
    char text[2 * NONCE_BYTES + 1] = "";
    fl_random_bytes(process->ports->random, "identity", nonce, sizeof(nonce));
    for (size_t i = 0; i < sizeof(nonce); i++) {
        text[2 * i] = "0123456789abcdef"[nonce[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[nonce[i] & 15];
    }
    snprintf(process->identity, sizeof(process->identity), "%.*s:%" PRId64 ":%s",
             FL_HOSTNAME_BYTES - 1, port.ops->hostname(port.self), port.ops->pid(port.self), text);
}

/* Redis must answer before anything starts. */
static enum fl_error wait_for_redis(struct fl_process *process)
{
    const struct fl_ports *ports = process->ports;
    const struct fl_span ping[] = {FL_SPAN("PING")};
    enum fl_error err = FL_OK;
    for (int attempt = 1; attempt <= BOOT_ATTEMPTS; attempt++) {
        struct fl_replies replies;
        err = fl_command_exec(&(struct fl_command){ping, 1}, ports->redis, ports->clock, &replies);
        struct fl_span words = fl_replies_error(&replies);
        if (err)
            fl_log_printf(ports->log, FL_LOG_WARN, "Redis does not answer: %s%s%.*s",
                          fl_error_text(err), words.length ? ": " : "", FL_SPAN_ARGS(words));
        fl_replies_release(&replies);
        if (!err) return FL_OK;
        int64_t until_us = fl_clock_deadline_us(ports->clock, FL_SECOND_US);
        if (fl_control_sleep(&process->control, until_us, FL_PHASE_STOPPING) >= FL_PHASE_STOPPING)
            break;
    }
    return err;
}

static enum fl_error spawn(struct fl_process *process, const char *role, fl_task_main *main,
                           void *argument)
{
    enum fl_error err = fl_task_spawn(process->ports->tasks, role, main, argument,
                                      &process->tasks[process->task_count]);
    if (!err) process->task_count++;
    return err;
}

/* One that holds jobs: the stop waits for it. */
static enum fl_error spawn_worker(struct fl_process *process, const char *role, fl_task_main *main,
                                  void *argument)
{
    fl_control_worker_began(&process->control);
    enum fl_error err = spawn(process, role, main, argument);
    if (err) fl_control_worker_ended(&process->control);
    return err;
}

/* "fetch" for the default capsule, "fetch-2" for the one after it. */
static enum fl_error spawn_fetcher(struct fl_process *process, size_t number)
{
    char role[ROLE_BYTES], digits[FL_DIGITS_BYTES];
    size_t length = fl_cut(role, sizeof(role), 0, FL_SPAN("fetch"));
    if (number) length = fl_cut(role, sizeof(role), length, FL_SPAN("-"));
    if (number) fl_cut(role, sizeof(role), length, fl_digits((int64_t)number + 1, digits));
    return spawn_worker(process, role, fl_fetcher_run, &process->fetchers[number]);
}

static enum fl_error start(struct fl_process *process)
{
    enum fl_error err = spawn(process, "heartbeat", fl_heartbeat_run, &process->heartbeat);
    if (!err && process->settings.options.fetch == FL_FETCH_RELIABLE)
        err = spawn(process, "recovery", fl_recovery_run, &process->recovery);
    if (!err) err = spawn(process, "poller", fl_poller_run, &process->poller);
    bool elects = process->periodics.count || fl_events_wanted(&process->events, FL_EVENT_LEADER);
    if (!err && elects) err = spawn(process, "periodic", fl_periodics_run, &process->periodics);
    if (!err && process->settings.options.alerts)
        err = spawn(process, "alerts", fl_alerts_run, &process->alerts);
    process->steady_count = process->task_count;
    for (int i = 0; !err && i < process->settings.concurrency; i++) {
        char role[ROLE_BYTES], digits[FL_DIGITS_BYTES];
        size_t length = fl_cut(role, sizeof(role), 0, FL_SPAN("thread-"));
        fl_cut(role, sizeof(role), length, fl_digits(i + 1, digits));
        err = spawn_worker(process, role, fl_processor_run, &process->processors[i]);
    }
    for (size_t i = 0; !err && i < process->settings.capsule_count; i++)
        err = spawn_fetcher(process, i);
    return err;
}

static void join(struct fl_process *process, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fl_task_join(process->ports->tasks, process->tasks[i], FL_NEVER_US))
            fl_panic("a task did not end although nobody limits the wait");
}

static int end(struct fl_process *process)
{
    const struct fl_stop stop = {.ports = process->ports,
                                 .settings = &process->settings,
                                 .moves = &process->moves,
                                 .capsules = &process->capsules,
                                 .control = &process->control,
                                 .heartbeat = &process->heartbeat};
    enum fl_stop_end how = fl_stop_wait(&stop);
    if (how == FL_STOP_CLEAN) {
        fl_control_raise(&process->control, FL_PHASE_ENDED);
        join(process, process->task_count);
    } else if (process->settings.options.embedded) { /* or it would stand in Redis again */
        fl_control_raise(&process->control, FL_PHASE_ENDED);
        join(process, process->steady_count);
    }
    fl_stop_leave(&stop, how);
    fl_events_tell(&process->events, FL_EVENT_EXIT);
    int status = fl_control_status(&process->control);
    if (how == FL_STOP_ABANDONED && process->settings.options.embedded) return FL_PROCESS_ABANDONED;
    if (how == FL_STOP_ABANDONED) {
        struct fl_process_port port = process->ports->process;
        port.ops->exit(port.self, status);
    }
    return status;
}

int fl_process_run(struct fl_process *process)
{
    struct fl_log log = process->ports->log;
    name_process(process);
    enum fl_error err =
        fl_heartbeat_init(&process->heartbeat, fl_clock_wall_us(process->ports->clock));
    if (!err) err = wait_for_redis(process);
    if (!err) err = fl_events_tell(&process->events, FL_EVENT_STARTUP);
    if (err) {
        fl_log_printf(log, FL_LOG_FATAL, "could not start: %s", fl_error_text(err));
        return EXIT_NOT_STARTED;
    }
    err = start(process);
    if (err) {
        fl_log_printf(log, FL_LOG_FATAL, "could not start a task: %s", fl_error_text(err));
        fl_control_fail(&process->control, EXIT_NOT_STARTED);
    }
    (void)fl_control_sleep(&process->control, FL_NEVER_US, FL_PHASE_QUIET);
    fl_events_tell(&process->events, FL_EVENT_QUIET);
    (void)fl_control_sleep(&process->control, FL_NEVER_US, FL_PHASE_STOPPING);
    fl_events_tell(&process->events, FL_EVENT_SHUTDOWN);
    fl_capsules_close(&process->capsules);
    return end(process);
}
