#include "harness/scenario/reading.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/time_text.h"

void *reading_add(struct reading *r, struct list *list, size_t item_bytes, uint32_t max)
{
    if (list->count == max) {
        r->err = FL_EBOUND;
        return NULL;
    }
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 4;
        void *items = fl_arena_alloc_array(&r->plan->arena, capacity, item_bytes);
        if (!items) {
            r->err = FL_ENOMEM;
            return NULL;
        }
        if (list->count) memcpy(items, list->items, list->count * item_bytes);
        list->items = items;
        list->capacity = capacity;
    }
    char *item = (char *)list->items + list->count++ * item_bytes;
    memset(item, 0, item_bytes);
    return item;
}

char *reading_copy(struct reading *r, struct fl_span text)
{
    char *copy = fl_arena_copy(&r->plan->arena, text);
    if (!copy) r->err = FL_ENOMEM;
    return copy;
}

/* --- problems --- */
static struct fl_span found_text(const struct token *token)
{
    return token->kind == TOKEN_END ? (struct fl_span){0} : token->text;
}

bool reading_problem(struct reading *r, const struct token *at, const char *expected)
{
    problems_add(&r->problems, r->line.number, at->column, expected, found_text(at), NULL);
    return false;
}

bool reading_problem_note(struct reading *r, const struct token *at, const char *expected,
                          const char *note)
{
    problems_add(&r->problems, r->line.number, at->column, expected, found_text(at), note);
    return false;
}

bool reading_problem_among(struct reading *r, const struct token *at, const struct words *words)
{
    const char *near = at->kind == TOKEN_END ? NULL : words_nearest(words, at->text);
    problems_suggest(&r->problems, r->line.number, at->column, words->expected, found_text(at),
                     near);
    return false;
}

struct plan_where reading_where(const struct reading *r, const struct token *token)
{
    return (struct plan_where){.line = r->line.number, .column = token->column};
}

/* --- words --- */
bool reading_expect(struct reading *r, const char *word)
{
    if (line_skip(&r->line, word)) return true;
    const struct word row = {word, 0, NULL, NULL};
    const struct words words = {word, NULL, &row, 1};
    return reading_problem_among(r, line_peek(&r->line), &words);
}

bool reading_end(struct reading *r, const struct words *words)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind == TOKEN_END) return true;
    if (!words) return reading_problem(r, token, "the end of the line");
    return reading_problem_among(r, token, words);
}

bool reading_word(struct reading *r, const struct words *words, int *ret_value)
{
    const struct token *token = line_peek(&r->line);
    const struct word *word = NULL;
    if (token->kind == TOKEN_WORD && token->quoted_from == SIZE_MAX)
        word = words_find(words, token->text);
    if (!word) return reading_problem_among(r, token, words);
    line_take(&r->line);
    *ret_value = word->value;
    return true;
}

bool reading_option(struct reading *r, const struct words *words, uint32_t *seen, int *ret_value)
{
    const struct token *token = line_peek(&r->line);
    if (!reading_word(r, words, ret_value)) return false;
    uint32_t bit = UINT32_C(1) << *ret_value;
    if (*seen & bit) return reading_problem(r, token, "each option at most once");
    *seen |= bit;
    return true;
}

bool reading_text(struct reading *r, const char *what, const char **ret_text)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind == TOKEN_END || token->text.length == 0) return reading_problem(r, token, what);
    if (memchr(token->text.bytes, '\0', token->text.length))
        return reading_problem(r, token, "a text without NUL bytes");
    line_take(&r->line);
    *ret_text = token->text.bytes;
    return true;
}

bool reading_is_name(struct fl_span text, enum reading_name kind)
{
    if (text.length == 0) return false;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c && strchr("-_.:", c)) || c >= 0x80;
        if (!plain && (kind == READING_NAME || !c || !strchr("*?[]^", c))) return false;
    }
    return true;
}

bool reading_name(struct reading *r, const char *what, enum reading_name kind,
                  const char **ret_name)
{
    const struct token *token = line_peek(&r->line);
    bool bare = token->kind == TOKEN_WORD || token->kind == TOKEN_STRING;
    if (!bare || !reading_is_name(token->text, kind)) return reading_problem(r, token, what);
    line_take(&r->line);
    *ret_name = token->text.bytes;
    return true;
}

/* --- numbers and times --- */
bool reading_number(struct reading *r, const char *what, int64_t low, int64_t high,
                    int64_t *ret_number)
{
    const struct token *token = line_peek(&r->line);
    long long number;
    if (token->kind != TOKEN_WORD || !fl_span_int64(token->text, &number) || number < low ||
        number > high)
        return reading_problem(r, token, what);
    line_take(&r->line);
    *ret_number = number;
    return true;
}

bool reading_duration(struct reading *r, const char *what, int64_t *ret_us)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind != TOKEN_WORD || fl_duration_parse(token->text, ret_us) != FL_OK)
        return reading_problem(r, token, what);
    line_take(&r->line);
    return true;
}

static struct fl_span behind(struct fl_span text, size_t count)
{
    return (struct fl_span){text.bytes + count, text.length - count};
}

bool reading_offset(struct reading *r, int64_t *ret_us)
{
    const struct token *token = line_peek(&r->line);
    bool plus = token->kind == TOKEN_WORD && fl_span_starts(token->text, FL_SPAN("+"));
    if (!plus || fl_duration_parse(behind(token->text, 1), ret_us) != FL_OK)
        return reading_problem(r, token, "a time since the start, like +5m");
    line_take(&r->line);
    return true;
}

bool reading_jump(struct reading *r, int64_t *ret_us)
{
    const struct token *token = line_peek(&r->line);
    int64_t us = 0;
    bool sign = token->kind == TOKEN_WORD && token->text.length > 1 &&
                (token->text.bytes[0] == '+' || token->text.bytes[0] == '-');
    if (!sign || fl_duration_parse(behind(token->text, 1), &us) != FL_OK)
        return reading_problem(r, token, "a jump, like +1h or -1h");
    *ret_us = token->text.bytes[0] == '-' ? -us : us;
    line_take(&r->line);
    return true;
}

bool reading_split_range(struct fl_span text, struct fl_span *ret_low, struct fl_span *ret_high)
{
    for (size_t i = 0; i + 1 < text.length; i++) {
        if (text.bytes[i] != '.' || text.bytes[i + 1] != '.') continue;
        *ret_low = (struct fl_span){text.bytes, i};
        *ret_high = behind(text, i + 2);
        return true;
    }
    return false;
}

bool reading_span(struct reading *r, int64_t *ret_low_us, int64_t *ret_high_us)
{
    const struct token *token = line_peek(&r->line);
    struct fl_span low, high;
    if (token->kind != TOKEN_WORD || !reading_split_range(token->text, &low, &high) ||
        fl_duration_parse(low, ret_low_us) != FL_OK ||
        fl_duration_parse(high, ret_high_us) != FL_OK || *ret_low_us > *ret_high_us)
        return reading_problem(r, token, "two times with .. between them, like 15s..40s");
    line_take(&r->line);
    return true;
}

bool reading_ratio(struct reading *r, const char *what, int64_t max, uint32_t *ret_of,
                   uint32_t *ret_in)
{
    const struct token *token = line_peek(&r->line);
    const char *slash =
        token->kind == TOKEN_WORD ? memchr(token->text.bytes, '/', token->text.length) : NULL;
    long long of = 0, in = 0;
    if (slash) {
        struct fl_span left = {token->text.bytes, (size_t)(slash - token->text.bytes)};
        struct fl_span right = behind(token->text, left.length + 1);
        slash = fl_span_int64(left, &of) && fl_span_int64(right, &in) ? slash : NULL;
    }
    if (!slash || of < 1 || in < 1 || of > max || in > max) return reading_problem(r, token, what);
    line_take(&r->line);
    *ret_of = (uint32_t)of;
    *ret_in = (uint32_t)in;
    return true;
}

static bool parse_size(struct fl_span text, int64_t *ret_bytes)
{
    static const struct {
        const char *unit;
        int shift;
    } units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"", 0}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct fl_span unit = fl_span_from(units[i].unit);
        if (text.length <= unit.length) continue;
        struct fl_span head = {text.bytes, text.length - unit.length};
        if (!fl_span_equal(behind(text, head.length), unit)) continue;
        long long number;
        if (!fl_span_int64(head, &number) || number < 0) return false;
        if (number > (INT64_MAX >> units[i].shift)) return false;
        *ret_bytes = (int64_t)number << units[i].shift;
        return true;
    }
    return false;
}

bool reading_size(struct reading *r, int64_t *ret_bytes)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind != TOKEN_WORD || !parse_size(token->text, ret_bytes))
        return reading_problem(r, token, "a size, like 64MiB, 512KiB or 4096");
    line_take(&r->line);
    return true;
}

/* "at most" and "at least" are two tokens, so the table alone does not find them. */
static bool compare_word(struct reading *r, enum plan_compare *ret_compare)
{
    const struct token *token = line_peek(&r->line);
    int value;
    if (line_skip(&r->line, "at")) {
        bool most = line_skip(&r->line, "most");
        if (!most && !reading_expect(r, "least")) return false;
        value = most ? PLAN_AT_MOST : PLAN_AT_LEAST;
    } else if (token->kind != TOKEN_WORD || !words_find(&words_compares, token->text)) {
        return reading_problem_among(r, token, &words_compares);
    } else if (!reading_word(r, &words_compares, &value)) {
        return false;
    }
    *ret_compare = (enum plan_compare)value;
    return true;
}

bool reading_compare(struct reading *r, enum reading_amount amount, enum plan_compare *ret_compare,
                     int64_t *ret_number)
{
    if (!compare_word(r, ret_compare)) return false;
    if (amount == READING_SIZES) return reading_size(r, ret_number);
    return reading_number(r, "a number", 0, INT64_MAX, ret_number);
}

/* --- structured values --- */
bool reading_json(struct reading *r, const char *what, struct fl_span *ret_json)
{
    const struct token *token = line_peek(&r->line);
    struct fl_json json;
    struct fl_json_error error;
    if (token->kind == TOKEN_END) return reading_problem(r, token, what);
    enum fl_error err = fl_json_parse(token->text, &json, &error);
    if (err == FL_ENOMEM) r->err = err;
    if (err == FL_EBOUND) return reading_problem(r, token, "JSON less deep and less large");
    if (err == FL_EPARSE) {
        struct token at = *token;
        uint32_t offset = error.column ? error.column - 1 : 0;
        if (offset > at.text.length) offset = (uint32_t)at.text.length;
        at.text = behind(at.text, offset);
        if (!at.replaced) at.column += offset;
        if (at.text.length == 0) at.kind = TOKEN_END;
        return reading_problem_note(r, &at, error.expected, "the text is not JSON");
    }
    if (err) return false;
    fl_json_release(&json);
    line_take(&r->line);
    *ret_json = token->text;
    return true;
}

/* The `=` or `~` that ends the column's name; 0 when the token is no pair. */
static size_t pair_operator(const struct token *token, enum reading_pairs kind)
{
    if (token->kind != TOKEN_WORD || words_find(&words_relations, token->text)) return 0;
    for (size_t i = 0; i < token->text.length && i < token->quoted_from; i++) {
        char c = token->text.bytes[i];
        if (c == '=' || (c == '~' && kind == READING_PAIRS_CONTAIN)) return i;
    }
    return 0;
}

static struct plan_pair make_pair(const struct token *token, size_t operator_at, const char *name)
{
    struct plan_pair pair = {.name = name, .value = behind(token->text, operator_at + 1)};
    bool quoted = token->quoted_from != SIZE_MAX;
    long long ignored;
    pair.op = token->text.bytes[operator_at] == '~' ? PLAN_CONTAINS : PLAN_EQUAL;
    pair.type = PLAN_TEXT;
    if (quoted || pair.op == PLAN_CONTAINS) return pair;
    if (fl_span_is(pair.value, "null")) pair.type = PLAN_NULL;
    if (fl_span_int64(pair.value, &ignored)) pair.type = PLAN_INTEGER;
    return pair;
}

bool reading_pairs(struct reading *r, enum reading_pairs kind, const struct plan_pair **ret_pairs,
                   uint32_t *ret_count)
{
    struct list pairs = {0};
    size_t at;
    while ((at = pair_operator(line_peek(&r->line), kind)) != 0) {
        const struct token *token = line_take(&r->line);
        struct fl_span name = {token->text.bytes, at};
        if (!reading_is_name(name, READING_NAME))
            return reading_problem(r, token, "the name of a column before the =");
        char *copy = reading_copy(r, name);
        struct plan_pair *pair = reading_add(r, &pairs, sizeof *pair, LINE_TOKENS_MAX);
        if (!copy || !pair) return false;
        *pair = make_pair(token, at, copy);
    }
    *ret_pairs = pairs.items;
    *ret_count = pairs.count;
    return true;
}

/* A path from the command line is meant from where the command is typed. */
static enum fl_error append_path(struct reading *r, const struct token *token, struct fl_span name)
{
    char absolute[PATH_MAX];
    const char *path = r->plan->path, *slash = strrchr(path, '/');
    struct fl_span folder = {path, slash ? (size_t)(slash - path) + 1 : 0};
    if (token->overridden && realpath(name.bytes, absolute)) name = fl_span_from(absolute);
    if (name.bytes[0] == '/' || token->overridden) folder.length = 0;
    fl_buf_truncate(&r->scratch, 0);
    enum fl_error err = fl_buf_append_span(&r->scratch, folder);
    return err ? err : fl_buf_append_span(&r->scratch, name);
}

bool reading_path(struct reading *r, const struct token *token, const char **ret_path)
{
    struct fl_span name = behind(token->text, 1);
    if (name.length == 0 || memchr(name.bytes, '\0', name.length))
        return reading_problem(r, token, "the path of a file after @");
    enum fl_error err = append_path(r, token, name);
    if (err) r->err = err;
    *ret_path = err ? NULL : reading_copy(r, fl_buf_span(&r->scratch));
    return *ret_path != NULL;
}

/* --- names of jobs and processes --- */
bool reading_is_process(struct fl_span text)
{
    if (fl_span_is(text, "web")) return true;
    if (text.length < 2 || text.bytes[0] != 'p') return false;
    for (size_t i = 1; i < text.length; i++)
        if (!text.bytes[i] || !strchr("0123456789*?[]-", text.bytes[i])) return false;
    return true;
}

bool reading_refer(struct reading *r, const struct token *at, enum reference_kind kind,
                   const char *name)
{
    uint32_t max = 4 * PLAN_JOBS_MAX;
    struct reference *reference = reading_add(r, &r->references, sizeof *reference, max);
    if (!reference) return false;
    *reference = (struct reference){reading_where(r, at), kind, name};
    return true;
}

bool reading_job(struct reading *r, const char **ret_job)
{
    const struct token *token = line_peek(&r->line);
    return reading_name(r, "the name of a job", READING_GLOB, ret_job) &&
           reading_refer(r, token, REFERENCE_JOB, *ret_job);
}

bool reading_process(struct reading *r, const char **ret_process)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind != TOKEN_WORD || !reading_is_process(token->text))
        return reading_problem(r, token, "a process: p1, p2, ... or web");
    line_take(&r->line);
    *ret_process = token->text.bytes;
    return reading_refer(r, token, REFERENCE_PROCESS, *ret_process);
}
