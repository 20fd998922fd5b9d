#include "tests/conformance/generator.h"

#include <stdio.h>

#include "tests/conformance/duel.h"
#include "tests/conformance/generate.h"

static const struct {
    unsigned share;
    const struct generate_family *family;
} families[] = {
#define FAMILY(name, share) {share, &generate_##name},
    GENERATE_FAMILIES(FAMILY)
#undef FAMILY
};

static const char key_kinds[] = "LSHZTY";

static const char *const values[] = {
    "a",
    "b",
    "c",
    "1",
    "2",
    "10",
    "-1",
    "0",
    "3.5",
    "abc",
    "\"\"",
    "hello",
    "007",
    "-0",
    "1e3",
    "+5",
    "\" 1\"",
    "9223372036854775807",
    "x",
    "y",
    "ab",
    "a",
    "b",
    "5",
    "100",
    "\"a\\x00\\xffb\"",
    "-9223372036854775808",
};
static const char *const integers[] = {
    "0",  "1",   "-1",   "2",  "-2",
    "3",  "0",   "1",    "-1", "5",
    "-5", "100", "-100", "x",  "9223372036854775807",
};
static const char *const floats[] = {
    "1",    "2",   "3",   "1.5",           "0",    "-1", "10", "(1",  "(2",  "-inf",
    "+inf", "inf", "0.1", "1700000000.25", "1e20", "-0", "x",  "nan", "2.5", "0x10",
};
static const char *const names[] = {"a", "b", "c", "d", "e", "aa", "1", "2", "field", "\"\""};

static const struct generate_words common_words[] = {
    {'V', GENERATE_COUNT(values), values},
    {'I', GENERATE_COUNT(integers), integers},
    {'F', GENERATE_COUNT(floats), floats},
    {'U', GENERATE_COUNT(names), names},
};

static uint64_t roll(struct generator *generator, uint64_t sides)
{
    return fake_dice_roll(&generator->dice) % sides;
}

static const char *pick(struct generator *generator, const char *const *words, size_t count)
{
    /* The front of each list is usual, its end is not. */
    size_t usual = count * 2 / 3;
    return words[roll(generator, 4) ? roll(generator, usual) : roll(generator, count)];
}

static enum fl_error key(struct generator *generator, char kind, struct fl_buf *out)
{
    if (kind == 'X') return fl_buf_printf(out, "x%d", (int)roll(generator, 2) + 1);
    /* Now and then a key of another type. */
    if (kind == 'K' || roll(generator, 40) == 0)
        kind = key_kinds[roll(generator, strlen(key_kinds))];
    return fl_buf_printf(out, "%c%d", kind + ('a' - 'A'), (int)roll(generator, 3) + 1);
}

static const struct generate_words *find_words(const struct generate_words *words, size_t count,
                                               char letter)
{
    for (size_t i = 0; i < count; i++)
        if (words[i].letter == letter) return &words[i];
    return NULL;
}

static const struct generate_words *words_of(const struct generator *generator, char letter)
{
    const struct generate_family *family = generator->family;
    const struct generate_words *own = find_words(family->words, family->word_count, letter);
    return own ? own : find_words(common_words, GENERATE_COUNT(common_words), letter);
}

static enum fl_error atom(struct generator *generator, char letter, struct fl_buf *out)
{
    const struct generate_words *words = words_of(generator, letter);
    if (!words) return key(generator, letter, out);
    return fl_buf_append_text(out, pick(generator, words->words, words->count));
}

static enum fl_error expand(struct generator *generator, struct fl_span pattern,
                            struct fl_buf *out);

/* One of the alternatives in "a|b|c". */
static enum fl_error choose(struct generator *generator, struct fl_span list, struct fl_buf *out)
{
    size_t count = 1;
    for (size_t i = 0; i < list.length; i++)
        count += list.bytes[i] == '|';
    size_t chosen = roll(generator, count), start = 0;
    for (size_t i = 0; i < list.length && chosen; i++)
        if (list.bytes[i] == '|' && chosen--) start = i + 1;
    size_t end = start;
    while (end < list.length && list.bytes[end] != '|')
        end++;
    return expand(generator, (struct fl_span){list.bytes + start, end - start}, out);
}

static enum fl_error group(struct generator *generator, char open, struct fl_span inside,
                           struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    if (open == '[') return roll(generator, 3) ? FL_OK : choose(generator, inside, out);
    if (open == '{') return choose(generator, inside, out);
    size_t times = 1 + (roll(generator, 3) ? 0 : roll(generator, 3));
    for (size_t i = 0; !err && i < times; i++) {
        if (i) err = fl_buf_append_char(out, ' ');
        if (!err) err = expand(generator, inside, out);
    }
    return err;
}

static bool is_separator(char c)
{
    return c == ' ' || c == '|';
}

static bool is_atom(const struct generator *generator, struct fl_span pattern, size_t i)
{
    char letter = pattern.bytes[i];
    bool alone = (i == 0 || is_separator(pattern.bytes[i - 1])) &&
                 (i + 1 == pattern.length || is_separator(pattern.bytes[i + 1]));
    return alone && (letter == 'K' || letter == 'X' || strchr(key_kinds, letter) ||
                     words_of(generator, letter));
}

static enum fl_error expand(struct generator *generator, struct fl_span pattern, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    bool quoted = false;
    for (size_t i = 0; !err && i < pattern.length; i++) {
        char c = pattern.bytes[i];
        if (c == '"') quoted = !quoted;
        const char *close = c == '[' ? "]" : c == '{' ? "}" : c == '<' ? ">" : NULL;
        bool opens = !quoted && close && (i == 0 || pattern.bytes[i - 1] == ' ');
        const char *end = opens ? memchr(pattern.bytes + i, *close, pattern.length - i) : NULL;
        if (end) {
            size_t length = (size_t)(end - pattern.bytes) - i - 1;
            err = group(generator, c, (struct fl_span){pattern.bytes + i + 1, length}, out);
            i += length + 1;
        } else if (!quoted && is_atom(generator, pattern, i)) {
            err = atom(generator, c, out);
        } else {
            err = fl_buf_append_char(out, c);
        }
    }
    return err;
}

static const char *pick_pattern(struct generator *generator)
{
    unsigned total = 0, at = 0;
    const struct generate_pattern *patterns = generator->family->patterns;
    for (size_t i = 0; i < generator->family->pattern_count; i++)
        total += patterns[i].weight;
    unsigned chosen = (unsigned)roll(generator, total);
    while (chosen >= patterns[at].weight)
        chosen -= patterns[at++].weight;
    return patterns[at].pattern;
}

static unsigned share_of(const struct generator *generator, size_t i)
{
    bool is_out = families[i].family == &generate_silence && generator->is_adopted;
    return is_out ? 0 : families[i].share;
}

static const struct generate_family *pick_family(struct generator *generator)
{
    unsigned total = 0, at = 0;
    for (size_t i = 0; i < GENERATE_COUNT(families); i++)
        total += share_of(generator, i);
    unsigned chosen = (unsigned)roll(generator, total);
    while (chosen >= share_of(generator, at))
        chosen -= share_of(generator, at++);
    return families[at].family;
}

enum fl_error generator_start(struct generator *generator, unsigned line, struct fl_buf *out)
{
    static const unsigned last = DUEL_CONNECTIONS - 1;
    if (line < DUEL_CONNECTIONS)
        return fl_buf_printf(out, roll(generator, 3) ? "# %u" : "%u> HELLO 3", line);
    if (line == GENERATOR_START_LINES - 2) generator->listens = roll(generator, 3) == 0;
    if (!generator->listens) return fl_buf_append_text(out, "# nobody hears of keys");
    return line == GENERATOR_START_LINES - 2
               ? fl_buf_append_text(out, "CONFIG SET notify-keyspace-events KEAmn")
               : fl_buf_printf(out, "%u> PSUBSCRIBE __key*", last);
}

enum fl_error generator_line(struct generator *generator, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    generator->family = pick_family(generator);
    const char *pattern = pick_pattern(generator);
    unsigned connection = (unsigned)roll(generator, DUEL_CONNECTIONS);
    if (connection) err = fl_buf_printf(out, "%u> ", connection);
    if (!err) err = expand(generator, fl_span_from(pattern), out);
    return err;
}
