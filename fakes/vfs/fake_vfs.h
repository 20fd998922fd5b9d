/* fakes/vfs/fake_vfs.h - SQLite's view of a fake disk, as one process sees it.
 *
 * A mount is registered with SQLite under its name, as the default; hand the name to
 * sqlite3_open_v2. Every connection of one simulated process goes through its own mount, so that
 * the death of the process is one call: unmounting drops its locks and open files without running
 * SQLite's code, as a kernel would. Locks are SQLite's, between all connections of all mounts of a
 * disk. Nothing blocks and nothing waits; a busy file is SQLITE_BUSY.
 *
 * Rollback journals only (DELETE, TRUNCATE, PERSIST, MEMORY); WAL is refused by SQLite itself, for
 * the mount has no shared memory. Time is the mount's clock, randomness the disk's counter. SQLite
 * caches its random state for the program's life: call sqlite3_randomness(0, NULL) before a run
 * whose file bytes must repeat. */
#ifndef FAKES_VFS_FAKE_VFS_H
#define FAKES_VFS_FAKE_VFS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "fakes/scope/fake_scope.h"
#include "fakes/vfs/fake_disk.h"
#include "ports/clock.h"

enum { FAKE_VFS_NAME_BYTES = 64 };

struct fake_vfs; /* opaque: layout in fake_vfs.c */

struct fake_vfs_options {
    struct fake_disk *disk; /* borrowed until the unmount */
    const char *name;       /* unique among the mounts that exist; copied */
    struct fl_clock clock;
    struct fake_scope scope; /* entered by each call that SQLite makes */
};

/* FL_EEXIST: SQLite knows another VFS of that name. FL_EINVAL: no name, or too long. FL_ENOMEM. */
FL_CHECKED enum fl_error fake_vfs_mount(const struct fake_vfs_options *options,
                                        struct fake_vfs **ret_vfs);
/* Connections that are still open are forgotten: their memory is not touched, and they must never
 * be used again, not even closed. NULL is fine. */
void fake_vfs_unmount(struct fake_vfs *vfs);
/* From now on the mount shows another disk with another clock: of what is open there, the files of
 * the same names. FL_EBUSY: a lock is held; FL_ENOTFOUND, FL_ENOMEM, FL_EBOUND: no such file, or it
 * cannot be opened. Nothing has changed then. Pages that SQLite keeps are not ours to forget. */
FL_CHECKED enum fl_error fake_vfs_turn(struct fake_vfs *vfs, struct fake_disk *disk,
                                       struct fl_clock clock);
const char *fake_vfs_name(const struct fake_vfs *vfs);

/* What a crash or a broken disk can come between: writes, truncations, syncs and deletions. */
uint64_t fake_vfs_changes(const struct fake_vfs *vfs); /* made so far through this mount */

enum fake_vfs_failure { FAKE_VFS_IOERR, FAKE_VFS_FULL };
enum fake_vfs_duration {
    FAKE_VFS_ONCE,    /* that change fails, later ones succeed */
    FAKE_VFS_FOR_EVER /* and so does all other input and output of the mount, reads too */
};
/* The nth change from now (1: the next) does not happen and fails; 0 heals. */
void fake_vfs_fail(struct fake_vfs *vfs, uint64_t nth, enum fake_vfs_failure failure,
                   enum fake_vfs_duration duration);
/* Whether the planned failure has come. */
bool fake_vfs_failed(const struct fake_vfs *vfs);

#endif
