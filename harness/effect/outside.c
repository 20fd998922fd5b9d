/* harness/effect/outside.c - requests, messages, metrics and files as effects: calls of one shape,
 * so they share one way in and one way out. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/effect/label.h"
#include "harness/effect/ports.h"
#include "harness/trace/digest.h"

enum {
    HTTP_LATENCY_LOW_US = 1000,
    HTTP_LATENCY_HIGH_US = 9000,
    FILE_LATENCY_LOW_US = 10,
    FILE_LATENCY_HIGH_US = 60,
};

struct call {
    struct effect_process *process;
    struct sim_memory *owner;
    struct effect effect;
    int64_t rest_us;
    bool is_change; /* once applied, something is not what it was */
};

static void begin(struct call *call, struct effect_process *process, const struct effect_name *name,
                  int64_t low_us, int64_t high_us)
{
    call->process = process;
    call->rest_us = 0;
    call->is_change = false;
    call->owner = sim_memory_switch(NULL);
    effect_open(process, effect_name_label(name), effect_name_detail(name), &call->effect);
    if (high_us) call->rest_us = effect_latency(process, &call->effect, low_us, high_us);
    effect_arrives(process, &call->effect);
    effect_act(process, &call->effect, PLAN_BEFORE);
    sim_memory_switch(call->owner);
}

static void end(struct call *call, bool applied, struct fl_span text, uint64_t request,
                uint64_t reply)
{
    sim_memory_switch(NULL);
    effect_close(call->process, &call->effect,
                 &(struct effect_outcome){.applied = applied,
                                          .changes = applied && call->is_change,
                                          .text = text,
                                          .request = request,
                                          .reply = reply});
    effect_act(call->process, &call->effect, PLAN_AFTER);
    if (call->rest_us) effect_pass(call->process, call->rest_us);
    sim_memory_switch(call->owner);
}

static void end_err(struct call *call, bool applied, enum fl_error err, uint64_t request)
{
    end(call, applied, fl_span_from(err ? fl_error_name(err) : ""), request, (uint64_t)err);
}

static bool is_word(const struct plan_fault *fault, const char *word)
{
    return fault->text && strcmp(fault->text, word) == 0;
}

/* --- http --- */

static enum fl_error refuse_http(struct effect_process *process, const struct plan_fault *fault,
                                 const struct fl_http_request *request, int *ret_status)
{
    if (fault->verb != PLAN_HTTP || is_word(fault, "refuse")) return FL_ECONNECT;
    if (is_word(fault, "garbage")) return FL_EPROTOCOL;
    if (is_word(fault, "timeout")) {
        fl_task_sleep_until(process->inner.tasks, request->deadline_us);
        return FL_ETIMEDOUT;
    }
    *ret_status = fault->http_status;
    return FL_OK;
}

static enum fl_error http_request(void *self, const struct fl_http_request *request,
                                  fl_http_sink *sink, void *context, int *ret_status)
{
    struct effect_process *process = self;
    struct effect_name name;
    struct call call;
    effect_name_begin(&name, "http");
    effect_name_label_add(&name, fl_span_from(request->method));
    effect_name_detail_add(&name, fl_span_from(request->url));
    begin(&call, process, &name, HTTP_LATENCY_LOW_US, HTTP_LATENCY_HIGH_US);
    const struct plan_fault *refused = effect_refused(&call.effect);
    bool unheard = effect_unheard(&call.effect);
    int status = 0;
    call.is_change = strcmp(request->method, "GET") != 0;
    enum fl_error err;
    if (refused)
        err = refuse_http(process, refused, request, &status);
    else
        err = fl_http_send(process->inner.http, request, unheard ? NULL : sink, context, &status);
    bool applied = !refused && !err;
    if (!err && unheard) err = FL_ELOST;
    if (refused && request->ret_retry_after_s) *request->ret_retry_after_s = 0;
    char text[32];
    snprintf(text, sizeof text, "%d", status);
    uint64_t digest = digest_span(digest_span(0, fl_span_from(request->url)), request->body);
    end(&call, applied, fl_span_from(err ? fl_error_name(err) : text), digest,
        digest_word((uint64_t)status, (uint64_t)err));
    if (!err) *ret_status = status;
    return err;
}

struct fl_http effect_http(struct effect_process *process)
{
    static const struct fl_http_ops ops = {.request = http_request};
    return (struct fl_http){&ops, process};
}

/* --- mail --- */

static enum fl_error refuse_mail(struct effect_process *process, const struct plan_fault *fault,
                                 const struct fl_mail *mail)
{
    if (fault->verb == PLAN_MAIL && is_word(fault, "timeout")) {
        fl_task_sleep_until(process->inner.tasks, mail->deadline_us);
        return FL_ETIMEDOUT;
    }
    if (fault->verb == PLAN_MAIL && is_word(fault, "disconnect")) return FL_ELOST;
    return fault->verb == PLAN_MAIL ? FL_ECONNECT : FL_EREPLY;
}

static enum fl_error mail_send(void *self, const struct fl_mail *mail)
{
    struct effect_process *process = self;
    struct effect_name name;
    struct call call;
    effect_name_begin(&name, "mail");
    effect_name_detail_add(&name, mail->to);
    effect_name_detail_add(&name, mail->subject);
    begin(&call, process, &name, HTTP_LATENCY_LOW_US, HTTP_LATENCY_HIGH_US);
    const struct plan_fault *refused = effect_refused(&call.effect);
    enum fl_error err =
        refused ? refuse_mail(process, refused, mail) : fl_mail_send(process->inner.mail, mail);
    bool accepted = !refused && !err;
    if (accepted && effect_unheard(&call.effect)) err = FL_ELOST;
    bool first =
        accepted && process->effects->stage.ops->mailed(process->effects->stage.self, mail);
    call.is_change = true;
    uint64_t digest = digest_span(digest_span(0, mail->idempotency_key), mail->text);
    end_err(&call, first, err, digest);
    return err;
}

struct fl_mailer effect_mail(struct effect_process *process)
{
    static const struct fl_mail_ops ops = {.send = mail_send};
    return (struct fl_mailer){&ops, process};
}

/* --- statsd --- */

static void statsd_send(void *self, const struct fl_metric *metric)
{
    struct effect_process *process = self;
    struct effect_name name;
    struct call call;
    char value[32];
    effect_name_begin(&name, "statsd");
    effect_name_detail_add(&name, fl_span_from(metric->name));
    snprintf(value, sizeof value, "%" PRId64, metric->value);
    effect_name_detail_add(&name, fl_span_from(value));
    begin(&call, process, &name, 0, 0);
    fl_statsd_send(process->inner.statsd, metric);
    end(&call, true, (struct fl_span){0},
        digest_span((uint64_t)metric->value, fl_span_from(metric->name)), 0);
}

struct fl_statsd effect_statsd(struct effect_process *process)
{
    static const struct fl_statsd_ops ops = {.send = statsd_send};
    return (struct fl_statsd){&ops, process};
}

/* --- files --- */

static enum fl_error file_open(void *self, const char *path, int64_t offset,
                               struct fl_file_handle **ret_handle)
{
    struct effect_process *process = self;
    struct effect_name name;
    struct call call;
    effect_name_begin(&name, "file open");
    effect_name_detail_add(&name, fl_span_from(path));
    begin(&call, process, &name, FILE_LATENCY_LOW_US, FILE_LATENCY_HIGH_US);
    bool refused = effect_refused(&call.effect) || effect_unheard(&call.effect);
    enum fl_error err =
        refused ? FL_EIO : fl_file_open(process->inner.files, path, offset, ret_handle);
    if (!err) effect_lend(process, *ret_handle, EFFECT_LOAN_FILE);
    end_err(&call, !err, err, digest_span((uint64_t)offset, fl_span_from(path)));
    return err;
}

static enum fl_error file_read(void *self, struct fl_file_handle *handle, void *bytes,
                               size_t capacity, size_t *ret_length)
{
    struct effect_process *process = self;
    struct effect_name name;
    struct call call;
    size_t length = 0;
    effect_name_begin(&name, "file read");
    begin(&call, process, &name, FILE_LATENCY_LOW_US, FILE_LATENCY_HIGH_US);
    bool refused = effect_refused(&call.effect) || effect_unheard(&call.effect);
    enum fl_error err =
        refused ? FL_EIO : fl_file_read(process->inner.files, handle, bytes, capacity, &length);
    uint64_t reply =
        digest_word(digest_span(0, (struct fl_span){bytes, err ? 0 : length}), (uint64_t)err);
    char text[32];
    snprintf(text, sizeof text, "%zu bytes", length);
    end(&call, !err, fl_span_from(err ? fl_error_name(err) : text), capacity, reply);
    if (!err) *ret_length = length;
    return err;
}

static void file_close(void *self, struct fl_file_handle *handle)
{
    struct effect_process *process = self;
    effect_give_back(process, handle);
    fl_file_close(process->inner.files, handle);
}

static enum fl_error file_remove(void *self, const char *path)
{
    struct effect_process *process = self;
    struct effect_name name;
    struct call call;
    effect_name_begin(&name, "file remove");
    effect_name_detail_add(&name, fl_span_from(path));
    begin(&call, process, &name, FILE_LATENCY_LOW_US, FILE_LATENCY_HIGH_US);
    enum fl_error err =
        effect_refused(&call.effect) ? FL_EIO : fl_file_remove(process->inner.files, path);
    bool applied = !err;
    if (applied && effect_unheard(&call.effect)) err = FL_EIO;
    call.is_change = true;
    end_err(&call, applied, err, digest_span(0, fl_span_from(path)));
    return err;
}

struct fl_files effect_files(struct effect_process *process)
{
    static const struct fl_file_ops ops = {
        .open = file_open, .read = file_read, .close = file_close, .remove = file_remove};
    return (struct fl_files){&ops, process};
}

/* --- the process's own end --- */

static const char *hostname(void *self)
{
    struct fl_process_port inner = ((struct effect_process *)self)->inner.process;
    return inner.ops->hostname(inner.self);
}

static int64_t pid(void *self)
{
    struct fl_process_port inner = ((struct effect_process *)self)->inner.process;
    return inner.ops->pid(inner.self);
}

static int64_t rss_kib(void *self)
{
    struct fl_process_port inner = ((struct effect_process *)self)->inner.process;
    return inner.ops->rss_kib(inner.self);
}

static bool pid_exists(void *self, int64_t other)
{
    struct fl_process_port inner = ((struct effect_process *)self)->inner.process;
    return inner.ops->pid_exists(inner.self, other);
}

static void process_exit(void *self, int status)
{
    struct effect_process *process = self;
    struct effect_name name;
    struct call call;
    char text[16];
    effect_name_begin(&name, "process exit");
    snprintf(text, sizeof text, "%d", status);
    effect_name_detail_add(&name, fl_span_from(text));
    begin(&call, process, &name, 0, 0);
    end(&call, true, (struct fl_span){0}, (uint64_t)status, 0);
    process->inner.process.ops->exit(process->inner.process.self, status);
}

struct fl_process_port effect_process_port(struct effect_process *process)
{
    static const struct fl_process_ops ops = {
        .hostname = hostname,
        .pid = pid,
        .rss_kib = rss_kib,
        .pid_exists = pid_exists,
        .exit = process_exit,
    };
    return (struct fl_process_port){&ops, process};
}
