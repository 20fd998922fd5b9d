/* src/posix/curl_http.c - a handle a request: what it costs is nothing beside the network. */
#include "posix/curl_http.h"

#include <curl/curl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

struct exchange {
    CURL *curl;
    struct curl_slist *headers;
    fl_http_sink *sink;
    void *context;
    enum fl_error sink_err;
};

enum fl_error fl_curl_configure(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) ? FL_ENOMEM : FL_OK;
}

static long status_of(CURL *curl)
{
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* The body of a redirect or an error is dropped. Anything but `length` ends the transfer. */
static size_t take_piece(char *bytes, size_t one, size_t length, void *context)
{
    struct exchange *exchange = context;
    (void)one;
    long status = status_of(exchange->curl);
    if (!exchange->sink || status < 200 || status > 299) return length;
    exchange->sink_err = exchange->sink(exchange->context, (struct fl_span){bytes, length});
    return exchange->sink_err ? 0 : length;
}

static enum fl_error error_of(CURLcode code, const struct exchange *exchange)
{
    if (exchange->sink_err) return exchange->sink_err;
    switch ((int)code) {
    case CURLE_OK: return FL_OK;
    case CURLE_OUT_OF_MEMORY: return FL_ENOMEM;
    case CURLE_OPERATION_TIMEDOUT: return FL_ETIMEDOUT;
    case CURLE_URL_MALFORMAT: return FL_EINVAL;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return FL_ECONNECT;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE: return FL_ELOST;
    default: return FL_EPROTOCOL;
    }
}

static enum fl_error add_headers(struct exchange *exchange, const struct fl_http_request *request)
{
    if (request->header_count > FL_HTTP_HEADERS_MAX) return FL_EBOUND;
    for (size_t i = 0; i < request->header_count; i++) {
        char line[FL_HTTP_HEADER_BYTES_MAX];
        struct fl_span header = request->headers[i];
        if (header.length >= sizeof line) return FL_EBOUND;
        if (memchr(header.bytes, '\r', header.length) || memchr(header.bytes, '\n', header.length))
            return FL_EINVAL;
        snprintf(line, sizeof line, "%.*s", FL_SPAN_ARGS(header));
        struct curl_slist *longer = curl_slist_append(exchange->headers, line);
        if (!longer) return FL_ENOMEM;
        exchange->headers = longer;
    }
    return FL_OK;
}

static CURLcode set_limits(CURL *curl, long timeout_ms)
{
    CURLcode code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    if (!code) code = curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    if (!code) code = curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)FL_HTTP_REDIRECTS_MAX);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L); /* threads: no SIGALRM */
    if (!code) code = curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    return code;
}

static CURLcode set_body(CURL *curl, const struct fl_http_request *request)
{
    if (strcmp(request->method, "GET") == 0) return CURLE_OK;
    if (strcmp(request->method, "HEAD") == 0) return curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    CURLcode code = curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    if (code || request->body.length == 0) return code;
    code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
    return code ? code : curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.bytes);
}

static CURLcode set_request(struct exchange *exchange, const struct fl_http_request *request)
{
    CURL *curl = exchange->curl;
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, request->url);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_USERAGENT, "faultline");
    if (!code) code = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, exchange->headers);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_piece);
    if (!code) code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    return code ? code : set_body(curl, request);
}

/* What curl takes as "no timeout" is 0, so an instant that has passed must not get there. */
static enum fl_error timeout_of(struct fl_clock clock, int64_t deadline_us, long *ret_ms)
{
    *ret_ms = 0;
    if (deadline_us == FL_NEVER_US) return FL_OK;
    int64_t left_us = deadline_us - fl_clock_mono_us(clock);
    if (left_us <= 0) return FL_ETIMEDOUT;
    int64_t left_ms = (left_us + 999) / 1000;
    *ret_ms = left_ms > INT_MAX ? INT_MAX : (long)left_ms;
    return FL_OK;
}

static enum fl_error perform(struct exchange *exchange, const struct fl_http_request *request,
                             long timeout_ms)
{
    enum fl_error err = add_headers(exchange, request);
    if (err) return err;
    CURLcode code = set_limits(exchange->curl, timeout_ms);
    if (!code) code = set_request(exchange, request);
    if (!code) code = curl_easy_perform(exchange->curl);
    return error_of(code, exchange);
}

static void tell_retry_after(CURL *curl, const struct fl_http_request *request)
{
    curl_off_t seconds = 0;
    if (!request->ret_retry_after_s) return;
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds);
    *request->ret_retry_after_s = seconds > 0 ? (int64_t)seconds : 0;
}

static enum fl_error send_request(void *self, const struct fl_http_request *request,
                                  fl_http_sink *sink, void *context, int *ret_status)
{
    const struct fl_curl_http *http = self;
    long timeout_ms;
    enum fl_error err = timeout_of(http->clock, request->deadline_us, &timeout_ms);
    if (err) return err;
    struct exchange exchange = {.curl = curl_easy_init(), .sink = sink, .context = context};
    if (!exchange.curl) return FL_ENOMEM;
    err = perform(&exchange, request, timeout_ms);
    if (!err) *ret_status = (int)status_of(exchange.curl);
    if (!err) tell_retry_after(exchange.curl, request);
    curl_easy_cleanup(exchange.curl);
    curl_slist_free_all(exchange.headers);
    return err;
}

static const struct fl_http_ops ops = {.request = send_request};

struct fl_http fl_curl_http_port(struct fl_curl_http *http)
{
    return (struct fl_http){&ops, http};
}
