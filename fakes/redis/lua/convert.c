/* Between RESP and Lua values, by Redis's rules for protocol 2. */
#include <lauxlib.h>

#include "fakes/redis/lua/script.h"
#include "fakes/redis/number.h"

/* The text of a line of a reply that we wrote ourselves, so it is well-formed; moves behind its
 * CRLF. */
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
    lua_createtable(lua, (int)(count < 1024 ? count : 1024), 0);
    for (int64_t i = 1; i <= count; i++) {
        fake_script_push_reply(lua, reply);
        lua_rawseti(lua, -2, (int)i);
    }
}

static void push_status(lua_State *lua, struct fl_span text)
{
    lua_createtable(lua, 0, 1);
    lua_pushlstring(lua, text.bytes, text.length);
    lua_setfield(lua, -2, "ok");
}

void fake_script_push_reply(lua_State *lua, const char **reply)
{
    luaL_checkstack(lua, 8, "reply is nested too deeply");
    const char *start = *reply;
    struct fl_span line;
    switch (*start) {
    case '+': push_status(lua, take_line(reply)); break;
    case '-':
        line = take_line(reply);
        fake_script_push_error(lua, (struct fl_span){start, line.length + 1});
        break;
    case ':': lua_pushnumber(lua, (lua_Number)take_int(reply)); break;
    case '$': push_bulk(lua, reply); break;
    default: push_array(lua, reply); break;
    }
}

void fake_script_push_error(lua_State *lua, struct fl_span text)
{
    while (text.length &&
           (text.bytes[text.length - 1] == '\r' || text.bytes[text.length - 1] == '\n'))
        text.length--;
    lua_createtable(lua, 0, 3);
    if (text.length && text.bytes[0] == '-') {
        if (memchr(text.bytes, ' ', text.length))
            lua_pushlstring(lua, text.bytes + 1, text.length - 1);
        else
            lua_pushfstring(lua, "ERR %s", text.length > 1 ? text.bytes + 1 : "");
    } else {
        lua_pushliteral(lua, "ERR ");
        lua_pushlstring(lua, text.bytes, text.length);
        lua_concat(lua, 2);
    }
    lua_setfield(lua, -2, "err");
}

/* ---- Lua to RESP ---- */

/* The string under a key of the table on top, which stays on the stack; false and nothing stays. */
static bool has_string(lua_State *lua, const char *name, struct fl_span *ret_text)
{
    lua_pushstring(lua, name);
    lua_rawget(lua, -2);
    if (lua_type(lua, -1) != LUA_TSTRING) {
        lua_pop(lua, 1);
        return false;
    }
    *ret_text = fl_span_from(lua_tostring(lua, -1)); /* up to a NUL byte, as Redis reads it */
    return true;
}

static void reply_table(lua_State *lua, struct fake_out *out)
{
    struct fl_span text;
    if (has_string(lua, "err", &text)) {
        fake_reply_error_span(out, text);
        lua_pop(lua, 1);
        return;
    }
    if (has_string(lua, "ok", &text)) {
        fake_reply_status_span(out, text);
        lua_pop(lua, 1);
        return;
    }
    size_t place = fake_reply_array_later(out), count = 0;
    for (;; count++) {
        lua_rawgeti(lua, -1, (int)count + 1);
        if (lua_isnil(lua, -1)) break;
        fake_script_pop_reply(lua, out);
    }
    lua_pop(lua, 1);
    fake_reply_array_set(out, place, count);
}

void fake_script_pop_reply(lua_State *lua, struct fake_out *out)
{
    struct fl_span text;
    if (!lua_checkstack(lua, 4)) {
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
        if (lua_toboolean(lua, -1))
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
    case LUA_TTABLE: reply_table(lua, out); break;
    default: fake_reply_nil(out); break;
    }
    lua_pop(lua, 1);
}
