#include "queue/health.h"

#include <inttypes.h>

#include "core/assert.h"
#include "core/time_text.h"

bool fl_health_is_live(const struct fl_health *health)
{
    return health->turn_age_us < FL_HEALTH_STUCK_S * FL_SECOND_US;
}

const char *fl_health_obstacle(const struct fl_health *health)
{
    if (health->phase >= FL_PHASE_STOPPING) return "stopping";
    if (health->phase == FL_PHASE_QUIET) return "quiet";
    if (!fl_health_is_live(health)) return "its heartbeat is stuck";
    if (health->beat_age_us == FL_NEVER_US) return "Redis has not taken a heartbeat yet";
    if (health->beat_age_us >= FL_LEASE_S * FL_SECOND_US)
        return "Redis has not taken a heartbeat for 30 s";
    return NULL;
}

enum fl_error fl_health_status(const struct fl_health *health, struct fl_buf *out)
{
    const char *obstacle = fl_health_obstacle(health);
    return fl_buf_printf(out, "%d of %d busy%s%s", health->busy, health->concurrency,
                         obstacle ? "; " : "", obstacle ? obstacle : "");
}

struct metric {
    const char *name, *type, *help;
    int64_t value;
    enum { WHOLE, MICROSECONDS } unit; /* the latter are shown as seconds */
};

static enum fl_error write_metric(const struct metric *metric, struct fl_buf *out)
{
    enum fl_error err = fl_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s ", metric->name,
                                      metric->help, metric->name, metric->type, metric->name);
    if (err) return err;
    if (metric->unit == WHOLE) return fl_buf_printf(out, "%" PRId64 "\n", metric->value);
    return fl_buf_printf(out, "%" PRId64 ".%06d\n", metric->value / FL_SECOND_US,
                         (int)(metric->value % FL_SECOND_US));
}

enum fl_error fl_health_metrics(const struct fl_health *health, struct fl_buf *out)
{
    bool beaten = health->beat_age_us != FL_NEVER_US;
    const struct metric metrics[] = {
        {"faultline_jobs_processed_total", "counter", "Jobs that have ended here, failed ones too.",
         health->processed, WHOLE},
        {"faultline_jobs_failed_total", "counter", "Jobs that have failed here.", health->failed,
         WHOLE},
        {"faultline_busy_threads", "gauge", "Job threads that run a job.", health->busy, WHOLE},
        {"faultline_threads", "gauge", "Job threads.", health->concurrency, WHOLE},
        {"faultline_ready", "gauge", "1 while jobs are taken.", !fl_health_obstacle(health), WHOLE},
        {"faultline_quiet", "gauge", "1 once no more jobs are taken.",
         health->phase >= FL_PHASE_QUIET, WHOLE},
        {"faultline_resident_memory_bytes", "gauge", "Resident memory.", health->rss_kib * 1024,
         WHOLE},
        {"faultline_redis_round_trip_seconds", "gauge", "PING of the last heartbeat.",
         health->rtt_us, MICROSECONDS},
        {"faultline_heartbeat_age_seconds", "gauge", "Since Redis has last taken a heartbeat.",
         health->beat_age_us, MICROSECONDS},
    };
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < FL_COUNT(metrics) - !beaten;
         i++) /* the last: once there is one */
        err = write_metric(&metrics[i], out);
    return err;
}
