#include "workers/remote_call.h"

#include <stdio.h>

#include "core/assert.h"
#include "core/time_text.h"

static const int64_t timeout_us = 10 * FL_SECOND_US;
enum { HEADER_BYTES = 256, RETRY_AFTER_S_MAX = 3600 };

static bool may_change_its_mind(int status)
{
    return status == 408 || status == 425 || status == 429 || status < 400 || status >= 500;
}

static enum fl_outcome fail_unanswered(struct fl_job *job, const struct remote_call *call,
                                       enum fl_error err)
{
    const char *error_class = err == FL_ETIMEDOUT ? "Net::ReadTimeout" : "SocketError";
    if (err == FL_ENOMEM) return fl_fail(job, FL_SYSTEM, "NoMemoryError", "%s", fl_error_text(err));
    if (err == FL_EINVAL || err == FL_EBOUND)
        return fl_fail(job, FL_PERMANENT, "ArgumentError", "%s: %s", call->url, fl_error_text(err));
    return fl_fail(job, FL_TRANSIENT, error_class, "%s: %s", call->url, fl_error_text(err));
}

enum fl_outcome remote_call_make(struct fl_job *job, const struct remote_call *call)
{
    struct fl_http http = fl_job_http(job);
    char key[HEADER_BYTES];
    int status = 0;
    int64_t retry_after_s = 0;
    snprintf(key, sizeof key, "Idempotency-Key: %s", call->idempotency_key);
    const struct fl_span headers[] = {FL_SPAN("Content-Type: application/json"), fl_span_from(key)};
    const struct fl_http_request request = {
        .method = call->method,
        .url = call->url,
        .headers = headers,
        .header_count = FL_COUNT(headers),
        .body = call->json,
        .deadline_us = fl_clock_deadline_us(fl_job_clock(job), timeout_us),
        .ret_retry_after_s = &retry_after_s,
    };
    if (!http.ops) return fl_fail(job, FL_TRANSIENT, "ConfigurationError", "want HTTP");
    enum fl_error err = fl_http_send(http, &request, NULL, NULL, &status);
    if (err) return fail_unanswered(job, call, err);
    if (status >= 200 && status < 300) return FL_DONE;
    fl_job_set_value(job, retry_after_s);
    return fl_fail(job, may_change_its_mind(status) ? FL_TRANSIENT : FL_PERMANENT, "Net::HTTPError",
                   "%s answered with HTTP status %d", call->url, status);
}

int64_t remote_call_retry_in(struct fl_job *job, int64_t retry_count)
{
    (void)retry_count;
    int64_t seconds = fl_job_value(job);
    return seconds < RETRY_AFTER_S_MAX ? seconds : RETRY_AFTER_S_MAX;
}
