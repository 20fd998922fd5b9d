/* faultline-worker: runs the jobs of handler modules, with Sidekiq's flags, signals and file. */
#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "posix/db_pool.h"
#include "posix/key_file.h"
#include "posix/module.h"
#include "posix/ports.h"
#include "posix/process.h"
#include "posix/signals.h"
#include "posix/worker_command.h"
#include "posix/worker_shown.h"
#include "posix/zone_database.h"
#include "queue/process.h"
#include "worker_supervisor.h"
#include "worker_watch.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 2, CHECK_BYTES_MAX = 1024 * 1024 };
static_assert((int)FL_WORKER_SETTINGS_PERIODIC_MAX == (int)FL_PERIODIC_MAX, "none is too many");
static_assert((int)FL_QUEUE_SETTING_BYTES == (int)FL_QUEUE_NAME_BYTES, "a name is checked early");

/* Ends the program with one line: nothing has been started or changed yet. */
_Noreturn static void fail(int status, const char *text)
{
    fprintf(stderr, "faultline-worker: %s\n", text);
    exit(status);
}

static int choose(const char *what, const char *word, const char *const *words, int count)
{
    char problem[FL_PROBLEM_BYTES];
    for (int i = 0; i < count; i++)
        if (!word || strcmp(word, words[i]) == 0) return i; /* none: the first is the default */
    snprintf(problem, sizeof problem, "%s wants %s or %s, not '%.100s'", what, words[0], words[1],
             word);
    fail(STATUS_USAGE, problem);
}

/* One for each job thread; a handler that wants a second one shares. */
static int connections_for(const struct fl_worker_settings *settings)
{
    enum { DEFAULT = 5 };
    int concurrency = settings->concurrency ? settings->concurrency : DEFAULT;
    for (size_t i = 0; i < settings->capsule_count; i++)
        concurrency +=
            settings->capsules[i].concurrency ? settings->capsules[i].concurrency : DEFAULT;
    return concurrency < FL_DB_CONNECTIONS_MAX ? concurrency : FL_DB_CONNECTIONS_MAX;
}

static struct fl_posix_options posix_options(const struct fl_worker_settings *settings)
{
    static const char *const formats[] = {"json", "plain"};
    return (struct fl_posix_options){
        .redis_url = settings->redis,
        .database = settings->database,
        .database_connections = connections_for(settings),
        .smtp_url = settings->smtp,
        .statsd = settings->statsd,
        .hostname = fl_worker_hostname(),
        .log_fd = STDOUT_FILENO,
        .log_format =
            choose("log_format", settings->log_format, formats, 2) ? FL_LOG_PLAIN : FL_LOG_JSON,
        .log_level = settings->verbose == FL_YES ? FL_LOG_DEBUG : FL_LOG_INFO,
    };
}

/* What fl_process_options points to. */
struct lists {
    struct fl_queue_option queues[1 + FL_WORKER_SETTINGS_CAPSULES_MAX][FL_QUEUE_SETTINGS_MAX];
    struct fl_capsule_option capsules[FL_WORKER_SETTINGS_CAPSULES_MAX];
    const struct fl_worker *tables[FL_WORKER_SETTINGS_MODULES_MAX];
    const struct fl_setup *setups[FL_WORKER_SETTINGS_MODULES_MAX];
    size_t setup_count;
    struct fl_periodic periodic[FL_WORKER_SETTINGS_PERIODIC_MAX];
    struct fl_zone *zones[FL_WORKER_SETTINGS_PERIODIC_MAX];
    struct fl_alert_options alerts;
};

static const struct fl_alert_options *add_alerts(const struct fl_alert_setting *setting,
                                                 struct lists *lists)
{
    lists->alerts = (struct fl_alert_options){.failure_percent = setting->failure_rate,
                                              .failure_jobs = setting->failure_jobs,
                                              .latency_s = setting->queue_latency,
                                              .dead_growth = setting->dead_growth,
                                              .silent_processes = setting->missing_heartbeats,
                                              .processes_min = setting->processes,
                                              .window_s = setting->window,
                                              .webhook = setting->webhook};
    return setting->key_count ? &lists->alerts : NULL;
}

/* The clock's jobs, each with a zone of its own. */
static void add_periodic(const struct fl_worker_settings *settings, struct lists *lists)
{
    char problem[FL_ZONE_PROBLEM_BYTES];
    for (size_t i = 0; i < settings->periodic_count; i++) {
        const struct fl_periodic_setting *setting = &settings->periodic[i];
        if (setting->zone && fl_zone_load(setting->zone, &lists->zones[i], problem))
            fail(STATUS_USAGE, problem);
        lists->periodic[i] = (struct fl_periodic){.cron = setting->cron,
                                                  .zone = lists->zones[i],
                                                  .worker = setting->worker,
                                                  .args = fl_span_from(setting->args),
                                                  .queue = setting->queue,
                                                  .name = setting->name};
    }
}

static void release_zones(struct lists *lists)
{
    for (size_t i = 0; i < FL_COUNT(lists->zones); i++)
        fl_zone_free(lists->zones[i]);
}

static void load_modules(const struct fl_worker_settings *settings, struct lists *lists)
{
    char problem[FL_MODULE_PROBLEM_BYTES];
    for (size_t i = 0; i < settings->module_count; i++) {
        struct fl_module module;
        if (fl_module_load(settings->modules[i], &module, problem)) fail(STATUS_USAGE, problem);
        lists->tables[i] = module.workers;
        if (module.setup) lists->setups[lists->setup_count++] = module.setup;
    }
}

static void copy_queues(const struct fl_queue_settings *from, struct fl_queue_option *to)
{
    for (size_t i = 0; i < from->count; i++)
        to[i] = (struct fl_queue_option){from->items[i].name, from->items[i].weight};
}

static void add_queues(const struct fl_worker_settings *settings, struct lists *lists)
{
    copy_queues(&settings->queues, lists->queues[0]);
    for (size_t i = 0; i < settings->capsule_count; i++) {
        const struct fl_capsule_setting *capsule = &settings->capsules[i];
        copy_queues(&capsule->queues, lists->queues[1 + i]);
        lists->capsules[i] = (struct fl_capsule_option){.name = capsule->name,
                                                        .queues = lists->queues[1 + i],
                                                        .queue_count = capsule->queues.count,
                                                        .concurrency = capsule->concurrency};
    }
}

static struct fl_process_options process_options(const struct fl_worker_settings *settings,
                                                 struct lists *lists)
{
    static const char *const fetches[] = {"reliable", "basic"};
    add_queues(settings, lists);
    return (struct fl_process_options){
        .queues = lists->queues[0],
        .queue_count = settings->queues.count,
        .concurrency = settings->concurrency,
        .capsules = lists->capsules,
        .capsule_count = settings->capsule_count,
        .timeout_us = settings->timeout_s * FL_SECOND_US,
        .fetch = choose("fetch", settings->fetch, fetches, 2) ? FL_FETCH_BASIC : FL_FETCH_RELIABLE,
        .wire = (enum fl_wire)settings->wire,
        .max_retries = settings->max_retries,
        .max_recoveries = settings->max_recoveries,
        .metrics = settings->metrics != FL_NO,
        .reliable_push = settings->reliable_push,
        .drops_oldest_push = settings->reliable_push_full &&
                             strcmp(settings->reliable_push_full, "drop-oldest") == 0,
        .dead_max_jobs = settings->dead_max_jobs,
        .dead_timeout_us = settings->dead_timeout_s * FL_SECOND_US,
        .average_poll_us = settings->average_poll_us,
        .own_poll_us = settings->own_poll_us,
        .tag = settings->tag,
        .labels = settings->labels,
        .label_count = settings->label_count,
        .periodic = lists->periodic,
        .periodic_count = settings->periodic_count,
        .alerts = add_alerts(&settings->alerts, lists),
        .setups = lists->setups,
        .setup_count = lists->setup_count,
        .job_metrics = settings->statsd != NULL,
        .tables = lists->tables,
        .table_count = settings->module_count,
    };
}

/* Everything that a process is made of, before it touches anything outside. */
struct made {
    struct fl_posix_options posix_options;
    struct fl_process_options process_options;
    struct lists lists;
    struct fl_keyring keyring;
    struct fl_posix *posix;
    struct worker_watch watch;
    int place; /* among the workers of a supervisor */
};

static void load_keys(const struct fl_worker_settings *settings, struct made *made)
{
    char problem[FL_KEY_FILE_PROBLEM_BYTES];
    if (!settings->encryption_keys) return;
    if (fl_key_file_read(settings->encryption_keys, &made->keyring, problem))
        fail(STATUS_USAGE, problem);
    made->process_options.keyring = &made->keyring;
}

static void make(const struct fl_worker_settings *settings, int log_fd, struct made *made)
{
    char problem[FL_PROBLEM_BYTES];
    made->posix_options = posix_options(settings);
    made->posix_options.log_fd = log_fd;
    made->process_options = process_options(settings, &made->lists);
    load_modules(settings, &made->lists);
    load_keys(settings, made);
    add_periodic(settings, &made->lists);
    enum fl_error err = fl_posix_new(&made->posix_options, &made->posix, problem);
    if (err) fail(err == FL_EINVAL ? STATUS_USAGE : STATUS_FAILED, problem);
    err = fl_process_new(&made->process_options, fl_posix_ports(made->posix), &made->watch.process);
    if (err) fail(err == FL_EINVAL ? STATUS_USAGE : STATUS_FAILED, fl_error_text(err));
}

static void release(struct made *made)
{
    fl_process_free(made->watch.process);
    fl_posix_free(made->posix);
    release_zones(&made->lists);
}

static void log_warnings(const struct fl_worker_settings *settings, struct fl_log log)
{
    for (size_t i = 0; i < settings->warning_count; i++)
        fl_log_write(log, &(struct fl_log_line){.level = FL_LOG_WARN,
                                                .message = fl_span_from(settings->warnings[i])});
}

/* Without its service manager a worker does as well. */
static void open_notify(struct fl_notify *notify)
{
    if (fl_notify_init(notify, getenv("NOTIFY_SOCKET"), getenv("WATCHDOG_USEC"),
                       getenv("WATCHDOG_PID")))
        fprintf(stderr, "faultline-worker: NOTIFY_SOCKET is no socket\n");
}

/* False: this process has no supervisor, or is one. What it inherits is not its handlers' affair.
 */
static bool take_supervisor(struct made *made)
{
    const char *text = getenv(WORKER_SUPERVISED);
    int fd;
    if (!text || sscanf(text, "%d:%d", &fd, &made->place) != 2 || fd <= STDERR_FILENO) return false;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC)) return false;
    fl_notify_init_fd(&made->watch.notify, fd);
    unsetenv(WORKER_SUPERVISED);
    return true;
}

static int run(const struct fl_worker_settings *settings, struct made *made)
{
    char problem[FL_PROBLEM_BYTES];
    int status = STATUS_FAILED;
    enum fl_error err =
        worker_watch_run(&made->watch, fl_posix_ports(made->posix), settings->health_port, &status);
    if (!err) return status;
    snprintf(problem, sizeof problem, "port %d of 127.0.0.1, for probes: %s", settings->health_port,
             err == FL_EEXIST ? "somebody else listens there" : fl_error_text(err));
    fail(STATUS_FAILED, problem);
}

static int work(const struct fl_worker_settings *settings)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGTSTP, SIGTTIN, SIGUSR2};
    struct made made = {0};
    char problem[FL_PROBLEM_BYTES];
    made.watch.supervised = take_supervisor(&made);
    if (!made.watch.supervised) open_notify(&made.watch.notify);
    if (fl_signals_init(&made.watch.signals, numbers, FL_COUNT(numbers)))
        fail(STATUS_FAILED, "cannot watch for signals");
    make(settings, STDOUT_FILENO, &made);
    log_warnings(settings, fl_posix_ports(made.posix)->log);
    if (fl_posix_check(made.posix, problem)) fail(STATUS_FAILED, problem);
    int status = run(settings, &made);
    release(&made);
    fl_notify_release(&made.watch.notify);
    fl_signals_release(&made.watch.signals);
    return status;
}

/* The workers read the same flags and file again. */
static int supervise(const struct fl_worker_settings *settings, char **argv)
{
    struct worker_supervisor_options supervisor = {.argv = argv,
                                                   .processes = settings->processes,
                                                   .memory_max_mib = settings->memory_max_mib,
                                                   .timeout_s = settings->timeout_s};
    open_notify(&supervisor.notify);
    int status = worker_supervisor_run(&supervisor);
    fl_notify_release(&supervisor.notify);
    return status;
}

/* --- what is printed --- */

/* Whatever can be wrong without a server is found: modules, crontabs, zones and URLs too. */
static int check_config(const struct fl_worker_settings *settings)
{
    struct fl_buf text = FL_BUF_INIT(CHECK_BYTES_MAX);
    struct made made = {0};
    make(settings, STDERR_FILENO, &made);
    release(&made);
    if (fl_worker_settings_show(settings, &text)) fail(STATUS_FAILED, fl_error_text(FL_ENOMEM));
    fputs(text.bytes, stdout);
    fl_buf_release(&text);
    for (size_t i = 0; i < settings->warning_count; i++)
        fprintf(stderr, "faultline-worker: %s\n", settings->warnings[i]);
    return 0;
}

static int print_help(void)
{
    struct fl_buf text = FL_BUF_INIT(CHECK_BYTES_MAX);
    if (fl_worker_command_help(&text)) fail(STATUS_FAILED, fl_error_text(FL_ENOMEM));
    fputs(text.bytes, stdout);
    fl_buf_release(&text);
    return 0;
}

/* docs/reference/worker.md */
static int print_reference(void)
{
    struct fl_buf rows = FL_BUF_INIT(CHECK_BYTES_MAX);
    if (fl_worker_settings_reference(&rows)) fail(STATUS_FAILED, fl_error_text(FL_ENOMEM));
    printf("# faultline-worker: reference\n"
           "\n"
           "<!-- Printed by `faultline-worker --reference`. -->\n"
           "\n"
           "```\n");
    print_help();
    printf("```\n"
           "\n"
           "## Settings\n"
           "\n"
           "Of the file; a key may begin with a colon. A flag wins over a variable of the "
           "environment, that over\n"
           "the section of the file that has the environment's name (`-e`), and that over the rest "
           "of the file.\n"
           "Only `RAILS_MAX_THREADS` comes last. A key that is not in the table is warned of and "
           "left alone.\n"
           "`faultline-worker --check-config` with the same flags prints what would hold, and who "
           "says so.\n"
           "\n"
           "%s",
           rows.bytes);
    fl_buf_release(&rows);
    return 0;
}

int main(int argc, char **argv)
{
    struct fl_worker_command command = {0};
    char problem[FL_WORKER_SETTINGS_PROBLEM_BYTES];
    int status = 0;
    fl_posix_open_standard_streams();
    if (fl_worker_command_read(argc, argv, &command, problem)) fail(STATUS_USAGE, problem);
    switch (command.what) {
    case FL_COMMAND_WORK:
        if (command.settings.processes && !getenv(WORKER_SUPERVISED))
            status = supervise(&command.settings, argv);
        else
            status = work(&command.settings);
        break;
    case FL_COMMAND_CHECK: status = check_config(&command.settings); break;
    case FL_COMMAND_REFERENCE: status = print_reference(); break;
    case FL_COMMAND_VERSION: printf("Faultline %s\n", FL_VERSION); break;
    case FL_COMMAND_HELP: status = print_help(); break;
    }
    fl_worker_settings_release(&command.settings);
    return status;
}
