#include "fakes/redis/lua/compile.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

#include "fakes/redis/fake_redis.h"

static void *allocate(void *self, void *old, size_t old_bytes, size_t bytes)
{
    struct fake_scripts *scripts = self;
    if (bytes == 0) {
        free(old);
        scripts->compiler_bytes -= old_bytes;
        return NULL;
    }
    if (scripts->compiler_bytes - old_bytes + bytes > FAKE_REDIS_LUA_BYTES_MAX) return NULL;
    void *block = realloc(old, bytes);
    if (block) scripts->compiler_bytes += bytes - old_bytes;
    return block;
}

bool fake_lua_open_compiler(struct fake_scripts *scripts)
{
    scripts->compiler = lua_newstate(allocate, scripts);
    return scripts->compiler;
}

void fake_lua_close_compiler(struct fake_scripts *scripts)
{
    if (scripts->compiler) lua_close(scripts->compiler);
}

struct compilation {
    struct fake_heap *heap;
    struct fl_span source;
    const char *name;
    char *code; /* NULL: only measured */
    size_t length;
    enum fl_error err;
    char *error;
    bool has_begun;
};

/* A blank before what would be taken for compiled code makes it a byte that no source can have. */
static const char *read_source(lua_State *lua, void *context, size_t *ret_length)
{
    struct compilation *compilation = context;
    struct fl_span *rest = &compilation->source;
    (void)lua;
    if (!rest->length) return NULL;
    bool needs_blank = !compilation->has_begun && rest->bytes[0] == LUA_SIGNATURE[0];
    compilation->has_begun = true;
    *ret_length = needs_blank ? 1 : rest->length;
    if (needs_blank) return " ";
    const char *bytes = rest->bytes;
    rest->length = 0;
    return bytes;
}

static int write_code(lua_State *lua, const void *bytes, size_t count, void *context)
{
    struct compilation *compilation = context;
    (void)lua;
    if (compilation->code) memcpy(compilation->code + compilation->length, bytes, count);
    compilation->length += count;
    return 0;
}

static int compile_protected(lua_State *lua)
{
    struct compilation *compilation = lua_touserdata(lua, 1);
    int status = lua_load(lua, read_source, compilation, compilation->name);
    if (status == LUA_ERRMEM) return 0;
    if (status != 0) {
        const char *words = lua_tostring(lua, -1);
        compilation->err = FL_EPARSE;
        snprintf(compilation->error, FAKE_LUA_COMPILE_ERROR_BYTES, "%s", words ? words : "");
        return 0;
    }
    lua_dump(lua, write_code, compilation);
    compilation->code = fake_alloc(compilation->heap, compilation->length);
    if (!compilation->code) return 0;
    compilation->length = 0;
    lua_dump(lua, write_code, compilation);
    compilation->err = FL_OK;
    return 0;
}

enum fl_error fake_lua_compile(struct fake_scripts *scripts, struct fl_span source,
                               const char *name, char **ret_code, size_t *ret_bytes,
                               char error[static FAKE_LUA_COMPILE_ERROR_BYTES])
{
    struct compilation compilation = {
        .heap = &scripts->heap, .source = source, .name = name, .err = FL_ENOMEM, .error = error};
    bool failed = lua_cpcall(scripts->compiler, compile_protected, &compilation) != 0;
    lua_settop(scripts->compiler, 0);
    if (failed && compilation.err == FL_OK) {
        fake_release(&scripts->heap, compilation.code, compilation.length);
        return FL_ENOMEM;
    }
    if (compilation.err == FL_OK) {
        *ret_code = compilation.code;
        *ret_bytes = compilation.length;
    }
    return compilation.err;
}
