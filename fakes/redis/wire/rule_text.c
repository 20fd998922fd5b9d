/* One table of verbs with what each takes and one of matchers: both directions go by them. */
#include "fakes/redis/wire/rule_text.h"

#include <inttypes.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "fakes/redis/engine/error_lines.h"

enum takes { TAKES_TEXT = 1, TAKES_BYTES = 2, TAKES_DURATION = 4, MAY_TAKE_DURATION = 8 };

static const struct verb {
    const char *word;
    unsigned takes; /* enum takes, in this order */
} verbs[] = {
    [FAKE_WIRE_ERROR] = {"error", TAKES_TEXT},
    [FAKE_WIRE_DELAY] = {"delay", TAKES_DURATION},
    [FAKE_WIRE_DELAY_REPLY] = {"delay-reply", TAKES_DURATION},
    [FAKE_WIRE_DROP] = {"drop", 0},
    [FAKE_WIRE_STALL] = {"stall", 0},
    [FAKE_WIRE_RESET] = {"reset", 0},
    [FAKE_WIRE_LOSE_ACK] = {"lose-ack", 0},
    [FAKE_WIRE_CUT_REPLY] = {"cut-reply", TAKES_BYTES},
    [FAKE_WIRE_SLICE] = {"slice", TAKES_BYTES | MAY_TAKE_DURATION},
    [FAKE_WIRE_REPEAT] = {"repeat", 0},
    [FAKE_WIRE_REFUSE] = {"refuse", MAY_TAKE_DURATION},
};

enum matcher {
    MATCH_COMMAND,
    MATCH_KEY,
    MATCH_ARG,
    MATCH_CLIENT,
    MATCH_NTH,
    MATCH_EVERY,
    MATCH_P,
    MATCH_TIMES,
    MATCH_ALWAYS,
};

static const char *const matchers[] = {
    [MATCH_COMMAND] = "command",
    [MATCH_KEY] = "key",
    [MATCH_ARG] = "arg",
    [MATCH_CLIENT] = "client",
    [MATCH_NTH] = "nth",
    [MATCH_EVERY] = "every",
    [MATCH_P] = "p",
    [MATCH_TIMES] = "times",
    [MATCH_ALWAYS] = "always",
};

static const struct error_line {
    const char *name, *line;
} error_lines[] = {
#define ROW(name, line) {#name, line},
    FAKE_ERROR_LINES(ROW)
#undef ROW
};

struct reader {
    const struct fl_span *words;
    size_t count, at;
    const char *expected; /* NULL: nothing is wrong */
    struct fake_wire_rule rule;
};

static bool wrong(struct reader *reader, const char *expected)
{
    reader->expected = expected;
    return false;
}

static struct fl_span word_at(const struct reader *reader)
{
    return reader->at < reader->count ? reader->words[reader->at] : (struct fl_span){0};
}

static bool read_count(struct reader *reader, int64_t low, const char *expected, uint64_t *ret)
{
    long long value;
    if (!fl_span_int64(word_at(reader), &value) || value < low) return wrong(reader, expected);
    reader->at++;
    *ret = (uint64_t)value;
    return true;
}

static bool read_text(struct reader *reader, const char *expected, struct fl_span *ret)
{
    struct fl_span word = word_at(reader);
    if (!word.length) return wrong(reader, expected);
    reader->at++;
    *ret = word;
    return true;
}

/* `readonly`, or a line in full, which has a blank or begins with a capital. */
static bool read_error_line(struct reader *reader)
{
    const char *expected = "the name of an error, or its line";
    struct fl_span word = word_at(reader);
    for (size_t i = 0; i < FL_COUNT(error_lines); i++) {
        if (!fl_span_is(word, error_lines[i].name)) continue;
        reader->at++;
        reader->rule.text = fl_span_from(error_lines[i].line);
        return true;
    }
    bool line = word.length && word.bytes[0] >= 'A' && word.bytes[0] <= 'Z' &&
                !memchr(word.bytes, '\r', word.length) && !memchr(word.bytes, '\n', word.length);
    return line ? read_text(reader, expected, &reader->rule.text) : wrong(reader, expected);
}

static bool read_duration(struct reader *reader, unsigned takes)
{
    int64_t us;
    struct fl_span word = word_at(reader);
    if (word.length && !fl_duration_parse(word, &us) && us >= 0) {
        reader->rule.duration_us = us;
        reader->at++;
        return true;
    }
    return (takes & MAY_TAKE_DURATION) || wrong(reader, "a duration, like 5s");
}

static bool read_verb(struct reader *reader)
{
    struct fl_span word = word_at(reader);
    size_t verb = 0;
    while (verb < FL_COUNT(verbs) && !fl_span_is(word, verbs[verb].word))
        verb++;
    if (verb == FL_COUNT(verbs))
        return wrong(reader, "error, delay, delay-reply, drop, stall, reset, lose-ack, cut-reply, "
                             "slice, repeat or refuse");
    reader->at++;
    reader->rule.verb = (enum fake_wire_verb)verb;
    unsigned takes = verbs[verb].takes;
    uint64_t bytes = 0;
    if ((takes & TAKES_TEXT) && !read_error_line(reader)) return false;
    if ((takes & TAKES_BYTES) &&
        !read_count(reader, verb == FAKE_WIRE_SLICE, "a number of bytes", &bytes))
        return false;
    reader->rule.bytes = (size_t)bytes;
    return !(takes & (TAKES_DURATION | MAY_TAKE_DURATION)) || read_duration(reader, takes);
}

static bool read_chance(struct reader *reader)
{
    const char *expected = "a chance, like 1/50";
    struct fl_span word = word_at(reader);
    const char *slash = word.length ? memchr(word.bytes, '/', word.length) : NULL;
    if (!slash) return wrong(reader, expected);
    struct fl_span left = {word.bytes, (size_t)(slash - word.bytes)};
    struct fl_span right = {slash + 1, word.length - left.length - 1};
    long long of, in;
    if (!fl_span_int64(left, &of) || !fl_span_int64(right, &in) || of < 1 || in < of ||
        in > UINT32_MAX)
        return wrong(reader, expected);
    reader->at++;
    reader->rule.chance_of = (uint32_t)of;
    reader->rule.chance_in = (uint32_t)in;
    return true;
}

static bool read_matcher(struct reader *reader, unsigned *seen)
{
    struct fl_span word = word_at(reader);
    struct fake_wire_rule *rule = &reader->rule;
    size_t is = 0;
    while (is < FL_COUNT(matchers) && !fl_span_is(word, matchers[is]))
        is++;
    if (is == FL_COUNT(matchers))
        return wrong(reader, "command, key, arg, client, nth, every, p, times or always");
    unsigned bit = 1u << (is == MATCH_ALWAYS ? MATCH_TIMES : is);
    if (*seen & bit) return wrong(reader, "each matcher once");
    *seen |= bit;
    reader->at++;
    switch ((enum matcher)is) {
    case MATCH_COMMAND: return read_text(reader, "the name of a command", &rule->command);
    case MATCH_KEY: return read_text(reader, "a key", &rule->key);
    case MATCH_ARG: return read_text(reader, "an argument", &rule->argument);
    case MATCH_CLIENT: return read_text(reader, "the name of a client", &rule->client);
    case MATCH_NTH: return read_count(reader, 1, "a number from 1", &rule->nth);
    case MATCH_EVERY: return read_count(reader, 1, "a number from 1", &rule->every);
    case MATCH_P: return read_chance(reader);
    case MATCH_TIMES: return read_count(reader, 1, "a number from 1", &rule->times);
    case MATCH_ALWAYS: rule->times = 0; return true;
    }
    return false;
}

enum fl_error fake_wire_rule_parse(const struct fl_span *words, size_t count,
                                   struct fake_wire_rule *ret_rule, size_t *ret_bad,
                                   const char **ret_expected)
{
    struct reader reader = {.words = words, .count = count, .rule.times = 1};
    unsigned seen = 0;
    bool good = read_verb(&reader);
    while (good && reader.at < count)
        good = read_matcher(&reader, &seen);
    if (!good) {
        *ret_bad = reader.at;
        *ret_expected = reader.expected;
        return FL_EINVAL;
    }
    *ret_rule = reader.rule;
    return FL_OK;
}

/* ---- printing ---- */

static enum fl_error append_text(struct fl_buf *out, const char *before, struct fl_span text)
{
    bool plain = true;
    for (size_t i = 0; i < text.length; i++)
        plain &= text.bytes[i] > ' ' && !strchr("\"\\'#", text.bytes[i]);
    enum fl_error err = fl_buf_append_text(out, before);
    if (plain) return err ? err : fl_buf_append_span(out, text);
    if (!err) err = fl_buf_append_char(out, '"');
    for (size_t i = 0; !err && i < text.length; i++) {
        if (text.bytes[i] == '"' || text.bytes[i] == '\\') err = fl_buf_append_char(out, '\\');
        if (!err) err = fl_buf_append_char(out, text.bytes[i]);
    }
    return err ? err : fl_buf_append_char(out, '"');
}

static enum fl_error append_number(struct fl_buf *out, const char *before, uint64_t number)
{
    return fl_buf_printf(out, "%s%" PRIu64, before, number);
}

static enum fl_error format_verb(const struct fake_wire_rule *rule, struct fl_buf *out)
{
    const struct verb *verb = &verbs[rule->verb];
    enum fl_error err = fl_buf_append_text(out, verb->word);
    struct fl_span text = rule->text;
    for (size_t i = 0; i < FL_COUNT(error_lines); i++)
        if (fl_span_is(text, error_lines[i].line)) text = fl_span_from(error_lines[i].name);
    if (!err && (verb->takes & TAKES_TEXT)) err = append_text(out, " ", text);
    if (!err && (verb->takes & TAKES_BYTES)) err = append_number(out, " ", rule->bytes);
    bool lasts =
        (verb->takes & TAKES_DURATION) || ((verb->takes & MAY_TAKE_DURATION) && rule->duration_us);
    if (!err && lasts) err = fl_buf_append_char(out, ' ');
    return err || !lasts ? err : fl_duration_format(out, rule->duration_us);
}

enum fl_error fake_wire_rule_format(const struct fake_wire_rule *rule, struct fl_buf *out)
{
    enum fl_error err = format_verb(rule, out);
    if (!err && rule->command.length) err = append_text(out, " command ", rule->command);
    if (!err && rule->key.length) err = append_text(out, " key ", rule->key);
    if (!err && rule->argument.length) err = append_text(out, " arg ", rule->argument);
    if (!err && rule->client.length) err = append_text(out, " client ", rule->client);
    if (!err && rule->nth) err = append_number(out, " nth ", rule->nth);
    if (!err && rule->every) err = append_number(out, " every ", rule->every);
    if (!err && rule->chance_in)
        err = fl_buf_printf(out, " p %" PRIu32 "/%" PRIu32, rule->chance_of, rule->chance_in);
    if (!err && !rule->times) err = fl_buf_append_text(out, " always");
    if (!err && rule->times > 1) err = append_number(out, " times ", rule->times);
    return err;
}
