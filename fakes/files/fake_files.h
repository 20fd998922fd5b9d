/* fakes/files/fake_files.h - files by name, whose bytes are given, generated, or read on demand
 * from a real file.
 *
 * One set serves all processes. A handle is the memory of the program that opened it and dies with
 * it. Nothing is ever held whole but what was given as bytes. */
#ifndef FAKES_FILES_FAKE_FILES_H
#define FAKES_FILES_FAKE_FILES_H

#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "ports/file.h"

enum { FAKE_FILES_MAX = 1024, FAKE_FILES_ROWS_MAX = 99999999 };

struct fake_files; /* opaque: layout in fake_files.c */

FL_CHECKED enum fl_error fake_files_new(struct fake_files **ret_files);
void fake_files_free(struct fake_files *files); /* NULL is fine */
struct fl_files fake_files_port(struct fake_files *files);

/* Names and bytes are borrowed as long as the set lives; a name given again takes the place of the
 * former. FL_EBOUND past FAKE_FILES_MAX. */
FL_CHECKED enum fl_error fake_files_add_bytes(struct fake_files *files, const char *name,
                                              struct fl_span bytes);
/* Opened now, read when the program reads, always from the given path. FL_ENOTFOUND; FL_EINVAL:
 * not a regular file; FL_EIO. */
FL_CHECKED enum fl_error fake_files_add_real(struct fake_files *files, const char *name,
                                             const char *path);
/* A CSV file: the header `name,email` and `rows` rows, each made from its number alone:
 * `Person 00000001,person00000001@example.org`. FL_EBOUND past FAKE_FILES_ROWS_MAX. */
FL_CHECKED enum fl_error fake_files_add_rows(struct fake_files *files, const char *name,
                                             int64_t rows);

#endif
