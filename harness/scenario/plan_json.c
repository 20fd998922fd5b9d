#include "harness/scenario/plan_json.h"

#include <string.h>

#include "core/assert.h"
#include "core/json.h"
#include "core/time_text.h"
#include "harness/scenario/format.h"
#include "harness/scenario/line.h"
#include "harness/scenario/printing.h"
#include "harness/scenario/words.h"

enum { TEXT_BYTES_MAX = 64 * 1024 * 1024 };

/* One level of the object: arrays are written into the same buffer behind their key. */
static void put_text(struct fl_json_writer *w, const char *key, const char *text)
{
    if (text) fl_json_put_string(w, key, fl_span_from(text));
}

static void put_time(struct fl_json_writer *w, const char *key, int64_t us, int64_t absent_us)
{
    if (us != absent_us) fl_json_put_int64(w, key, us);
}

/* The line without its first word. */
static struct fl_span rest_of(struct fl_span line)
{
    const char *blank = line.length ? memchr(line.bytes, ' ', line.length) : NULL;
    size_t skip = blank ? (size_t)(blank - line.bytes) : line.length;
    while (skip < line.length && line.bytes[skip] == ' ')
        skip++;
    return (struct fl_span){line.bytes + skip, line.length - skip};
}

/* A line as it is printed, without its first word. */
static void put_printed(struct fl_json_writer *w, struct fl_buf *line, enum fl_error err)
{
    if (err && !w->err) w->err = err;
    fl_json_put_string(w, "text", rest_of(line->length ? fl_buf_span(line) : FL_SPAN("")));
    fl_buf_truncate(line, 0);
}

/* --- what is told as the language has it, from the plan as it is printed --- */

static void put_one(struct fl_json_writer *w, const char *key, const char *word,
                    struct fl_span printed)
{
    while (printed.length) {
        struct fl_span line = line_cut(&printed);
        if (line_begins(line, word)) fl_json_put_string(w, key, rest_of(line));
    }
}

static void put_all(struct fl_json_writer *w, const char *key, const char *word,
                    struct fl_span printed)
{
    fl_json_key(w, key);
    struct fl_json_writer list = fl_json_begin_array(w->out);
    while (printed.length) {
        struct fl_span line = line_cut(&printed);
        if (!line_begins(line, word)) continue;
        fl_json_key(&list, NULL);
        if (!list.err) list.err = fl_json_write_scrubbed(w->out, rest_of(line));
    }
    enum fl_error err = fl_json_end(&list);
    if (err && !w->err) w->err = err;
}

/* --- lists --- */

static enum fl_error put_job(const struct plan_job *job, struct fl_buf *line, struct fl_buf *out)
{
    struct printing p = {.out = line};
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_int64(&w, "line", job->where.line);
    put_text(&w, "name", job->name);
    put_text(&w, "worker", job->worker);
    if (job->kind == PLAN_PUSH)
        fl_json_put_raw(&w, "args", job->args);
    else
        fl_json_put_string(&w, "raw", job->args);
    if (job->kind == PLAN_PUSH_RAW) print_enqueue(&p, job); /* its bytes may be no text */
    if (job->kind == PLAN_PUSH_RAW) put_printed(&w, line, p.err);
    put_text(&w, "queue", job->queue);
    if (job->retry.length) fl_json_put_raw(&w, "retry", job->retry);
    put_time(&w, "when_us", job->when_us, 0);
    put_time(&w, "in_us", job->in_us, -1);
    put_time(&w, "at_us", job->at_us, -1);
    if (job->dead != FL_DEAD_DEFAULT) fl_json_put_bool(&w, "dead", job->dead == FL_DEAD_KEEP);
    if (job->bulk) fl_json_put_bool(&w, "bulk", true);
    return fl_json_end(&w);
}

static enum fl_error put_cron(const struct plan_cron *cron, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_int64(&w, "line", cron->where.line);
    put_text(&w, "name", cron->name);
    put_text(&w, "worker", cron->worker);
    if (cron->args.length) fl_json_put_raw(&w, "args", cron->args);
    put_text(&w, "cron", cron->when);
    put_text(&w, "tz", cron->zone);
    put_text(&w, "queue", cron->queue);
    return fl_json_end(&w);
}

/* A fault with the parts that follow it; *at goes on to the next. */
static enum fl_error put_fault(const struct plan *plan, uint32_t *at, struct fl_buf *line,
                               struct fl_buf *out)
{
    const struct plan_fault *fault = &plan->faults[*at];
    struct fl_json_writer w = fl_json_begin_object(out);
    struct printing p = {.out = line};
    fl_json_put_int64(&w, "line", fault->where.line);
    put_text(&w, "name", fault->name);
    put_text(&w, "verb", words_text(&words_verbs, (int)fault->verb));
    if (fault->sweep) fl_json_put_bool(&w, "sweep", true);
    *at += print_faults(&p, fault, plan->fault_count - *at);
    put_printed(&w, line, p.err);
    return fl_json_end(&w);
}

static enum fl_error put_expect(const struct plan_expect *expect, struct fl_buf *line,
                                struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    struct printing p = {.out = line};
    fl_json_put_int64(&w, "line", expect->where.line);
    if (expect->sometimes) fl_json_put_bool(&w, "sometimes", true);
    print_expect(&p, expect);
    put_printed(&w, line, p.err);
    return fl_json_end(&w);
}

/* --- the whole --- */

static void put_list(struct fl_json_writer *w, const char *key, const struct plan *plan,
                     enum fl_error (*put)(const struct plan *plan, uint32_t *at,
                                          struct fl_buf *line, struct fl_buf *out),
                     uint32_t count)
{
    struct fl_buf line = FL_BUF_INIT(TEXT_BYTES_MAX);
    fl_json_key(w, key);
    struct fl_json_writer list = fl_json_begin_array(w->out);
    for (uint32_t at = 0; at < count && !list.err;) {
        fl_json_key(&list, NULL);
        if (!list.err) list.err = put(plan, &at, &line, w->out);
    }
    enum fl_error err = fl_json_end(&list);
    if (err && !w->err) w->err = err;
    fl_buf_release(&line);
}

static enum fl_error module_at(const struct plan *plan, uint32_t *at, struct fl_buf *line,
                               struct fl_buf *out)
{
    (void)line;
    return fl_json_write_scrubbed(out, fl_span_from(plan->modules[(*at)++]));
}

static enum fl_error job_at(const struct plan *plan, uint32_t *at, struct fl_buf *line,
                            struct fl_buf *out)
{
    return put_job(&plan->jobs[(*at)++], line, out);
}

static enum fl_error cron_at(const struct plan *plan, uint32_t *at, struct fl_buf *line,
                             struct fl_buf *out)
{
    (void)line;
    return put_cron(&plan->crons[(*at)++], out);
}

static enum fl_error expect_at(const struct plan *plan, uint32_t *at, struct fl_buf *line,
                               struct fl_buf *out)
{
    return put_expect(&plan->expects[(*at)++], line, out);
}

/* Whether the lines of this word are told by members of their own. */
static bool has_member(struct fl_span line)
{
    static const char *const words[] = {
        "scenario",  "why",          "seed",     "seeds",     "start",   "horizon",
        "tolerates", "idle",         "schedule", "explore",   "choice",  "module",
        "processes", "given",        "enqueue",  "cron",      "fault",   "sweep",
        "heal",      "enqueue-bulk", "expect",   "sometimes", "volatile"};
    for (size_t i = 0; i < FL_COUNT(words); i++)
        if (line_begins(line, words[i])) return true;
    return false;
}

/* All other statements, whole: a new one of the language is in the JSON before anybody asks for a
 * part of it. */
static void put_others(struct fl_json_writer *w, struct fl_span printed)
{
    fl_json_key(w, "others");
    struct fl_json_writer list = fl_json_begin_array(w->out);
    while (printed.length) {
        struct fl_span line = line_cut(&printed);
        if (!line.length || has_member(line)) continue;
        fl_json_key(&list, NULL);
        if (!list.err) list.err = fl_json_write_scrubbed(w->out, line);
    }
    enum fl_error err = fl_json_end(&list);
    if (err && !w->err) w->err = err;
}

static uint32_t count_processes(const struct plan *plan)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->processes_count; i++)
        count += plan->processes[i].count;
    return count ? count : 1;
}

static enum fl_error put_start(struct fl_json_writer *w, const struct plan *plan)
{
    struct fl_buf start = FL_BUF_INIT(64);
    enum fl_error err = fl_instant_format(&start, plan->start_us);
    if (!err) fl_json_put_string(w, "start", fl_buf_span(&start));
    fl_buf_release(&start);
    return err;
}

enum fl_error plan_json(const struct plan *plan, struct fl_buf *out)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_json_writer w = fl_json_begin_object(out);
    w.err = scenario_format(plan, &text);
    struct fl_span printed = text.length ? fl_buf_span(&text) : FL_SPAN("");
    put_text(&w, "file", plan->path);
    put_text(&w, "title", plan->title);
    put_text(&w, "why", plan->why);
    fl_json_put_int64(&w, "seed_first", (int64_t)plan->seed_first);
    fl_json_put_int64(&w, "seed_last", (int64_t)plan->seed_last);
    enum fl_error err = put_start(&w, plan);
    if (err && !w.err) w.err = err;
    put_text(&w, "tz", plan->zone);
    fl_json_put_int64(&w, "horizon_us", plan->horizon_us);
    fl_json_put_int64(&w, "processes", count_processes(plan));
    put_one(&w, "tolerates", "tolerates", printed);
    put_one(&w, "idle", "idle", printed);
    put_one(&w, "schedule", "schedule", printed);
    put_one(&w, "explore", "explore", printed);
    put_list(&w, "modules", plan, module_at, plan->module_count);
    put_all(&w, "process_groups", "processes", printed);
    put_all(&w, "given", "given", printed);
    put_list(&w, "jobs", plan, job_at, plan->job_count);
    put_list(&w, "crons", plan, cron_at, plan->cron_count);
    put_all(&w, "choices", "choice", printed);
    put_list(&w, "faults", plan, put_fault, plan->fault_count);
    put_one(&w, "heal", "heal", printed);
    put_list(&w, "expects", plan, expect_at, plan->expect_count);
    put_all(&w, "volatile", "volatile", printed);
    put_others(&w, printed);
    fl_buf_release(&text);
    return fl_json_end(&w);
}

/* --- for a person --- */

static enum fl_error lay_out_list(struct fl_json_at list, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_char(out, '[');
    for (uint32_t i = 0; i < fl_json_length(list) && !err; i++) {
        err = fl_buf_append_text(out, i ? ",\n    " : "\n    ");
        if (!err) err = fl_buf_append_span(out, fl_json_raw(fl_json_element(list, i)));
    }
    return err ? err : fl_buf_append_char(out, ']');
}

enum fl_error plan_json_lay_out(struct fl_span json, struct fl_buf *out)
{
    struct fl_json document;
    enum fl_error err = fl_json_parse(json, &document, NULL);
    if (err) return err;
    struct fl_json_at root = fl_json_root(&document);
    err = fl_buf_append_text(out, "{");
    for (uint32_t i = 0; i < fl_json_length(root) && !err; i++) {
        struct fl_span key;
        struct fl_json_at at = fl_json_pair(root, i, &key);
        err = fl_buf_printf(out, "%s  \"%.*s\": ", i ? ",\n" : "\n", FL_SPAN_ARGS(key));
        if (err) break;
        err = fl_json_type(at) == FL_JSON_ARRAY ? lay_out_list(at, out)
                                                : fl_buf_append_span(out, fl_json_raw(at));
    }
    fl_json_release(&document);
    return err ? err : fl_buf_append_text(out, "\n}\n");
}
