/* fakes/vfs/fake_locks.h - who may read and who may write one database file.
 *
 * SQLite's five levels, held by connections: any number of readers beside one reserved writer; a
 * pending writer lets no new reader in; an exclusive one is alone. Nothing waits here: a lock that
 * cannot be had is FL_EBUSY. */
#ifndef FAKES_VFS_FAKE_LOCKS_H
#define FAKES_VFS_FAKE_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

/* In SQLite's own order and with its numbers. */
enum fake_lock {
    FAKE_LOCK_NONE,
    FAKE_LOCK_SHARED,
    FAKE_LOCK_RESERVED,
    FAKE_LOCK_PENDING,
    FAKE_LOCK_EXCLUSIVE,
};

struct fake_locks { /* of one file; zeroed is free */
    uint32_t holders;
    const void *writer; /* the one holder above shared; NULL: none */
    enum fake_lock writer_level;
};

/* Raises *level of `holder` to `want` (never FAKE_LOCK_PENDING). FL_EBUSY: not now; a holder that
 * wanted EXCLUSIVE and met only readers is left PENDING. */
FL_CHECKED enum fl_error fake_locks_raise(struct fake_locks *locks, const void *holder,
                                          enum fake_lock *level, enum fake_lock want);
/* Lowers *level to SHARED or NONE; does nothing when it is there already. */
void fake_locks_lower(struct fake_locks *locks, const void *holder, enum fake_lock *level,
                      enum fake_lock want);
bool fake_locks_reserved(const struct fake_locks *locks);

#endif
