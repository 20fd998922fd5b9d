/* fakes/redis/table/command_list.h - the command table: every command that Redis 7.0 knows, in the
 * order of names.
 *
 * X(name, handler, family, arity, flags, first key, last key, step): arity counts the name,
 * negative is "at least"; a name with "|" is a subcommand; the family is an enum fake_family
 * without its prefix. Arity, flags and keys are those that COMMAND of Redis 7.0.15 tells. A row
 * whose handler is `unsupported` answers a loud error. */
#ifndef FAKE_REDIS_COMMAND_LIST_H
#define FAKE_REDIS_COMMAND_LIST_H

#include "fakes/redis/table/command.h"

#define FAKE_READ             FAKE_CMD_READ
#define FAKE_WRITE            FAKE_CMD_WRITE
#define FAKE_GROW             (FAKE_CMD_WRITE | FAKE_CMD_DENYOOM)
#define FAKE_ADMIN            FAKE_CMD_ADMIN
#define FAKE_PUBSUB           FAKE_CMD_PUBSUB
#define FAKE_NOSCRIPT         FAKE_CMD_NOSCRIPT
#define FAKE_BLOCKING         FAKE_CMD_BLOCKING
#define FAKE_ALWAYS           (FAKE_CMD_LOADING | FAKE_CMD_STALE)
#define FAKE_STALE            FAKE_CMD_STALE
#define FAKE_NO_ASYNC_LOADING FAKE_CMD_NO_ASYNC_LOADING
#define FAKE_ALLOW_BUSY       FAKE_CMD_ALLOW_BUSY
#define FAKE_NO_AUTH          FAKE_CMD_NO_AUTH
#define FAKE_NO_MULTI         FAKE_CMD_NO_MULTI
#define FAKE_MOVABLE_KEYS     FAKE_CMD_MOVABLE_KEYS
#define FAKE_SKIP_SLOWLOG     FAKE_CMD_SKIP_SLOWLOG
#define FAKE_ASKING           FAKE_CMD_ASKING
#define FAKE_FAST             FAKE_CMD_FAST
#define FAKE_DANGEROUS        FAKE_CMD_DANGEROUS
#define FAKE_FOR_ADMIN        FAKE_CMD_FOR_ADMIN
#define FAKE_UNQUEUED         FAKE_CMD_UNQUEUED
#define FAKE_CONTAINER        FAKE_CMD_CONTAINER
#define FAKE_TALK             (FAKE_CMD_NOSCRIPT | FAKE_ALWAYS | FAKE_CMD_ALLOW_BUSY)
#define FAKE_RUN_SCRIPT                                                                            \
    (FAKE_CMD_NOSCRIPT | FAKE_CMD_STALE | FAKE_CMD_MOVABLE_KEYS | FAKE_CMD_NO_MANDATORY_KEYS |     \
     FAKE_CMD_SKIP_MONITOR)

// clang-format off
#define FAKE_COMMAND_LIST(X) \
    X("acl", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("acl|cat", acl_cat, SERVER, -2, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("acl|deluser", acl_deluser, SERVER, -3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("acl|dryrun", acl_dryrun, SERVER, -4, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("acl|genpass", acl_genpass, SERVER, -2, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("acl|getuser", acl_getuser, SERVER, 3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("acl|help", help, SERVER, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("acl|list", acl_list, SERVER, 2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("acl|load", acl_file, SERVER, 2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("acl|log", acl_log, SERVER, -2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("acl|save", acl_file, SERVER, 2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("acl|setuser", acl_setuser, SERVER, -3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("acl|users", acl_users, SERVER, 2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("acl|whoami", acl_whoami, SERVER, 2, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("append", append, STRING, 3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("asking", asking, CONNECTION, 1, FAKE_FAST, 0, 0, 0) \
    X("auth", auth, CONNECTION, -2, FAKE_TALK | FAKE_NO_AUTH | FAKE_FAST, 0, 0, 0) \
    X("bgrewriteaof", bgrewriteaof, SERVER, 1, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("bgsave", bgsave, SERVER, -1, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("bitcount", bitcount, BITMAP, -2, FAKE_READ, 1, 1, 1) \
    X("bitfield", bitfield, BITMAP, -2, FAKE_GROW, 1, 1, 1) \
    X("bitfield_ro", bitfield_ro, BITMAP, -2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("bitop", bitop, BITMAP, -4, FAKE_GROW, 2, -1, 1) \
    X("bitpos", bitpos, BITMAP, -3, FAKE_READ, 1, 1, 1) \
    X("blmove", blmove, LIST, 6, FAKE_GROW | FAKE_NOSCRIPT | FAKE_BLOCKING, 1, 2, 1) \
    X("blmpop", blmpop, LIST, -5, FAKE_WRITE | FAKE_BLOCKING | FAKE_MOVABLE_KEYS, 0, 0, 0) \
    X("blpop", blpop, LIST, -3, FAKE_WRITE | FAKE_NOSCRIPT | FAKE_BLOCKING, 1, -2, 1) \
    X("brpop", brpop, LIST, -3, FAKE_WRITE | FAKE_NOSCRIPT | FAKE_BLOCKING, 1, -2, 1) \
    X("brpoplpush", brpoplpush, LIST, 4, FAKE_GROW | FAKE_NOSCRIPT | FAKE_BLOCKING, 1, 2, 1) \
    X("bzmpop", bzmpop, ZSET, -5, FAKE_WRITE | FAKE_BLOCKING | FAKE_MOVABLE_KEYS, 0, 0, 0) \
    X("bzpopmax", bzpopmax, ZSET, -3, FAKE_WRITE | FAKE_NOSCRIPT | FAKE_BLOCKING | FAKE_FAST, 1, -2, 1) \
    X("bzpopmin", bzpopmin, ZSET, -3, FAKE_WRITE | FAKE_NOSCRIPT | FAKE_BLOCKING | FAKE_FAST, 1, -2, 1) \
    X("client", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("client|caching", client_caching, CONNECTION, 3, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|getname", client_getname, CONNECTION, 2, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|getredir", client_getredir, CONNECTION, 2, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|help", help, CONNECTION, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("client|id", client_id, CONNECTION, 2, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|info", client_info, CONNECTION, 2, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|kill", client_kill, CONNECTION, -3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|list", client_list, CONNECTION, -2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|no-evict", client_no_evict, CONNECTION, 3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|no-touch", client_no_touch, CONNECTION, 3, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|pause", client_pause, CONNECTION, -3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|reply", client_reply, CONNECTION, 3, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|setinfo", client_setinfo, CONNECTION, 4, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|setname", client_setname, CONNECTION, 3, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|tracking", client_tracking, CONNECTION, -3, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|trackinginfo", client_trackinginfo, CONNECTION, 2, FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|unblock", client_unblock, CONNECTION, -3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("client|unpause", client_unpause, CONNECTION, 2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("cluster", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("cluster|addslots", cluster, SERVER, -3, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|addslotsrange", cluster, SERVER, -4, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|bumpepoch", cluster, SERVER, 2, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|count-failure-reports", cluster, SERVER, 3, FAKE_ADMIN | FAKE_STALE, 0, 0, 0) \
    X("cluster|countkeysinslot", cluster, SERVER, 3, FAKE_STALE, 0, 0, 0) \
    X("cluster|delslots", cluster, SERVER, -3, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|delslotsrange", cluster, SERVER, -4, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|failover", cluster, SERVER, -2, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|flushslots", cluster, SERVER, 2, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|forget", cluster, SERVER, 3, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|getkeysinslot", cluster, SERVER, 4, FAKE_STALE, 0, 0, 0) \
    X("cluster|help", cluster, SERVER, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("cluster|info", cluster, SERVER, 2, FAKE_STALE, 0, 0, 0) \
    X("cluster|keyslot", cluster, SERVER, 3, FAKE_STALE, 0, 0, 0) \
    X("cluster|links", cluster, SERVER, 2, FAKE_STALE, 0, 0, 0) \
    X("cluster|meet", cluster, SERVER, -4, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|myid", cluster, SERVER, 2, FAKE_STALE, 0, 0, 0) \
    X("cluster|nodes", cluster, SERVER, 2, FAKE_STALE, 0, 0, 0) \
    X("cluster|replicas", cluster, SERVER, 3, FAKE_ADMIN | FAKE_STALE, 0, 0, 0) \
    X("cluster|replicate", cluster, SERVER, 3, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|reset", cluster, SERVER, -2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_STALE, 0, 0, 0) \
    X("cluster|saveconfig", cluster, SERVER, 2, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|set-config-epoch", cluster, SERVER, 3, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|setslot", cluster, SERVER, -4, FAKE_ADMIN | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("cluster|shards", cluster, SERVER, 2, FAKE_STALE, 0, 0, 0) \
    X("cluster|slaves", cluster, SERVER, 3, FAKE_ADMIN | FAKE_STALE, 0, 0, 0) \
    X("cluster|slots", cluster, SERVER, 2, FAKE_STALE, 0, 0, 0) \
    X("command", command, CONNECTION, -1, FAKE_ALWAYS | FAKE_CONTAINER, 0, 0, 0) \
    X("command|count", command_count, CONNECTION, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("command|docs", command_docs, CONNECTION, -2, FAKE_ALWAYS, 0, 0, 0) \
    X("command|getkeys", command_getkeys, CONNECTION, -4, FAKE_ALWAYS, 0, 0, 0) \
    X("command|getkeysandflags", command_getkeysandflags, CONNECTION, -4, FAKE_ALWAYS, 0, 0, 0) \
    X("command|help", help, CONNECTION, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("command|info", command_info, CONNECTION, -2, FAKE_ALWAYS, 0, 0, 0) \
    X("command|list", command_list, CONNECTION, -2, FAKE_ALWAYS, 0, 0, 0) \
    X("config", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("config|get", config_get, SERVER, -3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("config|help", help, SERVER, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("config|resetstat", config_resetstat, SERVER, 2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("config|rewrite", config_rewrite, SERVER, 2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("config|set", config_set, SERVER, -4, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("copy", copy, KEYSPACE, -3, FAKE_GROW, 1, 2, 1) \
    X("dbsize", dbsize, KEYSPACE, 1, FAKE_READ | FAKE_FAST, 0, 0, 0) \
    X("debug", debug, SERVER, -2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("decr", decr, STRING, 2, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("decrby", decrby, STRING, 3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("del", del, KEYSPACE, -2, FAKE_WRITE, 1, -1, 1) \
    X("discard", discard, TRANSACTION, 1, FAKE_TALK | FAKE_FAST | FAKE_UNQUEUED, 0, 0, 0) \
    X("dump", dump, KEYSPACE, 2, FAKE_READ, 1, 1, 1) \
    X("echo", echo, CONNECTION, 2, FAKE_ALWAYS | FAKE_FAST, 0, 0, 0) \
    X("eval", eval, SCRIPTING, -3, FAKE_RUN_SCRIPT, 0, 0, 0) \
    X("eval_ro", eval_ro, SCRIPTING, -3, FAKE_READ | FAKE_RUN_SCRIPT, 0, 0, 0) \
    X("evalsha", evalsha, SCRIPTING, -3, FAKE_RUN_SCRIPT, 0, 0, 0) \
    X("evalsha_ro", evalsha_ro, SCRIPTING, -3, FAKE_READ | FAKE_RUN_SCRIPT, 0, 0, 0) \
    X("exec", exec, TRANSACTION, 1, FAKE_NOSCRIPT | FAKE_ALWAYS | FAKE_SKIP_SLOWLOG | FAKE_UNQUEUED, 0, 0, 0) \
    X("exists", exists, KEYSPACE, -2, FAKE_READ | FAKE_FAST, 1, -1, 1) \
    X("expire", expire, KEYSPACE, -3, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("expireat", expireat, KEYSPACE, -3, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("expiretime", expiretime, KEYSPACE, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("failover", failover, SERVER, -1, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_STALE, 0, 0, 0) \
    X("fcall", fcall, SCRIPTING, -3, FAKE_RUN_SCRIPT, 0, 0, 0) \
    X("fcall_ro", fcall_ro, SCRIPTING, -3, FAKE_READ | FAKE_RUN_SCRIPT, 0, 0, 0) \
    X("flushall", flushall, KEYSPACE, -1, FAKE_WRITE | FAKE_DANGEROUS, 0, 0, 0) \
    X("flushdb", flushdb, KEYSPACE, -1, FAKE_WRITE | FAKE_DANGEROUS, 0, 0, 0) \
    X("function", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("function|delete", function_delete, SCRIPTING, 3, FAKE_WRITE | FAKE_NOSCRIPT, 0, 0, 0) \
    X("function|dump", function_dump, SCRIPTING, 2, FAKE_NOSCRIPT, 0, 0, 0) \
    X("function|flush", function_flush, SCRIPTING, -2, FAKE_WRITE | FAKE_NOSCRIPT, 0, 0, 0) \
    X("function|help", help, SCRIPTING, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("function|kill", function_kill, SCRIPTING, 2, FAKE_NOSCRIPT | FAKE_ALLOW_BUSY, 0, 0, 0) \
    X("function|list", function_list, SCRIPTING, -2, FAKE_NOSCRIPT, 0, 0, 0) \
    X("function|load", function_load, SCRIPTING, -3, FAKE_GROW | FAKE_NOSCRIPT, 0, 0, 0) \
    X("function|restore", function_restore, SCRIPTING, -3, FAKE_GROW | FAKE_NOSCRIPT, 0, 0, 0) \
    X("function|stats", function_stats, SCRIPTING, 2, FAKE_NOSCRIPT | FAKE_ALLOW_BUSY, 0, 0, 0) \
    X("geoadd", geoadd, GEO, -5, FAKE_GROW, 1, 1, 1) \
    X("geodist", geodist, GEO, -4, FAKE_READ, 1, 1, 1) \
    X("geohash", geohash, GEO, -2, FAKE_READ, 1, 1, 1) \
    X("geopos", geopos, GEO, -2, FAKE_READ, 1, 1, 1) \
    X("georadius", georadius, GEO, -6, FAKE_GROW | FAKE_MOVABLE_KEYS, 1, 1, 1) \
    X("georadius_ro", georadius_ro, GEO, -6, FAKE_READ, 1, 1, 1) \
    X("georadiusbymember", georadiusbymember, GEO, -5, FAKE_GROW | FAKE_MOVABLE_KEYS, 1, 1, 1) \
    X("georadiusbymember_ro", georadiusbymember_ro, GEO, -5, FAKE_READ, 1, 1, 1) \
    X("geosearch", geosearch, GEO, -7, FAKE_READ, 1, 1, 1) \
    X("geosearchstore", geosearchstore, GEO, -8, FAKE_GROW, 1, 2, 1) \
    X("get", get, STRING, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("getbit", getbit, BITMAP, 3, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("getdel", getdel, STRING, 2, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("getex", getex, STRING, -2, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("getrange", getrange, STRING, 4, FAKE_READ, 1, 1, 1) \
    X("getset", getset, STRING, 3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("hdel", hdel, HASH, -3, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("hello", hello, CONNECTION, -1, FAKE_TALK | FAKE_NO_AUTH | FAKE_FAST, 0, 0, 0) \
    X("hexists", hexists, HASH, 3, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("hget", hget, HASH, 3, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("hgetall", hgetall, HASH, 2, FAKE_READ, 1, 1, 1) \
    X("hincrby", hincrby, HASH, 4, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("hincrbyfloat", hincrbyfloat, HASH, 4, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("hkeys", hkeys, HASH, 2, FAKE_READ, 1, 1, 1) \
    X("hlen", hlen, HASH, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("hmget", hmget, HASH, -3, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("hmset", hmset, HASH, -4, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("host:", hang_up, CONNECTION, -1, FAKE_TALK | FAKE_NO_AUTH, 0, 0, 0) \
    X("hrandfield", hrandfield, HASH, -2, FAKE_READ, 1, 1, 1) \
    X("hscan", hscan, HASH, -3, FAKE_READ, 1, 1, 1) \
    X("hset", hset, HASH, -4, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("hsetnx", hsetnx, HASH, 4, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("hstrlen", hstrlen, HASH, 3, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("hvals", hvals, HASH, 2, FAKE_READ, 1, 1, 1) \
    X("incr", incr, STRING, 2, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("incrby", incrby, STRING, 3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("incrbyfloat", incrbyfloat, STRING, 3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("info", info, SERVER, -1, FAKE_ALWAYS | FAKE_DANGEROUS, 0, 0, 0) \
    X("keys", keys, KEYSPACE, 2, FAKE_READ | FAKE_DANGEROUS, 0, 0, 0) \
    X("lastsave", lastsave, SERVER, 1, FAKE_ALWAYS | FAKE_FAST | FAKE_FOR_ADMIN, 0, 0, 0) \
    X("latency", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("latency|doctor", latency_doctor, SERVER, 2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("latency|graph", latency_graph, SERVER, 3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("latency|help", help, SERVER, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("latency|histogram", latency_histogram, SERVER, -2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("latency|history", latency_history, SERVER, 3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("latency|latest", latency_latest, SERVER, 2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("latency|reset", latency_reset, SERVER, -2, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("lcs", lcs, STRING, -3, FAKE_READ, 1, 2, 1) \
    X("lindex", lindex, LIST, 3, FAKE_READ, 1, 1, 1) \
    X("linsert", linsert, LIST, 5, FAKE_GROW, 1, 1, 1) \
    X("llen", llen, LIST, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("lmove", lmove, LIST, 5, FAKE_GROW, 1, 2, 1) \
    X("lmpop", lmpop, LIST, -4, FAKE_WRITE | FAKE_MOVABLE_KEYS, 0, 0, 0) \
    X("lolwut", lolwut, SERVER, -1, FAKE_READ | FAKE_FAST, 0, 0, 0) \
    X("lpop", lpop, LIST, -2, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("lpos", lpos, LIST, -3, FAKE_READ, 1, 1, 1) \
    X("lpush", lpush, LIST, -3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("lpushx", lpushx, LIST, -3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("lrange", lrange, LIST, 4, FAKE_READ, 1, 1, 1) \
    X("lrem", lrem, LIST, 4, FAKE_WRITE, 1, 1, 1) \
    X("lset", lset, LIST, 4, FAKE_GROW, 1, 1, 1) \
    X("ltrim", ltrim, LIST, 4, FAKE_WRITE, 1, 1, 1) \
    X("memory", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("memory|doctor", memory_doctor, SERVER, 2, 0, 0, 0, 0) \
    X("memory|help", help, SERVER, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("memory|malloc-stats", memory_malloc_stats, SERVER, 2, 0, 0, 0, 0) \
    X("memory|purge", memory_purge, SERVER, 2, 0, 0, 0, 0) \
    X("memory|stats", memory_stats, SERVER, 2, 0, 0, 0, 0) \
    X("memory|usage", memory_usage, SERVER, -3, FAKE_READ, 2, 2, 1) \
    X("mget", mget, STRING, -2, FAKE_READ | FAKE_FAST, 1, -1, 1) \
    X("migrate", unsupported, KEYSPACE, -6, FAKE_WRITE | FAKE_MOVABLE_KEYS | FAKE_DANGEROUS, 3, 3, 1) \
    X("module", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("module|help", help, SERVER, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("module|list", module_list, SERVER, 2, FAKE_ADMIN | FAKE_NOSCRIPT, 0, 0, 0) \
    X("module|load", module_load, SERVER, -3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("module|loadex", module_load, SERVER, -3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("module|unload", module_load, SERVER, 3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("monitor", monitor, SERVER, 1, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("move", move, KEYSPACE, 3, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("mset", mset, STRING, -3, FAKE_GROW, 1, -1, 2) \
    X("msetnx", msetnx, STRING, -3, FAKE_GROW, 1, -1, 2) \
    X("multi", multi, TRANSACTION, 1, FAKE_TALK | FAKE_FAST | FAKE_UNQUEUED, 0, 0, 0) \
    X("object", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("object|encoding", object_encoding, KEYSPACE, 3, FAKE_READ, 2, 2, 1) \
    X("object|freq", object_freq, KEYSPACE, 3, FAKE_READ, 2, 2, 1) \
    X("object|help", help, KEYSPACE, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("object|idletime", object_idletime, KEYSPACE, 3, FAKE_READ, 2, 2, 1) \
    X("object|refcount", object_refcount, KEYSPACE, 3, FAKE_READ, 2, 2, 1) \
    X("persist", persist, KEYSPACE, 2, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("pexpire", pexpire, KEYSPACE, -3, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("pexpireat", pexpireat, KEYSPACE, -3, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("pexpiretime", pexpiretime, KEYSPACE, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("pfadd", pfadd, HYPERLOGLOG, -2, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("pfcount", pfcount, HYPERLOGLOG, -2, FAKE_READ, 1, -1, 1) \
    X("pfdebug", pfdebug, HYPERLOGLOG, 3, FAKE_GROW | FAKE_ADMIN, 2, 2, 1) \
    X("pfmerge", pfmerge, HYPERLOGLOG, -2, FAKE_GROW, 1, -1, 1) \
    X("pfselftest", pfselftest, HYPERLOGLOG, 1, FAKE_ADMIN, 0, 0, 0) \
    X("ping", ping, CONNECTION, -1, FAKE_FAST, 0, 0, 0) \
    X("post", hang_up, CONNECTION, -1, FAKE_TALK | FAKE_NO_AUTH, 0, 0, 0) \
    X("psetex", psetex, STRING, 4, FAKE_GROW, 1, 1, 1) \
    X("psubscribe", psubscribe, PUBSUB, -2, FAKE_PUBSUB | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("psync", unsupported, SERVER, -3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_NO_ASYNC_LOADING | FAKE_NO_MULTI, 0, 0, 0) \
    X("pttl", pttl, KEYSPACE, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("publish", publish, PUBSUB, 3, FAKE_PUBSUB | FAKE_ALWAYS | FAKE_FAST, 0, 0, 0) \
    X("pubsub", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("pubsub|channels", pubsub_channels, PUBSUB, -2, FAKE_PUBSUB | FAKE_ALWAYS, 0, 0, 0) \
    X("pubsub|help", help, SERVER, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("pubsub|numpat", pubsub_numpat, PUBSUB, 2, FAKE_PUBSUB | FAKE_ALWAYS, 0, 0, 0) \
    X("pubsub|numsub", pubsub_numsub, PUBSUB, -2, FAKE_PUBSUB | FAKE_ALWAYS, 0, 0, 0) \
    X("pubsub|shardchannels", pubsub_shardchannels, PUBSUB, -2, FAKE_PUBSUB | FAKE_ALWAYS, 0, 0, 0) \
    X("pubsub|shardnumsub", pubsub_shardnumsub, PUBSUB, -2, FAKE_PUBSUB | FAKE_ALWAYS, 0, 0, 0) \
    X("punsubscribe", punsubscribe, PUBSUB, -1, FAKE_PUBSUB | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("quit", quit, CONNECTION, -1, FAKE_TALK | FAKE_NO_AUTH | FAKE_FAST | FAKE_UNQUEUED, 0, 0, 0) \
    X("randomkey", randomkey, KEYSPACE, 1, FAKE_READ, 0, 0, 0) \
    X("readonly", cluster_mode, CONNECTION, 1, FAKE_ALWAYS | FAKE_FAST, 0, 0, 0) \
    X("readwrite", cluster_mode, CONNECTION, 1, FAKE_ALWAYS | FAKE_FAST, 0, 0, 0) \
    X("rename", rename, KEYSPACE, 3, FAKE_WRITE, 1, 2, 1) \
    X("renamenx", renamenx, KEYSPACE, 3, FAKE_WRITE | FAKE_FAST, 1, 2, 1) \
    X("replconf", replconf, SERVER, -1, FAKE_ADMIN | FAKE_TALK, 0, 0, 0) \
    X("replicaof", replicaof, SERVER, 3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("reset", reset, CONNECTION, 1, FAKE_TALK | FAKE_NO_AUTH | FAKE_FAST | FAKE_UNQUEUED, 0, 0, 0) \
    X("restore", restore, KEYSPACE, -4, FAKE_GROW | FAKE_DANGEROUS, 1, 1, 1) \
    X("restore-asking", restore, KEYSPACE, -4, FAKE_GROW | FAKE_ASKING | FAKE_DANGEROUS, 1, 1, 1) \
    X("role", role, SERVER, 1, FAKE_NOSCRIPT | FAKE_ALWAYS | FAKE_FAST | FAKE_FOR_ADMIN, 0, 0, 0) \
    X("rpop", rpop, LIST, -2, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("rpoplpush", rpoplpush, LIST, 3, FAKE_GROW, 1, 2, 1) \
    X("rpush", rpush, LIST, -3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("rpushx", rpushx, LIST, -3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("sadd", sadd, SET, -3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("save", save, SERVER, 1, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_NO_ASYNC_LOADING | FAKE_NO_MULTI, 0, 0, 0) \
    X("scan", scan, KEYSPACE, -2, FAKE_READ, 0, 0, 0) \
    X("scard", scard, SET, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("script", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("script|debug", script_debug, SCRIPTING, 3, FAKE_NOSCRIPT, 0, 0, 0) \
    X("script|exists", script_exists, SCRIPTING, -3, FAKE_NOSCRIPT, 0, 0, 0) \
    X("script|flush", script_flush, SCRIPTING, -2, FAKE_NOSCRIPT, 0, 0, 0) \
    X("script|help", help, SCRIPTING, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("script|kill", script_kill, SCRIPTING, 2, FAKE_NOSCRIPT | FAKE_ALLOW_BUSY, 0, 0, 0) \
    X("script|load", script_load, SCRIPTING, 3, FAKE_NOSCRIPT | FAKE_STALE, 0, 0, 0) \
    X("sdiff", sdiff, SET, -2, FAKE_READ, 1, -1, 1) \
    X("sdiffstore", sdiffstore, SET, -3, FAKE_GROW, 1, -1, 1) \
    X("select", select, CONNECTION, 2, FAKE_ALWAYS | FAKE_FAST, 0, 0, 0) \
    X("set", set, STRING, -3, FAKE_GROW, 1, 1, 1) \
    X("setbit", setbit, BITMAP, 4, FAKE_GROW, 1, 1, 1) \
    X("setex", setex, STRING, 4, FAKE_GROW, 1, 1, 1) \
    X("setnx", setnx, STRING, 3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("setrange", setrange, STRING, 4, FAKE_GROW, 1, 1, 1) \
    X("shutdown", shutdown, SERVER, -1, FAKE_ADMIN | FAKE_TALK | FAKE_NO_MULTI, 0, 0, 0) \
    X("sinter", sinter, SET, -2, FAKE_READ, 1, -1, 1) \
    X("sintercard", sintercard, SET, -3, FAKE_READ | FAKE_MOVABLE_KEYS, 0, 0, 0) \
    X("sinterstore", sinterstore, SET, -3, FAKE_GROW, 1, -1, 1) \
    X("sismember", sismember, SET, 3, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("slaveof", replicaof, SERVER, 3, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_STALE | FAKE_NO_ASYNC_LOADING, 0, 0, 0) \
    X("slowlog", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("slowlog|get", slowlog_get, SERVER, -2, FAKE_ADMIN | FAKE_ALWAYS, 0, 0, 0) \
    X("slowlog|help", help, SERVER, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("slowlog|len", slowlog_len, SERVER, 2, FAKE_ADMIN | FAKE_ALWAYS, 0, 0, 0) \
    X("slowlog|reset", slowlog_reset, SERVER, 2, FAKE_ADMIN | FAKE_ALWAYS, 0, 0, 0) \
    X("smembers", smembers, SET, 2, FAKE_READ, 1, 1, 1) \
    X("smismember", smismember, SET, -3, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("smove", smove, SET, 4, FAKE_WRITE | FAKE_FAST, 1, 2, 1) \
    X("sort", sort, SORT, -2, FAKE_GROW | FAKE_MOVABLE_KEYS | FAKE_DANGEROUS, 1, 1, 1) \
    X("sort_ro", sort_ro, SORT, -2, FAKE_READ | FAKE_MOVABLE_KEYS | FAKE_DANGEROUS, 1, 1, 1) \
    X("spop", spop, SET, -2, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("spublish", spublish, PUBSUB, 3, FAKE_PUBSUB | FAKE_ALWAYS | FAKE_FAST, 1, 1, 1) \
    X("srandmember", srandmember, SET, -2, FAKE_READ, 1, 1, 1) \
    X("srem", srem, SET, -3, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("sscan", sscan, SET, -3, FAKE_READ, 1, 1, 1) \
    X("ssubscribe", ssubscribe, PUBSUB, -2, FAKE_PUBSUB | FAKE_NOSCRIPT | FAKE_ALWAYS, 1, -1, 1) \
    X("strlen", strlen, STRING, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("subscribe", subscribe, PUBSUB, -2, FAKE_PUBSUB | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("substr", getrange, STRING, 4, FAKE_READ, 1, 1, 1) \
    X("sunion", sunion, SET, -2, FAKE_READ, 1, -1, 1) \
    X("sunionstore", sunionstore, SET, -3, FAKE_GROW, 1, -1, 1) \
    X("sunsubscribe", sunsubscribe, PUBSUB, -1, FAKE_PUBSUB | FAKE_NOSCRIPT | FAKE_ALWAYS, 1, -1, 1) \
    X("swapdb", swapdb, KEYSPACE, 3, FAKE_WRITE | FAKE_FAST | FAKE_DANGEROUS, 0, 0, 0) \
    X("sync", unsupported, SERVER, 1, FAKE_ADMIN | FAKE_NOSCRIPT | FAKE_NO_ASYNC_LOADING | FAKE_NO_MULTI, 0, 0, 0) \
    X("time", time, SERVER, 1, FAKE_ALWAYS | FAKE_FAST, 0, 0, 0) \
    X("touch", touch, KEYSPACE, -2, FAKE_READ | FAKE_FAST, 1, -1, 1) \
    X("ttl", ttl, KEYSPACE, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("type", type, KEYSPACE, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("unlink", del, KEYSPACE, -2, FAKE_WRITE | FAKE_FAST, 1, -1, 1) \
    X("unsubscribe", unsubscribe, PUBSUB, -1, FAKE_PUBSUB | FAKE_NOSCRIPT | FAKE_ALWAYS, 0, 0, 0) \
    X("unwatch", unwatch, TRANSACTION, 1, FAKE_TALK | FAKE_FAST, 0, 0, 0) \
    X("wait", wait, CONNECTION, 3, FAKE_NOSCRIPT, 0, 0, 0) \
    X("watch", watch, TRANSACTION, -2, FAKE_TALK | FAKE_FAST | FAKE_UNQUEUED, 1, -1, 1) \
    X("xack", xack, STREAM, -4, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("xadd", xadd, STREAM, -5, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("xautoclaim", xautoclaim, STREAM, -6, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("xclaim", xclaim, STREAM, -6, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("xdel", xdel, STREAM, -3, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("xgroup", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("xgroup|create", xgroup_create, STREAM, -5, FAKE_GROW, 2, 2, 1) \
    X("xgroup|createconsumer", xgroup_createconsumer, STREAM, 5, FAKE_GROW, 2, 2, 1) \
    X("xgroup|delconsumer", xgroup_delconsumer, STREAM, 5, FAKE_WRITE, 2, 2, 1) \
    X("xgroup|destroy", xgroup_destroy, STREAM, 4, FAKE_WRITE, 2, 2, 1) \
    X("xgroup|help", help, STREAM, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("xgroup|setid", xgroup_setid, STREAM, -5, FAKE_WRITE, 2, 2, 1) \
    X("xinfo", container, SERVER, -2, FAKE_CONTAINER, 0, 0, 0) \
    X("xinfo|consumers", xinfo_consumers, STREAM, 4, FAKE_READ, 2, 2, 1) \
    X("xinfo|groups", xinfo_groups, STREAM, 3, FAKE_READ, 2, 2, 1) \
    X("xinfo|help", help, STREAM, 2, FAKE_ALWAYS, 0, 0, 0) \
    X("xinfo|stream", xinfo_stream, STREAM, -3, FAKE_READ, 2, 2, 1) \
    X("xlen", xlen, STREAM, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("xpending", xpending, STREAM, -3, FAKE_READ, 1, 1, 1) \
    X("xrange", xrange, STREAM, -4, FAKE_READ, 1, 1, 1) \
    X("xread", xread, STREAM, -4, FAKE_READ | FAKE_BLOCKING | FAKE_MOVABLE_KEYS, 0, 0, 0) \
    X("xreadgroup", xreadgroup, STREAM, -7, FAKE_WRITE | FAKE_BLOCKING | FAKE_MOVABLE_KEYS, 0, 0, 0) \
    X("xrevrange", xrevrange, STREAM, -4, FAKE_READ, 1, 1, 1) \
    X("xsetid", xsetid, STREAM, -3, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("xtrim", xtrim, STREAM, -4, FAKE_WRITE, 1, 1, 1) \
    X("zadd", zadd, ZSET, -4, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("zcard", zcard, ZSET, 2, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("zcount", zcount, ZSET, 4, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("zdiff", zdiff, ZSET, -3, FAKE_READ | FAKE_MOVABLE_KEYS, 0, 0, 0) \
    X("zdiffstore", zdiffstore, ZSET, -4, FAKE_GROW | FAKE_MOVABLE_KEYS, 1, 1, 1) \
    X("zincrby", zincrby, ZSET, 4, FAKE_GROW | FAKE_FAST, 1, 1, 1) \
    X("zinter", zinter, ZSET, -3, FAKE_READ | FAKE_MOVABLE_KEYS, 0, 0, 0) \
    X("zintercard", zintercard, ZSET, -3, FAKE_READ | FAKE_MOVABLE_KEYS, 0, 0, 0) \
    X("zinterstore", zinterstore, ZSET, -4, FAKE_GROW | FAKE_MOVABLE_KEYS, 1, 1, 1) \
    X("zlexcount", zlexcount, ZSET, 4, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("zmpop", zmpop, ZSET, -4, FAKE_WRITE | FAKE_MOVABLE_KEYS, 0, 0, 0) \
    X("zmscore", zmscore, ZSET, -3, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("zpopmax", zpopmax, ZSET, -2, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("zpopmin", zpopmin, ZSET, -2, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("zrandmember", zrandmember, ZSET, -2, FAKE_READ, 1, 1, 1) \
    X("zrange", zrange, ZSET, -4, FAKE_READ, 1, 1, 1) \
    X("zrangebylex", zrangebylex, ZSET, -4, FAKE_READ, 1, 1, 1) \
    X("zrangebyscore", zrangebyscore, ZSET, -4, FAKE_READ, 1, 1, 1) \
    X("zrangestore", zrangestore, ZSET, -5, FAKE_GROW, 1, 2, 1) \
    X("zrank", zrank, ZSET, 3, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("zrem", zrem, ZSET, -3, FAKE_WRITE | FAKE_FAST, 1, 1, 1) \
    X("zremrangebylex", zremrangebylex, ZSET, 4, FAKE_WRITE, 1, 1, 1) \
    X("zremrangebyrank", zremrangebyrank, ZSET, 4, FAKE_WRITE, 1, 1, 1) \
    X("zremrangebyscore", zremrangebyscore, ZSET, 4, FAKE_WRITE, 1, 1, 1) \
    X("zrevrange", zrevrange, ZSET, -4, FAKE_READ, 1, 1, 1) \
    X("zrevrangebylex", zrevrangebylex, ZSET, -4, FAKE_READ, 1, 1, 1) \
    X("zrevrangebyscore", zrevrangebyscore, ZSET, -4, FAKE_READ, 1, 1, 1) \
    X("zrevrank", zrevrank, ZSET, 3, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("zscan", zscan, ZSET, -3, FAKE_READ, 1, 1, 1) \
    X("zscore", zscore, ZSET, 3, FAKE_READ | FAKE_FAST, 1, 1, 1) \
    X("zunion", zunion, ZSET, -3, FAKE_READ | FAKE_MOVABLE_KEYS, 0, 0, 0) \
    X("zunionstore", zunionstore, ZSET, -4, FAKE_GROW | FAKE_MOVABLE_KEYS, 1, 1, 1)
// clang-format on

#define FAKE_COMMAND_DECLARE(name, handler, family, arity, flags, first, last, step)               \
    void fake_cmd_##handler(struct fake_call *call);
FAKE_COMMAND_LIST(FAKE_COMMAND_DECLARE)
#undef FAKE_COMMAND_DECLARE

#endif
