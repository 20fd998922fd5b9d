/* src/queue/args_check.h - tells what is wrong with a job's arguments, and where.
 *
 * Arguments are a JSON array of plain values, which every language reads alike: no NaN, no Infinity
 * (nor 1e400, which Ruby reads as that), valid UTF-8, no half surrogates. */
#ifndef FL_QUEUE_ARGS_CHECK_H
#define FL_QUEUE_ARGS_CHECK_H

#include "core/error.h"
#include "core/span.h"

enum { FL_ARGS_PROBLEM_BYTES = 256 };

/* FL_EINVAL: `ret_problem` is a phrase like "args[2].address[0]: want a value, line 1, column 17".
 * FL_EBOUND: too deep or too many values; FL_ENOMEM. */
FL_CHECKED enum fl_error fl_args_check(struct fl_span args,
                                       char ret_problem[FL_ARGS_PROBLEM_BYTES]);

#endif
