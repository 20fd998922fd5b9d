#include "worker_watch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "core/time_text.h"
#include "queue/health.h"

enum {
    SOON_MS = 100, /* until it is ready */
    STATUS_MS = 10 * 1000,
    WATCHDOG_SHARE = 2, /* signs of life within the time that the manager grants */
    STATUS_BYTES = 512,
};

/* --- the service manager --- */

static void tell_state(struct worker_watch *watch, const struct fl_health *health)
{
    char text[STATUS_BYTES];
    struct fl_buf status = FL_BUF_INIT(STATUS_BYTES / 2);
    bool ready = !watch->ready_told && !fl_health_obstacle(health);
    bool stop = !watch->stop_told && health->phase >= FL_PHASE_STOPPING;
    if (fl_health_status(health, &status)) fl_buf_truncate(&status, 0);
    snprintf(text, sizeof text, "STATUS=%s%s%s%s", status.length ? status.bytes : "",
             ready ? "\nREADY=1" : "", stop ? "\nSTOPPING=1" : "",
             fl_health_is_live(health) ? "\nWATCHDOG=1" : "");
    fl_notify_send(&watch->notify, text);
    fl_buf_release(&status);
    watch->ready_told |= ready;
    watch->stop_told |= stop;
}

static void tell_manager(struct worker_watch *watch)
{
    struct fl_health health;
    if (watch->notify.fd < 0) return;
    fl_process_health(watch->process, &health);
    tell_state(watch, &health);
}

/* How long to wait for a signal before the manager is told again. */
static int patience_ms(const struct worker_watch *watch)
{
    int64_t watchdog_ms = watch->notify.watchdog_us / WATCHDOG_SHARE / 1000;
    if (watch->notify.fd < 0) return -1;
    if (!watch->ready_told) return SOON_MS;
    return watchdog_ms > 0 && watchdog_ms < STATUS_MS ? (int)watchdog_ms : STATUS_MS;
}

/* --- signals --- */

static void obey(struct worker_watch *watch, int number)
{
    switch (number) {
    case FL_SIGNAL_NONE: break;
    case SIGTSTP: fl_process_quiet(watch->process); break;
    case SIGTTIN: fl_process_dump(watch->process); break;
    case SIGUSR2: fl_process_retire(watch->process); break;
    default: fl_process_stop(watch->process); break;
    }
    tell_manager(watch);
}

static void watch_signals(void *argument)
{
    struct worker_watch *watch = argument;
    int number;
    while ((number = fl_signals_wait(&watch->signals, patience_ms(watch))) != 0)
        obey(watch, number);
    tell_manager(watch);
}

/* --- probes and scrapers --- */

static enum fl_error answer_probe(const char *obstacle, struct fl_status_reply *reply)
{
    if (obstacle) reply->status = 503;
    return fl_buf_printf(&reply->body, "%s\n", obstacle ? obstacle : "ok");
}

static enum fl_error answer(void *context, const char *path, struct fl_status_reply *reply)
{
    struct worker_watch *watch = context;
    struct fl_health health;
    fl_process_health(watch->process, &health);
    if (strcmp(path, "/live") == 0)
        return answer_probe(fl_health_is_live(&health) ? NULL : "its heartbeat is stuck", reply);
    if (strcmp(path, "/ready") == 0) return answer_probe(fl_health_obstacle(&health), reply);
    if (strcmp(path, "/metrics") == 0) {
        reply->type = "text/plain; version=0.0.4";
        return fl_health_metrics(&health, &reply->body);
    }
    reply->status = 404;
    return fl_buf_append_text(&reply->body, "/live, /ready or /metrics\n");
}

/* --- the run --- */

static enum fl_error run_between(struct worker_watch *watch, struct fl_tasks tasks, int *ret_status)
{
    struct fl_task *signals, *server = NULL;
    enum fl_error err = fl_task_spawn(tasks, "signals", watch_signals, watch, &signals);
    if (err) return err;
    if (watch->serves)
        err = fl_task_spawn(tasks, "status", fl_status_server_run, &watch->server, &server);
    if (!err) *ret_status = fl_process_run(watch->process);
    fl_signals_end(&watch->signals);
    enum fl_error join_err = fl_task_join(tasks, signals, FL_NEVER_US);
    if (!err) err = join_err;
    if (!server) return err;
    fl_status_server_end(&watch->server);
    join_err = fl_task_join(tasks, server, FL_NEVER_US);
    return err ? err : join_err;
}

enum fl_error worker_watch_run(struct worker_watch *watch, const struct fl_ports *ports,
                               int status_port, int *ret_status)
{
    enum fl_error err = FL_OK;
    watch->serves = status_port > 0;
    if (watch->serves) err = fl_status_server_init(&watch->server, status_port, answer, watch);
    if (err == FL_EEXIST && watch->supervised) err = FL_OK; /* it tries again */
    if (!err) err = run_between(watch, ports->tasks, ret_status);
    if (watch->serves) fl_status_server_release(&watch->server);
    return err;
}
