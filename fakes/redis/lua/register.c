/* redis.register_function: a name and a callback, or a table of named arguments. */
#include <lauxlib.h>
#include <stdlib.h>
#include <strings.h>

#include "fakes/redis/lua/error.h"
#include "fakes/redis/lua/functions.h"
#include "fakes/redis/lua/shebang.h"

struct registration {
    struct fl_span name;
    const char *description;
    unsigned flags;
    bool has_name, has_callback; /* which is on top of the stack then */
};

static void take_flags(lua_State *lua, struct registration *registration)
{
    if (!lua_istable(lua, -1))
        fake_lua_raise(lua, "flags argument to redis.register_function must be a table "
                            "representing function flags");
    for (int i = 1;; i++) {
        struct fl_span flag = {0};
        lua_rawgeti(lua, -1, i);
        if (lua_isnil(lua, -1)) break;
        if (lua_type(lua, -1) == LUA_TSTRING) flag.bytes = lua_tolstring(lua, -1, &flag.length);
        if (!flag.bytes || !fake_script_parse_flag(flag, &registration->flags))
            fake_lua_raise(lua, "unknown flag given");
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

/* The value on top, by the name of the argument; strings stay alive in the table of arguments. */
static void take_named(lua_State *lua, struct registration *registration, const char *key)
{
    if (strcasecmp(key, "function_name") == 0) {
        if (!lua_isstring(lua, -1))
            fake_lua_raise(lua, "function_name argument given to redis.register_function must be a "
                                "string");
        registration->name.bytes = lua_tolstring(lua, -1, &registration->name.length);
        registration->has_name = true;
        lua_replace(lua, 2); /* a number has become a string that only this slot holds */
        lua_pushnil(lua);
    } else if (strcasecmp(key, "description") == 0) {
        if (!lua_isstring(lua, -1))
            fake_lua_raise(
                lua, "description argument given to redis.register_function must be a string");
        registration->description = lua_tostring(lua, -1);
        lua_replace(lua, 3);
        lua_pushnil(lua);
    } else if (strcasecmp(key, "callback") == 0) {
        if (!lua_isfunction(lua, -1))
            fake_lua_raise(lua,
                           "callback argument given to redis.register_function must be a function");
        registration->has_callback = true;
        lua_replace(lua, 4);
        lua_pushnil(lua);
    } else if (strcasecmp(key, "flags") == 0) {
        take_flags(lua, registration);
    } else {
        fake_lua_raise(lua, "unknown argument given to redis.register_function");
    }
}

/* Slots: 1 the table, 2 the name, 3 the description, 4 the callback. */
static void take_table(lua_State *lua, struct registration *registration)
{
    if (!lua_istable(lua, 1))
        fake_lua_raise(lua,
                       "calling redis.register_function with a single argument is only applicable "
                       "to Lua table (representing named arguments).");
    lua_settop(lua, 4);
    for (lua_pushnil(lua); lua_next(lua, 1); lua_pop(lua, 1)) {
        if (!lua_isstring(lua, -2))
            fake_lua_raise(lua, "named argument key given to redis.register_function is not a "
                                "string");
        take_named(lua, registration,
                   lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "");
    }
    if (!registration->has_name)
        fake_lua_raise(lua, "redis.register_function must get a function name argument");
    if (!registration->has_callback)
        fake_lua_raise(lua, "redis.register_function must get a callback argument");
    lua_settop(lua, 4);
}

static void take_pair(lua_State *lua, struct registration *registration)
{
    if (!lua_isstring(lua, 1))
        fake_lua_raise(lua, "first argument to redis.register_function must be a string");
    if (!lua_isfunction(lua, 2))
        fake_lua_raise(lua, "second argument to redis.register_function must be a function");
    registration->name.bytes = lua_tolstring(lua, 1, &registration->name.length);
}

static bool has_function(const struct fake_library *library, const char *name)
{
    for (const struct fake_function *f = library->first; f; f = f->next)
        if (strcmp(f->name, name) == 0) return true;
    return false;
}

/* NULL: out of memory. */
static struct fake_function *add_function(struct fake_library *library,
                                          const struct registration *registration)
{
    struct fake_function *f = calloc(1, sizeof(*f));
    if (!f) return NULL;
    f->reference = LUA_NOREF;
    f->flags = registration->flags | FAKE_SCRIPT_SHEBANG;
    f->name = strdup(registration->name.bytes);
    if (registration->description) f->description = strdup(registration->description);
    if (!f->name || (registration->description && !f->description)) {
        free(f->name);
        free(f->description);
        free(f);
        return NULL;
    }
    *(library->last ? &library->last->next : &library->first) = f;
    library->last = f;
    library->count++;
    return f;
}

int fake_lua_register_function(lua_State *lua)
{
    struct fake_library *library = fake_lua_of(lua)->loading;
    struct registration registration = {0};
    int count = lua_gettop(lua);
    if (!library)
        return fake_lua_raise(
            lua, "redis.register_function can only be called on FUNCTION LOAD command");
    if (count < 1 || count > 2)
        return fake_lua_raise(lua, "wrong number of arguments to redis.register_function");
    if (count == 1)
        take_table(lua, &registration);
    else
        take_pair(lua, &registration);
    if (!fake_library_name_is_valid(registration.name))
        return fake_lua_raise(lua,
                              "Library names can only contain letters, numbers, or underscores(_) "
                              "and must be at least one character long");
    if (has_function(library, registration.name.bytes))
        return fake_lua_raise(lua, "Function already exists in the library");
    struct fake_function *f =
        library->count < FAKE_FUNCTIONS_MAX ? add_function(library, &registration) : NULL;
    if (!f) return fake_lua_raise(lua, "-OOM out of memory");
    f->reference = luaL_ref(lua, LUA_REGISTRYINDEX);
    return 0;
}
