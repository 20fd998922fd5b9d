/* A library is loaded beside the others, and takes its place among them once it is known to be
 * good. */
#include "fakes/redis/lua/functions.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <strings.h>

#include "fakes/redis/lua/compile.h"
#include "fakes/redis/lua/error.h"
#include "fakes/redis/lua/shebang.h"

enum { LOADING_STEPS_MAX = 5 * 1000 * 1000 };

/* ---- looking ---- */

static struct fake_function *find_in(const struct fake_library *library, struct fl_span name)
{
    for (struct fake_function *f = library->first; f; f = f->next)
        if (strlen(f->name) == name.length && strncasecmp(f->name, name.bytes, name.length) == 0)
            return f;
    return NULL;
}

struct fake_library *fake_function_owner(const struct fake_functions *functions,
                                         struct fl_span name)
{
    struct fake_library *library = functions ? functions->first : NULL;
    while (library && !find_in(library, name))
        library = library->next;
    return library;
}

struct fake_function *fake_function_find(const struct fake_functions *functions,
                                         struct fl_span name)
{
    const struct fake_library *owner = fake_function_owner(functions, name);
    return owner ? find_in(owner, name) : NULL;
}

struct fake_library *fake_library_find(const struct fake_functions *functions, struct fl_span name)
{
    struct fake_library *library = functions ? functions->first : NULL;
    while (library && !fl_span_is(name, library->name))
        library = library->next;
    return library;
}

/* ---- life ---- */

static void free_library(struct fake_library *library)
{
    if (!library) return;
    for (struct fake_function *f = library->first, *next; f; f = next) {
        next = f->next;
        free(f->name);
        free(f->description);
        free(f);
    }
    free(library->name);
    free(library->code);
    free(library);
}

void fake_functions_free(struct fake_functions *functions)
{
    if (!functions) return;
    for (struct fake_library *library = functions->first, *next; library; library = next) {
        next = library->next;
        free_library(library);
    }
    fake_lua_free(functions->machine);
    free(functions);
}

struct fake_functions *fake_functions_new(struct fake_redis *engine)
{
    struct fake_scripts *scripts = fake_scripts_of(engine);
    struct fake_functions *functions = scripts ? calloc(1, sizeof(*functions)) : NULL;
    if (!functions) return NULL;
    functions->machine =
        fake_lua_new(FAKE_LUA_FUNCTIONS, engine->options.version, &scripts->random);
    if (functions->machine) return functions;
    free(functions);
    return NULL;
}

struct fake_functions *fake_functions_of(struct fake_redis *engine)
{
    struct fake_scripts *scripts = fake_scripts_of(engine);
    if (scripts && !scripts->functions) scripts->functions = fake_functions_new(engine);
    return scripts ? scripts->functions : NULL;
}

static struct fake_library *new_library(const char *name, struct fl_span code)
{
    struct fake_library *library = calloc(1, sizeof(*library));
    if (!library) return NULL;
    library->name = strdup(name);
    library->code = malloc(code.length);
    library->code_bytes = code.length;
    if (!library->code || !library->name) {
        free_library(library);
        return NULL;
    }
    memcpy(library->code, code.bytes, code.length);
    return library;
}

/* Frees nothing of Lua's when memory is out for that: the callbacks stay until the next flush. */
static int unref_protected(lua_State *lua)
{
    const struct fake_library *library = lua_touserdata(lua, 1);
    for (const struct fake_function *f = library->first; f; f = f->next)
        luaL_unref(lua, LUA_REGISTRYINDEX, f->reference);
    return 0;
}

void fake_library_drop(struct fake_functions *functions, struct fake_library *library)
{
    (void)lua_cpcall(functions->machine->state, unref_protected, library);
    lua_settop(functions->machine->state, 0);
    free_library(library);
}

void fake_library_link(struct fake_functions *functions, struct fake_library *library)
{
    *(functions->last ? &functions->last->next : &functions->first) = library;
    functions->last = library;
    functions->library_count++;
    functions->function_count += library->count;
}

void fake_library_unlink(struct fake_functions *functions, struct fake_library *library)
{
    struct fake_library *before = NULL;
    for (struct fake_library *l = functions->first; l != library; l = l->next)
        before = l;
    *(before ? &before->next : &functions->first) = library->next;
    if (functions->last == library) functions->last = before;
    library->next = NULL;
    functions->library_count--;
    functions->function_count -= library->count;
}

void fake_library_delete(struct fake_functions *functions, struct fake_library *library)
{
    fake_library_unlink(functions, library);
    fake_library_drop(functions, library);
}

/* ---- FUNCTION LOAD ---- */

struct loading {
    struct fl_span code;
    struct fake_out *out;
    bool failed; /* and an error was written */
};

static int load_protected(lua_State *lua)
{
    struct loading *loading = lua_touserdata(lua, 1);
    lua_pushcfunction(lua, fake_lua_handle_error);
    if (luaL_loadbuffer(lua, loading->code.bytes, loading->code.length, "@user_function") != 0)
        return lua_error(lua);
    fake_lua_show_globals(lua, FAKE_LUA_LOADING_GLOBALS);
    loading->failed = lua_pcall(lua, 0, 0, -2) != 0;
    if (!loading->failed) return 0;
    const char *text = lua_tostring(lua, -1);
    if (lua_istable(lua, -1)) {
        lua_getfield(lua, -1, "err");
        text = lua_tostring(lua, -1);
    }
    fake_reply_errorf(loading->out, "ERR Error registering functions: %s",
                      text ? text : "ERR unknown error");
    return 0;
}

/* Needs no memory: the names are there already. */
static int show_globals_again(lua_State *lua)
{
    fake_lua_show_globals(lua, FAKE_LUA_GLOBALS);
    return 0;
}

/* False: an error was written. */
static bool run_code(struct fake_call *call, struct fake_functions *functions,
                     struct fake_library *library, struct fl_span code)
{
    struct fake_lua *machine = functions->machine;
    struct loading loading = {.code = code, .out = call->out};
    machine->loading = library;
    fake_lua_count_steps(machine, LOADING_STEPS_MAX);
    int status = lua_cpcall(machine->state, load_protected, &loading);
    machine->loading = NULL;
    lua_settop(machine->state, 0);
    fake_lua_count_steps(machine, 0);
    (void)lua_cpcall(machine->state, show_globals_again, NULL);
    if (status != 0 && !loading.failed) fake_call_oom(call);
    return status == 0 && !loading.failed;
}

/* The library with its functions; NULL: an error was written. */
static struct fake_library *make_library(struct fake_call *call, struct fake_functions *functions,
                                         const char *name, struct fl_span text, size_t skip)
{
    struct fake_scripts *scripts = call->engine->scripts;
    char words[FAKE_LUA_COMPILE_ERROR_BYTES];
    char *code;
    size_t bytes;
    struct fl_span source = {text.bytes + skip, text.length - skip};
    enum fl_error err = fake_lua_compile(scripts, source, "@user_function", &code, &bytes, words);
    if (err == FL_EPARSE) {
        fake_reply_errorf(call->out, "ERR Error compiling function: %s", words);
        return NULL;
    }
    struct fake_library *library = err ? NULL : new_library(name, text);
    if (!library) {
        if (!err) fake_release(&scripts->heap, code, bytes);
        fake_call_oom(call);
        return NULL;
    }
    bool loaded = run_code(call, functions, library, (struct fl_span){code, bytes});
    fake_release(&scripts->heap, code, bytes);
    if (loaded && !library->first) fake_reply_error(call->out, "ERR No functions registered");
    if (loaded && library->first) return library;
    fake_library_drop(functions, library);
    return NULL;
}

/* False: another library has a function of the same name; an error was written. */
static bool has_own_names(struct fake_call *call, const struct fake_functions *others,
                          const struct fake_library *library, const struct fake_library *replaced)
{
    for (const struct fake_function *f = library->first; f; f = f->next) {
        const struct fake_function *same = fake_function_find(others, fl_span_from(f->name));
        for (const struct fake_function *old = replaced ? replaced->first : NULL; old && same;
             old = old->next)
            if (old == same) same = NULL;
        if (!same) continue;
        fake_reply_errorf(call->out, "ERR Function %s already exists", f->name);
        return false;
    }
    return true;
}

/* The library of that name may be among the others if it will be `replaced`. */
static struct fake_library *make_beside(struct fake_call *call, struct fake_functions *functions,
                                        struct fl_span code, const struct fake_functions *others,
                                        bool replace)
{
    char name[FAKE_LIBRARY_NAME_BYTES];
    size_t skip;
    if (!fake_shebang_parse_library(code, name, &skip, call->out)) return NULL;
    if (others->library_count >= FAKE_LIBRARIES_MAX ||
        others->function_count >= FAKE_FUNCTIONS_MAX) {
        fake_call_oom(call);
        return NULL;
    }
    const struct fake_library *old = fake_library_find(others, fl_span_from(name));
    if (old && !replace) {
        fake_reply_errorf(call->out, "ERR Library '%s' already exists", name);
        return NULL;
    }
    struct fake_library *library = make_library(call, functions, name, code, skip);
    if (!library || has_own_names(call, others, library, old)) return library;
    fake_library_drop(functions, library);
    return NULL;
}

struct fake_library *fake_library_make(struct fake_call *call, struct fake_functions *functions,
                                       struct fl_span code, const struct fake_functions *others)
{
    return make_beside(call, functions, code, others, false);
}

bool fake_library_load(struct fake_call *call, struct fl_span code, bool replace)
{
    struct fake_functions *functions = fake_functions_of(call->engine);
    if (!functions) {
        fake_call_oom(call);
        return false;
    }
    struct fake_library *library = make_beside(call, functions, code, functions, replace);
    if (!library) return false;
    struct fake_library *old = fake_library_find(functions, fl_span_from(library->name));
    if (old) fake_library_delete(functions, old);
    fake_library_link(functions, library);
    fake_reply_bulk_text(call->out, library->name);
    return true;
}
