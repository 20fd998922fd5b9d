#include "fakes/vfs/fake_locks.h"

#include <stddef.h>

#include "core/assert.h"

static enum fl_error join_readers(struct fake_locks *locks, enum fake_lock *level)
{
    if (locks->writer && locks->writer_level >= FAKE_LOCK_PENDING) return FL_EBUSY;
    locks->holders++;
    *level = FAKE_LOCK_SHARED;
    return FL_OK;
}

static void become_writer(struct fake_locks *locks, const void *holder, enum fake_lock *level,
                          enum fake_lock want)
{
    locks->writer = holder;
    locks->writer_level = want;
    *level = want;
}

enum fl_error fake_locks_raise(struct fake_locks *locks, const void *holder, enum fake_lock *level,
                               enum fake_lock want)
{
    fl_assert(want != FAKE_LOCK_PENDING);
    if (want <= *level) return FL_OK;
    if (want == FAKE_LOCK_SHARED) return join_readers(locks, level);
    fl_assert(*level >= FAKE_LOCK_SHARED); /* SQLite never jumps from none to a write lock */
    if (locks->writer && locks->writer != holder) return FL_EBUSY;
    if (want == FAKE_LOCK_EXCLUSIVE && locks->holders > 1) {
        become_writer(locks, holder, level, FAKE_LOCK_PENDING);
        return FL_EBUSY;
    }
    become_writer(locks, holder, level, want);
    return FL_OK;
}

void fake_locks_lower(struct fake_locks *locks, const void *holder, enum fake_lock *level,
                      enum fake_lock want)
{
    fl_assert(want <= FAKE_LOCK_SHARED);
    if (*level <= want) return;
    if (locks->writer == holder) locks->writer = NULL;
    if (want == FAKE_LOCK_NONE) {
        fl_assert(locks->holders > 0);
        locks->holders--;
    }
    *level = want;
}

bool fake_locks_reserved(const struct fake_locks *locks)
{
    return locks->writer != NULL;
}
