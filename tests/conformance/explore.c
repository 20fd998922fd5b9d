#include "tests/conformance/explore.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/conformance/generator.h"

struct sequence {
    struct fl_buf text;
    struct fl_span lines[EXPLORE_LINES_MAX];
    bool dropped[EXPLORE_LINES_MAX];
    size_t count; /* lines behind the first difference are not counted */
};

static bool generate(const struct duel *duel, uint64_t seed, struct sequence *sequence)
{
    struct fake_dice dice = {seed};
    struct generator generator = {.dice = {fake_dice_roll(&dice)}, /* far from its neighbours */
                                  .is_adopted = duel->server->pid == 0};
    size_t ends[EXPLORE_LINES_MAX], start = 0;
    *sequence = (struct sequence){.text = FL_BUF_INIT(1024 * 1024), .count = EXPLORE_LINES_MAX};
    for (size_t i = 0; i < sequence->count; i++) {
        enum fl_error err = i < GENERATOR_START_LINES
                                ? generator_start(&generator, (unsigned)i, &sequence->text)
                                : generator_line(&generator, &sequence->text);
        if (err) return false;
        ends[i] = sequence->text.length;
    }
    for (size_t i = 0; i < sequence->count; start = ends[i++])
        sequence->lines[i] = (struct fl_span){sequence->text.bytes + start, ends[i] - start};
    return true;
}

/* Runs what is not dropped. True: a difference; *ret_stopped is the line where, or count for the
 * end state. A real server that is gone counts as one. */
static bool differs(struct duel *duel, const struct sequence *sequence, struct line *scratch,
                    size_t *ret_stopped)
{
    *ret_stopped = 0;
    if (!duel_reset(duel)) {
        snprintf(duel->why, sizeof(duel->why), "the real server is gone");
        return true;
    }
    for (size_t i = 0; i < sequence->count; i++) {
        *ret_stopped = i;
        if (!sequence->dropped[i] && !line_run(duel, sequence->lines[i], scratch))
            return !duel->spoiled;
    }
    *ret_stopped = sequence->count;
    return !duel_states(duel);
}

/* Leaves out runs of lines, long ones first, as long as a difference stays. */
static void shrink(struct duel *duel, struct sequence *sequence, struct line *scratch)
{
    size_t stopped;
    for (size_t run = sequence->count / 2; run > 0; run /= 2) {
        for (size_t first = 0; first < sequence->count; first += run) {
            bool before[EXPLORE_LINES_MAX];
            memcpy(before, sequence->dropped, sizeof(before));
            for (size_t i = first; i < first + run && i < sequence->count; i++)
                sequence->dropped[i] = true;
            if (!differs(duel, sequence, scratch, &stopped))
                memcpy(sequence->dropped, before, sizeof(before));
            else if (stopped < sequence->count)
                sequence->count = stopped + 1;
        }
    }
}

/* `first` is why it was found, which is told when it does not happen again. */
static void report(struct duel *duel, const struct sequence *sequence, uint64_t seed,
                   const char *first, struct line *scratch)
{
    size_t stopped;
    printf("DIFFERENT  seed %llu\n", (unsigned long long)seed);
    for (size_t i = 0; i < sequence->count; i++)
        if (!sequence->dropped[i]) printf("      %.*s\n", FL_SPAN_ARGS(sequence->lines[i]));
    if (!differs(duel, sequence, scratch, &stopped))
        printf("   not again: %s\n", first);
    else
        printf("   %s %s\n", stopped == sequence->count ? "in the end" : "there", duel->why);
}

enum explored explore_sequence(struct duel *duel, uint64_t seed, struct line *scratch)
{
    struct sequence sequence;
    char first[DUEL_WHY_BYTES];
    enum explored explored = EXPLORE_BROKEN;
    size_t stopped;
    if (!generate(duel, seed, &sequence)) goto out;
    explored = EXPLORE_SAME;
    if (!differs(duel, &sequence, scratch, &stopped)) goto out;
    explored = EXPLORE_DIFFERENT;
    snprintf(first, sizeof(first), "%s", duel->why);
    if (stopped < sequence.count) sequence.count = stopped + 1;
    shrink(duel, &sequence, scratch);
    report(duel, &sequence, seed, first, scratch);
out:
    fl_buf_release(&sequence.text);
    return explored;
}
