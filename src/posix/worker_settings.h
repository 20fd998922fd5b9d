/* src/posix/worker_settings.h - what a worker process is told, by its flags and by its YAML file.
 *
 * The file is Sidekiq's sidekiq.yml: keys with or without a leading colon, a section with the name
 * of the environment over the rest; keys that nobody knows are left alone, as Sidekiq does, and
 * warned of. Flags win over the file: take them into the settings before the file, each value is
 * set once. */
#ifndef FL_POSIX_WORKER_SETTINGS_H
#define FL_POSIX_WORKER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/span.h"
#include "posix/alert_setting.h"
#include "posix/periodic_setting.h"
#include "posix/queue_setting.h"
#include "posix/worker_keys.h"

enum {
    FL_WORKER_SETTINGS_CAPSULES_MAX = 16,
    FL_WORKER_SETTINGS_MODULES_MAX = 16,
    FL_WORKER_SETTINGS_LABELS_MAX = 16,
    FL_WORKER_SETTINGS_PERIODIC_MAX = 256,
    FL_WORKER_SETTINGS_KEYS_MAX = 256,
    FL_WORKER_SETTINGS_WARNINGS_MAX = 32,
    FL_WORKER_SETTINGS_PROBLEM_BYTES = 1024,
};

enum fl_toggle { FL_UNSET, FL_NO, FL_YES };

enum fl_worker_source { FL_FROM_NOBODY, FL_FROM_FLAG, FL_FROM_VARIABLE, FL_FROM_FILE };

struct fl_worker_origin {
    enum fl_worker_source source;
    const char *place; /* the flag's or the variable's name, or "file:line" */
};

/* 0 and NULL mean: not set. */
struct fl_worker_settings {
    struct fl_arena arena;                               /* holds the strings that the file gave */
    struct fl_worker_origin origins[FL_WORKER_KEYS_MAX]; /* as fl_worker_keys */
    const char *warnings[FL_WORKER_SETTINGS_WARNINGS_MAX];
    size_t warning_count;
    struct fl_queue_settings queues;
    struct fl_capsule_setting capsules[FL_WORKER_SETTINGS_CAPSULES_MAX];
    size_t capsule_count;
    const char *modules[FL_WORKER_SETTINGS_MODULES_MAX];
    size_t module_count;
    const char *labels[FL_WORKER_SETTINGS_LABELS_MAX];
    size_t label_count;
    struct fl_periodic_setting periodic[FL_WORKER_SETTINGS_PERIODIC_MAX];
    size_t periodic_count;
    struct fl_alert_setting alerts;
    int concurrency, timeout_s, max_retries, dead_max_jobs, dead_timeout_s, wire, health_port;
    int max_recoveries, processes, memory_max_mib;
    enum fl_toggle metrics;
    int reliable_push;
    const char *reliable_push_full;
    int64_t average_poll_us, own_poll_us;
    const char *tag, *database, *smtp, *statsd, *redis, *fetch, *log_format, *encryption_keys;
    enum fl_toggle verbose;
};

/* What has been set since the last call came from there. The file notes its own places. */
void fl_worker_settings_note(struct fl_worker_settings *settings, enum fl_worker_source source);
/* FL_ENOTFOUND, FL_EINVAL, FL_ENOMEM; `ret_problem` is "file:line:column: ..." where there is a
 * place. */
FL_CHECKED enum fl_error
fl_worker_settings_read(struct fl_worker_settings *settings, const char *path,
                        const char *environment,
                        char ret_problem[FL_WORKER_SETTINGS_PROBLEM_BYTES]);
/* The same from memory; `name` stands for the file in messages. */
FL_CHECKED enum fl_error
fl_worker_settings_parse(struct fl_worker_settings *settings, const char *name, struct fl_span text,
                         const char *environment,
                         char ret_problem[FL_WORKER_SETTINGS_PROBLEM_BYTES]);
void fl_worker_settings_release(struct fl_worker_settings *settings);

#endif
