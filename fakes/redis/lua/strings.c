/* string.find, match, gmatch and gsub, with patterns whose work is bounded. */
#include <ctype.h>
#include <lauxlib.h>
#include <string.h>

#include "fakes/redis/lua/budget.h"
#include "fakes/redis/lua/buffer.h"
#include "fakes/redis/lua/libraries.h"
#include "fakes/redis/lua/pattern.h"

enum { STEP_BYTES = 32 };

enum find_or_match { FIND, MATCH };

/* Where a search begins: a negative place counts from the end. */
static size_t start_of(lua_State *lua, int arg, size_t length)
{
    ptrdiff_t place = luaL_optinteger(lua, arg, 1);
    if (place < 0) place += (ptrdiff_t)length + 1;
    if (place < 1) return 0;
    return (size_t)place - 1 > length ? length : (size_t)place - 1;
}

static int find_plain(lua_State *lua, struct fl_span subject, size_t start, struct fl_span wanted)
{
    const char *found =
        memmem(subject.bytes + start, subject.length - start, wanted.bytes, wanted.length);
    fake_lua_charge(lua, (subject.length - start) / STEP_BYTES);
    if (!found) {
        lua_pushnil(lua);
        return 1;
    }
    lua_pushinteger(lua, found - subject.bytes + 1);
    lua_pushinteger(lua, found - subject.bytes + (ptrdiff_t)wanted.length);
    return 2;
}

static int search(lua_State *lua, enum find_or_match wanted)
{
    struct fl_span subject, pattern;
    subject.bytes = luaL_checklstring(lua, 1, &subject.length);
    pattern.bytes = luaL_checklstring(lua, 2, &pattern.length);
    size_t start = start_of(lua, 3, subject.length);
    if (wanted == FIND && (lua_toboolean(lua, 4) || !strpbrk(pattern.bytes, "^$*+?.([%-")))
        return find_plain(lua, subject, start, pattern);
    struct fake_pattern match;
    bool anchored = *pattern.bytes == '^';
    fake_pattern_begin(&match, lua, subject.bytes, subject.length);
    for (const char *at = subject.bytes + start; at <= match.subject_end; at++) {
        const char *end = fake_pattern_match(&match, at, pattern.bytes + anchored);
        if (end && wanted == MATCH) return fake_pattern_push_captures(&match, at, end);
        if (end) {
            lua_pushinteger(lua, at - subject.bytes + 1);
            lua_pushinteger(lua, end - subject.bytes);
            return 2 + fake_pattern_push_captures(&match, NULL, NULL);
        }
        if (anchored) break;
    }
    lua_pushnil(lua);
    return 1;
}

static int string_find(lua_State *lua)
{
    return search(lua, FIND);
}

static int string_match(lua_State *lua)
{
    return search(lua, MATCH);
}

/* ---- gmatch ---- */

/* Upvalues: subject, pattern, where the next search begins. */
static int next_match(lua_State *lua)
{
    size_t length;
    const char *subject = lua_tolstring(lua, lua_upvalueindex(1), &length);
    const char *pattern = lua_tostring(lua, lua_upvalueindex(2));
    struct fake_pattern match;
    fake_pattern_begin(&match, lua, subject, length);
    const char *at = subject + lua_tointeger(lua, lua_upvalueindex(3));
    for (; at <= match.subject_end; at++) {
        const char *end = fake_pattern_match(&match, at, pattern);
        if (!end) continue;
        lua_pushinteger(lua, end - subject + (end == at)); /* an empty match moves on */
        lua_replace(lua, lua_upvalueindex(3));
        return fake_pattern_push_captures(&match, at, end);
    }
    return 0;
}

static int string_gmatch(lua_State *lua)
{
    luaL_checkstring(lua, 1);
    luaL_checkstring(lua, 2);
    lua_settop(lua, 2);
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, next_match, 3);
    return 1;
}

/* ---- gsub ---- */

struct substitution {
    struct fake_pattern match;
    struct fake_lua_buffer buffer;
};

/* The value on top goes to the end of the text. */
static void add_top(struct substitution *sub)
{
    size_t length;
    const char *bytes = lua_tolstring(sub->match.lua, -1, &length);
    fake_lua_buffer_add(&sub->buffer, bytes, length);
    lua_pop(sub->match.lua, 1);
}

/* A replacement string, in which "%1" is a capture. */
static void add_template(struct substitution *sub, const char *start, const char *end)
{
    size_t length;
    const char *text = lua_tolstring(sub->match.lua, 3, &length);
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '%') {
            fake_lua_buffer_add_byte(&sub->buffer, text[i]);
            continue;
        }
        i++; /* behind the last character is a NUL byte */
        if (text[i] == '0') {
            fake_lua_buffer_add(&sub->buffer, start, (size_t)(end - start));
        } else if (isdigit((unsigned char)text[i])) {
            fake_pattern_push_capture(&sub->match, text[i] - '1', start, end);
            add_top(sub);
        } else {
            fake_lua_buffer_add_byte(&sub->buffer, text[i]);
        }
    }
}

/* What a function or a table makes of the match. */
static void add_computed(struct substitution *sub, const char *start, const char *end)
{
    lua_State *lua = sub->match.lua;
    if (lua_isfunction(lua, 3)) {
        lua_pushvalue(lua, 3);
        lua_call(lua, fake_pattern_push_captures(&sub->match, start, end), 1);
    } else {
        fake_pattern_push_capture(&sub->match, 0, start, end);
        lua_gettable(lua, 3);
    }
    if (!lua_toboolean(lua, -1)) {
        lua_pop(lua, 1);
        fake_lua_buffer_add(&sub->buffer, start, (size_t)(end - start));
        return;
    }
    if (!lua_isstring(lua, -1))
        luaL_error(lua, "invalid replacement value (a %s)", luaL_typename(lua, -1));
    add_top(sub);
}

static int string_gsub(lua_State *lua)
{
    size_t length;
    struct substitution sub;
    const char *subject = luaL_checklstring(lua, 1, &length);
    const char *pattern = luaL_checkstring(lua, 2);
    int type = lua_type(lua, 3), count = 0;
    int count_max = (int)luaL_optinteger(lua, 4, (lua_Integer)length + 1);
    bool anchored = *pattern == '^', is_text = type == LUA_TNUMBER || type == LUA_TSTRING;
    luaL_argcheck(lua, is_text || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
                  "string/function/table expected");
    fake_pattern_begin(&sub.match, lua, subject, length);
    fake_lua_buffer_begin(lua, &sub.buffer);
    const char *at = subject;
    while (count < count_max) {
        const char *end = fake_pattern_match(&sub.match, at, pattern + anchored);
        if (end) {
            count++;
            if (is_text)
                add_template(&sub, at, end);
            else
                add_computed(&sub, at, end);
        }
        if (end && end > at)
            at = end;
        else if (at < sub.match.subject_end)
            fake_lua_buffer_add_byte(&sub.buffer, *at++);
        else
            break;
        if (anchored) break;
    }
    fake_lua_buffer_add(&sub.buffer, at, (size_t)(sub.match.subject_end - at));
    fake_lua_charge(lua, sub.buffer.length / STEP_BYTES);
    fake_lua_buffer_push(&sub.buffer);
    lua_pushinteger(lua, count);
    return 2;
}

void fake_lua_open_strings(lua_State *lua)
{
    static const struct luaL_Reg functions[] = {
        {"find", string_find},    {"match", string_match}, {"gmatch", string_gmatch},
        {"gfind", string_gmatch}, {"gsub", string_gsub},   {NULL, NULL},
    };
    lua_getfield(lua, LUA_GLOBALSINDEX, "string");
    luaL_register(lua, NULL, functions);
    lua_pop(lua, 1);
}
