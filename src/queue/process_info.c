#include "queue/process_info.h"

#include "core/json.h"
#include "core/time_text.h"
#include "queue/fetch_order.h"

enum { INFO_BYTES_MAX = 256 * 1024 };

/* Each once, whichever capsules have it. */
static enum fl_error append_queues(const struct fl_settings *settings, struct fl_buf *out)
{
    struct fl_json_writer array = fl_json_begin_array(out);
    for (size_t i = 0; i < settings->queue_count; i++)
        if (!settings->sharers[i])
            fl_json_put_string(&array, NULL, fl_span_from(settings->queues[i].name));
    return fl_json_end(&array);
}

static enum fl_error append_weights(const struct fl_settings *settings,
                                    const struct fl_capsule *capsule, struct fl_buf *out)
{
    const struct fl_queue_option *queues = settings->queues + capsule->first_queue;
    struct fl_json_writer object = fl_json_begin_object(out);
    for (size_t i = 0; i < capsule->queue_count; i++)
        fl_json_put_int64(&object, queues[i].name, queues[i].weight);
    return fl_json_end(&object);
}

/* Of all capsules, in Sidekiq's list. */
static enum fl_error append_all_weights(const struct fl_settings *settings, struct fl_buf *out)
{
    struct fl_json_writer array = fl_json_begin_array(out);
    for (size_t i = 0; i < settings->capsule_count; i++) {
        fl_json_key(&array, NULL);
        if (!array.err) array.err = append_weights(settings, &settings->capsules[i], out);
    }
    return fl_json_end(&array);
}

static const char *mode(const struct fl_settings *settings, const struct fl_capsule *capsule)
{
    const struct fl_queue_option *queues = settings->queues + capsule->first_queue;
    if (fl_fetch_order_is_strict(queues, capsule->queue_count)) return "strict";
    for (size_t i = 0; i < capsule->queue_count; i++)
        if (queues[i].weight != 1) return "weighted";
    return "random";
}

static enum fl_error append_capsule(const struct fl_settings *settings,
                                    const struct fl_capsule *capsule, struct fl_buf *out)
{
    struct fl_json_writer object = fl_json_begin_object(out);
    fl_json_put_int64(&object, "concurrency", capsule->concurrency);
    fl_json_put_string(&object, "mode", fl_span_from(mode(settings, capsule)));
    fl_json_key(&object, "weights");
    if (!object.err) object.err = append_weights(settings, capsule, out);
    return fl_json_end(&object);
}

static enum fl_error append_capsules(const struct fl_settings *settings, struct fl_buf *out)
{
    struct fl_json_writer capsules = fl_json_begin_object(out);
    for (size_t i = 0; i < settings->capsule_count; i++) {
        fl_json_key(&capsules, settings->capsules[i].name);
        if (!capsules.err) capsules.err = append_capsule(settings, &settings->capsules[i], out);
    }
    return fl_json_end(&capsules);
}

static enum fl_error append_labels(const struct fl_settings *settings, struct fl_buf *out)
{
    struct fl_json_writer labels = fl_json_begin_array(out);
    for (size_t i = 0; i < settings->options.label_count; i++)
        fl_json_put_string(&labels, NULL, fl_span_from(settings->options.labels[i]));
    return fl_json_end(&labels);
}

static void put_versioned(struct fl_json_writer *info, const struct fl_settings *settings)
{
    if (!settings->facts->version) return;
    fl_json_key(info, "weights");
    if (!info->err) info->err = append_all_weights(settings, info->out);
    if (settings->facts->concurrency_is_field) {
        fl_json_key(info, "capsules");
        if (!info->err) info->err = append_capsules(settings, info->out);
    }
    fl_json_put_string(info, "version", fl_span_from(settings->facts->version));
    fl_json_put_bool(info, "embedded", settings->options.embedded);
}

enum fl_error fl_process_info_write(const struct fl_settings *settings,
                                    struct fl_process_port process, const char *identity,
                                    int64_t started_us, struct fl_buf *out)
{
    *out = FL_BUF_INIT(INFO_BYTES_MAX);
    struct fl_json_writer info = fl_json_begin_object(out);
    fl_json_put_string(&info, "hostname", fl_span_from(process.ops->hostname(process.self)));
    fl_json_key(&info, "started_at");
    if (!info.err) info.err = fl_seconds_format(out, started_us);
    fl_json_put_int64(&info, "pid", process.ops->pid(process.self));
    fl_json_put_string(&info, "tag", fl_span_from(settings->options.tag));
    if (!settings->facts->concurrency_is_field)
        fl_json_put_int64(&info, "concurrency", settings->concurrency);
    fl_json_key(&info, "queues");
    if (!info.err) info.err = append_queues(settings, out);
    fl_json_key(&info, "labels");
    if (!info.err) info.err = append_labels(settings, out);
    fl_json_put_string(&info, "identity", fl_span_from(identity));
    put_versioned(&info, settings);
    return fl_json_end(&info);
}

static enum fl_error append_pair(const char *queue, const char *capsule, struct fl_buf *out)
{
    struct fl_json_writer pair = fl_json_begin_array(out);
    fl_json_put_string(&pair, NULL, fl_span_from(queue));
    fl_json_put_string(&pair, NULL, fl_span_from(capsule));
    return fl_json_end(&pair);
}

enum fl_error fl_process_queues_write(const struct fl_settings *settings, struct fl_buf *out)
{
    *out = FL_BUF_INIT(INFO_BYTES_MAX);
    struct fl_json_writer array = fl_json_begin_array(out);
    for (size_t i = 0; i < settings->queue_count; i++) {
        const char *name = settings->queues[i].name, *sharer = settings->sharers[i];
        if (!sharer) fl_json_put_string(&array, NULL, fl_span_from(name));
        if (!sharer) continue;
        fl_json_key(&array, NULL);
        if (!array.err) array.err = append_pair(name, sharer, out);
    }
    return fl_json_end(&array);
}
