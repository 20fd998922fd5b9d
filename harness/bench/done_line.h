/* harness/bench/done_line.h - which job a line of faultline-worker's log says is done, or
 * begins. */
#ifndef HARNESS_BENCH_DONE_LINE_H
#define HARNESS_BENCH_DONE_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/span.h"

/* True: the line is a job's end, and *ret_number is its jid read as a number in hex. False: it is
 * another line, or its jid is no such number. */
bool done_line_read(struct fl_span line, uint64_t *ret_number);
/* The same of a job's begin. */
bool start_line_read(struct fl_span line, uint64_t *ret_number);

#endif
