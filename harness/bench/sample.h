/* harness/bench/sample.h - what repeated measurements of one figure amount to, and whether it has
 * changed or only been measured on another day.
 *
 * Medians, since a busy machine makes some rounds slow and none fast. */
#ifndef HARNESS_BENCH_SAMPLE_H
#define HARNESS_BENCH_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

enum { SAMPLE_VALUES_MAX = 99, SAMPLE_EARLIER_MAX = 9 };

struct sample { /* zeroed: no values */
    double values[SAMPLE_VALUES_MAX];
    uint32_t count;
};

/* False: there is no room. */
bool sample_add(struct sample *sample, double value);
double sample_median(const struct sample *sample); /* 0 of none */
double sample_least(const struct sample *sample);
double sample_most(const struct sample *sample);
/* The usual distance from the median, as a part of it: 0.02 is two per cent. It is the median
 * absolute deviation, made comparable with a standard deviation. */
double sample_spread(const struct sample *sample);

enum sample_change { SAMPLE_SAME, SAMPLE_BETTER, SAMPLE_WORSE };
enum sample_aim { SAMPLE_MORE_IS_BETTER, SAMPLE_LESS_IS_BETTER };

struct sample_comparison {
    enum sample_change change;
    double by;    /* of the earlier median: 0.1 is ten per cent more */
    double noise; /* a change within it is none */
};

/* `earlier`, `count` of them and at least one, are in the order in which they were measured. Noise
 * is three times the largest spread there is: of the rounds now, of the rounds of the last time,
 * and of the earlier medians among themselves; but never less than two per cent. How much one day
 * differs from another is only known of three: with fewer, noise is at least ten per cent. A sample
 * of a single value was counted, not timed; for it two per cent are enough. */
struct sample_comparison sample_compare(const struct sample *earlier, uint32_t count,
                                        const struct sample *now, enum sample_aim aim);

#endif
