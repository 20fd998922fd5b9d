/* src/operate/criteria.h - which entries an operator means: by jid, class or text. Pure. */
#ifndef FL_OPERATE_CRITERIA_H
#define FL_OPERATE_CRITERIA_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"
#include "queue/payload.h"

/* All that is given must hold; nothing given: everything is meant. */
struct fl_criteria {
    const char *const *jids; /* one of them */
    size_t jid_count;
    /* The class, as it stands in the job or as people call it (`wrapped`, `display_class`). */
    const char *worker;
    const char *text; /* anywhere in the job's bytes, as in Sidekiq's search */
};

bool fl_criteria_are_empty(const struct fl_criteria *criteria);
/* `payload` is what parsing the bytes gave; NULL: they are no job, and have neither jid nor class.
 */
bool fl_criteria_match(const struct fl_criteria *criteria, struct fl_span bytes,
                       const struct fl_payload *payload);
/* A glob for Redis that no entry which is meant fails; *ret_pattern stays empty where none helps.
 */
FL_CHECKED enum fl_error fl_criteria_pattern(const struct fl_criteria *criteria,
                                             struct fl_buf *ret_pattern);

/* How people call the job's class; "" when it has none. Points into the payload's JSON text or its
 * arena. */
struct fl_span fl_payload_shown_class(const struct fl_payload *payload);

#endif
