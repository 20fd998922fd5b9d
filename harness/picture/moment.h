/* harness/picture/moment.h - what the stores hold at one moment of a recording, and who wrote it.
 */
#ifndef HARNESS_PICTURE_MOMENT_H
#define HARNESS_PICTURE_MOMENT_H

#include "core/arena.h"
#include "core/buf.h"
#include "harness/picture/events.h"

enum { MOMENT_GROUPS_MAX = 64 * 1024 };

/* The effect that is meant by `imp-1#2.7` (its ordinal) or `imp-1#2 the 1st "redis LREM"` (its
 * occurrence; a glob on the label, or the label and its detail). FL_EINVAL: it is no such address;
 * FL_ENOTFOUND: no effect of the recording is meant. */
FL_CHECKED enum fl_error moment_find(const struct picture_events *events, struct fl_span address,
                                     uint32_t *ret_event);

/* Appends, for a person: each store with its groups and lines, once the event is over. FL_EPARSE:
 * no edits; FL_EBOUND, FL_ENOMEM. */
FL_CHECKED enum fl_error moment_format(const struct picture_events *events, uint32_t event,
                                       struct fl_arena *arena, struct fl_buf *out);

/* The last event up to this one that has changed the group of that name: a key, a table, a job.
 * FL_ENOTFOUND: none has. */
FL_CHECKED enum fl_error moment_writer(const struct picture_events *events, uint32_t event,
                                       struct fl_span group, uint32_t *ret_writer);

/* "+00:00:01.002000  imp-1#2.7  redis LREM ... -> 1", without a newline. */
FL_CHECKED enum fl_error moment_format_event(const struct picture_event *event, struct fl_buf *out);

#endif
