#include "queue/lock_reaper.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "queue/commands.h"
#include "queue/keys.h"
#include "queue/log_text.h"
#include "queue/script.h"

/* A little less than the period, or the same process would come too early every other time. */
static enum fl_error is_my_turn(const struct fl_ports *ports, bool *ret_mine)
{
    struct fl_commands batch = {0};
    struct fl_replies replies;
    fl_command_begin(&batch, "SET");
    fl_command_text(&batch, FL_KEY_LOCK_REAPER);
    fl_command_text(&batch, "1");
    fl_command_text(&batch, "NX");
    fl_command_text(&batch, "EX");
    fl_command_printf(&batch, "%d", FL_LOCK_REAPER_PERIOD_S - 10);
    enum fl_error err = fl_commands_exec(&batch, ports->redis, ports->clock, 0, &replies);
    if (!err) *ret_mine = replies.items[0].type != FL_REPLY_NIL;
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}

static enum fl_error reap(const struct fl_ports *ports, int64_t *ret_freed)
{
    char now[24], locks[16], jobs[16];
    snprintf(now, sizeof(now), "%" PRId64, fl_clock_wall_us(ports->clock) / FL_SECOND_US);
    snprintf(locks, sizeof(locks), "%d", FL_LOCK_REAPER_LOCKS_MAX);
    snprintf(jobs, sizeof(jobs), "%d", FL_LOCK_REAPER_JOBS_MAX);
    const struct fl_span keys[] = {FL_SPAN(FL_KEY_LOCK_DIGESTS),  FL_SPAN(FL_KEY_LOCK_EXPIRING),
                                   FL_SPAN(FL_KEY_LOCK_SUSPECTS), FL_SPAN(FL_KEY_QUEUES),
                                   FL_SPAN(FL_KEY_FETCHERS),      FL_SPAN(FL_KEY_PROCESSES),
                                   FL_SPAN(FL_KEY_SCHEDULE),      FL_SPAN(FL_KEY_RETRY)};
    const struct fl_span args[] = {fl_span_from(now), fl_span_from(locks), fl_span_from(jobs)};
    return fl_script_call(FL_SCRIPT_REAP_LOCKS, ports->redis, ports->clock, keys, FL_COUNT(keys),
                          args, FL_COUNT(args), ret_freed, NULL);
}

enum fl_error fl_lock_reaper_look(struct fl_lock_reaper *reaper)
{
    const struct fl_ports *ports = reaper->ports;
    bool mine = false;
    int64_t freed = 0, now_us = fl_clock_mono_us(ports->clock);
    if (now_us < reaper->next_us) return FL_OK;
    enum fl_error err = is_my_turn(ports, &mine);
    if (!err && mine) err = reap(ports, &freed);
    if (err) return err;
    reaper->next_us = now_us + FL_LOCK_REAPER_PERIOD_S * FL_SECOND_US;
    if (freed > 0)
        fl_log_printf(ports->log, FL_LOG_WARN, "freed %" PRId64 " locks whose jobs are gone",
                      freed);
    return FL_OK;
}
