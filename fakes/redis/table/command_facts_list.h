/* fakes/redis/table/command_facts_list.h - what COMMAND and ACL tell of each command of
 * command_list.h, in the same order.
 *
 * X(name, since, group, keys, tips). `keys` are key specs, one a word: the letters of how a key is
 * used, "@", where the search begins, then how many there are; a "*" in the end: COMMAND adds a
 * note. letters  R only read, W read and written, O overwritten, X removed unread; a accessed, u
 * updated, i inserted into, d deleted from; n no key but a channel, c incomplete, v depends on
 *              arguments
 *     @2       at argument 2; @STORE:6 behind the word, searched from argument 6 on (negative: from
 *              the end); @? who knows
 *     ..-1     up to the last argument, ..1 to the next one; ..-1/2 each second; ..-1/1/2 the first
 *              half of the rest
 *     #        the argument there is their number, and they follow */
#ifndef FAKE_REDIS_COMMAND_FACTS_LIST_H
#define FAKE_REDIS_COMMAND_FACTS_LIST_H

// clang-format off
#define FAKE_COMMAND_FACTS_LIST(X) \
    X("acl", "6.0.0", "server", "", "") \
    X("acl|cat", "6.0.0", "server", "", "") \
    X("acl|deluser", "6.0.0", "server", "", "") \
    X("acl|dryrun", "7.0.0", "server", "", "") \
    X("acl|genpass", "6.0.0", "server", "", "") \
    X("acl|getuser", "6.0.0", "server", "", "") \
    X("acl|help", "6.0.0", "server", "", "") \
    X("acl|list", "6.0.0", "server", "", "") \
    X("acl|load", "6.0.0", "server", "", "") \
    X("acl|log", "6.0.0", "server", "", "") \
    X("acl|save", "6.0.0", "server", "", "") \
    X("acl|setuser", "6.0.0", "server", "", "") \
    X("acl|users", "6.0.0", "server", "", "") \
    X("acl|whoami", "6.0.0", "server", "", "") \
    X("append", "2.0.0", "string", "Wi@1", "") \
    X("asking", "3.0.0", "cluster", "", "") \
    X("auth", "1.0.0", "connection", "", "") \
    X("bgrewriteaof", "1.0.0", "server", "", "") \
    X("bgsave", "1.0.0", "server", "", "") \
    X("bitcount", "2.6.0", "bitmap", "Ra@1", "") \
    X("bitfield", "3.2.0", "bitmap", "Wauv@1*", "") \
    X("bitfield_ro", "6.0.0", "bitmap", "Ra@1", "") \
    X("bitop", "2.6.0", "bitmap", "Ou@2 Ra@3..-1", "") \
    X("bitpos", "2.8.7", "bitmap", "Ra@1", "") \
    X("blmove", "6.2.0", "list", "Wad@1 Wi@2", "") \
    X("blmpop", "7.0.0", "list", "Wad@2#", "") \
    X("blpop", "2.0.0", "list", "Wad@1..-2", "") \
    X("brpop", "2.0.0", "list", "Wad@1..-2", "") \
    X("brpoplpush", "2.2.0", "list", "Wad@1 Wi@2", "") \
    X("bzmpop", "7.0.0", "sorted-set", "Wad@2#", "") \
    X("bzpopmax", "5.0.0", "sorted-set", "Wad@1..-2", "") \
    X("bzpopmin", "5.0.0", "sorted-set", "Wad@1..-2", "") \
    X("client", "2.4.0", "connection", "", "") \
    X("client|caching", "6.0.0", "connection", "", "") \
    X("client|getname", "2.6.9", "connection", "", "") \
    X("client|getredir", "6.0.0", "connection", "", "") \
    X("client|help", "5.0.0", "connection", "", "") \
    X("client|id", "5.0.0", "connection", "", "") \
    X("client|info", "6.2.0", "connection", "", "nondeterministic_output") \
    X("client|kill", "2.4.0", "connection", "", "") \
    X("client|list", "2.4.0", "connection", "", "nondeterministic_output") \
    X("client|no-evict", "7.0.0", "connection", "", "") \
    X("client|no-touch", "7.2.0", "connection", "", "") \
    X("client|pause", "2.9.50", "connection", "", "") \
    X("client|reply", "3.2.0", "connection", "", "") \
    X("client|setinfo", "7.2.0", "connection", "", "") \
    X("client|setname", "2.6.9", "connection", "", "") \
    X("client|tracking", "6.0.0", "connection", "", "") \
    X("client|trackinginfo", "6.2.0", "connection", "", "") \
    X("client|unblock", "5.0.0", "connection", "", "") \
    X("client|unpause", "6.2.0", "connection", "", "") \
    X("cluster", "3.0.0", "cluster", "", "") \
    X("cluster|addslots", "3.0.0", "cluster", "", "") \
    X("cluster|addslotsrange", "7.0.0", "cluster", "", "") \
    X("cluster|bumpepoch", "3.0.0", "cluster", "", "nondeterministic_output") \
    X("cluster|count-failure-reports", "3.0.0", "cluster", "", "nondeterministic_output") \
    X("cluster|countkeysinslot", "3.0.0", "cluster", "", "") \
    X("cluster|delslots", "3.0.0", "cluster", "", "") \
    X("cluster|delslotsrange", "7.0.0", "cluster", "", "") \
    X("cluster|failover", "3.0.0", "cluster", "", "") \
    X("cluster|flushslots", "3.0.0", "cluster", "", "") \
    X("cluster|forget", "3.0.0", "cluster", "", "") \
    X("cluster|getkeysinslot", "3.0.0", "cluster", "", "nondeterministic_output") \
    X("cluster|help", "5.0.0", "cluster", "", "") \
    X("cluster|info", "3.0.0", "cluster", "", "nondeterministic_output") \
    X("cluster|keyslot", "3.0.0", "cluster", "", "") \
    X("cluster|links", "7.0.0", "cluster", "", "nondeterministic_output") \
    X("cluster|meet", "3.0.0", "cluster", "", "") \
    X("cluster|myid", "3.0.0", "cluster", "", "") \
    X("cluster|nodes", "3.0.0", "cluster", "", "nondeterministic_output") \
    X("cluster|replicas", "5.0.0", "cluster", "", "nondeterministic_output") \
    X("cluster|replicate", "3.0.0", "cluster", "", "") \
    X("cluster|reset", "3.0.0", "cluster", "", "") \
    X("cluster|saveconfig", "3.0.0", "cluster", "", "") \
    X("cluster|set-config-epoch", "3.0.0", "cluster", "", "") \
    X("cluster|setslot", "3.0.0", "cluster", "", "") \
    X("cluster|shards", "7.0.0", "cluster", "", "nondeterministic_output") \
    X("cluster|slaves", "3.0.0", "cluster", "", "nondeterministic_output") \
    X("cluster|slots", "3.0.0", "cluster", "", "nondeterministic_output") \
    X("command", "2.8.13", "server", "", "nondeterministic_output_order") \
    X("command|count", "2.8.13", "server", "", "") \
    X("command|docs", "7.0.0", "server", "", "nondeterministic_output_order") \
    X("command|getkeys", "2.8.13", "server", "", "") \
    X("command|getkeysandflags", "7.0.0", "server", "", "") \
    X("command|help", "5.0.0", "server", "", "") \
    X("command|info", "2.8.13", "server", "", "nondeterministic_output_order") \
    X("command|list", "7.0.0", "server", "", "nondeterministic_output_order") \
    X("config", "2.0.0", "server", "", "") \
    X("config|get", "2.0.0", "server", "", "") \
    X("config|help", "5.0.0", "server", "", "") \
    X("config|resetstat", "2.0.0", "server", "", "") \
    X("config|rewrite", "2.8.0", "server", "", "") \
    X("config|set", "2.0.0", "server", "", "request_policy:all_nodes response_policy:all_succeeded") \
    X("copy", "6.2.0", "generic", "Ra@1 Ou@2", "") \
    X("dbsize", "1.0.0", "server", "", "request_policy:all_shards response_policy:agg_sum") \
    X("debug", "1.0.0", "server", "", "") \
    X("decr", "1.0.0", "string", "Wau@1", "") \
    X("decrby", "1.0.0", "string", "Wau@1", "") \
    X("del", "1.0.0", "generic", "Xd@1..-1", "request_policy:multi_shard response_policy:agg_sum") \
    X("discard", "2.0.0", "transactions", "", "") \
    X("dump", "2.6.0", "generic", "Ra@1", "nondeterministic_output") \
    X("echo", "1.0.0", "connection", "", "") \
    X("eval", "2.6.0", "scripting", "Wau@2#*", "") \
    X("eval_ro", "7.0.0", "scripting", "Ra@2#*", "") \
    X("evalsha", "2.6.0", "scripting", "Wau@2#", "") \
    X("evalsha_ro", "7.0.0", "scripting", "Ra@2#", "") \
    X("exec", "1.2.0", "transactions", "", "") \
    X("exists", "1.0.0", "generic", "R@1..-1", "request_policy:multi_shard response_policy:agg_sum") \
    X("expire", "1.0.0", "generic", "Wu@1", "") \
    X("expireat", "1.2.0", "generic", "Wu@1", "") \
    X("expiretime", "7.0.0", "generic", "Ra@1", "") \
    X("failover", "6.2.0", "server", "", "") \
    X("fcall", "7.0.0", "scripting", "Wau@2#*", "") \
    X("fcall_ro", "7.0.0", "scripting", "Ra@2#*", "") \
    X("flushall", "1.0.0", "server", "", "request_policy:all_shards response_policy:all_succeeded") \
    X("flushdb", "1.0.0", "server", "", "request_policy:all_shards response_policy:all_succeeded") \
    X("function", "7.0.0", "scripting", "", "") \
    X("function|delete", "7.0.0", "scripting", "", "request_policy:all_shards response_policy:all_succeeded") \
    X("function|dump", "7.0.0", "scripting", "", "") \
    X("function|flush", "7.0.0", "scripting", "", "request_policy:all_shards response_policy:all_succeeded") \
    X("function|help", "7.0.0", "scripting", "", "") \
    X("function|kill", "7.0.0", "scripting", "", "request_policy:all_shards response_policy:one_succeeded") \
    X("function|list", "7.0.0", "scripting", "", "nondeterministic_output_order") \
    X("function|load", "7.0.0", "scripting", "", "request_policy:all_shards response_policy:all_succeeded") \
    X("function|restore", "7.0.0", "scripting", "", "request_policy:all_shards response_policy:all_succeeded") \
    X("function|stats", "7.0.0", "scripting", "", "nondeterministic_output request_policy:all_shards response_policy:special") \
    X("geoadd", "3.2.0", "geo", "Wu@1", "") \
    X("geodist", "3.2.0", "geo", "Ra@1", "") \
    X("geohash", "3.2.0", "geo", "Ra@1", "") \
    X("geopos", "3.2.0", "geo", "Ra@1", "") \
    X("georadius", "3.2.0", "geo", "Ra@1 Ou@STORE:6 Ou@STOREDIST:6", "") \
    X("georadius_ro", "3.2.10", "geo", "Ra@1", "") \
    X("georadiusbymember", "3.2.0", "geo", "Ra@1 Ou@STORE:5 Ou@STOREDIST:5", "") \
    X("georadiusbymember_ro", "3.2.10", "geo", "Ra@1", "") \
    X("geosearch", "6.2.0", "geo", "Ra@1", "") \
    X("geosearchstore", "6.2.0", "geo", "Ou@1 Ra@2", "") \
    X("get", "1.0.0", "string", "Ra@1", "") \
    X("getbit", "2.2.0", "bitmap", "Ra@1", "") \
    X("getdel", "6.2.0", "string", "Wad@1", "") \
    X("getex", "6.2.0", "string", "Wau@1*", "") \
    X("getrange", "2.4.0", "string", "Ra@1", "") \
    X("getset", "1.0.0", "string", "Wau@1", "") \
    X("hdel", "2.0.0", "hash", "Wd@1", "") \
    X("hello", "6.0.0", "connection", "", "") \
    X("hexists", "2.0.0", "hash", "R@1", "") \
    X("hget", "2.0.0", "hash", "Ra@1", "") \
    X("hgetall", "2.0.0", "hash", "Ra@1", "nondeterministic_output_order") \
    X("hincrby", "2.0.0", "hash", "Wau@1", "") \
    X("hincrbyfloat", "2.6.0", "hash", "Wau@1", "") \
    X("hkeys", "2.0.0", "hash", "Ra@1", "nondeterministic_output_order") \
    X("hlen", "2.0.0", "hash", "R@1", "") \
    X("hmget", "2.0.0", "hash", "Ra@1", "") \
    X("hmset", "2.0.0", "hash", "Wu@1", "") \
    X("host:", "", "connection", "", "") \
    X("hrandfield", "6.2.0", "hash", "Ra@1", "nondeterministic_output") \
    X("hscan", "2.8.0", "hash", "Ra@1", "nondeterministic_output") \
    X("hset", "2.0.0", "hash", "Wu@1", "") \
    X("hsetnx", "2.0.0", "hash", "Wi@1", "") \
    X("hstrlen", "3.2.0", "hash", "R@1", "") \
    X("hvals", "2.0.0", "hash", "Ra@1", "nondeterministic_output_order") \
    X("incr", "1.0.0", "string", "Wau@1", "") \
    X("incrby", "1.0.0", "string", "Wau@1", "") \
    X("incrbyfloat", "2.6.0", "string", "Wau@1", "") \
    X("info", "1.0.0", "server", "", "nondeterministic_output request_policy:all_shards response_policy:special") \
    X("keys", "1.0.0", "generic", "", "request_policy:all_shards nondeterministic_output_order") \
    X("lastsave", "1.0.0", "server", "", "nondeterministic_output") \
    X("latency", "2.8.13", "server", "", "") \
    X("latency|doctor", "2.8.13", "server", "", "nondeterministic_output request_policy:all_nodes response_policy:special") \
    X("latency|graph", "2.8.13", "server", "", "nondeterministic_output request_policy:all_nodes response_policy:special") \
    X("latency|help", "2.8.13", "server", "", "") \
    X("latency|histogram", "7.0.0", "server", "", "nondeterministic_output request_policy:all_nodes response_policy:special") \
    X("latency|history", "2.8.13", "server", "", "nondeterministic_output request_policy:all_nodes response_policy:special") \
    X("latency|latest", "2.8.13", "server", "", "nondeterministic_output request_policy:all_nodes response_policy:special") \
    X("latency|reset", "2.8.13", "server", "", "request_policy:all_nodes response_policy:all_succeeded") \
    X("lcs", "7.0.0", "string", "Ra@1..1", "") \
    X("lindex", "1.0.0", "list", "Ra@1", "") \
    X("linsert", "2.2.0", "list", "Wi@1", "") \
    X("llen", "1.0.0", "list", "R@1", "") \
    X("lmove", "6.2.0", "list", "Wad@1 Wi@2", "") \
    X("lmpop", "7.0.0", "list", "Wad@1#", "") \
    X("lolwut", "5.0.0", "server", "", "") \
    X("lpop", "1.0.0", "list", "Wad@1", "") \
    X("lpos", "6.0.6", "list", "Ra@1", "") \
    X("lpush", "1.0.0", "list", "Wi@1", "") \
    X("lpushx", "2.2.0", "list", "Wi@1", "") \
    X("lrange", "1.0.0", "list", "Ra@1", "") \
    X("lrem", "1.0.0", "list", "Wd@1", "") \
    X("lset", "1.0.0", "list", "Wu@1", "") \
    X("ltrim", "1.0.0", "list", "Wd@1", "") \
    X("memory", "4.0.0", "server", "", "") \
    X("memory|doctor", "4.0.0", "server", "", "nondeterministic_output request_policy:all_shards response_policy:special") \
    X("memory|help", "4.0.0", "server", "", "") \
    X("memory|malloc-stats", "4.0.0", "server", "", "nondeterministic_output request_policy:all_shards response_policy:special") \
    X("memory|purge", "4.0.0", "server", "", "request_policy:all_shards response_policy:all_succeeded") \
    X("memory|stats", "4.0.0", "server", "", "nondeterministic_output request_policy:all_shards response_policy:special") \
    X("memory|usage", "4.0.0", "server", "R@2", "") \
    X("mget", "1.0.0", "string", "Ra@1..-1", "request_policy:multi_shard") \
    X("migrate", "2.6.0", "generic", "Wad@3 Wadc@KEYS:-2..-1", "nondeterministic_output") \
    X("module", "4.0.0", "server", "", "") \
    X("module|help", "5.0.0", "server", "", "") \
    X("module|list", "4.0.0", "server", "", "nondeterministic_output_order") \
    X("module|load", "4.0.0", "server", "", "") \
    X("module|loadex", "7.0.0", "server", "", "") \
    X("module|unload", "4.0.0", "server", "", "") \
    X("monitor", "1.0.0", "server", "", "") \
    X("move", "1.0.0", "generic", "Wau@1", "") \
    X("mset", "1.0.1", "string", "Ou@1..-1/2", "request_policy:multi_shard response_policy:all_succeeded") \
    X("msetnx", "1.0.1", "string", "Oi@1..-1/2", "request_policy:multi_shard response_policy:agg_min") \
    X("multi", "1.2.0", "transactions", "", "") \
    X("object", "2.2.3", "generic", "", "") \
    X("object|encoding", "2.2.3", "generic", "R@2", "nondeterministic_output") \
    X("object|freq", "4.0.0", "generic", "R@2", "nondeterministic_output") \
    X("object|help", "6.2.0", "generic", "", "") \
    X("object|idletime", "2.2.3", "generic", "R@2", "nondeterministic_output") \
    X("object|refcount", "2.2.3", "generic", "R@2", "nondeterministic_output") \
    X("persist", "2.2.0", "generic", "Wu@1", "") \
    X("pexpire", "2.6.0", "generic", "Wu@1", "") \
    X("pexpireat", "2.6.0", "generic", "Wu@1", "") \
    X("pexpiretime", "7.0.0", "generic", "Ra@1", "") \
    X("pfadd", "2.8.9", "hyperloglog", "Wi@1", "") \
    X("pfcount", "2.8.9", "hyperloglog", "Wa@1..-1*", "") \
    X("pfdebug", "2.8.9", "hyperloglog", "Wa@2", "") \
    X("pfmerge", "2.8.9", "hyperloglog", "Wai@1 Ra@2..-1", "") \
    X("pfselftest", "2.8.9", "hyperloglog", "", "") \
    X("ping", "1.0.0", "connection", "", "request_policy:all_shards response_policy:all_succeeded") \
    X("post", "", "connection", "", "") \
    X("psetex", "2.6.0", "string", "Ou@1", "") \
    X("psubscribe", "2.0.0", "pubsub", "", "") \
    X("psync", "2.8.0", "server", "", "") \
    X("pttl", "2.6.0", "generic", "Ra@1", "nondeterministic_output") \
    X("publish", "2.0.0", "pubsub", "", "") \
    X("pubsub", "2.8.0", "pubsub", "", "") \
    X("pubsub|channels", "2.8.0", "pubsub", "", "") \
    X("pubsub|help", "6.2.0", "pubsub", "", "") \
    X("pubsub|numpat", "2.8.0", "pubsub", "", "") \
    X("pubsub|numsub", "2.8.0", "pubsub", "", "") \
    X("pubsub|shardchannels", "7.0.0", "pubsub", "", "") \
    X("pubsub|shardnumsub", "7.0.0", "pubsub", "", "") \
    X("punsubscribe", "2.0.0", "pubsub", "", "") \
    X("quit", "1.0.0", "connection", "", "") \
    X("randomkey", "1.0.0", "generic", "", "request_policy:all_shards nondeterministic_output") \
    X("readonly", "3.0.0", "cluster", "", "") \
    X("readwrite", "3.0.0", "cluster", "", "") \
    X("rename", "1.0.0", "generic", "Wad@1 Ou@2", "") \
    X("renamenx", "1.0.0", "generic", "Wad@1 Oi@2", "") \
    X("replconf", "3.0.0", "server", "", "") \
    X("replicaof", "5.0.0", "server", "", "") \
    X("reset", "6.2.0", "connection", "", "") \
    X("restore", "2.6.0", "generic", "Ou@1", "") \
    X("restore-asking", "3.0.0", "server", "Ou@1", "") \
    X("role", "2.8.12", "server", "", "") \
    X("rpop", "1.0.0", "list", "Wad@1", "") \
    X("rpoplpush", "1.2.0", "list", "Wad@1 Wi@2", "") \
    X("rpush", "1.0.0", "list", "Wi@1", "") \
    X("rpushx", "2.2.0", "list", "Wi@1", "") \
    X("sadd", "1.0.0", "set", "Wi@1", "") \
    X("save", "1.0.0", "server", "", "") \
    X("scan", "2.8.0", "generic", "", "nondeterministic_output request_policy:special") \
    X("scard", "1.0.0", "set", "R@1", "") \
    X("script", "2.6.0", "scripting", "", "") \
    X("script|debug", "3.2.0", "scripting", "", "") \
    X("script|exists", "2.6.0", "scripting", "", "request_policy:all_shards response_policy:agg_logical_and") \
    X("script|flush", "2.6.0", "scripting", "", "request_policy:all_nodes response_policy:all_succeeded") \
    X("script|help", "5.0.0", "scripting", "", "") \
    X("script|kill", "2.6.0", "scripting", "", "request_policy:all_shards response_policy:one_succeeded") \
    X("script|load", "2.6.0", "scripting", "", "request_policy:all_nodes response_policy:all_succeeded") \
    X("sdiff", "1.0.0", "set", "Ra@1..-1", "nondeterministic_output_order") \
    X("sdiffstore", "1.0.0", "set", "Ou@1 Ra@2..-1", "") \
    X("select", "1.0.0", "connection", "", "") \
    X("set", "1.0.0", "string", "Wauv@1*", "") \
    X("setbit", "2.2.0", "bitmap", "Wau@1", "") \
    X("setex", "2.0.0", "string", "Ou@1", "") \
    X("setnx", "1.0.0", "string", "Oi@1", "") \
    X("setrange", "2.2.0", "string", "Wu@1", "") \
    X("shutdown", "1.0.0", "server", "", "") \
    X("sinter", "1.0.0", "set", "Ra@1..-1", "nondeterministic_output_order") \
    X("sintercard", "7.0.0", "set", "Ra@1#", "") \
    X("sinterstore", "1.0.0", "set", "Wu@1 Ra@2..-1", "") \
    X("sismember", "1.0.0", "set", "R@1", "") \
    X("slaveof", "1.0.0", "server", "", "") \
    X("slowlog", "2.2.12", "server", "", "") \
    X("slowlog|get", "2.2.12", "server", "", "request_policy:all_nodes nondeterministic_output") \
    X("slowlog|help", "6.2.0", "server", "", "") \
    X("slowlog|len", "2.2.12", "server", "", "request_policy:all_nodes response_policy:agg_sum nondeterministic_output") \
    X("slowlog|reset", "2.2.12", "server", "", "request_policy:all_nodes response_policy:all_succeeded") \
    X("smembers", "1.0.0", "set", "Ra@1", "nondeterministic_output_order") \
    X("smismember", "6.2.0", "set", "Ra@1", "") \
    X("smove", "1.0.0", "set", "Wad@1 Wi@2", "") \
    X("sort", "1.0.0", "generic", "Ra@1 Ra@?* Ou@?*", "") \
    X("sort_ro", "7.0.0", "generic", "Ra@1 Ra@?*", "") \
    X("spop", "1.0.0", "set", "Wad@1", "nondeterministic_output") \
    X("spublish", "7.0.0", "pubsub", "n@1", "") \
    X("srandmember", "1.0.0", "set", "Ra@1", "nondeterministic_output") \
    X("srem", "1.0.0", "set", "Wd@1", "") \
    X("sscan", "2.8.0", "set", "Ra@1", "nondeterministic_output") \
    X("ssubscribe", "7.0.0", "pubsub", "n@1..-1", "") \
    X("strlen", "2.2.0", "string", "R@1", "") \
    X("subscribe", "2.0.0", "pubsub", "", "") \
    X("substr", "1.0.0", "string", "Ra@1", "") \
    X("sunion", "1.0.0", "set", "Ra@1..-1", "nondeterministic_output_order") \
    X("sunionstore", "1.0.0", "set", "Ou@1 Ra@2..-1", "") \
    X("sunsubscribe", "7.0.0", "pubsub", "n@1..-1", "") \
    X("swapdb", "4.0.0", "server", "", "") \
    X("sync", "1.0.0", "server", "", "") \
    X("time", "2.6.0", "server", "", "nondeterministic_output") \
    X("touch", "3.2.1", "generic", "R@1..-1", "request_policy:multi_shard response_policy:agg_sum") \
    X("ttl", "1.0.0", "generic", "Ra@1", "nondeterministic_output") \
    X("type", "1.0.0", "generic", "R@1", "") \
    X("unlink", "4.0.0", "generic", "Xd@1..-1", "request_policy:multi_shard response_policy:agg_sum") \
    X("unsubscribe", "2.0.0", "pubsub", "", "") \
    X("unwatch", "2.2.0", "transactions", "", "") \
    X("wait", "3.0.0", "generic", "", "request_policy:all_shards response_policy:agg_min") \
    X("watch", "2.2.0", "transactions", "R@1..-1", "") \
    X("xack", "5.0.0", "stream", "Wu@1", "") \
    X("xadd", "5.0.0", "stream", "Wu@1*", "nondeterministic_output") \
    X("xautoclaim", "6.2.0", "stream", "Wd@1", "nondeterministic_output") \
    X("xclaim", "5.0.0", "stream", "Wu@1", "nondeterministic_output") \
    X("xdel", "5.0.0", "stream", "Wd@1", "") \
    X("xgroup", "5.0.0", "stream", "", "") \
    X("xgroup|create", "5.0.0", "stream", "Wi@2", "") \
    X("xgroup|createconsumer", "6.2.0", "stream", "Wi@2", "") \
    X("xgroup|delconsumer", "5.0.0", "stream", "Wd@2", "") \
    X("xgroup|destroy", "5.0.0", "stream", "Wd@2", "") \
    X("xgroup|help", "5.0.0", "stream", "", "") \
    X("xgroup|setid", "5.0.0", "stream", "Wu@2", "") \
    X("xinfo", "5.0.0", "stream", "", "") \
    X("xinfo|consumers", "5.0.0", "stream", "Ra@2", "nondeterministic_output") \
    X("xinfo|groups", "5.0.0", "stream", "Ra@2", "") \
    X("xinfo|help", "5.0.0", "stream", "", "") \
    X("xinfo|stream", "5.0.0", "stream", "Ra@2", "") \
    X("xlen", "5.0.0", "stream", "R@1", "") \
    X("xpending", "5.0.0", "stream", "Ra@1", "nondeterministic_output") \
    X("xrange", "5.0.0", "stream", "Ra@1", "") \
    X("xread", "5.0.0", "stream", "Ra@STREAMS:1..-1/1/2", "") \
    X("xreadgroup", "5.0.0", "stream", "Ra@STREAMS:4..-1/1/2", "") \
    X("xrevrange", "5.0.0", "stream", "Ra@1", "") \
    X("xsetid", "5.0.0", "stream", "Wu@1", "") \
    X("xtrim", "5.0.0", "stream", "Wd@1", "nondeterministic_output") \
    X("zadd", "1.2.0", "sorted-set", "Wu@1", "") \
    X("zcard", "1.2.0", "sorted-set", "R@1", "") \
    X("zcount", "2.0.0", "sorted-set", "Ra@1", "") \
    X("zdiff", "6.2.0", "sorted-set", "Ra@1#", "") \
    X("zdiffstore", "6.2.0", "sorted-set", "Ou@1 Ra@2#", "") \
    X("zincrby", "1.2.0", "sorted-set", "Wau@1", "") \
    X("zinter", "6.2.0", "sorted-set", "Ra@1#", "") \
    X("zintercard", "7.0.0", "sorted-set", "Ra@1#", "") \
    X("zinterstore", "2.0.0", "sorted-set", "Ou@1 Ra@2#", "") \
    X("zlexcount", "2.8.9", "sorted-set", "Ra@1", "") \
    X("zmpop", "7.0.0", "sorted-set", "Wad@1#", "") \
    X("zmscore", "6.2.0", "sorted-set", "Ra@1", "") \
    X("zpopmax", "5.0.0", "sorted-set", "Wad@1", "") \
    X("zpopmin", "5.0.0", "sorted-set", "Wad@1", "") \
    X("zrandmember", "6.2.0", "sorted-set", "Ra@1", "nondeterministic_output") \
    X("zrange", "1.2.0", "sorted-set", "Ra@1", "") \
    X("zrangebylex", "2.8.9", "sorted-set", "Ra@1", "") \
    X("zrangebyscore", "1.0.5", "sorted-set", "Ra@1", "") \
    X("zrangestore", "6.2.0", "sorted-set", "Ou@1 Ra@2", "") \
    X("zrank", "2.0.0", "sorted-set", "Ra@1", "") \
    X("zrem", "1.2.0", "sorted-set", "Wd@1", "") \
    X("zremrangebylex", "2.8.9", "sorted-set", "Wd@1", "") \
    X("zremrangebyrank", "2.0.0", "sorted-set", "Wd@1", "") \
    X("zremrangebyscore", "1.2.0", "sorted-set", "Wd@1", "") \
    X("zrevrange", "1.2.0", "sorted-set", "Ra@1", "") \
    X("zrevrangebylex", "2.8.9", "sorted-set", "Ra@1", "") \
    X("zrevrangebyscore", "2.2.0", "sorted-set", "Ra@1", "") \
    X("zrevrank", "2.0.0", "sorted-set", "Ra@1", "") \
    X("zscan", "2.8.0", "sorted-set", "Ra@1", "nondeterministic_output") \
    X("zscore", "1.2.0", "sorted-set", "Ra@1", "") \
    X("zunion", "6.2.0", "sorted-set", "Ra@1#", "") \
    X("zunionstore", "2.0.0", "sorted-set", "Ou@1 Ra@2#", "")
// clang-format on

#endif
