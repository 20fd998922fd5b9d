#include "harness/check/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/cut.h"

enum { PATH_BYTES = 512 };

static bool grow(void **items, uint32_t *capacity, size_t size)
{
    uint32_t larger = *capacity ? 2 * *capacity : 64;
    void *grown = larger <= STATE_FACTS_MAX ? realloc(*items, larger * size) : NULL;
    if (!grown) return false;
    *items = grown;
    *capacity = larger;
    return true;
}

enum fl_error state_begin_row(struct state *state, const char *group)
{
    if (state->row_count == state->row_capacity &&
        !grow((void **)&state->rows, &state->row_capacity, sizeof *state->rows))
        return FL_ENOMEM;
    state->rows[state->row_count++] = state->cell_count;
    return state_add(state, group, (struct fl_span){NULL, 0});
}

/* The first cell of a row is the row itself: its group stands in `group`, the others point to it.
 */
enum fl_error state_add(struct state *state, const char *column, struct fl_span value)
{
    if (state->cell_count == state->cell_capacity &&
        !grow((void **)&state->cells, &state->cell_capacity, sizeof *state->cells))
        return FL_ENOMEM;
    uint32_t first = state->rows[state->row_count - 1];
    bool is_row = first == state->cell_count;
    char *name = fl_arena_copy(&state->arena, fl_span_from(column));
    char *copy = fl_arena_copy(&state->arena, value);
    if (!name || !copy) return FL_ENOMEM;
    state->cells[state->cell_count++] = (struct state_cell){
        is_row ? name : state->cells[first].group, is_row ? "" : name, {copy, value.length}};
    return FL_OK;
}

void state_release(struct state *state)
{
    fl_arena_release(&state->arena);
    free(state->cells);
    free(state->rows);
    *state = (struct state){0};
}

void state_volatiles_release(struct state_volatiles *volatiles)
{
    fl_map_release(&volatiles->paths);
}

enum fl_error state_volatiles_add(struct state_volatiles *volatiles, const char *path)
{
    static char present;
    return fl_map_put(&volatiles->paths, fl_span_from(path), &present, NULL);
}

static bool is_volatile(const struct state_volatiles *volatiles, const struct state_cell *cell)
{
    char path[PATH_BYTES];
    if (!volatiles->paths.count) return false;
    size_t length = fl_cut(path, sizeof path, 0, fl_span_from(cell->group));
    if (*cell->column) length = fl_cut(path, sizeof path, length, FL_SPAN("."));
    length = fl_cut(path, sizeof path, length, fl_span_from(cell->column));
    return fl_map_get(&volatiles->paths, (struct fl_span){path, length}) != NULL;
}

/* --- learning --- */

static int compare_cells(const void *a, const void *b)
{
    const struct state_cell *left = a, *right = b;
    int order = strcmp(left->group, right->group);
    if (!order) order = strcmp(left->column, right->column);
    return order ? order : fl_span_compare(left->value, right->value);
}

static struct state_cell *sorted_cells(const struct state *state)
{
    struct state_cell *cells = malloc((state->cell_count + 1) * sizeof *cells);
    if (!cells) return NULL;
    if (state->cell_count) memcpy(cells, state->cells, state->cell_count * sizeof *cells);
    qsort(cells, state->cell_count, sizeof *cells, compare_cells);
    return cells;
}

static enum fl_error learn_cell(struct state_volatiles *volatiles, const struct state_cell *cell)
{
    char path[PATH_BYTES];
    if (!*cell->column) return FL_OK; /* a row more or less is a difference, not volatility */
    snprintf(path, sizeof path, "%s.%s", cell->group, cell->column);
    return state_volatiles_add(volatiles, path);
}

/* A merge of the two sorted lists: whatever has no equal on the other side is volatile. */
enum fl_error state_learn(struct state_volatiles *volatiles, const struct state *a,
                          const struct state *b)
{
    struct state_cell *left = sorted_cells(a), *right = sorted_cells(b);
    enum fl_error err = left && right ? FL_OK : FL_ENOMEM;
    uint32_t i = 0, k = 0;
    while (!err && (i < a->cell_count || k < b->cell_count)) {
        int order = i == a->cell_count   ? 1
                    : k == b->cell_count ? -1
                                         : compare_cells(&left[i], &right[k]);
        if (order < 0) err = learn_cell(volatiles, &left[i]);
        if (order > 0) err = learn_cell(volatiles, &right[k]);
        i += order <= 0;
        k += order >= 0;
    }
    free(left);
    free(right);
    return err;
}

/* --- text --- */

static enum fl_error append_on_one_line(struct fl_buf *out, struct fl_span value)
{
    enum fl_error err = FL_OK;
    while (value.length && !err) {
        const char *end = memchr(value.bytes, '\n', value.length);
        size_t length = end ? (size_t)(end - value.bytes) : value.length;
        err = fl_buf_append(out, value.bytes, length);
        if (end && !err) err = fl_buf_append_text(out, "\\n");
        value.bytes += end ? length + 1 : length;
        value.length -= end ? length + 1 : length;
    }
    return err;
}

static enum fl_error format_row(const struct state *state, uint32_t row,
                                const struct state_volatiles *volatiles, struct fl_buf *out)
{
    uint32_t first = state->rows[row];
    uint32_t end = row + 1 < state->row_count ? state->rows[row + 1] : state->cell_count;
    enum fl_error err = fl_buf_append_text(out, state->cells[first].group);
    for (uint32_t i = first + 1; i < end && !err; i++) {
        if (is_volatile(volatiles, &state->cells[i])) continue;
        err = fl_buf_append_char(out, ' ');
        if (!err) err = fl_buf_append_text(out, state->cells[i].column);
        if (!err) err = fl_buf_append_char(out, '=');
        if (!err) err = append_on_one_line(out, state->cells[i].value);
    }
    return err;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum fl_error state_format(const struct state *state, const struct state_volatiles *volatiles,
                           struct fl_buf *out)
{
    struct fl_arena arena = {0};
    char **lines = malloc((state->row_count + 1) * sizeof *lines);
    struct fl_buf line = FL_BUF_INIT(out->length_max);
    enum fl_error err = lines ? FL_OK : FL_ENOMEM;
    for (uint32_t i = 0; i < state->row_count && !err; i++) {
        fl_buf_truncate(&line, 0);
        err = format_row(state, i, volatiles, &line);
        if (err) break;
        lines[i] = fl_arena_copy(&arena, fl_buf_span(&line));
        if (!lines[i]) err = FL_ENOMEM;
    }
    if (!err) qsort(lines, state->row_count, sizeof *lines, compare_lines);
    for (uint32_t i = 0; i < state->row_count && !err; i++) {
        err = fl_buf_append_text(out, lines[i]);
        if (!err) err = fl_buf_append_char(out, '\n');
    }
    fl_buf_release(&line);
    fl_arena_release(&arena);
    free(lines);
    return err;
}

static struct fl_span take_line(struct fl_span *text)
{
    const char *end = text->length ? memchr(text->bytes, '\n', text->length) : NULL;
    size_t length = end ? (size_t)(end - text->bytes) : text->length;
    struct fl_span line = {text->bytes, length};
    size_t skip = end ? length + 1 : length;
    *text = (struct fl_span){text->bytes + skip, text->length - skip};
    return line;
}

static void show(struct fl_buf *out, char sign, struct fl_span line, int *shown)
{
    if (++*shown > STATE_DIFFERENCES_SHOWN) return;
    if (line.length > 240) line.length = 240;
    enum fl_error err =
        fl_buf_printf(out, "%s%c %.*s", *shown > 1 ? "\n" : "", sign, FL_SPAN_ARGS(line));
    (void)err; /* a report that does not fit is cut */
}

bool state_same(struct fl_span reference, struct fl_span found, struct fl_buf *out)
{
    if (fl_span_equal(reference, found)) return true;
    int shown = 0;
    struct fl_span left = take_line(&reference), right = take_line(&found);
    while (left.length || right.length) {
        int order = !left.length ? 1 : !right.length ? -1 : fl_span_compare(left, right);
        if (order < 0) show(out, '-', left, &shown);
        if (order > 0) show(out, '+', right, &shown);
        if (order <= 0) left = take_line(&reference);
        if (order >= 0) right = take_line(&found);
    }
    return shown == 0;
}
