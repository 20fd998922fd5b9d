/* SLOWLOG: what was kept of commands that took long. */
#include <stdio.h>

#include "fakes/redis/engine/session.h"
#include "fakes/redis/engine/slowlog.h"
#include "fakes/redis/table/command_list.h"

static void reply_entry(struct fake_call *call, const struct fake_slow *entry)
{
    char address[32];
    fake_reply_array(call->out, 6);
    fake_reply_int(call->out, entry->id);
    fake_reply_int(call->out, entry->when_s);
    fake_reply_int(call->out, entry->duration_us);
    fake_reply_array(call->out, entry->count);
    for (size_t i = 0; i < entry->count; i++)
        fake_reply_bulk(call->out, fake_str_span(entry->args[i]));
    snprintf(address, sizeof(address), "127.0.0.1:%u",
             (unsigned)(40000 + entry->session_id % 20000));
    fake_reply_bulk_text(call->out, address);
    fake_reply_bulk(call->out,
                    entry->client_name ? fake_str_span(entry->client_name) : FL_SPAN(""));
}

void fake_cmd_slowlog_get(struct fake_call *call)
{
    int64_t count = 10;
    if (call->count > 3) {
        fake_reply_errorf(call->out,
                          "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try "
                          "SLOWLOG HELP.",
                          (int)(call->args[1].length & 0x7f), call->args[1].bytes);
        return;
    }
    if (call->count == 3 &&
        !fake_call_int_range(call, call->args[2], -1, INT64_MAX,
                             "ERR count should be greater than or equal to -1", &count))
        return;
    if (count == -1 || count > (int64_t)call->engine->slowlog.length)
        count = (int64_t)call->engine->slowlog.length;
    fake_reply_array(call->out, (size_t)count);
    const struct fake_slow *entry = call->engine->slowlog.newest;
    for (int64_t i = 0; i < count; i++, entry = entry->next)
        reply_entry(call, entry);
}

void fake_cmd_slowlog_len(struct fake_call *call)
{
    fake_reply_int(call->out, (int64_t)call->engine->slowlog.length);
}

void fake_cmd_slowlog_reset(struct fake_call *call)
{
    fake_slowlog_trim(call->engine, 0);
    fake_reply_ok(call->out);
}
