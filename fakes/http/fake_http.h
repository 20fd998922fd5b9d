/* fakes/http/fake_http.h - a web of scripted answers that remembers what it was asked.
 *
 * One web serves all processes; each process has its own client of it, with its own clock. A stub
 * answers the requests whose method and URL it matches, one answer after another, the last one for
 * ever; of several matching stubs the latest one answers. A URL that no stub matches cannot be
 * reached (FL_ECONNECT), and the record of the request says so. */
#ifndef FAKES_HTTP_FAKE_HTTP_H
#define FAKES_HTTP_FAKE_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "fakes/scope/fake_scope.h"
#include "ports/clock.h"
#include "ports/http.h"
#include "ports/task.h"

enum {
    FAKE_HTTP_STUBS_MAX = 1024,
    FAKE_HTTP_RECORDS_MAX = 1024 * 1024,
    FAKE_HTTP_PIECE_BYTES = 16 * 1024, /* how much of a body the sink gets at once */
};

enum fake_http_kind {
    FAKE_HTTP_STATUS,  /* `status`, and `body` when it is 2xx */
    FAKE_HTTP_TIMEOUT, /* silence for delay_us (0: for ever), then FL_ETIMEDOUT */
    FAKE_HTTP_GARBAGE, /* no HTTP: FL_EPROTOCOL */
    FAKE_HTTP_REFUSED, /* FL_ECONNECT */
    FAKE_HTTP_CUT,     /* half of the body, then FL_ELOST */
};

struct fake_http_answer {
    enum fake_http_kind kind;
    int status;
    struct fl_span body;   /* borrowed as long as the web lives */
    int64_t retry_after_s; /* its header Retry-After; 0: none */
    int64_t delay_us;      /* before it comes; past the request's deadline: FL_ETIMEDOUT */
    uint32_t times;        /* 0 counts as 1; the last one of a stub is for ever */
};

struct fake_http; /* opaque: layout in fake_http.c */

FL_CHECKED enum fl_error fake_http_new(struct fake_scope scope, struct fake_http **ret_web);
void fake_http_free(struct fake_http *web); /* NULL is fine */
/* Borrows all as long as the web lives. `url` is a glob; `method` NULL is any. At least one
 * answer. */
FL_CHECKED enum fl_error fake_http_stub(struct fake_http *web, const char *method, const char *url,
                                        const struct fake_http_answer *answers, size_t count);

/* One process's way into the web; storage of the caller, who fills it in. */
struct fake_http_client {
    struct fake_http *web;
    const char *name; /* in records; borrowed as long as the web lives */
    struct fl_clock clock;
    struct fl_tasks tasks;
};
struct fl_http fake_http_port(struct fake_http_client *client);
/* Plays one answer to a request past all stubs and without a record: for a fault that takes the
 * server's place. As fl_http_ops.request. */
FL_CHECKED enum fl_error fake_http_play(const struct fake_http_client *client,
                                        const struct fake_http_answer *answer,
                                        const struct fl_http_request *request, fl_http_sink *sink,
                                        void *context, int *ret_status);

struct fake_http_record {
    const char *client, *method, *url;
    struct fl_span body, idempotency_key; /* of the header Idempotency-Key; empty: none */
    int64_t at_us;                        /* the client's monotonic time at which it came */
    /* What it was answered with; NULL: no stub matches this URL. */
    const struct fake_http_answer *answer;
};
size_t fake_http_count(const struct fake_http *web);
/* In the order in which they came; borrowed until the next request. */
const struct fake_http_record *fake_http_record(const struct fake_http *web, size_t index);

#endif
