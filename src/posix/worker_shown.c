#include "posix/worker_shown.h"

#include <inttypes.h>
#include <string.h>

#include "core/error.h"

enum { VALUE_BYTES_MAX = 128 * 1024, NAME_COLUMN = 32, VALUE_COLUMN = 28 };

/* redis://user:secret@host: everything between the last colon before the @ and the @. */
static enum fl_error show_secret(const char *text, struct fl_buf *out)
{
    const char *host = strrchr(text, '@'), *scheme = strstr(text, "://");
    const char *login = scheme ? scheme + 3 : text;
    const char *colon = host ? memchr(login, ':', (size_t)(host - login)) : NULL;
    if (!colon) return fl_buf_append_text(out, text);
    enum fl_error err = fl_buf_append(out, text, (size_t)(colon - text));
    if (!err) err = fl_buf_append_text(out, ":REDACTED");
    return err ? err : fl_buf_append_text(out, host);
}

static enum fl_error show_texts(const char *const *texts, size_t count, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < count; i++)
        err = fl_buf_printf(out, "%s%s", i ? " " : "", texts[i]);
    return err;
}

static enum fl_error show_queues(const struct fl_queue_settings *queues, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < queues->count; i++) {
        const struct fl_queue_setting *queue = &queues->items[i];
        err = fl_buf_printf(out, "%s%s", i ? " " : "", queue->name);
        if (!err && queue->weight) err = fl_buf_printf(out, ",%d", queue->weight);
    }
    return err;
}

/* single: 1 of slow default; mail: 5 of mail,3 */
static enum fl_error show_capsules(const struct fl_worker_settings *settings, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < settings->capsule_count; i++) {
        const struct fl_capsule_setting *capsule = &settings->capsules[i];
        err = fl_buf_printf(out, "%s%s: %d of ", i ? "; " : "", capsule->name,
                            capsule->concurrency ? capsule->concurrency : 5);
        if (!err && !capsule->queues.count) err = fl_buf_append_text(out, "default");
        if (!err) err = show_queues(&capsule->queues, out);
    }
    return err;
}

static enum fl_error show_periodic(const struct fl_worker_settings *settings, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < settings->periodic_count; i++)
        err = fl_buf_printf(out, "%s%s", i ? " " : "", settings->periodic[i].worker);
    return err;
}

/* failure_rate 20, webhook */
static enum fl_error show_alerts(const struct fl_alert_setting *alerts, struct fl_buf *out)
{
    const struct {
        const char *name;
        int limit;
    } limits[] = {{"failure_rate", alerts->failure_rate},
                  {"failure_jobs", alerts->failure_jobs},
                  {"queue_latency", alerts->queue_latency},
                  {"dead_growth", alerts->dead_growth},
                  {"missing_heartbeats", alerts->missing_heartbeats},
                  {"processes", alerts->processes},
                  {"window", alerts->window}};
    size_t begin = out->length;
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < sizeof(limits) / sizeof(limits[0]); i++)
        if (limits[i].limit)
            err = fl_buf_printf(out, "%s%s %d", out->length > begin ? ", " : "", limits[i].name,
                                limits[i].limit);
    if (!err && alerts->webhook) /* it may hold a secret */
        err = fl_buf_printf(out, "%swebhook", out->length > begin ? ", " : "");
    return err;
}

static enum fl_error show_value(const struct fl_worker_settings *settings,
                                const struct fl_worker_key *key, struct fl_buf *out)
{
    const void *field = (const char *)settings + key->offset;
    switch (key->kind) {
    case FL_KIND_INT: return fl_buf_printf(out, "%d", *(const int *)field);
    case FL_KIND_SECONDS: return fl_buf_printf(out, "%g", (double)*(const int64_t *)field / 1e6);
    case FL_KIND_TEXT: return fl_buf_append_text(out, *(const char *const *)field);
    case FL_KIND_SECRET: return show_secret(*(const char *const *)field, out);
    case FL_KIND_TOGGLE:
        return fl_buf_append_text(out, *(const enum fl_toggle *)field == FL_YES ? "true" : "false");
    case FL_KIND_QUEUES: return show_queues(&settings->queues, out);
    case FL_KIND_MODULES: return show_texts(settings->modules, settings->module_count, out);
    case FL_KIND_LABELS: return show_texts(settings->labels, settings->label_count, out);
    case FL_KIND_CAPSULES: return show_capsules(settings, out);
    case FL_KIND_ALERTS: return show_alerts(&settings->alerts, out);
    case FL_KIND_PERIODIC: break;
    }
    return show_periodic(settings, out);
}

static enum fl_error show_line(const struct fl_worker_settings *settings,
                               const struct fl_worker_key *key,
                               const struct fl_worker_origin *origin, struct fl_buf *out)
{
    struct fl_buf value = FL_BUF_INIT(VALUE_BYTES_MAX);
    enum fl_error err = origin->source ? show_value(settings, key, &value)
                                       : fl_buf_append_text(&value, key->without);
    const char *dashes = origin->source == FL_FROM_FLAG ? "--" : "";
    const char *place = origin->source ? origin->place : "default";
    if (!err && !value.length) err = fl_buf_append_char(&value, '-');
    if (!err)
        err = fl_buf_printf(out, "%-*s %-*s %s%s\n", NAME_COLUMN, key->name, VALUE_COLUMN,
                            value.bytes, dashes, place);
    fl_buf_release(&value);
    return err;
}

enum fl_error fl_worker_settings_show(const struct fl_worker_settings *settings, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < fl_worker_key_count; i++)
        err = show_line(settings, &fl_worker_keys[i], &settings->origins[i], out);
    return err;
}

static const char *kind_text(enum fl_worker_kind kind)
{
    switch (kind) {
    case FL_KIND_INT: return "number";
    case FL_KIND_SECONDS: return "seconds";
    case FL_KIND_TEXT:
    case FL_KIND_SECRET: return "text";
    case FL_KIND_TOGGLE: return "true or false";
    case FL_KIND_QUEUES:
    case FL_KIND_MODULES:
    case FL_KIND_LABELS:
    case FL_KIND_PERIODIC: break;
    case FL_KIND_CAPSULES:
    case FL_KIND_ALERTS: return "section";
    }
    return "list";
}

static enum fl_error reference_row(const struct fl_worker_key *key, struct fl_buf *out)
{
    const char *tick = *key->without ? "`" : "";
    enum fl_error err = fl_buf_printf(out, "| `%s` | %s", key->name, kind_text(key->kind));
    if (!err && key->kind == FL_KIND_INT)
        err = fl_buf_printf(out, ", %d to %d", key->min, key->max);
    if (!err) err = fl_buf_printf(out, " | %s%s%s | ", tick, key->without, tick);
    if (!err && key->option) err = fl_buf_printf(out, "`--%s`", key->option);
    if (!err && key->variable)
        err = fl_buf_printf(out, "%s`%s`", key->option ? ", " : "", key->variable);
    return err ? err : fl_buf_printf(out, " | %s |\n", key->explanation);
}

enum fl_error fl_worker_settings_reference(struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_text(
        out, "| key | what | without | also | meaning |\n|---|---|---|---|---|\n");
    for (size_t i = 0; !err && i < fl_worker_key_count; i++)
        err = reference_row(&fl_worker_keys[i], out);
    return err;
}
