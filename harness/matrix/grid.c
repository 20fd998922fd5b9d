#include "harness/matrix/grid.h"

#include <string.h>

enum { LABEL_WIDTH = 34, CELL_WIDTH = 8 };

int matrix_effect_number(const struct run_effect *effect, char *out, size_t capacity)
{
    const char *mark =
        effect->job.length ? memrchr(effect->who.bytes, '#', effect->who.length) : NULL;
    struct fl_span who = effect->who;
    if (mark) {
        size_t skip = (size_t)(mark + 1 - who.bytes);
        who = (struct fl_span){mark + 1, who.length - skip};
    }
    return snprintf(out, capacity, "%.*s.%llu", FL_SPAN_ARGS(who),
                    (unsigned long long)effect->ordinal);
}

static void print_label(const struct run_effect *effect, FILE *out)
{
    char number[64], label[MATRIX_NAME_BYTES];
    matrix_effect_number(effect, number, sizeof number);
    snprintf(label, sizeof label, "%-11s %.*s", number, FL_SPAN_ARGS(effect->what));
    fprintf(out, " %-*.*s", LABEL_WIDTH, LABEL_WIDTH - 1, label);
}

/* The last column has no blanks behind it. */
static void print_cell(const char *text, bool last, FILE *out)
{
    fprintf(out, "%-*s", last ? 0 : CELL_WIDTH, text);
    if (last) fputc('\n', out);
}

static unsigned last_mode(unsigned modes)
{
    unsigned last = 0;
    for (unsigned mode = 0; mode < MATRIX_MODES; mode++)
        if (modes & 1U << mode) last = mode;
    return last;
}

void matrix_print_grid(const struct matrix_grid *grid, FILE *out)
{
    unsigned last = last_mode(grid->modes);
    fprintf(out, " %-*s", LABEL_WIDTH, "");
    for (unsigned mode = 0; mode < MATRIX_MODES; mode++)
        if (grid->modes & 1U << mode)
            print_cell(matrix_mode_text((enum matrix_mode)mode), mode == last, out);
    for (uint32_t i = 0; i < grid->point_count; i++) {
        print_label(&grid->facts->effects[grid->points[i]], out);
        for (unsigned mode = 0; mode < MATRIX_MODES; mode++) {
            const struct matrix_grid_cell *cell = &grid->cells[i * MATRIX_MODES + mode];
            if (grid->modes & 1U << mode)
                print_cell(cell->played ? matrix_cell_text(cell->seen) : "-", mode == last, out);
        }
    }
}

void matrix_cell_name(const struct run_effect *effect, enum matrix_mode mode,
                      char name[MATRIX_NAME_BYTES])
{
    char number[64];
    matrix_effect_number(effect, number, sizeof number);
    snprintf(name, MATRIX_NAME_BYTES, "%s:%s %.*s", number, matrix_mode_text(mode),
             FL_SPAN_ARGS(effect->what));
}
