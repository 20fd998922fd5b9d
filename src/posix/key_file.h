/* src/posix/key_file.h - reads the file of the keys that encrypt arguments; core/keyring.h says
 * what stands in it. */
#ifndef FL_POSIX_KEY_FILE_H
#define FL_POSIX_KEY_FILE_H

#include "core/error.h"
#include "core/keyring.h"

enum { FL_KEY_FILE_BYTES_MAX = 64 * 1024, FL_KEY_FILE_PROBLEM_BYTES = 512 };

/* The problem names the file, and the line; it never quotes what stands there. FL_EINVAL: the file
 * makes no sense, or others than its owner may read it. */
FL_CHECKED enum fl_error fl_key_file_read(const char *path, struct fl_keyring *ret_keyring,
                                          char ret_problem[FL_KEY_FILE_PROBLEM_BYTES]);

#endif
