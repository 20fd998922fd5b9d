#include "harness/report/quote.h"

#include <stdio.h>

#include "core/json.h"
#include "core/utf8.h"

enum { QUOTE_BYTES_MAX = 64 * 1024 * 1024 };

/* --- what can be seen --- */
static unsigned code_point(struct fl_span sequence)
{
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned point = (unsigned char)sequence.bytes[0] & first_bits[sequence.length];
    for (size_t i = 1; i < sequence.length; i++)
        point = point << 6 | ((unsigned char)sequence.bytes[i] & 0x3fu);
    return point;
}

static bool is_control(unsigned point)
{
    if (point == '\n' || point == '\t') return false;
    return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

/* Separators that end a line for some readers, and marks that turn what follows around. */
static bool deceives(unsigned point)
{
    return (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
           point == 0x200e || point == 0x200f || point == 0xfeff;
}

static bool is_noncharacter(unsigned point)
{
    return (point & 0xfffe) == 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
}

enum fl_error report_quote_visible(struct fl_buf *out, struct fl_span text)
{
    enum fl_error err = FL_OK;
    while (text.length && !err) {
        size_t length = fl_utf8_sequence(text);
        struct fl_span sequence = {text.bytes, length ? length : 1};
        unsigned point = length ? code_point(sequence) : 0xffff;
        if (is_noncharacter(point))
            err = fl_buf_append_text(out, "\xEF\xBF\xBD");
        else if (is_control(point))
            err = fl_buf_printf(out, "\\x%02x", point);
        else if (deceives(point))
            err = fl_buf_printf(out, "\\u%04x", point);
        else
            err = fl_buf_append_span(out, sequence);
        text = (struct fl_span){text.bytes + sequence.length, text.length - sequence.length};
    }
    return err;
}

/* --- one byte for another text --- */
typedef const char *replacement(char c); /* NULL: the byte stays */

static enum fl_error quote_with(struct fl_buf *out, struct fl_span text, replacement *replace)
{
    struct fl_buf visible = FL_BUF_INIT(QUOTE_BYTES_MAX);
    enum fl_error err = report_quote_visible(&visible, text);
    for (size_t i = 0; i < visible.length && !err; i++) {
        const char *instead = replace(visible.bytes[i]);
        err =
            instead ? fl_buf_append_text(out, instead) : fl_buf_append_char(out, visible.bytes[i]);
    }
    fl_buf_release(&visible);
    return err;
}

static const char *xml(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    default: return NULL;
    }
}

static const char *xml_attribute(char c)
{
    switch (c) {
    case '"': return "&quot;";
    case '\n': return "&#10;"; /* a reader would make a blank of it */
    case '\t': return "&#9;";
    default: return xml(c);
    }
}

static const char *tap(char c)
{
    switch (c) {
    case '#': return "\\#";
    case '\\': return "\\\\";
    case '\n':
    case '\t': return " ";
    default: return NULL;
    }
}

static const char *github_message(char c)
{
    switch (c) {
    case '%': return "%25";
    case '\n': return "%0A";
    default: return NULL;
    }
}

static const char *github_property(char c)
{
    switch (c) {
    case ':': return "%3A";
    case ',': return "%2C";
    default: return github_message(c);
    }
}

static const char *code(char c)
{
    return c == '\n' || c == '\t' ? " " : NULL;
}

static const char *code_in_cell(char c)
{
    return c == '|' ? "\\|" : code(c);
}

static const char *shell(char c)
{
    return c == '\'' ? "'\\''" : NULL;
}

enum fl_error report_quote_xml(struct fl_buf *out, struct fl_span text)
{
    return quote_with(out, text, xml);
}

enum fl_error report_quote_xml_attribute(struct fl_buf *out, struct fl_span text)
{
    return quote_with(out, text, xml_attribute);
}

enum fl_error report_quote_tap(struct fl_buf *out, struct fl_span text)
{
    return quote_with(out, text, tap);
}

enum fl_error report_quote_github_message(struct fl_buf *out, struct fl_span text)
{
    return quote_with(out, text, github_message);
}

enum fl_error report_quote_github_property(struct fl_buf *out, struct fl_span text)
{
    return quote_with(out, text, github_property);
}

/* --- between marks --- */
enum fl_error report_quote_string(struct fl_buf *out, struct fl_span text)
{
    struct fl_buf visible = FL_BUF_INIT(QUOTE_BYTES_MAX);
    enum fl_error err = report_quote_visible(&visible, text);
    if (!err) err = fl_json_write_string(out, fl_buf_span(&visible));
    fl_buf_release(&visible);
    return err;
}

/* A fence is longer than any row of backticks in what it encloses. */
static enum fl_error append_fence(struct fl_buf *out, struct fl_span text, size_t least)
{
    size_t longest = 0, row = 0;
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < text.length; i++) {
        row = text.bytes[i] == '`' ? row + 1 : 0;
        if (row > longest) longest = row;
    }
    for (size_t i = 0; i < (longest < least ? least : longest + 1) && !err; i++)
        err = fl_buf_append_char(out, '`');
    return err;
}

static enum fl_error quote_code(struct fl_buf *out, struct fl_span text, replacement *replace)
{
    bool ticks = text.length && memchr(text.bytes, '`', text.length);
    if (!text.length) return FL_OK;
    enum fl_error err = append_fence(out, text, 1);
    if (!err && ticks) err = fl_buf_append_char(out, ' ');
    if (!err) err = quote_with(out, text, replace);
    if (!err && ticks) err = fl_buf_append_char(out, ' ');
    return err ? err : append_fence(out, text, 1);
}

enum fl_error report_quote_markdown(struct fl_buf *out, struct fl_span text)
{
    return quote_code(out, text, code);
}

enum fl_error report_quote_markdown_cell(struct fl_buf *out, struct fl_span text)
{
    return quote_code(out, text, code_in_cell);
}

enum fl_error report_quote_markdown_block(struct fl_buf *out, const char *language,
                                          struct fl_span text)
{
    enum fl_error err = append_fence(out, text, 3);
    if (!err) err = fl_buf_printf(out, "%s\n", language);
    if (!err) err = report_quote_visible(out, text);
    if (!err) err = fl_buf_append_char(out, '\n');
    if (!err) err = append_fence(out, text, 3);
    return err ? err : fl_buf_append_char(out, '\n');
}

static bool is_plain(struct fl_span text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./:=@%+,-";
    for (size_t i = 0; i < text.length; i++)
        if (!text.bytes[i] || !strchr(plain, text.bytes[i])) return false;
    return text.length > 0;
}

enum fl_error report_quote_shell(struct fl_buf *out, struct fl_span text)
{
    if (is_plain(text)) return fl_buf_append_span(out, text);
    enum fl_error err = fl_buf_append_char(out, '\'');
    for (size_t i = 0; i < text.length && !err; i++) {
        const char *instead = shell(text.bytes[i]);
        err = instead ? fl_buf_append_text(out, instead) : fl_buf_append_char(out, text.bytes[i]);
    }
    return err ? err : fl_buf_append_char(out, '\'');
}
