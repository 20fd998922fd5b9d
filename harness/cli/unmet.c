/* What only a sweep brings about is in neither run: a claim that may hold without an effect is not
 * asked for one, and an ordinal or a time is not looked at. */
#include "harness/cli/unmet.h"

#include "harness/scenario/nearest.h"
#include "harness/scenario/reach.h"

struct search {
    const struct run_facts *runs[PROBE_RUNS];
    uint32_t run_count;
    struct problems *problems;
};

/* --- effects --- */
static bool meets_effect(const struct search *search, const char *pattern)
{
    for (uint32_t run = 0; run < search->run_count; run++)
        for (uint32_t i = 0; i < search->runs[run]->effect_count; i++) {
            const struct run_effect *effect = &search->runs[run]->effects[i];
            if (reach_pattern_means(pattern, effect->what, effect->detail)) return true;
        }
    return false;
}

/* Without what stands for anything at the end of the pattern. */
static struct fl_span certain(const char *pattern)
{
    struct fl_span text = fl_span_from(pattern);
    while (text.length &&
           (text.bytes[text.length - 1] == '*' || text.bytes[text.length - 1] == ' '))
        text.length--;
    return text;
}

static void check_pattern(struct search *search, const char *pattern, struct plan_where where)
{
    if (meets_effect(search, pattern)) return;
    struct nearest nearest = nearest_to(certain(pattern));
    for (uint32_t run = 0; run < search->run_count; run++)
        for (uint32_t i = 0; i < search->runs[run]->effect_count; i++)
            nearest_offer(&nearest, search->runs[run]->effects[i].what.bytes);
    problems_suggest(search->problems, where.line, where.column,
                     "a pattern that an effect of the run matches", fl_span_from(pattern),
                     nearest.best);
}

/* --- jobs --- */
static bool meets_job(const struct search *search, const char *job)
{
    for (uint32_t run = 0; run < search->run_count; run++)
        for (uint32_t i = 0; i < search->runs[run]->job_count; i++)
            if (fl_span_glob(fl_span_from(job), search->runs[run]->jobs[i].name)) return true;
    return false;
}

static void check_job(struct search *search, const char *job, struct plan_where where)
{
    if (!job || meets_job(search, job)) return;
    struct nearest nearest = nearest_to(fl_span_from(job));
    for (uint32_t run = 0; run < search->run_count; run++)
        for (uint32_t i = 0; i < search->runs[run]->job_count; i++)
            nearest_offer(&nearest, search->runs[run]->jobs[i].name.bytes);
    problems_suggest(search->problems, where.line, where.column, "a job that the run has",
                     fl_span_from(job), nearest.best);
}

/* --- lines --- */
static void check_fault(struct search *search, const struct plan_fault *fault)
{
    if (fault->follows) return; /* as the first part of it */
    if (fault->address.pattern) check_pattern(search, fault->address.pattern, fault->address.where);
    check_job(search, fault->address.job, fault->address.where);
}

static bool may_be_none(const struct plan_expect *expect)
{
    return expect->compare == PLAN_AT_MOST || expect->number == 0;
}

static void check_expect(struct search *search, const struct plan_expect *expect)
{
    if (expect->sometimes) return; /* other runs may have it */
    if (expect->kind == PLAN_EXPECT_EFFECT && !may_be_none(expect))
        check_pattern(search, expect->text, expect->where);
    check_job(search, expect->job, expect->where);
    check_job(search, expect->other_job, expect->where);
}

void unmet_find(const struct plan *plan, const struct probe *probe, struct problems *problems)
{
    struct search search = {.problems = problems};
    for (int run = 0; run < PROBE_RUNS; run++) {
        const char *why;
        const struct run_item *item = probe_item(probe, (enum probe_run)run, &why);
        if (item) search.runs[search.run_count++] = item->facts;
    }
    if (!search.run_count) return;
    for (uint32_t i = 0; i < plan->fault_count; i++)
        check_fault(&search, &plan->faults[i]);
    for (uint32_t i = 0; i < plan->expect_count; i++)
        check_expect(&search, &plan->expects[i]);
}
