/* The file of a saved keyspace. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fakes/redis/serve/save.h"

enum { PATH_BYTES_MAX = 4096 };

enum fl_error fake_save_read(const char *path, struct fl_buf *out)
{
    char bytes[64 * 1024];
    ssize_t got;
    enum fl_error err = FL_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? FL_ENOTFOUND : FL_EIO;
    while (!err && (got = read(fd, bytes, sizeof bytes)) != 0) {
        if (got > 0) err = fl_buf_append(out, bytes, (size_t)got);
        if (got < 0 && errno != EINTR) err = FL_EIO;
    }
    int saved_errno = errno;
    close(fd);
    errno = saved_errno;
    return err;
}

static enum fl_error write_all(int fd, struct fl_span bytes)
{
    while (bytes.length) {
        ssize_t written = write(fd, bytes.bytes, bytes.length);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return FL_EIO;
        bytes = (struct fl_span){bytes.bytes + written, bytes.length - (size_t)written};
    }
    return fsync(fd) == 0 ? FL_OK : FL_EIO;
}

enum fl_error fake_save_write(const char *path, struct fl_span bytes)
{
    char aside[PATH_BYTES_MAX];
    int length = snprintf(aside, sizeof aside, "%s.new", path);
    if (length < 0 || (size_t)length >= sizeof aside) {
        errno = ENAMETOOLONG;
        return FL_EIO;
    }
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return FL_EIO;
    enum fl_error err = write_all(fd, bytes);
    if (close(fd) != 0) err = FL_EIO;
    if (!err && rename(aside, path) != 0) err = FL_EIO;
    int saved_errno = errno;
    if (err) unlink(aside);
    errno = saved_errno;
    return err;
}
