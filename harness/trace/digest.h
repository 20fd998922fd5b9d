/* harness/trace/digest.h - a fast hash of bytes that is the same on every machine and build. */
#ifndef HARNESS_TRACE_DIGEST_H
#define HARNESS_TRACE_DIGEST_H

#include <stdint.h>

#include "core/span.h"

/* Not for adversaries: it tells two honest runs apart. */
static inline uint64_t digest_word(uint64_t digest, uint64_t word)
{
    uint64_t mixed = (digest ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    mixed ^= mixed >> 29;
    mixed *= UINT64_C(0xBF58476D1CE4E5B9);
    return mixed ^ (mixed >> 32);
}

uint64_t digest_span(uint64_t digest, struct fl_span span); /* length included */

#endif
