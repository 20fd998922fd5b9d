/* harness/cli/serve.h - a run worker's side: plays what a request asks for. */
#ifndef HARNESS_CLI_SERVE_H
#define HARNESS_CLI_SERVE_H

#include "core/buf.h"
#include "core/span.h"

struct serve; /* opaque: the plans that were read last */
FL_CHECKED enum fl_error serve_new(struct serve **ret_serve);
void serve_free(struct serve *serve);
/* A pool_serve; `context` is a struct serve. */
void serve_request(void *context, struct fl_span request, struct fl_buf *answer);

#endif
