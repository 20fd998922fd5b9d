#include "harness/operate/top_frame.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/operate/table.h"
#include "harness/operate/words.h"

enum {
    COLUMNS_WITHOUT_END = 100 * 1000,
    LINE_BYTES_MAX = 64 * 1024,
    SPARK_COLUMNS = 40,
    SECTION_LINES = 2, /* an empty line and a heading before each table's rows */
    SECTIONS = 3,
};

/* --- rates --- */

void top_rates_add(struct top_rates *rates, const struct fl_survey *survey, int64_t mono_us)
{
    int64_t passed_us = mono_us - rates->last_us;
    bool back = survey->processed < rates->last_processed || survey->failed < rates->last_failed;
    if (rates->last_us && !back && passed_us > 0) {
        if (rates->count == TOP_RATES_MAX) {
            rates->count--;
            memmove(rates->processed, rates->processed + 1,
                    rates->count * sizeof(rates->processed[0]));
            memmove(rates->failed, rates->failed + 1, rates->count * sizeof(rates->failed[0]));
        }
        double seconds = (double)passed_us / 1e6;
        rates->processed[rates->count] =
            (double)(survey->processed - rates->last_processed) / seconds;
        rates->failed[rates->count++] = (double)(survey->failed - rates->last_failed) / seconds;
    }
    rates->last_us = mono_us;
    rates->last_processed = survey->processed;
    rates->last_failed = survey->failed;
}

enum fl_error top_sparkline(const double *numbers, size_t count, size_t columns, struct fl_buf *out)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double highest = 0;
    enum fl_error err = FL_OK;
    size_t from = count > columns ? count - columns : 0;
    for (size_t i = from; i < count; i++)
        if (numbers[i] > highest) highest = numbers[i];
    for (size_t i = from; !err && i < count; i++) {
        double part = highest > 0 && numbers[i] > 0 ? numbers[i] / highest : 0;
        err = fl_buf_append_text(out, bars[(size_t)(part * (FL_COUNT(bars) - 1) + 0.5)]);
    }
    return err;
}

/* --- lines --- */

struct frame {
    const struct top_view *view;
    FILE *out;
    size_t lines; /* so far */
    bool last;    /* the line of the keys is next */
    enum fl_error err;
};

static bool has_room(const struct frame *frame)
{
    return !frame->view->rows || frame->last || frame->lines + 1 < frame->view->rows;
}

static void print_line(struct frame *frame, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void print_line(struct frame *frame, const char *format, ...)
{
    size_t columns = frame->view->columns ? frame->view->columns : COLUMNS_WITHOUT_END;
    struct fl_buf text = FL_BUF_INIT(LINE_BYTES_MAX), shown = FL_BUF_INIT(LINE_BYTES_MAX);
    va_list args;
    if (frame->err || !has_room(frame)) return;
    va_start(args, format);
    frame->err = fl_buf_vprintf(&text, format, args);
    va_end(args);
    if (!frame->err) frame->err = operate_append_shown(&shown, fl_buf_span(&text), columns);
    fprintf(frame->out, "%s\n", shown.bytes ? shown.bytes : "");
    frame->lines++;
    fl_buf_release(&text);
    fl_buf_release(&shown);
}

static void print_rate(const struct top_rates *rates, const double *numbers,
                       char ret_text[OPERATE_WORD_BYTES])
{
    if (rates->count)
        snprintf(ret_text, OPERATE_WORD_BYTES, "%.1f/s", numbers[rates->count - 1]);
    else
        snprintf(ret_text, OPERATE_WORD_BYTES, "-");
}

static void print_head(struct frame *frame)
{
    const struct top_view *view = frame->view;
    const struct fl_survey *survey = view->survey;
    char now[OPERATE_WORD_BYTES], processed[OPERATE_WORD_BYTES], failed[OPERATE_WORD_BYTES],
        rate[OPERATE_WORD_BYTES], failures[OPERATE_WORD_BYTES];
    struct fl_buf spark = FL_BUF_INIT(4 * TOP_RATES_MAX);
    int64_t busy = 0, threads = 0;
    for (size_t i = 0; i < view->fleet->count; i++) {
        busy += view->fleet->items[i].busy;
        threads += view->fleet->items[i].concurrency;
    }
    operate_instant(view->now_us, now);
    operate_number(survey->processed, processed);
    operate_number(survey->failed, failed);
    print_rate(view->rates, view->rates->processed, rate);
    print_rate(view->rates, view->rates->failed, failures);
    frame->err = top_sparkline(view->rates->processed, view->rates->count, SPARK_COLUMNS, &spark);
    print_line(frame, "faultline top  %s  %s", view->where, now);
    print_line(frame, "processed %s (%s)  failed %s (%s)  %s", processed, rate, failed, failures,
               spark.bytes ? spark.bytes : "");
    print_line(frame,
               "busy %" PRId64 " of %" PRId64 "  enqueued %" PRId64 "  retries %" PRId64
               "  scheduled %" PRId64 "  dead %" PRId64,
               busy, threads, survey->enqueued, survey->retries, survey->scheduled, survey->dead);
    fl_buf_release(&spark);
}

/* An empty line and the table, whose rows are few enough. */
static void print_table(struct frame *frame, struct operate_table *table)
{
    print_line(frame, "%s", "");
    if (!frame->err && has_room(frame)) {
        frame->err =
            operate_table_print(table, frame->out, frame->view->colour, frame->view->columns);
        frame->lines += 1 + table->row_count;
    }
    operate_table_release(table);
}

/* How many rows a table may have, when so many others are still to come. */
static size_t rows_for(const struct frame *frame, size_t wanted, size_t sections_left)
{
    size_t rows = frame->view->rows, room;
    if (wanted > OPERATE_ROWS_MAX) wanted = OPERATE_ROWS_MAX;
    if (!rows) return wanted;
    size_t taken = frame->lines + 1 + sections_left * SECTION_LINES;
    room = rows > taken ? (rows - taken) / sections_left : 0;
    return wanted < room ? wanted : room;
}

/* --- tables --- */

static int by_size(const void *a, const void *b)
{
    const struct fl_queue_view *const *left = a, *const *right = b;
    if ((*left)->size != (*right)->size) return (*left)->size > (*right)->size ? -1 : 1;
    return fl_span_compare((*left)->name, (*right)->name);
}

static int by_latency(const void *a, const void *b)
{
    const struct fl_queue_view *const *left = a, *const *right = b;
    if ((*left)->latency_us != (*right)->latency_us)
        return (*left)->latency_us > (*right)->latency_us ? -1 : 1;
    return fl_span_compare((*left)->name, (*right)->name);
}

/* The survey has them by name. */
static const struct fl_queue_view **sorted(const struct top_view *view)
{
    const struct fl_survey *survey = view->survey;
    const struct fl_queue_view **list = calloc(survey->queue_count + 1, sizeof(*list));
    if (!list) return NULL;
    for (size_t i = 0; i < survey->queue_count; i++)
        list[i] = &survey->queues[i];
    if (view->sort == TOP_BY_SIZE) qsort(list, survey->queue_count, sizeof(*list), by_size);
    if (view->sort == TOP_BY_LATENCY) qsort(list, survey->queue_count, sizeof(*list), by_latency);
    return list;
}

static void print_queues(struct frame *frame)
{
    static const struct operate_column columns[] = {{"QUEUE", OPERATE_LEFT, 40},
                                                    {"JOBS", OPERATE_RIGHT, 0},
                                                    {"LATENCY", OPERATE_RIGHT, 0},
                                                    {"", OPERATE_LEFT, 0}};
    struct operate_table table = operate_table_init(columns, FL_COUNT(columns));
    const struct fl_queue_view **queues = sorted(frame->view);
    size_t rows = rows_for(frame, frame->view->survey->queue_count, SECTIONS);
    if (!queues) frame->err = FL_ENOMEM;
    for (size_t i = 0; queues && i < rows; i++) {
        char size[OPERATE_WORD_BYTES], latency[OPERATE_WORD_BYTES];
        operate_number(queues[i]->size, size);
        operate_duration(queues[i]->latency_us, latency);
        operate_table_add(&table, OPERATE_PLAIN, queues[i]->name);
        operate_table_add(&table, OPERATE_PLAIN, fl_span_from(size));
        operate_table_add(&table, OPERATE_PLAIN,
                          queues[i]->size ? fl_span_from(latency) : FL_SPAN("-"));
        operate_table_add(&table, OPERATE_BAD, queues[i]->paused ? FL_SPAN("paused") : FL_SPAN(""));
    }
    print_table(frame, &table);
    free(queues);
}

/* The selected one is shown, however many come before it. */
static void print_processes(struct frame *frame)
{
    static const struct operate_column columns[] = {
        {" ", OPERATE_LEFT, 0},       {"PROCESS", OPERATE_LEFT, 48}, {"BUSY", OPERATE_RIGHT, 0},
        {"MEMORY", OPERATE_RIGHT, 0}, {"STATE", OPERATE_LEFT, 0},    {"QUEUES", OPERATE_LEFT, 0}};
    struct operate_table table = operate_table_init(columns, FL_COUNT(columns));
    const struct top_view *view = frame->view;
    size_t rows = rows_for(frame, view->fleet->count, SECTIONS - 1);
    size_t from = view->selected >= rows && rows ? view->selected - rows + 1 : 0;
    for (size_t i = from; i < from + rows && i < view->fleet->count; i++) {
        const struct fl_process_view *process = &view->fleet->items[i];
        char rss[OPERATE_WORD_BYTES] = "-";
        const char *state = process->silent ? "silent" : process->quiet ? "quiet" : "";
        if (process->rss_kib) operate_kib(process->rss_kib, rss);
        operate_table_add(&table, OPERATE_PLAIN,
                          i == view->selected && view->rows ? FL_SPAN(">") : FL_SPAN(" "));
        operate_table_add(&table, OPERATE_PLAIN, process->identity);
        operate_table_printf(&table, OPERATE_PLAIN, "%" PRId64 "/%" PRId64, process->busy,
                             process->concurrency);
        operate_table_add(&table, OPERATE_PLAIN, fl_span_from(rss));
        operate_table_printf(&table, OPERATE_BAD, "%s%s%s", state,
                             *state && process->leads ? ", " : "", process->leads ? "leads" : "");
        operate_table_add(&table, OPERATE_PLAIN, fl_span_from(process->queues));
    }
    print_table(frame, &table);
}

static void print_work(struct frame *frame)
{
    static const struct operate_column columns[] = {{"FOR", OPERATE_RIGHT, 0},
                                                    {"CLASS", OPERATE_LEFT, 40},
                                                    {"QUEUE", OPERATE_LEFT, 24},
                                                    {"JID", OPERATE_LEFT, 32},
                                                    {"ARGS", OPERATE_LEFT, 0}};
    struct operate_table table = operate_table_init(columns, FL_COUNT(columns));
    const struct top_view *view = frame->view;
    size_t rows = rows_for(frame, view->work->count, 1);
    for (size_t i = 0; i < rows; i++) {
        const struct fl_work_view *work = &view->work->items[i];
        char age[OPERATE_WORD_BYTES] = "-";
        if (work->run_at_us) operate_duration(view->now_us - work->run_at_us, age);
        operate_table_add(&table, OPERATE_PLAIN, fl_span_from(age));
        operate_table_add(&table, OPERATE_PLAIN, fl_span_from(work->worker));
        operate_table_add(&table, OPERATE_PLAIN, fl_span_from(work->queue));
        operate_table_add(&table, OPERATE_PLAIN, fl_span_from(work->jid));
        operate_table_add(&table, OPERATE_PLAIN, fl_span_from(work->args));
    }
    print_table(frame, &table);
}

static const char *keys_text(enum top_sort sort)
{
    switch (sort) {
    case TOP_BY_NAME: return "q ends  s sorts queues (by name)  up, down: a process  t quiets it";
    case TOP_BY_SIZE: return "q ends  s sorts queues (by jobs)  up, down: a process  t quiets it";
    case TOP_BY_LATENCY:
        return "q ends  s sorts queues (by latency)  up, down: a process  t quiets it";
    case TOP_SORTS: break;
    }
    return "";
}

enum fl_error top_frame(const struct top_view *view, FILE *out)
{
    struct frame frame = {.view = view, .out = out};
    print_head(&frame);
    print_queues(&frame);
    print_processes(&frame);
    print_work(&frame);
    if (frame.err || !view->rows) return frame.err;
    while (frame.lines + 1 < view->rows)
        print_line(&frame, "%s", "");
    frame.last = true;
    print_line(&frame, "%s", view->message ? view->message : keys_text(view->sort));
    return frame.err;
}
