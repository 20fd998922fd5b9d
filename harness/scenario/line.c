/* One pass over the bytes of a line. Each token is built in a scratch buffer, because escapes,
 * settings and ranges change its length, and copied into the arena once it is whole. What a setting
 * brings in is never looked at again: it cannot open a string, split a word or name a setting. */
#include "harness/scenario/line.h"

#include <stdlib.h>
#include <string.h>

enum { SETTING_NAME_BYTES_MAX = 64, RANGE_DIGITS_MAX = 18 };

struct splitter {
    struct line *line;
    uint64_t copy;
    const struct line_setting *settings;
    struct fl_arena *arena;
    struct fl_buf *scratch;
    struct line_error *error;
    size_t at; /* the next byte of the source */
    struct token token;
    uint64_t range_length; /* 0: no range yet */
};

static char peek_at(const struct splitter *s, size_t offset)
{
    return offset < s->line->source.length ? s->line->source.bytes[offset] : '\0';
}

static bool done(const struct splitter *s)
{
    return s->at >= s->line->source.length;
}

/* Wherever an editor has left it, a carriage return ends lines, not words. */
bool line_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name(char c)
{
    return is_name_start(c) || is_digit(c) || c == '-';
}

static enum fl_error problem(struct splitter *s, size_t from, size_t to, const char *expected)
{
    if (to > s->line->source.length) to = s->line->source.length;
    *s->error = (struct line_error){
        .column = (uint32_t)from + 1,
        .expected = expected,
        .found = {s->line->source.bytes + from, to - from},
    };
    return FL_EPARSE;
}

/* --- settings --- */
static enum fl_error append_setting(struct splitter *s, size_t from, struct fl_span name)
{
    for (const struct line_setting *set = s->settings; set; set = set->next) {
        if (!fl_span_is(name, set->name)) continue;
        s->token.overridden |= set->overridden;
        return fl_buf_append_text(s->scratch, set->value);
    }
    enum fl_error err = problem(s, from, s->at, "a setting that a line `set` above has made");
    s->error->found = name;
    s->error->settings = s->settings;
    return err;
}

/* At a dollar. One that no name follows stands for itself. */
static enum fl_error take_dollar(struct splitter *s)
{
    size_t from = s->at;
    if (peek_at(s, from + 1) == '$') {
        s->at += 2;
        return fl_buf_append_char(s->scratch, '$');
    }
    bool braced = peek_at(s, from + 1) == '{';
    size_t start = from + (braced ? 2 : 1), end = start;
    if (is_name_start(peek_at(s, start)))
        while (is_name(peek_at(s, end)))
            end++;
    if (end == start && !braced) {
        s->at++;
        return fl_buf_append_char(s->scratch, '$');
    }
    if (end == start || end - start > SETTING_NAME_BYTES_MAX || (braced && peek_at(s, end) != '}'))
        return problem(s, from, end + 1, "the name of a setting, like ${file}");
    s->at = end + (braced ? 1 : 0);
    s->token.replaced = true;
    return append_setting(s, from, (struct fl_span){s->line->source.bytes + start, end - start});
}

/* --- ranges --- */
static size_t digits_end(const struct splitter *s, size_t at)
{
    size_t end = at;
    while (is_digit(peek_at(s, end)) && end - at < RANGE_DIGITS_MAX)
        end++;
    return end;
}

static uint64_t number_in(const struct splitter *s, size_t from, size_t to)
{
    uint64_t number = 0;
    for (size_t i = from; i < to; i++)
        number = number * 10 + (uint64_t)(s->line->source.bytes[i] - '0');
    return number;
}

/* The end of `{a..b}` at `from`, or `from` when there is none. */
static size_t range_end(const struct splitter *s, size_t from, uint64_t *ret_low,
                        uint64_t *ret_high)
{
    size_t low = from + 1, low_end = digits_end(s, low);
    if (peek_at(s, from) != '{' || low_end == low) return from;
    if (peek_at(s, low_end) != '.' || peek_at(s, low_end + 1) != '.') return from;
    size_t high = low_end + 2, high_end = digits_end(s, high);
    if (high_end == high || peek_at(s, high_end) != '}') return from;
    *ret_low = number_in(s, low, low_end);
    *ret_high = number_in(s, high, high_end);
    return high_end + 1;
}

static enum fl_error take_range(struct splitter *s, size_t end, uint64_t low, uint64_t high)
{
    size_t from = s->at;
    if (high < low) return problem(s, from, end, "a range that goes upwards, like {1..10}");
    uint64_t length = high - low + 1;
    if (s->range_length != 0 && s->range_length != length)
        return problem(s, from, end, "a range as long as the first one of this line");
    s->range_length = length;
    s->line->copies = length;
    s->token.replaced = true;
    s->at = end;
    return fl_buf_printf(s->scratch, "%llu", (unsigned long long)(low + s->copy));
}

/* --- strings --- */
static int hex_digit(char c)
{
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static enum fl_error take_escape(struct splitter *s)
{
    size_t from = s->at;
    char c = peek_at(s, from + 1);
    s->at += 2;
    if (c == 'x') {
        int high = hex_digit(peek_at(s, from + 2)), low = hex_digit(peek_at(s, from + 3));
        if (high < 0 || low < 0) return problem(s, from, from + 4, "two hex digits after \\x");
        s->at += 2;
        return fl_buf_append_char(s->scratch, (char)(unsigned char)(high * 16 + low));
    }
    static const char codes[] = "ntr\"\\${", bytes[] = "\n\t\r\"\\${";
    const char *code = c ? strchr(codes, c) : NULL;
    if (!code)
        return problem(s, from, from + 2, "an escape: \\n \\t \\r \\\" \\\\ \\$ \\{ or \\xNN");
    return fl_buf_append_char(s->scratch, bytes[code - codes]);
}

/* One byte, or what a setting or a range puts in its place. */
static enum fl_error take_plain(struct splitter *s)
{
    uint64_t low = 0, high = 0;
    size_t end = range_end(s, s->at, &low, &high);
    if (end != s->at) return take_range(s, end, low, high);
    if (peek_at(s, s->at) == '$') return take_dollar(s);
    return fl_buf_append_char(s->scratch, s->line->source.bytes[s->at++]);
}

static enum fl_error take_quoted(struct splitter *s)
{
    size_t from = s->at++;
    while (!done(s) && peek_at(s, s->at) != '"') {
        enum fl_error err = peek_at(s, s->at) == '\\' ? take_escape(s) : take_plain(s);
        if (err) return err;
    }
    if (done(s)) return problem(s, from, s->line->source.length, "a closing quote");
    s->at++;
    return FL_OK;
}

static enum fl_error take_word(struct splitter *s)
{
    while (!done(s) && !line_is_blank(peek_at(s, s->at))) {
        bool quote = peek_at(s, s->at) == '"';
        if (quote && s->token.quoted_from == SIZE_MAX) s->token.quoted_from = s->scratch->length;
        enum fl_error err = quote ? take_quoted(s) : take_plain(s);
        if (err) return err;
    }
    return FL_OK;
}

/* --- JSON --- */
/* A JSON string's escapes are JSON's own. */
static enum fl_error take_json_string(struct splitter *s)
{
    enum fl_error err = fl_buf_append_char(s->scratch, s->line->source.bytes[s->at++]);
    while (!err && !done(s)) {
        char c = peek_at(s, s->at);
        if (c == '\\' && s->at + 1 < s->line->source.length) {
            err = fl_buf_append(s->scratch, s->line->source.bytes + s->at, 2);
            s->at += 2;
            continue;
        }
        err = take_plain(s);
        if (c == '"') break;
    }
    return err;
}

/* To the closing bracket; whether what lies between is JSON, its reader will say. */
static enum fl_error take_json(struct splitter *s)
{
    enum fl_error err = FL_OK;
    int64_t depth = 0;
    while (!err && !done(s)) {
        char c = peek_at(s, s->at);
        if (depth == 0 && s->scratch->length > 0 && line_is_blank(c)) break;
        uint64_t low, high;
        bool range = range_end(s, s->at, &low, &high) != s->at;
        if (!range && (c == '[' || c == '{')) depth++;
        if (c == ']' || c == '}') depth--;
        err = c == '"' ? take_json_string(s) : take_plain(s);
    }
    return err;
}

/* --- tokens --- */
static enum fl_error push_token(struct splitter *s, struct token token)
{
    struct line *line = s->line;
    if (line->count == line->capacity) {
        uint32_t capacity = line->capacity ? line->capacity * 2 : 32;
        struct token *tokens = realloc(line->tokens, capacity * sizeof *tokens);
        if (!tokens) return FL_ENOMEM;
        line->tokens = tokens;
        line->capacity = capacity;
    }
    line->tokens[line->count] = token;
    if (token.kind != TOKEN_END) line->count++;
    return FL_OK;
}

static enum fl_error take_token(struct splitter *s)
{
    uint64_t low, high;
    size_t from = s->at;
    char c = peek_at(s, from);
    if (s->line->count == LINE_TOKENS_MAX)
        return problem(s, from, s->line->source.length, "at most 4096 words in a line");
    fl_buf_truncate(s->scratch, 0);
    s->token = (struct token){.column = (uint32_t)from + 1, .quoted_from = SIZE_MAX};
    enum fl_error err;
    if (c == '[' || (c == '{' && range_end(s, from, &low, &high) == from)) {
        s->token.kind = TOKEN_JSON;
        err = take_json(s);
    } else {
        err = take_word(s);
        size_t last = s->at - 1;
        if (s->token.quoted_from == 0 && c == '"' && peek_at(s, last) == '"')
            s->token.kind = TOKEN_STRING;
    }
    if (err == FL_EBOUND) return problem(s, from, from + 40, "a text of at most 16 MiB");
    if (err) return err;
    char *copy = fl_arena_copy(s->arena, fl_buf_span(s->scratch));
    if (!copy) return FL_ENOMEM;
    s->token.text = (struct fl_span){copy, s->scratch->length};
    s->token.end = (uint32_t)s->at;
    return push_token(s, s->token);
}

enum fl_error line_split(struct line *line, uint64_t copy, const struct line_setting *settings,
                         struct fl_arena *arena, struct fl_buf *scratch,
                         struct line_error *ret_error)
{
    struct splitter s = {.line = line,
                         .copy = copy,
                         .settings = settings,
                         .arena = arena,
                         .scratch = scratch,
                         .error = ret_error};
    line->count = line->next = 0;
    line->copies = 1;
    enum fl_error err = FL_OK;
    while (!err) {
        while (!done(&s) && line_is_blank(peek_at(&s, s.at)))
            s.at++;
        if (done(&s) || peek_at(&s, s.at) == '#') break;
        err = take_token(&s);
    }
    if (err) return err;
    struct token end = {.kind = TOKEN_END, .column = (uint32_t)s.at + 1, .quoted_from = SIZE_MAX};
    return push_token(&s, end);
}

void line_release(struct line *line)
{
    free(line->tokens);
    line->tokens = NULL;
    line->count = line->next = line->capacity = 0;
}

const struct token *line_peek(const struct line *line)
{
    return &line->tokens[line->next];
}

const struct token *line_take(struct line *line)
{
    const struct token *token = line_peek(line);
    if (line->next < line->count) line->next++;
    return token;
}

bool token_is(const struct token *token, const char *word)
{
    return token->kind == TOKEN_WORD && token->quoted_from == SIZE_MAX &&
           fl_span_is(token->text, word);
}

bool line_at(const struct line *line, const char *word)
{
    return token_is(line_peek(line), word);
}

bool line_skip(struct line *line, const char *word)
{
    bool there = line_at(line, word);
    if (there) line_take(line);
    return there;
}

/* --- a text as lines --- */
void line_skip_mark(struct fl_span *text)
{
    if (fl_span_starts(*text, FL_SPAN("\xEF\xBB\xBF")))
        *text = (struct fl_span){text->bytes + 3, text->length - 3};
}

struct fl_span line_cut(struct fl_span *text)
{
    const char *end = text->length ? memchr(text->bytes, '\n', text->length) : NULL;
    size_t length = end ? (size_t)(end - text->bytes) : text->length;
    struct fl_span line = {text->bytes, length};
    size_t used = length + (end ? 1 : 0);
    *text = (struct fl_span){text->bytes + used, text->length - used};
    return line;
}

struct fl_span line_trimmed(struct fl_span text)
{
    while (text.length && line_is_blank(text.bytes[0]))
        text = (struct fl_span){text.bytes + 1, text.length - 1};
    while (text.length && line_is_blank(text.bytes[text.length - 1]))
        text.length--;
    return text;
}

bool line_begins(struct fl_span source, const char *word)
{
    struct fl_span text = line_trimmed(source);
    size_t length = strlen(word);
    if (!fl_span_starts(text, (struct fl_span){word, length})) return false;
    return text.length == length || line_is_blank(text.bytes[length]);
}
