/* Two dumps compared line by line: each line is a key, and its value a row of elements. What both
 * values begin and end with is left out; of sets and hashes, which are sorted, every element that
 * stands in both. */
#include <stdlib.h>

#include "core/assert.h"
#include "fakes/redis/fake_redis.h"

struct line {
    struct fl_span db, type, name, value; /* as they stand in the text: the name is quoted */
    struct fl_span ttl;                   /* its class; empty: none */
};

struct lines {
    struct line *items;
    size_t count;
};

/* The text from `at` to the end of a quoted string, or 0 when none begins or ends there. */
static size_t quoted_length(struct fl_span text)
{
    if (!text.length || text.bytes[0] != '"') return 0;
    for (size_t i = 1; i < text.length; i++) {
        if (text.bytes[i] == '\\')
            i++;
        else if (text.bytes[i] == '"')
            return i + 1;
    }
    return 0;
}

static struct fl_span rest(struct fl_span text, size_t from)
{
    return (struct fl_span){text.bytes + from, text.length - from};
}

/* Up to a blank; the blank is taken too. */
static bool take_word(struct fl_span *text, struct fl_span *ret_word)
{
    const char *blank = text->length ? memchr(text->bytes, ' ', text->length) : NULL;
    if (!blank) return false;
    *ret_word = (struct fl_span){text->bytes, (size_t)(blank - text->bytes)};
    *text = rest(*text, ret_word->length + 1);
    return true;
}

static bool is_value(struct fl_span text)
{
    static const char open[] = "\"[{", close[] = "\"]}";
    const char *kind = text.length > 1 && text.bytes[0] ? strchr(open, text.bytes[0]) : NULL;
    return kind && text.bytes[text.length - 1] == close[kind - open];
}

static bool parse_line(struct fl_span text, struct line *line)
{
    struct fl_span word;
    *line = (struct line){0};
    if (!take_word(&text, &line->db) || !take_word(&text, &line->type)) return false;
    size_t length = quoted_length(text);
    if (!length || length == text.length) return false;
    line->name = (struct fl_span){text.bytes, length};
    text = rest(text, length + 1);
    if (fl_span_starts(text, FL_SPAN("ttl ")) &&
        !(take_word(&text, &word) && take_word(&text, &line->ttl)))
        return false;
    line->value = text;
    return is_value(text);
}

static int by_key(const void *a, const void *b)
{
    const struct line *left = a, *right = b;
    if (left->db.length != right->db.length) return left->db.length < right->db.length ? -1 : 1;
    int order = fl_span_compare(left->db, right->db);
    return order ? order : fl_span_compare(left->name, right->name);
}

static enum fl_error parse_lines(struct fl_span text, struct lines *lines)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += text.bytes[i] == '\n';
    *lines = (struct lines){malloc((count + 1) * sizeof *lines->items), 0};
    if (!lines->items) return FL_ENOMEM;
    while (text.length) {
        const char *end = memchr(text.bytes, '\n', text.length);
        if (!end) return FL_EPARSE;
        size_t length = (size_t)(end - text.bytes);
        if (!parse_line((struct fl_span){text.bytes, length}, &lines->items[lines->count++]))
            return FL_EPARSE;
        text = rest(text, length + 1);
    }
    qsort(lines->items, lines->count, sizeof *lines->items, by_key);
    return FL_OK;
}

/* ---- elements ---- */

/* One element of "[a,b]" or "{a,b}" from *at on: quoted strings and what stands in brackets hide
 * their commas. Empty at the end. */
static struct fl_span next_element(struct fl_span value, size_t *at)
{
    size_t start = *at, i = start;
    int depth = 0;
    while (i + 1 < value.length) { /* the last byte closes the value */
        char c = value.bytes[i];
        if (c == ',' && !depth) break;
        if (c == '(' || c == '{') depth++;
        if (c == ')' || c == '}') depth--;
        size_t quoted = quoted_length(rest(value, i));
        i += quoted ? quoted : 1;
    }
    *at = i + 1;
    return (struct fl_span){value.bytes + start, i - start};
}

static enum fl_error list_elements(struct fl_span value, struct fl_span **ret_items,
                                   size_t *ret_count)
{
    size_t count = 0;
    *ret_items = malloc(value.length * sizeof **ret_items);
    if (!*ret_items) return FL_ENOMEM;
    for (size_t at = 1; at + 1 < value.length;)
        (*ret_items)[count++] = next_element(value, &at);
    *ret_count = count;
    return FL_OK;
}

struct values {
    struct fl_span *old, *new;
    size_t old_count, new_count;
};

static enum fl_error append_element(struct fl_buf *out, char sign, struct fl_span element)
{
    enum fl_error err = fl_buf_append_char(out, ' ');
    if (!err) err = fl_buf_append_char(out, sign);
    return err ? err : fl_buf_append_span(out, element);
}

static enum fl_error append_same(struct fl_buf *out, size_t count)
{
    return count ? fl_buf_printf(out, " =%zu", count) : FL_OK;
}

/* In order: what both begin and end with is counted. */
static enum fl_error diff_row(const struct values *values, struct fl_buf *out)
{
    size_t first = 0, old = values->old_count, new = values->new_count;
    while (first < old && first < new &&fl_span_equal(values->old[first], values->new[first]))
        first++;
    while (old > first && new > first &&
           fl_span_equal(values->old[old - 1], values->new[new - 1])) {
        old--;
        new --;
    }
    enum fl_error err = append_same(out, first);
    for (size_t i = first; i < old && !err; i++)
        err = append_element(out, '-', values->old[i]);
    for (size_t i = first; i < new && !err; i++)
        err = append_element(out, '+', values->new[i]);
    return err ? err : append_same(out, values->old_count - old);
}

/* Without order, and sorted by their bytes in both. */
static enum fl_error diff_sorted(const struct values *values, struct fl_buf *out)
{
    size_t i = 0, k = 0;
    enum fl_error err = FL_OK;
    while (!err && (i < values->old_count || k < values->new_count)) {
        int order = i == values->old_count   ? 1
                    : k == values->new_count ? -1
                                             : fl_span_compare(values->old[i], values->new[k]);
        if (order < 0) err = append_element(out, '-', values->old[i]);
        if (order > 0) err = append_element(out, '+', values->new[k]);
        i += order <= 0;
        k += order >= 0;
    }
    return err;
}

static int by_text(const void *a, const void *b)
{
    return fl_span_compare(*(const struct fl_span *)a, *(const struct fl_span *)b);
}

static enum fl_error diff_values(const struct line *old, const struct line *new, struct fl_buf *out)
{
    struct values values = {0};
    bool sorted = old->value.bytes[0] == '{';
    enum fl_error err = list_elements(old->value, &values.old, &values.old_count);
    if (!err) err = list_elements(new->value, &values.new, &values.new_count);
    if (!err && sorted) {
        qsort(values.old, values.old_count, sizeof *values.old, by_text);
        qsort(values.new, values.new_count, sizeof *values.new, by_text);
    }
    if (!err) err = sorted ? diff_sorted(&values, out) : diff_row(&values, out);
    free(values.old);
    free(values.new);
    return err;
}

/* ---- lines ---- */

static enum fl_error append_line(struct fl_buf *out, char sign, const struct line *line)
{
    enum fl_error err = fl_buf_printf(out, "%c %.*s %.*s %.*s ", sign, FL_SPAN_ARGS(line->db),
                                      FL_SPAN_ARGS(line->type), FL_SPAN_ARGS(line->name));
    if (!err && line->ttl.length) err = fl_buf_printf(out, "ttl %.*s ", FL_SPAN_ARGS(line->ttl));
    if (!err) err = fl_buf_append_span(out, line->value);
    return err ? err : fl_buf_append_char(out, '\n');
}

static bool same_line(const struct line *old, const struct line *new)
{
    return fl_span_equal(old->type, new->type) && fl_span_equal(old->ttl, new->ttl) &&
           fl_span_equal(old->value, new->value);
}

static enum fl_error append_ttl(struct fl_buf *out, struct fl_span ttl)
{
    return fl_buf_append_span(out, ttl.length ? ttl : FL_SPAN("none"));
}

static enum fl_error diff_key(const struct line *old, const struct line *new, struct fl_buf *out)
{
    enum fl_error err;
    if (!fl_span_equal(old->type, new->type)) {
        err = append_line(out, '-', old);
        return err ? err : append_line(out, '+', new);
    }
    err = fl_buf_printf(out, "~ %.*s %.*s %.*s", FL_SPAN_ARGS(old->db), FL_SPAN_ARGS(old->type),
                        FL_SPAN_ARGS(old->name));
    if (!err && !fl_span_equal(old->ttl, new->ttl)) {
        err = fl_buf_append_text(out, " ttl ");
        if (!err) err = append_ttl(out, old->ttl);
        if (!err) err = fl_buf_append_text(out, "->");
        if (!err) err = append_ttl(out, new->ttl);
    }
    bool is_row = old->value.bytes[0] != '"' && old->value.bytes[0] == new->value.bytes[0];
    if (!err && !fl_span_equal(old->value, new->value)) {
        if (is_row) {
            err = diff_values(old, new, out);
        } else {
            err = append_element(out, '-', old->value);
            if (!err) err = append_element(out, '+', new->value);
        }
    }
    return err ? err : fl_buf_append_char(out, '\n');
}

enum fl_error fake_redis_diff(struct fl_span before, struct fl_span after, struct fl_buf *out)
{
    struct lines old = {0}, new = {0};
    size_t i = 0, k = 0;
    enum fl_error err = parse_lines(before, &old);
    if (!err) err = parse_lines(after, &new);
    while (!err && (i < old.count || k < new.count)) {
        int order = i == old.count ? 1 : k == new.count ? -1 : by_key(&old.items[i], &new.items[k]);
        if (order < 0)
            err = append_line(out, '-', &old.items[i]);
        else if (order > 0)
            err = append_line(out, '+', &new.items[k]);
        else if (!same_line(&old.items[i], &new.items[k]))
            err = diff_key(&old.items[i], &new.items[k], out);
        i += order <= 0;
        k += order >= 0;
    }
    free(old.items);
    free(new.items);
    return err;
}
