#include "fakes/files/fake_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/assert.h"

#define HEADER "name,email\n"
/* Every row is as long as every other, so that any offset is in a row that can be computed. */
#define ROW_FORMAT "Person %08" PRId64 ",person%08" PRId64 "@example.org\n"

enum { HEADER_BYTES = sizeof HEADER - 1, ROW_BYTES = 43 };

enum kind { KIND_BYTES, KIND_REAL, KIND_ROWS };

struct entry {
    const char *name;
    enum kind kind;
    struct fl_span bytes;
    int fd;
    int64_t rows;
    bool removed; /* its name; who has it open reads on */
};

struct fake_files {
    size_t count;
    struct entry entries[FAKE_FILES_MAX];
};

struct fl_file_handle {
    const struct entry *entry;
    int64_t offset;
};

/* --- the set --- */

enum fl_error fake_files_new(struct fake_files **ret_files)
{
    struct fake_files *files = malloc(sizeof *files);
    if (!files) return FL_ENOMEM;
    files->count = 0; /* an entry is written before it is read */
    *ret_files = files;
    return FL_OK;
}

static void entry_close(struct entry *entry)
{
    if (entry->kind == KIND_REAL) close(entry->fd);
}

void fake_files_free(struct fake_files *files)
{
    if (!files) return;
    for (size_t i = 0; i < files->count; i++)
        entry_close(&files->entries[i]);
    free(files);
}

static struct entry *find(struct fake_files *files, const char *name)
{
    for (size_t i = 0; i < files->count; i++)
        if (!files->entries[i].removed && strcmp(files->entries[i].name, name) == 0)
            return &files->entries[i];
    return NULL;
}

static enum fl_error add(struct fake_files *files, struct entry entry)
{
    struct entry *former = find(files, entry.name);
    if (former) {
        entry_close(former);
        *former = entry;
        return FL_OK;
    }
    if (files->count == FAKE_FILES_MAX) return FL_EBOUND;
    files->entries[files->count++] = entry;
    return FL_OK;
}

enum fl_error fake_files_add_bytes(struct fake_files *files, const char *name, struct fl_span bytes)
{
    return add(files, (struct entry){.name = name, .kind = KIND_BYTES, .bytes = bytes});
}

enum fl_error fake_files_add_rows(struct fake_files *files, const char *name, int64_t rows)
{
    fl_assert(rows >= 0);
    if (rows > FAKE_FILES_ROWS_MAX) return FL_EBOUND;
    return add(files, (struct entry){.name = name, .kind = KIND_ROWS, .rows = rows});
}

enum fl_error fake_files_add_real(struct fake_files *files, const char *name, const char *path)
{
    struct entry entry = {.name = name, .kind = KIND_REAL};
    enum fl_error err = FL_OK;
    struct stat stat;
    /* Without O_NONBLOCK the open of a FIFO would wait for its writer. */
    entry.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (entry.fd < 0) return errno == ENOENT || errno == ENOTDIR ? FL_ENOTFOUND : FL_EIO;
    if (fstat(entry.fd, &stat) != 0)
        err = FL_EIO;
    else if (!S_ISREG(stat.st_mode))
        err = FL_EINVAL;
    if (!err) err = add(files, entry);
    if (err) close(entry.fd);
    return err;
}

/* --- reading --- */

static size_t read_span(struct fl_span bytes, int64_t offset, char *out, size_t capacity)
{
    size_t left;
    if (offset >= (int64_t)bytes.length) return 0;
    left = bytes.length - (size_t)offset;
    if (left > capacity) left = capacity;
    if (left) memcpy(out, bytes.bytes + offset, left);
    return left;
}

/* The rest of the header or of the one row that `offset` lies in; 0 at the end. */
static size_t read_row(const struct entry *entry, int64_t offset, char *out, size_t capacity)
{
    char row[ROW_BYTES + 1];
    int64_t number, length;
    if (offset < HEADER_BYTES) return read_span(FL_SPAN(HEADER), offset, out, capacity);
    number = 1 + (offset - HEADER_BYTES) / ROW_BYTES;
    if (number > entry->rows) return 0;
    length = snprintf(row, sizeof row, ROW_FORMAT, number, number);
    fl_assert(length == ROW_BYTES);
    return read_span((struct fl_span){row, ROW_BYTES}, (offset - HEADER_BYTES) % ROW_BYTES, out,
                     capacity);
}

static size_t read_rows(const struct entry *entry, int64_t offset, char *out, size_t capacity)
{
    size_t length = 0, part;
    do {
        part = read_row(entry, offset + (int64_t)length, out + length, capacity - length);
        length += part;
    } while (part);
    return length;
}

static enum fl_error read_real(int fd, int64_t offset, void *bytes, size_t capacity,
                               size_t *ret_length)
{
    ssize_t got;
    do {
        got = pread(fd, bytes, capacity, offset);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return FL_EIO;
    *ret_length = (size_t)got;
    return FL_OK;
}

static enum fl_error read_at(const struct fl_file_handle *handle, void *bytes, size_t capacity,
                             size_t *ret_length)
{
    const struct entry *entry = handle->entry;
    switch (entry->kind) {
    case KIND_BYTES:
        *ret_length = read_span(entry->bytes, handle->offset, bytes, capacity);
        return FL_OK;
    case KIND_ROWS: *ret_length = read_rows(entry, handle->offset, bytes, capacity); return FL_OK;
    case KIND_REAL: return read_real(entry->fd, handle->offset, bytes, capacity, ret_length);
    }
    fl_panic("fake files: no such kind of file");
}

/* --- the port --- */

static enum fl_error on_open(void *self, const char *path, int64_t offset,
                             struct fl_file_handle **ret_handle)
{
    const struct entry *entry = find(self, path);
    struct fl_file_handle *handle;
    fl_assert(offset >= 0);
    if (!entry) return FL_ENOTFOUND;
    handle = malloc(sizeof *handle);
    if (!handle) return FL_ENOMEM;
    *handle = (struct fl_file_handle){.entry = entry, .offset = offset};
    *ret_handle = handle;
    return FL_OK;
}

static enum fl_error on_read(void *self, struct fl_file_handle *handle, void *bytes,
                             size_t capacity, size_t *ret_length)
{
    size_t length;
    enum fl_error err = read_at(handle, bytes, capacity, &length);
    (void)self;
    if (err) return err;
    handle->offset += (int64_t)length;
    *ret_length = length;
    return FL_OK;
}

static void on_close(void *self, struct fl_file_handle *handle)
{
    (void)self;
    free(handle);
}

static enum fl_error on_remove(void *self, const char *path)
{
    struct entry *entry = find(self, path);
    if (!entry) return FL_ENOTFOUND;
    entry->removed = true;
    return FL_OK;
}

static const struct fl_file_ops ops = {
    .open = on_open, .read = on_read, .close = on_close, .remove = on_remove};

struct fl_files fake_files_port(struct fake_files *files)
{
    return (struct fl_files){&ops, files};
}
