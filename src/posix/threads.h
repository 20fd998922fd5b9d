/* src/posix/threads.h - the task port on POSIX threads. */
#ifndef FL_POSIX_THREADS_H
#define FL_POSIX_THREADS_H

#include <stdint.h>

#include "core/error.h"
#include "ports/task.h"

enum { FL_THREADS_MAX = 320, FL_TASK_ROLE_BYTES = 32, FL_TASK_CONTEXT_BYTES = 64 };

struct fl_threads; /* opaque: layout in threads.c */

/* The calling thread becomes the task "main". FL_ENOMEM. */
FL_CHECKED enum fl_error fl_threads_new(struct fl_threads **ret_threads);
/* By the thread that made it, once every task is joined; NULL is fine. */
void fl_threads_free(struct fl_threads *threads);
struct fl_tasks fl_threads_port(struct fl_threads *threads);

/* Who the calling thread is; the strings live until it ends or changes its context. */
struct fl_task_name {
    const char *role;    /* "thread-3"; "foreign" for a thread that the port did not spawn */
    const char *context; /* the jid it works on, or NULL */
    int64_t kernel_id;
};
struct fl_task_name fl_threads_current(const struct fl_threads *threads);

#endif
