/* harness/picture/drawing.h - the lanes' part of each row, as SVG; the head above them. */
#ifndef HARNESS_PICTURE_DRAWING_H
#define HARNESS_PICTURE_DRAWING_H

#include "harness/picture/html.h"
#include "harness/picture/lanes.h"

struct drawing { /* all borrowed */
    const struct picture_events *events;
    const struct picture_rows *rows;
    const struct picture_lanes *lanes;
    const struct picture_box *boxes;
    uint32_t box_count;
    uint64_t dead; /* bits of the lanes whose process does not live at this row */
};

uint32_t drawing_width(const struct drawing *drawing);      /* of all lanes, in pixels */
uint32_t drawing_lane_width(const struct drawing *drawing); /* of one */
void drawing_head(const struct drawing *drawing, struct html *html);
/* Rows are drawn in order. */
void drawing_row(struct drawing *drawing, uint32_t row, struct html *html);

#endif
