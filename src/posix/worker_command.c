#include "posix/worker_command.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/assert.h"
#include "posix/options.h"

enum { CONCURRENCY_MAX = 256 };

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
    {"processes", 0, "N", "a supervisor that runs N worker processes"},
    {"max-memory", 0, "MIB", "it replaces a worker process that has grown beyond"},
    {"health-port", 0, "PORT", "answer /live, /ready and /metrics on this port of 127.0.0.1"},
    {"check-config", 0, NULL, "start nothing: print what would hold, and who says so"},
    {"reference", 0, NULL, "print the page of all flags and settings"},
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
    "Without -C the file is config/sidekiq.yml, if there is one.\n"
    "\n"
    "Environment (over the file, under the flags):\n"
    "  REDIS_URL            redis://[[user]:password@]host[:port][/db] or unix:///path[?db=n]\n"
    "  REDIS_PROVIDER       the name of the variable that holds that URL\n"
    "  FAULTLINE_DB         the SQLite file, or postgres://..., that handlers use\n"
    "  FAULTLINE_SMTP       smtp://[user:password@]host[:port] for their mail\n"
    "  FAULTLINE_ENCRYPTION_KEYS  the file of the keys for encrypted arguments\n"
    "  FAULTLINE_STATSD     host:port for their metrics\n"
    "  FAULTLINE_LOG        json (the default) or plain\n"
    "  RAILS_MAX_THREADS    job threads, when neither flag nor file says so\n"
    "  APP_ENV, RAILS_ENV, RACK_ENV   as -e\n"
    "  DYNO                 the host name in the process list\n"
    "  DEBUG_INVOCATION     1: as -v\n"
    "  NOTIFY_SOCKET, WATCHDOG_USEC   systemd's: told when it is ready, how it is, that it lives\n"
    "\n"
    "Signals: TERM and INT stop, TSTP takes no more jobs, TTIN logs what each thread does, USR2 "
    "takes\n"
    "no more jobs and ends once the last one has. A supervisor hears the same; at USR2 it replaces "
    "its\n"
    "worker processes one at a time, each once its successor is ready.\n"
    "Exit status: 0 stopped, 1 could not start, 2 usage, 70 a system failure: start it again.\n";

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
    if (fl_queue_setting_add(&settings->queues, &settings->arena, text, why)) return true;
    snprintf(problem, FL_OPTION_PROBLEM_BYTES, "--queue: %.400s", why);
    return false;
}

/* Those without a letter. */
static bool take_long(struct fl_worker_command *command, const struct fl_option *option,
                      const char *value, char problem[FL_OPTION_PROBLEM_BYTES])
{
    const struct {
        const char *name;
        int max, *field;
    } numbers[] = {
        {"health-port", UINT16_MAX, &command->settings.health_port},
        {"processes", 64, &command->settings.processes},
        {"max-memory", INT_MAX / 1024, &command->settings.memory_max_mib},
    };
    for (size_t i = 0; i < FL_COUNT(numbers); i++)
        if (strcmp(option->name, numbers[i].name) == 0)
            return fl_option_int(option, value, 1, numbers[i].max, numbers[i].field, problem);
    command->what =
        strcmp(option->name, "reference") == 0 ? FL_COMMAND_REFERENCE : FL_COMMAND_CHECK;
    return true;
}

static bool take_option(void *context, const struct fl_option *option, const char *value,
                        char problem[FL_OPTION_PROBLEM_BYTES])
{
    struct fl_worker_command *command = context;
    struct fl_worker_settings *settings = &command->settings;
    switch (option->letter) {
    case 'r': return take_module(settings, value, problem);
    case 'q': return take_queue(settings, value, problem);
    case 'c':
        return fl_option_int(option, value, 1, CONCURRENCY_MAX, &settings->concurrency, problem);
    case 't': return fl_option_int(option, value, 1, 24 * 3600, &settings->timeout_s, problem);
    case 'C': command->config = value; return true;
    case 'e': command->environment = value; return true;
    case 'g': settings->tag = value; return true;
    case 'v': settings->verbose = FL_YES; return true;
    case 'V': command->what = FL_COMMAND_VERSION; return true;
    case 'h': command->what = FL_COMMAND_HELP; return true;
    default: return take_long(command, option, value, problem);
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

static bool refuse(char *problem, const char *why)
{
    snprintf(problem, FL_WORKER_SETTINGS_PROBLEM_BYTES, "%s", why);
    return false;
}

static bool take_redis(struct fl_worker_settings *settings, char *problem)
{
    const char *provider = getenv("REDIS_PROVIDER");
    if (!provider || !*provider) provider = "REDIS_URL";
    if (strchr(provider, ':'))
        return refuse(problem, "REDIS_PROVIDER holds the name of a variable, not the URL itself");
    take_variable(&settings->redis, provider);
    return true;
}

static bool take_environment(struct fl_worker_settings *settings, char *problem)
{
    const char *debug = getenv("DEBUG_INVOCATION"); /* systemd's */
    if (!take_redis(settings, problem)) return false;
    take_variable(&settings->database, "FAULTLINE_DB");
    take_variable(&settings->smtp, "FAULTLINE_SMTP");
    take_variable(&settings->statsd, "FAULTLINE_STATSD");
    take_variable(&settings->encryption_keys, "FAULTLINE_ENCRYPTION_KEYS");
    take_variable(&settings->log_format, "FAULTLINE_LOG");
    if (!settings->verbose && debug && strcmp(debug, "1") == 0) settings->verbose = FL_YES;
    fl_worker_settings_note(settings, FL_FROM_VARIABLE);
    return true;
}

static bool take_file(struct fl_worker_command *command, char *problem)
{
    static const char *const names[] = {"APP_ENV", "RAILS_ENV", "RACK_ENV"};
    const char *config = command->config, *environment = command->environment;
    if (!environment) environment = first_set(names, FL_COUNT(names));
    if (!environment) environment = "development";
    if (!config && access(FL_WORKER_CONFIG_DEFAULT, F_OK) == 0) config = FL_WORKER_CONFIG_DEFAULT;
    return !config || !fl_worker_settings_read(&command->settings, config, environment, problem);
}

/* Under the file: it is a last resort. */
static bool take_rails_max_threads(struct fl_worker_settings *settings, char *problem)
{
    static const struct fl_option option = {.name = "concurrency (RAILS_MAX_THREADS)"};
    char why[FL_OPTION_PROBLEM_BYTES];
    const char *threads = NULL;
    take_variable(&threads, "RAILS_MAX_THREADS");
    if (settings->concurrency || !threads) return true;
    if (!fl_option_int(&option, threads, 1, CONCURRENCY_MAX, &settings->concurrency, why))
        return refuse(problem, why);
    fl_worker_settings_note(settings, FL_FROM_VARIABLE);
    return true;
}

static bool take_rest(struct fl_worker_command *command, char *problem)
{
    fl_worker_settings_note(&command->settings, FL_FROM_FLAG);
    if (!take_environment(&command->settings, problem)) return false;
    if (!take_file(command, problem)) return false;
    if (!take_rails_max_threads(&command->settings, problem)) return false;
    return command->settings.module_count ||
           refuse(problem, "want a handler module: -r ./workers.so");
}

enum fl_error fl_worker_command_read(int argc, char **argv, struct fl_worker_command *command,
                                     char ret_problem[FL_WORKER_SETTINGS_PROBLEM_BYTES])
{
    char why[FL_OPTION_PROBLEM_BYTES];
    int operand = argc;
    enum fl_error err = fl_options_parse(options, FL_COUNT(options), argc, argv, take_option,
                                         command, &operand, why);
    if (err) {
        refuse(ret_problem, why);
        return err;
    }
    if (command->what != FL_COMMAND_WORK && command->what != FL_COMMAND_CHECK) return FL_OK;
    if (operand < argc) {
        snprintf(ret_problem, FL_WORKER_SETTINGS_PROBLEM_BYTES, "want options only, found '%.100s'",
                 argv[operand]);
        return FL_EINVAL;
    }
    return take_rest(command, ret_problem) ? FL_OK : FL_EINVAL;
}

enum fl_error fl_worker_command_help(struct fl_buf *out)
{
    char text[FL_OPTION_HELP_BYTES];
    fl_options_help(options, FL_COUNT(options), text);
    return fl_buf_printf(out, "%s%s%s", usage, text, more);
}

const char *fl_worker_hostname(void)
{
    static const char *const dyno[] = {"DYNO"};
    return first_set(dyno, 1);
}
