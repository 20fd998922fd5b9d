/* src/posix/log.h - the log port: lines to a file descriptor, each in one write. */
#ifndef FL_POSIX_LOG_H
#define FL_POSIX_LOG_H

#include <stdint.h>

#include "core/error.h"
#include "ports/clock.h"
#include "ports/log.h"
#include "posix/log_line.h"
#include "posix/threads.h"

struct fl_posix_log; /* opaque: layout in log.c */

struct fl_posix_log_options {
    int fd; /* borrowed */
    enum fl_log_format format;
    enum fl_log_level level_min;
};

/* All memory that lines need is taken here: a line can be written when none is left. FL_ENOMEM. */
FL_CHECKED enum fl_error fl_posix_log_new(const struct fl_posix_log_options *options,
                                          struct fl_clock clock, const struct fl_threads *threads,
                                          struct fl_posix_log **ret_log);
void fl_posix_log_free(struct fl_posix_log *log); /* NULL is fine */
struct fl_log fl_posix_log_port(struct fl_posix_log *log);
/* Lines that could not be written so far. */
uint64_t fl_posix_log_dropped(struct fl_posix_log *log);

#endif
