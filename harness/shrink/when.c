#include "harness/shrink/when.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/scenario/format.h"
#include "harness/scenario/parse.h"
#include "harness/shrink/trial.h"

static_assert((int)WHEN_DRAWS_MAX <= (int)TRIALS_AT_ONCE_MAX,
              "the draws of one row are played at once");

struct finder {
    struct pool *pool;
    const struct replay *replay;
    struct fl_span text, choices; /* of the scenario; of the run */
    uint32_t draws;
    struct fingerprint wanted;
    struct when *when;
};

/* --- choices --- */
static uint32_t count_lines(struct fl_span text)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < text.length; i++)
        lines += text.bytes[i] == '\n';
    return lines;
}

static struct fl_span first_lines(struct fl_span text, uint32_t count)
{
    size_t length = 0;
    while (count > 0 && length < text.length)
        count -= text.bytes[length++] == '\n';
    return (struct fl_span){text.bytes, length};
}

static const char *suffix_of(unsigned number)
{
    if (number % 100 / 10 == 1) return "th";
    return number % 10 == 1 ? "st" : number % 10 == 2 ? "nd" : number % 10 == 3 ? "rd" : "th";
}

struct effect_choice {
    char who[96], what[96];
    unsigned number; /* of the choices with these names */
    bool is_fault;   /* whether a fault strikes is chosen first, perhaps of several faults */
};

/* A line `delay "imp-1#2" "redis LREM" 0 272`, which is chosen once for each effect, or the same
 * with `fault`. */
static bool read_choice(struct fl_span line, struct effect_choice *ret_choice)
{
    char text[WHEN_EFFECT_BYTES], kind[8];
    snprintf(text, sizeof text, "%.*s", FL_SPAN_ARGS(line));
    if (sscanf(text, "%7s \"%95[^\"]\" \"%95[^\"]\" %u", kind, ret_choice->who, ret_choice->what,
               &ret_choice->number) != 4)
        return false;
    ret_choice->is_fault = strcmp(kind, "fault") == 0;
    return ret_choice->is_fault || strcmp(kind, "delay") == 0;
}

static struct fl_span last_line(struct fl_span lines, size_t end)
{
    size_t from = end - 1;
    while (from > 0 && lines.bytes[from - 1] != '\n')
        from--;
    return (struct fl_span){lines.bytes + from, end - from};
}

/* The number of such an effect that was begun by then: behind the last one whose delay is known. */
static unsigned number_of(struct fl_span lines, size_t end, const struct effect_choice *choice)
{
    struct effect_choice other;
    if (!choice->is_fault) return choice->number + 1;
    while (end > 0) {
        struct fl_span line = last_line(lines, end);
        end -= line.length;
        if (read_choice(line, &other) && !other.is_fault && strcmp(other.who, choice->who) == 0 &&
            strcmp(other.what, choice->what) == 0)
            return other.number + 2;
    }
    return 1;
}

/* The last effect among these lines. */
static void find_effect(struct fl_span lines, char ret_effect[WHEN_EFFECT_BYTES])
{
    struct effect_choice choice;
    size_t end = lines.length;
    ret_effect[0] = '\0';
    while (end > 0) {
        struct fl_span line = last_line(lines, end);
        end -= line.length;
        if (!read_choice(line, &choice)) continue;
        unsigned number = number_of(lines, end, &choice);
        snprintf(ret_effect, WHEN_EFFECT_BYTES, "%s the %u%s \"%s\"", choice.who, number,
                 suffix_of(number), choice.what);
        return;
    }
}

/* --- rows --- */
static void insert(struct when *when, const struct when_row *row)
{
    uint32_t at = when->row_count;
    fl_assert(when->row_count < WHEN_ROWS_MAX); /* bisection of 2^22 choices makes fewer */
    while (at > 0 && when->rows[at - 1].kept > row->kept)
        at--;
    memmove(&when->rows[at + 1], &when->rows[at], (when->row_count - at) * sizeof *row);
    when->rows[at] = *row;
    when->row_count++;
}

/* How often it fails in the same way when only the first `kept` choices are. */
static enum fl_error draw(struct finder *f, uint32_t kept, uint32_t *ret_failed)
{
    struct trial *trials = calloc(f->draws, sizeof *trials);
    struct when_row row = {.kept = kept};
    struct fl_span lines = first_lines(f->choices, kept);
    if (!trials) return FL_ENOMEM;
    for (uint32_t i = 0; i < f->draws; i++)
        trials[i] = (struct trial){.text = f->text,
                                   .seed = f->replay->seed + i + 1,
                                   .sweep = f->replay->sweep,
                                   .source = REQUEST_THEN_SEEDED,
                                   .choices = lines};
    enum fl_error err = trials_play(f->pool, f->replay->scenario, trials, f->draws);
    for (uint32_t i = 0; i < f->draws; i++) {
        row.failed += trials[i].played && fingerprint_matches(&f->wanted, &trials[i].fingerprint);
        trial_release(&trials[i]);
    }
    free(trials);
    f->when->runs += f->draws;
    find_effect(lines, row.effect);
    insert(f->when, &row);
    *ret_failed = row.failed;
    return err;
}

/* With all its choices it fails: nothing is left to draw. */
static enum fl_error bisect(struct finder *f)
{
    uint32_t low = 0, high = f->when->choices, failed;
    enum fl_error err = draw(f, low, &failed);
    if (!err && failed < f->draws) err = draw(f, high, &failed);
    if (f->when->row_count == 1) high = 0;
    while (!err && high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        err = draw(f, middle, &failed);
        if (failed == f->draws)
            high = middle;
        else
            low = middle;
    }
    while (f->when->rows[f->when->inevitable].kept < high)
        f->when->inevitable++;
    return err;
}

/* --- the run --- */
static enum fl_error play(struct finder *f)
{
    struct trial trial = {.text = f->text,
                          .seed = f->replay->seed,
                          .sweep = f->replay->sweep,
                          .source = f->replay->choices.length ? REQUEST_RECORDED : REQUEST_SEEDED,
                          .choices = f->replay->choices,
                          .record = true};
    enum fl_error err = trials_play(f->pool, f->replay->scenario, &trial, 1);
    const struct run_item *item = trial_item(&trial);
    f->when->runs = 1;
    f->when->fails = !err && trial.played && item && trial.fingerprint.verdict != RUN_PASSED;
    if (f->when->fails) {
        f->wanted = trial.fingerprint;
        trial.fingerprint = FINGERPRINT_INIT;
        f->choices = item->choices;
        f->when->choices = count_lines(f->choices);
        err = bisect(f);
        fingerprint_release(&f->wanted);
    }
    trial_release(&trial);
    return err;
}

enum fl_error when_find(struct pool *pool, const struct replay *replay, uint32_t draws,
                        struct when *ret_when, struct fl_buf *message)
{
    struct fl_buf text = FL_BUF_INIT(TRIAL_TEXT_BYTES_MAX);
    struct plan *plan = NULL;
    struct finder finder = {.pool = pool, .replay = replay, .draws = draws, .when = ret_when};
    *ret_when = (struct when){0};
    fl_assert(draws > 0 && draws <= WHEN_DRAWS_MAX);
    enum fl_error err =
        scenario_read(replay->scenario, replay->settings, replay->setting_count, &plan, message);
    if (!err) err = scenario_format(plan, &text);
    finder.text = fl_buf_span(&text);
    if (!err) err = play(&finder);
    scenario_plan_free(plan);
    fl_buf_release(&text);
    return err;
}
