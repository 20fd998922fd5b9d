/* harness/matrix/stories.h - of many runs that ended otherwise, one for each kind of difference. */
#ifndef HARNESS_MATRIX_STORIES_H
#define HARNESS_MATRIX_STORIES_H

#include <stdint.h>
#include <stdio.h>

#include "core/buf.h"

enum {
    MATRIX_STORIES = 6, /* the bits of enum matrix_cell */
    MATRIX_STORY_BYTES = 4096,
    MATRIX_STORY_NAME_BYTES = 512,
};

struct matrix_story {
    uint64_t cells; /* runs that ended like this, by the gravest bit of each */
    uint64_t rank;  /* of the one that is told: the lowest, in whatever order they come */
    char name[MATRIX_STORY_NAME_BYTES];
    struct fl_buf text;
};

struct matrix_stories {
    struct matrix_story of[MATRIX_STORIES];
};

void matrix_stories_init(struct matrix_stories *stories);
void matrix_stories_release(struct matrix_stories *stories);
/* A run that ended with these bits; none: nothing is told. Takes the text when it is the best. */
void matrix_stories_tell(struct matrix_stories *stories, unsigned cells, uint64_t rank,
                         const char *name, struct fl_buf *text);
/* Of the gravest kind; NULL: all ended the same. */
const struct matrix_story *matrix_stories_worst(const struct matrix_stories *stories);
/* One paragraph for each kind, the gravest first. */
void matrix_stories_print(const struct matrix_stories *stories, FILE *out);

#endif
