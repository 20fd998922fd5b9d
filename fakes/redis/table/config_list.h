/* fakes/redis/table/config_list.h - the parameters of CONFIG, in the order of names, with
 * what 7.0.15 starts with.
 *
 * X(name, kind, value, limits): the kinds are those of config.h; limits are "least most" of a
 * number, the least number of bytes, the words of a choice, and the name that an alias stands for.
 */
#ifndef FAKE_REDIS_CONFIG_LIST_H
#define FAKE_REDIS_CONFIG_LIST_H

// clang-format off
#define FAKE_CONFIG_LIST(X) \
    X("acl-pubsub-default", CHOICE, "resetchannels", "allchannels, resetchannels") \
    X("aclfile", FIXED, "", "") \
    X("acllog-max-len", NUMBER, "128", "0 9223372036854775807") \
    X("active-defrag-cycle-max", NUMBER, "25", "1 99") \
    X("active-defrag-cycle-min", NUMBER, "1", "1 99") \
    X("active-defrag-ignore-bytes", BYTES, "104857600", "1") \
    X("active-defrag-max-scan-fields", NUMBER, "1000", "1 9223372036854775807") \
    X("active-defrag-threshold-lower", NUMBER, "10", "0 1000") \
    X("active-defrag-threshold-upper", NUMBER, "100", "0 1000") \
    X("active-expire-effort", NUMBER, "1", "1 10") \
    X("activedefrag", SWITCH, "no", "") \
    X("activerehashing", SWITCH, "yes", "") \
    X("always-show-logo", FIXED, "no", "") \
    X("aof-disable-auto-gc", SWITCH, "no", "") \
    X("aof-load-truncated", SWITCH, "yes", "") \
    X("aof-rewrite-incremental-fsync", SWITCH, "yes", "") \
    X("aof-timestamp-enabled", SWITCH, "no", "") \
    X("aof-use-rdb-preamble", SWITCH, "yes", "") \
    X("aof_rewrite_cpulist", FIXED, "", "") \
    X("appenddirname", FIXED, "appendonlydir", "") \
    X("appendfilename", FIXED, "appendonly.aof", "") \
    X("appendfsync", CHOICE, "everysec", "everysec, always, no") \
    X("appendonly", SWITCH, "no", "") \
    X("auto-aof-rewrite-min-size", BYTES, "67108864", "0") \
    X("auto-aof-rewrite-percentage", NUMBER, "100", "0 2147483647") \
    X("bgsave_cpulist", FIXED, "", "") \
    X("bind", TEXT, "* -::*", "") \
    X("bind-source-addr", TEXT, "", "") \
    X("bio_cpulist", FIXED, "", "") \
    X("busy-reply-threshold", NUMBER, "5000", "0 9223372036854775807") \
    X("client-output-buffer-limit", LIMITS, "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60", "") \
    X("client-query-buffer-limit", BYTES, "1073741824", "1048576") \
    X("cluster-allow-pubsubshard-when-down", SWITCH, "yes", "") \
    X("cluster-allow-reads-when-down", SWITCH, "no", "") \
    X("cluster-allow-replica-migration", SWITCH, "yes", "") \
    X("cluster-announce-bus-port", NUMBER, "0", "0 65535") \
    X("cluster-announce-hostname", HOSTNAME, "", "") \
    X("cluster-announce-ip", TEXT, "", "") \
    X("cluster-announce-port", NUMBER, "0", "0 65535") \
    X("cluster-announce-tls-port", NUMBER, "0", "0 65535") \
    X("cluster-config-file", FIXED, "nodes.conf", "") \
    X("cluster-enabled", FIXED, "no", "") \
    X("cluster-link-sendbuf-limit", BYTES, "0", "0") \
    X("cluster-migration-barrier", NUMBER, "1", "0 2147483647") \
    X("cluster-node-timeout", NUMBER, "15000", "0 9223372036854775807") \
    X("cluster-port", FIXED, "0", "") \
    X("cluster-preferred-endpoint-type", CHOICE, "ip", "ip, hostname, unknown-endpoint") \
    X("cluster-replica-no-failover", SWITCH, "no", "") \
    X("cluster-replica-validity-factor", NUMBER, "10", "0 2147483647") \
    X("cluster-require-full-coverage", SWITCH, "yes", "") \
    X("cluster-slave-no-failover", ALIAS, "", "cluster-replica-no-failover") \
    X("cluster-slave-validity-factor", ALIAS, "", "cluster-replica-validity-factor") \
    X("crash-log-enabled", SWITCH, "yes", "") \
    X("crash-memcheck-enabled", SWITCH, "yes", "") \
    X("daemonize", FIXED, "no", "") \
    X("databases", FIXED, "16", "") \
    X("dbfilename", PROTECTED, "dump.rdb", "") \
    X("dir", PROTECTED, "/", "") \
    X("disable-thp", FIXED, "yes", "") \
    X("dynamic-hz", SWITCH, "yes", "") \
    X("enable-debug-command", FIXED, "no", "") \
    X("enable-module-command", FIXED, "no", "") \
    X("enable-protected-configs", FIXED, "no", "") \
    X("hash-max-listpack-entries", NUMBER, "512", "0 9223372036854775807") \
    X("hash-max-listpack-value", BYTES, "64", "0") \
    X("hash-max-ziplist-entries", ALIAS, "", "hash-max-listpack-entries") \
    X("hash-max-ziplist-value", ALIAS, "", "hash-max-listpack-value") \
    X("hll-sparse-max-bytes", BYTES, "3000", "0") \
    X("hz", NUMBER, "10", "0 2147483647") \
    X("ignore-warnings", TEXT, "", "") \
    X("io-threads", FIXED, "1", "") \
    X("io-threads-do-reads", FIXED, "no", "") \
    X("jemalloc-bg-thread", SWITCH, "yes", "") \
    X("latency-monitor-threshold", NUMBER, "0", "0 9223372036854775807") \
    X("latency-tracking", SWITCH, "yes", "") \
    X("latency-tracking-info-percentiles", PERCENTILES, "50 99 99.9", "") \
    X("lazyfree-lazy-eviction", SWITCH, "no", "") \
    X("lazyfree-lazy-expire", SWITCH, "no", "") \
    X("lazyfree-lazy-server-del", SWITCH, "no", "") \
    X("lazyfree-lazy-user-del", SWITCH, "no", "") \
    X("lazyfree-lazy-user-flush", SWITCH, "no", "") \
    X("lfu-decay-time", NUMBER, "1", "0 2147483647") \
    X("lfu-log-factor", NUMBER, "10", "0 2147483647") \
    X("list-compress-depth", NUMBER, "0", "0 2147483647") \
    X("list-max-listpack-size", NUMBER, "-2", "-2147483648 2147483647") \
    X("list-max-ziplist-size", ALIAS, "", "list-max-listpack-size") \
    X("logfile", FIXED, "", "") \
    X("loglevel", CHOICE, "notice", "debug, verbose, notice, warning") \
    X("lua-time-limit", ALIAS, "", "busy-reply-threshold") \
    X("masterauth", TEXT, "", "") \
    X("masteruser", TEXT, "", "") \
    X("maxclients", NUMBER, "10000", "1 4294967295") \
    X("maxmemory", BYTES, "0", "0") \
    X("maxmemory-clients", PERCENT, "0", "") \
    X("maxmemory-eviction-tenacity", NUMBER, "10", "0 100") \
    X("maxmemory-policy", CHOICE, "noeviction", "volatile-lru, volatile-lfu, volatile-random, volatile-ttl, allkeys-lru, allkeys-lfu, allkeys-random, noeviction") \
    X("maxmemory-samples", NUMBER, "5", "1 2147483647") \
    X("min-replicas-max-lag", NUMBER, "10", "0 2147483647") \
    X("min-replicas-to-write", NUMBER, "0", "0 2147483647") \
    X("min-slaves-max-lag", ALIAS, "", "min-replicas-max-lag") \
    X("min-slaves-to-write", ALIAS, "", "min-replicas-to-write") \
    X("no-appendfsync-on-rewrite", SWITCH, "no", "") \
    X("notify-keyspace-events", EVENTS, "", "") \
    X("oom-score-adj", CHOICE, "no", "no, yes, relative, absolute") \
    X("oom-score-adj-values", SCORES, "0 200 800", "") \
    X("pidfile", FIXED, "", "") \
    X("port", NUMBER, "6379", "0 65535") \
    X("proc-title-template", TEXT, "{title} {listen-addr} {server-mode}", "") \
    X("propagation-error-behavior", CHOICE, "ignore", "ignore, panic, panic-on-replicas") \
    X("protected-mode", SWITCH, "yes", "") \
    X("proto-max-bulk-len", BYTES, "536870912", "1048576") \
    X("rdb-del-sync-files", SWITCH, "no", "") \
    X("rdb-save-incremental-fsync", SWITCH, "yes", "") \
    X("rdbchecksum", FIXED, "yes", "") \
    X("rdbcompression", SWITCH, "yes", "") \
    X("repl-backlog-size", BYTES, "1048576", "0") \
    X("repl-backlog-ttl", NUMBER, "3600", "0 9223372036854775807") \
    X("repl-disable-tcp-nodelay", SWITCH, "no", "") \
    X("repl-diskless-load", CHOICE, "disabled", "disabled, on-empty-db, swapdb") \
    X("repl-diskless-sync", SWITCH, "yes", "") \
    X("repl-diskless-sync-delay", NUMBER, "5", "0 2147483647") \
    X("repl-diskless-sync-max-replicas", NUMBER, "0", "0 2147483647") \
    X("repl-ping-replica-period", NUMBER, "10", "1 2147483647") \
    X("repl-ping-slave-period", ALIAS, "", "repl-ping-replica-period") \
    X("repl-timeout", NUMBER, "60", "1 2147483647") \
    X("replica-announce-ip", TEXT, "", "") \
    X("replica-announce-port", NUMBER, "0", "0 65535") \
    X("replica-announced", SWITCH, "yes", "") \
    X("replica-ignore-disk-write-errors", SWITCH, "no", "") \
    X("replica-ignore-maxmemory", SWITCH, "yes", "") \
    X("replica-lazy-flush", SWITCH, "no", "") \
    X("replica-priority", NUMBER, "100", "0 2147483647") \
    X("replica-read-only", SWITCH, "yes", "") \
    X("replica-serve-stale-data", SWITCH, "yes", "") \
    X("replicaof", FIXED, "", "") \
    X("requirepass", TEXT, "", "") \
    X("sanitize-dump-payload", CHOICE, "no", "no, yes, clients") \
    X("save", SAVE, "", "") \
    X("server_cpulist", FIXED, "", "") \
    X("set-max-intset-entries", NUMBER, "512", "0 9223372036854775807") \
    X("set-proc-title", FIXED, "yes", "") \
    X("shutdown-on-sigint", CHOICE, "default", "default, save, nosave, now, force") \
    X("shutdown-on-sigterm", CHOICE, "default", "default, save, nosave, now, force") \
    X("shutdown-timeout", NUMBER, "10", "0 2147483647") \
    X("slave-announce-ip", ALIAS, "", "replica-announce-ip") \
    X("slave-announce-port", ALIAS, "", "replica-announce-port") \
    X("slave-ignore-maxmemory", ALIAS, "", "replica-ignore-maxmemory") \
    X("slave-lazy-flush", ALIAS, "", "replica-lazy-flush") \
    X("slave-priority", ALIAS, "", "replica-priority") \
    X("slave-read-only", ALIAS, "", "replica-read-only") \
    X("slave-serve-stale-data", ALIAS, "", "replica-serve-stale-data") \
    X("slaveof", ALIAS, "", "replicaof") \
    X("slowlog-log-slower-than", NUMBER, "10000", "-1 9223372036854775807") \
    X("slowlog-max-len", NUMBER, "128", "0 9223372036854775807") \
    X("socket-mark-id", FIXED, "0", "") \
    X("stop-writes-on-bgsave-error", SWITCH, "yes", "") \
    X("stream-node-max-bytes", BYTES, "4096", "0") \
    X("stream-node-max-entries", NUMBER, "100", "0 9223372036854775807") \
    X("supervised", FIXED, "no", "") \
    X("syslog-enabled", FIXED, "no", "") \
    X("syslog-facility", FIXED, "local0", "") \
    X("syslog-ident", FIXED, "redis", "") \
    X("tcp-backlog", FIXED, "511", "") \
    X("tcp-keepalive", NUMBER, "300", "0 2147483647") \
    X("timeout", NUMBER, "0", "0 2147483647") \
    X("tls-auth-clients", CHOICE, "yes", "no, yes, optional") \
    X("tls-ca-cert-dir", TEXT, "", "") \
    X("tls-ca-cert-file", TEXT, "", "") \
    X("tls-cert-file", TEXT, "", "") \
    X("tls-ciphers", TEXT, "", "") \
    X("tls-ciphersuites", TEXT, "", "") \
    X("tls-client-cert-file", TEXT, "", "") \
    X("tls-client-key-file", TEXT, "", "") \
    X("tls-client-key-file-pass", TEXT, "", "") \
    X("tls-cluster", SWITCH, "no", "") \
    X("tls-dh-params-file", TEXT, "", "") \
    X("tls-key-file", TEXT, "", "") \
    X("tls-key-file-pass", TEXT, "", "") \
    X("tls-port", NUMBER, "0", "0 65535") \
    X("tls-prefer-server-ciphers", SWITCH, "no", "") \
    X("tls-protocols", TEXT, "", "") \
    X("tls-replication", SWITCH, "no", "") \
    X("tls-session-cache-size", NUMBER, "20480", "0 2147483647") \
    X("tls-session-cache-timeout", NUMBER, "300", "0 2147483647") \
    X("tls-session-caching", SWITCH, "yes", "") \
    X("tracking-table-max-keys", NUMBER, "1000000", "0 9223372036854775807") \
    X("unixsocket", FIXED, "", "") \
    X("unixsocketperm", FIXED, "0", "") \
    X("zset-max-listpack-entries", NUMBER, "128", "0 9223372036854775807") \
    X("zset-max-listpack-value", BYTES, "64", "0") \
    X("zset-max-ziplist-entries", ALIAS, "", "zset-max-listpack-entries") \
    X("zset-max-ziplist-value", ALIAS, "", "zset-max-listpack-value")
// clang-format on

#endif
