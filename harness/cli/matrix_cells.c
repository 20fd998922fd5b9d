#include "harness/cli/matrix_cells.h"

#include <stdio.h>
#include <string.h>

#include "core/assert.h"

/* By the bits of enum matrix_cell, behind the end in which nothing differs. */
static const char *const words[] = {"same",    "repeated", "duplicate", "lost",
                                    "corrupt", "stuck",    "crashed"};

void matrix_cell_key(struct fl_span who, struct fl_span what, uint32_t nth, const char *mode,
                     char key[MATRIX_KEY_BYTES])
{
    snprintf(key, MATRIX_KEY_BYTES, "%.*s\n%.*s\n%u\n%s", FL_SPAN_ARGS(who), FL_SPAN_ARGS(what),
             nth, mode);
}

int matrix_gravest(unsigned seen)
{
    int gravest = -1;
    for (int bit = 0; bit + 1 < (int)FL_COUNT(words); bit++)
        if (seen & 1U << bit) gravest = bit;
    return gravest;
}

const char *matrix_end_word(int gravest)
{
    fl_assert(gravest >= -1 && gravest + 1 < (int)FL_COUNT(words));
    return words[gravest + 1];
}

bool matrix_end_named(const char *word, int *ret_gravest)
{
    for (int i = 0; i < (int)FL_COUNT(words); i++)
        if (strcmp(words[i], word) == 0) {
            *ret_gravest = i - 1;
            return true;
        }
    return false;
}
