/* src/queue/log_text.h - a log line from a format. */
#ifndef FL_QUEUE_LOG_TEXT_H
#define FL_QUEUE_LOG_TEXT_H

#include <stdarg.h>
#include <stdio.h>

#include "ports/log.h"

enum { FL_LOG_TEXT_BYTES = 2048 }; /* longer messages are cut */

static inline struct fl_log_field fl_log_text(const char *name, const char *value)
{
    return (struct fl_log_field){.name = name, .value = fl_span_from(value), .kind = FL_LOG_TEXT};
}

__attribute__((format(printf, 3, 4))) static inline void
fl_log_printf(struct fl_log log, enum fl_log_level level, const char *format, ...)
{
    char text[FL_LOG_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fl_log_write(log, &(struct fl_log_line){.level = level, .message = fl_span_from(text)});
}

#endif
