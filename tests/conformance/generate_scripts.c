#include "tests/conformance/generate.h"

static const struct generate_pattern patterns[] = {
    {5, "EVAL \"return redis.call('LREM',KEYS[1],-1,ARGV[1])\" 1 L V"},
    {5, "EVAL \"local j=redis.call('ZRANGEBYSCORE',KEYS[1],'-inf',ARGV[1],'LIMIT',0,1) if "
        "j[1] then redis.call('ZREM',KEYS[1],j[1]) redis.call('LPUSH',KEYS[2],j[1]) return "
        "j[1] end\" 2 Z L F"},
    {5, "EVAL \"if redis.call('LREM',KEYS[1],1,ARGV[1])==1 then return "
        "redis.call('ZADD',KEYS[2],ARGV[2],ARGV[1]) else return 0 end\" 2 L Z V F"},
    {3, "EVAL \"return {redis.call('TYPE',KEYS[1]).ok, redis.call('EXISTS',KEYS[1]), #KEYS, "
        "#ARGV}\" 1 K V"},
    {3, "EVAL \"local v=redis.call('INCRBY',KEYS[1],ARGV[1]) return {v, tostring(v), v/3}\" "
        "1 T I"},
    {3, "EVAL \"return redis.pcall(ARGV[1],KEYS[1],ARGV[2])\" 1 K "
        "{LPUSH|INCRBY|SADD|GET|HGET|ZSCORE} V"},
    {3, "EVAL \"return redis.call(ARGV[1],KEYS[1],ARGV[2])\" 1 K "
        "{LPUSH|INCRBY|SADD|GET|HGET|ZSCORE} V"},
    {2, "EVAL \"redis.call('SET',KEYS[1],ARGV[1]) redis.call('DEL',KEYS[1]) "
        "redis.call('RPUSH',KEYS[1],ARGV[1],'x') return redis.call('LRANGE',KEYS[1],0,-1)\" "
        "1 L V"},
    {2, "EVAL \"local t={} for i=1,tonumber(ARGV[1]) or 0 do t[i]=i*1.5 end return t\" 0 "
        "{0|1|3|x}"},
    {2, "EVAL \"redis.call('SELECT',1) redis.call('SET','t1',ARGV[1]) return "
        "redis.call('GET','t1')\" 0 V"},
    {2, "EVAL \"return {redis.sha1hex(ARGV[1]), redis.status_reply(ARGV[1]), "
        "redis.error_reply(ARGV[1])}\" 0 V"},
    {2, "EVAL \"error(ARGV[1])\" 0 V"},
    {2, "EVALSHA "
        "{e0e1f9fabfc9d4800c877a703b823ac0578ff8db|ffffffffffffffffffffffffffffffffffffffff|x} "
        "0"},
    {2, "SCRIPT LOAD \"return 1\""},
    {1, "SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db x"},
    {1, "SCRIPT FLUSH"},
    {1, "EVAL \"for i=1,300 do redis.call('ZADD',KEYS[1],i%7,'m'..i) end return "
        "redis.call('ZCARD',KEYS[1])\" 1 Z"},
    {1, "EVAL \"for i=1,200 do redis.call('RPUSH',KEYS[1],i%9) end return "
        "redis.call('LLEN',KEYS[1])\" 1 L"},
    {1, "EVAL \"for i=1,200 do redis.call('HSET',KEYS[1],'f'..i,i) end return "
        "redis.call('HLEN',KEYS[1])\" 1 H"},
    {1, "EVAL \"for i=1,600 do redis.call('SADD',KEYS[1],i*3) end return "
        "redis.call('SCARD',KEYS[1])\" 1 S"},
    {2,
     "EVAL \"redis.setresp(3) local t = redis.call('HGETALL', KEYS[1]) local out = {} for k, v in "
     "pairs(t.map) do out[#out + 1] = k .. v end table.sort(out) return out\" 1 H"},
    {2, "EVAL \"redis.setresp(3) return redis.call(ARGV[1], KEYS[1])\" 1 K "
        "{HGETALL|SCARD|GET|ZCARD|LLEN}"},
    {1, "EVAL \"redis.setresp(3) return {redis.call('ZSCORE', KEYS[1], ARGV[1])}\" 1 Z U"},
    {2, "EVAL_RO \"return redis.pcall(ARGV[1], KEYS[1], ARGV[2])\" 1 K {LPUSH|GET|HGET|ZSCORE} V"},
    {2, "EVAL \"#!lua flags=no-writes\\nreturn redis.call(ARGV[1], "
        "KEYS[1], ARGV[2])\" 1 K {LPUSH|GET|HGET} V"},
    {3, "FUNCTION LOAD [REPLACE] \"#!lua name=lib\\nlocal function move(keys, args) if "
        "redis.call('LREM', keys[1], 1, args[1]) == 1 then return redis.call('RPUSH', keys[2], "
        "args[1]) end return 0 end redis.register_function('move', move) "
        "redis.register_function{function_name = 'look', flags = {'no-writes'}, callback = "
        "function(keys) return redis.call('LRANGE', keys[1], 0, -1) end}\""},
    {2,
     "FUNCTION LOAD {REPLACE|} \"#!lua name=lib\\nredis.register_function('move', function(keys) "
     "return redis.error_reply('MOVED away') end)\""},
    {3, "{FCALL|FCALL_RO} move 2 L L V"},
    {3, "{FCALL|FCALL_RO|FCALL} look 1 K"},
    {1, "FUNCTION {DELETE lib|STATS|FLUSH|KILL}"},
};

const struct generate_family generate_scripts = GENERATE_FAMILY(patterns);
