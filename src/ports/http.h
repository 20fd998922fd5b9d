/* src/ports/http.h - one HTTP request, its body streamed to the caller. */
#ifndef FL_PORTS_HTTP_H
#define FL_PORTS_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"

struct fl_http_request {
    const char *method;            /* "GET" */
    const char *url;               /* http:// or https:// */
    const struct fl_span *headers; /* "Name: value" each */
    size_t header_count;
    struct fl_span body;
    int64_t deadline_us; /* monotonic, for the whole exchange */
    /* Where the seconds go that the answer asks to wait for (Retry-After; a date is made seconds);
     * 0: it says nothing. NULL: not wanted. */
    int64_t *ret_retry_after_s;
};

/* Called for each piece of a 2xx body, in order; anything but FL_OK ends the request with that
 * error. */
typedef enum fl_error fl_http_sink(void *context, struct fl_span piece);

struct fl_http_ops {
    /* FL_OK: an answer came, whatever its status. FL_ECONNECT: nothing was sent. FL_ETIMEDOUT,
     * FL_ELOST (broke off): the server may have acted. FL_EPROTOCOL, FL_ENOMEM, or the sink's
     * error. `sink` may be NULL: the body is dropped. */
    enum fl_error (*request)(void *self, const struct fl_http_request *request, fl_http_sink *sink,
                             void *context, int *ret_status);
};

struct fl_http {
    const struct fl_http_ops *ops; /* NULL: the program has no HTTP */
    void *self;
};

FL_CHECKED static inline enum fl_error fl_http_send(struct fl_http http,
                                                    const struct fl_http_request *request,
                                                    fl_http_sink *sink, void *context,
                                                    int *ret_status)
{
    return http.ops->request(http.self, request, sink, context, ret_status);
}

#endif
