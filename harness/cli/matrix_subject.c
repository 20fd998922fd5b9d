#include "harness/cli/matrix_subject.h"

#include <stdio.h>

static uint32_t count_processes(const struct plan *plan)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->processes_count; i++)
        count += plan->processes[i].count;
    return count;
}

static const struct plan_expect *claim_of(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->expect_count; i++)
        if (plan->expects[i].kind == PLAN_EXPECT_CLASS) return &plan->expects[i];
    return NULL;
}

bool matrix_claims_class(const struct plan *plan)
{
    return claim_of(plan) != NULL;
}

void matrix_subject_of(const struct plan *plan, struct matrix_subject *ret_subject)
{
    struct matrix_subject *subject = ret_subject;
    const struct plan_expect *claim = claim_of(plan);
    const char *job = plan->job_count ? plan->jobs[0].name : "";
    snprintf(subject->job, sizeof subject->job, "%s", job);
    subject->seed = plan->seed_first;
    subject->processes = count_processes(plan);
    subject->adds_process = subject->processes == 0;
    if (subject->adds_process) subject->processes = 2;
    subject->has_class = claim != NULL;
    if (!claim) return;
    subject->class = claim->class;
    subject->class_line = claim->where.line;
}

struct fl_span matrix_subject_always(const struct matrix_subject *subject)
{
    return subject->adds_process ? FL_SPAN("processes 2\n") : FL_SPAN("");
}

struct matrix_order matrix_subject_order(const struct matrix_subject *subject, struct pool *pool)
{
    return (struct matrix_order){
        .pool = pool,
        .path = subject->path,
        .settings = subject->settings,
        .setting_count = subject->setting_count,
        .seed = subject->seed,
        .job = subject->job,
        .modes = MATRIX_ALL_MODES,
        .depth = MATRIX_SINGLES,
        .processes = subject->processes,
        .always = matrix_subject_always(subject),
        .plays = 2,
    };
}
