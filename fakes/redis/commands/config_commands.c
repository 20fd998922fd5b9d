/* CONFIG: looked up by patterns, set all or none. */
#include <ctype.h>

#include "core/assert.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/table/config.h"

static bool fits(struct fl_span pattern, const char *name)
{
    char lower[256];
    if (pattern.length > sizeof(lower)) return false;
    for (size_t i = 0; i < pattern.length; i++)
        lower[i] = (char)tolower((unsigned char)pattern.bytes[i]);
    return fl_span_glob((struct fl_span){lower, pattern.length}, fl_span_from(name));
}

static bool is_asked(const struct fake_call *call, const char *name)
{
    for (size_t i = 2; i < call->count; i++)
        if (fits(call->args[i], name)) return true;
    return false;
}

void fake_cmd_config_get(struct fake_call *call)
{
    size_t place = fake_reply_array_later(call->out), pairs = 0;
    for (size_t i = 0; i < fake_config_count(); i++) {
        char buffer[FAKE_CONFIG_TEXT_BYTES];
        const struct fake_config_row *row = fake_config_at(i);
        if (!is_asked(call, row->name)) continue;
        fake_reply_bulk_text(call->out, row->name);
        fake_reply_bulk(call->out, fake_config_text(call->engine, row, buffer));
        pairs++;
    }
    fake_reply_map_set(call->out, place, pairs);
}

/* ---- CONFIG SET ---- */

static void reply_failed(struct fake_call *call, struct fl_span name, const char *why)
{
    fake_reply_errorf(call->out, "ERR CONFIG SET failed (possibly related to argument '%.*s') - %s",
                      (int)(name.length & 0x3f), name.bytes, why);
}

/* All names are known, none stands twice, none is fixed. False: an error was written. */
static bool check_names(struct fake_call *call)
{
    for (size_t i = 2; i < call->count; i += 2) {
        struct fl_span name = call->args[i];
        const struct fake_config_row *row = fake_config_find(name);
        if (!row) {
            fake_reply_errorf(call->out,
                              "ERR Unknown option or number of arguments for CONFIG SET - '%.*s'",
                              (int)(name.length & 0x3ff), name.bytes);
            return false;
        }
        enum fake_config_kind kind = fake_config_resolve(row)->kind;
        if (kind == FAKE_CONFIG_FIXED || kind == FAKE_CONFIG_PROTECTED) {
            struct fake_out unused = {0};
            reply_failed(call, name, fake_config_check(call->engine, row, name, &unused));
            return false;
        }
        for (size_t j = 2; j < i; j += 2)
            if (fake_config_find(call->args[j]) == row) {
                reply_failed(call, name, "duplicate parameter");
                return false;
            }
    }
    return true;
}

/* Checks all values and keeps them as they will be. False: an error was written. */
static bool read_values(struct fake_call *call, struct fake_str **values)
{
    struct fake_out canonical = {0};
    bool done = true;
    for (size_t i = 2; done && i < call->count; i += 2) {
        canonical.length = 0;
        const char *error = fake_config_check(call->engine, fake_config_find(call->args[i]),
                                              call->args[i + 1], &canonical);
        struct fl_span text = {canonical.bytes, canonical.length};
        struct fake_str **value = &values[i / 2 - 1];
        if (!error) *value = fake_str_new(fake_call_heap(call), text);
        done = *value && !canonical.broken;
        if (error)
            reply_failed(call, call->args[i], error);
        else if (!done)
            fake_call_oom(call);
    }
    fake_out_release(&canonical);
    return done;
}

void fake_cmd_config_set(struct fake_call *call)
{
    struct fake_heap *heap = fake_call_heap(call);
    size_t count = call->count / 2 - 1, bytes = count * sizeof(struct fake_str *);
    if (call->count % 2) {
        fake_call_syntax_error(call);
        return;
    }
    if (!check_names(call)) return;
    struct fake_str **values = fake_alloc_zeroed(heap, bytes);
    if (!values) {
        fake_call_oom(call);
        return;
    }
    bool done = true;
    if (read_values(call, values)) {
        for (size_t i = 0; i < count; i++) {
            done &=
                fake_config_set(call->engine, fake_config_find(call->args[2 + i * 2]), values[i]);
            values[i] = NULL;
        }
        if (done)
            fake_reply_ok(call->out);
        else
            fake_call_oom(call);
    }
    for (size_t i = 0; i < count; i++)
        fake_str_free(heap, values[i]);
    fake_release(heap, values, bytes);
}

void fake_cmd_config_rewrite(struct fake_call *call)
{
    fake_reply_error(call->out, "ERR The server is running without a config file");
}
