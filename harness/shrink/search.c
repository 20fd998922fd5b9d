/* A window of proposals is played at once; the first in their order that still fails is taken, and
 * the rest is proposed again for the smaller plan. Thus the result is that of trying them one after
 * another. */
#include "harness/shrink/search.h"

#include <stdlib.h>
#include <time.h>

#include "harness/scenario/format.h"

static int64_t real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

bool search_may_go_on(struct search *search)
{
    if (search->end != SHRINK_MINIMAL) return false;
    if (search->runs >= search->order->runs_max)
        search->end = SHRINK_OUT_OF_RUNS;
    else if (real_us() - search->begun_us >= search->order->real_us_max)
        search->end = SHRINK_OUT_OF_TIME;
    return search->end == SHRINK_MINIMAL;
}

enum fl_error search_play(struct search *search, struct trial *trials, uint32_t count)
{
    search->runs += count;
    for (uint32_t i = 0; i < count && search->origin_effects; i++)
        trials[i].effects_max = SEARCH_LONGER_MAX * search->origin_effects + SEARCH_EFFECTS_MIN;
    return trials_play(search->order->pool, search->order->to, trials, count);
}

static bool fails_as_wanted(const struct search *search, const struct trial *trial)
{
    return trial->played && fingerprint_matches(&search->wanted, &trial->fingerprint);
}

static uint64_t effects_of(const struct trial *trial)
{
    const struct run_item *item = trial_item(trial);
    return item ? item->effects : 0;
}

/* --- one proposal --- */
enum fl_error search_try(struct search *search, const struct plan *plan, int32_t sweep,
                         bool *ret_taken)
{
    struct fl_buf text = FL_BUF_INIT(SHRINK_TEXT_BYTES_MAX);
    *ret_taken = false;
    enum fl_error err = scenario_format(plan, &text);
    if (err || !search_may_go_on(search)) {
        fl_buf_release(&text);
        return err;
    }
    struct trial trial = {.text = fl_buf_span(&text), .seed = plan->seed_first, .sweep = sweep};
    err = search_play(search, &trial, 1);
    *ret_taken = !err && fails_as_wanted(search, &trial);
    if (*ret_taken) search->effects = effects_of(&trial);
    trial_release(&trial);
    if (!*ret_taken) {
        fl_buf_release(&text);
        return err;
    }
    fl_buf_release(&search->text);
    search->text = text;
    search->plan = *plan;
    search->sweep = sweep;
    return FL_OK;
}

/* --- a window of proposals --- */
struct window {
    struct plan plans[TRIALS_AT_ONCE_MAX];
    struct fl_buf texts[TRIALS_AT_ONCE_MAX];
    struct trial trials[TRIALS_AT_ONCE_MAX];
    uint32_t numbers[TRIALS_AT_ONCE_MAX];
    uint32_t count, size;
    bool never_longer;
    uint32_t next; /* the number of the first proposal behind it */
    bool ended;    /* there is none */
};

static void release(struct window *window)
{
    for (uint32_t i = 0; i < window->count; i++)
        fl_buf_release(&window->texts[i]);
    window->count = 0;
}

/* Adds a proposal, unless it changes nothing. */
static enum fl_error offer(const struct search *search, struct window *window, uint32_t number)
{
    uint32_t i = window->count;
    window->texts[i] = FL_BUF_INIT(SHRINK_TEXT_BYTES_MAX);
    enum fl_error err = scenario_format(&window->plans[i], &window->texts[i]);
    struct fl_span text = fl_buf_span(&window->texts[i]);
    if (err || fl_span_equal(text, fl_buf_span(&search->text))) {
        fl_buf_release(&window->texts[i]);
        return err;
    }
    window->trials[i] =
        (struct trial){.text = text, .seed = window->plans[i].seed_first, .sweep = search->sweep};
    window->numbers[i] = number;
    window->count++;
    return FL_OK;
}

static enum fl_error fill(struct search *search, struct window *window, edit_plan *propose)
{
    enum fl_error err = FL_OK;
    while (window->count < window->size && !window->ended && !err) {
        struct plan *plan = &window->plans[window->count];
        *plan = search->plan;
        enum edit edit = propose(plan, window->next, &search->arena);
        if (edit == EDIT_NO_MEMORY) return FL_ENOMEM;
        if (edit == EDIT_PAST_END) window->ended = true;
        if (edit == EDIT_MADE) err = offer(search, window, window->next);
        window->next++;
    }
    return err;
}

/* Takes the first that fails as wanted. */
static enum fl_error settle(struct search *search, struct window *window, bool *ret_taken)
{
    enum fl_error err = search_play(search, window->trials, window->count);
    *ret_taken = false;
    for (uint32_t i = 0; i < window->count; i++) {
        uint64_t effects = effects_of(&window->trials[i]);
        bool good = fails_as_wanted(search, &window->trials[i]) &&
                    !(window->never_longer && effects > search->effects);
        if (!err && !*ret_taken && good) {
            *ret_taken = true;
            search->effects = effects;
            fl_buf_release(&search->text);
            search->text = window->texts[i];
            window->texts[i] = FL_BUF_INIT(0);
            search->plan = window->plans[i];
            window->next = window->numbers[i]; /* of the smaller plan */
            window->ended = false;
        }
        trial_release(&window->trials[i]);
    }
    return err;
}

static enum fl_error try_family(struct search *search, struct window *window,
                                const struct edit_family *family, bool *taken)
{
    enum fl_error err = FL_OK;
    window->next = 0;
    window->ended = false;
    window->never_longer = family->never_longer;
    while (!err && !window->ended && search_may_go_on(search)) {
        bool now = false;
        err = fill(search, window, family->propose);
        if (!err && window->count) err = settle(search, window, &now);
        release(window);
        *taken |= now;
    }
    return err;
}

enum fl_error search_edits(struct search *search)
{
    struct window *window = calloc(1, sizeof *window);
    enum fl_error err = window ? FL_OK : FL_ENOMEM;
    bool taken = true;
    if (window) {
        int size = pool_workers(search->order->pool);
        window->size = size < TRIALS_AT_ONCE_MAX ? (uint32_t)size : TRIALS_AT_ONCE_MAX;
    }
    for (int pass = 0; taken && !err && pass < SEARCH_PASSES_MAX; pass++) {
        taken = false;
        for (const struct edit_family *family = edit_families; family->what && !err; family++)
            err = try_family(search, window, family, &taken);
    }
    free(window);
    return err;
}

/* --- which lines matter --- */
static enum shrink_need need_of(const struct search *search, const struct trial *trial)
{
    if (!trial->played) return SHRINK_MEANS_NOTHING;
    if (trial->fingerprint.verdict == RUN_PASSED) return SHRINK_PASSES;
    return fails_as_wanted(search, trial) ? SHRINK_NOT_NEEDED : SHRINK_FAILS_OTHERWISE;
}

/* The text without its bytes from..behind. */
static enum fl_error try_without(struct search *search, size_t from, size_t behind,
                                 enum shrink_need *ret_need)
{
    struct fl_buf text = FL_BUF_INIT(SHRINK_TEXT_BYTES_MAX);
    struct fl_span all = fl_buf_span(&search->text);
    bool seed = fl_span_starts((struct fl_span){all.bytes + from, behind - from}, FL_SPAN("seed "));
    enum fl_error err = fl_buf_append(&text, all.bytes, from);
    if (!err) err = fl_buf_append(&text, all.bytes + behind, all.length - behind);
    if (!err) {
        struct trial trial = {.text = fl_buf_span(&text),
                              .seed = seed ? 1 : search->plan.seed_first, /* the default */
                              .sweep = search->sweep};
        err = search_play(search, &trial, 1);
        *ret_need = need_of(search, &trial);
        trial_release(&trial);
    }
    fl_buf_release(&text);
    return err;
}

enum fl_error search_needs(struct search *search, struct shrunk *shrunk)
{
    struct fl_span text = fl_buf_span(&search->text);
    enum fl_error err = FL_OK;
    size_t from = 0;
    shrunk->line_count = 0;
    while (from < text.length && !err) {
        const char *end = memchr(text.bytes + from, '\n', text.length - from);
        size_t behind = (size_t)(end - text.bytes) + 1;
        uint32_t line = shrunk->line_count++;
        if (line < SHRINK_LINES_MAX) shrunk->needs[line] = SHRINK_NOT_TRIED;
        if (line > 0 && line < SHRINK_LINES_MAX && search_may_go_on(search))
            err = try_without(search, from, behind, &shrunk->needs[line]);
        from = behind;
    }
    return err;
}
