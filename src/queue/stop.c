#include "queue/stop.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/time_text.h"
#include "queue/commands.h"
#include "queue/keys.h"
#include "queue/log_text.h"
#include "queue/recovery.h"

enum fl_stop_end fl_stop_wait(const struct fl_stop *stop)
{
    struct fl_log log = stop->ports->log;
    int64_t grace_us = stop->settings->options.timeout_us;
    int64_t deadline_us = fl_clock_deadline_us(stop->ports->clock, grace_us);
    for (size_t i = 0; i < stop->settings->capsule_count; i++)
        fl_log_printf(log, FL_LOG_INFO, "Terminating quiet threads for %s capsule",
                      stop->settings->capsules[i].name);
    int busy = fl_capsules_busy_count(stop->capsules);
    if (busy) fl_log_printf(log, FL_LOG_INFO, "Pausing to allow jobs to finish...");
    return fl_control_wait_workers(stop->control, deadline_us) ? FL_STOP_ABANDONED : FL_STOP_CLEAN;
}

static void log_back(const struct fl_stop *stop, enum fl_error err, int64_t count)
{
    if (err)
        fl_log_printf(stop->ports->log, FL_LOG_WARN,
                      "unfinished jobs could not be pushed back: %s; %s", fl_error_text(err),
                      stop->moves->fetch == FL_FETCH_BASIC ? "they are lost"
                                                           : "they are recovered later");
    else if (count)
        fl_log_printf(stop->ports->log, FL_LOG_INFO, "Pushed %" PRId64 " jobs back to Redis",
                      count);
}

/* With basic fetch nothing stands in Redis: the bytes in hand are pushed. */
static enum fl_error push_back(const struct fl_stop *stop, struct fl_delivery **deliveries,
                               size_t count)
{
    struct fl_commands batch = {0};
    struct fl_replies replies;
    for (size_t i = 0; i < count; i++) {
        fl_command_begin(&batch, "RPUSH");
        fl_command_printf(&batch, FL_KEY_QUEUE_PREFIX "%s",
                          stop->settings->queues[deliveries[i]->queue].name);
        fl_command_arg(&batch, deliveries[i]->bytes);
    }
    enum fl_error err =
        fl_commands_exec(&batch, stop->ports->redis, stop->ports->clock, 0, &replies);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}

/* A fetch that is still under way may yet be answered with a job: then the entry must stay, so that
 * others find the list. */
static void empty_lists(const struct fl_stop *stop, enum fl_stop_end end)
{
    int64_t moved = 0;
    enum fl_recovery_end entry = end == FL_STOP_CLEAN ? FL_RECOVERY_FORGET : FL_RECOVERY_KEEP;
    enum fl_error err = fl_recovery_force(stop->ports, stop->moves->identity,
                                          fl_buf_span(&stop->heartbeat->queues), entry, &moved);
    log_back(stop, err, moved);
}

/* What a capsule has in hand is void for its threads from now on. */
static void abandon(const struct fl_stop *stop, struct fl_handoff *handoff)
{
    struct fl_delivery *unfinished[FL_HANDOFF_MAX];
    size_t count = fl_handoff_abandon(handoff, unfinished);
    if (count && stop->moves->fetch == FL_FETCH_BASIC)
        log_back(stop, push_back(stop, unfinished, count), (int64_t)count);
}

void fl_stop_leave(const struct fl_stop *stop, enum fl_stop_end end)
{
    int busy = fl_capsules_busy_count(stop->capsules);
    for (size_t i = 0; i < stop->settings->capsule_count; i++)
        abandon(stop, stop->capsules->handoffs[i]);
    if (busy) {
        fl_log_printf(stop->ports->log, FL_LOG_WARN, "Terminating %d busy threads", busy);
        fl_stats_count(stop->heartbeat->stats, busy, busy); /* as Sidekiq counts a forced end */
    }
    if (stop->moves->fetch == FL_FETCH_RELIABLE) empty_lists(stop, end);
    enum fl_error err = fl_heartbeat_deregister(stop->heartbeat);
    if (err)
        fl_log_printf(stop->ports->log, FL_LOG_WARN, "could not deregister: %s",
                      fl_error_text(err));
    fl_log_printf(stop->ports->log, FL_LOG_INFO, "Bye!");
}
