#include "tests/conformance/each.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "tests/conformance/duel.h"
#include "tests/conformance/line.h"

enum { TEXT_BYTES_MAX = 64 * 1024 };

/* The alternatives of all groups, in order, and which of each is chosen. */
struct choice {
    size_t counts[EACH_GROUPS_MAX], chosen[EACH_GROUPS_MAX];
    size_t groups;
};

/* The bytes of a group that begins at i, with its brackets; 0: there is none. */
static size_t group_length(struct fl_span text, size_t i)
{
    char close = text.bytes[i] == '{' ? '}' : text.bytes[i] == '[' ? ']' : '\0';
    bool begins_word = i == 0 || text.bytes[i - 1] == ' ';
    const char *end = close && begins_word ? memchr(text.bytes + i, close, text.length - i) : NULL;
    return end ? (size_t)(end - text.bytes) - i + 1 : 0;
}

static size_t alternatives(struct fl_span group)
{
    size_t count = group.bytes[0] == '[' ? 2 : 1;
    for (size_t i = 0; i < group.length; i++)
        count += group.bytes[i] == '|';
    return count;
}

static struct fl_span alternative(struct fl_span group, size_t chosen)
{
    struct fl_span inside = {group.bytes + 1, group.length - 2};
    if (group.bytes[0] == '[' && chosen-- == 0) return (struct fl_span){inside.bytes, 0};
    size_t start = 0;
    for (; chosen; start++)
        chosen -= inside.bytes[start] == '|';
    size_t end = start;
    while (end < inside.length && inside.bytes[end] != '|')
        end++;
    return (struct fl_span){inside.bytes + start, end - start};
}

static bool count_groups(struct fl_span text, struct choice *choice)
{
    size_t total = 1, length;
    *choice = (struct choice){0};
    for (size_t i = 0; i < text.length; i += length ? length : 1) {
        length = group_length(text, i);
        if (!length) continue;
        if (choice->groups == EACH_GROUPS_MAX) return false;
        size_t count = alternatives((struct fl_span){text.bytes + i, length});
        choice->counts[choice->groups++] = count;
        total *= count;
        if (total > EACH_CHOICES_MAX) return false;
    }
    return true;
}

static enum fl_error expand(struct fl_span text, const struct choice *choice, struct fl_buf *out)
{
    size_t group = 0, length;
    enum fl_error err = FL_OK;
    fl_buf_truncate(out, 0);
    for (size_t i = 0; !err && i < text.length; i += length ? length : 1) {
        length = group_length(text, i);
        if (length)
            err = fl_buf_append_span(out, alternative((struct fl_span){text.bytes + i, length},
                                                      choice->chosen[group++]));
        else
            err = fl_buf_append_char(out, text.bytes[i]);
    }
    return err;
}

/* The next choice, the last group changing first. False: that was the last one. */
static bool advance(struct choice *choice)
{
    for (size_t i = choice->groups; i-- > 0;) {
        if (++choice->chosen[i] < choice->counts[i]) return true;
        choice->chosen[i] = 0;
    }
    return false;
}

/* Tells which step differed. */
static void blame(struct duel *duel, struct fl_span step)
{
    char why[DUEL_WHY_BYTES];
    snprintf(why, sizeof(why), "%s", duel->why);
    snprintf(duel->why, sizeof(duel->why), "step  %.*s\n   %.*s", FL_SPAN_ARGS(step),
             DUEL_WHY_BYTES / 2, why);
}

static bool run_steps(struct duel *duel, struct fl_span text, struct line *scratch)
{
    static const char separator[] = " ; ";
    while (text.length) {
        const char *end = memmem(text.bytes, text.length, separator, strlen(separator));
        struct fl_span step = {text.bytes, end ? (size_t)(end - text.bytes) : text.length};
        if (!line_run(duel, step, scratch)) {
            blame(duel, step);
            return false;
        }
        size_t taken = step.length + (end ? strlen(separator) : 0);
        text = (struct fl_span){text.bytes + taken, text.length - taken};
    }
    return true;
}

bool each_run(struct duel *duel, struct fl_span text, struct line *scratch)
{
    struct choice choice;
    struct fl_buf steps = FL_BUF_INIT(TEXT_BYTES_MAX);
    bool same = count_groups(text, &choice);
    if (!same) snprintf(duel->why, sizeof(duel->why), "too many choices");
    bool more = same;
    while (more && same) {
        same = !expand(text, &choice, &steps) && run_steps(duel, fl_buf_span(&steps), scratch);
        more = advance(&choice);
    }
    fl_buf_release(&steps);
    return same;
}
