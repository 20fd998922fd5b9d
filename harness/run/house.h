/* harness/run/house.h - what the runs of one run worker share. */
#ifndef HARNESS_RUN_HOUSE_H
#define HARNESS_RUN_HOUSE_H

#include "core/buf.h"
#include "fakes/redis/fake_redis.h"
#include "fakes/vfs/fake_disk.h"
#include "faultline/worker.h"
#include "harness/check/state.h"
#include "harness/fiber/stack.h"
#include "harness/module/call_path.h"
#include "harness/module/image.h"
#include "harness/run/reader.h"
#include "harness/run/run.h"

enum { HOUSE_STATE_BYTES_MAX = 256 * 1024 * 1024, HOUSE_MESSAGE_BYTES = 512, HOUSE_ZONES_MAX = 64 };

/* A module with its table as processes get it: every handler is called through ours. */
struct house_module {
    char *name;                      /* as plans name it */
    const struct fl_worker *workers; /* its own */
    struct fl_worker *table;         /* for processes */
    const struct fl_setup *setup;    /* NULL: it has none */
};

/* The undisturbed state of one plan. */
struct house_reference {
    uint64_t plan; /* digest; 0: none */
    struct state_volatiles volatiles;
    struct fl_buf text;
};

struct house_zone {
    char *name; /* as plans name it */
    struct fl_zone *zone;
};

struct run_house {
    struct fake_redis *engine;
    struct sim_stacks *stacks;
    struct fake_disk *empty;  /* tables, no rows */
    struct reader *reader;    /* of the runs' databases; at home in `empty` */
    struct fake_disk *seeded; /* with the given rows of the plan `seeded_plan` */
    uint64_t seeded_plan;
    struct house_module modules[SIM_MODULES_MAX];
    uint32_t module_count;
    struct house_zone zones[HOUSE_ZONES_MAX];
    uint32_t zone_count;
    char *libc_zone;                  /* what TZ has been set to for runs; NULL: nothing yet */
    struct sim_call_names call_names; /* of allocations that failed */
    struct house_reference reference; /* of the plan that asked last */
};

/* By the name that a plan gives: absolute, or searched beside the scenario and the program and in
 * the folders above it. FL_ENOTFOUND, FL_EINVAL, FL_EBOUND with a line in *message. */
FL_CHECKED enum fl_error house_module(struct run_house *house, const char *name,
                                      const char *scenario, const struct house_module **ret_module,
                                      struct fl_buf *message);
/* A table that is linked into the program, under this name. */
FL_CHECKED enum fl_error house_adopt(struct run_house *house, const char *name,
                                     const struct fl_worker *workers);
/* What tells plans apart as far as references and rows are concerned. */
uint64_t house_plan_digest(const struct plan *plan);

#endif
