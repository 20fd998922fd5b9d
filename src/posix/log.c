#include "posix/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { TID_BYTES = 16 };

struct fl_posix_log {
    struct fl_posix_log_options options;
    struct fl_clock clock;
    const struct fl_threads *threads;
    int64_t pid;           /* asked once: a program that logs does not fork */
    pthread_mutex_t mutex; /* guards the rest */
    struct fl_buf line;
    uint64_t dropped;
};

/* Base 36 of what is unique to the thread, as short as Sidekiq's. */
static const char *tid_text(int64_t kernel_id, char text[TID_BYTES])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char *at = text + TID_BYTES - 1;
    uint64_t rest = (uint64_t)kernel_id;
    *at = '\0';
    do
        *--at = digits[rest % 36];
    while ((rest /= 36) > 0);
    return at;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static void log_write(void *self, const struct fl_log_line *line)
{
    struct fl_posix_log *log = self;
    if (line->level < log->options.level_min) return;
    char tid[TID_BYTES];
    struct fl_task_name name = fl_threads_current(log->threads);
    struct fl_log_origin origin = {
        .wall_us = fl_clock_wall_us(log->clock),
        .pid = log->pid,
        .tid = tid_text(name.kernel_id, tid),
        .jid = name.context,
    };
    pthread_mutex_lock(&log->mutex);
    fl_buf_truncate(&log->line, 0);
    if (fl_log_line_format(&log->line, log->options.format, &origin, line) ||
        !write_all(log->options.fd, log->line.bytes, log->line.length))
        log->dropped++;
    pthread_mutex_unlock(&log->mutex);
}

static const struct fl_log_ops ops = {.write = log_write};

struct fl_log fl_posix_log_port(struct fl_posix_log *log)
{
    return (struct fl_log){&ops, log};
}

uint64_t fl_posix_log_dropped(struct fl_posix_log *log)
{
    pthread_mutex_lock(&log->mutex);
    uint64_t dropped = log->dropped;
    pthread_mutex_unlock(&log->mutex);
    return dropped;
}

enum fl_error fl_posix_log_new(const struct fl_posix_log_options *options, struct fl_clock clock,
                               const struct fl_threads *threads, struct fl_posix_log **ret_log)
{
    struct fl_posix_log *log = calloc(1, sizeof *log);
    if (!log) return FL_ENOMEM;
    log->options = *options;
    log->clock = clock;
    log->threads = threads;
    log->pid = getpid();
    log->line = FL_BUF_INIT(FL_LOG_LINE_BYTES_MAX);
    if (fl_buf_reserve(&log->line, FL_LOG_LINE_BYTES_MAX)) {
        free(log);
        return FL_ENOMEM;
    }
    pthread_mutex_init(&log->mutex, NULL);
    *ret_log = log;
    return FL_OK;
}

void fl_posix_log_free(struct fl_posix_log *log)
{
    if (!log) return;
    pthread_mutex_destroy(&log->mutex);
    fl_buf_release(&log->line);
    free(log);
}
