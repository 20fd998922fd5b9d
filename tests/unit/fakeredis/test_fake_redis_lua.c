/* What a script does depends on nothing but its text and what was run before; and it ends. */
#include <stdlib.h>
#include <string.h>

#include "redis_fixture.h"

/* Whatever of Lua depends on addresses or on how far its collector is, told as text. */
static const char layout[] =
    "EVAL \"local keys, out = {}, {} "
    "for i = 1, 50 do keys[i] = i % 2 == 0 and {} or function() return i end end "
    "local t = {} for i = 1, 50 do t[keys[i]] = i end for i = 1, 50, 3 do t[keys[i]] = nil end "
    "for _, v in pairs(t) do out[#out + 1] = v end "
    "local weak, left = setmetatable({}, {__mode = 'k'}), 0 "
    "for i = 1, 2000 do weak[{}] = i end for _ in pairs(weak) do left = left + 1 end "
    "local packed = cmsgpack.pack({[{1}] = 1, [{2}] = 2, [{3}] = 3, [{4}] = 4, [{5}] = 5}) "
    "return table.concat(out, ' ') .. ' ' .. left .. ' ' .. collectgarbage('count') .. ' ' "
    ".. redis.sha1hex(packed) .. ' ' .. tostring(t) .. tostring(tostring)\" 0";
/* Leaves Lua's heap in disorder. */
static const char disorder[] =
    "EVAL \"local t = {} for i = 1, 3000 do t[i] = {tostring(i)} end for i = 1, 3000, 2 do t[i] = "
    "nil end return collectgarbage('count')\" 0";

static char *keep(const char *answer)
{
    char *copy = strdup(answer);
    assert_non_null(copy);
    return copy;
}

static void does_the_same_at_other_addresses(void **state)
{
    struct redis_fixture *f = *state;
    char *first = keep(say(f->a, layout));
    struct fake_redis *other = fake_redis_new(&f->options); /* while the first holds its memory */
    assert_non_null(other);
    struct fake_redis_session *session = fake_redis_open(other, "other");
    assert_string_equal(say(session, layout), first);
    fake_redis_free(other);
    assert_int_equal(first[0], '$');
    free(first);
}

static void does_the_same_after_a_reset(void **state)
{
    struct redis_fixture *f = *state;
    char *first = keep(say(f->a, layout));
    say(f->a, disorder);
    fake_redis_reset(f->engine, &f->options);
    assert_string_equal(say(fake_redis_open(f->engine, "again"), layout), first);
    free(first);
}

static void does_the_same_after_the_scripts_were_flushed(void **state)
{
    struct redis_fixture *f = *state;
    char *first = keep(say(f->a, layout));
    say(f->a, disorder);
    say(f->a, "SCRIPT FLUSH");
    assert_string_equal(say(f->a, layout), first);
    free(first);
}

/* As a script sees it: what others have left behind would be found here. */
static void leaves_nothing_to_the_next_script(void **state)
{
    struct redis_fixture *f = *state;
    static const char *const attempts[] = {
        "EVAL \"string.x = 1\" 0",
        "EVAL \"table.insert(string, 1)\" 0",
        "EVAL \"rawset(_G, 'x', 1)\" 0",
        "EVAL \"local f, t = pairs(math) rawset(t, 'x', 1)\" 0",
        "EVAL \"getmetatable('').__index = nil\" 0",
        "EVAL \"getmetatable(_G).__index = nil\" 0",
        "EVAL \"setmetatable(redis, {})\" 0",
        "EVAL \"table.setn(bit, 1)\" 0",
        "EVAL \"for _, t in pairs(_G) do if type(t) == 'table' and t ~= KEYS and t ~= ARGV then "
        "table.sort(t) t.x = 1 end end\" 0",
    };
    for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
        assert_int_equal(say(f->a, attempts[i])[0], '-');
    assert_string_equal(say(f->a, "EVAL \"return {rawget(_G, 'x') == nil, rawget(string, 'x') == "
                                  "nil, math.x == nil, ('a'):rep(2)}\" 0"),
                        "*4\r\n:1\r\n:1\r\n:1\r\n$2\r\naa\r\n");
}

/* ---- what would not end ---- */

struct endless {
    const char *name, *line;
};

static struct endless endless[] = {
    {"ends: a loop", "EVAL \"while true do end\" 0"},
    {"ends: a loop around pcall", "EVAL \"while true do pcall(error) end\" 0"},
    {"ends: a loop in coroutines",
     "EVAL \"while true do coroutine.wrap(function() while true do end end)() end\" 0"},
    {"ends: a sort that calls", "EVAL \"local t = {} for i = 1, 1000 do t[i] = i end while true do "
                                "table.sort(t, function(a, b) return a < b end) end\" 0"},
    {"ends: a repetition of nothing", "EVAL \"return #string.rep('', 2^31 - 1)\" 0"},
    {"ends: many repetitions", "EVAL \"while true do string.rep('x', 100000) end\" 0"},
    {"ends: a pattern that tries everything",
     "EVAL \"return string.find(string.rep('a', 3000), string.rep('a*', 30) .. 'b')\" 0"},
    {"ends: a substitution that tries everything",
     "EVAL \"return string.gsub(string.rep('a', 100000), '(.-)b', '')\" 0"},
    {"ends: collections of the heap", "EVAL \"local t = {} for i = 1, 20000 do t[i] = {} end while "
                                      "true do collectgarbage() end\" 0"},
    {"ends: joining and joining",
     "EVAL \"local s = string.rep('x', 1000000) while true do s = s:upper() .. 'y' end\" 0"},
    {"ends: moving elements", "EVAL \"local t = {} while true do table.insert(t, 1, 1) end\" 0"},
    {"ends: encoding", "EVAL \"local t = {} for i = 1, 10000 do t[i] = i end while true do "
                       "cjson.encode(t) cmsgpack.pack(t) end\" 0"},
    {"ends: a reader without end", "EVAL \"return load(function() return 'x' end)\" 0"},
    {"ends: the code of a library",
     "FUNCTION LOAD \"#!lua name=lib\\nlocal i = 0 while true do i = i + 1 end\""},
};

static void ends(void **state)
{
    const struct endless *row = *state;
    struct fake_clock clock = {.wall_us = START_US};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock),
                                               .script_steps_max = 2 * 1000 * 1000};
    struct fake_redis *engine = fake_redis_new(&options);
    struct fake_redis_session *session = fake_redis_open(engine, "a");
    const char *answer = say(session, row->line);
    assert_non_null(strstr(answer, "the script ran for more steps than this server allows"));
    assert_string_equal(say(session, "EVAL \"return 1\" 0"), ":1\r\n");
    fake_redis_free(engine);
}

/* ---- what would need too much stack or memory ---- */

struct excess {
    const char *name, *line, *want;
};

static struct excess excesses[] = {
    {"bounded: a pattern as long as its subject",
     "EVAL \"return string.find(string.rep('a', 300000), string.rep('a?', 300000) .. 'b')\" 0",
     "pattern too complex"},
    {"bounded: calls without end", "EVAL \"local function f() return 1 + f() end return f()\" 0",
     "stack overflow"},
    {"bounded: metamethods without end",
     "EVAL \"return setmetatable({}, {__index = function(t, k) return t[k + 1] end})[1]\" 0",
     "C stack overflow"},
    {"bounded: parentheses without end",
     "EVAL \"return loadstring('return ' .. string.rep('(', 100000))\" 0", "$-1"},
    {"bounded: a reply that is nested 7000 times",
     "EVAL \"local t = {} for i = 1, 7000 do t = {t} end return t\" 0", "*1\r\n*1\r\n*1"},
    {"bounded: a map whose keys are maps",
     "EVAL \"local t = {map = {}} for i = 1, 3000 do t = {map = {[t] = t}} end return 1\" 0", ":1"},
    {"bounded: JSON that is nested too deeply",
     "EVAL \"cjson.decode_max_depth(100000) return cjson.decode(string.rep('[', 100000))\" 0",
     "Found too many nested data structures"},
    {"bounded: tables that are nested too deeply for JSON",
     "EVAL \"cjson.encode_max_depth(100000) local t = {} for i = 1, 20000 do t = {t} end return "
     "cjson.encode(t)\" 0",
     "excessive nesting"},
    {"bounded: MessagePack that is nested too deeply",
     "EVAL \"return cmsgpack.unpack(string.rep(string.char(145), 100000))\" 0", "stack overflow"},
    {"bounded: a string that doubles", "EVAL \"local s = 'x' while true do s = s .. s end\" 0",
     "not enough memory"},
    {"bounded: a table that grows", "EVAL \"local t = {} for i = 1, 1e9 do t[i] = i end\" 0",
     "not enough memory"},
    {"bounded: as many results as there are",
     "EVAL \"return #{cmsgpack.unpack(string.rep(string.char(1), 100000))}\" 0", "stack overflow"},
};

static void is_bounded(void **state)
{
    const struct excess *row = *state;
    struct fake_clock clock = {.wall_us = START_US};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock)};
    struct fake_redis *engine = fake_redis_new(&options);
    struct fake_redis_session *session = fake_redis_open(engine, "a");
    assert_non_null(strstr(say(session, row->line), row->want));
    assert_string_equal(say(session, "EVAL \"return 1\" 0"), ":1\r\n");
    fake_redis_free(engine);
}

int main(void)
{
    enum { ENDLESS = sizeof(endless) / sizeof(endless[0]), OTHERS = 4 };
    enum { EXCESSES = sizeof(excesses) / sizeof(excesses[0]) };
    struct CMUnitTest tests[OTHERS + ENDLESS + EXCESSES] = {
        cmocka_unit_test_setup_teardown(does_the_same_at_other_addresses, redis_fixture_setup,
                                        redis_fixture_teardown),
        cmocka_unit_test_setup_teardown(does_the_same_after_a_reset, redis_fixture_setup,
                                        redis_fixture_teardown),
        cmocka_unit_test_setup_teardown(does_the_same_after_the_scripts_were_flushed,
                                        redis_fixture_setup, redis_fixture_teardown),
        cmocka_unit_test_setup_teardown(leaves_nothing_to_the_next_script, redis_fixture_setup,
                                        redis_fixture_teardown),
    };
    for (size_t i = 0; i < ENDLESS; i++)
        tests[OTHERS + i] = (struct CMUnitTest){endless[i].name, ends, NULL, NULL, &endless[i]};
    for (size_t i = 0; i < EXCESSES; i++)
        tests[OTHERS + ENDLESS + i] =
            (struct CMUnitTest){excesses[i].name, is_bounded, NULL, NULL, &excesses[i]};
    return _cmocka_run_group_tests("fake_redis_lua", tests, sizeof(tests) / sizeof(tests[0]), NULL,
                                   NULL);
}
