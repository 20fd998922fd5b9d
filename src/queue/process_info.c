#include "queue/process_info.h"

#include "core/json.h"
#include "core/time_text.h"
#include "queue/fetch_order.h"

enum { INFO_BYTES_MAX = 256 * 1024 };

static enum fl_error append_queues(const struct fl_settings *settings, struct fl_buf *out)
{
    struct fl_json_writer array = fl_json_begin_array(out);
    for (size_t i = 0; i < settings->options.queue_count; i++)
        fl_json_put_string(&array, NULL, fl_span_from(settings->queues[i].name));
    return fl_json_end(&array);
}

static enum fl_error append_weights(const struct fl_settings *settings, struct fl_buf *out)
{
    struct fl_json_writer object = fl_json_begin_object(out);
    for (size_t i = 0; i < settings->options.queue_count; i++)
        fl_json_put_int64(&object, settings->queues[i].name, settings->queues[i].weight);
    return fl_json_end(&object);
}

static const char *mode(const struct fl_settings *settings)
{
    const struct fl_process_options *options = &settings->options;
    if (fl_fetch_order_is_strict(settings->queues, options->queue_count)) return "strict";
    for (size_t i = 0; i < options->queue_count; i++)
        if (settings->queues[i].weight != 1) return "weighted";
    return "random";
}

static enum fl_error append_capsules(const struct fl_settings *settings, struct fl_buf *out)
{
    struct fl_json_writer capsules = fl_json_begin_object(out);
    fl_json_key(&capsules, "default");
    struct fl_json_writer capsule = fl_json_begin_object(out);
    fl_json_put_int64(&capsule, "concurrency", settings->options.concurrency);
    fl_json_put_string(&capsule, "mode", fl_span_from(mode(settings)));
    fl_json_key(&capsule, "weights");
    if (!capsule.err) capsule.err = append_weights(settings, out);
    enum fl_error err = fl_json_end(&capsule);
    if (!capsules.err) capsules.err = err;
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
    if (!info->err) info->err = fl_buf_append_char(info->out, '[');
    if (!info->err) info->err = append_weights(settings, info->out);
    if (!info->err) info->err = fl_buf_append_char(info->out, ']');
    if (settings->facts->concurrency_is_field) {
        fl_json_key(info, "capsules");
        if (!info->err) info->err = append_capsules(settings, info->out);
    }
    fl_json_put_string(info, "version", fl_span_from(settings->facts->version));
    fl_json_put_bool(info, "embedded", false);
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
        fl_json_put_int64(&info, "concurrency", settings->options.concurrency);
    fl_json_key(&info, "queues");
    if (!info.err) info.err = append_queues(settings, out);
    fl_json_key(&info, "labels");
    if (!info.err) info.err = append_labels(settings, out);
    fl_json_put_string(&info, "identity", fl_span_from(identity));
    put_versioned(&info, settings);
    return fl_json_end(&info);
}

enum fl_error fl_process_queues_write(const struct fl_settings *settings, struct fl_buf *out)
{
    *out = FL_BUF_INIT(INFO_BYTES_MAX);
    return append_queues(settings, out);
}
