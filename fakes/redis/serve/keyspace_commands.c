/* What the control channel can be asked about the keys of the served fake. */
#include <stdio.h>
#include <stdlib.h>

#include "fakes/redis/serve/server.h"
#include "fakes/redis/sha1.h"

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

static int by_bytes(const void *a, const void *b)
{
    return fl_span_compare(*(const struct fl_span *)a, *(const struct fl_span *)b);
}

/* The lines in order of their bytes; NULL: out of memory. The caller frees them. */
static struct fl_span *sorted_lines(struct fl_span text, size_t *ret_count)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += text.bytes[i] == '\n';
    struct fl_span *lines = malloc((count + 1) * sizeof *lines);
    if (!lines) return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *newline = memchr(text.bytes, '\n', text.length);
        size_t length = (size_t)(newline - text.bytes);
        lines[i] = (struct fl_span){text.bytes, length};
        text = (struct fl_span){newline + 1, text.length - length - 1};
    }
    qsort(lines, count, sizeof *lines, by_bytes);
    *ret_count = count;
    return lines;
}

/* Those of `lines` that are not among `others`. */
static void put_missing(struct fake_control_call *call, const char *key,
                        const struct fl_span *lines, size_t count, const struct fl_span *others,
                        size_t other_count)
{
    fl_json_key(call->answer, key);
    struct fl_json_writer all = fl_json_begin_array(call->answer->out);
    for (size_t i = 0, k = 0; i < count; i++) {
        while (k < other_count && by_bytes(&others[k], &lines[i]) < 0)
            k++;
        bool found = k < other_count && by_bytes(&others[k], &lines[i]) == 0;
        if (!found) fl_json_put_string(&all, NULL, lines[i]);
    }
    fake_control_end(call, &all);
}

static void put_changes(struct fake_control_call *call, struct fl_span before, struct fl_span after)
{
    size_t before_count = 0, after_count = 0;
    struct fl_span *old = sorted_lines(before, &before_count);
    struct fl_span *new = sorted_lines(after, &after_count);
    if (old && new) {
        put_missing(call, "removed", old, before_count, new, after_count);
        put_missing(call, "added", new, after_count, old, before_count);
    } else {
        fake_control_wrong(call, "%s", fl_error_text(FL_ENOMEM));
    }
    free(old);
    free(new);
}

static void diff(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    struct fl_buf now = FL_BUF_INIT(DUMP_BYTES_MAX);
    if (!serve->is_marked)
        fake_control_wrong(call, "there is no mark to compare with");
    else if (take_dump(call, &now))
        put_changes(call, fl_buf_span(&serve->mark), fl_buf_span(&now));
    fl_buf_release(&now);
}

static void hash(struct fake_control_call *call)
{
    struct fl_buf text = FL_BUF_INIT(DUMP_BYTES_MAX);
    char hex[FAKE_SHA1_HEX_BYTES];
    if (take_dump(call, &text)) {
        fake_sha1_hex(fl_buf_span(&text), hex);
        fl_json_put_string(call->answer, "hash", (struct fl_span){hex, sizeof hex});
    }
    fl_buf_release(&text);
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
    {"diff", "", "what has changed since `mark`: lines of `dump` that went and that came", diff},
    {"hash", "", "a hash of all keys and values: equal for the same, whatever has happened", hash},
    {"save", "", "writes all keys to the file of --save", save},
    {"flush", "", "removes all keys", flush},
    {0},
};
