/* What the control channel can be asked about the keys of the served fake. */
#include <inttypes.h>
#include <stdio.h>

#include "fakes/redis/serve/server.h"

enum { DUMP_BYTES_MAX = 1024 * 1024 * 1024 };

/* The lines of a dump, all of them or those of one database. */
static void put_lines(struct fake_control_call *call, const char *key, struct fl_span text,
                      struct fl_span prefix)
{
    fl_json_key(call->answer, key);
    struct fl_json_writer all = fl_json_begin_array(call->answer->out);
    while (text.length) {
        const char *newline = memchr(text.bytes, '\n', text.length);
        size_t length = newline ? (size_t)(newline - text.bytes) : text.length;
        struct fl_span line = {text.bytes, length};
        if (fl_span_starts(line, prefix)) fl_json_put_string(&all, NULL, line);
        if (newline) length++;
        text = (struct fl_span){text.bytes + length, text.length - length};
    }
    fake_control_end(call, &all);
}

static bool take_dump(struct fake_control_call *call, struct fl_buf *out)
{
    struct fake_serve *serve = call->context;
    enum fl_error err = fake_redis_dump(serve->engine, out);
    if (err) fake_control_wrong(call, "%s", fl_error_text(err));
    return !err;
}

static void dump(struct fake_control_call *call)
{
    struct fl_buf text = FL_BUF_INIT(DUMP_BYTES_MAX);
    char prefix[16] = "";
    long long db;
    if (call->rest.length) {
        if (!fake_control_number(call, 0, FAKE_REDIS_DATABASES - 1, &db)) return;
        snprintf(prefix, sizeof prefix, "db%lld ", db);
    }
    if (take_dump(call, &text)) put_lines(call, "keys", fl_buf_span(&text), fl_span_from(prefix));
    fl_buf_release(&text);
}

static void flush(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    fake_redis_flush_all(serve->engine);
}

/* ---- changes ---- */

static void mark(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    fl_buf_truncate(&serve->mark, 0);
    serve->is_marked = take_dump(call, &serve->mark);
}

static void diff(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    struct fl_buf now = FL_BUF_INIT(DUMP_BYTES_MAX), changes = FL_BUF_INIT(DUMP_BYTES_MAX);
    if (!serve->is_marked) {
        fake_control_wrong(call, "there is no mark to compare with");
    } else if (take_dump(call, &now)) {
        enum fl_error err = fake_redis_diff(fl_buf_span(&serve->mark), fl_buf_span(&now), &changes);
        if (err) fake_control_wrong(call, "%s", fl_error_text(err));
        put_lines(call, "changes", fl_buf_span(&changes), FL_SPAN(""));
    }
    fl_buf_release(&now);
    fl_buf_release(&changes);
}

static void hash(struct fake_control_call *call)
{
    const struct fake_serve *serve = call->context;
    char text[32];
    snprintf(text, sizeof text, "%016" PRIx64, fake_redis_state_hash(serve->engine));
    fl_json_put_string(call->answer, "hash", fl_span_from(text));
}

/* The database in front of the key is left out for 0. */
static void writer(struct fake_control_call *call)
{
    const struct fake_serve *serve = call->context;
    struct fake_redis_writer found;
    long long db = 0;
    struct fl_span key = fake_control_word(call);
    if (call->rest.length) {
        if (!fl_span_int64(key, &db) || db < 0 || db >= FAKE_REDIS_DATABASES) {
            fake_control_wrong(call, "expected [DB] KEY, found \"%.*s\"", FL_SPAN_ARGS(key));
            return;
        }
        key = call->rest;
    }
    if (!fake_redis_last_writer(serve->engine, (unsigned)db, key, &found)) {
        fake_control_wrong(call,
                           "nobody has written it, or `faultline serve` was not told --track");
        return;
    }
    fl_json_put_string(call->answer, "client", fl_span_from(found.session_name));
    fl_json_put_string(call->answer, "command", fl_span_from(found.command));
    fl_json_put_int64(call->answer, "us", found.at_us);
}

static void save(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    if (serve->save_path)
        fake_serve_save(serve, call->error);
    else
        fake_control_wrong(call, "where to? faultline serve --save FILE");
}

const struct fake_control_command fake_keyspace_commands[] = {
    {"dump", "[DB]", "all keys with their values", dump},
    {"mark", "", "remembers all keys, for `diff`", mark},
    {"diff", "", "what has changed since `mark`: + has come, - is gone, ~ is another", diff},
    {"hash", "", "a hash of all keys and values: equal for the same, whatever has happened", hash},
    {"writer", "[DB] KEY", "who has changed a key last; needs --track", writer},
    {"save", "", "writes all keys to the file of --save", save},
    {"flush", "", "removes all keys", flush},
    {0},
};
