#include "harness/bench/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"

enum { DAYS_TO_COMPARE = 3 };

#define NOISE_LEAST              0.02
#define NOISE_LEAST_BETWEEN_DAYS 0.10
#define NOISE_SPREADS            3.0
#define DEVIATIONS_AS_STANDARD   1.4826 /* of a normal distribution */

bool sample_add(struct sample *sample, double value)
{
    if (sample->count == SAMPLE_VALUES_MAX) return false;
    sample->values[sample->count++] = value;
    return true;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double sample_median(const struct sample *sample)
{
    double sorted[SAMPLE_VALUES_MAX];
    uint32_t count = sample->count;
    if (count == 0) return 0;
    memcpy(sorted, sample->values, count * sizeof sorted[0]);
    qsort(sorted, count, sizeof sorted[0], by_value);
    return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

double sample_least(const struct sample *sample)
{
    double least = sample->count ? sample->values[0] : 0;
    for (uint32_t i = 1; i < sample->count; i++)
        least = fmin(least, sample->values[i]);
    return least;
}

double sample_most(const struct sample *sample)
{
    double most = sample->count ? sample->values[0] : 0;
    for (uint32_t i = 1; i < sample->count; i++)
        most = fmax(most, sample->values[i]);
    return most;
}

double sample_spread(const struct sample *sample)
{
    struct sample distances = {.count = sample->count};
    double median = sample_median(sample);
    if (median <= 0) return 0;
    for (uint32_t i = 0; i < sample->count; i++)
        distances.values[i] = fabs(sample->values[i] - median);
    return sample_median(&distances) * DEVIATIONS_AS_STANDARD / median;
}

struct sample_comparison sample_compare(const struct sample *earlier, uint32_t count,
                                        const struct sample *now, enum sample_aim aim)
{
    struct sample medians = {0};
    fl_assert(count > 0);
    fl_assert(count <= SAMPLE_EARLIER_MAX);
    for (uint32_t i = 0; i < count; i++)
        medians.values[medians.count++] = sample_median(&earlier[i]);
    double before = sample_median(&medians);
    double spread = fmax(sample_spread(now), sample_spread(&earlier[count - 1]));
    spread = fmax(spread, sample_spread(&medians));
    bool timed = now->count > 1;
    double least = timed && count < DAYS_TO_COMPARE ? NOISE_LEAST_BETWEEN_DAYS : NOISE_LEAST;
    struct sample_comparison comparison = {.noise = fmax(least, NOISE_SPREADS * spread)};
    if (before > 0) comparison.by = sample_median(now) / before - 1;
    if (fabs(comparison.by) <= comparison.noise) return comparison;
    bool more = comparison.by > 0, more_is_better = aim == SAMPLE_MORE_IS_BETTER;
    comparison.change = more == more_is_better ? SAMPLE_BETTER : SAMPLE_WORSE;
    return comparison;
}
