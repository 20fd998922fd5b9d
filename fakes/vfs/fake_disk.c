/* Each file has two tables of chunks, the cached and the durable one. A chunk is counted by the
 * tables that point to it and copied when a shared one is written; so "unsynced" is simply "the two
 * tables point to different chunks". A NULL chunk reads as zeros. */
#include "fakes/vfs/fake_disk.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"

struct chunk {
    uint32_t references;
    char bytes[FAKE_DISK_CHUNK_BYTES];
};

struct fake_file {
    struct fake_disk *disk;
    char *name; /* NULL: deleted, or never had one */
    uint32_t opens;
    struct fake_locks locks;
    struct chunk **cached, **durable; /* both `capacity` long */
    size_t capacity;
    int64_t size, durable_size;
};

struct fake_disk {
    struct fake_file *files[FAKE_DISK_FILES_MAX]; /* the named ones, by age */
    size_t file_count;
};

/* --- chunks --- */

static struct chunk *chunk_share(struct chunk *chunk)
{
    if (chunk) chunk->references++;
    return chunk;
}

static void chunk_drop(struct chunk *chunk)
{
    if (!chunk) return;
    fl_assert(chunk->references > 0);
    if (--chunk->references == 0) free(chunk);
}

static void chunk_replace(struct chunk **slot, struct chunk *chunk)
{
    struct chunk *former = *slot;
    *slot = chunk_share(chunk);
    chunk_drop(former);
}

/* Makes the slot's chunk its own, so that it can be written. */
static enum fl_error chunk_own(struct chunk **slot)
{
    struct chunk *copy;
    if (*slot && (*slot)->references == 1) return FL_OK;
    copy = malloc(sizeof *copy);
    if (!copy) return FL_ENOMEM;
    if (*slot)
        memcpy(copy->bytes, (*slot)->bytes, sizeof copy->bytes);
    else
        memset(copy->bytes, 0, sizeof copy->bytes);
    copy->references = 1;
    chunk_drop(*slot);
    *slot = copy;
    return FL_OK;
}

static size_t chunks_for(int64_t size)
{
    return ((size_t)size + FAKE_DISK_CHUNK_BYTES - 1) / FAKE_DISK_CHUNK_BYTES;
}

/* --- one file --- */

static enum fl_error file_reserve(struct fake_file *file, size_t chunks)
{
    size_t capacity = file->capacity ? file->capacity : 8;
    struct chunk **tables;
    if (chunks <= file->capacity) return FL_OK;
    while (capacity < chunks)
        capacity *= 2;
    tables = calloc(2 * capacity, sizeof(struct chunk *)); /* one block holds both tables */
    if (!tables) return FL_ENOMEM;
    if (file->capacity) {
        memcpy(tables, file->cached, file->capacity * sizeof(struct chunk *));
        memcpy(tables + capacity, file->durable, file->capacity * sizeof(struct chunk *));
    }
    free(file->cached);
    file->cached = tables;
    file->durable = tables + capacity;
    file->capacity = capacity;
    return FL_OK;
}

static enum fl_error file_new(struct fake_disk *disk, const char *name, struct fake_file **ret_file)
{
    struct fake_file *file = calloc(1, sizeof *file);
    if (!file) return FL_ENOMEM;
    file->disk = disk;
    if (name) {
        file->name = strdup(name);
        if (!file->name) {
            free(file);
            return FL_ENOMEM;
        }
    }
    *ret_file = file;
    return FL_OK;
}

static void file_free(struct fake_file *file)
{
    fl_assert(file->opens == 0);
    for (size_t i = 0; i < file->capacity; i++) {
        chunk_drop(file->cached[i]);
        chunk_drop(file->durable[i]);
    }
    free(file->cached);
    free(file->name);
    free(file);
}

const char *fake_file_name(const struct fake_file *file)
{
    return file->name;
}

int64_t fake_file_size(const struct fake_file *file)
{
    return file->size;
}

struct fake_locks *fake_file_locks(struct fake_file *file)
{
    return &file->locks;
}

size_t fake_file_read(const struct fake_file *file, int64_t offset, void *bytes, size_t length)
{
    char *out = bytes;
    size_t done = 0;
    fl_assert(offset >= 0);
    if (offset >= file->size) return 0;
    if (length > (size_t)(file->size - offset)) length = (size_t)(file->size - offset);
    while (done < length) {
        size_t at = (size_t)offset + done, within = at % FAKE_DISK_CHUNK_BYTES;
        size_t part = FAKE_DISK_CHUNK_BYTES - within;
        const struct chunk *chunk = file->cached[at / FAKE_DISK_CHUNK_BYTES];
        if (part > length - done) part = length - done;
        if (chunk)
            memcpy(out + done, chunk->bytes + within, part);
        else
            memset(out + done, 0, part);
        done += part;
    }
    return length;
}

/* First everything that can fail, then the bytes. */
static enum fl_error own_range(struct fake_file *file, int64_t offset, size_t length)
{
    size_t end = chunks_for(offset + (int64_t)length);
    enum fl_error err = file_reserve(file, end);
    for (size_t i = (size_t)offset / FAKE_DISK_CHUNK_BYTES; !err && i < end; i++)
        err = chunk_own(&file->cached[i]);
    return err;
}

enum fl_error fake_file_write(struct fake_file *file, int64_t offset, const void *bytes,
                              size_t length)
{
    const char *in = bytes;
    enum fl_error err;
    fl_assert(offset >= 0);
    if (length == 0) return FL_OK;
    if (length > FAKE_DISK_FILE_BYTES_MAX || offset > FAKE_DISK_FILE_BYTES_MAX - (int64_t)length)
        return FL_ENOSPACE;
    err = own_range(file, offset, length);
    if (err) return err;
    for (size_t done = 0; done < length;) {
        size_t at = (size_t)offset + done, within = at % FAKE_DISK_CHUNK_BYTES;
        size_t part = FAKE_DISK_CHUNK_BYTES - within;
        if (part > length - done) part = length - done;
        memcpy(file->cached[at / FAKE_DISK_CHUNK_BYTES]->bytes + within, in + done, part);
        done += part;
    }
    if (file->size < offset + (int64_t)length) file->size = offset + (int64_t)length;
    return FL_OK;
}

enum fl_error fake_file_truncate(struct fake_file *file, int64_t size)
{
    size_t within = (size_t)size % FAKE_DISK_CHUNK_BYTES, first_gone = chunks_for(size);
    fl_assert(size >= 0);
    if (size >= file->size) return FL_OK;
    if (within) { /* a later, longer file must read zeros here */
        enum fl_error err = chunk_own(&file->cached[first_gone - 1]);
        if (err) return err;
        memset(file->cached[first_gone - 1]->bytes + within, 0, FAKE_DISK_CHUNK_BYTES - within);
    }
    for (size_t i = first_gone; i < file->capacity; i++)
        chunk_replace(&file->cached[i], NULL);
    file->size = size;
    return FL_OK;
}

void fake_file_sync(struct fake_file *file)
{
    for (size_t i = 0; i < file->capacity; i++)
        if (file->durable[i] != file->cached[i]) chunk_replace(&file->durable[i], file->cached[i]);
    file->durable_size = file->size;
}

/* --- the disk --- */

enum fl_error fake_disk_new(struct fake_disk **ret_disk)
{
    struct fake_disk *disk = calloc(1, sizeof *disk);
    if (!disk) return FL_ENOMEM;
    *ret_disk = disk;
    return FL_OK;
}

static enum fl_error copy_file(const struct fake_file *file, struct fake_disk *disk)
{
    struct fake_file *copy;
    enum fl_error err = file_new(disk, file->name, &copy);
    if (err) return err;
    err = file_reserve(copy, file->capacity);
    if (err) {
        file_free(copy);
        return err;
    }
    for (size_t i = 0; i < file->capacity; i++) {
        copy->cached[i] = chunk_share(file->cached[i]);
        copy->durable[i] = chunk_share(file->durable[i]);
    }
    copy->size = file->size;
    copy->durable_size = file->durable_size;
    disk->files[disk->file_count++] = copy;
    return FL_OK;
}

enum fl_error fake_disk_copy(const struct fake_disk *disk, struct fake_disk **ret_disk)
{
    struct fake_disk *copy;
    enum fl_error err = fake_disk_new(&copy);
    for (size_t i = 0; !err && i < disk->file_count; i++) {
        err = copy_file(disk->files[i], copy);
        if (err) fake_disk_free(copy);
    }
    if (!err) *ret_disk = copy;
    return err;
}

void fake_disk_free(struct fake_disk *disk)
{
    if (!disk) return;
    for (size_t i = 0; i < disk->file_count; i++)
        file_free(disk->files[i]);
    free(disk);
}

/* file_count when there is none of that name. */
static size_t find(const struct fake_disk *disk, const char *name)
{
    size_t i = 0;
    while (i < disk->file_count && strcmp(disk->files[i]->name, name) != 0)
        i++;
    return i;
}

bool fake_disk_exists(const struct fake_disk *disk, const char *name)
{
    return find(disk, name) < disk->file_count;
}

static enum fl_error create(struct fake_disk *disk, const char *name, struct fake_file **ret_file)
{
    enum fl_error err;
    if (name && (disk->file_count == FAKE_DISK_FILES_MAX || strlen(name) >= FAKE_DISK_NAME_BYTES))
        return FL_EBOUND;
    err = file_new(disk, name, ret_file);
    if (!err && name) disk->files[disk->file_count++] = *ret_file;
    return err;
}

enum fl_error fake_disk_open(struct fake_disk *disk, const char *name, enum fake_disk_open mode,
                             struct fake_file **ret_file)
{
    size_t found = name ? find(disk, name) : disk->file_count;
    struct fake_file *file;
    if (found < disk->file_count) {
        file = disk->files[found];
    } else {
        enum fl_error err = name && mode == FAKE_DISK_EXISTING ? FL_ENOTFOUND : FL_OK;
        if (!err) err = create(disk, name, &file);
        if (err) return err;
    }
    file->opens++;
    *ret_file = file;
    return FL_OK;
}

void fake_file_close(struct fake_file *file)
{
    fl_assert(file->opens > 0);
    if (--file->opens == 0 && !file->name) file_free(file);
}

enum fl_error fake_disk_delete(struct fake_disk *disk, const char *name)
{
    size_t found = find(disk, name);
    struct fake_file *file;
    if (found == disk->file_count) return FL_ENOTFOUND;
    file = disk->files[found];
    disk->file_count--;
    memmove(disk->files + found, disk->files + found + 1,
            (disk->file_count - found) * sizeof(struct fake_file *));
    free(file->name);
    file->name = NULL;
    if (file->opens == 0) file_free(file);
    return FL_OK;
}

static void lose(struct fake_file *file, fake_disk_keep *keep, void *context)
{
    bool grown_part_kept = false;
    for (size_t i = 0; i < file->capacity; i++) {
        if (file->cached[i] == file->durable[i]) continue;
        if (keep && keep(context, file->name, i)) {
            chunk_replace(&file->durable[i], file->cached[i]);
            if (i >= chunks_for(file->durable_size)) grown_part_kept = true;
        } else {
            chunk_replace(&file->cached[i], file->durable[i]);
        }
    }
    /* A length is metadata: it survives with the chunks that needed it. */
    if (grown_part_kept)
        file->durable_size = file->size;
    else
        file->size = file->durable_size;
}

void fake_disk_lose_unsynced(struct fake_disk *disk, fake_disk_keep *keep, void *context)
{
    for (size_t i = 0; i < disk->file_count; i++)
        lose(disk->files[i], keep, context);
}
