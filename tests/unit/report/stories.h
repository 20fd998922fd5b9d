/* tests/unit/report/stories.h - sessions to be told: one as they are, one whose every text is out
 * to break the report that tells it. */
#ifndef TESTS_UNIT_REPORT_STORIES_H
#define TESTS_UNIT_REPORT_STORIES_H

#include "harness/report/format.h"

struct story_result {
    struct report_run run;
    bool failed;
    struct report_failure failure;
};

struct story {
    const char *name;
    const struct story_result *results;
    uint64_t count;
    struct report_sums sums;
};

extern const struct story story_open, story_usual, story_hostile;

/* Tells the whole story; all that the document has to write is then in document->out. */
void story_tell(const struct story *story, const struct report_format *format,
                struct report_document *document);

#endif
