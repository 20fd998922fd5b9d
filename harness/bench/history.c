#include "harness/bench/history.h"

#include <string.h>

#include "core/json.h"
#include "core/time_text.h"

enum { NUMBER_BYTES_MAX = 64, LINE_BYTES_MAX = 1024 * 1024 };

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

/* --- every line --- */
struct line_texts { /* unescaped, one behind the other */
    struct fl_buf text;
    size_t ends[5];
};

static enum fl_error read_texts(struct fl_json_at at, struct line_texts *texts)
{
    static const char *const keys[] = {"bench", "subject", "name", "unit", "at"};
    for (size_t i = 0; i < 5; i++) {
        enum fl_error err = fl_json_string(fl_json_member(at, keys[i]), &texts->text);
        if (err) return err == FL_EINVAL ? FL_EPARSE : err;
        texts->ends[i] = texts->text.length;
    }
    return FL_OK;
}

static struct fl_span text_of(const struct line_texts *texts, size_t index)
{
    size_t begin = index ? texts->ends[index - 1] : 0;
    const char *bytes = texts->text.bytes ? texts->text.bytes : "";
    return (struct fl_span){bytes + begin, texts->ends[index] - begin};
}

typedef enum fl_error take_line(void *context, const struct history_line *line);

static enum fl_error show_line(struct fl_span text, take_line *take, void *context)
{
    struct fl_json json;
    struct history_line line;
    struct line_texts texts = {.text = FL_BUF_INIT(LINE_BYTES_MAX)};
    enum fl_error err = fl_json_parse(text, &json, NULL);
    if (err) return err;
    struct fl_json_at root = fl_json_root(&json);
    if (fl_json_is(fl_json_member(root, "type"), "bench")) {
        err = read_texts(root, &texts);
        if (!err) err = read_values(fl_json_member(root, "values"), &line.sample);
        if (!err) {
            line.bench = text_of(&texts, 0);
            line.subject = text_of(&texts, 1);
            line.name = text_of(&texts, 2);
            line.unit = text_of(&texts, 3);
            line.at = text_of(&texts, 4);
            err = take(context, &line);
        }
    }
    fl_buf_release(&texts.text);
    fl_json_release(&json);
    return err;
}

enum fl_error history_each(struct fl_span text, take_line *take, void *context, uint32_t *ret_line)
{
    uint32_t number = 0;
    enum fl_error err = FL_OK;
    while (text.length && !err) {
        const char *end = memchr(text.bytes, '\n', text.length);
        struct fl_span line = {text.bytes, end ? (size_t)(end - text.bytes) : text.length};
        size_t used = line.length + (end ? 1 : 0);
        number++;
        if (line.length) err = show_line(line, take, context);
        text = (struct fl_span){text.bytes + used, text.length - used};
    }
    if (err) *ret_line = number;
    return err;
}

/* --- those of one metric --- */
struct finding {
    const struct bench_metric *metric;
    struct sample *earlier;
    uint32_t count;
};

static enum fl_error find_line(void *context, const struct history_line *line)
{
    struct finding *finding = context;
    const struct bench_metric *metric = finding->metric;
    if (!fl_span_is(line->bench, metric->bench) || !fl_span_is(line->subject, metric->subject) ||
        !fl_span_is(line->name, metric->name))
        return FL_OK;
    if (finding->count == SAMPLE_EARLIER_MAX) /* the oldest goes */
        memmove(finding->earlier, finding->earlier + 1,
                --finding->count * sizeof finding->earlier[0]);
    finding->earlier[finding->count++] = line->sample;
    return FL_OK;
}

enum fl_error history_find(struct fl_span text, const struct bench_metric *metric,
                           struct sample ret_earlier[SAMPLE_EARLIER_MAX], uint32_t *ret_count,
                           uint32_t *ret_line)
{
    struct finding finding = {.metric = metric, .earlier = ret_earlier};
    enum fl_error err = history_each(text, find_line, &finding, ret_line);
    if (!err) *ret_count = finding.count;
    return err;
}
