#include "fakes/http/fake_http.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/arena.h"
#include "core/assert.h"

struct stub {
    const char *method; /* NULL: any */
    const char *url;
    const struct fake_http_answer *answers;
    size_t count;
    size_t current;  /* index of the answer that the next request gets */
    uint32_t played; /* how often the current one was given */
};

struct fake_http {
    struct fake_scope scope;
    size_t stub_count;
    struct fake_http_record *records;
    size_t record_count, record_capacity;
    struct fl_arena texts; /* what the records point to */
    struct stub stubs[FAKE_HTTP_STUBS_MAX];
};

enum fl_error fake_http_new(struct fake_scope scope, struct fake_http **ret_web)
{
    struct fake_http *web = malloc(sizeof *web);
    if (!web) return FL_ENOMEM;
    memset(web, 0, offsetof(struct fake_http, stubs)); /* those are written before they are read */
    web->scope = scope;
    *ret_web = web;
    return FL_OK;
}

void fake_http_free(struct fake_http *web)
{
    if (!web) return;
    fl_arena_release(&web->texts);
    free(web->records);
    free(web);
}

enum fl_error fake_http_stub(struct fake_http *web, const char *method, const char *url,
                             const struct fake_http_answer *answers, size_t count)
{
    fl_assert(count > 0);
    if (web->stub_count == FAKE_HTTP_STUBS_MAX) return FL_EBOUND;
    web->stubs[web->stub_count++] =
        (struct stub){.method = method, .url = url, .answers = answers, .count = count};
    return FL_OK;
}

/* --- which answer --- */

static struct stub *find_stub(struct fake_http *web, const struct fl_http_request *request)
{
    struct fl_span url = fl_span_from(request->url);
    for (size_t i = web->stub_count; i-- > 0;) {
        struct stub *stub = &web->stubs[i];
        if (stub->method && strcmp(stub->method, request->method) != 0) continue;
        if (fl_span_glob(fl_span_from(stub->url), url)) return stub;
    }
    return NULL;
}

static const struct fake_http_answer *take_answer(struct stub *stub)
{
    const struct fake_http_answer *answer = &stub->answers[stub->current];
    uint32_t times = answer->times ? answer->times : 1;
    stub->played++;
    if (stub->played >= times && stub->current + 1 < stub->count) {
        stub->current++;
        stub->played = 0;
    }
    return answer;
}

/* --- records --- */

static enum fl_error reserve_record(struct fake_http *web)
{
    size_t capacity = web->record_capacity ? 2 * web->record_capacity : 16;
    struct fake_http_record *records;
    if (web->record_count < web->record_capacity) return FL_OK;
    if (web->record_count >= FAKE_HTTP_RECORDS_MAX) return FL_EBOUND;
    records = realloc(web->records, capacity * sizeof *records);
    if (!records) return FL_ENOMEM;
    web->records = records;
    web->record_capacity = capacity;
    return FL_OK;
}

static struct fl_span idempotency_key(const struct fl_http_request *request)
{
    static const char name[] = "Idempotency-Key:";
    for (size_t i = 0; i < request->header_count; i++) {
        struct fl_span header = request->headers[i];
        size_t used = strlen(name);
        if (header.length < used || strncasecmp(header.bytes, name, used) != 0) continue;
        while (used < header.length && header.bytes[used] == ' ')
            used++;
        return (struct fl_span){header.bytes + used, header.length - used};
    }
    return FL_SPAN("");
}

static enum fl_error record(const struct fake_http_client *client,
                            const struct fl_http_request *request,
                            const struct fake_http_answer **ret_answer)
{
    struct fake_http *web = client->web;
    char *method, *url, *body, *key;
    struct stub *stub = find_stub(web, request);
    enum fl_error err = reserve_record(web);
    if (err) return err;
    method = fl_arena_copy(&web->texts, fl_span_from(request->method));
    url = fl_arena_copy(&web->texts, fl_span_from(request->url));
    body = fl_arena_copy(&web->texts, request->body);
    key = fl_arena_copy(&web->texts, idempotency_key(request));
    if (!method || !url || !body || !key) return FL_ENOMEM;
    *ret_answer = stub ? take_answer(stub) : NULL;
    web->records[web->record_count++] =
        (struct fake_http_record){.client = client->name,
                                  .method = method,
                                  .url = url,
                                  .body = {body, request->body.length},
                                  .idempotency_key = fl_span_from(key),
                                  .at_us = fl_clock_mono_us(client->clock),
                                  .answer = *ret_answer};
    return FL_OK;
}

size_t fake_http_count(const struct fake_http *web)
{
    return web->record_count;
}

const struct fake_http_record *fake_http_record(const struct fake_http *web, size_t index)
{
    fl_assert(index < web->record_count);
    return &web->records[index];
}

/* --- playing an answer --- */

static enum fl_error stream(struct fl_span body, fl_http_sink *sink, void *context)
{
    enum fl_error err = FL_OK;
    if (!sink) return FL_OK;
    for (size_t done = 0; !err && done < body.length;) {
        size_t part = body.length - done;
        if (part > FAKE_HTTP_PIECE_BYTES) part = FAKE_HTTP_PIECE_BYTES;
        err = sink(context, (struct fl_span){body.bytes + done, part});
        done += part;
    }
    return err;
}

/* Waits for the answer; FL_ETIMEDOUT when the request's deadline comes first. */
static enum fl_error await(const struct fake_http_client *client,
                           const struct fake_http_answer *answer, int64_t deadline_us)
{
    bool never = answer->kind == FAKE_HTTP_TIMEOUT && answer->delay_us == 0;
    int64_t until_us = never ? FL_NEVER_US : fl_clock_deadline_us(client->clock, answer->delay_us);
    bool in_time = until_us <= deadline_us;
    if (answer->delay_us > 0 || never)
        fl_task_sleep_until(client->tasks, in_time ? until_us : deadline_us);
    return in_time ? FL_OK : FL_ETIMEDOUT;
}

enum fl_error fake_http_play(const struct fake_http_client *client,
                             const struct fake_http_answer *answer,
                             const struct fl_http_request *request, fl_http_sink *sink,
                             void *context, int *ret_status)
{
    struct fl_span half = {answer->body.bytes, answer->body.length / 2};
    bool success = answer->status >= 200 && answer->status < 300;
    enum fl_error err = await(client, answer, request->deadline_us);
    if (err) return err;
    switch (answer->kind) {
    case FAKE_HTTP_STATUS:
        if (success) err = stream(answer->body, sink, context);
        if (!err) *ret_status = answer->status;
        if (!err && request->ret_retry_after_s) *request->ret_retry_after_s = answer->retry_after_s;
        return err;
    case FAKE_HTTP_TIMEOUT: return FL_ETIMEDOUT;
    case FAKE_HTTP_GARBAGE: return FL_EPROTOCOL;
    case FAKE_HTTP_REFUSED: return FL_ECONNECT;
    case FAKE_HTTP_CUT: err = stream(half, sink, context); return err ? err : FL_ELOST;
    }
    fl_panic("fake http: no such kind of answer");
}

static enum fl_error on_request(void *self, const struct fl_http_request *request,
                                fl_http_sink *sink, void *context, int *ret_status)
{
    const struct fake_http_client *client = self;
    const struct fake_http_answer *answer;
    void *entered = fake_scope_enter(client->web->scope);
    enum fl_error err = record(client, request, &answer);
    fake_scope_leave(client->web->scope, entered);
    if (err) return err;
    if (!answer) return FL_ECONNECT;
    return fake_http_play(client, answer, request, sink, context, ret_status);
}

static const struct fl_http_ops ops = {.request = on_request};

struct fl_http fake_http_port(struct fake_http_client *client)
{
    return (struct fl_http){&ops, client};
}
