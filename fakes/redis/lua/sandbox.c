/* What scripts may use: Lua's own libraries without the outside world, and those of Redis, all of
 * it read-only, so that nothing that a script does outlives it. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>

#include "fakes/redis/lua/budget.h"
#include "fakes/redis/lua/error.h"
#include "fakes/redis/lua/libraries.h"
#include "fakes/redis/lua/machine.h"
#include "fakes/redis/lua/readonly.h"

enum { STEP_BYTES = 32, CHUNK_STEP_BYTES = 8 };

/* ---- functions that differ from Lua's own, which are their upvalues ---- */

static int call_own(lua_State *lua)
{
    return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

/* What a function does to the whole of a long string or table is counted. */
static int call_charged(lua_State *lua)
{
    int type = lua_type(lua, 1);
    if (type == LUA_TSTRING) fake_lua_charge(lua, lua_objlen(lua, 1) / STEP_BYTES);
    if (type == LUA_TTABLE) fake_lua_charge(lua, lua_objlen(lua, 1) / 4);
    return call_own(lua);
}

/* Comparisons that call nothing of the script's are counted beforehand. */
static int table_sort(lua_State *lua)
{
    if (lua_istable(lua, 1)) {
        size_t length = lua_objlen(lua, 1), rounds = 1;
        while (length >> rounds)
            rounds++;
        fake_lua_charge(lua, length * rounds / 4);
    }
    return call_own(lua);
}

static int string_rep(lua_State *lua)
{
    size_t length;
    (void)luaL_checklstring(lua, 1, &length);
    int times = luaL_checkint(lua, 2);
    if (times > 0) fake_lua_charge(lua, (size_t)times * (length / STEP_BYTES + 1) / 4);
    return call_own(lua);
}

/* A whole collection looks at everything that is alive. */
static int base_collectgarbage(lua_State *lua)
{
    fake_lua_charge(lua, fake_lua_of(lua)->arena.live_bytes / STEP_BYTES);
    return call_own(lua);
}

/* An error that redis.call raised comes back as its text. */
static int base_pcall(lua_State *lua)
{
    luaL_checkany(lua, 1);
    if (lua_pcall(lua, lua_gettop(lua) - 1, LUA_MULTRET, 0) == 0) {
        lua_pushboolean(lua, 1);
        lua_insert(lua, 1);
        return lua_gettop(lua);
    }
    if (lua_istable(lua, -1)) {
        lua_getfield(lua, -1, "err");
        if (lua_isstring(lua, -1)) lua_replace(lua, -2);
    }
    lua_pushboolean(lua, 0);
    lua_insert(lua, 1);
    return lua_gettop(lua);
}

/* An address is not told: it would differ from machine to machine. */
static int base_tostring(lua_State *lua)
{
    luaL_checkany(lua, 1);
    int type = lua_type(lua, 1);
    bool has_address =
        type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TTHREAD || type == LUA_TUSERDATA;
    if (!has_address || luaL_getmetafield(lua, 1, "__tostring")) return call_own(lua);
    lua_pushfstring(lua, "%s: 0x000000000000", luaL_typename(lua, 1));
    return 1;
}

/* ---- source only: compiled code could crash the interpreter ---- */

struct pieces {
    lua_State *lua;
    int function; /* where the reader is; 0: there is one piece */
    struct {
        const char *bytes;
        size_t length;
    } piece;
    bool has_begun;
};

static const char *next_piece(lua_State *lua, struct pieces *pieces, size_t *ret_length)
{
    if (!pieces->function) {
        const char *bytes = pieces->piece.length ? pieces->piece.bytes : NULL;
        *ret_length = pieces->piece.length;
        pieces->piece.length = 0;
        return bytes;
    }
    luaL_checkstack(lua, 2, "too many nested functions");
    lua_pushvalue(lua, pieces->function);
    lua_call(lua, 0, 1);
    if (lua_isnil(lua, -1)) {
        lua_pop(lua, 1);
        return NULL;
    }
    if (!lua_isstring(lua, -1)) luaL_error(lua, "reader function must return a string");
    lua_replace(lua, pieces->function + 1); /* so that it is not collected */
    const char *bytes = lua_tolstring(lua, pieces->function + 1, ret_length);
    return *ret_length ? bytes : NULL;
}

/* Lua looks at the first byte: a blank before one that would mean compiled code makes it a byte
 * that no source can have. */
static const char *read_source(lua_State *lua, void *context, size_t *ret_length)
{
    struct pieces *pieces = context;
    const char *bytes = next_piece(lua, pieces, ret_length);
    if (pieces->has_begun || !bytes) return bytes;
    pieces->has_begun = true;
    fake_lua_charge(lua, *ret_length / CHUNK_STEP_BYTES);
    if (bytes[0] != LUA_SIGNATURE[0]) return bytes;
    pieces->piece.bytes = bytes;
    pieces->piece.length = *ret_length;
    pieces->function = 0; /* what would follow does not matter any more */
    *ret_length = 1;
    return " ";
}

static int load(lua_State *lua, struct pieces *pieces, const char *name)
{
    if (lua_load(lua, read_source, pieces, name) == 0) return 1;
    lua_pushnil(lua);
    lua_insert(lua, -2);
    return 2;
}

static int base_load(lua_State *lua)
{
    const char *name = luaL_optstring(lua, 2, "=(load)");
    luaL_checktype(lua, 1, LUA_TFUNCTION);
    lua_settop(lua, 3);
    lua_insert(lua, 2); /* nil, the place of the piece, comes behind the reader */
    return load(lua, &(struct pieces){.lua = lua, .function = 1}, name);
}

static int base_loadstring(lua_State *lua)
{
    struct pieces pieces = {.lua = lua};
    pieces.piece.bytes = luaL_checklstring(lua, 1, &pieces.piece.length);
    return load(lua, &pieces, luaL_optstring(lua, 2, pieces.piece.bytes));
}

/* ---- globals ---- */

static int refuse_unknown(lua_State *lua)
{
    if (!lua_isstring(lua, 2))
        return luaL_error(lua,
                          "Second argument to luaProtectedTableError must be a string or number");
    return luaL_error(lua, "Script attempted to access nonexistent global variable '%s'",
                      lua_tostring(lua, 2));
}

/* Pushes {__index = refuse_unknown}. */
static void push_refusal(lua_State *lua)
{
    lua_createtable(lua, 0, 1);
    lua_pushcfunction(lua, refuse_unknown);
    lua_setfield(lua, -2, "__index");
}

static void open_library(lua_State *lua, const char *name, lua_CFunction open)
{
    lua_pushcfunction(lua, open);
    lua_pushstring(lua, name);
    lua_call(lua, 1, 0);
}

static void open_lua(lua_State *lua)
{
    open_library(lua, "", luaopen_base);
    open_library(lua, LUA_TABLIBNAME, luaopen_table);
    open_library(lua, LUA_STRLIBNAME, luaopen_string);
    open_library(lua, LUA_MATHLIBNAME, luaopen_math);
}

/* A field of a global table, or NULL and a global, gets a function whose upvalue is the old one. */
static void replace(lua_State *lua, const char *table, const char *name, lua_CFunction function)
{
    if (table)
        lua_getfield(lua, LUA_GLOBALSINDEX, table);
    else
        lua_pushvalue(lua, LUA_GLOBALSINDEX);
    lua_getfield(lua, -1, name);
    lua_pushcclosure(lua, function, 1);
    lua_setfield(lua, -2, name);
    lua_pop(lua, 1);
}

static void replace_functions(lua_State *lua)
{
    static const struct {
        const char *table, *name;
        lua_CFunction function;
    } own[] = {
        {NULL, "pcall", base_pcall},
        {NULL, "tostring", base_tostring},
        {NULL, "load", base_load},
        {NULL, "loadstring", base_loadstring},
        {NULL, "collectgarbage", base_collectgarbage},
        {NULL, "tonumber", call_charged},
        {NULL, "unpack", call_charged},
        {"table", "concat", call_charged},
        {"table", "maxn", call_charged},
        {"table", "remove", call_charged},
        {"table", "sort", table_sort},
        {"string", "rep", string_rep},
        {"string", "lower", call_charged},
        {"string", "upper", call_charged},
        {"string", "reverse", call_charged},
        {"string", "sub", call_charged},
        {"string", "format", call_charged},
    };
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        replace(lua, own[i].table, own[i].name, own[i].function);
    fake_lua_open_strings(lua);
    fake_lua_open_random(lua);
    fake_lua_open_readonly(lua);
}

static void forget_unsafe(lua_State *lua)
{
    static const char *const absent[] = {"dofile",  "loadfile", "print",   "getfenv",
                                         "setfenv", "newproxy", "require", "module"};
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
        lua_pushnil(lua);
        lua_setfield(lua, LUA_GLOBALSINDEX, absent[i]);
    }
}

static void open_redis(lua_State *lua, enum fake_lua_kind kind)
{
    fake_lua_push_redis(lua, kind);
    lua_setfield(lua, LUA_GLOBALSINDEX, "redis");
    fake_lua_push_bit(lua);
    lua_setfield(lua, LUA_GLOBALSINDEX, "bit");
    fake_lua_push_cjson(lua);
    lua_setfield(lua, LUA_GLOBALSINDEX, "cjson");
    fake_lua_push_cmsgpack(lua);
    lua_setfield(lua, LUA_GLOBALSINDEX, "cmsgpack");
    fake_lua_push_struct(lua);
    lua_setfield(lua, LUA_GLOBALSINDEX, "struct");
    if (kind != FAKE_LUA_SCRIPTS) return;
    lua_pushcfunction(lua, fake_lua_handle_error);
    lua_setfield(lua, LUA_GLOBALSINDEX, "__redis__err__handler");
}

/* Strings go on finding their methods in the real table; scripts see one that shows it. */
static void close_strings(lua_State *lua)
{
    lua_createtable(lua, 0, 1);
    lua_getfield(lua, LUA_GLOBALSINDEX, "string");
    lua_setfield(lua, -2, "__index");
    fake_lua_make_readonly(lua);
    lua_setfield(lua, LUA_REGISTRYINDEX, FAKE_LUA_STRING_META);
}

static void close_libraries(lua_State *lua)
{
    static const char *const tables[] = {"table", "string", "math",     "coroutine", "redis",
                                         "bit",   "cjson",  "cmsgpack", "struct"};
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        lua_getfield(lua, LUA_GLOBALSINDEX, tables[i]);
        fake_lua_make_readonly(lua);
        lua_setfield(lua, LUA_GLOBALSINDEX, tables[i]);
    }
    close_strings(lua);
}

/* From here on scripts find their globals through a table that shows the real ones. */
static void close_globals(lua_State *lua)
{
    lua_pushvalue(lua, LUA_GLOBALSINDEX);
    push_refusal(lua);
    lua_pushvalue(lua, -1);
    fake_lua_make_readonly(lua);
    lua_setfield(lua, LUA_REGISTRYINDEX, FAKE_LUA_GLOBALS_META);
    lua_setmetatable(lua, -2);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, LUA_REGISTRYINDEX, FAKE_LUA_GLOBALS);
    fake_lua_make_readonly(lua);
    lua_pushvalue(lua, -1);
    lua_replace(lua, LUA_GLOBALSINDEX);
    lua_getfield(lua, LUA_REGISTRYINDEX, FAKE_LUA_GLOBALS);
    lua_insert(lua, -2);
    lua_setfield(lua, -2, "_G");
    lua_pop(lua, 1);
}

/* What the code of a library sees while FUNCTION LOAD runs it: hardly anything. */
static void open_loading(lua_State *lua)
{
    lua_createtable(lua, 0, 1);
    fake_lua_push_loading_redis(lua);
    push_refusal(lua);
    lua_setmetatable(lua, -2);
    fake_lua_make_readonly(lua);
    lua_setfield(lua, -2, "redis");
    push_refusal(lua);
    lua_setmetatable(lua, -2);
    lua_setfield(lua, LUA_REGISTRYINDEX, FAKE_LUA_LOADING_GLOBALS);
}

void fake_lua_open_sandbox(struct fake_lua *machine)
{
    lua_State *lua = machine->state;
    open_lua(lua);
    forget_unsafe(lua);
    lua_getfield(lua, LUA_GLOBALSINDEX, "tostring");
    lua_setfield(lua, LUA_REGISTRYINDEX, FAKE_LUA_TOSTRING);
    replace_functions(lua);
    open_redis(lua, machine->kind);
    if (machine->kind == FAKE_LUA_FUNCTIONS) open_loading(lua);
    close_libraries(lua);
    close_globals(lua);
}

void fake_lua_show_globals(lua_State *lua, const char *name)
{
    lua_getmetatable(lua, LUA_GLOBALSINDEX);
    lua_getfield(lua, LUA_REGISTRYINDEX, name);
    lua_setfield(lua, -2, "__index");
    lua_pop(lua, 1);
}
