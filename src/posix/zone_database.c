#include "posix/zone_database.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/span.h"
#include "posix/files.h"

#define FOLDER "/usr/share/zoneinfo/"
enum { NAME_BYTES_MAX = 128 };

/* No name leads out of the folder. */
static bool is_name(const char *name)
{
    size_t length = strlen(name);
    size_t known =
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");
    return length && length == known && length <= NAME_BYTES_MAX && name[0] != '/';
}

static enum fl_error read_all(const char *path, struct fl_buf *out)
{
    struct fl_files files = fl_posix_files();
    struct fl_file_handle *handle = NULL;
    char piece[4096];
    size_t length = 1;
    enum fl_error err = fl_file_open(files, path, 0, &handle);
    while (!err && length) {
        err = fl_file_read(files, handle, piece, sizeof(piece), &length);
        if (!err) err = fl_buf_append(out, piece, length);
    }
    fl_file_close(files, handle);
    return err;
}

enum fl_error fl_zone_load(const char *name, struct fl_zone **ret_zone,
                           char ret_problem[FL_ZONE_PROBLEM_BYTES])
{
    struct fl_buf bytes = FL_BUF_INIT(FL_ZONE_BYTES_MAX);
    char path[sizeof(FOLDER) + NAME_BYTES_MAX];
    enum fl_error err = is_name(name) ? FL_OK : FL_EINVAL;
    if (!err) {
        snprintf(path, sizeof(path), FOLDER "%s", name);
        err = read_all(path, &bytes);
    }
    if (!err) err = fl_zone_from_file(fl_buf_span(&bytes), ret_zone);
    if (err == FL_EINVAL || err == FL_ENOTFOUND)
        snprintf(ret_problem, FL_ZONE_PROBLEM_BYTES, "no time zone '%.200s' (in " FOLDER ")", name);
    else if (err)
        snprintf(ret_problem, FL_ZONE_PROBLEM_BYTES, "time zone %.200s: %s", name,
                 fl_error_text(err));
    fl_buf_release(&bytes);
    return err;
}
