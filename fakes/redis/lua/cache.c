/* The scripts that EVAL and SCRIPT LOAD have seen. A reset forgets them and keeps what was compiled
 * of them. */
#include <lauxlib.h>
#include <stdlib.h>

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/lua/compile.h"
#include "fakes/redis/lua/functions.h"
#include "fakes/redis/lua/script.h"
#include "fakes/redis/lua/shebang.h"
#include "fakes/redis/values/sha1.h"

/* The state of Redis's lrand48 before anybody has seeded it. */
static const int64_t RANDOM_START = INT64_C(0x1234abcd330e);

/* ---- life ---- */

struct fake_scripts *fake_scripts_of(struct fake_redis *engine)
{
    if (engine->scripts) return engine->scripts;
    struct fake_scripts *scripts = calloc(1, sizeof(*scripts));
    if (!scripts) return NULL;
    scripts->random = RANDOM_START;
    scripts->machine = fake_lua_new(FAKE_LUA_SCRIPTS, engine->options.version, &scripts->random);
    if (!scripts->machine || !fake_lua_open_compiler(scripts)) {
        fake_scripts_free(scripts);
        return NULL;
    }
    engine->scripts = scripts;
    return scripts;
}

static void drop_script(struct fake_scripts *scripts, struct fake_entry *entry)
{
    struct fake_script *script = entry->value;
    fake_release(&scripts->heap, script->code, script->code_bytes);
    fake_release(&scripts->heap, script, sizeof(*script));
    fake_dict_remove(&scripts->heap, &scripts->cache, entry);
}

void fake_scripts_free(struct fake_scripts *scripts)
{
    if (!scripts) return;
    fake_functions_free(scripts->functions);
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&scripts->cache, &i));) {
        struct fake_script *script = entry->value;
        fake_release(&scripts->heap, script->code, script->code_bytes);
        fake_release(&scripts->heap, script, sizeof(*script));
    }
    fake_dict_release(&scripts->heap, &scripts->cache);
    fake_lua_close_compiler(scripts);
    fake_lua_free(scripts->machine);
    free(scripts);
}

void fake_scripts_forget(struct fake_scripts *scripts)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&scripts->cache, &i));) {
        struct fake_script *script = entry->value;
        script->is_known = false;
        script->reference = LUA_NOREF;
    }
    fake_lua_restore(scripts->machine);
}

bool fake_scripts_restart(struct fake_scripts *scripts, const char *version)
{
    fake_functions_free(scripts->functions);
    scripts->functions = NULL;
    scripts->random = RANDOM_START;
    fake_scripts_forget(scripts);
    if (strcmp(scripts->machine->version, version) == 0) return true;
    fake_lua_free(scripts->machine);
    scripts->machine = fake_lua_new(FAKE_LUA_SCRIPTS, version, &scripts->random);
    return scripts->machine;
}

bool fake_redis_script_memory_fails(struct fake_redis *engine, uint64_t nth)
{
    struct fake_scripts *scripts = fake_scripts_of(engine);
    if (!scripts) return false;
    scripts->machine->arena.fails_in = nth;
    if (scripts->functions) scripts->functions->machine->arena.fails_in = nth;
    return true;
}

/* ---- the cache ---- */

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

/* Forgotten scripts are dropped when they fill the cache. */
static void make_room(struct fake_scripts *scripts)
{
    if (scripts->cache.count < FAKE_REDIS_SCRIPTS_MAX) return;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&scripts->cache, &i));)
        if (!((struct fake_script *)entry->value)->is_known) drop_script(scripts, entry);
}

static struct fake_script *find_any(const struct fake_scripts *scripts, const char *hex)
{
    struct fake_entry *entry =
        fake_dict_find(&scripts->cache, (struct fl_span){hex, FAKE_SHA1_HEX_BYTES});
    return entry ? entry->value : NULL;
}

struct fake_script *fake_script_find(struct fake_scripts *scripts, struct fl_span name)
{
    char hex[FAKE_SHA1_HEX_BYTES];
    if (name.length != FAKE_SHA1_HEX_BYTES) return NULL;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.bytes[i];
        hex[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    struct fake_script *script = find_any(scripts, hex);
    return script && script->is_known ? script : NULL;
}

/* NULL: an error was written. */
static struct fake_script *compile(struct fake_call *call, struct fake_scripts *scripts,
                                   const char *hex, struct fl_span body)
{
    unsigned flags;
    size_t skip;
    char words[FAKE_LUA_COMPILE_ERROR_BYTES];
    char *code = NULL;
    size_t bytes = 0;
    if (!fake_shebang_parse_script(body, &flags, &skip, call->out)) return NULL;
    struct fl_span source = {body.bytes + skip, body.length - skip};
    enum fl_error err = fake_lua_compile(scripts, source, "@user_script", &code, &bytes, words);
    if (err == FL_EPARSE) {
        fake_reply_errorf(call->out, "ERR Error compiling script (new function): %s", words);
        return NULL;
    }
    struct fake_entry *entry = err ? NULL : add_script(scripts, hex);
    if (!entry) {
        fake_release(&scripts->heap, code, bytes);
        fake_call_oom(call);
        return NULL;
    }
    struct fake_script *script = entry->value;
    *script = (struct fake_script){
        .code = code, .code_bytes = bytes, .reference = LUA_NOREF, .flags = flags};
    return script;
}

struct fake_script *fake_script_load(struct fake_call *call, struct fl_span body, char *hex)
{
    struct fake_scripts *scripts = fake_scripts_of(call->engine);
    if (!scripts) {
        fake_call_oom(call);
        return NULL;
    }
    fake_sha1_hex(body, hex);
    struct fake_script *script = find_any(scripts, hex);
    if (!script) {
        make_room(scripts);
        script = compile(call, scripts, hex, body);
    }
    if (script) script->is_known = true;
    return script;
}

unsigned fake_script_flags(const struct fake_redis *engine, const struct fl_span *args)
{
    size_t skip;
    unsigned flags;
    if (fake_arg_is(args[0], "eval") || fake_arg_is(args[0], "eval_ro"))
        return fake_shebang_parse_script(args[1], &flags, &skip, NULL) ? flags : 0;
    if (!engine->scripts) return 0;
    if (fake_arg_is(args[0], "fcall") || fake_arg_is(args[0], "fcall_ro")) {
        const struct fake_function *function =
            fake_function_find(engine->scripts->functions, args[1]);
        return function ? function->flags : 0;
    }
    const struct fake_script *script = fake_script_find(engine->scripts, args[1]);
    return script ? script->flags : 0;
}
