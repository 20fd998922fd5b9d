/* What Redis leaves open is not asked at random: DBSIZE counts keys that are dead and not yet
 * touched, and SWAPDB serves those who wait for several keys in the order of a hash table.
 *
 * Commands grow from patterns. In a pattern
 *     L S H Z T K   the name of a list, set, hash, sorted set, string, or of any key
 *     X             a sorted set whose scores are all the same, without which BYLEX means nothing
 *     V I F U       a value, a small integer, a float or score bound, an element of a small set of
 * names [a|b]         nothing or one of these      {a|b}   one of these      <p q>   one to three
 * times */
#include "tests/conformance/generator.h"

#include <stdio.h>

static const struct {
    unsigned weight;
    const char *pattern;
} patterns[] = {
    {30, "LPUSH L <V>"},
    {20, "RPUSH L <V>"},
    {6, "LPUSHX L <V>"},
    {4, "RPUSHX L V"},
    {12, "LPOP L"},
    {14, "RPOP L"},
    {4, "{LPOP|RPOP} L I"},
    {16, "LREM L I V"},
    {10, "LRANGE L I I"},
    {6, "LLEN L"},
    {5, "LINDEX L I"},
    {4, "LSET L I V"},
    {5, "LTRIM L I I"},
    {4, "LINSERT L {BEFORE|AFTER} V V"},
    {5, "LPOS L V [RANK 1|RANK -1|RANK 2|RANK 0] [COUNT 0|COUNT 2] [MAXLEN 0|MAXLEN 2]"},
    {14, "LMOVE L L {LEFT|RIGHT} {LEFT|RIGHT}"},
    {6, "RPOPLPUSH L L"},
    {5, "LMPOP {1 L|2 L L|3 L L L|0 L} {LEFT|RIGHT} [COUNT 2|COUNT 1|COUNT 0]"},
    {12, "BRPOP {L|L L|L L L} 0"},
    {10, "BLPOP {L|L L|L L L} 0"},
    {8, "BLMOVE L L {LEFT|RIGHT} {LEFT|RIGHT} 0"},
    {4, "BRPOPLPUSH L L 0"},
    {4, "{BZPOPMIN|BZPOPMAX} {Z|Z Z} 0"},
    {3, "BLMPOP 0 {1 L|2 L L} {LEFT|RIGHT} [COUNT 2]"},
    {3, "BZMPOP 0 {1 Z|2 Z Z} {MIN|MAX} [COUNT 2]"},
    {20, "SADD S <V>"},
    {10, "SREM S <V>"},
    {5, "SCARD S"},
    {8, "SMEMBERS S"},
    {6, "SISMEMBER S V"},
    {4, "SMISMEMBER S <V>"},
    {6, "SMOVE S S V"},
    {3, "{SINTER|SUNION|SDIFF} S [S] [S]"},
    {3, "{SINTERSTORE|SUNIONSTORE|SDIFFSTORE} S S [S]"},
    {2, "SINTERCARD {1 S|2 S S|0 S} [LIMIT 1|LIMIT 0|LIMIT -1]"},
    {3, "SRANDMEMBER S 1000"},
    {2, "SPOP S {1000|0|-1}"},
    {2, "SSCAN S 0 [MATCH a*|MATCH *] COUNT 1000"},
    {20, "HSET H <U V>"},
    {6, "HMSET H <U V>"},
    {6, "HSETNX H U V"},
    {10, "HGET H U"},
    {6, "HMGET H <U>"},
    {10, "HGETALL H"},
    {8, "HDEL H <U>"},
    {4, "HEXISTS H U"},
    {4, "HLEN H"},
    {3, "{HKEYS|HVALS} H"},
    {2, "HSTRLEN H U"},
    {8, "HINCRBY H U I"},
    {5, "HINCRBYFLOAT H U F"},
    {2, "HSCAN H 0 [MATCH *a*] COUNT 1000"},
    {24, "ZADD Z [NX|XX] [GT|LT] [CH] <F U>"},
    {5, "ZADD Z [NX|XX|GT|LT] INCR F U"},
    {12, "ZREM Z <U>"},
    {6, "ZSCORE Z U"},
    {3, "ZMSCORE Z <U>"},
    {6, "ZINCRBY Z F U"},
    {5, "{ZRANK|ZREVRANK} Z U"},
    {5, "ZCARD Z"},
    {5, "ZCOUNT Z F F"},
    {12, "ZRANGE Z I I [REV] [WITHSCORES]"},
    {10, "ZRANGE Z F F BYSCORE [REV] [LIMIT 0 1|LIMIT 1 -1|LIMIT -1 2] [WITHSCORES]"},
    {4, "ZRANGE X {-|[a|(a|[b|(1} {+|[c|(b|[1} BYLEX [REV] [LIMIT 0 2]"},
    {10, "ZRANGEBYSCORE Z F F [WITHSCORES] [LIMIT 0 1|LIMIT 0 0|LIMIT 1 5]"},
    {5, "ZREVRANGEBYSCORE Z F F [WITHSCORES] [LIMIT 0 1]"},
    {4, "ZREVRANGE Z I I [WITHSCORES]"},
    {2, "{ZRANGEBYLEX|ZREVRANGEBYLEX} X {-|[a|+} {+|[c|-} [LIMIT 0 1]"},
    {2, "ZLEXCOUNT X {-|[a|(b} {+|[c|(c}"},
    {2, "ZRANGESTORE Z Z F F BYSCORE [REV] [LIMIT 0 2]"},
    {2, "ZRANGESTORE Z Z I I [REV]"},
    {6, "ZREMRANGEBYSCORE Z F F"},
    {5, "ZREMRANGEBYRANK Z I I"},
    {2, "ZREMRANGEBYLEX X {-|[a|(b} {+|[c|(c}"},
    {8, "{ZPOPMIN|ZPOPMAX} Z [1|2|0|-1]"},
    {4, "ZMPOP {1 Z|2 Z Z} {MIN|MAX} [COUNT 2]"},
    {6, "ZADD X [NX|XX] 0 U 0 U 0 U"},
    {2, "ZREM X U"},
    {2, "ZSCAN Z 0 [MATCH a*] COUNT 1000"},
    {14, "SET T V"},
    {8, "SET T V [NX|XX] [GET] [EX 100|PX 100000|KEEPTTL|EXAT 9999999999|PXAT 1|EX 0]"},
    {12, "GET T"},
    {3, "GETSET T V"},
    {2, "GETDEL T"},
    {4, "GETEX T [EX 100|PX 100000|PERSIST|EXAT 9999999999|EX -1]"},
    {4, "SETNX T V"},
    {3, "{SETEX|PSETEX} T {100000|0|-1|x} V"},
    {4, "MGET <K>"},
    {4, "MSET <T V>"},
    {2, "MSETNX <T V>"},
    {8, "{INCR|DECR} T"},
    {8, "{INCRBY|DECRBY} T I"},
    {4, "INCRBYFLOAT T F"},
    {4, "APPEND T V"},
    {3, "STRLEN T"},
    {3, "GETRANGE T I I"},
    {2, "SETRANGE T {0|1|5} V"},
    {2, "SETBIT T {0|7|13|x} {0|1|2}"},
    {2, "GETBIT T {0|7|13|100}"},
    {2, "BITCOUNT T [0 -1|1 2|0 3 BIT|1|-2 -1 BYTE]"},
    {2, "BITPOS T {0|1|2} [0|1|-1] [-1|2]"},
    {2, "BITOP {AND|OR|XOR} T T T"},
    {1, "BITOP NOT T T"},
    {4, "BITFIELD T [OVERFLOW SAT|OVERFLOW FAIL|OVERFLOW WRAP] INCRBY {u8|i5|u16|i64} {0|#1|3} I "
        "[GET u4 0] "
        "[SET i8 #1 I]"},
    {2, "BITFIELD_RO T GET {u8|i16} {0|#1}"},
    {14, "DEL <K>"},
    {4, "UNLINK K"},
    {8, "EXISTS <K>"},
    {6, "TYPE K"},
    {8, "{EXPIRE K 100|PEXPIRE K 100000|EXPIREAT K 9999999999|PEXPIREAT K 9999999999999} "
        "[NX|XX|GT|LT]"},
    {3, "{PEXPIREAT K 1|EXPIRE K -1|PEXPIRE K 0|EXPIRE K x}"},
    {6, "{TTL|PTTL|EXPIRETIME|PEXPIRETIME} K"},
    {4, "PERSIST K"},
    {5, "RENAME K K"},
    {3, "RENAMENX K K"},
    {4, "COPY K K [REPLACE] [DB 1|DB 0]"},
    {2, "MOVE K 1"},
    {2, "SELECT {0|1}"},
    {4, "KEYS {*|l*|?1|[lz]*}"},
    {2, "SCAN 0 COUNT 1000 [MATCH l*] [TYPE list|TYPE zset]"},
    {2, "OBJECT ENCODING K"},
    {1, "FLUSHDB"},
    {14, "MULTI"},
    {20, "EXEC"},
    {4, "DISCARD"},
    {8, "WATCH <K>"},
    {3, "UNWATCH"},
    {2, "PING [V]"},
    {2, "ECHO V"},
    {1, "PUBLISH c V"},
    {1, "NOSUCH V V"},
    {1, "{LPUSH|GET|HSET|ZADD|EXPIRE|LMOVE|EVAL|EXEC 1} K"},
    {5, "EVAL \"return redis.call('LREM',KEYS[1],-1,ARGV[1])\" 1 L V"},
    {5,
     "EVAL \"local j=redis.call('ZRANGEBYSCORE',KEYS[1],'-inf',ARGV[1],'LIMIT',0,1) if j[1] then "
     "redis.call('ZREM',KEYS[1],j[1]) redis.call('LPUSH',KEYS[2],j[1]) return j[1] end\" 2 Z L F"},
    {5, "EVAL \"if redis.call('LREM',KEYS[1],1,ARGV[1])==1 then return "
        "redis.call('ZADD',KEYS[2],ARGV[2],"
        "ARGV[1]) else return 0 end\" 2 L Z V F"},
    {3, "EVAL \"return {redis.call('TYPE',KEYS[1]).ok, redis.call('EXISTS',KEYS[1]), #KEYS, "
        "#ARGV}\" 1 K V"},
    {3, "EVAL \"local v=redis.call('INCRBY',KEYS[1],ARGV[1]) return {v, tostring(v), v/3}\" 1 T I"},
    {3, "EVAL \"return redis.pcall(ARGV[1],KEYS[1],ARGV[2])\" 1 K "
        "{LPUSH|INCRBY|SADD|GET|HGET|ZSCORE} V"},
    {3, "EVAL \"return redis.call(ARGV[1],KEYS[1],ARGV[2])\" 1 K "
        "{LPUSH|INCRBY|SADD|GET|HGET|ZSCORE} V"},
    {2, "EVAL \"redis.call('SET',KEYS[1],ARGV[1]) redis.call('DEL',KEYS[1]) "
        "redis.call('RPUSH',KEYS[1],"
        "ARGV[1],'x') return redis.call('LRANGE',KEYS[1],0,-1)\" 1 L V"},
    {2,
     "EVAL \"local t={} for i=1,tonumber(ARGV[1]) or 0 do t[i]=i*1.5 end return t\" 0 {0|1|3|x}"},
    {2, "EVAL \"redis.call('SELECT',1) redis.call('SET','t1',ARGV[1]) return "
        "redis.call('GET','t1')\" 0 V"},
    {2, "EVAL \"return {redis.sha1hex(ARGV[1]), redis.status_reply(ARGV[1]), "
        "redis.error_reply(ARGV[1])}\" 0 V"},
    {2, "EVAL \"error(ARGV[1])\" 0 V"},
    {2, "EVALSHA "
        "{e0e1f9fabfc9d4800c877a703b823ac0578ff8db|ffffffffffffffffffffffffffffffffffffffff|x} 0"},
    {2, "SCRIPT LOAD \"return 1\""},
    {1, "SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db x"},
    {1, "SCRIPT FLUSH"},
    {1, "EVAL \"for i=1,300 do redis.call('ZADD',KEYS[1],i%7,'m'..i) end return "
        "redis.call('ZCARD',KEYS[1])\" "
        "1 Z"},
    {1, "EVAL \"for i=1,200 do redis.call('RPUSH',KEYS[1],i%9) end return "
        "redis.call('LLEN',KEYS[1])\" 1 L"},
    {1, "EVAL \"for i=1,200 do redis.call('HSET',KEYS[1],'f'..i,i) end return "
        "redis.call('HLEN',KEYS[1])\" 1 H"},
    {1, "EVAL \"for i=1,600 do redis.call('SADD',KEYS[1],i*3) end return "
        "redis.call('SCARD',KEYS[1])\" 1 S"},
    {1, "RESET"},
};

static const char *const values[] = {
    "a",
    "b",
    "c",
    "1",
    "2",
    "10",
    "-1",
    "0",
    "3.5",
    "abc",
    "\"\"",
    "hello",
    "007",
    "-0",
    "1e3",
    "+5",
    "\" 1\"",
    "9223372036854775807",
    "x",
    "y",
    "ab",
    "a",
    "b",
    "5",
    "100",
    "\"a\\x00\\xffb\"",
    "-9223372036854775808",
};
static const char *const integers[] = {
    "0",  "1",   "-1",   "2",  "-2",
    "3",  "0",   "1",    "-1", "5",
    "-5", "100", "-100", "x",  "9223372036854775807",
};
static const char *const floats[] = {
    "1",    "2",   "3",   "1.5",           "0",    "-1", "10", "(1",  "(2",  "-inf",
    "+inf", "inf", "0.1", "1700000000.25", "1e20", "-0", "x",  "nan", "2.5", "0x10",
};
static const char *const names[] = {"a", "b", "c", "d", "e", "aa", "1", "2", "field", "\"\""};

static uint64_t roll(struct generator *generator, uint64_t sides)
{
    return fake_dice_roll(&generator->dice) % sides;
}

static const char *pick(struct generator *generator, const char *const *words, size_t count)
{
    /* The front of each list is usual, its end is not. */
    size_t usual = count * 2 / 3;
    return words[roll(generator, 4) ? roll(generator, usual) : roll(generator, count)];
}

static enum fl_error key(struct generator *generator, char kind, struct fl_buf *out)
{
    static const char kinds[] = "LSHZT";
    if (kind == 'X') return fl_buf_printf(out, "x%d", (int)roll(generator, 2) + 1);
    /* Now and then a key of another type. */
    if (kind == 'K' || roll(generator, 40) == 0) kind = kinds[roll(generator, 5)];
    return fl_buf_printf(out, "%c%d", kind + ('a' - 'A'), (int)roll(generator, 3) + 1);
}

static enum fl_error atom(struct generator *generator, char kind, struct fl_buf *out)
{
#define PICK(words)                                                                                \
    fl_buf_append_text(out, pick(generator, words, sizeof(words) / sizeof(words[0])))
    switch (kind) {
    case 'V': return PICK(values);
    case 'I': return PICK(integers);
    case 'F': return PICK(floats);
    case 'U': return PICK(names);
    default: return key(generator, kind, out);
    }
#undef PICK
}

static enum fl_error expand(struct generator *generator, struct fl_span pattern,
                            struct fl_buf *out);

/* One of the alternatives in "a|b|c". */
static enum fl_error choose(struct generator *generator, struct fl_span list, struct fl_buf *out)
{
    size_t count = 1;
    for (size_t i = 0; i < list.length; i++)
        count += list.bytes[i] == '|';
    size_t chosen = roll(generator, count), start = 0;
    for (size_t i = 0; i < list.length && chosen; i++)
        if (list.bytes[i] == '|' && chosen--) start = i + 1;
    size_t end = start;
    while (end < list.length && list.bytes[end] != '|')
        end++;
    return expand(generator, (struct fl_span){list.bytes + start, end - start}, out);
}

static enum fl_error group(struct generator *generator, char open, struct fl_span inside,
                           struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    if (open == '[') return roll(generator, 3) ? FL_OK : choose(generator, inside, out);
    if (open == '{') return choose(generator, inside, out);
    size_t times = 1 + (roll(generator, 3) ? 0 : roll(generator, 3));
    for (size_t i = 0; !err && i < times; i++) {
        if (i) err = fl_buf_append_char(out, ' ');
        if (!err) err = expand(generator, inside, out);
    }
    return err;
}

static bool is_separator(char c)
{
    return c == ' ' || c == '|';
}

static bool is_atom(struct fl_span pattern, size_t i)
{
    bool alone = (i == 0 || is_separator(pattern.bytes[i - 1])) &&
                 (i + 1 == pattern.length || is_separator(pattern.bytes[i + 1]));
    return alone && strchr("LSHZTKXVIFU", pattern.bytes[i]);
}

static enum fl_error expand(struct generator *generator, struct fl_span pattern, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    bool quoted = false;
    for (size_t i = 0; !err && i < pattern.length; i++) {
        char c = pattern.bytes[i];
        if (c == '"') quoted = !quoted;
        const char *close = c == '[' ? "]" : c == '{' ? "}" : c == '<' ? ">" : NULL;
        bool opens = !quoted && close && (i == 0 || pattern.bytes[i - 1] == ' ');
        const char *end = opens ? memchr(pattern.bytes + i, *close, pattern.length - i) : NULL;
        if (end) {
            size_t length = (size_t)(end - pattern.bytes) - i - 1;
            err = group(generator, c, (struct fl_span){pattern.bytes + i + 1, length}, out);
            i += length + 1;
        } else if (!quoted && is_atom(pattern, i)) {
            err = atom(generator, c, out);
        } else {
            err = fl_buf_append_char(out, c);
        }
    }
    return err;
}

enum fl_error generator_line(struct generator *generator, struct fl_buf *out)
{
    unsigned total = 0, at = 0;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        total += patterns[i].weight;
    unsigned chosen = (unsigned)roll(generator, total);
    while (chosen >= patterns[at].weight)
        chosen -= patterns[at++].weight;
    enum fl_error err = FL_OK;
    unsigned connection = (unsigned)roll(generator, 4);
    if (connection) err = fl_buf_printf(out, "%u> ", connection);
    const char *pattern = patterns[at].pattern;
    if (!err) err = expand(generator, fl_span_from(pattern), out);
    return err;
}
