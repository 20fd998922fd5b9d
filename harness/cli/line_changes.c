/* Lines pair up in their order: an empty one that the new text has not in its place is gone. */
#include "harness/cli/line_changes.h"

#include <string.h>

struct side {
    struct fl_span rest;   /* from the first line of the hunk that is looked at */
    struct fl_span change; /* the lines of the hunk */
    unsigned number, count;
};

static struct fl_span first_line(struct fl_span text)
{
    const char *end = text.length ? memchr(text.bytes, '\n', text.length) : NULL;
    return (struct fl_span){text.bytes, end ? (size_t)(end - text.bytes) + 1 : text.length};
}

static bool is_empty(struct fl_span line)
{
    size_t blanks = 0;
    while (blanks < line.length && strchr(" \t\r\n", line.bytes[blanks]))
        blanks++;
    return blanks == line.length;
}

static void take(struct side *side, struct fl_span line)
{
    side->rest = (struct fl_span){line.bytes + line.length, side->rest.length - line.length};
}

static void change(struct side *side, struct fl_span line)
{
    if (side->count++ == 0) side->change.bytes = line.bytes;
    side->change.length += line.length;
    take(side, line);
}

static enum fl_error append_lines(struct fl_buf *out, char mark, struct fl_span lines)
{
    enum fl_error err = FL_OK;
    while (lines.length && !err) {
        struct fl_span line = first_line(lines);
        lines = (struct fl_span){lines.bytes + line.length, lines.length - line.length};
        err = fl_buf_append_char(out, mark);
        if (!err) err = fl_buf_append_span(out, line);
        if (!err && line.bytes[line.length - 1] != '\n')
            err = fl_buf_append_text(out, "\n\\ No newline at end of file\n");
    }
    return err;
}

/* Where nothing stands, the line before it is named. */
static enum fl_error append_hunk(struct fl_buf *out, struct side *old, struct side *new)
{
    if (old->count + new->count == 0) return FL_OK;
    enum fl_error err = fl_buf_printf(out, "@@ -%u,%u +%u,%u @@\n", old->number + (old->count > 0),
                                      old->count, new->number + (new->count > 0), new->count);
    if (!err) err = append_lines(out, '-', old->change);
    if (!err) err = append_lines(out, '+', new->change);
    old->number += old->count;
    new->number += new->count;
    old->count = new->count = 0;
    old->change = new->change = (struct fl_span){0};
    return err;
}

enum fl_error line_changes(const char *path, struct fl_span before, struct fl_span after,
                           struct fl_buf *out)
{
    struct side old = {.rest = before}, new = {.rest = after};
    enum fl_error err = fl_buf_printf(out, "--- %s\n+++ %s\n", path, path);
    while ((old.rest.length || new.rest.length) && !err) {
        struct fl_span left = first_line(old.rest), right = first_line(new.rest);
        if (left.length && right.length && fl_span_equal(left, right)) {
            err = append_hunk(out, &old, &new);
            take(&old, left);
            take(&new, right);
            old.number++;
            new.number++;
            continue;
        }
        bool gone = is_empty(left) && !(right.length && is_empty(right));
        if (left.length) change(&old, left);
        if (right.length && !gone) change(&new, right);
    }
    return err ? err : append_hunk(out, &old, &new);
}
