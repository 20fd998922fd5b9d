#include "harness/scenario/printing.h"

#include <inttypes.h>
#include <stdarg.h>

#include "core/time_text.h"
#include "core/utf8.h"

void print_text(struct printing *p, const char *format, ...)
{
    va_list args;
    if (p->err) return;
    va_start(args, format);
    p->err = fl_buf_vprintf(p->out, format, args);
    va_end(args);
}

static void print_span(struct printing *p, struct fl_span span)
{
    if (!p->err) p->err = fl_buf_append_span(p->out, span);
}

static void print_char(struct printing *p, char c)
{
    if (!p->err) p->err = fl_buf_append_char(p->out, c);
}

/* The inside of a quoted text. */
static void print_escaped(struct printing *p, struct fl_span text)
{
    size_t i = 0;
    while (i < text.length && !p->err) {
        struct fl_span rest = {text.bytes + i, text.length - i};
        size_t length = fl_utf8_sequence(rest);
        unsigned char c = (unsigned char)rest.bytes[0];
        i += length ? length : 1;
        bool opens_range =
            c == '{' && rest.length > 1 && rest.bytes[1] >= '0' && rest.bytes[1] <= '9';
        if (c == '\n')
            print_text(p, "\\n");
        else if (c == '\t')
            print_text(p, "\\t");
        else if (c == '\r')
            print_text(p, "\\r");
        else if (opens_range || (c && strchr("\"\\$", c)))
            print_text(p, "\\%c", c);
        else if (length == 0 || c < 0x20 || c == 0x7f)
            print_text(p, "\\x%02x", c);
        else
            print_span(p, (struct fl_span){rest.bytes, length});
    }
}

void print_quoted(struct printing *p, struct fl_span text)
{
    print_char(p, '"');
    print_escaped(p, text);
    print_char(p, '"');
}

static bool reads_bare(struct fl_span text)
{
    if (text.length == 0 || strchr("[{#@", text.bytes[0])) return false;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        if (c <= ' ' || c >= 0x7f || strchr("\"$\\{", c)) return false;
    }
    return true;
}

void print_word(struct printing *p, struct fl_span text)
{
    if (reads_bare(text))
        print_span(p, text);
    else
        print_quoted(p, text);
}

/* A brace before a digit can only stand in a text, and would begin a range. */
void print_json(struct printing *p, struct fl_span json)
{
    for (size_t i = 0; i < json.length && !p->err; i++) {
        char c = json.bytes[i], next = i + 1 < json.length ? json.bytes[i + 1] : '\0';
        if (c == '$') print_char(p, '$');
        if (c == '{' && next >= '0' && next <= '9')
            print_text(p, "\\u007b");
        else
            print_char(p, c);
    }
}

void print_duration(struct printing *p, int64_t us)
{
    if (!p->err) p->err = fl_duration_format(p->out, us);
}

void print_offset(struct printing *p, int64_t us)
{
    print_char(p, us < 0 ? '-' : '+');
    print_duration(p, us < 0 ? -us : us);
}

void print_size(struct printing *p, int64_t bytes)
{
    static const struct {
        const char *unit;
        int shift;
    } units[] = {{"GiB", 30}, {"MiB", 20}, {"KiB", 10}, {"", 0}};
    size_t i = 0;
    while (units[i].shift && (bytes == 0 || (bytes & ((INT64_C(1) << units[i].shift) - 1))))
        i++;
    print_text(p, "%" PRId64 "%s", bytes >> units[i].shift, units[i].unit);
}

/* A text that would read as a number or as null stands in quotes. */
static void print_pair(struct printing *p, const struct plan_pair *pair)
{
    long long ignored;
    print_text(p, " %s%c", pair->name, pair->op == PLAN_CONTAINS ? '~' : '=');
    bool bare = pair->type != PLAN_TEXT || pair->op == PLAN_CONTAINS ||
                (!fl_span_is(pair->value, "null") && !fl_span_int64(pair->value, &ignored));
    if (bare && reads_bare(pair->value))
        print_span(p, pair->value);
    else
        print_quoted(p, pair->value);
}

void print_pairs(struct printing *p, const struct plan_pair *pairs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        print_pair(p, &pairs[i]);
}
