#include "harness/scenario/problems.h"

#include "core/utf8.h"

/* Quoted for a terminal: control characters and bad UTF-8 escaped, long texts cut. */
static enum fl_error append_found(struct fl_buf *out, struct fl_span found)
{
    if (!found.bytes) return fl_buf_append_text(out, "the end of the line");
    enum fl_error err = fl_buf_append_char(out, '"');
    size_t i = 0;
    while (!err && i < found.length && i < PROBLEM_FOUND_BYTES_MAX) {
        struct fl_span rest = {found.bytes + i, found.length - i};
        size_t length = fl_utf8_sequence(rest);
        unsigned char c = (unsigned char)rest.bytes[0];
        if (length == 0 || c < 0x20 || c == 0x7f)
            err = fl_buf_printf(out, "\\x%02x", c);
        else
            err = fl_buf_append(out, rest.bytes, length);
        i += length ? length : 1;
    }
    if (!err && i < found.length) err = fl_buf_append_text(out, "...");
    if (!err) err = fl_buf_append_char(out, '"');
    return err;
}

static bool begin(struct problems *problems, uint32_t line, uint32_t column, const char *expected,
                  struct fl_span found)
{
    if (problems->count++ >= PROBLEMS_MAX || problems->err) return false;
    struct fl_buf *out = problems->message;
    problems->err = fl_buf_printf(out, "%s%s:%u:%u: expected %s, found ", out->length ? "\n" : "",
                                  problems->path, line, column, expected);
    if (!problems->err) problems->err = append_found(out, found);
    return !problems->err;
}

void problems_add(struct problems *problems, uint32_t line, uint32_t column, const char *expected,
                  struct fl_span found, const char *note)
{
    if (!begin(problems, line, column, expected, found) || !note) return;
    problems->err = fl_buf_printf(problems->message, "; %s", note);
}

void problems_suggest(struct problems *problems, uint32_t line, uint32_t column,
                      const char *expected, struct fl_span found, const char *suggestion)
{
    if (!begin(problems, line, column, expected, found) || !suggestion) return;
    problems->err = fl_buf_printf(problems->message, "; did you mean \"%s\"?", suggestion);
}
