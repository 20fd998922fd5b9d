/* tests/conformance/request.h - commands as the bytes that a client sends. */
#ifndef CONFORMANCE_REQUEST_H
#define CONFORMANCE_REQUEST_H

#include <stdbool.h>

#include "core/buf.h"

FL_CHECKED enum fl_error request_append(struct fl_buf *out, const struct fl_span *args,
                                        size_t count);
/* The arguments of one whole command; 0: it is none, or has ITEM_ELEMENTS_MAX or more. */
size_t request_split(struct fl_span command, struct fl_span *ret_args);
bool request_is(struct fl_span arg, const char *word);
/* Which argument says for how long the command may wait for an element; 0: it never does. */
size_t request_timeout(const struct fl_span *args, size_t count);

#endif
