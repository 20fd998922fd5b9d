/* harness/operate/entry_view.h - an entry as a row of a table, as a line of JSON, as a page. */
#ifndef HARNESS_OPERATE_ENTRY_VIEW_H
#define HARNESS_OPERATE_ENTRY_VIEW_H

#include "harness/operate/table.h"
#include "operate/place.h"

/* The columns of a place's table; what their rows hold is operate_entry_row's. */
struct operate_table operate_entry_table(enum fl_place_kind kind);
void operate_entry_row(struct operate_table *table, enum fl_place_kind kind,
                       const struct fl_entry *entry, int64_t now_us);

/* {"jid":...,"class":...,"queue":...,"at":"2026-...Z","score":"...","job":{...}}; what is no job
 * has its bytes as "text" alone. */
FL_CHECKED enum fl_error operate_entry_json(struct fl_buf *out, const struct fl_entry *entry);

/* Everything that it tells, a fact a line, and its payload. */
FL_CHECKED enum fl_error operate_entry_print(FILE *out, enum fl_place_kind kind,
                                             const struct fl_entry *entry, int64_t now_us);

#endif
