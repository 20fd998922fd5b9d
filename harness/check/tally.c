#include "harness/check/tally.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/map.h"
#include "harness/effect/pattern.h"

struct counter {
    int64_t count;
    bool by_job;
    struct fl_map jobs; /* name -> its count, as a number in the pointer */
    struct effect_pattern pattern;
};

struct tally {
    const struct plan *plan;
    struct counter **counters; /* one for each expectation; NULL where it counts nothing */
    bool failed;
};

static bool counts(const struct plan_expect *expect)
{
    return expect->kind == PLAN_EXPECT_EFFECT || expect->kind == PLAN_EXPECT_LOG;
}

enum fl_error tally_new(const struct plan *plan, struct tally **ret_tally)
{
    struct tally *tally = calloc(1, sizeof *tally);
    if (!tally) return FL_ENOMEM;
    tally->plan = plan;
    tally->counters = calloc(plan->expect_count + 1, sizeof(struct counter *));
    for (uint32_t i = 0; i < plan->expect_count && tally->counters; i++) {
        if (!counts(&plan->expects[i])) continue;
        struct counter *counter = malloc(sizeof *counter);
        if (!counter) {
            tally_free(tally);
            return FL_ENOMEM;
        }
        counter->count = 0;
        counter->by_job = plan->expects[i].for_each_job;
        counter->jobs = FL_MAP_INIT(PLAN_JOBS_MAX);
        effect_pattern_init(&counter->pattern, plan->expects[i].text);
        tally->counters[i] = counter;
    }
    if (!tally->counters) {
        free(tally);
        return FL_ENOMEM;
    }
    *ret_tally = tally;
    return FL_OK;
}

void tally_free(struct tally *tally)
{
    if (!tally) return;
    for (uint32_t i = 0; i < tally->plan->expect_count; i++) {
        if (tally->counters[i]) fl_map_release(&tally->counters[i]->jobs);
        free(tally->counters[i]);
    }
    free(tally->counters);
    free(tally);
}

static void count_job(struct tally *tally, struct counter *counter, const char *job)
{
    uintptr_t count = (uintptr_t)fl_map_get(&counter->jobs, fl_span_from(job)) + 1;
    if (fl_map_put(&counter->jobs, fl_span_from(job), (void *)count, NULL)) tally->failed = true;
}

void tally_effect(struct tally *tally, const struct effect_context *context,
                  const struct effect_label *label, struct fl_span detail)
{
    for (uint32_t i = 0; i < tally->plan->expect_count; i++) {
        struct counter *counter = tally->counters[i];
        if (!counter || tally->plan->expects[i].kind != PLAN_EXPECT_EFFECT) continue;
        if (!effect_pattern_matches(&counter->pattern, label, detail)) continue;
        counter->count++;
        if (counter->by_job && context->job) count_job(tally, counter, context->job);
    }
}

void tally_log(struct tally *tally, struct fl_span line)
{
    for (uint32_t i = 0; i < tally->plan->expect_count; i++) {
        const struct plan_expect *expect = &tally->plan->expects[i];
        if (expect->kind != PLAN_EXPECT_LOG) continue;
        if (memmem(line.bytes, line.length, expect->text, strlen(expect->text)))
            tally->counters[i]->count++;
    }
}

int64_t tally_count(const struct tally *tally, uint32_t index)
{
    fl_assert(tally->counters[index]);
    return tally->counters[index]->count;
}

int64_t tally_count_of_job(const struct tally *tally, uint32_t index, const char *job)
{
    return (int64_t)(uintptr_t)fl_map_get(&tally->counters[index]->jobs, fl_span_from(job));
}
