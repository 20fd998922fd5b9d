/* The life of the Lua state, the cache of compiled scripts, and EVAL and its kin. Everything that
 * can raise a Lua error runs inside lua_cpcall, so that running out of memory is an error reply. */
#include "fakes/redis/lua/script.h"

#include <ctype.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/assert.h"
#include "fakes/redis/engine.h"
#include "fakes/redis/sha1.h"

enum { SHEBANG_BYTES_MAX = 256 };

/* The state of Redis's lrand48 before anybody has seeded it. */
static const int64_t RANDOM_START = INT64_C(0x1234abcd330e);

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

/* False: not a flag that Redis knows. */
static bool parse_flag(const char *name, unsigned *flags)
{
    static const struct {
        const char *name;
        unsigned flag;
    } known[] = {{"no-writes", FAKE_SCRIPT_NO_WRITES},
                 {"allow-oom", FAKE_SCRIPT_ALLOW_OOM},
                 {"allow-stale", FAKE_SCRIPT_ALLOW_STALE},
                 {"no-cluster", FAKE_SCRIPT_NO_CLUSTER},
                 {"allow-cross-slot-keys", FAKE_SCRIPT_CROSS_SLOT}};
    for (size_t i = 0; i < FL_COUNT(known); i++) {
        if (strcmp(name, known[i].name) != 0) continue;
        *flags |= known[i].flag;
        return true;
    }
    return false;
}

/* The "flags=no-writes,allow-oom" behind the engine's name. False: an error was written. */
static bool parse_part(struct fake_call *call, char *part, unsigned *flags)
{
    char *rest;
    if (strncmp(part, "flags=", strlen("flags=")) != 0) {
        fake_reply_errorf(call->out, "ERR Unknown lua shebang option: %s", part);
        return false;
    }
    char *flag = strtok_r(part + strlen("flags="), ",", &rest);
    for (; flag; flag = strtok_r(NULL, ",", &rest)) {
        if (parse_flag(flag, flags)) continue;
        fake_reply_errorf(call->out, "ERR Unexpected flag in script shebang: %s", flag);
        return false;
    }
    return true;
}

/* Reads a first line "#!lua ...", which is not compiled. False: an error was written. */
static bool parse_shebang(struct fake_call *call, struct fl_span body, unsigned *ret_flags,
                          size_t *ret_skip)
{
    *ret_flags = 0;
    *ret_skip = 0;
    if (!fl_span_starts(body, FL_SPAN("#!"))) return true;
    char line[SHEBANG_BYTES_MAX], *rest;
    const char *newline = memchr(body.bytes, '\n', body.length);
    size_t length = newline ? (size_t)(newline - body.bytes) : body.length;
    if (!newline || length >= sizeof(line)) {
        fake_reply_error(call->out, "ERR Invalid script shebang");
        return false;
    }
    memcpy(line, body.bytes, length);
    line[length] = '\0';
    *ret_skip = length;
    *ret_flags = FAKE_SCRIPT_SHEBANG;
    const char *engine = strtok_r(line, " ", &rest);
    if (strcmp(engine, "#!lua") != 0) {
        fake_reply_errorf(call->out, "ERR Unexpected engine in script shebang: %s", engine);
        return false;
    }
    for (char *part; (part = strtok_r(NULL, " ", &rest));)
        if (!parse_part(call, part, ret_flags)) return false;
    return true;
}

/* What a first line that is in order says; 0 otherwise. */
static unsigned flags_of_body(struct fl_span body)
{
    const char *newline = body.length ? memchr(body.bytes, '\n', body.length) : NULL;
    char line[SHEBANG_BYTES_MAX], *rest, *rest_of_part;
    size_t length = newline ? (size_t)(newline - body.bytes) : sizeof line;
    if (!fl_span_starts(body, FL_SPAN("#!lua")) || length >= sizeof line) return 0;
    memcpy(line, body.bytes, length);
    line[length] = '\0';
    unsigned flags = FAKE_SCRIPT_SHEBANG;
    for (char *part = strtok_r(line, " ", &rest); part; part = strtok_r(NULL, " ", &rest)) {
        if (strncmp(part, "flags=", strlen("flags=")) != 0) continue;
        char *flag = strtok_r(part + strlen("flags="), ",", &rest_of_part);
        for (; flag; flag = strtok_r(NULL, ",", &rest_of_part))
            if (!parse_flag(flag, &flags)) return 0;
    }
    return flags;
}

unsigned fake_script_flags(const struct fake_redis *engine, const struct fl_span *args)
{
    char hex[FAKE_SHA1_HEX_BYTES];
    if (args[0].length < strlen("evalsha") || fake_arg_is(args[0], "eval_ro"))
        return flags_of_body(args[1]);
    if (!engine->scripts || args[1].length != FAKE_SHA1_HEX_BYTES) return 0;
    for (size_t i = 0; i < sizeof hex; i++)
        hex[i] = (char)tolower((unsigned char)args[1].bytes[i]);
    const struct fake_script *script = fake_script_find(engine->scripts, hex);
    return script && script->is_known ? script->flags : 0;
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

struct fake_script *fake_script_find(struct fake_scripts *scripts, const char *hex)
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

struct fake_script *fake_script_load(struct fake_call *call, struct fl_span body, char *hex)
{
    struct fake_scripts *scripts = fake_scripts_of(call->engine);
    if (!scripts) {
        fake_call_oom(call);
        return NULL;
    }
    fake_sha1_hex(body, hex);
    struct fake_script *script = fake_script_find(scripts, hex);
    if (!script) {
        make_room(scripts);
        script = compile(call, scripts, hex, body);
    }
    if (script) script->is_known = true;
    return script;
}
