#include "posix/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum fl_error read_all(int fd, struct fl_buf *out)
{
    for (;;) {
        enum fl_error err = fl_buf_reserve(out, 4096);
        if (err) return err;
        ssize_t got = read(fd, out->bytes + out->length, 4096);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got ? FL_EIO : FL_OK;
        out->length += (size_t)got;
    }
}

/* A key that others can read is none. */
static enum fl_error look_at(int fd, const char *path, char problem[FL_KEY_FILE_PROBLEM_BYTES])
{
    struct stat status;
    if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
        snprintf(problem, FL_KEY_FILE_PROBLEM_BYTES, "%s is no file", path);
        return FL_EINVAL;
    }
    if (!(status.st_mode & (S_IRWXG | S_IRWXO))) return FL_OK;
    snprintf(problem, FL_KEY_FILE_PROBLEM_BYTES, "%s can be read by others: chmod 600 it", path);
    return FL_EINVAL;
}

static enum fl_error understand(struct fl_span text, const char *path,
                                struct fl_keyring *ret_keyring,
                                char problem[FL_KEY_FILE_PROBLEM_BYTES])
{
    uint32_t line;
    if (!fl_keyring_read(text, ret_keyring, &line)) return FL_OK;
    if (line)
        snprintf(problem, FL_KEY_FILE_PROBLEM_BYTES,
                 "%s:%u: wants a version and 64 hex digits, or `active` and a version", path, line);
    else
        snprintf(problem, FL_KEY_FILE_PROBLEM_BYTES, "%s has no key of the active version", path);
    return FL_EINVAL;
}

enum fl_error fl_key_file_read(const char *path, struct fl_keyring *ret_keyring,
                               char ret_problem[FL_KEY_FILE_PROBLEM_BYTES])
{
    struct fl_buf text = FL_BUF_INIT(FL_KEY_FILE_BYTES_MAX);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        snprintf(ret_problem, FL_KEY_FILE_PROBLEM_BYTES, "%s: %s", path, strerror(errno));
        return FL_ENOTFOUND;
    }
    enum fl_error err = look_at(fd, path, ret_problem);
    if (!err) {
        err = read_all(fd, &text);
        if (err)
            snprintf(ret_problem, FL_KEY_FILE_PROBLEM_BYTES, "%s: %s", path, fl_error_text(err));
    }
    close(fd);
    if (!err) err = understand(fl_buf_span(&text), path, ret_keyring, ret_problem);
    fl_secret_release(&text);
    return err;
}
