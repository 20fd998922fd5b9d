/* src/posix/log_line.h - a log line as text: Sidekiq's JSON, or its readable form. */
#ifndef FL_POSIX_LOG_LINE_H
#define FL_POSIX_LOG_LINE_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "ports/log.h"

enum { FL_LOG_LINE_BYTES_MAX = 64 * 1024, FL_LOG_MESSAGE_BYTES_KEPT = 1024 };

enum fl_log_format { FL_LOG_JSON, FL_LOG_PLAIN };

struct fl_log_origin {
    int64_t wall_us, pid;
    const char *tid;
    const char *jid; /* becomes a field unless the line has one of that name; NULL: none */
};

const char *fl_log_level_name(enum fl_log_level level);
/* Appends the line with its line break. One that does not fit into `out` loses its fields and all
 * but the first FL_LOG_MESSAGE_BYTES_KEPT bytes of its message. FL_ENOMEM, FL_EBOUND: nothing was
 * added. */
FL_CHECKED enum fl_error fl_log_line_format(struct fl_buf *out, enum fl_log_format format,
                                            const struct fl_log_origin *origin,
                                            const struct fl_log_line *line);

#endif
