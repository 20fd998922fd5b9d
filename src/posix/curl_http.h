/* src/posix/curl_http.h - the HTTP port on libcurl. */
#ifndef FL_POSIX_CURL_HTTP_H
#define FL_POSIX_CURL_HTTP_H

#include "core/error.h"
#include "ports/clock.h"
#include "ports/http.h"

enum { FL_HTTP_REDIRECTS_MAX = 5, FL_HTTP_HEADERS_MAX = 100, FL_HTTP_HEADER_BYTES_MAX = 8192 };

/* Once in a program, before its first thread; curl's global state lives until the program ends. */
FL_CHECKED enum fl_error fl_curl_configure(void);

struct fl_curl_http {
    struct fl_clock clock;
};

/* Borrows `http`. Follows redirects within http and https; the status is the last answer's. */
struct fl_http fl_curl_http_port(struct fl_curl_http *http);

#endif
