/* harness/bench/live/live_worker.h - a faultline-worker process under load, with the no-op handler:
 * both lie beside the program that runs. */
#ifndef HARNESS_BENCH_LIVE_LIVE_WORKER_H
#define HARNESS_BENCH_LIVE_LIVE_WORKER_H

#include <stdint.h>
#include <sys/types.h>

#include "core/error.h"
#include "harness/bench/live/live_redis.h"

#define LIVE_QUEUE "faultline-bench"

enum live_log { LIVE_LOG_DROPPED, LIVE_LOG_READ };

struct live_worker {
    pid_t pid;
    int log; /* the end of a pipe to read its log from; -1: it is dropped */
};

FL_CHECKED enum fl_error live_worker_start(const struct live_redis *redis, int threads,
                                           enum live_log log, struct live_worker *ret_worker,
                                           char problem[LIVE_PROBLEM_BYTES]);
/* Asks it to stop, and kills it when it does not. */
void live_worker_stop(struct live_worker *worker);

/* A job's payload; its jid is its number in hex. Returns the length. */
enum { LIVE_PAYLOAD_BYTES = 192 };
int live_payload(uint32_t number, char ret_payload[LIVE_PAYLOAD_BYTES]);
int64_t live_now_us(void);

#endif
