/* src/queue/failure.h - why a run failed: kind, class, message and the chain of failure sites. */
#ifndef FL_QUEUE_FAILURE_H
#define FL_QUEUE_FAILURE_H

#include <stdarg.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"
#include "faultline/worker.h"

enum {
    FL_ERROR_CLASS_BYTES = 256,
    FL_ERROR_MESSAGE_CHARACTERS = 10000, /* Sidekiq's; what is beyond is cut */
    FL_ERROR_MESSAGE_BYTES = 4 * FL_ERROR_MESSAGE_CHARACTERS,
    FL_ERROR_RAW_BYTES = 16 * 1024 * 1024, /* as formatted, before it is cut */
    FL_SITES_MAX = 64,                     /* further sites are not recorded */
    FL_SITE_BYTES = 256,
};

/* Zeroed: nothing has failed. */
struct fl_failure_record {
    bool failed;
    enum fl_failure kind;
    char error_class[FL_ERROR_CLASS_BYTES];
    struct fl_buf message; /* valid UTF-8 */
    struct fl_buf sites;   /* "file:line:in `function'" each, ended by NUL; innermost first */
    int site_count;
};

/* Replaces class and message, adds the site. Never fails: without memory the message says so. */
void fl_failure_set(struct fl_failure_record *record, enum fl_failure kind, const char *error_class,
                    const char *function, const char *file, int line, const char *format,
                    va_list args) __attribute__((format(printf, 7, 0)));
void fl_failure_clear(struct fl_failure_record *record);
const char *fl_failure_message(const struct fl_failure_record *record);

/* base64(deflate(JSON array of the first `lines_max` sites)), as Sidekiq's error_backtrace;
 * lines_max -1: all. With `newlines` one after each 60 characters and at the end (before 7.2.1). */
FL_CHECKED enum fl_error fl_backtrace_pack(const struct fl_failure_record *record, int lines_max,
                                           bool newlines, struct fl_buf *out);

#endif
