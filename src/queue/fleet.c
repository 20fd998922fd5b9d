#include "queue/fleet.h"

#include <stdlib.h>

#include "core/json.h"
#include "queue/commands.h"
#include "queue/heartbeat.h"
#include "queue/keys.h"
#include "queue/wire.h"

enum { MEMBERS, LEADER };
enum { INFO, CONCURRENCY, BUSY, BEAT, RTT, QUIET, RSS, FIELD_COUNT };
static const char *const fields[FIELD_COUNT] = {"info",   "concurrency", "busy", "beat",
                                                "rtt_us", "quiet",       "rss"};

/* --- texts --- */

static const char *kept(struct fl_arena *texts, struct fl_span text, enum fl_error *err)
{
    const char *copy = fl_arena_copy(texts, text);
    if (!copy) *err = FL_ENOMEM;
    return copy ? copy : "";
}

/* A JSON string; anything else is empty. */
static const char *text_of(struct fl_json_at at, struct fl_arena *texts, enum fl_error *err)
{
    struct fl_buf text = FL_BUF_INIT(FL_FLEET_TEXT_BYTES_MAX);
    const char *copy = "";
    enum fl_error read = fl_json_string(at, &text);
    if (read == FL_ENOMEM) *err = read;
    if (!read) copy = kept(texts, fl_buf_span(&text), err);
    fl_buf_release(&text);
    return copy;
}

static const char *list_of(struct fl_json_at array, struct fl_arena *texts, enum fl_error *err)
{
    struct fl_buf text = FL_BUF_INIT(FL_FLEET_TEXT_BYTES_MAX);
    for (uint32_t i = 0; !*err && i < fl_json_length(array); i++) {
        if (i) *err = fl_buf_append_text(&text, ",");
        enum fl_error read = fl_json_string(fl_json_element(array, i), &text);
        if (read && read != FL_EINVAL) *err = read;
    }
    const char *copy = kept(texts, fl_buf_span(&text), err);
    fl_buf_release(&text);
    return copy;
}

static int64_t number(const struct fl_reply *reply)
{
    long long value;
    return fl_span_int64(reply->text, &value) ? value : 0;
}

/* Float seconds, as text. */
static int64_t instant(struct fl_span text, enum fl_error *err)
{
    struct fl_json json;
    int64_t us = 0;
    enum fl_error parsed = fl_json_parse(text, &json, NULL);
    if (parsed == FL_ENOMEM) *err = parsed;
    if (parsed) return 0;
    fl_wire_read_time(fl_json_root(&json), &us);
    fl_json_release(&json);
    return us;
}

/* --- processes --- */

/* Line 8 has taken the number out of the info. */
static void read_info(struct fl_json_at info, struct fl_process_view *view, struct fl_arena *texts,
                      enum fl_error *err)
{
    view->hostname = text_of(fl_json_member(info, "hostname"), texts, err);
    view->tag = text_of(fl_json_member(info, "tag"), texts, err);
    view->version = text_of(fl_json_member(info, "version"), texts, err);
    view->queues = list_of(fl_json_member(info, "queues"), texts, err);
    view->labels = list_of(fl_json_member(info, "labels"), texts, err);
    fl_json_int64(fl_json_member(info, "pid"), &view->pid);
    fl_json_int64(fl_json_member(info, "concurrency"), &view->concurrency);
    fl_wire_read_time(fl_json_member(info, "started_at"), &view->started_us);
    view->embedded = fl_json_type(fl_json_member(info, "embedded")) == FL_JSON_TRUE;
}

static enum fl_error read_process(const struct fl_reply *hash, struct fl_process_view *view,
                                  struct fl_arena *texts)
{
    struct fl_json json;
    enum fl_error err = FL_OK;
    const struct fl_reply *values = hash->elements;
    view->hostname = view->tag = view->version = view->queues = view->labels = "";
    if (hash->count != FIELD_COUNT) return FL_EPROTOCOL;
    view->silent = values[INFO].type == FL_REPLY_NIL;
    if (view->silent) return FL_OK;
    enum fl_error parsed = fl_json_parse(values[INFO].text, &json, NULL);
    if (parsed == FL_ENOMEM) return parsed;
    if (!parsed) {
        read_info(fl_json_root(&json), view, texts, &err);
        fl_json_release(&json);
    }
    if (values[CONCURRENCY].type == FL_REPLY_STRING)
        view->concurrency = number(&values[CONCURRENCY]);
    view->busy = number(&values[BUSY]);
    view->beat_us = instant(values[BEAT].text, &err);
    view->rtt_us = number(&values[RTT]);
    view->quiet = fl_span_is(values[QUIET].text, "true");
    view->rss_kib = number(&values[RSS]);
    return err;
}

static int by_identity(const void *a, const void *b)
{
    const struct fl_process_view *left = a, *right = b;
    return fl_span_compare(left->identity, right->identity);
}

static enum fl_error read_members(struct fl_redis redis, struct fl_clock clock,
                                  struct fl_fleet *fleet)
{
    struct fl_commands batch = {0};
    fl_command_begin(&batch, "SMEMBERS");
    fl_command_text(&batch, FL_KEY_PROCESSES);
    fl_command_begin(&batch, "GET");
    fl_command_text(&batch, FL_KEY_LEADER);
    enum fl_error err = fl_commands_exec(&batch, redis, clock, 0, &fleet->members);
    fl_commands_release(&batch);
    if (err) return err;
    const struct fl_reply *members = &fleet->members.items[MEMBERS];
    if (members->count > FL_FLEET_MAX) return FL_EBOUND;
    if (!members->count) return FL_OK;
    fleet->items = calloc(members->count, sizeof(fleet->items[0]));
    if (!fleet->items) return FL_ENOMEM;
    fleet->count = members->count;
    for (size_t i = 0; i < fleet->count; i++)
        fleet->items[i].identity = members->elements[i].text;
    qsort(fleet->items, fleet->count, sizeof(fleet->items[0]), by_identity);
    return FL_OK;
}

static enum fl_error read_hashes(struct fl_redis redis, struct fl_clock clock,
                                 struct fl_fleet *fleet)
{
    struct fl_commands batch = {0};
    for (size_t i = 0; i < fleet->count; i++) {
        fl_command_begin(&batch, "HMGET");
        fl_command_arg(&batch, fleet->items[i].identity);
        for (int field = 0; field < FIELD_COUNT; field++)
            fl_command_text(&batch, fields[field]);
    }
    enum fl_error err = fl_commands_exec(&batch, redis, clock, 0, &fleet->hashes);
    fl_commands_release(&batch);
    return err;
}

enum fl_error fl_fleet_read(struct fl_redis redis, struct fl_clock clock,
                            struct fl_fleet *ret_fleet)
{
    *ret_fleet = (struct fl_fleet){.texts = FL_ARENA_INIT(FL_FLEET_TEXT_BYTES_MAX)};
    enum fl_error err = read_members(redis, clock, ret_fleet);
    if (!err) err = read_hashes(redis, clock, ret_fleet);
    for (size_t i = 0; !err && i < ret_fleet->count; i++) {
        struct fl_process_view *view = &ret_fleet->items[i];
        err = read_process(&ret_fleet->hashes.items[i], view, &ret_fleet->texts);
        view->leads = fl_span_equal(view->identity, ret_fleet->members.items[LEADER].text);
    }
    return err;
}

void fl_fleet_release(struct fl_fleet *fleet)
{
    fl_replies_release(&fleet->members);
    fl_replies_release(&fleet->hashes);
    fl_arena_release(&fleet->texts);
    free(fleet->items);
    *fleet = (struct fl_fleet){0};
}

/* --- work --- */

/* The line of each process is not asked for: both names of the hash are. */
static enum fl_error read_work_hashes(struct fl_redis redis, struct fl_clock clock,
                                      const struct fl_fleet *fleet, struct fl_replies *ret_hashes)
{
    static const char *const suffixes[] = {":work", ":workers"};
    struct fl_commands batch = {0};
    for (size_t i = 0; i < 2 * fleet->count; i++) {
        struct fl_buf key = FL_BUF_INIT(64 * 1024);
        enum fl_error err = fl_buf_append_span(&key, fleet->items[i / 2].identity);
        if (!err) err = fl_buf_append_text(&key, suffixes[i % 2]);
        const char *copy = err ? NULL : fl_arena_copy(&batch.arena, fl_buf_span(&key));
        if (!copy && !batch.err) batch.err = err ? err : FL_ENOMEM;
        fl_command_begin(&batch, "HGETALL");
        fl_command_arg(&batch, (struct fl_span){copy, key.length});
        fl_buf_release(&key);
    }
    enum fl_error err = fl_commands_exec(&batch, redis, clock, 0, ret_hashes);
    fl_commands_release(&batch);
    return err;
}

static void read_job(struct fl_json_at job, struct fl_work_view *view, struct fl_arena *texts,
                     enum fl_error *err)
{
    struct fl_json_at name = fl_json_member(job, "display_class");
    if (!fl_json_exists(name)) name = fl_json_member(job, "wrapped");
    if (!fl_json_exists(name)) name = fl_json_member(job, "class");
    view->worker = text_of(name, texts, err);
    view->jid = text_of(fl_json_member(job, "jid"), texts, err);
    view->args = kept(texts, fl_json_raw(fl_json_member(job, "args")), err);
}

/* The payload is JSON in a string, or (older readers say) an object. */
static void read_payload(struct fl_json_at payload, struct fl_work_view *view,
                         struct fl_arena *texts, enum fl_error *err)
{
    struct fl_json job;
    if (fl_json_type(payload) == FL_JSON_OBJECT) {
        read_job(payload, view, texts, err);
        return;
    }
    const char *text = text_of(payload, texts, err);
    if (*err) return;
    enum fl_error parsed = fl_json_parse(fl_span_from(text), &job, NULL);
    if (parsed == FL_ENOMEM) *err = parsed;
    if (parsed) return;
    read_job(fl_json_root(&job), view, texts, err);
    fl_json_release(&job);
}

static enum fl_error read_work(struct fl_span text, struct fl_work_view *view,
                               struct fl_arena *texts)
{
    struct fl_json json;
    int64_t run_at_s = 0;
    view->queue = view->jid = view->worker = view->args = "";
    enum fl_error err = fl_json_parse(text, &json, NULL);
    if (err) return err == FL_ENOMEM ? err : FL_OK;
    struct fl_json_at root = fl_json_root(&json);
    view->queue = text_of(fl_json_member(root, "queue"), texts, &err);
    if (fl_json_int64(fl_json_member(root, "run_at"), &run_at_s) &&
        run_at_s < INT64_MAX / 1000000 && run_at_s > 0)
        view->run_at_us = run_at_s * 1000000;
    read_payload(fl_json_member(root, "payload"), view, texts, &err);
    fl_json_release(&json);
    return err;
}

static int by_age(const void *a, const void *b)
{
    const struct fl_work_view *left = a, *right = b;
    if (left->run_at_us != right->run_at_us) return left->run_at_us < right->run_at_us ? -1 : 1;
    int order = fl_span_compare(left->identity, right->identity);
    return order ? order : fl_span_compare(left->tid, right->tid);
}

static size_t count_work(const struct fl_replies *hashes)
{
    size_t count = 0;
    for (size_t i = 0; i < hashes->count; i++)
        count += hashes->items[i].count / 2;
    return count;
}

enum fl_error fl_work_read(struct fl_redis redis, struct fl_clock clock,
                           const struct fl_fleet *fleet, struct fl_work *ret_work)
{
    *ret_work = (struct fl_work){.texts = FL_ARENA_INIT(FL_FLEET_TEXT_BYTES_MAX)};
    enum fl_error err = read_work_hashes(redis, clock, fleet, &ret_work->hashes);
    size_t count = err ? 0 : count_work(&ret_work->hashes);
    if (!count) return err;
    ret_work->items = calloc(count, sizeof(ret_work->items[0]));
    if (!ret_work->items) return FL_ENOMEM;
    for (size_t i = 0; i < ret_work->hashes.count; i++) {
        const struct fl_reply *hash = &ret_work->hashes.items[i];
        for (size_t pair = 0; !err && pair + 1 < hash->count; pair += 2) {
            struct fl_work_view *view = &ret_work->items[ret_work->count++];
            view->identity = fleet->items[i / 2].identity;
            view->tid = hash->elements[pair].text;
            err = read_work(hash->elements[pair + 1].text, view, &ret_work->texts);
        }
    }
    qsort(ret_work->items, ret_work->count, sizeof(ret_work->items[0]), by_age);
    return err;
}

void fl_work_release(struct fl_work *work)
{
    fl_replies_release(&work->hashes);
    fl_arena_release(&work->texts);
    free(work->items);
    *work = (struct fl_work){0};
}

/* --- orders --- */

enum fl_error fl_fleet_order(struct fl_redis redis, struct fl_clock clock, struct fl_span identity,
                             enum fl_order order)
{
    static const char *const signals[] = {
        [FL_ORDER_QUIET] = "TSTP", [FL_ORDER_STOP] = "TERM", [FL_ORDER_DUMP] = "TTIN"};
    struct fl_commands batch = {0};
    struct fl_replies replies;
    if (identity.length >= FL_IDENTITY_BYTES) return FL_EINVAL;
    fl_command_begin(&batch, "MULTI");
    fl_command_begin(&batch, "LPUSH");
    fl_command_printf(&batch, "%.*s" FL_KEY_SIGNALS_SUFFIX, FL_SPAN_ARGS(identity));
    fl_command_text(&batch, signals[order]);
    fl_command_begin(&batch, "EXPIRE");
    fl_command_printf(&batch, "%.*s" FL_KEY_SIGNALS_SUFFIX, FL_SPAN_ARGS(identity));
    fl_command_int64(&batch, FL_HEARTBEAT_TTL_S);
    fl_command_begin(&batch, "EXEC");
    enum fl_error err = fl_commands_exec(&batch, redis, clock, 0, &replies);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}
