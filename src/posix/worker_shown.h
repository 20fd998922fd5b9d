/* src/posix/worker_shown.h - a worker's settings as text: what holds and who said so, and the page
 * of all that there are. */
#ifndef FL_POSIX_WORKER_SHOWN_H
#define FL_POSIX_WORKER_SHOWN_H

#include "core/buf.h"
#include "core/error.h"
#include "posix/worker_settings.h"

/* A line for each setting: its name, what holds, where that came from; passwords are hidden.
 * FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error fl_worker_settings_show(const struct fl_worker_settings *settings,
                                                 struct fl_buf *out);
/* The rows of the reference page, in Markdown. */
FL_CHECKED enum fl_error fl_worker_settings_reference(struct fl_buf *out);

#endif
