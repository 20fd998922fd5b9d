#include "harness/cli/matrix_trials.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/cli/evidence.h"
#include "harness/cli/matrix_alone.h"

enum {
    BATCH = 16,
    /* By which pairs are told apart. */
    MATRIX_WANTS_OF_SINGLES = RUN_WANTS_MOMENTS | RUN_WANTS_OVERWRITTEN | RUN_WANTS_STATICS,
};

struct matrix_flight {
    uint64_t ticket;
    uint32_t first, count, copy;
};

void matrix_trials_trouble(struct matrix_trials *x, enum matrix_trouble kind, const char *format,
                           ...)
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

struct matrix_trial *matrix_trials_add(struct matrix_trials *x, const struct fl_buf *lines,
                                       const char *name)
{
    if (x->trial_count >= MATRIX_TRIALS_MAX) {
        matrix_trials_trouble(x, MATRIX_BAD_INPUT, "more than %d runs: choose fewer modes",
                              MATRIX_TRIALS_MAX);
        return NULL;
    }
    if (!grow((void **)&x->trials, x->trial_count, &x->trial_capacity, sizeof *x->trials))
        return NULL;
    char *copy = fl_arena_copy(&x->arena, fl_buf_span(lines));
    char *name_copy = fl_arena_copy(&x->arena, fl_span_from(name));
    if (!copy || !name_copy) return NULL;
    struct matrix_trial *trial = &x->trials[x->trial_count++];
    *trial = (struct matrix_trial){.lines = {copy, lines->length}, .name = name_copy};
    return trial;
}

/* --- requests --- */

static unsigned wants_of(const struct matrix_trials *x, const struct matrix_flight *flight)
{
    if (!x->trials[flight->first].is_pair) return MATRIX_WANTS_OF_SINGLES;
    for (uint32_t i = 0; i < flight->count; i++)
        if (x->trials[flight->first + i].tells_wake)
            return RUN_WANTS_MOMENTS | RUN_WANTS_OVERWRITTEN;
    return RUN_WANTS_OVERWRITTEN;
}

static enum fl_error send(struct matrix_trials *x, const struct matrix_flight *flight, int worker)
{
    struct fl_span variants[REQUEST_RUNS_MAX];
    struct fl_buf line = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    struct run_request request = matrix_request(x->order);
    if (!grow((void **)&x->flights, x->flight_count, &x->flight_capacity, sizeof *x->flights))
        return FL_ENOMEM;
    for (uint32_t i = 0; i < flight->count; i++)
        variants[i] = x->trials[flight->first + i].lines;
    if (x->order->depth == MATRIX_PAIRS && flight->copy == 0) request.wants |= wants_of(x, flight);
    request.may_be_same = x->trials[flight->first].is_pair;
    request.same_as = x->undisturbed.facts->end;
    request.variants = variants;
    request.variant_count = flight->count;
    enum fl_error err = run_request_write(&request, &line);
    struct matrix_flight *sent = &x->flights[x->flight_count];
    *sent = *flight;
    if (!err) err = pool_submit(x->order->pool, worker, fl_buf_span(&line), &sent->ticket);
    fl_buf_release(&line);
    if (err) return err;
    x->flight_count++;
    x->outstanding++;
    return FL_OK;
}

/* Small batches where there is little to do, so that every worker gets some. */
static uint32_t batch_size(const struct matrix_trials *x, uint32_t trials)
{
    uint32_t size = trials / (4 * (uint32_t)pool_workers(x->order->pool));
    return size < 1 ? 1 : size > BATCH ? BATCH : size;
}

static enum fl_error send_all(struct matrix_trials *x, uint32_t first, uint32_t plays)
{
    int workers = pool_workers(x->order->pool), next = 0;
    uint32_t size = batch_size(x, x->trial_count - first);
    enum fl_error err = FL_OK;
    for (uint32_t at = first; at < x->trial_count && !err; at += size) {
        uint32_t left = x->trial_count - at;
        struct matrix_flight flight = {.first = at, .count = left < size ? left : size};
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
static uint64_t rank_of(const struct matrix_trials *x, const struct matrix_trial *trial,
                        const struct fl_buf *text)
{
    uint64_t index = (uint64_t)(trial - x->trials);
    return (uint64_t)trial->is_pair << 63 | (uint64_t)count_lines(text) << 32 | index;
}

static unsigned compare(const struct matrix_trials *x, const struct matrix_trial *trial,
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

static void settle(struct matrix_trials *x, struct matrix_trial *trial,
                   const struct matrix_end *end)
{
    struct matrix_result *result = x->result;
    struct fl_buf text = FL_BUF_INIT(MATRIX_STORY_BYTES);
    unsigned cells = compare(x, trial, end, &text);
    trial->settled = trial->is_answered = true;
    trial->cells = cells;
    trial->end = end->verdict == RUN_PASSED ? end->facts->end : 0;
    if (trial->is_check) {
        fl_buf_release(&text);
        return;
    }
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

static bool differs(struct matrix_trial *trial, const struct run_item *item)
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
static bool unreached(const struct matrix_trial *trial, const struct run_item *item)
{
    uint32_t wanted = trial->parts;
    bool ended = item->verdict == RUN_FAILED || item->verdict == RUN_PASSED;
    return ended && item->facts && item->facts->strikes < wanted;
}

static void *keep_array(struct matrix_trials *x, const void *items, uint32_t count, size_t size)
{
    void *kept = fl_arena_alloc(&x->arena, (count + 1) * size);
    if (kept && count) memcpy(kept, items, count * size);
    return kept;
}

/* What it cannot keep, no other run can lean on. */
static void keep_overwritten(struct matrix_trials *x, struct matrix_trial *trial,
                             const struct run_facts *facts)
{
    trial->overwritten =
        keep_array(x, facts->overwritten, facts->overwritten_count, sizeof *facts->overwritten);
    if (trial->overwritten) trial->overwritten_count = facts->overwritten_count;
}

static void keep_wake(struct matrix_trials *x, struct matrix_trial *trial,
                      const struct run_facts *facts)
{
    if (!facts->woke) return;
    struct run_facts *wake = fl_arena_alloc(&x->arena, sizeof *wake);
    if (!wake) return;
    *wake = (struct run_facts){.woke = 1, .moment_count = 1};
    wake->moments = keep_array(x, &facts->moments[facts->woke - 1], 1, sizeof *wake->moments);
    wake->key_changes =
        keep_array(x, facts->key_changes, facts->key_change_count, sizeof *wake->key_changes);
    wake->overwritten_by_wake =
        keep_array(x, facts->overwritten_by_wake, facts->overwritten_by_wake_count,
                   sizeof *wake->overwritten_by_wake);
    wake->overwritten_by_wake_count = facts->overwritten_by_wake_count;
    if (wake->moments && wake->key_changes && wake->overwritten_by_wake) trial->wake = wake;
}

static void take_item(struct matrix_trials *x, struct matrix_trial *trial,
                      const struct run_item *item, uint32_t copy)
{
    if (differs(trial, item))
        matrix_trials_trouble(x, MATRIX_DIFFERS, "two plays of one run differ: %s", trial->name);
    if (item->verdict == RUN_BAD_INPUT || item->verdict == RUN_HARNESS_FAULT || !item->facts)
        matrix_trials_trouble(x,
                              item->verdict == RUN_BAD_INPUT ? MATRIX_BAD_INPUT : MATRIX_NO_HARNESS,
                              "%s: %.*s", trial->name, FL_SPAN_ARGS(item->text));
    if (copy || trial->settled || x->result->trouble) return;
    trial->is_answered = true;
    keep_overwritten(x, trial, item->facts);
    keep_wake(x, trial, item->facts);
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
static enum fl_error take_death(struct matrix_trials *x, const struct matrix_flight *flight,
                                const struct pool_answer *answer)
{
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < flight->count && flight->count > 1 && !err; i++)
        err = send(
            x,
            &(struct matrix_flight){.first = flight->first + i, .count = 1, .copy = flight->copy},
            answer->worker);
    struct matrix_trial *trial = &x->trials[flight->first];
    if (flight->count > 1 || err || flight->copy || trial->settled) return err;
    struct fl_buf text = FL_BUF_INIT(MATRIX_STORY_BYTES);
    err = evidence_of_death(answer, &text);
    const struct matrix_end end = {.verdict = RUN_CRASHED, .text = fl_buf_span(&text)};
    if (!err) settle(x, trial, &end);
    fl_buf_release(&text);
    return err;
}

static bool keep(struct matrix_trials *x, const struct run_answer *answer)
{
    if (!grow((void **)&x->kept, x->kept_count, &x->kept_capacity, sizeof *x->kept)) return false;
    x->kept[x->kept_count++] = *answer;
    return true;
}

static enum fl_error take_answer(struct matrix_trials *x, const struct matrix_flight *flight,
                                 const struct pool_answer *answer)
{
    struct run_answer runs;
    enum fl_error err = run_answer_read(answer->line, &runs);
    if (err) return err;
    if (runs.error || runs.item_count != flight->count)
        matrix_trials_trouble(x, MATRIX_BAD_INPUT, "%s",
                              runs.error ? runs.error : "an answer lacks runs");
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

static enum fl_error take_next(struct matrix_trials *x)
{
    struct pool_answer answer;
    enum fl_error err = pool_next(x->order->pool, &answer);
    if (err) return err;
    for (uint32_t i = x->flight_count; i-- > 0;) {
        if (x->flights[i].ticket != answer.ticket) continue;
        const struct matrix_flight flight = x->flights[i];
        x->flights[i] = x->flights[--x->flight_count];
        x->outstanding--;
        return answer.death == POOL_ANSWERED ? take_answer(x, &flight, &answer)
                                             : take_death(x, &flight, &answer);
    }
    fl_panic("an answer to a request that was never made");
}

enum fl_error matrix_trials_play(struct matrix_trials *x, uint32_t first, uint32_t plays)
{
    enum fl_error err = send_all(x, first, plays);
    while (x->outstanding) {
        enum fl_error next = take_next(x);
        if (!err) err = next;
        if (next == FL_ENOTFOUND) break;
    }
    return err;
}

void matrix_trials_release(struct matrix_trials *x)
{
    for (uint32_t i = 0; i < x->kept_count; i++)
        run_answer_release(&x->kept[i]);
    run_answer_release(&x->renewed_answer);
    free(x->kept);
    free(x->trials);
    free(x->flights);
    fl_arena_release(&x->arena);
}
