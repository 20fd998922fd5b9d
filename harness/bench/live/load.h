/* harness/bench/live/load.h - what a worker does on a real Redis, beside the bare limit of that
 * Redis, measured in turn: the same commands, or the same hand-over, without a worker. */
#ifndef HARNESS_BENCH_LIVE_LOAD_H
#define HARNESS_BENCH_LIVE_LOAD_H

#include "harness/bench/live/live_redis.h"
#include "harness/bench/sample.h"

enum { LOAD_JOBS_MAX = 10 * 1000 * 1000, LOAD_RATE_MAX = 100 * 1000 };

struct load_order {
    const char *redis_url; /* NULL: a server of its own */
    int threads;
    uint32_t jobs; /* in a round */
    uint32_t rate; /* of latency: so many a second */
    uint32_t rounds;
};

struct throughput_result { /* jobs a second, one value a round */
    struct sample worker, bare;
};
/* The queue is filled first; counted is from the first job taken to the last one acknowledged. Bare
 * is one connection that takes and acknowledges the same jobs, 64 at a time. */
FL_CHECKED enum fl_error load_throughput(const struct load_order *order,
                                         struct throughput_result *ret_result,
                                         char problem[LIVE_PROBLEM_BYTES]);

struct import_result { /* rows a second, and the worker's memory; one value a round */
    struct sample worker, bare, memory_kib;
};
/* `jobs` is the number of rows of one CSV file, which the shipped workers import into a database of
 * their own: from the line "start" of the worker's log to the line "done". Bare is SQLite's part of
 * it, with the rows at hand. */
FL_CHECKED enum fl_error load_import(const struct load_order *order,
                                     struct import_result *ret_result,
                                     char problem[LIVE_PROBLEM_BYTES]);

struct latency_result { /* microseconds, one value a round */
    struct sample median, p99, bare_median, bare_p99;
    double most_us;
};
/* From the instant at which a job was to be pushed, whether or not that was in time, to the line of
 * the log that says "done". Bare is a BLMOVE that waits for the push. */
FL_CHECKED enum fl_error load_latency(const struct load_order *order,
                                      struct latency_result *ret_result,
                                      char problem[LIVE_PROBLEM_BYTES]);

#endif
