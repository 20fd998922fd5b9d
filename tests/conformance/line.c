#include "tests/conformance/line.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/conformance/duel.h"
#include "tests/conformance/each.h"
#include "tests/conformance/exchange.h"

static int hex(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* Decodes one character behind a backslash; returns how many characters it took. */
static size_t unescape(const char *at, const char *end, char *out)
{
    if (*at == 'x' && end - at > 2 && isxdigit((unsigned char)at[1]) &&
        isxdigit((unsigned char)at[2])) {
        *out = (char)(hex(at[1]) * 16 + hex(at[2]));
        return 3;
    }
    *out = *at == 'n' ? '\n' : *at == 'r' ? '\r' : *at == 't' ? '\t' : *at;
    return 1;
}

static bool take_quoted(const char **at, const char *end, char **out)
{
    char quote = *(*at)++;
    while (*at < end && **at != quote) {
        if (quote == '"' && **at == '\\' && end - *at > 1) {
            (*at)++;
            *at += unescape(*at, end, (*out)++);
        } else {
            *(*out)++ = *(*at)++;
        }
    }
    return *at < end && (*at)++;
}

bool line_parse(struct fl_span text, struct line *line)
{
    const char *at = text.bytes, *end = at + text.length;
    char *out = line->bytes;
    line->connection = 0;
    line->count = 0;
    if (text.length >= LINE_BYTES_MAX) return false;
    while (at < end && isspace((unsigned char)*at))
        at++;
    if (at == end || *at == '#') return true;
    if (end - at > 2 && isdigit((unsigned char)at[0]) && at[1] == '>') {
        line->connection = (unsigned)(at[0] - '0');
        at += 2;
    }
    for (;;) {
        while (at < end && isspace((unsigned char)*at))
            at++;
        if (at == end) return line->connection < DUEL_CONNECTIONS;
        if (line->count == LINE_WORDS_MAX) return false;
        char *start = out;
        if (*at == '"' || *at == '\'') {
            if (!take_quoted(&at, end, &out)) return false;
        } else {
            while (at < end && !isspace((unsigned char)*at))
                *out++ = *at++;
        }
        line->words[line->count++] = (struct fl_span){start, (size_t)(out - start)};
    }
}

static bool bad_line(struct duel *duel, struct fl_span text)
{
    snprintf(duel->why, sizeof(duel->why), "not a line of a table: %.*s", FL_SPAN_ARGS(text));
    return false;
}

static bool begins_with(struct fl_span text, struct fl_span word)
{
    return text.length >= word.length && memcmp(text.bytes, word.bytes, word.length) == 0;
}

bool line_run(struct duel *duel, struct fl_span text, struct line *line)
{
    static const struct fl_span each = {"!each ", 6};
    if (begins_with(text, each))
        return each_run(duel, (struct fl_span){text.bytes + each.length, text.length - each.length},
                        line);
    if (!line_parse(text, line)) return bad_line(duel, text);
    if (line->count == 0) return true;
    struct fl_span first = line->words[0];
    if (!first.length || first.bytes[0] != '!')
        return duel_command(duel, line->connection, line->words, line->count);
    if (fl_span_is(first, "!timeouts")) return duel_time_out(duel);
    if (fl_span_is(first, "!reconnect")) return duel_reconnect(duel, line->connection);
    if (fl_span_is(first, "!reset")) return duel_reset(duel);
    if (fl_span_is(first, "!exchange") && line->count == 2)
        return exchange_value(duel, line->words[1]);
    if (fl_span_is(first, "!state") && line->count == 2) return duel_state(duel, line->words[1]);
    if (fl_span_is(first, "!raw") && line->count == 3) {
        size_t replies = (size_t)(line->words[1].bytes[0] - '0');
        return duel_bytes(duel, line->connection, line->words[2], replies);
    }
    return bad_line(duel, text);
}
