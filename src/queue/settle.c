#include "queue/settle.h"

#include "core/assert.h"
#include "core/time_text.h"
#include "queue/log_text.h"

static enum fl_error settle_once(const struct fl_moves *moves, const struct fl_delivery *delivery,
                                 const struct fl_settlement *settlement, enum fl_move *ret_move,
                                 char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    switch (settlement->kind) {
    case FL_SETTLE_ACKNOWLEDGE:
        return fl_move_acknowledge(moves, delivery, &settlement->release, ret_move, ret_error);
    case FL_SETTLE_RETRY:
        return fl_move_to_set(moves, delivery, FL_KEY_RETRY, settlement->job, settlement->at_us,
                              &settlement->release, ret_move, ret_error);
    case FL_SETTLE_SCHEDULE:
        return fl_move_to_set(moves, delivery, FL_KEY_SCHEDULE, settlement->job, settlement->at_us,
                              &settlement->release, ret_move, ret_error);
    case FL_SETTLE_REQUEUE:
        return fl_move_to_queue(moves, delivery, settlement->job, &settlement->release, ret_move,
                                ret_error);
    case FL_SETTLE_BURY:
        return fl_move_to_dead(moves, delivery, settlement->job, &settlement->release, ret_move,
                               ret_error);
    }
    fl_panic("settlement %d", (int)settlement->kind);
}

bool fl_settle_wait(const struct fl_settler *settler, int attempt, enum fl_error err,
                    const char *what)
{
    struct fl_log log = settler->ports->log;
    if (attempt == 1)
        fl_log_printf(log, FL_LOG_WARN, "the job's outcome could not be stored yet: %s", what);
    if (err == FL_ENOMEM && attempt >= FL_MEMORY_ATTEMPTS_MAX) {
        fl_log_printf(log, FL_LOG_FATAL, "out of memory; the job is recovered after the end");
        fl_control_fail(settler->control, FL_EXIT_SYSTEM);
        return false;
    }
    int64_t wait_us = attempt < 4 ? FL_SECOND_US << (attempt - 1) : FL_SETTLE_WAIT_MAX_US;
    fl_task_sleep_until(settler->ports->tasks,
                        fl_clock_deadline_us(settler->ports->clock, wait_us));
    return true;
}

static bool may_have_been_applied(enum fl_error err)
{
    return err == FL_ELOST || err == FL_ETIMEDOUT || err == FL_EPROTOCOL;
}

static void log_void(const struct fl_settler *settler)
{
    fl_log_printf(settler->ports->log, FL_LOG_WARN,
                  "the job was no longer this process's: its outcome is void");
}

void fl_settle(const struct fl_settler *settler, int thread, const struct fl_delivery *delivery,
               const struct fl_settlement *settlement)
{
    bool perhaps = false; /* an earlier attempt took it away */
    for (int attempt = 1; fl_handoff_owns(settler->handoff, thread); attempt++) {
        enum fl_move move;
        char words[FL_SCRIPT_ERROR_BYTES] = "";
        enum fl_error err = settle_once(settler->moves, delivery, settlement, &move, words);
        if (!err) {
            if (move == FL_MOVE_NOT_OWNER && !perhaps) log_void(settler);
            return;
        }
        perhaps = perhaps || may_have_been_applied(err);
        if (!fl_settle_wait(settler, attempt, err, *words ? words : fl_error_text(err))) return;
    }
}

void fl_settle_done(const struct fl_settler *settler, int thread, const struct fl_done *done)
{
    bool perhaps = false;
    for (int attempt = 1;; attempt++) {
        size_t missing = 0;
        enum fl_error err =
            fl_move_acknowledge_all(settler->moves, done->items, done->count, &missing);
        if (!err && !perhaps && missing) log_void(settler);
        perhaps = perhaps || may_have_been_applied(err);
        if (!err || !fl_settle_wait(settler, attempt, err, fl_error_text(err))) break;
    }
    fl_handoff_acknowledged(settler->handoff, thread);
}
