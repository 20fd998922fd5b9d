/* faultline-worker: runs the jobs of handler modules, with Sidekiq's flags, signals and file. */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "posix/module.h"
#include "posix/options.h"
#include "posix/ports.h"
#include "posix/process.h"
#include "posix/signals.h"
#include "posix/sqlite_db.h"
#include "posix/worker_settings.h"
#include "posix/zone_database.h"
#include "queue/process.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };
static_assert((int)FL_WORKER_SETTINGS_PERIODIC_MAX == (int)FL_PERIODIC_MAX, "none is too many");
static_assert((int)FL_WORKER_SETTINGS_QUEUE_BYTES == (int)FL_QUEUE_NAME_BYTES,
              "a name is checked early");

static const struct fl_option options[] = {
    {"require", 'r', "PATH", "load a handler module, a shared object; may be repeated"},
    {"concurrency", 'c', "N", "job threads (5)"},
    {"queue", 'q', "NAME[,WEIGHT]",
     "a queue to work on (default); repeated: in this order, or by weight"},
    {"timeout", 't', "SECONDS", "grace for running jobs when asked to stop (25)"},
    {"config", 'C', "PATH", "a YAML file with these settings and more, as sidekiq.yml"},
    {"environment", 'e', "NAME", "the section of the file that goes over the rest"},
    {"tag", 'g', "TAG", "a name for this process in the process list"},
    {"verbose", 'v', NULL, "log debug lines too"},
    {"version", 'V', NULL, "print the version"},
    {"help", 'h', NULL, "print this"},
};

static const char usage[] =
    "faultline-worker -r MODULE [option...]\n"
    "\n"
    "Takes jobs from Redis and runs them with the handlers of the modules.\n"
    "\n";

static const char more[] =
    "\n"
    "Environment (over the file, under the flags):\n"
    "  REDIS_URL            redis://[[user]:password@]host[:port][/db] or unix:///path[?db=n]\n"
    "  REDIS_PROVIDER       the name of the variable that holds that URL\n"
    "  FAULTLINE_DB         the SQLite file that handlers use\n"
    "  FAULTLINE_SMTP       smtp://[user:password@]host[:port] for their mail\n"
    "  FAULTLINE_STATSD     host:port for their metrics\n"
    "  FAULTLINE_LOG        json (the default) or plain\n"
    "  RAILS_MAX_THREADS    job threads, when neither flag nor file says so\n"
    "  APP_ENV, RAILS_ENV, RACK_ENV   as -e\n"
    "  DYNO                 the host name in the process list\n"
    "\n"
    "Signals: TERM and INT stop, TSTP takes no more jobs, TTIN logs what each thread does.\n"
    "Exit status: 0 stopped, 1 could not start, 2 usage, 70 a system failure: start it again.\n";

struct command {
    struct fl_worker_settings settings;
    const char *config, *environment;
    enum { COMMAND_WORK, COMMAND_VERSION, COMMAND_HELP } what;
};

/* Ends the program with one line: nothing has been started or changed yet. */
_Noreturn static void fail(int status, const char *text)
{
    fprintf(stderr, "faultline-worker: %s\n", text);
    exit(status);
}

static bool take_module(struct fl_worker_settings *settings, const char *path, char *problem)
{
    if (settings->module_count == FL_WORKER_SETTINGS_MODULES_MAX) {
        snprintf(problem, FL_OPTION_PROBLEM_BYTES, "at most %d modules",
                 FL_WORKER_SETTINGS_MODULES_MAX);
        return false;
    }
    settings->modules[settings->module_count++] = path;
    return true;
}

static bool take_queue(struct fl_worker_settings *settings, const char *text, char *problem)
{
    char why[FL_WORKER_SETTINGS_PROBLEM_BYTES];
    if (fl_worker_settings_add_queue(settings, text, why)) return true;
    snprintf(problem, FL_OPTION_PROBLEM_BYTES, "--queue: %.400s", why);
    return false;
}

static bool take_option(void *context, const struct fl_option *option, const char *value,
                        char problem[FL_OPTION_PROBLEM_BYTES])
{
    struct command *command = context;
    struct fl_worker_settings *settings = &command->settings;
    switch (option->letter) {
    case 'r': return take_module(settings, value, problem);
    case 'q': return take_queue(settings, value, problem);
    case 'c':
        return fl_option_int(option, value, 1, FL_CONCURRENCY_MAX, &settings->concurrency, problem);
    case 't': return fl_option_int(option, value, 1, 24 * 3600, &settings->timeout_s, problem);
    case 'C': command->config = value; return true;
    case 'e': command->environment = value; return true;
    case 'g': settings->tag = value; return true;
    case 'v': settings->verbose = FL_YES; return true;
    case 'V': command->what = COMMAND_VERSION; return true;
    default: command->what = COMMAND_HELP; return true;
    }
}

static const char *first_set(const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return value;
    }
    return NULL;
}

static void take_variable(const char **field, const char *name)
{
    const char *value = getenv(name);
    if (!*field && value && *value) *field = value;
}

static const char *redis_variable(void)
{
    const char *provider = getenv("REDIS_PROVIDER");
    if (!provider || !*provider) return "REDIS_URL";
    if (strchr(provider, ':'))
        fail(STATUS_USAGE, "REDIS_PROVIDER holds the name of a variable, not the URL itself");
    return provider;
}

static void take_environment(struct fl_worker_settings *settings)
{
    take_variable(&settings->redis, redis_variable());
    take_variable(&settings->database, "FAULTLINE_DB");
    take_variable(&settings->smtp, "FAULTLINE_SMTP");
    take_variable(&settings->statsd, "FAULTLINE_STATSD");
    take_variable(&settings->log_format, "FAULTLINE_LOG");
}

static void take_file(struct command *command)
{
    static const char *const names[] = {"APP_ENV", "RAILS_ENV", "RACK_ENV"};
    char problem[FL_WORKER_SETTINGS_PROBLEM_BYTES];
    const char *environment =
        command->environment ? command->environment : first_set(names, FL_COUNT(names));
    if (!environment) environment = "development";
    if (command->config &&
        fl_worker_settings_read(&command->settings, command->config, environment, problem))
        fail(STATUS_USAGE, problem);
}

static void take_rails_max_threads(struct fl_worker_settings *settings)
{
    static const struct fl_option option = {.name = "concurrency (RAILS_MAX_THREADS)"};
    char problem[FL_OPTION_PROBLEM_BYTES];
    const char *threads = NULL;
    take_variable(&threads, "RAILS_MAX_THREADS");
    if (settings->concurrency || !threads) return;
    if (!fl_option_int(&option, threads, 1, FL_CONCURRENCY_MAX, &settings->concurrency, problem))
        fail(STATUS_USAGE, problem);
}

static void read_command(int argc, char **argv, struct command *command)
{
    char problem[FL_OPTION_PROBLEM_BYTES];
    int operand = argc;
    if (fl_options_parse(options, FL_COUNT(options), argc, argv, take_option, command, &operand,
                         problem))
        fail(STATUS_USAGE, problem);
    if (command->what != COMMAND_WORK) return;
    if (operand < argc) {
        snprintf(problem, sizeof problem, "want options only, found '%.100s'", argv[operand]);
        fail(STATUS_USAGE, problem);
    }
    take_environment(&command->settings);
    take_file(command);
    take_rails_max_threads(&command->settings);
    if (command->settings.module_count == 0)
        fail(STATUS_USAGE, "want a handler module: -r ./workers.so");
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
static int connections_for(int concurrency)
{
    return concurrency < FL_SQLITE_CONNECTIONS_MAX ? concurrency : FL_SQLITE_CONNECTIONS_MAX;
}

static struct fl_posix_options posix_options(const struct fl_worker_settings *settings)
{
    static const char *const formats[] = {"json", "plain"};
    static const char *const dyno[] = {"DYNO"};
    return (struct fl_posix_options){
        .redis_url = settings->redis,
        .database = settings->database,
        .database_connections = connections_for(settings->concurrency),
        .smtp_url = settings->smtp,
        .statsd = settings->statsd,
        .hostname = first_set(dyno, 1),
        .log_fd = STDOUT_FILENO,
        .log_format =
            choose("log_format", settings->log_format, formats, 2) ? FL_LOG_PLAIN : FL_LOG_JSON,
        .log_level = settings->verbose == FL_YES ? FL_LOG_DEBUG : FL_LOG_INFO,
    };
}

/* What fl_process_options points to. */
struct lists {
    struct fl_queue_option queues[FL_WORKER_SETTINGS_QUEUES_MAX];
    const struct fl_worker *tables[FL_WORKER_SETTINGS_MODULES_MAX];
    struct fl_periodic periodic[FL_WORKER_SETTINGS_PERIODIC_MAX];
    struct fl_zone *zones[FL_WORKER_SETTINGS_PERIODIC_MAX];
};

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
    }
}

static struct fl_process_options process_options(const struct fl_worker_settings *settings,
                                                 struct lists *lists)
{
    static const char *const fetches[] = {"reliable", "basic"};
    for (size_t i = 0; i < settings->queue_count; i++)
        lists->queues[i] =
            (struct fl_queue_option){settings->queues[i].name, settings->queues[i].weight};
    return (struct fl_process_options){
        .queues = lists->queues,
        .queue_count = settings->queue_count,
        .concurrency = settings->concurrency,
        .timeout_us = settings->timeout_s * FL_SECOND_US,
        .fetch = choose("fetch", settings->fetch, fetches, 2) ? FL_FETCH_BASIC : FL_FETCH_RELIABLE,
        .wire = (enum fl_wire)settings->wire,
        .max_retries = settings->max_retries,
        .dead_max_jobs = settings->dead_max_jobs,
        .dead_timeout_us = settings->dead_timeout_s * FL_SECOND_US,
        .average_poll_us = settings->average_poll_us,
        .own_poll_us = settings->own_poll_us,
        .tag = settings->tag,
        .labels = settings->labels,
        .label_count = settings->label_count,
        .periodic = lists->periodic,
        .periodic_count = settings->periodic_count,
        .tables = lists->tables,
        .table_count = settings->module_count,
    };
}

struct watch {
    struct fl_signals signals;
    struct fl_process *process;
};

static void watch_signals(void *argument)
{
    struct watch *watch = argument;
    int number;
    while ((number = fl_signals_wait(&watch->signals)) != 0) {
        switch (number) {
        case SIGTSTP: fl_process_quiet(watch->process); break;
        case SIGTTIN: fl_process_dump(watch->process); break;
        default: fl_process_stop(watch->process); break;
        }
    }
}

/* Runs until a signal stops it; the exit status. */
static int run_watched(struct watch *watch, struct fl_tasks tasks)
{
    struct fl_task *task;
    if (fl_task_spawn(tasks, "signals", watch_signals, watch, &task))
        fail(STATUS_FAILED, "no thread for signals");
    int status = fl_process_run(watch->process);
    fl_signals_end(&watch->signals);
    if (fl_task_join(tasks, task, FL_NEVER_US)) status = STATUS_FAILED;
    return status;
}

static int work(const struct fl_worker_settings *settings)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGTSTP, SIGTTIN};
    struct fl_posix_options posix_opts = posix_options(settings);
    struct lists lists = {0};
    struct fl_process_options process_opts = process_options(settings, &lists);
    char problem[FL_PROBLEM_BYTES];
    struct fl_posix *posix;
    struct watch watch;

    load_modules(settings, &lists);
    add_periodic(settings, &lists);
    if (fl_signals_init(&watch.signals, numbers, FL_COUNT(numbers)))
        fail(STATUS_FAILED, "cannot watch for signals");
    enum fl_error err = fl_posix_new(&posix_opts, &posix, problem);
    if (err) fail(err == FL_EINVAL ? STATUS_USAGE : STATUS_FAILED, problem);
    if (fl_posix_check(posix, problem)) fail(STATUS_FAILED, problem);
    const struct fl_ports *ports = fl_posix_ports(posix);
    err = fl_process_new(&process_opts, ports, &watch.process);
    if (err) fail(err == FL_EINVAL ? STATUS_USAGE : STATUS_FAILED, fl_error_text(err));
    int status = run_watched(&watch, ports->tasks);
    fl_process_free(watch.process);
    fl_posix_free(posix);
    release_zones(&lists);
    fl_signals_release(&watch.signals);
    return status;
}

static int print_help(void)
{
    char text[FL_OPTION_HELP_BYTES];
    fl_options_help(options, FL_COUNT(options), text);
    printf("%s%s%s", usage, text, more);
    return 0;
}

int main(int argc, char **argv)
{
    struct command command = {0};
    int status = 0;
    fl_posix_open_standard_streams();
    read_command(argc, argv, &command);
    switch (command.what) {
    case COMMAND_WORK: status = work(&command.settings); break;
    case COMMAND_VERSION: printf("Faultline %s\n", FL_VERSION); break;
    case COMMAND_HELP: status = print_help(); break;
    }
    fl_worker_settings_release(&command.settings);
    return status;
}
