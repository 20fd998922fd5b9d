#include "harness/bench/history.h"

#include <string.h>

#include "core/json.h"
#include "core/time_text.h"

enum { NUMBER_BYTES_MAX = 64 };

static enum fl_error append_values(struct fl_buf *out, const struct sample *sample)
{
    enum fl_error err = FL_OK;
    struct fl_json_writer array = fl_json_begin_array(out);
    for (uint32_t i = 0; i < sample->count && !err; i++) {
        struct fl_buf number = FL_BUF_INIT(NUMBER_BYTES_MAX);
        err = fl_buf_printf(&number, "%.3f", sample->values[i]);
        if (!err) fl_json_put_raw(&array, NULL, fl_buf_span(&number));
        fl_buf_release(&number);
    }
    enum fl_error ended = fl_json_end(&array);
    return err ? err : ended;
}

enum fl_error history_append(struct fl_buf *out, const struct bench_metric *metric, int64_t at_us)
{
    struct fl_buf at = FL_BUF_INIT(NUMBER_BYTES_MAX);
    struct fl_buf values = FL_BUF_INIT(SAMPLE_VALUES_MAX * NUMBER_BYTES_MAX);
    enum fl_error err = append_values(&values, &metric->sample);
    if (!err) err = fl_instant_format(&at, at_us);
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_string(&w, "type", FL_SPAN("bench"));
    fl_json_put_string(&w, "at", fl_buf_span(&at));
    fl_json_put_string(&w, "bench", fl_span_from(metric->bench));
    fl_json_put_string(&w, "subject", fl_span_from(metric->subject));
    fl_json_put_string(&w, "name", fl_span_from(metric->name));
    fl_json_put_string(&w, "unit", fl_span_from(metric->unit));
    fl_json_put_raw(&w, "values", fl_buf_span(&values));
    enum fl_error ended = fl_json_end(&w);
    fl_buf_release(&values);
    fl_buf_release(&at);
    if (!err) err = ended;
    return err ? err : fl_buf_append_char(out, '\n');
}

static enum fl_error read_values(struct fl_json_at values, struct sample *ret_sample)
{
    struct sample sample = {0};
    uint32_t count = fl_json_length(values);
    if (count == 0 || fl_json_type(values) != FL_JSON_ARRAY) return FL_EPARSE;
    for (uint32_t i = 0; i < count; i++) {
        double value;
        if (!fl_json_double(fl_json_element(values, i), &value)) return FL_EPARSE;
        if (!sample_add(&sample, value)) return FL_EPARSE;
    }
    *ret_sample = sample;
    return FL_OK;
}

static bool is_of(struct fl_json_at line, const struct bench_metric *metric)
{
    return fl_json_is(fl_json_member(line, "type"), "bench") &&
           fl_json_is(fl_json_member(line, "bench"), metric->bench) &&
           fl_json_is(fl_json_member(line, "subject"), metric->subject) &&
           fl_json_is(fl_json_member(line, "name"), metric->name);
}

static enum fl_error read_line(struct fl_span text, const struct bench_metric *metric,
                               struct sample earlier[SAMPLE_EARLIER_MAX], uint32_t *count)
{
    struct fl_json json;
    struct sample sample;
    enum fl_error err = fl_json_parse(text, &json, NULL);
    if (err) return err;
    struct fl_json_at line = fl_json_root(&json);
    bool wanted = is_of(line, metric);
    if (wanted) err = read_values(fl_json_member(line, "values"), &sample);
    fl_json_release(&json);
    if (err || !wanted) return err;
    if (*count == SAMPLE_EARLIER_MAX) /* the oldest goes */
        memmove(earlier, earlier + 1, --*count * sizeof earlier[0]);
    earlier[(*count)++] = sample;
    return FL_OK;
}

enum fl_error history_find(struct fl_span text, const struct bench_metric *metric,
                           struct sample ret_earlier[SAMPLE_EARLIER_MAX], uint32_t *ret_count,
                           uint32_t *ret_line)
{
    uint32_t count = 0, number = 0;
    enum fl_error err = FL_OK;
    while (text.length && !err) {
        const char *end = memchr(text.bytes, '\n', text.length);
        struct fl_span line = {text.bytes, end ? (size_t)(end - text.bytes) : text.length};
        size_t used = line.length + (end ? 1 : 0);
        number++;
        if (line.length) err = read_line(line, metric, ret_earlier, &count);
        text = (struct fl_span){text.bytes + used, text.length - used};
    }
    if (err)
        *ret_line = number;
    else
        *ret_count = count;
    return err;
}
