/* fakes/redis/values/hll.h - HyperLogLogs: how many distinct elements were added, give or take a
 * percent, held as Redis holds them, so that GET and DUMP show the same bytes.
 *
 * A header of 16 bytes ("HYLL", the encoding, the last estimate in little endian with its highest
 * bit set when it is stale), then 16384 registers: sparse, as runs of equal ones, or dense, six
 * bits each. */
#ifndef FAKE_REDIS_HLL_H
#define FAKE_REDIS_HLL_H

#include <stdint.h>

#include "fakes/redis/values/heap.h"
#include "fakes/redis/values/str.h"

enum {
    FAKE_HLL_REGISTERS = 1 << 14,
    FAKE_HLL_SPARSE_BYTES_MAX = 3000, /* of a sparse one with its header */
};

enum fake_hll_outcome { FAKE_HLL_SAME, FAKE_HLL_CHANGED, FAKE_HLL_CORRUPT, FAKE_HLL_OOM };

/* The header is one of a HyperLogLog. Below, it always is. */
bool fake_hll_is(struct fl_span bytes);
bool fake_hll_is_dense(struct fl_span hll);
/* An empty one. NULL: out of memory. */
struct fake_str *fake_hll_new(struct fake_heap *heap);

/* Those that take a string by reference may move it; it stays the caller's. */
enum fake_hll_outcome fake_hll_add(struct fake_heap *heap, struct fake_str **hll,
                                   struct fl_span element);
/* Makes a register at least `value`. */
enum fake_hll_outcome fake_hll_raise(struct fake_heap *heap, struct fake_str **hll, uint32_t index,
                                     uint8_t value);
/* CHANGED: it was sparse. */
enum fake_hll_outcome fake_hll_make_dense(struct fake_heap *heap, struct fake_str **hll);

/* Raises each of FAKE_HLL_REGISTERS registers to that of `hll`. False: corrupt. */
bool fake_hll_merge(struct fl_span hll, uint8_t *registers);
uint64_t fake_hll_estimate(const uint8_t *registers);

/* The estimate that the header keeps. False: it is stale. */
bool fake_hll_kept(struct fl_span hll, uint64_t *ret_estimate);
void fake_hll_keep(struct fake_str *hll, uint64_t estimate);
void fake_hll_make_stale(struct fake_str *hll);

/* One run of equal registers of a sparse one. */
struct fake_hll_run {
    uint32_t count;
    uint8_t value;
    uint8_t bytes; /* of its code */
};
/* The run whose code begins at `place`, counted from the start of the string. False: there is none.
 */
bool fake_hll_run_at(struct fl_span hll, size_t place, struct fake_hll_run *ret_run);
enum { FAKE_HLL_FIRST_RUN = 16 };

#endif
