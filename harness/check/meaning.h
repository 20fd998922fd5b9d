/* harness/check/meaning.h - what a command does to the keys that it names, as operations of
 * linear.h, and what its answer says of them. Pure.
 *
 * The commands of a lock, a counter, a register are followed: SET [NX] [EX|PX], SETNX, SETEX,
 * PSETEX, GET, DEL and UNLINK of one key, EXPIRE, PEXPIRE, INCR, DECR and their kin; the scripts of
 * the queue's limiters and of its unique jobs' locks, by their digests; and any other script with
 * one key and one argument, which is taken for "delete it if it holds this". Commands that only ask
 * for something about the key mean nothing. Any other makes its key impossible to judge. */
#ifndef HARNESS_CHECK_MEANING_H
#define HARNESS_CHECK_MEANING_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/check/linear.h"
#include "ports/redis.h"

enum { MEANING_PARTS_MAX = 4 };

/* How the answer is read. */
enum meaning_answer {
    MEANING_AS_IT_IS, /* Redis's own words */
    MEANING_WAIT,     /* of a limiter: 0 is a grant, else how long to wait */
    MEANING_HOLDS,    /* 1 it holds the lock, 0 another does, else nothing was done */
    MEANING_TICK,     /* 1 it took the lock, 2 another has it, else nothing was done */
    MEANING_IF_1,     /* done if it is 1, and what was found is not told */
    MEANING_UNKNOWN,  /* whether it was done is not told */
};

struct meaning_part {                  /* of one key */
    size_t key;                        /* its argument */
    struct linear_operation operation; /* client 0: the caller */
    enum meaning_answer answer;
    struct linear_rules limits; /* of a limiter that it asks; limit 0: none */
};

struct meaning {
    enum {
        MEANING_NOTHING,
        MEANING_CLEAR,
        MEANING_STRANGE, /* parts tell the keys only */
        MEANING_REAPS,   /* it may clear any lock of a unique job */
    } sort;
    size_t part_count;
    struct meaning_part parts[MEANING_PARTS_MAX];
};

struct meaning meaning_of(const struct fl_command *command);
/* "uniquejobs:...:LOCKED" */
bool meaning_is_lock(struct fl_span key);

enum meaning_told {
    MEANING_IS_TOLD, /* its answer is filled in */
    MEANING_NOT_HAPPENED,
    MEANING_PERHAPS,
    MEANING_IS_STRANGE, /* no answer that such a command has, as within MULTI */
};
/* `reply` is no error. */
enum meaning_told meaning_read(struct linear_operation *operation, enum meaning_answer answer,
                               const struct fl_reply *reply);

#endif
