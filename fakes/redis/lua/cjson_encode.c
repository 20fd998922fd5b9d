/* cjson.encode. The tables around the current value are on Lua's stack, an object with its current
 * key above it; so no nesting is too deep for the C stack. */
#include <lauxlib.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "fakes/redis/lua/budget.h"
#include "fakes/redis/lua/buffer.h"
#include "fakes/redis/lua/cjson.h"
#include "fakes/redis/lua/machine.h"
#include "fakes/redis/lua/readonly.h"

struct level {
    int count; /* of an array; -1: an object */
    int done;
};

struct encoder {
    lua_State *lua;
    const struct fake_cjson_config *config;
    struct fake_lua_buffer buffer;
    int depth;
    struct level *levels;
};

/* `type` is of the value at -1 or of the key at -2. */
static void refuse(const struct encoder *encoder, int index, const char *why)
{
    luaL_error(encoder->lua, "Cannot serialise %s: %s", luaL_typename(encoder->lua, index), why);
}

static void add_text(struct encoder *encoder, const char *text)
{
    fake_lua_buffer_add(&encoder->buffer, text, strlen(text));
}

static void add_byte(struct encoder *encoder, char byte)
{
    fake_lua_buffer_add_byte(&encoder->buffer, byte);
}

/* NULL: the byte stands for itself. */
static const char *escape(unsigned char byte, char scratch[static 8])
{
    switch (byte) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '/': return "\\/";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default:
        if (byte >= 0x20 && byte != 0x7f) return NULL;
        snprintf(scratch, 8, "\\u%04x", byte);
        return scratch;
    }
}

static void add_string(struct encoder *encoder, int index)
{
    size_t length, start = 0;
    char scratch[8];
    const char *bytes = lua_tolstring(encoder->lua, index, &length);
    add_byte(encoder, '"');
    for (size_t i = 0; i < length; i++) {
        const char *escaped = escape((unsigned char)bytes[i], scratch);
        if (!escaped) continue;
        fake_lua_buffer_add(&encoder->buffer, bytes + start, i - start);
        add_text(encoder, escaped);
        start = i + 1;
    }
    fake_lua_buffer_add(&encoder->buffer, bytes + start, length - start);
    add_byte(encoder, '"');
}

static void add_number(struct encoder *encoder, int index)
{
    char text[32];
    double number = lua_tonumber(encoder->lua, index);
    if (isnan(number) || isinf(number)) {
        if (encoder->config->encode_invalid_numbers == FAKE_CJSON_REFUSE)
            refuse(encoder, index, "must not be NaN or Inf");
        if (encoder->config->encode_invalid_numbers == FAKE_CJSON_NULL) {
            add_text(encoder, "null");
            return;
        }
    }
    if (isnan(number))
        snprintf(text, sizeof(text), "nan");
    else
        snprintf(text, sizeof(text), "%.*g", encoder->config->encode_number_precision, number);
    add_text(encoder, text);
}

/* The length of the array on top; -1: it is an object. */
static int array_length(struct encoder *encoder)
{
    const struct fake_cjson_config *config = encoder->config;
    lua_State *lua = encoder->lua;
    int highest = 0, count = 0;
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1), count++) {
        double key = lua_type(lua, -2) == LUA_TNUMBER ? lua_tonumber(lua, -2) : 0;
        if (key < 1 || key != floor(key)) {
            lua_pop(lua, 2);
            return -1;
        }
        if (key > highest) highest = key <= INT_MAX ? (int)key : INT_MIN;
    }
    bool sparse = config->encode_sparse_ratio > 0 &&
                  highest > (int64_t)count * config->encode_sparse_ratio &&
                  highest > config->encode_sparse_safe;
    if (sparse && !config->encode_sparse_convert) refuse(encoder, -1, "excessively sparse array");
    return highest > 0 && !sparse ? highest : -1;
}

static void open_table(struct encoder *encoder)
{
    lua_State *lua = encoder->lua;
    fake_lua_look_through(lua, lua_gettop(lua));
    encoder->depth++;
    if (encoder->depth > encoder->config->encode_max_depth || !lua_checkstack(lua, 1) ||
        encoder->depth > FAKE_CJSON_DEPTH_MAX)
        luaL_error(lua, "Cannot serialise, excessive nesting (%d)", encoder->depth);
    int count = array_length(encoder);
    encoder->levels[encoder->depth - 1] = (struct level){.count = count};
    add_byte(encoder, count >= 0 ? '[' : '{');
    if (count < 0) lua_pushnil(lua); /* before the first key */
}

/* Writes the value on top, which goes unless it is a table. */
static void add_value(struct encoder *encoder)
{
    lua_State *lua = encoder->lua;
    switch (lua_type(lua, -1)) {
    case LUA_TSTRING: add_string(encoder, -1); break;
    case LUA_TNUMBER: add_number(encoder, -1); break;
    case LUA_TBOOLEAN: add_text(encoder, lua_toboolean(lua, -1) ? "true" : "false"); break;
    case LUA_TTABLE: open_table(encoder); return;
    case LUA_TNIL: add_text(encoder, "null"); break;
    case LUA_TLIGHTUSERDATA:
        if (!lua_touserdata(lua, -1)) {
            add_text(encoder, "null");
            break;
        }
        refuse(encoder, -1, "type not supported");
        break;
    default: refuse(encoder, -1, "type not supported");
    }
    lua_pop(lua, 1);
}

static void add_key(struct encoder *encoder)
{
    switch (lua_type(encoder->lua, -2)) {
    case LUA_TNUMBER:
        add_byte(encoder, '"');
        add_number(encoder, -2);
        add_byte(encoder, '"');
        break;
    case LUA_TSTRING: add_string(encoder, -2); break;
    default: refuse(encoder, -2, "table key must be a number or string");
    }
    add_byte(encoder, ':');
}

/* Pushes the next value of the innermost table; false: there is none, and the table went. */
static bool next_value(struct encoder *encoder)
{
    lua_State *lua = encoder->lua;
    struct level *level = &encoder->levels[encoder->depth - 1];
    bool is_object = level->count < 0;
    if (is_object ? lua_next(lua, -2) : level->done < level->count) {
        if (level->done++) add_byte(encoder, ',');
        if (is_object)
            add_key(encoder);
        else
            lua_rawgeti(lua, -1, level->done);
        return true;
    }
    add_byte(encoder, is_object ? '}' : ']');
    fake_lua_charge(lua, (size_t)level->done);
    lua_pop(lua, 1);
    encoder->depth--;
    return false;
}

int fake_cjson_encode(lua_State *lua)
{
    luaL_argcheck(lua, lua_gettop(lua) == 1, 1, "expected 1 argument");
    struct encoder encoder = {
        .lua = lua,
        .config = fake_cjson_config_of(lua),
        .levels = fake_lua_scratch(lua, FAKE_CJSON_DEPTH_MAX * sizeof(struct level)),
    };
    fake_lua_buffer_begin(lua, &encoder.buffer);
    lua_pushvalue(lua, 1);
    add_value(&encoder);
    while (encoder.depth)
        if (next_value(&encoder)) add_value(&encoder);
    fake_lua_charge(lua, encoder.buffer.length / FAKE_CJSON_STEP_BYTES);
    fake_lua_buffer_push(&encoder.buffer);
    return 1;
}
