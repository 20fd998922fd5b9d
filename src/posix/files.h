/* src/posix/files.h - reads regular files. */
#ifndef FL_POSIX_FILES_H
#define FL_POSIX_FILES_H

#include "ports/file.h"

struct fl_files fl_posix_files(void);

#endif
