/* SQLite allocates the struct that it hands to the methods from the program's memory, which is gone
 * when the process is killed. It therefore holds nothing but a pointer to a handle of ours, and an
 * unmount walks the handles alone. */
#include "fakes/vfs/fake_vfs.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"

struct handle { /* one open file of one connection */
    struct fake_vfs *vfs;
    struct fake_file *file, *turned; /* the second one while the mount turns */
    enum fake_lock lock;
    char *delete_on_close; /* its name, or NULL */
    struct handle *next;
};

struct opened { /* what SQLite allocates */
    sqlite3_file base;
    struct handle *handle;
};

struct fake_vfs {
    sqlite3_vfs base;
    struct fake_disk *disk;
    struct fl_clock clock;
    struct fake_scope scope;
    char name[FAKE_VFS_NAME_BYTES];
    struct handle *handles;
    uint64_t changes, randomness;
    uint64_t fails_at; /* the change that fails; 0: none */
    enum fake_vfs_failure failure;
    enum fake_vfs_duration duration;
    bool failed;
};

static_assert(FAKE_LOCK_SHARED == SQLITE_LOCK_SHARED &&
                  FAKE_LOCK_RESERVED == SQLITE_LOCK_RESERVED &&
                  FAKE_LOCK_PENDING == SQLITE_LOCK_PENDING &&
                  FAKE_LOCK_EXCLUSIVE == SQLITE_LOCK_EXCLUSIVE,
              "levels are handed on as numbers");

/* --- failures --- */

static bool is_broken(const struct fake_vfs *vfs)
{
    return vfs->failed && vfs->duration == FAKE_VFS_FOR_EVER;
}

/* Counts a change; `ioerr` is SQLite's extended code for this kind of it. */
static int change(struct fake_vfs *vfs, int ioerr)
{
    vfs->changes++;
    if (vfs->fails_at && vfs->changes == vfs->fails_at) vfs->failed = true;
    if (!vfs->failed) return SQLITE_OK;
    if (vfs->duration == FAKE_VFS_ONCE && vfs->changes != vfs->fails_at) return SQLITE_OK;
    return vfs->failure == FAKE_VFS_FULL ? SQLITE_FULL : ioerr;
}

static int code_of(enum fl_error err, int ioerr)
{
    if (err == FL_OK) return SQLITE_OK;
    if (err == FL_ENOMEM) return SQLITE_IOERR_NOMEM;
    if (err == FL_ENOSPACE) return SQLITE_FULL;
    return ioerr;
}

/* --- one file --- */

static struct handle *handle_of(sqlite3_file *file)
{
    return ((struct opened *)file)->handle;
}

static void handle_free(struct handle *handle)
{
    struct fake_vfs *vfs = handle->vfs;
    struct handle **link = &vfs->handles;
    while (*link != handle)
        link = &(*link)->next;
    *link = handle->next;
    fake_locks_lower(fake_file_locks(handle->file), handle, &handle->lock, FAKE_LOCK_NONE);
    if (handle->delete_on_close) {
        enum fl_error err = fake_disk_delete(vfs->disk, handle->delete_on_close);
        fl_maybe(err == FL_ENOTFOUND); /* somebody deleted it already */
    }
    fake_file_close(handle->file);
    free(handle->delete_on_close);
    free(handle);
}

static int on_close(sqlite3_file *file)
{
    struct fake_scope scope = handle_of(file)->vfs->scope;
    void *entered = fake_scope_enter(scope);
    handle_free(handle_of(file));
    fake_scope_leave(scope, entered);
    return SQLITE_OK;
}

static int on_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset)
{
    struct handle *handle = handle_of(file);
    size_t got;
    if (is_broken(handle->vfs)) return SQLITE_IOERR_READ;
    got = fake_file_read(handle->file, offset, bytes, (size_t)length);
    if (got == (size_t)length) return SQLITE_OK;
    memset((char *)bytes + got, 0, (size_t)length - got);
    return SQLITE_IOERR_SHORT_READ;
}

static int on_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
    struct handle *handle = handle_of(file);
    int code = change(handle->vfs, SQLITE_IOERR_WRITE);
    void *entered;
    if (code) return code;
    entered = fake_scope_enter(handle->vfs->scope);
    code =
        code_of(fake_file_write(handle->file, offset, bytes, (size_t)length), SQLITE_IOERR_WRITE);
    fake_scope_leave(handle->vfs->scope, entered);
    return code;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct handle *handle = handle_of(file);
    int code = change(handle->vfs, SQLITE_IOERR_TRUNCATE);
    void *entered;
    if (code) return code;
    entered = fake_scope_enter(handle->vfs->scope);
    code = code_of(fake_file_truncate(handle->file, size), SQLITE_IOERR_TRUNCATE);
    fake_scope_leave(handle->vfs->scope, entered);
    return code;
}

static int on_sync(sqlite3_file *file, int flags)
{
    struct handle *handle = handle_of(file);
    int code = change(handle->vfs, SQLITE_IOERR_FSYNC);
    void *entered;
    (void)flags;
    if (code) return code;
    entered = fake_scope_enter(handle->vfs->scope);
    fake_file_sync(handle->file);
    fake_scope_leave(handle->vfs->scope, entered);
    return SQLITE_OK;
}

static int on_file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
    if (is_broken(handle_of(file)->vfs)) return SQLITE_IOERR_FSTAT;
    *ret_size = fake_file_size(handle_of(file)->file);
    return SQLITE_OK;
}

static int on_lock(sqlite3_file *file, int level)
{
    struct handle *handle = handle_of(file);
    if (is_broken(handle->vfs)) return SQLITE_IOERR_LOCK;
    return fake_locks_raise(fake_file_locks(handle->file), handle, &handle->lock,
                            (enum fake_lock)level)
               ? SQLITE_BUSY
               : SQLITE_OK;
}

static int on_unlock(sqlite3_file *file, int level)
{
    struct handle *handle = handle_of(file);
    fake_locks_lower(fake_file_locks(handle->file), handle, &handle->lock, (enum fake_lock)level);
    return SQLITE_OK;
}

static int on_check_reserved_lock(sqlite3_file *file, int *ret_reserved)
{
    if (is_broken(handle_of(file)->vfs)) return SQLITE_IOERR_CHECKRESERVEDLOCK;
    *ret_reserved = fake_locks_reserved(fake_file_locks(handle_of(file)->file));
    return SQLITE_OK;
}

static int on_file_control(sqlite3_file *file, int operation, void *argument)
{
    (void)file, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int on_sector_size(sqlite3_file *file)
{
    (void)file;
    return FAKE_DISK_CHUNK_BYTES;
}

static int on_device_characteristics(sqlite3_file *file)
{
    (void)file;
    return 0; /* promise nothing: SQLite then takes every precaution */
}

static const sqlite3_io_methods methods = {
    .iVersion = 1, /* no shared memory: no WAL */
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_file_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_check_reserved_lock,
    .xFileControl = on_file_control,
    .xSectorSize = on_sector_size,
    .xDeviceCharacteristics = on_device_characteristics,
};

/* --- the mount --- */

static enum fl_error handle_new(struct fake_vfs *vfs, const char *name, int flags,
                                struct handle **ret_handle)
{
    enum fake_disk_open mode = flags & SQLITE_OPEN_CREATE ? FAKE_DISK_CREATE : FAKE_DISK_EXISTING;
    struct handle *handle = calloc(1, sizeof *handle);
    enum fl_error err = handle ? FL_OK : FL_ENOMEM;
    if (!err && name && flags & SQLITE_OPEN_DELETEONCLOSE) {
        handle->delete_on_close = strdup(name);
        if (!handle->delete_on_close) err = FL_ENOMEM;
    }
    if (!err) err = fake_disk_open(vfs->disk, name, mode, &handle->file);
    if (err) {
        if (handle) free(handle->delete_on_close);
        free(handle);
        return err;
    }
    handle->vfs = vfs;
    handle->next = vfs->handles;
    vfs->handles = handle;
    *ret_handle = handle;
    return FL_OK;
}

static int on_open(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags,
                   int *ret_flags)
{
    struct fake_vfs *vfs = base->pAppData;
    struct opened *opened = (struct opened *)file;
    enum fl_error err;
    void *entered;
    opened->base.pMethods = NULL; /* SQLite then does not call xClose */
    if (is_broken(vfs)) return SQLITE_CANTOPEN;
    entered = fake_scope_enter(vfs->scope);
    err = handle_new(vfs, name, flags, &opened->handle);
    fake_scope_leave(vfs->scope, entered);
    if (err) return code_of(err, SQLITE_CANTOPEN);
    opened->base.pMethods = &methods;
    if (ret_flags) *ret_flags = flags;
    return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *base, const char *name, int sync_directory)
{
    struct fake_vfs *vfs = base->pAppData;
    int code = change(vfs, SQLITE_IOERR_DELETE);
    enum fl_error err;
    void *entered;
    (void)sync_directory; /* a deletion is durable at once */
    if (code) return code;
    entered = fake_scope_enter(vfs->scope);
    err = fake_disk_delete(vfs->disk, name);
    fake_scope_leave(vfs->scope, entered);
    return err ? SQLITE_IOERR_DELETE_NOENT : SQLITE_OK;
}

static int on_access(sqlite3_vfs *base, const char *name, int flags, int *ret_result)
{
    struct fake_vfs *vfs = base->pAppData;
    (void)flags; /* what exists may be read and written */
    if (is_broken(vfs)) return SQLITE_IOERR_ACCESS;
    *ret_result = fake_disk_exists(vfs->disk, name);
    return SQLITE_OK;
}

static int on_full_pathname(sqlite3_vfs *base, const char *name, int length, char *out)
{
    (void)base;
    return snprintf(out, (size_t)length, "%s", name) < length ? SQLITE_OK : SQLITE_CANTOPEN;
}

/* A step of splitmix64 for each eight bytes. */
static int on_randomness(sqlite3_vfs *base, int length, char *out)
{
    struct fake_vfs *vfs = base->pAppData;
    for (int i = 0; i < length; i += 8) {
        uint64_t z = vfs->randomness += UINT64_C(0x9e3779b97f4a7c15);
        size_t part = length - i < 8 ? (size_t)(length - i) : 8;
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        z ^= z >> 31;
        memcpy(out + i, &z, part);
    }
    return length;
}

static int on_sleep(sqlite3_vfs *base, int microseconds)
{
    (void)base;
    return microseconds; /* a busy file is waited for outside SQLite */
}

/* Milliseconds of the Julian day, as SQLite counts. */
static int on_current_time_ms(sqlite3_vfs *base, sqlite3_int64 *ret_ms)
{
    struct fake_vfs *vfs = base->pAppData;
    *ret_ms = INT64_C(210866760000000) + fl_clock_wall_us(vfs->clock) / 1000;
    return SQLITE_OK;
}

static int on_current_time(sqlite3_vfs *base, double *ret_days)
{
    sqlite3_int64 ms;
    on_current_time_ms(base, &ms);
    *ret_days = (double)ms / 86400000.0;
    return SQLITE_OK;
}

static int on_last_error(sqlite3_vfs *base, int length, char *out)
{
    (void)base, (void)length, (void)out;
    return 0;
}

static sqlite3_vfs vfs_methods(struct fake_vfs *vfs)
{
    return (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = sizeof(struct opened),
        .mxPathname = FAKE_DISK_NAME_BYTES,
        .zName = vfs->name,
        .pAppData = vfs,
        .xOpen = on_open,
        .xDelete = on_delete,
        .xAccess = on_access,
        .xFullPathname = on_full_pathname,
        .xRandomness = on_randomness,
        .xSleep = on_sleep,
        .xCurrentTime = on_current_time,
        .xCurrentTimeInt64 = on_current_time_ms,
        .xGetLastError = on_last_error,
    };
}

enum fl_error fake_vfs_mount(const struct fake_vfs_options *options, struct fake_vfs **ret_vfs)
{
    size_t name_length = strlen(options->name);
    struct fake_vfs *vfs;
    if (name_length == 0 || name_length >= FAKE_VFS_NAME_BYTES) return FL_EINVAL;
    if (sqlite3_vfs_find(options->name)) return FL_EEXIST;
    vfs = calloc(1, sizeof *vfs);
    if (!vfs) return FL_ENOMEM;
    vfs->disk = options->disk;
    vfs->clock = options->clock;
    vfs->scope = options->scope;
    memcpy(vfs->name, options->name, name_length + 1);
    vfs->base = vfs_methods(vfs);
    if (sqlite3_vfs_register(&vfs->base, 1) != SQLITE_OK) {
        free(vfs);
        return FL_ENOMEM;
    }
    *ret_vfs = vfs;
    return FL_OK;
}

void fake_vfs_unmount(struct fake_vfs *vfs)
{
    if (!vfs) return;
    while (vfs->handles)
        handle_free(vfs->handles);
    sqlite3_vfs_unregister(&vfs->base);
    free(vfs);
}

static enum fl_error open_elsewhere(struct handle *handle, struct fake_disk *disk)
{
    const char *name = fake_file_name(handle->file);
    if (handle->lock != FAKE_LOCK_NONE) return FL_EBUSY;
    return name ? fake_disk_open(disk, name, FAKE_DISK_EXISTING, &handle->turned) : FL_ENOTFOUND;
}

enum fl_error fake_vfs_turn(struct fake_vfs *vfs, struct fake_disk *disk, struct fl_clock clock)
{
    enum fl_error err = FL_OK;
    for (struct handle *at = vfs->handles; at && !err; at = at->next)
        err = open_elsewhere(at, disk);
    for (struct handle *at = vfs->handles; at; at = at->next) {
        if (!at->turned) continue;
        fake_file_close(err ? at->turned : at->file);
        if (!err) at->file = at->turned;
        at->turned = NULL;
    }
    if (err) return err;
    vfs->disk = disk;
    vfs->clock = clock;
    return FL_OK;
}

const char *fake_vfs_name(const struct fake_vfs *vfs)
{
    return vfs->name;
}

uint64_t fake_vfs_changes(const struct fake_vfs *vfs)
{
    return vfs->changes;
}

void fake_vfs_fail(struct fake_vfs *vfs, uint64_t nth, enum fake_vfs_failure failure,
                   enum fake_vfs_duration duration)
{
    vfs->fails_at = nth ? vfs->changes + nth : 0;
    vfs->failure = failure;
    vfs->duration = duration;
    vfs->failed = false;
}

bool fake_vfs_failed(const struct fake_vfs *vfs)
{
    return vfs->failed;
}
