/* src/posix/worker_keys.h - every setting of a worker process: its name in the file, what it may
 * be, where else it may come from, what it is without. */
#ifndef FL_POSIX_WORKER_KEYS_H
#define FL_POSIX_WORKER_KEYS_H

#include <stddef.h>

enum fl_worker_kind {
    FL_KIND_INT,
    FL_KIND_SECONDS, /* int64_t of microseconds; fractions are welcome */
    FL_KIND_TEXT,
    FL_KIND_SECRET, /* a text with a password in it */
    FL_KIND_TOGGLE,
    FL_KIND_QUEUES, /* from here on lists: `offset` is that of their count */
    FL_KIND_MODULES,
    FL_KIND_LABELS,
    FL_KIND_CAPSULES,
    FL_KIND_PERIODIC,
    FL_KIND_ALERTS,
};

struct fl_worker_key {
    const char *name;
    enum fl_worker_kind kind;
    size_t offset; /* in struct fl_worker_settings */
    int min, max;
    const char *words[2];    /* of a text that must be one of two */
    const char *option;      /* the flag's long name, or NULL */
    const char *variable;    /* of the environment, or NULL */
    const char *without;     /* what holds when nobody sets it; "" for nothing */
    const char *explanation; /* one line */
};

enum { FL_WORKER_KEYS_MAX = 48 };

extern const struct fl_worker_key fl_worker_keys[];
extern const size_t fl_worker_key_count; /* at most FL_WORKER_KEYS_MAX */

/* NULL: there is none of that name. */
const struct fl_worker_key *fl_worker_key_find(const char *name);
/* The known name that a wrong one may stand for; NULL: none is near. */
const char *fl_worker_key_nearest(const char *name);

#endif
