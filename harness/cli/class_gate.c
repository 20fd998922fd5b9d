#include "harness/cli/class_gate.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/cli/matrix_subject.h"
#include "harness/cli/session.h"

static enum course_outcome outcome_of(enum matrix_trouble trouble)
{
    switch (trouble) {
    case MATRIX_NO_TROUBLE: return COURSE_PASSED;
    case MATRIX_BAD_INPUT: return COURSE_BAD_INPUT;
    case MATRIX_DIFFERS: return COURSE_NONDETERMINISM;
    case MATRIX_NO_HARNESS: return COURSE_HARNESS_FAULT;
    }
    return COURSE_HARNESS_FAULT;
}

static void judge(const struct matrix_subject *subject, const struct matrix_result *result,
                  struct class_verdict *verdict)
{
    enum plan_class class = matrix_class_of(result->seen);
    const struct matrix_story *story = matrix_stories_worst(&result->stories);
    verdict->outcome = outcome_of(result->trouble);
    verdict->runs = result->runs;
    enum fl_error err = FL_OK;
    if (result->trouble) {
        err = fl_buf_append_span(&verdict->text, fl_buf_span(&result->message));
    } else if (!matrix_class_serves(class, subject->class)) {
        verdict->outcome = COURSE_FAILED;
        err = fl_buf_printf(&verdict->text, "expected  class %s\nfound     %s",
                            matrix_class_text(subject->class), matrix_class_text(class));
        if (!err && story)
            err = fl_buf_printf(&verdict->text, ": %s\n%s", story->name,
                                story->text.length ? story->text.bytes : "");
    }
    (void)err; /* a text that does not fit is cut */
}

static void explore(const struct matrix_subject *subject, int jobs, struct class_verdict *verdict)
{
    struct pool *pool;
    struct matrix_result *result = malloc(sizeof *result);
    enum fl_error err = result ? FL_OK : FL_ENOMEM;
    if (!err) err = pool_new(session_workers(jobs, 2), SESSION_HANG_US, &pool);
    if (!err) {
        const struct matrix_order order = matrix_subject_order(subject, pool);
        matrix_run(&order, result);
        pool_free(pool);
        judge(subject, result, verdict);
        matrix_result_release(result);
    }
    free(result);
    if (err) verdict->outcome = COURSE_HARNESS_FAULT;
}

void class_gate_judge(const struct coordinator_scenario *scenario, int jobs,
                      struct class_verdict *ret_verdict)
{
    struct plan *plan;
    struct matrix_subject subject = {.path = scenario->path,
                                     .settings = scenario->settings,
                                     .setting_count = scenario->setting_count};
    *ret_verdict = (struct class_verdict){.outcome = COURSE_BAD_INPUT,
                                          .text = FL_BUF_INIT(COURSE_TEXT_BYTES_MAX)};
    if (scenario_read(scenario->path, scenario->settings, scenario->setting_count, &plan,
                      &ret_verdict->text))
        return;
    matrix_subject_of(plan, &subject);
    scenario_plan_free(plan);
    ret_verdict->line = subject.class_line;
    explore(&subject, jobs, ret_verdict);
}
