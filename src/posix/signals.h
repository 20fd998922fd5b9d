/* src/posix/signals.h - signals as something to wait for, instead of code that interrupts. */
#ifndef FL_POSIX_SIGNALS_H
#define FL_POSIX_SIGNALS_H

#include <stddef.h>

#include "core/error.h"

struct fl_signals {
    int signal_fd, end_fd;
};

/* Blocks the signals in the calling thread and all that it starts from now on, and ignores SIGPIPE:
 * call it on the main thread before any other exists. FL_EIO. */
FL_CHECKED enum fl_error fl_signals_init(struct fl_signals *signals, const int *numbers,
                                         size_t count);
void fl_signals_release(struct fl_signals *signals);
/* The next signal's number; FL_SIGNAL_NONE when none has come in that time (negative: for ever); 0
 * once ended. */
enum { FL_SIGNAL_NONE = -1 };
int fl_signals_wait(struct fl_signals *signals, int patience_ms);
void fl_signals_end(struct fl_signals *signals); /* from any thread */

#endif
