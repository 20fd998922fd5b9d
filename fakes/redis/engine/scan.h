/* fakes/redis/engine/scan.h - cursors over what changes meanwhile.
 *
 * A scan goes from the newest entry to the oldest and its cursor is the sequence number to go on
 * from: what is present all the time is seen exactly once, what is added meanwhile is not seen, and
 * every scan ends. MATCH filters after COUNT entries were taken, so a page may be empty and the
 * cursor not zero. */
#ifndef FAKE_REDIS_SCAN_H
#define FAKE_REDIS_SCAN_H

#include "fakes/redis/table/command.h"

struct fake_scan {
    uint64_t cursor;
    int64_t count;
    bool has_match;
    struct fl_span match;
    bool has_type;
    struct fl_span type; /* SCAN only */
};

/* Reads cursor and options from argument `first` on. False: an error was written. */
bool fake_scan_parse(struct fake_call *call, size_t first, struct fake_scan *ret_scan);
/* Writes one entry's part of the page and returns how many elements that is (0: filtered out). */
typedef size_t fake_scan_writer(struct fake_call *call, const struct fake_scan *scan,
                                const struct fake_entry *entry);
/* Answers a page. A dict that is not `large` comes whole, in order, whatever the cursor. NULL:
 * nothing. */
void fake_scan_dict(struct fake_call *call, const struct fake_scan *scan,
                    const struct fake_dict *dict, bool large, fake_scan_writer *writer);

/* The same for what comes whole in an order of its own. */
void fake_scan_whole(struct fake_call *call, const struct fake_scan *scan,
                     const struct fake_entry *const *entries, size_t count,
                     fake_scan_writer *writer);

fake_scan_writer fake_scan_member, fake_scan_field;
bool fake_scan_matches(const struct fake_scan *scan, struct fl_span name);

#endif
