/* INFO: every section and field of 7.0.15, in its order. What a fake has not, like processor time
 * and fragmentation, is told as an idle server would. */
#include <stdio.h>

#include "core/assert.h"
#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/caching.h"
#include "fakes/redis/engine/replication.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/lua/functions.h"
#include "fakes/redis/lua/script.h"
#include "fakes/redis/table/command_facts.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/table/config.h"

__attribute__((format(printf, 2, 3))) static void line(struct fake_out *out, const char *format,
                                                       ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof(text) - 2, format, args);
    va_end(args);
    fl_assert(length < (int)sizeof(text) - 2);
    fake_out_append(out, text, (size_t)length);
    fake_out_append(out, "\r\n", 2);
}

/* Fields that never differ, as they are written, "a:1\nb:2\n". */
static void lines(struct fake_out *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fake_out_append(out, text, length);
        fake_out_append(out, "\r\n", 2);
        text += length + 1;
    }
}

/* "name:123" and "name_human:123B". */
static void size_lines(struct fake_out *out, const char *name, const char *human_name, size_t bytes)
{
    static const char units[] = "BKMG";
    size_t unit = 0;
    double value = (double)bytes;
    for (; value >= 1024 && unit + 1 < strlen(units); unit++)
        value /= 1024;
    line(out, "%s:%zu", name, bytes);
    line(out, unit ? "%s:%.2f%c" : "%s:%.0f%c", human_name, value, units[unit]);
}

static unsigned long long ull(uint64_t value)
{
    return value;
}

/* ---- sections ---- */

static void info_server(struct fake_out *out, struct fake_redis *engine)
{
    char hex[FAKE_REPLICATION_ID_BYTES + 1], number[FAKE_CONFIG_TEXT_BYTES];
    int64_t uptime_s = (engine->now_us - engine->started_us) / 1000000;
    struct fl_span port = fake_config_text(engine, fake_config_find(FL_SPAN("port")), number);
    fake_replication_id(engine, FAKE_ID_OF_RUN, hex);
    line(out, "redis_version:%s", engine->options.version);
    lines(out, "redis_git_sha1:00000000\nredis_git_dirty:0\nredis_build_id:0\n");
    line(out, "redis_mode:%s", engine->cluster ? "cluster" : "standalone");
    lines(out, "os:Linux\narch_bits:64\nmonotonic_clock:POSIX clock_gettime\n"
               "multiplexing_api:epoll\natomicvar_api:c11-builtin\ngcc_version:12.2.0\n"
               "process_id:1\nprocess_supervised:no\n");
    line(out, "run_id:%s", hex);
    line(out, "tcp_port:%.*s", FL_SPAN_ARGS(port));
    line(out, "server_time_usec:%lld", (long long)engine->now_us);
    line(out, "uptime_in_seconds:%lld", (long long)uptime_s);
    line(out, "uptime_in_days:%lld", (long long)(uptime_s / 86400));
    lines(out, "hz:10\nconfigured_hz:10\n");
    line(out, "lru_clock:%lld", (long long)(engine->now_us / 1000000 & 0xffffff));
    lines(out, "executable:/usr/bin/redis-server\nconfig_file:\nio_threads_active:0\n");
}

static void info_clients(struct fake_out *out, struct fake_redis *engine)
{
    unsigned blocked = 0, with_deadline = 0;
    const struct fake_redis_session *session = engine->first_blocked;
    for (; session; session = session->next_blocked) {
        blocked++;
        with_deadline += fake_blocking_until_us(session) != FL_NEVER_US;
    }
    line(out, "connected_clients:%u", engine->session_count);
    line(out, "cluster_connections:0");
    line(out, "maxclients:%lld", (long long)fake_config_number(engine, "maxclients"));
    line(out, "client_recent_max_input_buffer:0");
    line(out, "client_recent_max_output_buffer:0");
    line(out, "blocked_clients:%u", blocked);
    line(out, "tracking_clients:%u", fake_caching_clients(engine));
    line(out, "clients_in_timeout_table:%u", with_deadline);
}

static void used_memory(struct fake_out *out, struct fake_redis *engine)
{
    size_t bytes = fake_stats_memory_bytes(engine), peak = engine->stats.memory_peak_bytes;
    size_t dataset = bytes - FAKE_ENGINE_BASE_BYTES;
    size_lines(out, "used_memory", "used_memory_human", bytes);
    size_lines(out, "used_memory_rss", "used_memory_rss_human", bytes);
    size_lines(out, "used_memory_peak", "used_memory_peak_human", peak);
    line(out, "used_memory_peak_perc:%.2f%%", 100 * (double)bytes / (double)peak);
    line(out, "used_memory_overhead:%d", FAKE_ENGINE_BASE_BYTES);
    line(out, "used_memory_startup:%d", FAKE_ENGINE_BASE_BYTES);
    line(out, "used_memory_dataset:%zu", dataset);
    line(out, "used_memory_dataset_perc:%.2f%%", dataset ? 100.0 : 0.0);
    line(out, "allocator_allocated:%zu", bytes);
    line(out, "allocator_active:%zu", bytes);
    line(out, "allocator_resident:%zu", bytes);
}

static size_t machine_bytes(const struct fake_lua *machine)
{
    return machine ? machine->arena.live_bytes : 0;
}

static void script_memory(struct fake_out *out, const struct fake_redis *engine)
{
    const struct fake_scripts *scripts = engine->scripts;
    const struct fake_functions *functions = scripts ? scripts->functions : NULL;
    size_t eval = scripts ? machine_bytes(scripts->machine) : 0, known = 0;
    size_t function = functions ? machine_bytes(functions->machine) : 0;
    uint32_t i = 0;
    if (scripts)
        for (struct fake_entry *e; (e = fake_dict_next(&scripts->cache, &i));)
            known += ((const struct fake_script *)e->value)->is_known;
    line(out, "used_memory_lua:%zu", eval);
    size_lines(out, "used_memory_vm_eval", "used_memory_lua_human", eval);
    line(out, "used_memory_scripts_eval:0");
    line(out, "number_of_cached_scripts:%zu", known);
    line(out, "number_of_functions:%zu", functions ? functions->function_count : 0);
    line(out, "number_of_libraries:%zu", functions ? functions->library_count : 0);
    line(out, "used_memory_vm_functions:%zu", function);
    size_lines(out, "used_memory_vm_total", "used_memory_vm_total_human", eval + function);
    line(out, "used_memory_functions:0");
    size_lines(out, "used_memory_scripts", "used_memory_scripts_human", 0);
}

static void info_memory(struct fake_out *out, struct fake_redis *engine)
{
    char number[FAKE_CONFIG_TEXT_BYTES];
    struct fl_span policy =
        fake_config_text(engine, fake_config_find(FL_SPAN("maxmemory-policy")), number);
    used_memory(out, engine);
    size_lines(out, "total_system_memory", "total_system_memory_human", (size_t)16 << 30);
    script_memory(out, engine);
    size_lines(out, "maxmemory", "maxmemory_human", engine->memory_max_bytes);
    line(out, "maxmemory_policy:%.*s", FL_SPAN_ARGS(policy));
    lines(out, "allocator_frag_ratio:1.00\nallocator_frag_bytes:0\nallocator_rss_ratio:1.00\n"
               "allocator_rss_bytes:0\nrss_overhead_ratio:1.00\nrss_overhead_bytes:0\n"
               "mem_fragmentation_ratio:1.00\nmem_fragmentation_bytes:0\n"
               "mem_not_counted_for_evict:0\nmem_replication_backlog:0\n"
               "mem_total_replication_buffers:0\nmem_clients_slaves:0\nmem_clients_normal:0\n"
               "mem_cluster_links:0\nmem_aof_buffer:0\nmem_allocator:jemalloc-5.3.0\n"
               "active_defrag_running:0\nlazyfree_pending_objects:0\nlazyfreed_objects:0\n");
}

static void info_persistence(struct fake_out *out, struct fake_redis *engine)
{
    line(out, "loading:%d", engine->states & FAKE_REDIS_LOADING ? 1 : 0);
    lines(out, "async_loading:0\ncurrent_cow_peak:0\ncurrent_cow_size:0\ncurrent_cow_size_age:0\n"
               "current_fork_perc:0.00\ncurrent_save_keys_processed:0\n"
               "current_save_keys_total:0\n");
    line(out, "rdb_changes_since_last_save:%llu",
         ull(engine->version_counter - engine->saved_version));
    line(out, "rdb_bgsave_in_progress:0");
    line(out, "rdb_last_save_time:%lld", (long long)(engine->saved_us / 1000000));
    line(out, "rdb_last_bgsave_status:%s", engine->states & FAKE_REDIS_MISCONF ? "err" : "ok");
    lines(out, "rdb_last_bgsave_time_sec:-1\nrdb_current_bgsave_time_sec:-1\n");
    line(out, "rdb_saves:%llu", ull(engine->saves));
    lines(out, "rdb_last_cow_size:0\nrdb_last_load_keys_expired:0\nrdb_last_load_keys_loaded:0\n");
    line(out, "aof_enabled:%d", fake_config_is_on(engine, "appendonly") ? 1 : 0);
    lines(out, "aof_rewrite_in_progress:0\naof_rewrite_scheduled:0\naof_last_rewrite_time_sec:-1\n"
               "aof_current_rewrite_time_sec:-1\naof_last_bgrewrite_status:ok\naof_rewrites:0\n"
               "aof_rewrites_consecutive_failures:0\naof_last_write_status:ok\n"
               "aof_last_cow_size:0\nmodule_fork_in_progress:0\nmodule_fork_last_cow_size:0\n");
}

static void info_stats(struct fake_out *out, struct fake_redis *engine)
{
    const struct fake_stats *stats = &engine->stats;
    line(out, "total_connections_received:%llu", ull(stats->connections));
    line(out, "total_commands_processed:%llu", ull(stats->commands_processed));
    line(out, "instantaneous_ops_per_sec:0");
    line(out, "total_net_input_bytes:%llu", ull(stats->bytes_in));
    line(out, "total_net_output_bytes:%llu", ull(stats->bytes_out));
    lines(out, "total_net_repl_input_bytes:0\ntotal_net_repl_output_bytes:0\n"
               "instantaneous_input_kbps:0.00\ninstantaneous_output_kbps:0.00\n"
               "instantaneous_input_repl_kbps:0.00\ninstantaneous_output_repl_kbps:0.00\n");
    line(out, "rejected_connections:%llu", ull(stats->rejected_connections));
    lines(out, "sync_full:0\nsync_partial_ok:0\nsync_partial_err:0\n");
    line(out, "expired_keys:%llu", ull(stats->expired_keys));
    lines(out, "expired_stale_perc:0.00\nexpired_time_cap_reached_count:0\n"
               "expire_cycle_cpu_milliseconds:0\n");
    line(out, "evicted_keys:%llu", ull(stats->evicted_keys));
    lines(out, "evicted_clients:0\ntotal_eviction_exceeded_time:0\n"
               "current_eviction_exceeded_time:0\nkeyspace_hits:0\nkeyspace_misses:0\n");
    line(out, "pubsub_channels:%u", engine->topics[FAKE_TOPIC_CHANNEL].count);
    line(out, "pubsub_patterns:%u", engine->topics[FAKE_TOPIC_PATTERN].count);
    line(out, "pubsubshard_channels:%u", engine->topics[FAKE_TOPIC_SHARD].count);
    lines(out, "latest_fork_usec:0\ntotal_forks:0\nmigrate_cached_sockets:0\n"
               "slave_expires_tracked_keys:0\nactive_defrag_hits:0\nactive_defrag_misses:0\n"
               "active_defrag_key_hits:0\nactive_defrag_key_misses:0\n"
               "total_active_defrag_time:0\ncurrent_active_defrag_time:0\n"
               "tracking_total_keys:0\ntracking_total_items:0\ntracking_total_prefixes:0\n"
               "unexpected_error_replies:0\n");
    line(out, "total_error_replies:%llu", ull(stats->error_replies));
    line(out, "dump_payload_sanitizations:0");
    line(out, "total_reads_processed:%llu", ull(stats->commands_processed));
    line(out, "total_writes_processed:%llu", ull(stats->commands_processed));
    lines(out, "io_threaded_reads_processed:0\nio_threaded_writes_processed:0\n"
               "reply_buffer_shrinks:0\nreply_buffer_expands:0\n");
}

static void info_master(struct fake_out *out, const struct fake_redis *engine)
{
    struct fl_span host = fake_str_span(engine->master_host);
    line(out, "master_host:%.*s", (int)(host.length & 0x7f), host.bytes);
    line(out, "master_port:%u", engine->master_port);
    lines(out, "master_link_status:down\nmaster_last_io_seconds_ago:-1\n"
               "master_sync_in_progress:0\nslave_read_repl_offset:0\nslave_repl_offset:0\n"
               "master_link_down_since_seconds:-1\n");
    line(out, "slave_priority:%lld", (long long)fake_config_number(engine, "replica-priority"));
    line(out, "slave_read_only:%d", fake_config_is_on(engine, "replica-read-only") ? 1 : 0);
    line(out, "replica_announced:%d", fake_config_is_on(engine, "replica-announced") ? 1 : 0);
}

static void info_replication(struct fake_out *out, struct fake_redis *engine)
{
    char id[FAKE_REPLICATION_ID_BYTES + 1];
    bool is_replica = engine->master_host || (engine->states & FAKE_REDIS_READONLY);
    line(out, "role:%s", is_replica ? "slave" : "master");
    if (engine->master_host) info_master(out, engine);
    lines(out, "connected_slaves:0\n");
    int64_t wanted = fake_config_number(engine, "min-replicas-to-write");
    if (wanted > 0 && fake_config_number(engine, "min-replicas-max-lag") > 0)
        line(out, "min_slaves_good_slaves:0");
    line(out, "master_failover_state:no-failover");
    fake_replication_id(engine, FAKE_ID_OF_DATA, id);
    line(out, "master_replid:%s", id);
    lines(out, "master_replid2:0000000000000000000000000000000000000000\nmaster_repl_offset:0\n"
               "second_repl_offset:-1\nrepl_backlog_active:0\n");
    line(out, "repl_backlog_size:%lld", (long long)fake_config_number(engine, "repl-backlog-size"));
    lines(out, "repl_backlog_first_byte_offset:0\nrepl_backlog_histlen:0\n");
}

static void info_cpu(struct fake_out *out, struct fake_redis *engine)
{
    (void)engine;
    lines(out, "used_cpu_sys:0.000000\nused_cpu_user:0.000000\nused_cpu_sys_children:0.000000\n"
               "used_cpu_user_children:0.000000\nused_cpu_sys_main_thread:0.000000\n"
               "used_cpu_user_main_thread:0.000000\n");
}

static void info_modules(struct fake_out *out, struct fake_redis *engine)
{
    (void)out;
    (void)engine;
}

/* Commands take no virtual time. */
static void info_commandstats(struct fake_out *out, struct fake_redis *engine)
{
    for (size_t i = 0; i < fake_command_count(); i++) {
        const struct fake_command_stats *row = &engine->stats.commands[i];
        if (row->calls || row->rejected)
            line(out,
                 "cmdstat_%s:calls=%llu,usec=0,usec_per_call=0.00,rejected_calls=%llu,"
                 "failed_calls=%llu",
                 fake_command_at(i)->name, ull(row->calls), ull(row->rejected), ull(row->failed));
    }
}

static void info_errorstats(struct fake_out *out, struct fake_redis *engine)
{
    for (size_t i = 0; i < engine->stats.error_kinds; i++)
        line(out, "errorstat_%s:count=%llu", engine->stats.errors[i].code,
             ull(engine->stats.errors[i].count));
}

static void info_latencystats(struct fake_out *out, struct fake_redis *engine)
{
    for (size_t i = 0; i < fake_command_count(); i++)
        if (engine->stats.commands[i].calls)
            line(out, "latency_percentiles_usec_%s:p50=0.000,p99=0.000,p99.9=0.000",
                 fake_command_at(i)->name);
}

static void info_cluster(struct fake_out *out, struct fake_redis *engine)
{
    line(out, "cluster_enabled:%d", engine->cluster ? 1 : 0);
}

static void info_keyspace(struct fake_out *out, struct fake_redis *engine)
{
    for (unsigned id = 0; id < FAKE_REDIS_DATABASES; id++) {
        const struct fake_dict *keys = &engine->databases[id].keys;
        uint32_t i = 0, mortal = 0;
        for (struct fake_entry *entry; (entry = fake_dict_next(keys, &i));)
            mortal += ((const struct fake_redis_key *)entry->value)->expires_ms != FL_NEVER_US;
        if (keys->count) line(out, "db%u:keys=%u,expires=%u,avg_ttl=0", id, keys->count, mortal);
    }
}

/* ---- INFO ---- */

static const struct section {
    const char *name, *title;
    void (*write)(struct fake_out *out, struct fake_redis *engine);
    bool by_default;
} sections[] = {
    {"server", "Server", info_server, true},
    {"clients", "Clients", info_clients, true},
    {"memory", "Memory", info_memory, true},
    {"persistence", "Persistence", info_persistence, true},
    {"stats", "Stats", info_stats, true},
    {"replication", "Replication", info_replication, true},
    {"cpu", "CPU", info_cpu, true},
    {"modules", "Modules", info_modules, true},
    {"commandstats", "Commandstats", info_commandstats, false},
    {"errorstats", "Errorstats", info_errorstats, true},
    {"latencystats", "Latencystats", info_latencystats, false},
    {"cluster", "Cluster", info_cluster, true},
    {"keyspace", "Keyspace", info_keyspace, true},
};

static bool is_wanted(const struct fake_call *call, const struct section *section)
{
    for (size_t i = 1; i < call->count; i++)
        if (fake_arg_is(call->args[i], section->name) || fake_arg_is(call->args[i], "all") ||
            fake_arg_is(call->args[i], "everything") ||
            (section->by_default && fake_arg_is(call->args[i], "default")))
            return true;
    return call->count == 1 && section->by_default;
}

void fake_cmd_info(struct fake_call *call)
{
    struct fake_out text = {0};
    for (size_t i = 0; i < FL_COUNT(sections); i++) {
        if (!is_wanted(call, &sections[i])) continue;
        if (text.length) fake_out_append(&text, "\r\n", 2);
        line(&text, "# %s", sections[i].title);
        sections[i].write(&text, call->engine);
    }
    fake_reply_text(call->out, (struct fl_span){text.bytes, text.length});
    call->out->broken |= text.broken;
    fake_out_release(&text);
}
