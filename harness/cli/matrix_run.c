/* Trials travel in batches. Singles are played by two workers each and compared; what the first of
 * two faults has left behind is looked at before the second is tried, and left out where another
 * first fault had left the same. */
#include "harness/cli/matrix_run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/cli/evidence.h"
#include "harness/cli/matrix_alone.h"
#include "harness/matrix/compare.h"
#include "harness/matrix/upgrade.h"
#include "harness/scenario/printing.h"

enum { BATCH = 16, LINES_BYTES_MAX = 16 * 1024, ARENA_BYTES_MAX = 512 * 1024 * 1024 };

struct trial {
    struct fl_span lines;
    uint32_t point; /* of the first fault, in the result */
    enum matrix_mode mode;
    uint32_t parts; /* faults that strike in it */
    bool is_pair;
    bool has_hash, settled;
    uint64_t hash[2];
    const char *name;
    const struct run_item *item; /* kept for the pairs; NULL */
};

struct flight {
    uint64_t ticket;
    uint32_t first, count, copy;
};

struct explorer {
    const struct matrix_order *order;
    struct matrix_result *result;
    struct fl_arena arena;
    struct trial *trials;
    uint32_t trial_count, trial_capacity;
    struct flight *flights;
    uint32_t flight_count, flight_capacity, outstanding;
    struct run_answer *kept;
    uint32_t kept_count, kept_capacity;
    struct matrix_end undisturbed;
    struct run_answer renewed_answer; /* owned */
    struct matrix_end renewed;        /* the run of the new module alone; no facts: not asked for */
    enum fl_error err;
};

static void trouble(struct explorer *x, enum matrix_trouble kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void trouble(struct explorer *x, enum matrix_trouble kind, const char *format, ...)
{
    if (x->result->trouble) return;
    x->result->trouble = kind;
    va_list args;
    va_start(args, format);
    enum fl_error err = fl_buf_vprintf(&x->result->message, format, args);
    va_end(args);
    (void)err; /* a message that does not fit is cut */
}

static bool grow(void **items, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity) return true;
    uint32_t larger = *capacity ? 2 * *capacity : 64;
    void *grown = realloc(*items, larger * size);
    if (!grown) return false;
    *items = grown;
    *capacity = larger;
    return true;
}

/* --- requests --- */

static enum fl_error send(struct explorer *x, const struct flight *flight, int worker)
{
    struct fl_span variants[REQUEST_RUNS_MAX];
    struct fl_buf line = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    struct run_request request = matrix_request(x->order);
    if (!grow((void **)&x->flights, x->flight_count, &x->flight_capacity, sizeof *x->flights))
        return FL_ENOMEM;
    for (uint32_t i = 0; i < flight->count; i++)
        variants[i] = x->trials[flight->first + i].lines;
    if (x->order->depth == MATRIX_PAIRS && !x->trials[flight->first].is_pair)
        request.wants |= RUN_WANTS_LEFT;
    request.may_be_same = x->trials[flight->first].is_pair;
    request.same_as = x->undisturbed.facts->end;
    request.variants = variants;
    request.variant_count = flight->count;
    enum fl_error err = run_request_write(&request, &line);
    struct flight *sent = &x->flights[x->flight_count];
    *sent = *flight;
    if (!err) err = pool_submit(x->order->pool, worker, fl_buf_span(&line), &sent->ticket);
    fl_buf_release(&line);
    if (err) return err;
    x->flight_count++;
    x->outstanding++;
    return FL_OK;
}

/* Small batches where there is little to do, so that every worker gets some. */
static uint32_t batch_size(const struct explorer *x, uint32_t trials)
{
    uint32_t size = trials / (4 * (uint32_t)pool_workers(x->order->pool));
    return size < 1 ? 1 : size > BATCH ? BATCH : size;
}

static enum fl_error send_all(struct explorer *x, uint32_t first, uint32_t plays)
{
    int workers = pool_workers(x->order->pool), next = 0;
    uint32_t size = batch_size(x, x->trial_count - first);
    enum fl_error err = FL_OK;
    for (uint32_t at = first; at < x->trial_count && !err; at += size) {
        uint32_t left = x->trial_count - at;
        struct flight flight = {.first = at, .count = left < size ? left : size};
        for (; flight.copy < plays && !err; flight.copy++)
            err = send(x, &flight, (next + (int)flight.copy) % workers);
        next = (next + 1) % workers;
    }
    return err;
}

/* --- what came of a trial --- */

static uint32_t count_lines(const struct fl_buf *text)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < text->length; i++)
        lines += text->bytes[i] == '\n';
    return lines;
}

/* Singles before pairs, few lines before many, and otherwise the order of the grid: not that in
 * which answers happen to come. */
static uint64_t rank_of(const struct explorer *x, const struct trial *trial,
                        const struct fl_buf *text)
{
    uint64_t index = (uint64_t)(trial - x->trials);
    return (uint64_t)trial->is_pair << 63 | (uint64_t)count_lines(text) << 32 | index;
}

static unsigned compare(const struct explorer *x, const struct trial *trial,
                        const struct matrix_end *end, struct fl_buf *text)
{
    if (end->facts && end->facts->same) return MATRIX_SAME;
    unsigned cells = matrix_compare(&x->undisturbed, end, text);
    if (!cells || !x->renewed.facts || !matrix_mode_renews(trial->mode)) return cells;
    struct fl_buf other = FL_BUF_INIT(MATRIX_STORY_BYTES);
    if (matrix_compare(&x->renewed, end, &other) == MATRIX_SAME) {
        cells = MATRIX_SAME;
        fl_buf_truncate(text, 0);
    }
    fl_buf_release(&other);
    return cells;
}

static void settle(struct explorer *x, struct trial *trial, const struct matrix_end *end)
{
    struct matrix_result *result = x->result;
    struct fl_buf text = FL_BUF_INIT(MATRIX_STORY_BYTES);
    unsigned cells = compare(x, trial, end, &text);
    trial->settled = true;
    result->runs++;
    result->seen |= cells;
    if (trial->is_pair) {
        result->pair_runs++;
        result->pair_bad += cells != MATRIX_SAME;
    } else {
        result->cells[trial->point * MATRIX_MODES + trial->mode] =
            (struct matrix_grid_cell){.played = true, .seen = cells};
    }
    matrix_stories_tell(&result->stories, cells, rank_of(x, trial, &text), trial->name, &text);
    fl_buf_release(&text);
}

static bool differs(struct trial *trial, const struct run_item *item)
{
    if (trial->has_hash)
        return trial->hash[0] != item->trace_hash[0] || trial->hash[1] != item->trace_hash[1];
    trial->has_hash = true;
    trial->hash[0] = item->trace_hash[0];
    trial->hash[1] = item->trace_hash[1];
    return false;
}

/* A fault that found no effect to strike: after the first of a pair all went another way, or a
 * process that ends by itself is started again only once the fault has struck. */
static bool unreached(const struct trial *trial, const struct run_item *item)
{
    uint32_t wanted = trial->parts;
    return item->verdict == RUN_FAILED && item->facts && item->facts->strikes < wanted;
}

static void take_item(struct explorer *x, struct trial *trial, const struct run_item *item,
                      uint32_t copy)
{
    if (differs(trial, item))
        trouble(x, MATRIX_DIFFERS, "two plays of one run differ: %s", trial->name);
    if (item->verdict == RUN_BAD_INPUT || item->verdict == RUN_HARNESS_FAULT || !item->facts)
        trouble(x, item->verdict == RUN_BAD_INPUT ? MATRIX_BAD_INPUT : MATRIX_NO_HARNESS,
                "%s: %.*s", trial->name, FL_SPAN_ARGS(item->text));
    if (copy || trial->settled || x->result->trouble) return;
    if (unreached(trial, item)) {
        x->result->unreached += !trial->is_pair;
        return;
    }
    const struct matrix_end end = {item->verdict, item->text, item->state, item->facts};
    settle(x, trial, &end);
    trial->item = item;
}

/* --- answers --- */

/* A worker that died had one of these in hand: each goes alone, and the one that kills its worker
 * alone has crashed. */
static enum fl_error take_death(struct explorer *x, const struct flight *flight,
                                const struct pool_answer *answer)
{
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < flight->count && flight->count > 1 && !err; i++)
        err =
            send(x, &(struct flight){.first = flight->first + i, .count = 1, .copy = flight->copy},
                 answer->worker);
    struct trial *trial = &x->trials[flight->first];
    if (flight->count > 1 || err || flight->copy || trial->settled) return err;
    struct fl_buf text = FL_BUF_INIT(MATRIX_STORY_BYTES);
    err = evidence_of_death(answer, &text);
    const struct matrix_end end = {.verdict = RUN_CRASHED, .text = fl_buf_span(&text)};
    if (!err) settle(x, trial, &end);
    fl_buf_release(&text);
    return err;
}

static bool keep(struct explorer *x, const struct run_answer *answer)
{
    if (!grow((void **)&x->kept, x->kept_count, &x->kept_capacity, sizeof *x->kept)) return false;
    x->kept[x->kept_count++] = *answer;
    return true;
}

static enum fl_error take_answer(struct explorer *x, const struct flight *flight,
                                 const struct pool_answer *answer)
{
    struct run_answer runs;
    enum fl_error err = run_answer_read(answer->line, &runs);
    if (err) return err;
    if (runs.error || runs.item_count != flight->count)
        trouble(x, MATRIX_BAD_INPUT, "%s", runs.error ? runs.error : "an answer lacks runs");
    for (uint32_t i = 0; i < flight->count && !x->result->trouble; i++)
        take_item(x, &x->trials[flight->first + i], &runs.items[i], flight->copy);
    bool needed =
        x->order->depth == MATRIX_PAIRS && !x->trials[flight->first].is_pair && flight->copy == 0;
    if (needed && keep(x, &runs)) return FL_OK;
    for (uint32_t i = 0; i < flight->count; i++)
        if (!needed && flight->copy == 0) x->trials[flight->first + i].item = NULL;
    run_answer_release(&runs);
    return needed ? FL_ENOMEM : FL_OK;
}

static enum fl_error take_next(struct explorer *x)
{
    struct pool_answer answer;
    enum fl_error err = pool_next(x->order->pool, &answer);
    if (err) return err;
    for (uint32_t i = x->flight_count; i-- > 0;) {
        if (x->flights[i].ticket != answer.ticket) continue;
        const struct flight flight = x->flights[i];
        x->flights[i] = x->flights[--x->flight_count];
        x->outstanding--;
        return answer.death == POOL_ANSWERED ? take_answer(x, &flight, &answer)
                                             : take_death(x, &flight, &answer);
    }
    fl_panic("an answer to a request that was never made");
}

static enum fl_error play(struct explorer *x, uint32_t first, uint32_t plays)
{
    enum fl_error err = send_all(x, first, plays);
    while (x->outstanding) {
        enum fl_error next = take_next(x);
        if (!err) err = next;
        if (next == FL_ENOTFOUND) break;
    }
    return err;
}

/* --- trials --- */

static struct trial *add_trial(struct explorer *x, const struct fl_buf *lines, const char *name)
{
    if (x->trial_count >= MATRIX_TRIALS_MAX) {
        trouble(x, MATRIX_BAD_INPUT, "more than %d runs: choose fewer modes", MATRIX_TRIALS_MAX);
        return NULL;
    }
    if (!grow((void **)&x->trials, x->trial_count, &x->trial_capacity, sizeof *x->trials))
        return NULL;
    char *copy = fl_arena_copy(&x->arena, fl_buf_span(lines));
    char *name_copy = fl_arena_copy(&x->arena, fl_span_from(name));
    if (!copy || !name_copy) return NULL;
    struct trial *trial = &x->trials[x->trial_count++];
    *trial = (struct trial){.lines = {copy, lines->length}, .name = name_copy};
    return trial;
}

/* A deploy with a kill strikes as two. */
static uint32_t parts_of(enum matrix_mode mode)
{
    return matrix_mode_renews(mode) ? 2 : 1;
}

static enum fl_error add_single(struct explorer *x, uint32_t point, enum matrix_mode mode)
{
    const struct run_effect *effect = &x->undisturbed.facts->effects[x->result->points[point]];
    char name[MATRIX_NAME_BYTES];
    struct fl_buf lines = FL_BUF_INIT(LINES_BYTES_MAX);
    if (!matrix_mode_applies(mode, effect, x->order->processes)) return FL_OK;
    matrix_cell_name(effect, mode, name);
    enum fl_error err = fl_buf_append_span(&lines, x->order->always);
    if (!err) err = matrix_mode_write(mode, effect, x->order->upgrade, &lines);
    struct trial *trial = err ? NULL : add_trial(x, &lines, name);
    if (trial) {
        trial->point = point;
        trial->mode = mode;
        trial->parts = parts_of(mode);
    }
    fl_buf_release(&lines);
    return trial ? FL_OK : FL_ENOMEM;
}

static enum fl_error play_singles(struct explorer *x)
{
    enum fl_error err = FL_OK;
    for (uint32_t point = 0; point < x->result->point_count; point++)
        for (int mode = 0; mode < MATRIX_MODES && !err; mode++)
            if (x->order->modes & 1U << mode) err = add_single(x, point, (enum matrix_mode)mode);
    return err ? err : play(x, 0, (uint32_t)x->order->plays);
}

/* --- pairs --- */

/* After a kill nothing lives but what Redis, the database and the outside hold: two kills before
 * which the same was done have left the same. */
static bool killed_alike(const struct trial *a, const struct trial *b)
{
    return matrix_mode_kills(a->mode) && matrix_mode_kills(b->mode) &&
           a->item->facts->done_before == b->item->facts->done_before;
}

/* Other faults leave processes alive; but at rest these keep nothing of a job, if its handler has
 * no variables that live on. */
static bool left_alike(const struct explorer *x, const struct trial *a, const struct trial *b)
{
    const struct run_facts *of_a = a->item->facts, *of_b = b->item->facts;
    return matrix_mode_is_over(a->mode) && matrix_mode_is_over(b->mode) && of_a->rested &&
           of_b->rested && of_a->left == of_b->left && !x->undisturbed.facts->statics.length;
}

/* From which effect on the second faults behind this first one are those behind an earlier one. */
static uint32_t followed_until(const struct explorer *x, uint32_t index)
{
    const struct trial *trial = &x->trials[index];
    for (uint32_t i = 0; i < index && !x->order->every_first; i++) {
        const struct trial *other = &x->trials[i];
        if (!other->item) continue;
        if (killed_alike(trial, other)) return 0;
        if (left_alike(x, trial, other)) return trial->item->facts->rested_after;
    }
    return UINT32_MAX;
}

static enum fl_error add_pair(struct explorer *x, uint32_t first, const struct run_effect *effect,
                              enum matrix_mode mode)
{
    char name[MATRIX_NAME_BYTES], both[2 * MATRIX_NAME_BYTES + 8];
    struct fl_buf lines = FL_BUF_INIT(LINES_BYTES_MAX);
    if (!matrix_mode_applies(mode, effect, x->order->processes)) return FL_OK;
    matrix_cell_name(effect, mode, name);
    snprintf(both, sizeof both, "%s, then %s", x->trials[first].name, name);
    enum fl_error err = fl_buf_append_span(&lines, x->trials[first].lines);
    if (!err) err = matrix_mode_write(mode, effect, x->order->upgrade, &lines);
    struct trial *trial = err ? NULL : add_trial(x, &lines, both);
    if (trial) {
        trial->is_pair = true;
        trial->mode = mode;
        trial->parts = x->trials[first].parts + parts_of(mode);
    }
    fl_buf_release(&lines);
    return trial ? FL_OK : FL_ENOMEM;
}

static enum fl_error add_pairs_of(struct explorer *x, uint32_t first, uint32_t until)
{
    const struct run_facts *facts = x->trials[first].item->facts;
    uint32_t points[MATRIX_POINTS_MAX];
    uint32_t count = matrix_points(facts, facts->struck_after, fl_span_from(x->order->job), points);
    enum fl_error err = FL_OK;
    x->result->firsts_seen += count && points[count - 1] >= until;
    while (count && points[count - 1] >= until)
        count--;
    for (uint32_t i = 0; i < count; i++)
        for (int mode = 0; mode < MATRIX_MODES && !err; mode++)
            if (x->order->modes & 1U << mode)
                err = add_pair(x, first, &facts->effects[points[i]], (enum matrix_mode)mode);
    return err;
}

static enum fl_error play_pairs(struct explorer *x)
{
    uint32_t singles = x->trial_count;
    enum fl_error err = FL_OK;
    if (x->result->point_count > MATRIX_PAIR_POINTS_MAX)
        trouble(x, MATRIX_BAD_INPUT, "%" PRIu32 " effects have too many pairs: at most %d",
                x->result->point_count, MATRIX_PAIR_POINTS_MAX);
    for (uint32_t i = 0; i < singles && !err && !x->result->trouble; i++) {
        if (!x->trials[i].item) continue;
        err = add_pairs_of(x, i, followed_until(x, i));
    }
    return err || x->result->trouble ? err : play(x, singles, 1);
}

/* --- the undisturbed run --- */

/* False: it is no end to compare with, and that is the trouble. */
static bool ended_well(struct explorer *x, const struct run_answer *answer, const char *what,
                       struct matrix_end *ret_end)
{
    const struct run_item *item = answer->item_count ? &answer->items[0] : NULL;
    if (answer->error || !item || !item->facts) {
        trouble(x, MATRIX_BAD_INPUT, "%s%s", answer->error ? answer->error : "no ",
                answer->error ? "" : what);
        return false;
    }
    if (item->verdict != RUN_PASSED || !item->facts->drained) {
        trouble(x, MATRIX_BAD_INPUT, "the %s does not end well\n%.*s", what,
                FL_SPAN_ARGS(matrix_reason(item->text)));
        return false;
    }
    *ret_end = (struct matrix_end){item->verdict, item->text, item->state, item->facts};
    return true;
}

static void judge_undisturbed(struct explorer *x)
{
    struct matrix_result *result = x->result;
    if (!ended_well(x, &result->undisturbed, "undisturbed run", &x->undisturbed)) return;
    result->point_count =
        matrix_points(x->undisturbed.facts, 0, fl_span_from(x->order->job), result->points);
    if (!result->point_count)
        trouble(x, MATRIX_BAD_INPUT, "the undisturbed run has no effect of the job \"%s\"",
                x->order->job);
}

static enum fl_error play_alone(struct explorer *x, struct fl_span lines, struct run_answer *answer)
{
    return matrix_play_alone(x->order, lines, answer, &x->result->message, &x->result->trouble);
}

static enum fl_error play_undisturbed(struct explorer *x)
{
    enum fl_error err = play_alone(x, x->order->always, &x->result->undisturbed);
    if (!err && !x->result->trouble) judge_undisturbed(x);
    return err;
}

/* It is deployed before anything has happened. */
static enum fl_error play_renewed(struct explorer *x)
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

static enum fl_error explore(struct explorer *x)
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
    if (!err && !result->trouble && x->order->depth == MATRIX_PAIRS) err = play_pairs(x);
    return err;
}

void matrix_run(const struct matrix_order *order, struct matrix_result *ret_result)
{
    struct explorer x = {
        .order = order, .result = ret_result, .arena = FL_ARENA_INIT(ARENA_BYTES_MAX)};
    memset(ret_result, 0, sizeof *ret_result);
    ret_result->message = FL_BUF_INIT(MATRIX_STORY_BYTES);
    matrix_stories_init(&ret_result->stories);
    enum fl_error err = explore(&x);
    if (err) trouble(&x, MATRIX_NO_HARNESS, "the run workers: %s", fl_error_text(err));
    for (uint32_t i = 0; i < x.kept_count; i++)
        run_answer_release(&x.kept[i]);
    run_answer_release(&x.renewed_answer);
    free(x.kept);
    free(x.trials);
    free(x.flights);
    fl_arena_release(&x.arena);
}

void matrix_result_release(struct matrix_result *result)
{
    run_answer_release(&result->undisturbed);
    fl_buf_release(&result->message);
    matrix_stories_release(&result->stories);
    free(result->cells);
    result->cells = NULL;
}
