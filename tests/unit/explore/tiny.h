/* tests/unit/explore/tiny.h - a tiny world: a few clients, each with a few batches of commands for
 * one fake Redis, played in an order that choices decide. */
#ifndef TESTS_UNIT_EXPLORE_TINY_H
#define TESTS_UNIT_EXPLORE_TINY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "fakes/clock/fake_clock.h"
#include "fakes/redis/fake_redis.h"
#include "harness/choice/choices.h"
#include "harness/run/footprint.h"

enum { TINY_CLIENTS_MAX = 4, TINY_BATCHES_MAX = 8 };

struct tiny_plan {
    const char *batches[TINY_CLIENTS_MAX][TINY_BATCHES_MAX]; /* NULL ends a client's */
    uint32_t clients;
};

struct tiny { /* one engine for all runs */
    struct fake_clock clock;
    struct fake_redis_options options;
    struct fake_redis *engine;
    const char *blind_to; /* commands of this name touch nothing: a wrong declaration */
    /* of the run that is played */
    struct sim_choices *choices;
    struct footprint footprint;
    struct fake_redis_session *sessions[TINY_CLIENTS_MAX];
    uint32_t next[TINY_CLIENTS_MAX];
    struct sim_access accesses[256]; /* of the last batch, when no steps are logged */
    uint32_t access_count;
};

void tiny_init(struct tiny *tiny);
void tiny_release(struct tiny *tiny);
/* Plays it: the keys at the end and what each client has heard, appended to `outcome`; unless the
 * run was cut short. */
void tiny_play(struct tiny *tiny, const struct tiny_plan *plan, struct sim_choices *choices,
               struct fl_buf *outcome);
/* One batch of a client, outside of any plan. */
void tiny_begin(struct tiny *tiny, uint32_t clients);
void tiny_say(struct tiny *tiny, uint32_t client, const char *batch);
void tiny_end(struct tiny *tiny, uint32_t clients, struct fl_buf *outcome);

#endif
