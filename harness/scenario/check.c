/* Whether the names that lines use are names that other lines have made. */
#include <string.h>

#include "harness/scenario/nearest.h"
#include "harness/scenario/reading.h"

enum { SUGGESTIONS_FROM_MAX = 10 * 1000 }; /* jobs looked at for "did you mean" */

static bool has_glob(const char *name)
{
    return strpbrk(name, "*?[") != NULL;
}

/* A job that another one enqueues is named after it: "imp-7" begins the name "imp-7.StaffWorker".
 */
static bool known_job(const struct reading *r, const char *name)
{
    struct fl_span text = fl_span_from(name);
    if (fl_map_get(&r->job_names, text)) return true;
    for (size_t i = 1; i < text.length; i++) {
        if (!strchr(".:>", name[i])) continue;
        if (fl_map_get(&r->job_names, (struct fl_span){name, i})) return true;
    }
    return false;
}

static const char *nearest_job(const struct reading *r, struct fl_span text)
{
    struct nearest nearest = nearest_to(text);
    const struct plan_job *jobs = r->jobs.items;
    for (uint32_t i = 0; i < r->jobs.count && i < SUGGESTIONS_FROM_MAX; i++)
        if (jobs[i].name) nearest_offer(&nearest, jobs[i].name);
    return nearest.best;
}

static const char *nearest_fault(const struct reading *r, struct fl_span text)
{
    struct nearest nearest = nearest_to(text);
    const struct plan_fault *faults = r->faults.items;
    for (uint32_t i = 0; i < r->faults.count; i++)
        if (faults[i].name) nearest_offer(&nearest, faults[i].name);
    return nearest.best;
}

static bool known_fault(const struct reading *r, const char *name)
{
    const struct plan_fault *faults = r->faults.items;
    for (uint32_t i = 0; i < r->faults.count; i++)
        if (faults[i].name && strcmp(faults[i].name, name) == 0) return true;
    return false;
}

static uint32_t process_count(const struct reading *r)
{
    uint32_t total = 0;
    const struct plan_processes *groups = r->processes.items;
    for (uint32_t i = 0; i < r->processes.count; i++)
        total += groups[i].count;
    return total ? total : 1;
}

static bool known_process(const struct reading *r, const char *name)
{
    long long number;
    if (strcmp(name, "web") == 0) return true;
    return fl_span_int64(fl_span_from(name + 1), &number) && number >= 1 &&
           number <= process_count(r);
}

static void check_reference(struct reading *r, const struct reference *reference)
{
    struct fl_span name = fl_span_from(reference->name);
    const char *expected = NULL, *near = NULL;
    if (has_glob(reference->name)) return;
    switch (reference->kind) {
    case REFERENCE_JOB:
        if (known_job(r, reference->name)) return;
        expected = "a job that a line `enqueue` names";
        near = nearest_job(r, name);
        break;
    case REFERENCE_FAULT:
        if (known_fault(r, reference->name)) return;
        expected = "the name of a fault of this scenario";
        near = nearest_fault(r, name);
        break;
    case REFERENCE_PROCESS:
        if (known_process(r, reference->name)) return;
        expected = "a process that a line `processes` makes";
        break;
    }
    problems_suggest(&r->problems, reference->where.line, reference->where.column, expected, name,
                     near);
}

static void check_variant(struct reading *r, const char *chosen)
{
    struct nearest nearest = nearest_to(fl_span_from(chosen));
    for (uint32_t i = 0; i < r->variants.count; i++)
        nearest_offer(&nearest, ((const char **)r->variants.items)[i]);
    problems_suggest(&r->problems, 1, 1, "a --set variant=NAME that a line `variant` has",
                     fl_span_from(chosen), nearest.best);
}

static void check_overrides(struct reading *r)
{
    for (const struct line_setting *set = r->overrides; set; set = set->next) {
        if (set->overridden) continue;
        if (strcmp(set->name, "variant") == 0) {
            check_variant(r, set->value);
            continue;
        }
        struct nearest nearest = nearest_to(fl_span_from(set->name));
        for (const struct line_setting *made = r->settings; made; made = made->next)
            nearest_offer(&nearest, made->name);
        problems_suggest(&r->problems, 1, 1, "a --set whose name a line `set` has",
                         fl_span_from(set->name), nearest.best);
    }
}

/* A clock that nothing stops would enqueue for 400 days. */
static void check_horizon(struct reading *r)
{
    const struct plan_cron *crons = r->crons.items;
    if (r->problems.count || !r->crons.count || (r->seen & (UINT64_C(1) << WORD_HORIZON))) return;
    problems_add(&r->problems, crons[0].where.line, crons[0].where.column,
                 "a line `horizon`: how long the clock goes on", fl_span_from(crons[0].name), NULL);
}

void check_plan(struct reading *r)
{
    const struct reference *references = r->references.items;
    struct fl_span nothing = {0};
    check_overrides(r);
    for (uint32_t i = 0; i < r->references.count; i++)
        check_reference(r, &references[i]);
    check_horizon(r);
    if (r->problems.count == 0 && r->expects.count == 0 && !r->bare)
        problems_add(&r->problems, r->line.number, 1, "a line `expect`: what must hold", nothing,
                     NULL);
}
