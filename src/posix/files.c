#include "posix/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fl_file_handle {
    int fd;
};

static enum fl_error error_of(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR: return FL_ENOTFOUND;
    case ENOMEM: return FL_ENOMEM;
    case ENAMETOOLONG:
    case ELOOP: return FL_EINVAL;
    default: return FL_EIO;
    }
}

/* Non-blocking, or a FIFO without a writer would hold us before we can refuse it. */
static enum fl_error open_regular(const char *path, int64_t offset, int *ret_fd)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return error_of(errno);
    struct stat status;
    enum fl_error err = FL_OK;
    if (fstat(fd, &status))
        err = FL_EIO;
    else if (!S_ISREG(status.st_mode) || lseek(fd, offset, SEEK_SET) < 0)
        err = FL_EINVAL;
    if (err) {
        close(fd);
        return err;
    }
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    *ret_fd = fd;
    return FL_OK;
}

static enum fl_error file_open(void *self, const char *path, int64_t offset,
                               struct fl_file_handle **ret_handle)
{
    (void)self;
    struct fl_file_handle *handle = malloc(sizeof *handle);
    if (!handle) return FL_ENOMEM;
    enum fl_error err = open_regular(path, offset, &handle->fd);
    if (err) {
        free(handle);
        return err;
    }
    *ret_handle = handle;
    return FL_OK;
}

static enum fl_error file_read(void *self, struct fl_file_handle *handle, void *bytes,
                               size_t capacity, size_t *ret_length)
{
    (void)self;
    ssize_t got;
    do
        got = read(handle->fd, bytes, capacity);
    while (got < 0 && errno == EINTR);
    if (got < 0) return FL_EIO;
    *ret_length = (size_t)got;
    return FL_OK;
}

static void file_close(void *self, struct fl_file_handle *handle)
{
    (void)self;
    close(handle->fd);
    free(handle);
}

static enum fl_error file_remove(void *self, const char *path)
{
    struct stat status;
    (void)self;
    if (lstat(path, &status)) return error_of(errno);
    if (!S_ISREG(status.st_mode)) return FL_EINVAL;
    return unlink(path) ? error_of(errno) : FL_OK;
}

static const struct fl_file_ops ops = {
    .open = file_open, .read = file_read, .close = file_close, .remove = file_remove};

struct fl_files fl_posix_files(void)
{
    return (struct fl_files){&ops, NULL};
}
