#include "core/digits.h"
#include "core/json_node.h"
#include "core/utf8.h"

static enum fl_error append_escaped(struct fl_buf *out, unsigned char c)
{
    static const char named[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
    const char *known = c ? strchr(named, c) : NULL;
    if (known) return fl_buf_append(out, (char[]){'\\', letter[known - named]}, 2);
    return fl_buf_printf(out, "\\u%04x", c);
}

static bool needs_escape(char c)
{
    return (unsigned char)c < ' ' || c == '"' || c == '\\';
}

static enum fl_error append_string(struct fl_buf *out, struct fl_span text)
{
    enum fl_error err = fl_buf_append_char(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < text.length && !err; i++) {
        if (!needs_escape(text.bytes[i])) continue;
        err = fl_buf_append(out, text.bytes + from, i - from);
        if (!err) err = append_escaped(out, (unsigned char)text.bytes[i]);
        from = i + 1;
    }
    if (!err && from < text.length) err = fl_buf_append(out, text.bytes + from, text.length - from);
    if (!err) err = fl_buf_append_char(out, '"');
    return err;
}

/* What most strings are. */
static enum fl_error append_plain(struct fl_buf *out, struct fl_span text)
{
    enum fl_error err = fl_buf_reserve(out, text.length + 2);
    if (!err) err = fl_buf_append_char(out, '"');
    if (!err) err = fl_buf_append_span(out, text);
    return err ? err : fl_buf_append_char(out, '"');
}

enum fl_error fl_json_write_string(struct fl_buf *out, struct fl_span text)
{
    size_t start = out->length;
    if (fl_json_plain(text) == text.length) return append_plain(out, text);
    if (fl_utf8_valid_prefix(text) < text.length) return FL_EINVAL;
    enum fl_error err = append_string(out, text);
    if (err) fl_buf_truncate(out, start);
    return err;
}

enum fl_error fl_json_write_scrubbed(struct fl_buf *out, struct fl_span text)
{
    enum fl_error plain = fl_json_write_string(out, text);
    if (plain != FL_EINVAL) return plain;
    struct fl_buf scrubbed = FL_BUF_INIT(out->length_max);
    enum fl_error err = fl_utf8_append_scrubbed(&scrubbed, text, SIZE_MAX);
    if (!err) err = fl_json_write_string(out, fl_buf_span(&scrubbed));
    fl_buf_release(&scrubbed);
    return err;
}

enum fl_error fl_json_write_int64(struct fl_buf *out, int64_t value)
{
    char digits[FL_DIGITS_BYTES];
    return fl_buf_append_span(out, fl_digits(value, digits));
}

static struct fl_json_writer begin(struct fl_buf *out, char open, char close)
{
    struct fl_json_writer w = {.out = out, .close = close};
    w.err = fl_buf_append_char(out, open);
    return w;
}

struct fl_json_writer fl_json_begin_object(struct fl_buf *out)
{
    return begin(out, '{', '}');
}

struct fl_json_writer fl_json_begin_array(struct fl_buf *out)
{
    return begin(out, '[', ']');
}

void fl_json_key(struct fl_json_writer *w, const char *key)
{
    if (!w->err && w->has_items) w->err = fl_buf_append_char(w->out, ',');
    w->has_items = true;
    if (!key) return;
    if (!w->err) w->err = fl_json_write_string(w->out, fl_span_from(key));
    if (!w->err) w->err = fl_buf_append_char(w->out, ':');
}

void fl_json_put_string(struct fl_json_writer *w, const char *key, struct fl_span text)
{
    fl_json_key(w, key);
    if (!w->err) w->err = fl_json_write_scrubbed(w->out, text);
}

void fl_json_put_int64(struct fl_json_writer *w, const char *key, int64_t value)
{
    fl_json_key(w, key);
    if (!w->err) w->err = fl_json_write_int64(w->out, value);
}

void fl_json_put_bool(struct fl_json_writer *w, const char *key, bool value)
{
    fl_json_put_raw(w, key, value ? FL_SPAN("true") : FL_SPAN("false"));
}

void fl_json_put_raw(struct fl_json_writer *w, const char *key, struct fl_span raw)
{
    fl_json_key(w, key);
    if (!w->err) w->err = fl_buf_append_span(w->out, raw);
}

enum fl_error fl_json_end(struct fl_json_writer *w)
{
    if (!w->err) w->err = fl_buf_append_char(w->out, w->close);
    return w->err;
}
