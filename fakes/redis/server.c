/* Commands about the server: INFO, CONFIG, TIME, ROLE, WAIT. */
#include <stdio.h>

#include "fakes/redis/command_list.h"
#include "fakes/redis/number.h"
#include "fakes/redis/session.h"

void fake_cmd_time(struct fake_call *call)
{
    fake_reply_array(call->out, 2);
    fake_reply_bulk_int(call->out, call->engine->now_us / 1000000);
    fake_reply_bulk_int(call->out, call->engine->now_us % 1000000);
}

void fake_cmd_role(struct fake_call *call)
{
    fake_reply_array(call->out, 3);
    fake_reply_bulk_text(call->out, "master");
    fake_reply_int(call->out, 0);
    fake_reply_array(call->out, 0);
}

void fake_cmd_cluster(struct fake_call *call)
{
    fake_reply_error(call->out, "ERR This instance has cluster support disabled");
}

void fake_cmd_wait(struct fake_call *call)
{
    int64_t replicas, timeout_ms;
    if (!fake_call_int(call, call->args[1], &replicas)) return;
    if (!fake_call_int_range(call, call->args[2], INT64_MIN, INT64_MAX,
                             "ERR timeout is not an integer or out of range", &timeout_ms))
        return;
    if (timeout_ms < 0) {
        fake_reply_error(call->out, "ERR timeout is negative");
        return;
    }
    fake_reply_int(call->out, 0);
}

/* ---- INFO ---- */

__attribute__((format(printf, 2, 3))) static void line(struct fake_out *out, const char *format,
                                                       ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof(text) - 2, format, args);
    va_end(args);
    fake_out_append(out, text, (size_t)length);
    fake_out_append(out, "\r\n", 2);
}

static void info_server(struct fake_out *out, const struct fake_redis *engine)
{
    int64_t uptime_s = (engine->now_us - engine->started_us) / 1000000;
    line(out, "redis_version:%s", engine->options.version);
    line(out, "redis_git_sha1:00000000");
    line(out, "redis_git_dirty:0");
    line(out, "redis_mode:standalone");
    line(out, "os:Linux");
    line(out, "arch_bits:64");
    line(out, "process_id:1");
    line(out, "run_id:%016llx%016llx00000000", (unsigned long long)engine->options.seed,
         (unsigned long long)engine->options.seed);
    line(out, "tcp_port:6379");
    line(out, "server_time_usec:%lld", (long long)engine->now_us);
    line(out, "uptime_in_seconds:%lld", (long long)uptime_s);
    line(out, "uptime_in_days:%lld", (long long)(uptime_s / 86400));
}

static void info_clients(struct fake_out *out, const struct fake_redis *engine)
{
    unsigned blocked = 0;
    const struct fake_redis_session *session = engine->first_blocked;
    for (; session; session = session->next_blocked)
        blocked++;
    line(out, "connected_clients:%u", engine->session_count);
    line(out, "maxclients:%d", FAKE_REDIS_SESSIONS_MAX);
    line(out, "blocked_clients:%u", blocked);
}

static void info_memory(struct fake_out *out, const struct fake_redis *engine)
{
    double mega = 1.0 + (double)engine->heap.used_bytes / (1024 * 1024);
    line(out, "used_memory:%zu", engine->heap.used_bytes + 1024 * 1024);
    line(out, "used_memory_human:%.2fM", mega);
    line(out, "used_memory_peak:%zu", engine->heap.used_bytes + 1024 * 1024);
    line(out, "used_memory_peak_human:%.2fM", mega);
    line(out, "maxmemory:%zu", engine->memory_max_bytes);
    line(out, "maxmemory_policy:noeviction");
}

static void info_persistence(struct fake_out *out, const struct fake_redis *engine)
{
    line(out, "loading:%d", engine->states & FAKE_REDIS_LOADING ? 1 : 0);
    line(out, "rdb_changes_since_last_save:%llu", (unsigned long long)engine->version_counter);
    line(out, "aof_enabled:0");
}

static void info_stats(struct fake_out *out, const struct fake_redis *engine)
{
    line(out, "total_connections_received:%llu", (unsigned long long)engine->last_session_id);
    line(out, "total_commands_processed:%llu", (unsigned long long)engine->commands_processed);
}

static void info_replication(struct fake_out *out, const struct fake_redis *engine)
{
    line(out, "role:%s", engine->states & FAKE_REDIS_READONLY ? "slave" : "master");
    line(out, "connected_slaves:0");
}

static void info_keyspace(struct fake_out *out, const struct fake_redis *engine)
{
    for (unsigned id = 0; id < FAKE_REDIS_DATABASES; id++) {
        const struct fake_dict *keys = &engine->databases[id].keys;
        uint32_t i = 0, mortal = 0;
        for (struct fake_entry *entry; (entry = fake_dict_next(keys, &i));)
            mortal += ((const struct fake_redis_key *)entry->value)->expires_ms != FL_NEVER_US;
        if (keys->count) line(out, "db%u:keys=%u,expires=%u,avg_ttl=0", id, keys->count, mortal);
    }
}

static const struct {
    const char *name, *title;
    void (*write)(struct fake_out *out, const struct fake_redis *engine);
} sections[] = {
    {"server", "Server", info_server},       {"clients", "Clients", info_clients},
    {"memory", "Memory", info_memory},       {"persistence", "Persistence", info_persistence},
    {"stats", "Stats", info_stats},          {"replication", "Replication", info_replication},
    {"keyspace", "Keyspace", info_keyspace},
};

static bool is_wanted(const struct fake_call *call, const char *section)
{
    for (size_t i = 1; i < call->count; i++)
        if (fake_arg_is(call->args[i], section) || fake_arg_is(call->args[i], "default") ||
            fake_arg_is(call->args[i], "all") || fake_arg_is(call->args[i], "everything"))
            return true;
    return call->count == 1;
}

void fake_cmd_info(struct fake_call *call)
{
    struct fake_out text = {0};
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        if (!is_wanted(call, sections[i].name)) continue;
        if (text.length) fake_out_append(&text, "\r\n", 2);
        line(&text, "# %s", sections[i].title);
        sections[i].write(&text, call->engine);
    }
    fake_reply_bulk(call->out, (struct fl_span){text.bytes, text.length});
    fake_out_release(&text);
}

/* ---- CONFIG RESETSTAT ---- */

void fake_cmd_config_resetstat(struct fake_call *call)
{
    call->engine->commands_processed = 0;
    fake_reply_ok(call->out);
}
