/* A parser that stops at any byte and goes on there, as Redis's own does: a large bulk string that
 * comes in pieces is looked at once. Arguments are remembered as offsets, since the bytes may move
 * between. */
#include "fakes/redis/engine/input.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/redis/fake_redis.h"
#include "fakes/redis/values/number.h"

static bool more_args(struct fake_input *input)
{
    size_t capacity = input->args_capacity ? input->args_capacity * 2 : 16;
    struct fl_span *args = realloc(input->args, capacity * sizeof(*args));
    if (!args) return false;
    input->args = args;
    size_t *offsets = realloc(input->offsets, capacity * sizeof(*offsets));
    if (!offsets) return false;
    input->offsets = offsets;
    input->args_capacity = capacity;
    return true;
}

static bool add_arg(struct fake_input *input, size_t offset, struct fl_span arg)
{
    if (input->args_count == input->args_capacity && !more_args(input)) return false;
    input->offsets[input->args_count] = offset;
    input->args[input->args_count++] = arg;
    return true;
}

static enum fake_parse fail(const char **ret_error, const char *text)
{
    *ret_error = text;
    return FAKE_PARSE_ERROR;
}

/* ---- inline commands: words, "double" and 'single' quotes ---- */

struct words {
    const char *at, *end;
    char *out;
};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool at_end(const struct words *w)
{
    return w->at == w->end || *w->at == '\0';
}

static char unescape(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'a': return '\a';
    default: return c;
    }
}

/* One character inside double quotes; the quote itself and the end are the caller's. */
static void quoted_char(struct words *w)
{
    const char *p = w->at;
    if (w->end - p >= 4 && p[0] == '\\' && p[1] == 'x' && hex_value(p[2]) >= 0 &&
        hex_value(p[3]) >= 0) {
        *w->out++ = (char)(hex_value(p[2]) * 16 + hex_value(p[3]));
        w->at += 4;
    } else if (w->end - p >= 2 && p[0] == '\\' && p[1] != '\0') {
        *w->out++ = unescape(p[1]);
        w->at += 2;
    } else {
        *w->out++ = *w->at++;
    }
}

/* False: the quote is not closed, or something follows it directly. */
static bool quoted(struct words *w)
{
    char quote = *w->at++;
    while (!at_end(w) && *w->at != quote) {
        if (quote == '"') {
            quoted_char(w);
        } else if (w->end - w->at >= 2 && w->at[0] == '\\' && w->at[1] == '\'') {
            *w->out++ = '\'';
            w->at += 2;
        } else {
            *w->out++ = *w->at++;
        }
    }
    if (at_end(w)) return false;
    w->at++;
    return at_end(w) || isspace((unsigned char)*w->at);
}

static bool word(struct words *w)
{
    while (!at_end(w) && !isspace((unsigned char)*w->at)) {
        if (*w->at == '"' || *w->at == '\'') return quoted(w);
        *w->out++ = *w->at++;
    }
    return true;
}

static enum fake_parse split_line(struct fake_input *input, const char *line, size_t length,
                                  const char **ret_error)
{
    if (length > input->words_capacity) {
        char *grown = realloc(input->words, length);
        if (!grown) return fail(ret_error, NULL);
        input->words = grown;
        input->words_capacity = length;
    }
    struct words w = {.at = line, .end = line + length, .out = input->words};
    for (;;) {
        while (!at_end(&w) && isspace((unsigned char)*w.at))
            w.at++;
        if (at_end(&w)) return FAKE_PARSE_COMMAND;
        char *start = w.out;
        if (!word(&w)) return fail(ret_error, "ERR Protocol error: unbalanced quotes in request");
        if (!add_arg(input, 0, (struct fl_span){start, (size_t)(w.out - start)}))
            return fail(ret_error, NULL);
    }
}

static enum fake_parse parse_inline(struct fake_input *input, const char *bytes, size_t length,
                                    size_t *ret_consumed, const char **ret_error)
{
    const char *newline = memchr(bytes, '\n', length);
    if (!newline) {
        if (length > FAKE_REDIS_INLINE_BYTES_MAX)
            return fail(ret_error, "ERR Protocol error: too big inline request");
        return FAKE_PARSE_MORE;
    }
    size_t line_bytes = (size_t)(newline - bytes);
    *ret_consumed = line_bytes + 1;
    if (line_bytes && bytes[line_bytes - 1] == '\r') line_bytes--;
    return split_line(input, bytes, line_bytes, ret_error);
}

/* ---- RESP ---- */

enum { GUEST_ARGS_MAX = 10, GUEST_BULK_BYTES_MAX = 16 * 1024 };

enum header { HEADER_READ, HEADER_MORE, HEADER_TOO_BIG, HEADER_INVALID };

/* Up to nine digits without a leading zero, as nearly all headers have: the CR behind them; NULL:
 * it takes a closer look. */
static const char *read_digits(const char *text, const char *end, int64_t *ret_value)
{
    enum { DIGITS_MAX = 9 };
    const char *p = text, *last = end - text > DIGITS_MAX ? text + DIGITS_MAX : end;
    int64_t value = 0;
    for (; p < last && (unsigned char)(*p - '0') <= 9; p++)
        value = value * 10 + (*p - '0');
    bool canonical = p > text && (text[0] != '0' || p == text + 1);
    if (!canonical || end - p < 2 || *p != '\r') return NULL;
    *ret_value = value;
    return p;
}

/* Reads the number of a "*3\r\n" or "$5\r\n" at the position and moves behind it. */
static enum header read_header(struct fake_input *input, const char *bytes, size_t length,
                               int64_t *ret_value)
{
    const char *start = bytes + input->position, *end = bytes + length;
    const char *digits_end = read_digits(start + 1, end, ret_value);
    if (digits_end) {
        input->position = (size_t)(digits_end + 2 - bytes);
        return HEADER_READ;
    }
    const char *cr = memchr(start, '\r', (size_t)(end - start));
    if (!cr) return end - start > FAKE_REDIS_INLINE_BYTES_MAX ? HEADER_TOO_BIG : HEADER_MORE;
    if (end - cr < 2) return HEADER_MORE;
    if (!fake_int_parse((struct fl_span){start + 1, (size_t)(cr - start) - 1}, ret_value))
        return HEADER_INVALID;
    input->position = (size_t)(cr + 2 - bytes);
    return HEADER_READ;
}

static const char *expected_dollar(struct fake_input *input, char got)
{
    static const char format[] = "ERR Protocol error: expected '$', got ' '";
    if (input->words_capacity < sizeof(format)) {
        char *grown = realloc(input->words, sizeof(format));
        if (!grown) return NULL;
        input->words = grown;
        input->words_capacity = sizeof(format);
    }
    memcpy(input->words, format, sizeof(format));
    input->words[sizeof(format) - 3] = got;
    return input->words;
}

static enum fake_parse parse_array_header(struct fake_input *input, const char *bytes,
                                          size_t length, const char **ret_error)
{
    int64_t count;
    switch (read_header(input, bytes, length, &count)) {
    case HEADER_MORE: return FAKE_PARSE_MORE;
    case HEADER_TOO_BIG: return fail(ret_error, "ERR Protocol error: too big mbulk count string");
    case HEADER_INVALID: return fail(ret_error, "ERR Protocol error: invalid multibulk length");
    case HEADER_READ: break;
    }
    if (input->is_guest && count > GUEST_ARGS_MAX)
        return fail(ret_error, "ERR Protocol error: unauthenticated multibulk length");
    if (count > FAKE_REDIS_ARGS_MAX)
        return fail(ret_error, "ERR Protocol error: invalid multibulk length");
    input->args_left = count < 0 ? 0 : count;
    input->bulk_bytes = -1;
    return FAKE_PARSE_COMMAND;
}

static enum fake_parse parse_bulk(struct fake_input *input, const char *bytes, size_t length,
                                  const char **ret_error)
{
    if (input->bulk_bytes < 0) {
        if (input->position == length) return FAKE_PARSE_MORE;
        char kind = bytes[input->position];
        int64_t bulk_bytes = -1;
        enum header header = HEADER_READ;
        if (kind == '$') header = read_header(input, bytes, length, &bulk_bytes);
        if (header == HEADER_MORE) return FAKE_PARSE_MORE;
        if (header == HEADER_TOO_BIG)
            return fail(ret_error, "ERR Protocol error: too big bulk count string");
        if (kind != '$') return fail(ret_error, expected_dollar(input, kind));
        if (header == HEADER_INVALID || bulk_bytes < 0 || bulk_bytes > FAKE_REDIS_BULK_BYTES_MAX)
            return fail(ret_error, "ERR Protocol error: invalid bulk length");
        if (input->is_guest && bulk_bytes > GUEST_BULK_BYTES_MAX)
            return fail(ret_error, "ERR Protocol error: unauthenticated bulk length");
        input->bulk_bytes = bulk_bytes;
    }
    size_t want = (size_t)input->bulk_bytes;
    if (length - input->position < want + 2)
        return FAKE_PARSE_MORE; /* Redis does not look at CRLF */
    if (!add_arg(input, input->position, (struct fl_span){NULL, want}))
        return fail(ret_error, NULL);
    input->position += want + 2;
    input->bulk_bytes = -1;
    input->args_left--;
    return FAKE_PARSE_COMMAND;
}

/* A number of up to six digits without a leading zero, and the line's end behind it: moves past
 * both. NULL: it takes a closer look. */
static const char *short_number(const char *p, const char *end, size_t *ret_number)
{
    enum { DIGITS_MAX = 6 };
    const char *last = end - p > DIGITS_MAX ? p + DIGITS_MAX : end, *first = p;
    size_t number = 0;
    for (; p < last && (unsigned char)(*p - '0') <= 9; p++)
        number = number * 10 + (size_t)(*p - '0');
    bool canonical = p > first && (*first != '0' || p == first + 1);
    if (!canonical || end - p < 2 || *p != '\r') return NULL;
    *ret_number = number;
    return p + 2;
}

/* The usual case: a whole command of few arguments. 0: nothing has been read, it takes a closer
 * look.
 */
static size_t parse_whole(struct fake_input *input, const char *bytes, size_t length)
{
    const char *end = bytes + length;
    size_t count, bulk_bytes;
    const char *p = short_number(bytes + 1, end, &count);
    if (!p || count > input->args_capacity) return 0;
    for (size_t i = 0; i < count; i++) {
        if (p == end || *p != '$') return 0;
        p = short_number(p + 1, end, &bulk_bytes);
        if (!p || (size_t)(end - p) < bulk_bytes + 2) return 0;
        input->args[i] = (struct fl_span){p, bulk_bytes};
        p += bulk_bytes + 2;
    }
    input->args_count = count;
    return (size_t)(p - bytes);
}

static enum fake_parse parse_array(struct fake_input *input, const char *bytes, size_t length,
                                   size_t *ret_consumed, const char **ret_error)
{
    if (input->position == 0) {
        enum fake_parse parse = parse_array_header(input, bytes, length, ret_error);
        if (parse != FAKE_PARSE_COMMAND) return parse;
    }
    while (input->args_left > 0) {
        enum fake_parse parse = parse_bulk(input, bytes, length, ret_error);
        if (parse != FAKE_PARSE_COMMAND) return parse;
    }
    for (size_t i = 0; i < input->args_count; i++)
        input->args[i].bytes = bytes + input->offsets[i];
    *ret_consumed = input->position;
    return FAKE_PARSE_COMMAND;
}

enum fake_parse fake_input_parse(struct fake_input *input, const char *bytes, size_t length,
                                 size_t *ret_consumed, const char **ret_error)
{
    if (length == 0) return FAKE_PARSE_MORE;
    if (input->position == 0) {
        bool quick = bytes[0] == '*' && !input->is_guest;
        size_t whole = quick ? parse_whole(input, bytes, length) : 0;
        *ret_consumed = whole;
        if (whole) return FAKE_PARSE_COMMAND;
        input->args_count = 0;
    }
    enum fake_parse parse = bytes[0] == '*'
                                ? parse_array(input, bytes, length, ret_consumed, ret_error)
                                : parse_inline(input, bytes, length, ret_consumed, ret_error);
    if (parse == FAKE_PARSE_COMMAND) input->position = 0;
    return parse;
}

bool fake_input_keep(struct fake_input *input, const char *bytes, size_t length)
{
    if (!length) return true;
    size_t need = input->length + length;
    if (need > FAKE_REDIS_INPUT_BYTES_MAX) return false;
    if (need > input->capacity) {
        size_t capacity = need + need / 2 + 64;
        char *grown = realloc(input->bytes, capacity);
        if (!grown) return false;
        input->bytes = grown;
        input->capacity = capacity;
    }
    memcpy(input->bytes + input->length, bytes, length);
    input->length = need;
    return true;
}

void fake_input_drop(struct fake_input *input, size_t count)
{
    if (!count) return;
    memmove(input->bytes, input->bytes + count, input->length - count);
    input->length -= count;
}

void fake_input_release(struct fake_input *input)
{
    free(input->bytes);
    free(input->args);
    free(input->offsets);
    free(input->words);
    *input = (struct fake_input){0};
}
