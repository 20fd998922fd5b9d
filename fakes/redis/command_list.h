/* fakes/redis/command_list.h - the command table: every command that the engine knows, in the order
 * of names.
 *
 * X(name, handler, arity, flags, first key, last key, step): arity counts the name, negative is "at
 * least"; a name with "|" is a subcommand. Values as in Redis 7.0's own table. */
#ifndef FAKE_REDIS_COMMAND_LIST_H
#define FAKE_REDIS_COMMAND_LIST_H

#include "fakes/redis/command.h"

#define FAKE_READ  FAKE_CMD_READ
#define FAKE_WRITE FAKE_CMD_WRITE
#define FAKE_GROW  (FAKE_CMD_WRITE | FAKE_CMD_DENYOOM)
#define FAKE_ADMIN (FAKE_CMD_NOSCRIPT | FAKE_CMD_LOADING)
#define FAKE_GROUP FAKE_CMD_CONTAINER
#define FAKE_FREE  FAKE_CMD_LOADING
#define FAKE_TALK  (FAKE_CMD_NOSCRIPT | FAKE_CMD_LOADING | FAKE_CMD_UNQUEUED)

// clang-format off
#define FAKE_COMMAND_LIST(X) \
    X("acl", unsupported, -2, FAKE_ADMIN, 0, 0, 0) \
    X("append", append, 3, FAKE_GROW, 1, 1, 1) \
    X("auth", auth, -2, FAKE_ADMIN, 0, 0, 0) \
    X("bgrewriteaof", unsupported, 1, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("bgsave", unsupported, -1, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("bitcount", bitcount, -2, FAKE_READ, 1, 1, 1) \
    X("bitfield", bitfield, -2, FAKE_GROW, 1, 1, 1) \
    X("bitfield_ro", bitfield_ro, -2, FAKE_READ, 1, 1, 1) \
    X("bitop", bitop, -4, FAKE_GROW, 2, -1, 1) \
    X("bitpos", bitpos, -3, FAKE_READ, 1, 1, 1) \
    X("blmove", blmove, 6, FAKE_GROW | FAKE_CMD_NOSCRIPT, 1, 2, 1) \
    X("blmpop", blmpop, -5, FAKE_WRITE, 0, 0, 0) \
    X("blpop", blpop, -3, FAKE_WRITE | FAKE_CMD_NOSCRIPT, 1, -2, 1) \
    X("brpop", brpop, -3, FAKE_WRITE | FAKE_CMD_NOSCRIPT, 1, -2, 1) \
    X("brpoplpush", brpoplpush, 4, FAKE_GROW | FAKE_CMD_NOSCRIPT, 1, 2, 1) \
    X("bzmpop", bzmpop, -5, FAKE_WRITE, 0, 0, 0) \
    X("bzpopmax", bzpopmax, -3, FAKE_WRITE | FAKE_CMD_NOSCRIPT, 1, -2, 1) \
    X("bzpopmin", bzpopmin, -3, FAKE_WRITE | FAKE_CMD_NOSCRIPT, 1, -2, 1) \
    X("client", container, -2, FAKE_GROUP, 0, 0, 0) \
    X("client|caching", unsupported, 3, FAKE_ADMIN, 0, 0, 0) \
    X("client|getname", client_getname, 2, FAKE_ADMIN, 0, 0, 0) \
    X("client|getredir", unsupported, 2, FAKE_ADMIN, 0, 0, 0) \
    X("client|help", unsupported, 2, FAKE_ADMIN, 0, 0, 0) \
    X("client|id", client_id, 2, FAKE_ADMIN, 0, 0, 0) \
    X("client|info", client_info, 2, FAKE_ADMIN, 0, 0, 0) \
    X("client|kill", unsupported, -3, FAKE_ADMIN, 0, 0, 0) \
    X("client|list", client_list, -2, FAKE_ADMIN, 0, 0, 0) \
    X("client|no-evict", client_no_evict, 3, FAKE_ADMIN, 0, 0, 0) \
    X("client|pause", unsupported, -3, FAKE_ADMIN, 0, 0, 0) \
    X("client|reply", unsupported, 3, FAKE_ADMIN, 0, 0, 0) \
    X("client|setinfo", client_setinfo, 4, FAKE_ADMIN, 0, 0, 0) \
    X("client|setname", client_setname, 3, FAKE_ADMIN, 0, 0, 0) \
    X("client|tracking", unsupported, -3, FAKE_ADMIN, 0, 0, 0) \
    X("client|trackinginfo", unsupported, 2, FAKE_ADMIN, 0, 0, 0) \
    X("client|unblock", client_unblock, -3, FAKE_ADMIN, 0, 0, 0) \
    X("client|unpause", unsupported, 2, FAKE_ADMIN, 0, 0, 0) \
    X("cluster", cluster, -2, FAKE_FREE, 0, 0, 0) \
    X("command", command, -1, FAKE_GROUP | FAKE_FREE, 0, 0, 0) \
    X("command|count", command_count, 2, FAKE_FREE, 0, 0, 0) \
    X("command|docs", command_docs, -2, FAKE_FREE, 0, 0, 0) \
    X("command|getkeys", unsupported, -4, FAKE_FREE, 0, 0, 0) \
    X("command|help", unsupported, 2, FAKE_FREE, 0, 0, 0) \
    X("command|info", unsupported, -2, FAKE_FREE, 0, 0, 0) \
    X("command|list", unsupported, -2, FAKE_FREE, 0, 0, 0) \
    X("config", container, -2, FAKE_GROUP, 0, 0, 0) \
    X("config|get", config_get, -3, FAKE_ADMIN, 0, 0, 0) \
    X("config|help", unsupported, 2, FAKE_ADMIN, 0, 0, 0) \
    X("config|resetstat", config_resetstat, 2, FAKE_ADMIN, 0, 0, 0) \
    X("config|rewrite", unsupported, 2, FAKE_ADMIN, 0, 0, 0) \
    X("config|set", config_set, -4, FAKE_ADMIN, 0, 0, 0) \
    X("copy", copy, -3, FAKE_GROW, 1, 2, 1) \
    X("dbsize", dbsize, 1, FAKE_READ, 0, 0, 0) \
    X("debug", unsupported, -2, FAKE_ADMIN, 0, 0, 0) \
    X("decr", decr, 2, FAKE_GROW, 1, 1, 1) \
    X("decrby", decrby, 3, FAKE_GROW, 1, 1, 1) \
    X("del", del, -2, FAKE_WRITE, 1, -1, 1) \
    X("discard", discard, 1, FAKE_TALK, 0, 0, 0) \
    X("dump", unsupported, 2, FAKE_READ, 1, 1, 1) \
    X("echo", echo, 2, FAKE_FREE, 0, 0, 0) \
    X("eval", eval, -3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("eval_ro", eval_ro, -3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("evalsha", evalsha, -3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("evalsha_ro", evalsha_ro, -3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("exec", exec, 1, FAKE_TALK, 0, 0, 0) \
    X("exists", exists, -2, FAKE_READ, 1, -1, 1) \
    X("expire", expire, -3, FAKE_WRITE, 1, 1, 1) \
    X("expireat", expireat, -3, FAKE_WRITE, 1, 1, 1) \
    X("expiretime", expiretime, 2, FAKE_READ, 1, 1, 1) \
    X("failover", unsupported, -1, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("fcall", unsupported, -3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("fcall_ro", unsupported, -3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("flushall", flushall, -1, FAKE_WRITE, 0, 0, 0) \
    X("flushdb", flushdb, -1, FAKE_WRITE, 0, 0, 0) \
    X("function", unsupported, -2, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("geoadd", unsupported, -5, FAKE_GROW, 1, 1, 1) \
    X("geodist", unsupported, -4, FAKE_READ, 1, 1, 1) \
    X("geohash", unsupported, -2, FAKE_READ, 1, 1, 1) \
    X("geopos", unsupported, -2, FAKE_READ, 1, 1, 1) \
    X("georadius", unsupported, -6, FAKE_GROW, 1, 1, 1) \
    X("georadiusbymember", unsupported, -5, FAKE_GROW, 1, 1, 1) \
    X("geosearch", unsupported, -7, FAKE_READ, 1, 1, 1) \
    X("geosearchstore", unsupported, -8, FAKE_GROW, 1, 2, 1) \
    X("get", get, 2, FAKE_READ, 1, 1, 1) \
    X("getbit", getbit, 3, FAKE_READ, 1, 1, 1) \
    X("getdel", getdel, 2, FAKE_WRITE, 1, 1, 1) \
    X("getex", getex, -2, FAKE_WRITE, 1, 1, 1) \
    X("getrange", getrange, 4, FAKE_READ, 1, 1, 1) \
    X("getset", getset, 3, FAKE_GROW, 1, 1, 1) \
    X("hdel", hdel, -3, FAKE_WRITE, 1, 1, 1) \
    X("hello", hello, -1, FAKE_ADMIN, 0, 0, 0) \
    X("hexists", hexists, 3, FAKE_READ, 1, 1, 1) \
    X("hget", hget, 3, FAKE_READ, 1, 1, 1) \
    X("hgetall", hgetall, 2, FAKE_READ, 1, 1, 1) \
    X("hincrby", hincrby, 4, FAKE_GROW, 1, 1, 1) \
    X("hincrbyfloat", hincrbyfloat, 4, FAKE_GROW, 1, 1, 1) \
    X("hkeys", hkeys, 2, FAKE_READ, 1, 1, 1) \
    X("hlen", hlen, 2, FAKE_READ, 1, 1, 1) \
    X("hmget", hmget, -3, FAKE_READ, 1, 1, 1) \
    X("hmset", hmset, -4, FAKE_GROW, 1, 1, 1) \
    X("host:", hang_up, -1, FAKE_ADMIN, 0, 0, 0) \
    X("hrandfield", unsupported, -2, FAKE_READ, 1, 1, 1) \
    X("hscan", hscan, -3, FAKE_READ, 1, 1, 1) \
    X("hset", hset, -4, FAKE_GROW, 1, 1, 1) \
    X("hsetnx", hsetnx, 4, FAKE_GROW, 1, 1, 1) \
    X("hstrlen", hstrlen, 3, FAKE_READ, 1, 1, 1) \
    X("hvals", hvals, 2, FAKE_READ, 1, 1, 1) \
    X("incr", incr, 2, FAKE_GROW, 1, 1, 1) \
    X("incrby", incrby, 3, FAKE_GROW, 1, 1, 1) \
    X("incrbyfloat", incrbyfloat, 3, FAKE_GROW, 1, 1, 1) \
    X("info", info, -1, FAKE_FREE, 0, 0, 0) \
    X("keys", keys, 2, FAKE_READ, 0, 0, 0) \
    X("lastsave", unsupported, 1, FAKE_FREE, 0, 0, 0) \
    X("latency", unsupported, -2, FAKE_ADMIN, 0, 0, 0) \
    X("lcs", unsupported, -3, FAKE_READ, 1, 2, 1) \
    X("lindex", lindex, 3, FAKE_READ, 1, 1, 1) \
    X("linsert", linsert, 5, FAKE_GROW, 1, 1, 1) \
    X("llen", llen, 2, FAKE_READ, 1, 1, 1) \
    X("lmove", lmove, 5, FAKE_GROW, 1, 2, 1) \
    X("lmpop", lmpop, -4, FAKE_WRITE, 0, 0, 0) \
    X("lolwut", unsupported, -1, FAKE_READ, 0, 0, 0) \
    X("lpop", lpop, -2, FAKE_WRITE, 1, 1, 1) \
    X("lpos", lpos, -3, FAKE_READ, 1, 1, 1) \
    X("lpush", lpush, -3, FAKE_GROW, 1, 1, 1) \
    X("lpushx", lpushx, -3, FAKE_GROW, 1, 1, 1) \
    X("lrange", lrange, 4, FAKE_READ, 1, 1, 1) \
    X("lrem", lrem, 4, FAKE_WRITE, 1, 1, 1) \
    X("lset", lset, 4, FAKE_GROW, 1, 1, 1) \
    X("ltrim", ltrim, 4, FAKE_WRITE, 1, 1, 1) \
    X("memory", container, -2, FAKE_GROUP, 0, 0, 0) \
    X("memory|doctor", unsupported, 2, FAKE_READ, 0, 0, 0) \
    X("memory|help", unsupported, 2, FAKE_FREE, 0, 0, 0) \
    X("memory|stats", unsupported, 2, FAKE_READ, 0, 0, 0) \
    X("memory|usage", memory_usage, -3, FAKE_READ, 2, 2, 1) \
    X("mget", mget, -2, FAKE_READ, 1, -1, 1) \
    X("migrate", unsupported, -6, FAKE_WRITE, 0, 0, 0) \
    X("module", unsupported, -2, FAKE_ADMIN, 0, 0, 0) \
    X("monitor", unsupported, 1, FAKE_ADMIN, 0, 0, 0) \
    X("move", move, 3, FAKE_WRITE, 1, 1, 1) \
    X("mset", mset, -3, FAKE_GROW, 1, -1, 2) \
    X("msetnx", msetnx, -3, FAKE_GROW, 1, -1, 2) \
    X("multi", multi, 1, FAKE_TALK, 0, 0, 0) \
    X("object", container, -2, FAKE_GROUP, 0, 0, 0) \
    X("object|encoding", object_encoding, 3, FAKE_READ, 2, 2, 1) \
    X("object|freq", unsupported, 3, FAKE_READ, 2, 2, 1) \
    X("object|help", unsupported, 2, FAKE_FREE, 0, 0, 0) \
    X("object|idletime", unsupported, 3, FAKE_READ, 2, 2, 1) \
    X("object|refcount", unsupported, 3, FAKE_READ, 2, 2, 1) \
    X("persist", persist, 2, FAKE_WRITE, 1, 1, 1) \
    X("pexpire", pexpire, -3, FAKE_WRITE, 1, 1, 1) \
    X("pexpireat", pexpireat, -3, FAKE_WRITE, 1, 1, 1) \
    X("pexpiretime", pexpiretime, 2, FAKE_READ, 1, 1, 1) \
    X("pfadd", unsupported, -2, FAKE_GROW, 1, 1, 1) \
    X("pfcount", unsupported, -2, FAKE_READ, 1, -1, 1) \
    X("pfmerge", unsupported, -2, FAKE_GROW, 1, -1, 1) \
    X("ping", ping, -1, 0, 0, 0, 0) \
    X("post", hang_up, -1, FAKE_ADMIN, 0, 0, 0) \
    X("psetex", psetex, 4, FAKE_GROW, 1, 1, 1) \
    X("psubscribe", unsupported, -2, FAKE_ADMIN, 0, 0, 0) \
    X("pttl", pttl, 2, FAKE_READ, 1, 1, 1) \
    X("publish", publish, 3, FAKE_FREE, 0, 0, 0) \
    X("pubsub", unsupported, -2, FAKE_FREE, 0, 0, 0) \
    X("punsubscribe", unsupported, -1, FAKE_ADMIN, 0, 0, 0) \
    X("quit", quit, -1, FAKE_TALK, 0, 0, 0) \
    X("randomkey", randomkey, 1, FAKE_READ, 0, 0, 0) \
    X("rename", rename, 3, FAKE_WRITE, 1, 2, 1) \
    X("renamenx", renamenx, 3, FAKE_WRITE, 1, 2, 1) \
    X("replicaof", unsupported, 3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("reset", reset, 1, FAKE_TALK, 0, 0, 0) \
    X("restore", unsupported, -4, FAKE_GROW, 1, 1, 1) \
    X("role", role, 1, FAKE_ADMIN, 0, 0, 0) \
    X("rpop", rpop, -2, FAKE_WRITE, 1, 1, 1) \
    X("rpoplpush", rpoplpush, 3, FAKE_GROW, 1, 2, 1) \
    X("rpush", rpush, -3, FAKE_GROW, 1, 1, 1) \
    X("rpushx", rpushx, -3, FAKE_GROW, 1, 1, 1) \
    X("sadd", sadd, -3, FAKE_GROW, 1, 1, 1) \
    X("save", unsupported, 1, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("scan", scan, -2, FAKE_READ, 0, 0, 0) \
    X("scard", scard, 2, FAKE_READ, 1, 1, 1) \
    X("script", container, -2, FAKE_GROUP, 0, 0, 0) \
    X("script|debug", unsupported, 3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("script|exists", script_exists, -3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("script|flush", script_flush, -2, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("script|help", unsupported, 2, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("script|kill", script_kill, 2, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("script|load", script_load, 3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("sdiff", sdiff, -2, FAKE_READ, 1, -1, 1) \
    X("sdiffstore", sdiffstore, -3, FAKE_GROW, 1, -1, 1) \
    X("select", select, 2, FAKE_FREE, 0, 0, 0) \
    X("set", set, -3, FAKE_GROW, 1, 1, 1) \
    X("setbit", setbit, 4, FAKE_GROW, 1, 1, 1) \
    X("setex", setex, 4, FAKE_GROW, 1, 1, 1) \
    X("setnx", setnx, 3, FAKE_GROW, 1, 1, 1) \
    X("setrange", setrange, 4, FAKE_GROW, 1, 1, 1) \
    X("shutdown", unsupported, -1, FAKE_ADMIN, 0, 0, 0) \
    X("sinter", sinter, -2, FAKE_READ, 1, -1, 1) \
    X("sintercard", sintercard, -3, FAKE_READ, 0, 0, 0) \
    X("sinterstore", sinterstore, -3, FAKE_GROW, 1, -1, 1) \
    X("sismember", sismember, 3, FAKE_READ, 1, 1, 1) \
    X("slaveof", unsupported, 3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("slowlog", unsupported, -2, FAKE_ADMIN, 0, 0, 0) \
    X("smembers", smembers, 2, FAKE_READ, 1, 1, 1) \
    X("smismember", smismember, -3, FAKE_READ, 1, 1, 1) \
    X("smove", smove, 4, FAKE_WRITE, 1, 2, 1) \
    X("sort", unsupported, -2, FAKE_GROW, 1, 1, 1) \
    X("sort_ro", unsupported, -2, FAKE_READ, 1, 1, 1) \
    X("spop", spop, -2, FAKE_WRITE, 1, 1, 1) \
    X("spublish", unsupported, 3, FAKE_FREE, 0, 0, 0) \
    X("srandmember", srandmember, -2, FAKE_READ, 1, 1, 1) \
    X("srem", srem, -3, FAKE_WRITE, 1, 1, 1) \
    X("sscan", sscan, -3, FAKE_READ, 1, 1, 1) \
    X("ssubscribe", unsupported, -2, FAKE_ADMIN, 0, 0, 0) \
    X("strlen", strlen, 2, FAKE_READ, 1, 1, 1) \
    X("subscribe", unsupported, -2, FAKE_ADMIN, 0, 0, 0) \
    X("substr", getrange, 4, FAKE_READ, 1, 1, 1) \
    X("sunion", sunion, -2, FAKE_READ, 1, -1, 1) \
    X("sunionstore", sunionstore, -3, FAKE_GROW, 1, -1, 1) \
    X("sunsubscribe", unsupported, -1, FAKE_ADMIN, 0, 0, 0) \
    X("swapdb", swapdb, 3, FAKE_WRITE, 0, 0, 0) \
    X("time", time, 1, FAKE_FREE, 0, 0, 0) \
    X("touch", exists, -2, FAKE_READ, 1, -1, 1) \
    X("ttl", ttl, 2, FAKE_READ, 1, 1, 1) \
    X("type", type, 2, FAKE_READ, 1, 1, 1) \
    X("unlink", del, -2, FAKE_WRITE, 1, -1, 1) \
    X("unsubscribe", unsupported, -1, FAKE_ADMIN, 0, 0, 0) \
    X("unwatch", unwatch, 1, FAKE_ADMIN, 0, 0, 0) \
    X("wait", wait, 3, FAKE_CMD_NOSCRIPT, 0, 0, 0) \
    X("watch", watch, -2, FAKE_TALK, 1, -1, 1) \
    X("xack", unsupported, -4, FAKE_WRITE, 1, 1, 1) \
    X("xadd", unsupported, -5, FAKE_GROW, 1, 1, 1) \
    X("xautoclaim", unsupported, -6, FAKE_WRITE, 1, 1, 1) \
    X("xclaim", unsupported, -6, FAKE_WRITE, 1, 1, 1) \
    X("xdel", unsupported, -3, FAKE_WRITE, 1, 1, 1) \
    X("xgroup", unsupported, -2, FAKE_GROW, 0, 0, 0) \
    X("xinfo", unsupported, -2, FAKE_READ, 0, 0, 0) \
    X("xlen", unsupported, 2, FAKE_READ, 1, 1, 1) \
    X("xpending", unsupported, -3, FAKE_READ, 1, 1, 1) \
    X("xrange", unsupported, -4, FAKE_READ, 1, 1, 1) \
    X("xread", unsupported, -4, FAKE_READ, 0, 0, 0) \
    X("xreadgroup", unsupported, -7, FAKE_WRITE, 0, 0, 0) \
    X("xrevrange", unsupported, -4, FAKE_READ, 1, 1, 1) \
    X("xsetid", unsupported, -3, FAKE_GROW, 1, 1, 1) \
    X("xtrim", unsupported, -4, FAKE_WRITE, 1, 1, 1) \
    X("zadd", zadd, -4, FAKE_GROW, 1, 1, 1) \
    X("zcard", zcard, 2, FAKE_READ, 1, 1, 1) \
    X("zcount", zcount, 4, FAKE_READ, 1, 1, 1) \
    X("zdiff", unsupported, -3, FAKE_READ, 0, 0, 0) \
    X("zdiffstore", unsupported, -4, FAKE_GROW, 1, 1, 1) \
    X("zincrby", zincrby, 4, FAKE_GROW, 1, 1, 1) \
    X("zinter", unsupported, -3, FAKE_READ, 0, 0, 0) \
    X("zintercard", unsupported, -3, FAKE_READ, 0, 0, 0) \
    X("zinterstore", unsupported, -4, FAKE_GROW, 1, 1, 1) \
    X("zlexcount", zlexcount, 4, FAKE_READ, 1, 1, 1) \
    X("zmpop", zmpop, -4, FAKE_WRITE, 0, 0, 0) \
    X("zmscore", zmscore, -3, FAKE_READ, 1, 1, 1) \
    X("zpopmax", zpopmax, -2, FAKE_WRITE, 1, 1, 1) \
    X("zpopmin", zpopmin, -2, FAKE_WRITE, 1, 1, 1) \
    X("zrandmember", unsupported, -2, FAKE_READ, 1, 1, 1) \
    X("zrange", zrange, -4, FAKE_READ, 1, 1, 1) \
    X("zrangebylex", zrangebylex, -4, FAKE_READ, 1, 1, 1) \
    X("zrangebyscore", zrangebyscore, -4, FAKE_READ, 1, 1, 1) \
    X("zrangestore", zrangestore, -5, FAKE_GROW, 1, 2, 1) \
    X("zrank", zrank, 3, FAKE_READ, 1, 1, 1) \
    X("zrem", zrem, -3, FAKE_WRITE, 1, 1, 1) \
    X("zremrangebylex", zremrangebylex, 4, FAKE_WRITE, 1, 1, 1) \
    X("zremrangebyrank", zremrangebyrank, 4, FAKE_WRITE, 1, 1, 1) \
    X("zremrangebyscore", zremrangebyscore, 4, FAKE_WRITE, 1, 1, 1) \
    X("zrevrange", zrevrange, -4, FAKE_READ, 1, 1, 1) \
    X("zrevrangebylex", zrevrangebylex, -4, FAKE_READ, 1, 1, 1) \
    X("zrevrangebyscore", zrevrangebyscore, -4, FAKE_READ, 1, 1, 1) \
    X("zrevrank", zrevrank, 3, FAKE_READ, 1, 1, 1) \
    X("zscan", zscan, -3, FAKE_READ, 1, 1, 1) \
    X("zscore", zscore, 3, FAKE_READ, 1, 1, 1) \
    X("zunion", unsupported, -3, FAKE_READ, 0, 0, 0) \
    X("zunionstore", unsupported, -4, FAKE_GROW, 1, 1, 1)
// clang-format on

#define FAKE_COMMAND_DECLARE(name, handler, arity, flags, first, last, step)                       \
    void fake_cmd_##handler(struct fake_call *call);
FAKE_COMMAND_LIST(FAKE_COMMAND_DECLARE)
#undef FAKE_COMMAND_DECLARE

#endif
