#include "core/edit_distance.h"

#include <string.h>

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* A row of the table at a time. */
size_t fl_edit_distance(const char *a, const char *b)
{
    size_t row[FL_EDIT_WORD_BYTES + 1];
    size_t width = strlen(b);
    if (strlen(a) > FL_EDIT_WORD_BYTES || width > FL_EDIT_WORD_BYTES) return FL_EDIT_WORD_BYTES;
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t above = row[j];
            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[width];
}
