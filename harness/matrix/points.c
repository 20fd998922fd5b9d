#include "harness/matrix/points.h"

#include <stdbool.h>
#include <string.h>

static bool ends_in(struct fl_span who, const char *role)
{
    size_t length = strlen(role);
    return who.length > length && memcmp(who.bytes + who.length - length, role, length) == 0;
}

static bool moves_jobs(const struct run_effect *effect)
{
    return effect->applied && !effect->idle &&
           (ends_in(effect->who, "/poller") || ends_in(effect->who, "/recovery"));
}

/* A fetch that brought something. Which job it was stands in its reply alone: it is the last one
 * before the delivery's first effect. */
static bool is_fetch(const struct run_effect *effect)
{
    return effect->applied && !effect->idle && ends_in(effect->who, "/fetch");
}

static bool begins_delivery(const struct run_facts *facts, uint32_t index, struct fl_span job)
{
    const struct run_effect *effect = &facts->effects[index];
    return fl_span_equal(effect->job, job) && effect->ordinal == 1;
}

/* Whether the fetch at `index` is the last one before some delivery of the job begins. */
static bool fetches(const struct run_facts *facts, uint32_t index, struct fl_span job)
{
    for (uint32_t i = index + 1; i < facts->effect_count; i++) {
        if (is_fetch(&facts->effects[i])) return false;
        if (begins_delivery(facts, i, job)) return true;
    }
    return false;
}

uint32_t matrix_points(const struct run_facts *facts, uint32_t first, struct fl_span job,
                       uint32_t points[MATRIX_POINTS_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = first; i < facts->effect_count && count < MATRIX_POINTS_MAX; i++) {
        const struct run_effect *effect = &facts->effects[i];
        bool is_point = fl_span_equal(effect->job, job) || moves_jobs(effect) ||
                        (is_fetch(effect) && fetches(facts, i, job));
        if (is_point) points[count++] = i;
    }
    return count;
}
