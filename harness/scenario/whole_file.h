/* harness/scenario/whole_file.h - all that a stream still has, in a bounded buffer. */
#ifndef HARNESS_SCENARIO_WHOLE_FILE_H
#define HARNESS_SCENARIO_WHOLE_FILE_H

#include <stdio.h>

#include "core/buf.h"
#include "core/error.h"

/* Appends to `out`. FL_EIO: errno says why (EISDIR for a folder); FL_EBOUND; FL_ENOMEM. */
FL_CHECKED enum fl_error whole_file_read(FILE *file, struct fl_buf *out);

#endif
