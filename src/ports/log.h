/* src/ports/log.h - one structured line: a level, a message and named facts.
 *
 * Logging cannot fail for its caller: a line that cannot be written is counted and dropped (a full
 * disk must never stop a retry from being stored). The process, task and job that log are the
 * port's to add. */
#ifndef FL_PORTS_LOG_H
#define FL_PORTS_LOG_H

#include <stddef.h>

#include "core/span.h"

enum fl_log_level { FL_LOG_DEBUG, FL_LOG_INFO, FL_LOG_WARN, FL_LOG_ERROR, FL_LOG_FATAL };

struct fl_log_field {
    const char *name;
    struct fl_span value;
    enum { FL_LOG_TEXT, FL_LOG_RAW_JSON } kind;
};

struct fl_log_line {
    enum fl_log_level level;
    struct fl_span message;
    const struct fl_log_field *fields; /* become "ctx" in Sidekiq's JSON */
    size_t field_count;
};

struct fl_log_ops {
    void (*write)(void *self, const struct fl_log_line *line);
};

struct fl_log {
    const struct fl_log_ops *ops;
    void *self;
};

static inline void fl_log_write(struct fl_log log, const struct fl_log_line *line)
{
    log.ops->write(log.self, line);
}

#endif
