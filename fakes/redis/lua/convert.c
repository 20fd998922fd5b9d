/* Redis's rules: what protocol 3 has and protocol 2 has not comes to a script as a table with one
 * field that names the type, and goes back as one. */
#include "fakes/redis/lua/convert.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "fakes/redis/lua/error.h"
#include "fakes/redis/lua/machine.h"
#include "fakes/redis/values/number.h"

enum { PRESIZED_MAX = 1024, DEPTH_MAX = 8000 };

/* ---- RESP to Lua ---- */

/* The text of a line, which we wrote ourselves; moves behind its CRLF. */
static struct fl_span take_line(const char **reply)
{
    const char *start = *reply + 1;
    const char *end = strchr(start, '\r');
    *reply = end + 2;
    return (struct fl_span){start, (size_t)(end - start)};
}

static int64_t take_int(const char **reply)
{
    int64_t value = 0;
    (void)fake_int_parse(take_line(reply), &value);
    return value;
}

/* What was pushed last becomes the field of a new table. */
static void wrap(lua_State *lua, const char *name)
{
    lua_createtable(lua, 0, 1);
    lua_insert(lua, -2);
    lua_setfield(lua, -2, name);
}

static void push_bulk(lua_State *lua, const char **reply)
{
    int64_t length = take_int(reply);
    if (length < 0) {
        lua_pushboolean(lua, 0);
        return;
    }
    lua_pushlstring(lua, *reply, (size_t)length);
    *reply += length + 2;
}

static void push_array(lua_State *lua, const char **reply)
{
    int64_t count = take_int(reply);
    if (count < 0) {
        lua_pushboolean(lua, 0);
        return;
    }
    lua_createtable(lua, (int)(count < PRESIZED_MAX ? count : PRESIZED_MAX), 0);
    for (int64_t i = 1; i <= count; i++) {
        fake_lua_push_reply(lua, reply);
        lua_rawseti(lua, -2, (int)i);
    }
}

static void push_map(lua_State *lua, const char **reply)
{
    int64_t count = take_int(reply);
    lua_newtable(lua);
    for (int64_t i = 0; i < count; i++) {
        fake_lua_push_reply(lua, reply);
        fake_lua_push_reply(lua, reply);
        lua_rawset(lua, -3);
    }
    wrap(lua, "map");
}

static void push_set(lua_State *lua, const char **reply)
{
    int64_t count = take_int(reply);
    lua_newtable(lua);
    for (int64_t i = 0; i < count; i++) {
        fake_lua_push_reply(lua, reply);
        lua_pushboolean(lua, 1);
        lua_rawset(lua, -3);
    }
    wrap(lua, "set");
}

static void push_verbatim(lua_State *lua, const char **reply)
{
    int64_t length = take_int(reply);
    lua_createtable(lua, 0, 2);
    lua_pushlstring(lua, *reply, 3);
    lua_setfield(lua, -2, "format");
    lua_pushlstring(lua, *reply + 4, (size_t)length - 4);
    lua_setfield(lua, -2, "string");
    *reply += length + 2;
    wrap(lua, "verbatim_string");
}

static void push_line(lua_State *lua, const char **reply, const char *name)
{
    struct fl_span text = take_line(reply);
    lua_pushlstring(lua, text.bytes, text.length);
    wrap(lua, name);
}

void fake_lua_push_reply(lua_State *lua, const char **reply)
{
    luaL_checkstack(lua, 8, "reply is nested too deeply");
    const char *start = *reply;
    struct fl_span line;
    switch (*start) {
    case '+': push_line(lua, reply, "ok"); break;
    case '-':
        line = take_line(reply);
        fake_lua_push_error(lua, (struct fl_span){start, line.length + 1});
        break;
    case ':': lua_pushnumber(lua, (lua_Number)take_int(reply)); break;
    case '$': push_bulk(lua, reply); break;
    case '_':
        (void)take_line(reply);
        lua_pushnil(lua);
        break;
    case '#': lua_pushboolean(lua, *take_line(reply).bytes == 't'); break;
    case ',':
        lua_pushnumber(lua, strtod(take_line(reply).bytes, NULL));
        wrap(lua, "double");
        break;
    case '(': push_line(lua, reply, "big_number"); break;
    case '=': push_verbatim(lua, reply); break;
    case '%': push_map(lua, reply); break;
    case '~': push_set(lua, reply); break;
    default: push_array(lua, reply); break;
    }
}

/* ---- Lua to RESP ---- */

/* The tables around the current value are on Lua's stack, a map or set with its current key above;
 * so no nesting is too deep for the C stack. */
struct level {
    enum { ARRAY, MAP, SET } kind;
    bool has_value; /* of a map: below the key, which comes first, waits its value */
    size_t place, count;
};

struct conversion {
    lua_State *lua;
    struct fake_out *out;
    struct level *levels;
    size_t depth;
};

/* Pushes the field of the table on top. */
static int push_field(lua_State *lua, const char *name)
{
    lua_pushstring(lua, name);
    lua_rawget(lua, -2);
    return lua_type(lua, -1);
}

/* The string on top, up to a NUL byte, as Redis reads it. */
static struct fl_span text_of(lua_State *lua, int index)
{
    return fl_span_from(lua_tostring(lua, index));
}

static bool reply_verbatim(lua_State *lua, struct fake_out *out)
{
    bool is_verbatim = push_field(lua, "format") == LUA_TSTRING;
    lua_insert(lua, -2);
    is_verbatim = push_field(lua, "string") == LUA_TSTRING && is_verbatim;
    if (is_verbatim) {
        struct fl_span text;
        text.bytes = lua_tolstring(lua, -1, &text.length);
        fake_reply_verbatim(out, lua_tostring(lua, -3), text);
    }
    lua_pop(lua, 3);
    return is_verbatim;
}

/* A table that stands for one value, which is on top, is answered. What lies above the table is
 * popped. */
static bool reply_scalar_table(lua_State *lua, struct fake_out *out)
{
    bool found = true;
    if (push_field(lua, "err") == LUA_TSTRING) {
        fake_reply_error_span(out, text_of(lua, -1));
    } else if (lua_pop(lua, 1), push_field(lua, "ok") == LUA_TSTRING) {
        fake_reply_status_span(out, text_of(lua, -1));
    } else if (lua_pop(lua, 1), push_field(lua, "double") == LUA_TNUMBER) {
        fake_reply_double(out, lua_tonumber(lua, -1));
    } else if (lua_pop(lua, 1), push_field(lua, "big_number") == LUA_TSTRING) {
        fake_reply_big_number(out, text_of(lua, -1));
    } else if (lua_pop(lua, 1), push_field(lua, "verbatim_string") == LUA_TTABLE) {
        return reply_verbatim(lua, out);
    } else {
        found = false;
    }
    lua_pop(lua, 1);
    return found;
}

static void open_table(struct conversion *conversion)
{
    lua_State *lua = conversion->lua;
    struct level *level = &conversion->levels[conversion->depth++];
    *level = (struct level){.kind = ARRAY};
    bool is_map = push_field(lua, "map") == LUA_TTABLE;
    if (!is_map) lua_pop(lua, 1);
    bool is_set = !is_map && push_field(lua, "set") == LUA_TTABLE;
    if (is_map || is_set) {
        level->kind = is_map ? MAP : SET;
        lua_replace(lua, -2);
        lua_pushnil(lua); /* before the first key */
    } else {
        lua_pop(lua, 1);
    }
    level->place = fake_reply_array_later(conversion->out);
}

static void reply_value(struct conversion *conversion)
{
    lua_State *lua = conversion->lua;
    struct fake_out *out = conversion->out;
    struct fl_span text;
    if (!lua_checkstack(lua, 4) || conversion->depth == DEPTH_MAX) {
        fake_reply_error(out, "ERR reached lua stack limit");
        lua_pop(lua, 1);
        return;
    }
    switch (lua_type(lua, -1)) {
    case LUA_TSTRING:
        text.bytes = lua_tolstring(lua, -1, &text.length);
        fake_reply_bulk(out, text);
        break;
    case LUA_TBOOLEAN:
        if (fake_lua_of(lua)->session.output.resp3)
            fake_reply_bool(out, lua_toboolean(lua, -1));
        else if (lua_toboolean(lua, -1))
            fake_reply_int(out, 1);
        else
            fake_reply_nil(out);
        break;
    case LUA_TNUMBER: {
        lua_Number number = lua_tonumber(lua, -1);
        bool fits =
            number > -0x1p63 && number < 0x1p63; /* x86 answers the least integer otherwise */
        fake_reply_int(out, fits ? (int64_t)number : INT64_MIN);
        break;
    }
    case LUA_TTABLE:
        if (reply_scalar_table(lua, out)) break;
        open_table(conversion);
        return;
    default: fake_reply_nil(out); break;
    }
    lua_pop(lua, 1);
}

static void close_table(struct conversion *conversion)
{
    const struct level *level = &conversion->levels[--conversion->depth];
    switch (level->kind) {
    case ARRAY: fake_reply_array_set(conversion->out, level->place, level->count); break;
    case MAP: fake_reply_map_set(conversion->out, level->place, level->count); break;
    case SET: fake_reply_set_set(conversion->out, level->place, level->count); break;
    }
    lua_pop(conversion->lua, 1);
}

/* Puts what the innermost table answers next on top; false: the table is complete, and went. */
static bool next_value(struct conversion *conversion)
{
    lua_State *lua = conversion->lua;
    struct level *level = &conversion->levels[conversion->depth - 1];
    if (level->has_value) { /* its key was answered */
        level->has_value = false;
        return true;
    }
    if (level->kind == ARRAY) {
        lua_rawgeti(lua, -1, (int)level->count + 1);
        if (!lua_isnil(lua, -1)) {
            level->count++;
            return true;
        }
        lua_pop(lua, 1);
    } else if (lua_next(lua, -2)) {
        level->count++;
        level->has_value = level->kind == MAP;
        if (level->kind == SET) lua_pop(lua, 1);
        lua_pushvalue(lua, level->kind == MAP ? -2 : -1);
        return true;
    }
    close_table(conversion);
    return false;
}

void fake_lua_pop_reply(lua_State *lua, struct fake_out *out)
{
    struct conversion conversion = {
        .lua = lua,
        .out = out,
        .levels = fake_lua_scratch(lua, DEPTH_MAX * sizeof(struct level)),
    };
    reply_value(&conversion);
    while (conversion.depth)
        if (next_value(&conversion)) reply_value(&conversion);
}
