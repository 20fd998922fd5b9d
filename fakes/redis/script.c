/* The life of the Lua state, the cache of compiled scripts, and EVAL and its kin. Everything that
 * can raise a Lua error runs inside lua_cpcall, so that running out of memory is an error reply. */
#include "fakes/redis/script.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

#include "fakes/redis/command_list.h"
#include "fakes/redis/engine.h"
#include "fakes/redis/number.h"
#include "fakes/redis/sha1.h"

/* The state of Redis's lrand48 before anybody has seeded it. */
static const int64_t RANDOM_START = INT64_C(0x1234abcd330e);

static const char no_script[] = "NOSCRIPT No matching script. Please use EVAL.";

static void *allocate(void *self, void *old, size_t old_bytes, size_t bytes)
{
    struct fake_scripts *scripts = self;
    if (bytes == 0) {
        free(old);
        scripts->lua_bytes -= old_bytes;
        return NULL;
    }
    if (scripts->lua_bytes - old_bytes + bytes > FAKE_REDIS_LUA_BYTES_MAX) return NULL;
    void *block = realloc(old, bytes);
    if (block) scripts->lua_bytes += bytes - old_bytes;
    return block;
}

struct fake_scripts *fake_script_of(lua_State *lua)
{
    void *self;
    (void)lua_getallocf(lua, &self);
    return self;
}

static int open_libraries(lua_State *lua)
{
    fake_script_open_libraries(fake_script_of(lua));
    return 0;
}

struct fake_scripts *fake_scripts_of(struct fake_redis *engine)
{
    if (engine->scripts) return engine->scripts;
    struct fake_scripts *scripts = calloc(1, sizeof(*scripts));
    if (!scripts) return NULL;
    scripts->lua = lua_newstate(allocate, scripts);
    if (!scripts->lua || lua_cpcall(scripts->lua, open_libraries, NULL) != 0) {
        fake_scripts_free(scripts);
        return NULL;
    }
    scripts->random = RANDOM_START;
    engine->scripts = scripts;
    return scripts;
}

static int forget_protected(lua_State *lua)
{
    const struct fake_script *script = lua_touserdata(lua, 1);
    luaL_unref(lua, LUA_REGISTRYINDEX, script->reference);
    return 0;
}

/* False: Lua has no memory for it now. */
static bool drop_script(struct fake_scripts *scripts, struct fake_entry *entry)
{
    struct fake_script *script = entry->value;
    if (lua_cpcall(scripts->lua, forget_protected, script) != 0) {
        lua_settop(scripts->lua, 0);
        return false;
    }
    fake_release(&scripts->heap, script, sizeof(*script));
    fake_dict_remove(&scripts->heap, &scripts->cache, entry);
    return true;
}

void fake_scripts_free(struct fake_scripts *scripts)
{
    if (!scripts) return;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&scripts->cache, &i));)
        fake_release(&scripts->heap, entry->value, sizeof(struct fake_script));
    fake_dict_release(&scripts->heap, &scripts->cache);
    if (scripts->lua) lua_close(scripts->lua);
    fake_out_release(&scripts->session.output);
    free(scripts);
}

void fake_scripts_forget(struct fake_scripts *scripts)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&scripts->cache, &i));)
        ((struct fake_script *)entry->value)->is_known = false;
}

void fake_scripts_restart(struct fake_scripts *scripts)
{
    fake_scripts_forget(scripts);
    scripts->random = RANDOM_START;
}

/* ---- compiling ---- */

/* Reads "#!lua flags=no-writes,allow-oom"; the line itself is not compiled. False: an error was
 * written. */
static bool parse_shebang(struct fake_call *call, struct fl_span body, unsigned *ret_flags,
                          size_t *ret_skip)
{
    static const struct {
        const char *name;
        unsigned flag;
    } known[] = {{"no-writes", FAKE_SCRIPT_NO_WRITES},
                 {"allow-oom", FAKE_SCRIPT_ALLOW_OOM},
                 {"allow-stale", 0},
                 {"no-cluster", 0},
                 {"allow-cross-slot-keys", 0}};
    *ret_flags = 0;
    *ret_skip = 0;
    if (body.length < 2 || memcmp(body.bytes, "#!", 2) != 0) return true;
    const char *newline = memchr(body.bytes, '\n', body.length);
    char first_line[256];
    size_t length = newline ? (size_t)(newline - body.bytes) : body.length;
    if (!newline || length >= sizeof(first_line)) {
        fake_reply_error(call->out, "ERR Invalid script shebang");
        return false;
    }
    memcpy(first_line, body.bytes, length);
    first_line[length] = '\0';
    *ret_skip = length;
    *ret_flags = FAKE_SCRIPT_SHEBANG;
    char *rest;
    const char *engine = strtok_r(first_line, " ", &rest);
    if (!engine || strcmp(engine, "#!lua") != 0) {
        fake_reply_errorf(call->out, "ERR Unexpected engine in script shebang: %s",
                          engine ? engine : "");
        return false;
    }
    for (char *part; (part = strtok_r(NULL, " ", &rest));) {
        if (strncmp(part, "flags=", 6) != 0) {
            fake_reply_errorf(call->out, "ERR Unknown lua shebang option: %s", part);
            return false;
        }
        char *flags_rest;
        for (char *flag = strtok_r(part + 6, ",", &flags_rest); flag;
             flag = strtok_r(NULL, ",", &flags_rest)) {
            size_t i = 0;
            while (i < sizeof(known) / sizeof(known[0]) && strcmp(flag, known[i].name) != 0)
                i++;
            if (i == sizeof(known) / sizeof(known[0])) {
                fake_reply_errorf(call->out, "ERR Unexpected flag in script shebang: %s", flag);
                return false;
            }
            *ret_flags |= known[i].flag;
        }
    }
    return true;
}

struct compilation {
    struct fl_span body;
    int reference;
    char error[256];
};

static int compile_protected(lua_State *lua)
{
    struct compilation *compilation = lua_touserdata(lua, 1);
    struct fl_span body = compilation->body;
    bool binary =
        body.length && body.bytes[0] == LUA_SIGNATURE[0]; /* could crash the interpreter */
    int failed = binary ? 1 : luaL_loadbuffer(lua, body.bytes, body.length, "@user_script");
    if (failed) {
        snprintf(compilation->error, sizeof(compilation->error), "%s",
                 binary ? "user_script: precompiled code is refused" : lua_tostring(lua, -1));
        return 0;
    }
    compilation->reference = luaL_ref(lua, LUA_REGISTRYINDEX);
    return 0;
}

static struct fake_entry *add_script(struct fake_scripts *scripts, const char *hex)
{
    if (scripts->cache.count >= FAKE_REDIS_SCRIPTS_MAX) return NULL;
    struct fake_script *script = fake_alloc_zeroed(&scripts->heap, sizeof(*script));
    if (!script) return NULL;
    struct fake_entry *entry = fake_dict_insert(&scripts->heap, &scripts->cache,
                                                (struct fl_span){hex, FAKE_SHA1_HEX_BYTES});
    if (entry)
        entry->value = script;
    else
        fake_release(&scripts->heap, script, sizeof(*script));
    return entry;
}

/* NULL: an error was written. */
static struct fake_script *compile(struct fake_call *call, struct fake_scripts *scripts,
                                   const char *hex, struct fl_span body)
{
    unsigned flags;
    size_t skip;
    if (!parse_shebang(call, body, &flags, &skip)) return NULL;
    struct fake_entry *entry = add_script(scripts, hex);
    if (!entry) {
        fake_call_oom(call);
        return NULL;
    }
    struct fake_script *script = entry->value;
    struct compilation compilation = {.body = {body.bytes + skip, body.length - skip}};
    int status = lua_cpcall(scripts->lua, compile_protected, &compilation);
    if (status == 0 && !compilation.error[0]) {
        *script = (struct fake_script){.reference = compilation.reference, .flags = flags};
        return script;
    }
    lua_settop(scripts->lua, 0);
    if (status != 0)
        fake_call_oom(call);
    else
        fake_reply_errorf(call->out, "ERR Error compiling script (new function): %s",
                          compilation.error);
    fake_release(&scripts->heap, script, sizeof(*script));
    fake_dict_remove(&scripts->heap, &scripts->cache, entry);
    return NULL;
}

static struct fake_script *find(struct fake_scripts *scripts, const char *hex)
{
    struct fake_entry *entry =
        fake_dict_find(&scripts->cache, (struct fl_span){hex, FAKE_SHA1_HEX_BYTES});
    return entry ? entry->value : NULL;
}

/* Forgotten scripts are dropped when they fill the cache. */
static void make_room(struct fake_scripts *scripts)
{
    if (scripts->cache.count < FAKE_REDIS_SCRIPTS_MAX) return;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&scripts->cache, &i));) {
        if (((struct fake_script *)entry->value)->is_known) continue;
        if (!drop_script(scripts, entry)) return;
    }
}

/* The compiled script of a body, which is known from now on. NULL: an error was written. */
static struct fake_script *load(struct fake_call *call, struct fl_span body,
                                char hex[static FAKE_SHA1_HEX_BYTES])
{
    struct fake_scripts *scripts = fake_scripts_of(call->engine);
    if (!scripts) {
        fake_call_oom(call);
        return NULL;
    }
    fake_sha1_hex(body, hex);
    struct fake_script *script = find(scripts, hex);
    if (!script) {
        make_room(scripts);
        script = compile(call, scripts, hex, body);
    }
    if (script) script->is_known = true;
    return script;
}

/* ---- running ---- */

/* Turns what was raised into a table with err, source and line, as Redis's own handler does. */
static int handle_error(lua_State *lua)
{
    lua_Debug where;
    bool known = lua_getstack(lua, 1, &where) && lua_getinfo(lua, "Sl", &where);
    if (known && strcmp(where.what, "C") == 0)
        known = lua_getstack(lua, 2, &where) && lua_getinfo(lua, "Sl", &where);
    if (!lua_istable(lua, 1)) {
        lua_pushliteral(lua, "ERR ");
        lua_getfield(lua, LUA_REGISTRYINDEX, "tostring");
        lua_pushvalue(lua, 1);
        lua_call(lua, 1, 1);
        lua_concat(lua, 2);
        lua_createtable(lua, 0, 3);
        lua_insert(lua, -2);
        lua_setfield(lua, -2, "err");
        lua_replace(lua, 1);
    }
    lua_settop(lua, 1);
    if (known) {
        lua_pushstring(lua, where.source);
        lua_setfield(lua, 1, "source");
        lua_pushinteger(lua, where.currentline);
        lua_setfield(lua, 1, "line");
    }
    return 1;
}

static void reply_raised(lua_State *lua, const char *hex, struct fake_out *out)
{
    if (!lua_istable(lua, -1)) {
        const char *text = lua_tostring(lua, -1);
        fake_reply_errorf(out, "ERR Error running script %s, %.100s", hex,
                          text ? text : "execution failure");
        return;
    }
    lua_getfield(lua, -1, "err");
    lua_getfield(lua, -2, "source");
    lua_getfield(lua, -3, "line");
    const char *error = lua_tostring(lua, -3);
    const char *source = lua_tostring(lua, -2), *line = lua_tostring(lua, -1);
    if (!error) error = "ERR unknown error";
    if (source && line)
        lua_pushfstring(lua, "%s script: %s, on %s:%s.", error, hex, source, line);
    else
        lua_pushstring(lua, error);
    struct fl_span text;
    text.bytes = lua_tolstring(lua, -1, &text.length);
    fake_reply_error_span(out, text);
}

static void set_array(lua_State *lua, const char *name, const struct fl_span *values, size_t count)
{
    lua_getfield(lua, LUA_REGISTRYINDEX, "globals");
    lua_createtable(lua, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushlstring(lua, values[i].bytes, values[i].length);
        lua_rawseti(lua, -2, (int)i + 1);
    }
    lua_setfield(lua, -2, name);
    lua_pop(lua, 1);
}

struct run {
    struct fake_call *call;
    const struct fake_script *script;
    size_t key_count;
};

static int run_protected(lua_State *lua)
{
    const struct run *run = lua_touserdata(lua, 1);
    struct fake_call *call = run->call;
    const struct fl_span *first = call->args + 3;
    set_array(lua, "KEYS", first, run->key_count);
    set_array(lua, "ARGV", first + run->key_count, call->count - 3 - run->key_count);
    lua_pushcfunction(lua, handle_error);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, run->script->reference);
    if (lua_pcall(lua, 0, 1, -2) != 0)
        reply_raised(lua, fake_script_of(lua)->hex, call->out);
    else
        fake_script_pop_reply(lua, call->out);
    return 0;
}

static void stop_endless(lua_State *lua, lua_Debug *where)
{
    struct fake_scripts *scripts = fake_script_of(lua);
    (void)where;
    scripts->steps_left -= FAKE_SCRIPT_HOOK_STEPS;
    if (scripts->steps_left > 0) return;
    lua_sethook(lua, stop_endless, LUA_MASKCOUNT, 1); /* so that no pcall survives it */
    luaL_error(lua, "the script ran for more steps than this server allows");
}

static void begin(struct fake_call *call, struct fake_scripts *scripts,
                  const struct fake_script *script, const char *hex)
{
    int64_t steps = (int64_t)call->engine->options.script_steps_max;
    scripts->steps_left = steps > 0 ? steps : 50 * 1000 * 1000;
    scripts->flags = script->flags;
    scripts->was_out_of_memory = fake_engine_out_of_memory(call->engine);
    scripts->has_written = false;
    memcpy(scripts->hex, hex, FAKE_SHA1_HEX_BYTES);
    struct fake_redis_session *session = &scripts->session;
    session->engine = call->engine;
    session->name = call->session->name;
    session->id = call->session->id;
    session->db = call->session->db;
    lua_sethook(scripts->lua, stop_endless, LUA_MASKCOUNT, FAKE_SCRIPT_HOOK_STEPS);
}

static void run(struct fake_call *call, const struct fake_script *script, const char *hex,
                size_t key_count)
{
    struct fake_scripts *scripts = call->engine->scripts;
    if ((script->flags & FAKE_SCRIPT_SHEBANG) && !(script->flags & FAKE_SCRIPT_ALLOW_OOM) &&
        fake_engine_out_of_memory(call->engine)) {
        fake_call_oom(call);
        return;
    }
    begin(call, scripts, script, hex);
    if (strstr(call->command->name, "_ro")) scripts->flags |= FAKE_SCRIPT_NO_WRITES;
    call->engine->in_script = true;
    size_t mark = call->out->length - call->out->consumed;
    struct run run = {call, script, key_count};
    if (lua_cpcall(scripts->lua, run_protected, &run) != 0 &&
        call->out->length - call->out->consumed == mark)
        fake_reply_errorf(call->out, "ERR Error running script %s, not enough memory",
                          scripts->hex);
    lua_settop(scripts->lua, 0);
    call->engine->in_script = false;
    scripts->session.output.length = scripts->session.output.consumed = 0;
    scripts->session.output.broken = false;
}

/* False: an error was written. */
static bool parse_key_count(struct fake_call *call, size_t *ret_count)
{
    int64_t count;
    if (!fake_call_int(call, call->args[2], &count)) return false;
    const char *error = NULL;
    if (count > (int64_t)call->count - 3)
        error = "ERR Number of keys can't be greater than number of args";
    else if (count < 0)
        error = "ERR Number of keys can't be negative";
    if (error) fake_reply_error(call->out, error);
    *ret_count = (size_t)count;
    return !error;
}

void fake_cmd_eval(struct fake_call *call)
{
    size_t key_count;
    char hex[FAKE_SHA1_HEX_BYTES];
    if (!parse_key_count(call, &key_count)) return;
    const struct fake_script *script = load(call, call->args[1], hex);
    if (script) run(call, script, hex, key_count);
}

void fake_cmd_eval_ro(struct fake_call *call)
{
    fake_cmd_eval(call);
}

static bool lower_hex(struct fl_span text, char hex[static FAKE_SHA1_HEX_BYTES])
{
    if (text.length != FAKE_SHA1_HEX_BYTES) return false;
    for (size_t i = 0; i < text.length; i++)
        hex[i] = (char)(text.bytes[i] >= 'A' && text.bytes[i] <= 'Z' ? text.bytes[i] + 32
                                                                     : text.bytes[i]);
    return true;
}

static struct fake_script *find_known(struct fake_call *call, struct fl_span text, char *hex)
{
    if (!call->engine->scripts || !lower_hex(text, hex)) return NULL;
    struct fake_script *script = find(call->engine->scripts, hex);
    return script && script->is_known ? script : NULL;
}

void fake_cmd_evalsha(struct fake_call *call)
{
    size_t key_count;
    char hex[FAKE_SHA1_HEX_BYTES];
    if (call->args[1].length != FAKE_SHA1_HEX_BYTES) {
        fake_reply_error(call->out, no_script);
        return;
    }
    if (!parse_key_count(call, &key_count)) return;
    const struct fake_script *script = find_known(call, call->args[1], hex);
    if (script)
        run(call, script, hex, key_count);
    else
        fake_reply_error(call->out, no_script);
}

void fake_cmd_evalsha_ro(struct fake_call *call)
{
    fake_cmd_evalsha(call);
}

/* ---- SCRIPT ---- */

void fake_cmd_script_load(struct fake_call *call)
{
    char hex[FAKE_SHA1_HEX_BYTES];
    if (load(call, call->args[2], hex))
        fake_reply_bulk(call->out, (struct fl_span){hex, FAKE_SHA1_HEX_BYTES});
}

void fake_cmd_script_exists(struct fake_call *call)
{
    char hex[FAKE_SHA1_HEX_BYTES];
    fake_reply_array(call->out, call->count - 2);
    for (size_t i = 2; i < call->count; i++)
        fake_reply_int(call->out, find_known(call, call->args[i], hex) != NULL);
}

void fake_cmd_script_flush(struct fake_call *call)
{
    bool ok = call->count == 2 || (call->count == 3 && (fake_arg_is(call->args[2], "sync") ||
                                                        fake_arg_is(call->args[2], "async")));
    if (!ok) {
        fake_reply_error(call->out, "ERR SCRIPT FLUSH only support SYNC|ASYNC option");
        return;
    }
    fake_redis_script_flush(call->engine);
    fake_reply_ok(call->out);
}

void fake_cmd_script_kill(struct fake_call *call)
{
    fake_reply_error(call->out, "NOTBUSY No scripts in execution right now.");
}
