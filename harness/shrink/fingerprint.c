/* A failure's text is "expected ...", "found ...", then the faults that struck and a timeline,
 * which do not count. */
#include "harness/shrink/fingerprint.h"

#include <stdlib.h>
#include <string.h>

static const struct fl_span expected_word = FL_SPAN("expected  "),
                            found_word = FL_SPAN("found     ");

void fingerprint_release(struct fingerprint *fingerprint)
{
    fl_buf_release(&fingerprint->expected);
    fl_buf_release(&fingerprint->found);
}

static struct fl_span take_line(struct fl_span *text)
{
    const char *end = text->length ? memchr(text->bytes, '\n', text->length) : NULL;
    struct fl_span line = {text->bytes, end ? (size_t)(end - text->bytes) : text->length};
    size_t used = line.length + (end ? 1 : 0);
    *text = (struct fl_span){text->bytes + used, text->length - used};
    return line;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "+00:00:01.5  p1 ...", "struck ..." and what is told of the jobs stand behind the difference. */
static bool ends_difference(struct fl_span line)
{
    static const struct fl_span labels[] = {FL_SPAN("struck    "), FL_SPAN("swarm     "),
                                            FL_SPAN("jobs      "), FL_SPAN("stale     ")};
    for (size_t i = 0; i < FL_COUNT(labels); i++)
        if (fl_span_starts(line, labels[i])) return true;
    return line.length > 1 && line.bytes[0] == '+' && is_digit(line.bytes[1]);
}

/* --- numbers --- */
/* A count that stands alone: "0", "3,". */
static bool stands_alone(struct fl_span line, size_t from, size_t behind)
{
    bool begins = from == 0 || line.bytes[from - 1] == ' ';
    return begins && (behind == line.length || strchr(" ,:;", line.bytes[behind]));
}

static enum fl_error append_plain(struct fl_buf *out, struct fl_span line)
{
    enum fl_error err = FL_OK;
    int brackets = 0;
    for (size_t i = 0; i < line.length && !err; i++) {
        size_t from = i;
        if (line.bytes[i] == '(') brackets++;
        if (line.bytes[i] == ')') brackets--;
        if (!is_digit(line.bytes[i])) {
            err = fl_buf_append_char(out, line.bytes[i]);
            continue;
        }
        while (i + 1 < line.length && is_digit(line.bytes[i + 1]))
            i++;
        bool few = i == from && line.bytes[i] <= '1' && brackets <= 0;
        err = fl_buf_append_char(out, few && stands_alone(line, from, i + 1) ? line.bytes[i] : 'N');
    }
    return err ? err : fl_buf_append_char(out, '\n');
}

/* --- lines --- */
static int compare_lines(const void *a, const void *b)
{
    return fl_span_compare(*(const struct fl_span *)a, *(const struct fl_span *)b);
}

/* Sorts the lines and drops repeats. */
static enum fl_error settle(struct fl_buf *lines)
{
    struct fl_span *items = calloc(FINGERPRINT_LINES_MAX, sizeof *items);
    struct fl_span rest = fl_buf_span(lines);
    struct fl_buf sorted = FL_BUF_INIT(FINGERPRINT_BYTES_MAX);
    size_t count = 0;
    enum fl_error err = items ? FL_OK : FL_ENOMEM;
    while (!err && rest.length && count < FINGERPRINT_LINES_MAX)
        items[count++] = take_line(&rest);
    if (!err) qsort(items, count, sizeof *items, compare_lines);
    for (size_t i = 0; i < count && !err; i++) {
        if (i && fl_span_equal(items[i], items[i - 1])) continue;
        err = fl_buf_append_span(&sorted, items[i]);
        if (!err) err = fl_buf_append_char(&sorted, '\n');
    }
    free(items);
    if (err) {
        fl_buf_release(&sorted);
        return err;
    }
    fl_buf_release(lines);
    *lines = sorted;
    return FL_OK;
}

/* Where a handler crashed counts, not which effect had been the last. */
static struct fl_span without_last_effect(struct fl_span line)
{
    static const struct fl_span tails[] = {FL_SPAN(", after "), FL_SPAN(", before any effect")};
    for (size_t at = 0; at < line.length; at++)
        for (size_t i = 0; i < FL_COUNT(tails); i++)
            if (fl_span_starts((struct fl_span){line.bytes + at, line.length - at}, tails[i]))
                return (struct fl_span){line.bytes, at};
    return line;
}

static struct fl_span behind(struct fl_span line, struct fl_span word)
{
    return (struct fl_span){line.bytes + word.length, line.length - word.length};
}

enum fl_error fingerprint_take(struct fingerprint *fingerprint, enum run_verdict verdict,
                               struct fl_span text)
{
    struct fl_buf *part = &fingerprint->expected;
    enum fl_error err = FL_OK;
    uint32_t lines = 0;
    fingerprint->verdict = verdict;
    fl_buf_truncate(&fingerprint->expected, 0);
    fl_buf_truncate(&fingerprint->found, 0);
    while (!err && text.length && lines++ < FINGERPRINT_LINES_MAX) {
        struct fl_span line = take_line(&text);
        if (ends_difference(line)) break;
        if (fl_span_starts(line, expected_word)) line = behind(line, expected_word);
        if (fl_span_starts(line, found_word)) {
            part = &fingerprint->found;
            line = behind(line, found_word);
        }
        if (verdict == RUN_CRASHED) line = without_last_effect(line);
        if (line.length) err = append_plain(part, line);
    }
    if (err == FL_EBOUND) err = FL_OK; /* what does not fit does not count */
    return err ? err : settle(&fingerprint->found);
}

static bool has_line(struct fl_span lines, struct fl_span wanted)
{
    while (lines.length)
        if (fl_span_equal(take_line(&lines), wanted)) return true;
    return false;
}

bool fingerprint_matches(const struct fingerprint *wanted, const struct fingerprint *found)
{
    struct fl_span lines = fl_buf_span(&found->found), all = fl_buf_span(&wanted->found);
    if (wanted->verdict != found->verdict) return false;
    if (!fl_span_equal(fl_buf_span(&wanted->expected), fl_buf_span(&found->expected))) return false;
    if (!lines.length) return !all.length;
    while (lines.length)
        if (!has_line(all, take_line(&lines))) return false;
    return true;
}
