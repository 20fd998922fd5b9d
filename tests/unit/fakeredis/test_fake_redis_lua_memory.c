/* Each block that a script asks for is refused in turn: it answers an error, and the server goes
 * on. */
#include <string.h>

#include "redis_fixture.h"

enum { BLOCKS_MAX = 100 * 1000 };

struct attempt {
    const char *name;
    const char *before; /* NULL: nothing; answered with memory */
    const char *line;
    const char *want;
};

static struct attempt attempts[] = {
    {"every refused block: tables and strings", NULL,
     "EVAL \"local t = {} for i = 1, 40 do t[i] = 'k' .. i end return #table.concat(t, ',')\" 0",
     ":150\r\n"},
    {"every refused block: calls and their errors", NULL,
     "EVAL \"redis.call('SET', KEYS[1], 'v') local ok, e = pcall(redis.call, 'LPUSH', KEYS[1], 1) "
     "return {redis.call('GET', KEYS[1]), tostring(ok), e}\" 1 k",
     "*3\r\n$1\r\nv\r\n$5\r\nfalse\r\n$65\r\nWRONGTYPE Operation against a key holding the wrong "
     "kind of value\r\n"},
    {"every refused block: JSON", NULL,
     "EVAL \"return cjson.encode(cjson.decode('[1, {\\\"a\\\": [true, null, "
     "\\\"\\\\\\\\u00e9\\\"]}]'"
     "))\" 0",
     "$26\r\n[1,{\"a\":[true,null,\"\xc3\xa9\"]}]\r\n"},
    {"every refused block: MessagePack", NULL,
     "EVAL \"return cmsgpack.unpack(cmsgpack.pack({1, 'two', {three = 3.5}}))[2]\" 0",
     "$3\r\ntwo\r\n"},
    {"every refused block: structures", NULL,
     "EVAL \"return {struct.unpack('>Hs', struct.pack('>Hs', 515, 'abc'))}\" 0",
     "*3\r\n:515\r\n$3\r\nabc\r\n:7\r\n"},
    {"every refused block: patterns", NULL,
     "EVAL \"local n = 0 for w in string.gmatch('a bb ccc', '%a+') do n = n + #w end return "
     "{n, (string.gsub('hello', '(l)', function(c) return c:upper() end))}\" 0",
     "*2\r\n:6\r\n$5\r\nheLLo\r\n"},
    {"every refused block: a raised error", NULL, "EVAL \"error({err = 'MY error'})\" 0",
     "-MY error script: c651a58ae76495fc291be13413f0f50017a68d3e, on @user_script:1.\r\n"},
    {"every refused block: protocol 3", "HSET h a 1",
     "EVAL \"redis.setresp(3) return redis.call('HGETALL', 'h')\" 0",
     "*2\r\n$1\r\na\r\n$1\r\n1\r\n"},
    {"every refused block: loading a library",
     "FUNCTION LOAD \"#!lua name=other\\nredis.register_function('g', function() end)\"",
     "FUNCTION LOAD \"#!lua name=lib\\nredis.register_function{function_name = 'f', callback = "
     "function() return 1 end, flags = {'no-writes'}, description = 'one'}\"",
     "$3\r\nlib\r\n"},
    {"every refused block: a function",
     "FUNCTION LOAD \"#!lua name=lib\\nredis.register_function('f', function(keys, args) return "
     "{#keys, args[1] .. '!'} end)\"",
     "FCALL f 1 a b", "*2\r\n:1\r\n$2\r\nb!\r\n"},
    {"every refused block: replacing a library",
     "FUNCTION LOAD \"#!lua name=lib\\nredis.register_function('f', function() end)\"",
     "FUNCTION LOAD REPLACE \"#!lua name=lib\\nredis.register_function('g', function() end)\"",
     "$3\r\nlib\r\n"},
    {"every refused block: restoring a library beside another",
     "FUNCTION LOAD \"#!lua name=other\\nredis.register_function('g', function() end)\"",
     "FUNCTION RESTORE \"\\xf5@D#!lua name=lib\\x0a"
     "redis.register_function('f', function() return 7 end)"
     "\\x0a\\x007u)vq\\xc9B3\"",
     "+OK\r\n"},
};

/* True: no block was missed any more. */
static bool survives(const struct attempt *attempt, uint64_t nth)
{
    struct fake_clock clock = {.wall_us = START_US};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock)};
    struct fake_redis *engine = fake_redis_new(&options);
    struct fake_redis_session *session = fake_redis_open(engine, "a");
    if (attempt->before) assert_int_not_equal(say(session, attempt->before)[0], '-');
    assert_true(fake_redis_script_memory_fails(engine, nth));
    const char *answer = say(session, attempt->line);
    bool done = strcmp(answer, attempt->want) == 0;
    if (!done) assert_non_null(strstr(answer, "memory"));
    assert_true(fake_redis_script_memory_fails(engine, 0));
    assert_string_equal(say(session, "EVAL \"return {1, type(_G), #string.rep('x', 99)}\" 0"),
                        "*3\r\n:1\r\n$5\r\ntable\r\n:99\r\n");
    fake_redis_free(engine);
    return done;
}

static void survives_every_refused_block(void **state)
{
    uint64_t nth = 1, right = 0;
    /* An error that the script catches, or garbage that is collected, may hide a missing block. */
    for (; right < 3; nth++) {
        assert_true(nth < BLOCKS_MAX);
        right = survives(*state, nth) ? right + 1 : 0;
    }
    assert_true(nth > 4);
}

int main(void)
{
    enum { COUNT = sizeof(attempts) / sizeof(attempts[0]) };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){attempts[i].name, survives_every_refused_block, NULL, NULL,
                                       &attempts[i]};
    return _cmocka_run_group_tests("fake_redis_lua_memory", tests, COUNT, NULL, NULL);
}
