#include "harness/scenario/whole_file.h"

enum fl_error whole_file_read(FILE *file, struct fl_buf *out)
{
    char chunk[16384];
    size_t count;
    enum fl_error err = FL_OK;
    while (!err && (count = fread(chunk, 1, sizeof chunk, file)) > 0)
        err = fl_buf_append(out, chunk, count);
    return !err && ferror(file) ? FL_EIO : err;
}
