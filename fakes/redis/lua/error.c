#include "fakes/redis/lua/error.h"

#include <stdbool.h>
#include <string.h>

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/lua/machine.h"

void fake_lua_push_error(lua_State *lua, struct fl_span text)
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

int fake_lua_raise(lua_State *lua, const char *text)
{
    fake_lua_push_error(lua, fl_span_from(text));
    return lua_error(lua);
}

int fake_lua_handle_error(lua_State *lua)
{
    lua_Debug where, outside;
    bool known = lua_getstack(lua, 1, &where) && lua_getinfo(lua, "Sl", &where);
    if (known && strcmp(where.what, "C") == 0) /* its caller, unless that is who runs scripts */
        known = lua_getstack(lua, 2, &where) && lua_getstack(lua, 3, &outside) &&
                lua_getinfo(lua, "Sl", &where);
    lua_settop(lua, 1);
    if (!lua_istable(lua, 1)) {
        lua_pushliteral(lua, "ERR ");
        lua_getfield(lua, LUA_REGISTRYINDEX, FAKE_LUA_TOSTRING);
        lua_pushvalue(lua, 1);
        lua_call(lua, 1, 1);
        lua_concat(lua, 2);
        lua_createtable(lua, 0, 3);
        lua_insert(lua, -2);
        lua_setfield(lua, -2, "err");
        lua_replace(lua, 1);
    }
    if (known) {
        lua_pushstring(lua, where.source);
        lua_setfield(lua, 1, "source");
        lua_pushinteger(lua, where.currentline);
        lua_setfield(lua, 1, "line");
    }
    return 1;
}

void fake_lua_reply_raised(lua_State *lua, const char *name, struct fake_out *out)
{
    if (!lua_istable(lua, -1)) {
        const char *text = lua_tostring(lua, -1);
        fake_reply_errorf(out, "ERR Error running script %s, %.100s", name,
                          text ? text : "execution failure");
        return;
    }
    lua_getfield(lua, -1, "err");
    lua_getfield(lua, -2, "source");
    lua_getfield(lua, -3, "line");
    const char *error = lua_tostring(lua, -3);
    const char *source = lua_tostring(lua, -2), *line = lua_tostring(lua, -1);
    if (!error) error = "ERR unknown error"; /* the real server crashes */
    bool tail = fake_engine_has(fake_lua_of(lua)->session.engine, FAKE_FEATURE_SCRIPT_ERROR_TAIL);
    if (source && line && !tail)
        lua_pushfstring(lua, "ERR Error running script (call to f_%s): %s:%s: %s", name, source,
                        line, strncmp(error, "ERR user_script", 15) == 0 ? error + 4 : error);
    else if (source && line)
        lua_pushfstring(lua, "%s script: %s, on %s:%s.", error, name, source, line);
    else
        lua_pushstring(lua, error);
    struct fl_span text;
    text.bytes = lua_tolstring(lua, -1, &text.length);
    fake_reply_error_span(out, text);
}
