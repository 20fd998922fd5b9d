#include "harness/cli/lint_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/time_text.h"
#include "harness/cli/matrix_alone.h"
#include "harness/matrix/compare.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024 };

struct lint {
    const struct matrix_order *order;
    struct lint_result *result;
};

static bool gave_facts(struct lint *lint, const struct run_answer *answer)
{
    struct lint_result *result = lint->result;
    const struct run_item *item = answer->item_count ? &answer->items[0] : NULL;
    bool bad = item && (item->verdict == RUN_BAD_INPUT || item->verdict == RUN_HARNESS_FAULT);
    if (item && item->facts && !bad) return true;
    struct fl_span why = item ? matrix_reason(item->text) : FL_SPAN("no answer");
    if (answer->error) why = fl_span_from(answer->error);
    result->trouble = MATRIX_BAD_INPUT;
    enum fl_error err = fl_buf_append_span(&result->message, why);
    (void)err; /* a message that does not fit is cut */
    return false;
}

static void play(struct lint *lint, struct fl_span lines, struct run_answer *ret_answer)
{
    struct lint_result *result = lint->result;
    enum fl_error err =
        matrix_play_alone(lint->order, lines, ret_answer, &result->message, &result->trouble);
    if (err && !result->trouble) result->trouble = MATRIX_NO_HARNESS;
    if (!result->trouble) (void)gave_facts(lint, ret_answer);
}

static struct matrix_end end_of(const struct run_answer *answer)
{
    const struct run_item *item = &answer->items[0];
    return (struct matrix_end){item->verdict, item->text, item->state, item->facts};
}

/* "fault VERB at +TIME", behind the lines that stand in every run. */
static void write_line(const struct lint *lint, const char *verb, struct fl_span name,
                       int64_t at_us, char line[LINT_LINE_BYTES], struct fl_buf *ret_lines)
{
    struct fl_buf time = FL_BUF_INIT(64);
    enum fl_error err = fl_duration_format(&time, at_us);
    snprintf(line, LINT_LINE_BYTES, "fault %s%.*s at +%s\n", verb, FL_SPAN_ARGS(name),
             err || !time.bytes ? "0s" : time.bytes);
    fl_buf_truncate(ret_lines, 0);
    err = fl_buf_append_span(ret_lines, lint->order->always);
    if (!err) err = fl_buf_append_text(ret_lines, line);
    if (err) lint->result->trouble = MATRIX_NO_HARNESS;
    fl_buf_release(&time);
}

/* The repeat at that time beside a run to which nothing happens then: what else dies in between is
 * dead in both. */
static unsigned repeat(struct lint *lint, struct lint_finding *finding, int64_t at_us,
                       struct fl_buf *story)
{
    struct run_answer calm = {0}, repeated = {0};
    struct fl_buf lines = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    char ignored[LINT_LINE_BYTES];
    unsigned cells = MATRIX_SAME;
    write_line(lint, "script-flush", (struct fl_span){"", 0}, at_us, ignored, &lines);
    if (!lint->result->trouble) play(lint, fl_buf_span(&lines), &calm);
    write_line(lint, "duplicate ", finding->guard->job, at_us, finding->line, &lines);
    if (!lint->result->trouble) play(lint, fl_buf_span(&lines), &repeated);
    if (!lint->result->trouble) {
        struct matrix_end before = end_of(&calm), after = end_of(&repeated);
        cells = matrix_compare(&before, &after, story);
    }
    run_answer_release(&calm);
    run_answer_release(&repeated);
    fl_buf_release(&lines);
    return cells & ~(unsigned)MATRIX_REPEATED; /* its receiver knows it by its key */
}

static void try_guard(struct lint *lint, struct lint_finding *finding)
{
    const struct run_guard *guard = finding->guard;
    int64_t lives_us = guard->ends_us - guard->at_us;
    struct fl_buf ignored = FL_BUF_INIT(LINT_STORY_BYTES);
    finding->verdict = LINT_LASTS;
    if (lives_us >= guard->span_us) return;
    finding->verdict = LINT_NO_GUARD;
    if (!repeat(lint, finding, guard->at_us + lives_us / 2, &ignored)) {
        finding->cells = repeat(lint, finding, guard->ends_us + FL_SECOND_US, &finding->story);
        finding->verdict = finding->cells ? LINT_DIES_EARLY : LINT_NEEDLESS;
    }
    fl_buf_release(&ignored);
}

void lint_run(const struct matrix_order *order, struct lint_result *ret_result)
{
    struct lint_result *result = ret_result;
    struct lint lint = {order, result};
    *result = (struct lint_result){.message = FL_BUF_INIT(MESSAGE_BYTES_MAX)};
    play(&lint, order->always, &result->undisturbed);
    if (result->trouble) return;
    const struct run_facts *facts = result->undisturbed.items[0].facts;
    result->findings = calloc(facts->guard_count + 1, sizeof *result->findings);
    if (!result->findings) result->trouble = MATRIX_NO_HARNESS;
    for (uint32_t i = 0; i < facts->guard_count && !result->trouble; i++) {
        struct lint_finding *finding = &result->findings[result->count++];
        finding->guard = &facts->guards[i];
        finding->story = FL_BUF_INIT(LINT_STORY_BYTES);
        try_guard(&lint, finding);
    }
}

void lint_result_release(struct lint_result *result)
{
    for (uint32_t i = 0; i < result->count; i++)
        fl_buf_release(&result->findings[i].story);
    free(result->findings);
    run_answer_release(&result->undisturbed);
    fl_buf_release(&result->message);
}
