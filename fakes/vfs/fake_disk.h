/* fakes/vfs/fake_disk.h - files in memory: what is in the cache, and what has reached the platter.
 *
 * A write changes the cache; a sync makes the file's cache durable; losing the unsynced takes back
 * what no sync has covered. Files consist of chunks that are shared until written, so a copy of a
 * disk, and a sync, cost a pointer for each chunk. Creating and deleting a file is durable at once.
 *
 * Not thread-safe, and neither are copies of one disk among each other. */
#ifndef FAKES_VFS_FAKE_DISK_H
#define FAKES_VFS_FAKE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "fakes/vfs/fake_locks.h"

enum {
    FAKE_DISK_CHUNK_BYTES = 4096,
    FAKE_DISK_FILES_MAX = 1024,
    FAKE_DISK_FILE_BYTES_MAX = 1024 * 1024 * 1024,
    FAKE_DISK_NAME_BYTES = 512,
};

struct fake_disk; /* opaque: layout in fake_disk.c */
struct fake_file; /* opaque: a file that somebody has open, named or not */

FL_CHECKED enum fl_error fake_disk_new(struct fake_disk **ret_disk);
/* The durable and the cached contents of every named file, without locks or open files. */
FL_CHECKED enum fl_error fake_disk_copy(const struct fake_disk *disk, struct fake_disk **ret_disk);
/* No file may be open. NULL is fine. */
void fake_disk_free(struct fake_disk *disk);

enum fake_disk_open { FAKE_DISK_EXISTING, FAKE_DISK_CREATE };
/* The caller closes *ret_file. `name` NULL makes a file that is gone once closed. FL_ENOTFOUND,
 * FL_EBOUND (too many files, name too long), FL_ENOMEM. */
FL_CHECKED enum fl_error fake_disk_open(struct fake_disk *disk, const char *name,
                                        enum fake_disk_open mode, struct fake_file **ret_file);
void fake_file_close(struct fake_file *file);
/* As unlink: who has it open keeps it. FL_ENOTFOUND. */
FL_CHECKED enum fl_error fake_disk_delete(struct fake_disk *disk, const char *name);
bool fake_disk_exists(const struct fake_disk *disk, const char *name);

const char *fake_file_name(const struct fake_file *file); /* NULL: it has none, or no more */
int64_t fake_file_size(const struct fake_file *file);
struct fake_locks *fake_file_locks(struct fake_file *file);
/* The bytes that were there; fewer than `length` only at the end of the file. */
size_t fake_file_read(const struct fake_file *file, int64_t offset, void *bytes, size_t length);
/* All or nothing. FL_ENOSPACE past FAKE_DISK_FILE_BYTES_MAX; FL_ENOMEM. */
FL_CHECKED enum fl_error fake_file_write(struct fake_file *file, int64_t offset, const void *bytes,
                                         size_t length);
/* Cuts; a size beyond the end changes nothing. FL_ENOMEM. */
FL_CHECKED enum fl_error fake_file_truncate(struct fake_file *file, int64_t size);
void fake_file_sync(struct fake_file *file);

/* Asked for each unsynced chunk: does it survive? NULL: none does. */
typedef bool fake_disk_keep(void *context, const char *file_name, size_t chunk);
/* The power fails. Meant for a moment at which nobody has a file open. */
void fake_disk_lose_unsynced(struct fake_disk *disk, fake_disk_keep *keep, void *context);

#endif
