/* harness/bench/live/live_worker.h - a faultline-worker process under load. It lies beside the
 * program that runs, as do the modules that are named without a path. */
#ifndef HARNESS_BENCH_LIVE_LIVE_WORKER_H
#define HARNESS_BENCH_LIVE_LIVE_WORKER_H

#include <stdint.h>
#include <sys/types.h>

#include "core/error.h"
#include "harness/bench/live/live_redis.h"

#define LIVE_QUEUE "faultline-bench"

enum live_log { LIVE_LOG_DROPPED, LIVE_LOG_READ };

struct live_program {
    const char *module; /* "noop.so", or a path */
    const char *queue;
    const char *database; /* FAULTLINE_DB; NULL: none */
    int threads;
};

struct live_worker {
    pid_t pid;
    int log; /* the end of a pipe to read its log from; -1: it is dropped */
};

FL_CHECKED enum fl_error live_worker_start(const struct live_redis *redis,
                                           const struct live_program *program, enum live_log log,
                                           struct live_worker *ret_worker,
                                           char problem[LIVE_PROBLEM_BYTES]);
/* The no-op handler on LIVE_QUEUE. */
struct live_program live_noop(int threads);
/* A program beside this one, run to its end with these arguments (ended by NULL, the first is its
 * name) and its output dropped. FL_EIO: it did not end with 0. */
FL_CHECKED enum fl_error live_run(const struct live_redis *redis, const char *const *argv,
                                  char problem[LIVE_PROBLEM_BYTES]);
/* The most memory that it has had resident, in KiB; 0: not known. */
int64_t live_worker_memory_kib(const struct live_worker *worker);
/* Asks it to stop, and kills it when it does not. */
void live_worker_stop(struct live_worker *worker);

/* A job's payload; its jid is its number in hex. Returns the length. */
enum { LIVE_PAYLOAD_BYTES = 192 };
int live_payload(uint32_t number, char ret_payload[LIVE_PAYLOAD_BYTES]);
int64_t live_now_us(void);

#endif
