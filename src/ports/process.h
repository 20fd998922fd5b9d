/* src/ports/process.h - who this process is, how big it is, and its end. */
#ifndef FL_PORTS_PROCESS_H
#define FL_PORTS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

enum { FL_HOSTNAME_BYTES = 256 };

struct fl_process_ops {
    const char *(*hostname)(
        void *self); /* lives as long as the port; env DYNO wins in production */
    int64_t (*pid)(void *self);
    int64_t (*rss_kib)(void *self); /* 0: not known */
    /* Whether a process of this host exists; true when that cannot be told. */
    bool (*pid_exists)(void *self, int64_t pid);
    /* Ends the process at once: no destructors, no joins (log lines are flushed). Does not return.
     */
    void (*exit)(void *self, int status);
};

struct fl_process_port {
    const struct fl_process_ops *ops;
    void *self;
};

#endif
