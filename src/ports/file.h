/* src/ports/file.h - reads a file front to back, from any offset, and removes one. */
#ifndef FL_PORTS_FILE_H
#define FL_PORTS_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct fl_file_handle; /* opaque, the port's */

struct fl_file_ops {
    /* FL_ENOTFOUND; FL_EINVAL: not a regular file; FL_EIO: no permission or a device error. */
    enum fl_error (*open)(void *self, const char *path, int64_t offset,
                          struct fl_file_handle **ret_handle);
    /* *ret_length 0 at the end. FL_EIO. */
    enum fl_error (*read)(void *self, struct fl_file_handle *handle, void *bytes, size_t capacity,
                          size_t *ret_length);
    void (*close)(void *self, struct fl_file_handle *handle);
    /* Takes the name away. FL_ENOTFOUND: it is not there (any more); FL_EINVAL: not a regular file;
     * FL_EIO. */
    enum fl_error (*remove)(void *self, const char *path);
};

struct fl_files {
    const struct fl_file_ops *ops;
    void *self;
};

FL_CHECKED static inline enum fl_error fl_file_open(struct fl_files files, const char *path,
                                                    int64_t offset,
                                                    struct fl_file_handle **ret_handle)
{
    return files.ops->open(files.self, path, offset, ret_handle);
}

FL_CHECKED static inline enum fl_error fl_file_read(struct fl_files files,
                                                    struct fl_file_handle *handle, void *bytes,
                                                    size_t capacity, size_t *ret_length)
{
    return files.ops->read(files.self, handle, bytes, capacity, ret_length);
}

FL_CHECKED static inline enum fl_error fl_file_remove(struct fl_files files, const char *path)
{
    return files.ops->remove(files.self, path);
}

static inline void fl_file_close(struct fl_files files, struct fl_file_handle *handle)
{
    if (handle) files.ops->close(files.self, handle);
}

#endif
