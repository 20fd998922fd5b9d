#include "posix/worker_keys.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "core/assert.h"
#include "core/edit_distance.h"
#include "posix/worker_settings.h"

#define AT(field) offsetof(struct fl_worker_settings, field)

enum { DAY_S = 24 * 3600 };

const struct fl_worker_key fl_worker_keys[] = {
    {.name = "require",
     .kind = FL_KIND_MODULES,
     .offset = AT(module_count),
     .option = "require",
     .without = "",
     .explanation = "a handler module, a shared object, or a list of them"},
    {.name = "queues",
     .kind = FL_KIND_QUEUES,
     .offset = AT(queues.count),
     .option = "queue",
     .without = "default",
     .explanation = "a list of names: asked in this order; of [name, weight]: drawn by weight"},
    {.name = "concurrency",
     .kind = FL_KIND_INT,
     .offset = AT(concurrency),
     .min = 1,
     .max = 256,
     .option = "concurrency",
     .variable = "RAILS_MAX_THREADS",
     .without = "5",
     .explanation = "job threads"},
    {.name = "capsules",
     .kind = FL_KIND_CAPSULES,
     .offset = AT(capsule_count),
     .without = "",
     .explanation = "threads of their own for some queues: {name: {concurrency, queues}}"},
    {.name = "timeout",
     .kind = FL_KIND_INT,
     .offset = AT(timeout_s),
     .min = 1,
     .max = DAY_S,
     .option = "timeout",
     .without = "25",
     .explanation = "seconds of grace for running jobs when asked to stop"},
    {.name = "fetch",
     .kind = FL_KIND_TEXT,
     .offset = AT(fetch),
     .words = {"reliable", "basic"},
     .without = "reliable",
     .explanation = "`reliable` keeps the job of a killed process, `basic` loses it as Sidekiq's"},
    {.name = "wire",
     .kind = FL_KIND_INT,
     .offset = AT(wire),
     .min = 6,
     .max = 8,
     .without = "7",
     .explanation = "whose keys and units are written: Sidekiq's 6, 7 or 8; all are read"},
    {.name = "tag",
     .kind = FL_KIND_TEXT,
     .offset = AT(tag),
     .option = "tag",
     .without = "",
     .explanation = "a name for this process in the process list"},
    {.name = "labels",
     .kind = FL_KIND_LABELS,
     .offset = AT(label_count),
     .without = "",
     .explanation = "words for this process in the process list"},
    {.name = "max_retries",
     .kind = FL_KIND_INT,
     .offset = AT(max_retries),
     .min = 1,
     .max = 1000,
     .without = "25",
     .explanation = "retries of a job that says `retry: true`"},
    {.name = "max_recoveries",
     .kind = FL_KIND_INT,
     .offset = AT(max_recoveries),
     .min = 1,
     .max = INT_MAX,
     .without = "3",
     .explanation = "so often a job comes back whose process died, in 72 hours; then it is dead"},
    {.name = "dead_max_jobs",
     .kind = FL_KIND_INT,
     .offset = AT(dead_max_jobs),
     .min = 1,
     .max = INT_MAX,
     .without = "10000",
     .explanation = "the dead set stays below this"},
    {.name = "dead_timeout_in_seconds",
     .kind = FL_KIND_INT,
     .offset = AT(dead_timeout_s),
     .min = 1,
     .max = INT_MAX,
     .without = "15552000",
     .explanation = "how long a dead job is kept"},
    {.name = "average_scheduled_poll_interval",
     .kind = FL_KIND_SECONDS,
     .offset = AT(average_poll_us),
     .max = DAY_S,
     .without = "5",
     .explanation = "how often, on average, some process looks for scheduled jobs and retries"},
    {.name = "poll_interval_average",
     .kind = FL_KIND_SECONDS,
     .offset = AT(own_poll_us),
     .max = DAY_S,
     .without = "",
     .explanation = "how often this process looks, however many there are"},
    {.name = "periodic",
     .kind = FL_KIND_PERIODIC,
     .offset = AT(periodic_count),
     .without = "",
     .explanation = "jobs by the clock: {cron, class, tz, args, queue, name}"},
    {.name = "redis",
     .kind = FL_KIND_SECRET,
     .offset = AT(redis),
     .variable = "REDIS_URL",
     .without = "redis://localhost:6379/0",
     .explanation = "`redis://[[user]:password@]host[:port][/db]` or `unix:///path[?db=n]`"},
    {.name = "database",
     .kind = FL_KIND_TEXT,
     .offset = AT(database),
     .variable = "FAULTLINE_DB",
     .without = "",
     .explanation = "the SQLite file, or postgres://..., that handlers use"},
    {.name = "smtp",
     .kind = FL_KIND_SECRET,
     .offset = AT(smtp),
     .variable = "FAULTLINE_SMTP",
     .without = "",
     .explanation = "`smtp://[user:password@]host[:port]` for the handlers' mail"},
    {.name = "statsd",
     .kind = FL_KIND_TEXT,
     .offset = AT(statsd),
     .variable = "FAULTLINE_STATSD",
     .without = "",
     .explanation = "host:port for metrics"},
    {.name = "health_port",
     .kind = FL_KIND_INT,
     .offset = AT(health_port),
     .min = 1,
     .max = UINT16_MAX,
     .option = "health-port",
     .without = "",
     .explanation = "port of 127.0.0.1 that answers /live, /ready and /metrics"},
    {.name = "log_format",
     .kind = FL_KIND_TEXT,
     .offset = AT(log_format),
     .words = {"json", "plain"},
     .variable = "FAULTLINE_LOG",
     .without = "json",
     .explanation = "`json` or `plain`"},
    {.name = "verbose",
     .kind = FL_KIND_TOGGLE,
     .offset = AT(verbose),
     .option = "verbose",
     .variable = "DEBUG_INVOCATION",
     .without = "false",
     .explanation = "log debug lines too"},
};

const size_t fl_worker_key_count = FL_COUNT(fl_worker_keys);
static_assert(FL_COUNT(fl_worker_keys) <= FL_WORKER_KEYS_MAX, "each has an origin");

const struct fl_worker_key *fl_worker_key_find(const char *name)
{
    for (size_t i = 0; i < FL_COUNT(fl_worker_keys); i++)
        if (strcmp(fl_worker_keys[i].name, name) == 0) return &fl_worker_keys[i];
    return NULL;
}

const char *fl_worker_key_nearest(const char *name)
{
    const char *found = NULL;
    size_t least = FL_EDIT_NEAR + 1;
    for (size_t i = 0; i < FL_COUNT(fl_worker_keys); i++) {
        size_t distance = fl_edit_distance(name, fl_worker_keys[i].name);
        if (distance >= least || 3 * distance > strlen(name)) continue;
        least = distance;
        found = fl_worker_keys[i].name;
    }
    return found;
}
