#include "harness/operate/entry_view.h"

#include <inttypes.h>

#include "core/assert.h"
#include "core/json.h"
#include "core/time_text.h"
#include "harness/operate/words.h"
#include "operate/criteria.h"
#include "queue/survey.h"
#include "queue/wire.h"

enum { TEXT_BYTES_MAX = 64 * 1024 * 1024, SHOWN_COLUMNS = 100 * 1000 };

/* --- the table --- */

static const struct operate_column retry_columns[] = {
    {"DUE", OPERATE_LEFT, 0},    {"JID", OPERATE_LEFT, 32},   {"CLASS", OPERATE_LEFT, 40},
    {"QUEUE", OPERATE_LEFT, 24}, {"RETRY", OPERATE_RIGHT, 0}, {"ERROR", OPERATE_LEFT, 0},
};
static const struct operate_column dead_columns[] = {
    {"DIED", OPERATE_LEFT, 0},   {"JID", OPERATE_LEFT, 32},  {"CLASS", OPERATE_LEFT, 40},
    {"QUEUE", OPERATE_LEFT, 24}, {"ERROR", OPERATE_LEFT, 0},
};
static const struct operate_column scheduled_columns[] = {
    {"DUE", OPERATE_LEFT, 0},    {"JID", OPERATE_LEFT, 32}, {"CLASS", OPERATE_LEFT, 40},
    {"QUEUE", OPERATE_LEFT, 24}, {"ARGS", OPERATE_LEFT, 0},
};
static const struct operate_column queue_columns[] = {
    {"WAITS", OPERATE_RIGHT, 0},
    {"JID", OPERATE_LEFT, 32},
    {"CLASS", OPERATE_LEFT, 40},
    {"ARGS", OPERATE_LEFT, 0},
};

struct operate_table operate_entry_table(enum fl_place_kind kind)
{
    switch (kind) {
    case FL_PLACE_RETRIES: return operate_table_init(retry_columns, FL_COUNT(retry_columns));
    case FL_PLACE_DEAD: return operate_table_init(dead_columns, FL_COUNT(dead_columns));
    case FL_PLACE_SCHEDULED:
        return operate_table_init(scheduled_columns, FL_COUNT(scheduled_columns));
    case FL_PLACE_QUEUE: return operate_table_init(queue_columns, FL_COUNT(queue_columns));
    }
    fl_panic("place %d", (int)kind);
}

static struct fl_span text_between(struct fl_json_at at)
{
    struct fl_span raw = fl_json_raw(at);
    if (fl_json_type(at) != FL_JSON_STRING) return raw;
    return (struct fl_span){raw.bytes + 1, raw.length - 2};
}

static void add_error(struct operate_table *table, struct fl_json_at root)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_json_at name = fl_json_member(root, "error_class");
    enum fl_error err = fl_buf_append_span(&text, text_between(name));
    if (!err && fl_json_exists(name)) err = fl_buf_append_text(&text, ": ");
    if (!err) err = fl_json_string(fl_json_member(root, "error_message"), &text);
    if (err == FL_EINVAL) err = FL_OK; /* it has no message */
    if (err && !table->err) table->err = err;
    operate_table_add(table, OPERATE_BAD, fl_buf_span(&text));
    fl_buf_release(&text);
}

static void add_time(struct operate_table *table, enum fl_place_kind kind,
                     const struct fl_entry *entry, int64_t now_us)
{
    char text[OPERATE_WORD_BYTES] = "-";
    int64_t us;
    if (kind == FL_PLACE_QUEUE) {
        enum fl_error err = fl_job_latency(entry->bytes, now_us, &us);
        if (err && !table->err) table->err = err;
        if (!err) operate_duration(us, text);
    } else if (fl_entry_score_us(entry, &us)) {
        operate_relative(us, now_us, text);
    }
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(text));
}

/* What is no job shows its bytes where others have their last column. */
static void add_no_job(struct operate_table *table, struct fl_span bytes)
{
    while (!table->err && table->cell_count + 1 < table->column_count)
        operate_table_add(table, OPERATE_DIM, FL_SPAN("-"));
    operate_table_add(table, OPERATE_PLAIN, bytes);
}

static void add_job(struct operate_table *table, enum fl_place_kind kind,
                    const struct fl_payload *payload)
{
    struct fl_json_at root = fl_json_root(&payload->json);
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(payload->jid));
    operate_table_add(table, OPERATE_PLAIN, fl_payload_shown_class(payload));
    if (kind != FL_PLACE_QUEUE)
        operate_table_add(table, OPERATE_PLAIN,
                          payload->queue ? fl_span_from(payload->queue) : FL_SPAN("default"));
    if (kind == FL_PLACE_RETRIES)
        operate_table_printf(table, OPERATE_PLAIN, "%" PRId64, payload->retry_count);
    if (kind == FL_PLACE_RETRIES || kind == FL_PLACE_DEAD)
        add_error(table, root);
    else
        operate_table_add(table, OPERATE_PLAIN, fl_json_raw(payload->args));
}

void operate_entry_row(struct operate_table *table, enum fl_place_kind kind,
                       const struct fl_entry *entry, int64_t now_us)
{
    struct fl_payload payload;
    add_time(table, kind, entry, now_us);
    enum fl_error err = fl_payload_parse(entry->bytes, &payload);
    if (err == FL_ENOMEM) table->err = err;
    if (err) {
        add_no_job(table, entry->bytes);
        return;
    }
    add_job(table, kind, &payload);
    fl_payload_release(&payload);
}

/* --- JSON --- */

static void put_member(struct fl_json_writer *object, struct fl_json_at root, const char *key)
{
    struct fl_json_at at = fl_json_member(root, key);
    fl_json_put_raw(object, key, fl_json_exists(at) ? fl_json_raw(at) : FL_SPAN("null"));
}

static void put_score(struct fl_json_writer *object, const struct fl_entry *entry)
{
    int64_t us;
    if (!entry->score.length) return;
    fl_json_put_string(object, "score", entry->score);
    if (!fl_entry_score_us(entry, &us)) return;
    struct fl_buf instant = FL_BUF_INIT(64);
    enum fl_error err = fl_instant_format(&instant, us);
    if (!err) fl_json_put_string(object, "at", fl_buf_span(&instant));
    if (err && !object->err) object->err = err;
    fl_buf_release(&instant);
}

enum fl_error operate_entry_json(struct fl_buf *out, const struct fl_entry *entry)
{
    struct fl_payload payload;
    enum fl_error parsed = fl_payload_parse(entry->bytes, &payload);
    if (parsed == FL_ENOMEM) return parsed;
    struct fl_json_writer object = fl_json_begin_object(out);
    if (!parsed) {
        struct fl_json_at root = fl_json_root(&payload.json);
        put_member(&object, root, "jid");
        put_member(&object, root, "class");
        put_member(&object, root, "queue");
    }
    put_score(&object, entry);
    if (parsed)
        fl_json_put_string(&object, "text", entry->bytes);
    else
        fl_json_put_raw(&object, "job", fl_json_raw(fl_json_root(&payload.json)));
    if (!parsed) fl_payload_release(&payload);
    enum fl_error err = fl_json_end(&object);
    return err ? err : fl_buf_append_char(out, '\n');
}

/* --- the page --- */

struct page {
    FILE *out;
    int64_t now_us;
    enum fl_error err;
};

static void print_fact(struct page *page, const char *name, struct fl_span value)
{
    struct fl_buf shown = FL_BUF_INIT(TEXT_BYTES_MAX);
    if (!page->err) page->err = operate_append_shown(&shown, value, SHOWN_COLUMNS);
    fprintf(page->out, "%-14s %s\n", name, shown.bytes ? shown.bytes : "");
    fl_buf_release(&shown);
}

static void print_time(struct page *page, const char *name, int64_t us)
{
    char instant[OPERATE_WORD_BYTES], relative[OPERATE_WORD_BYTES];
    operate_instant(us, instant);
    operate_relative(us, page->now_us, relative);
    fprintf(page->out, "%-14s %s (%s)\n", name, instant, relative);
}

static void print_member(struct page *page, struct fl_json_at root, const char *key)
{
    static const char *const times[] = {"created_at", "enqueued_at", "failed_at", "retried_at"};
    struct fl_json_at at = fl_json_member(root, key);
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    int64_t us;
    if (!fl_json_exists(at)) return;
    for (size_t i = 0; i < FL_COUNT(times); i++)
        if (fl_span_is(fl_span_from(times[i]), key) && fl_wire_read_time(at, &us)) {
            print_time(page, key, us);
            return;
        }
    enum fl_error err = fl_json_string(at, &text);
    if (err == FL_ENOMEM) page->err = err;
    print_fact(page, key, err ? fl_json_raw(at) : fl_buf_span(&text));
    fl_buf_release(&text);
}

enum fl_error operate_entry_print(FILE *out, enum fl_place_kind kind, const struct fl_entry *entry,
                                  int64_t now_us)
{
    static const char *const keys[] = {"jid",           "class",      "wrapped",     "queue",
                                       "args",          "created_at", "enqueued_at", "retry",
                                       "retry_count",   "failed_at",  "retried_at",  "error_class",
                                       "error_message", "tags",       "bid"};
    struct page page = {.out = out, .now_us = now_us};
    struct fl_json json;
    int64_t us;
    if (fl_entry_score_us(entry, &us))
        print_time(&page, kind == FL_PLACE_DEAD ? "died" : "due", us);
    enum fl_error err = fl_json_parse(entry->bytes, &json, NULL);
    if (err == FL_ENOMEM) return err;
    if (err) {
        print_fact(&page, "no JSON", entry->bytes);
        return page.err;
    }
    for (size_t i = 0; i < FL_COUNT(keys); i++)
        print_member(&page, fl_json_root(&json), keys[i]);
    print_fact(&page, "payload", entry->bytes);
    fl_json_release(&json);
    return page.err;
}
