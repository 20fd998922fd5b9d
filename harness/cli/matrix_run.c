/* What a matrix tries: the undisturbed run, then single faults, played by two workers each and
 * compared, and then pairs of them. */
#include "harness/cli/matrix_run.h"

#include <stdlib.h>
#include <string.h>

#include "harness/cli/matrix_alone.h"
#include "harness/cli/matrix_pairs.h"
#include "harness/cli/matrix_trials.h"
#include "harness/matrix/upgrade.h"
#include "harness/scenario/printing.h"

enum { LINES_BYTES_MAX = 16 * 1024, ARENA_BYTES_MAX = 512 * 1024 * 1024 };

/* --- singles --- */

static enum fl_error add_single(struct matrix_trials *x, uint32_t point, enum matrix_mode mode)
{
    const struct run_effect *effect = &x->undisturbed.facts->effects[x->result->points[point]];
    char name[MATRIX_NAME_BYTES];
    struct fl_buf lines = FL_BUF_INIT(LINES_BYTES_MAX);
    if (!matrix_mode_applies(mode, effect, x->order->processes)) return FL_OK;
    matrix_cell_name(effect, mode, name);
    enum fl_error err = fl_buf_append_span(&lines, x->order->always);
    if (!err) err = matrix_mode_write(mode, effect, x->order->upgrade, &lines);
    struct matrix_trial *trial = err ? NULL : matrix_trials_add(x, &lines, name);
    if (trial) {
        trial->point = point;
        trial->mode = mode;
        trial->parts = matrix_trial_parts(mode);
    }
    fl_buf_release(&lines);
    return trial ? FL_OK : FL_ENOMEM;
}

static enum fl_error play_singles(struct matrix_trials *x)
{
    enum fl_error err = FL_OK;
    for (uint32_t point = 0; point < x->result->point_count; point++)
        for (int mode = 0; mode < MATRIX_MODES && !err; mode++)
            if (x->order->modes & 1U << mode) err = add_single(x, point, (enum matrix_mode)mode);
    return err ? err : matrix_trials_play(x, 0, (uint32_t)x->order->plays);
}

/* --- the undisturbed run --- */

/* False: it is no end to compare with, and that is the trouble. */
static bool ended_well(struct matrix_trials *x, const struct run_answer *answer, const char *what,
                       struct matrix_end *ret_end)
{
    const struct run_item *item = answer->item_count ? &answer->items[0] : NULL;
    if (answer->error || !item || !item->facts) {
        matrix_trials_trouble(x, MATRIX_BAD_INPUT, "%s%s", answer->error ? answer->error : "no ",
                              answer->error ? "" : what);
        return false;
    }
    if (item->verdict != RUN_PASSED || !item->facts->drained) {
        matrix_trials_trouble(x, MATRIX_BAD_INPUT, "the %s does not end well\n%.*s", what,
                              FL_SPAN_ARGS(matrix_reason(item->text)));
        return false;
    }
    *ret_end = (struct matrix_end){item->verdict, item->text, item->state, item->facts};
    return true;
}

static void judge_undisturbed(struct matrix_trials *x)
{
    struct matrix_result *result = x->result;
    if (!ended_well(x, &result->undisturbed, "undisturbed run", &x->undisturbed)) return;
    result->point_count =
        matrix_points(x->undisturbed.facts, 0, fl_span_from(x->order->job), result->points);
    if (!result->point_count)
        matrix_trials_trouble(x, MATRIX_BAD_INPUT,
                              "the undisturbed run has no effect of the job \"%s\"", x->order->job);
}

static enum fl_error play_alone(struct matrix_trials *x, struct fl_span lines,
                                struct run_answer *answer)
{
    return matrix_play_alone(x->order, lines, answer, &x->result->message, &x->result->trouble);
}

static enum fl_error play_undisturbed(struct matrix_trials *x)
{
    enum fl_error err = play_alone(x, x->order->always, &x->result->undisturbed);
    if (!err && !x->result->trouble) judge_undisturbed(x);
    return err;
}

/* It is deployed before anything has happened. */
static enum fl_error play_renewed(struct matrix_trials *x)
{
    struct fl_buf lines = FL_BUF_INIT(LINES_BYTES_MAX);
    struct printing p = {.out = &lines};
    if (!x->order->either || !x->order->upgrade) return FL_OK;
    print_text(&p, "%.*sfault deploy all ", FL_SPAN_ARGS(x->order->always));
    print_word(&p, fl_span_from(x->order->upgrade));
    print_text(&p, " at +0s\n");
    enum fl_error err = p.err;
    if (!err) err = play_alone(x, fl_buf_span(&lines), &x->renewed_answer);
    if (!err && !x->result->trouble)
        ended_well(x, &x->renewed_answer, "run of the new module alone", &x->renewed);
    fl_buf_release(&lines);
    return err;
}

/* --- the whole --- */

static enum fl_error explore(struct matrix_trials *x)
{
    struct matrix_result *result = x->result;
    enum fl_error err = play_undisturbed(x);
    if (!err && !result->trouble) err = play_renewed(x);
    if (err || result->trouble) return err;
    result->runs = 1;
    result->cells = calloc((size_t)result->point_count * MATRIX_MODES, sizeof *result->cells);
    if (!result->cells) return FL_ENOMEM;
    err = play_singles(x);
    if (!err && x->order->upgrade)
        result->worse = matrix_upgrade_worse(result->cells, result->point_count, &result->cuts);
    if (!err && !result->trouble && x->order->depth == MATRIX_PAIRS) err = matrix_play_pairs(x);
    return err;
}

void matrix_run(const struct matrix_order *order, struct matrix_result *ret_result)
{
    struct matrix_trials x = {
        .order = order, .result = ret_result, .arena = FL_ARENA_INIT(ARENA_BYTES_MAX)};
    memset(ret_result, 0, sizeof *ret_result);
    ret_result->message = FL_BUF_INIT(MATRIX_STORY_BYTES);
    matrix_stories_init(&ret_result->stories);
    enum fl_error err = explore(&x);
    if (err)
        matrix_trials_trouble(&x, MATRIX_NO_HARNESS, "the run workers: %s", fl_error_text(err));
    matrix_trials_release(&x);
}

void matrix_result_release(struct matrix_result *result)
{
    run_answer_release(&result->undisturbed);
    fl_buf_release(&result->message);
    matrix_stories_release(&result->stories);
    free(result->cells);
    result->cells = NULL;
}
