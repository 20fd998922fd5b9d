/* src/posix/crew.h - what a supervisor does with its worker processes: starts and restarts them,
 * replaces them one at a time, ends them.
 *
 * Decides only; the supervisor tells what has happened and when, and does what it is asked for by
 * its `ops`. A place is for one process; while that is replaced, its successor starts beside it,
 * and the old one is asked to retire (finish its jobs, take no more, end) once the new one is
 * ready. */
#ifndef FL_POSIX_CREW_H
#define FL_POSIX_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FL_CREW_PLACES_MAX = 64,
    FL_CREW_LEAVING_MAX = 4 * FL_CREW_PLACES_MAX,
    FL_CREW_BACKOFF_MAX_S = 60,
    FL_CREW_SETTLED_S = 60,  /* who has lived so long has not failed to start */
    FL_CREW_SILENCE_S = 120, /* without a sign of life a process that was ready is killed */
    FL_CREW_LOOK_S = 5,      /* between looks at the processes' memory */
    FL_CREW_ROLL_TRIES = 3,  /* successors that die before they are ready end a rolling restart */
};

struct fl_crew_ops {
    int (*start)(void *self, size_t place); /* the pid; 0: it could not be started */
    void (*signal)(void *self, int pid, int number);
    int64_t (*rss_kib)(void *self, int pid); /* 0: not known */
    void (*say)(void *self, const char *text);
};

struct fl_crew_process {
    int pid; /* 0: none */
    bool ready;
    int64_t started_us, heard_us;
};

struct fl_crew_place {
    struct fl_crew_process current, successor;
    bool outdated; /* to be replaced */
    int failures;  /* in a row */
    int64_t start_at_us;
};

enum fl_crew_state { FL_CREW_WORKING, FL_CREW_QUIET, FL_CREW_STOPPING };

struct fl_crew {
    const struct fl_crew_ops *ops;
    void *self;
    size_t count;
    int64_t memory_max_kib; /* 0: any */
    int64_t grace_us;       /* of a stop; then what is left is killed */
    /* its own, zeroed by the caller */
    enum fl_crew_state state;
    struct fl_crew_place places[FL_CREW_PLACES_MAX];
    int leaving[FL_CREW_LEAVING_MAX]; /* pids of who retires */
    size_t leaving_count;
    bool ever_ready;
    int roll_failures; /* of successors, in a row */
    int status;        /* of the supervisor's exit */
    int64_t kill_at_us, looked_us;
};

/* What is due now; call it after every event and at fl_crew_due_us. */
void fl_crew_tick(struct fl_crew *crew, int64_t now_us);
int64_t fl_crew_due_us(const struct fl_crew *crew, int64_t now_us);
void fl_crew_ready(struct fl_crew *crew, int pid, int64_t now_us);
void fl_crew_heard(struct fl_crew *crew, int pid, int64_t now_us); /* a sign of life */
/* `status` as a shell shows it: 128 and more for a signal. */
void fl_crew_exited(struct fl_crew *crew, int pid, int status, int64_t now_us);
void fl_crew_roll(struct fl_crew *crew);                 /* replace every process */
void fl_crew_quiet(struct fl_crew *crew);                /* none takes jobs, none is restarted */
void fl_crew_stop(struct fl_crew *crew, int64_t now_us); /* all end */
bool fl_crew_has_ended(const struct fl_crew *crew);
size_t fl_crew_ready_count(const struct fl_crew *crew);

#endif
