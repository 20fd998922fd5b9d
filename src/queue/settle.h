/* src/queue/settle.h - sees the last step of a delivery through, however long Redis refuses it.
 *
 * While Redis does not let the move happen the caller keeps the delivery and repeats it, at most
 * FL_SETTLE_WAIT_MAX_US apart: nothing is lost, and a process that cannot store outcomes takes no
 * further work. Only when memory does not come back is the delivery left where it is, and the
 * process ends with FL_EXIT_SYSTEM; it is recovered from the private list then. */
#ifndef FL_QUEUE_SETTLE_H
#define FL_QUEUE_SETTLE_H

#include "ports/ports.h"
#include "queue/control.h"
#include "queue/handoff.h"
#include "queue/moves.h"

enum { FL_SETTLE_WAIT_MAX_US = 5 * 1000 * 1000 };

struct fl_settler {
    const struct fl_ports *ports;
    const struct fl_moves *moves;
    struct fl_handoff *handoff;
    struct fl_control *control;
};

struct fl_settlement {
    enum {
        FL_SETTLE_ACKNOWLEDGE,
        FL_SETTLE_RETRY,
        FL_SETTLE_SCHEDULE,
        FL_SETTLE_REQUEUE,
        FL_SETTLE_BURY
    } kind;
    struct fl_span job; /* the new bytes; unused by an acknowledgement */
    int64_t at_us;      /* when it is due again */
    struct fl_release release;
};

/* The thread's delivery; does nothing once it has been given back. */
void fl_settle(const struct fl_settler *settler, int thread, const struct fl_delivery *delivery,
               const struct fl_settlement *settlement);
/* Acknowledges deliveries that were put off, in one batch, and tells the handoff. */
void fl_settle_done(const struct fl_settler *settler, int thread, const struct fl_done *done);
/* Waits before attempt + 1; false when memory is out for good: the process has been told to end. */
FL_CHECKED bool fl_settle_wait(const struct fl_settler *settler, int attempt, enum fl_error err,
                               const char *what);

#endif
