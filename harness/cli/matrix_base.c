/* Reads what matrix_report.c has written. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "harness/cli/matrix_cells.h"
#include "harness/cli/matrix_report.h"
#include "harness/scenario/whole_file.h"

enum { FILE_BYTES_MAX = 256 * 1024 * 1024, TEXT_BYTES_MAX = 64 * 1024 };

/* A copy in the arena; NULL: no such member, or no memory. */
static const char *text_of(struct matrix_base *base, struct fl_json_at line, const char *key)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_json_at at = fl_json_member(line, key);
    const char *copy = NULL;
    if (fl_json_exists(at) && !fl_json_string(at, &text))
        copy = fl_arena_copy(&base->arena, text.length ? fl_buf_span(&text) : FL_SPAN(""));
    fl_buf_release(&text);
    return copy;
}

static enum fl_error take_cell(struct matrix_base *base, struct fl_json_at line)
{
    const char *who = text_of(base, line, "who"), *what = text_of(base, line, "what");
    const char *mode = text_of(base, line, "mode"), *end = text_of(base, line, "end");
    int64_t nth;
    if (!who || !what || !mode || !end || !fl_json_int64(fl_json_member(line, "nth"), &nth))
        return FL_EPARSE;
    struct matrix_base_end *known = fl_arena_alloc(&base->arena, sizeof *known);
    if (!known) return FL_ENOMEM;
    if (!matrix_end_named(end, &known->gravest)) return FL_EPARSE;
    char key[MATRIX_KEY_BYTES];
    matrix_cell_key(fl_span_from(who), fl_span_from(what), (uint32_t)nth, mode, key);
    return fl_map_put(&base->ends, fl_span_from(key), known, NULL);
}

static enum fl_error take_line(struct matrix_base *base, struct fl_span text, bool *seen)
{
    struct fl_json json;
    enum fl_error err = fl_json_parse(text, &json, NULL);
    if (err) return err;
    struct fl_json_at line = fl_json_root(&json);
    const char *type = text_of(base, line, "type");
    if (type && strcmp(type, "matrix") == 0) {
        *seen = true;
        base->class = text_of(base, line, "class");
    } else if (type && strcmp(type, "cell") == 0) {
        err = take_cell(base, line);
    }
    fl_json_release(&json);
    return err;
}

static enum fl_error take_all(struct matrix_base *base, struct fl_span text)
{
    bool seen = false;
    enum fl_error err = FL_OK;
    while (text.length && !err) {
        const char *end = memchr(text.bytes, '\n', text.length);
        size_t length = end ? (size_t)(end - text.bytes) : text.length;
        if (length) err = take_line(base, (struct fl_span){text.bytes, length}, &seen);
        length += end != NULL;
        text = (struct fl_span){text.bytes + length, text.length - length};
    }
    return err || seen ? err : FL_EPARSE;
}

enum fl_error matrix_base_read(const char *path, struct matrix_base *ret_base,
                               struct fl_buf *problem)
{
    struct fl_buf text = FL_BUF_INIT(FILE_BYTES_MAX);
    *ret_base = (struct matrix_base){.arena = FL_ARENA_INIT(FILE_BYTES_MAX),
                                     .ends = FL_MAP_INIT(MATRIX_BASE_CELLS_MAX)};
    FILE *file = fopen(path, "rb");
    enum fl_error err = file ? whole_file_read(file, &text) : FL_ENOTFOUND;
    int failure = errno;
    if (file) fclose(file);
    if (!err) err = take_all(ret_base, fl_buf_span(&text));
    const char *found = err == FL_EPARSE ? "no lines of `faultline matrix --report jsonl`"
                        : err == FL_ENOTFOUND || err == FL_EIO ? strerror(failure)
                                                               : fl_error_text(err);
    enum fl_error told = err ? fl_buf_printf(problem, "%s: %s", path, found) : FL_OK;
    (void)told; /* a sentence that does not fit is cut */
    fl_buf_release(&text);
    return err;
}

void matrix_base_release(struct matrix_base *base)
{
    fl_map_release(&base->ends);
    fl_arena_release(&base->arena);
}
