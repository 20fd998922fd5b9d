/* The library `cmsgpack`: Lua values as MessagePack and back, in the forms that it had before
 * binaries and extensions. */
#include <lauxlib.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "fakes/redis/lua/budget.h"
#include "fakes/redis/lua/buffer.h"
#include "fakes/redis/lua/libraries.h"
#include "fakes/redis/lua/machine.h"
#include "fakes/redis/lua/readonly.h"

enum {
    PACK_DEPTH_MAX = 16,     /* what lies deeper is packed as nil */
    UNPACK_DEPTH_MAX = 4000, /* Lua's stack holds no more: two slots a table */
    STEP_BYTES = 32,
};

/* ---- pack ---- */

static void add_tagged(struct fake_lua_buffer *buffer, unsigned tag, uint64_t value, size_t bytes)
{
    char packed[1 + sizeof(value)];
    packed[0] = (char)tag;
    for (size_t i = bytes; i > 0; i--, value >>= 8)
        packed[i] = (char)(value & 0xff);
    fake_lua_buffer_add(buffer, packed, 1 + bytes);
}

static void add_integer(struct fake_lua_buffer *buffer, int64_t value)
{
    uint64_t bits = (uint64_t)value;
    if (value >= -32 && value <= 127)
        add_tagged(buffer, (unsigned)(bits & 0xff), 0, 0);
    else if (value >= 0)
        value <= UINT8_MAX    ? add_tagged(buffer, 0xcc, bits, 1)
        : value <= UINT16_MAX ? add_tagged(buffer, 0xcd, bits, 2)
        : value <= UINT32_MAX ? add_tagged(buffer, 0xce, bits, 4)
                              : add_tagged(buffer, 0xcf, bits, 8);
    else
        value >= INT8_MIN    ? add_tagged(buffer, 0xd0, bits, 1)
        : value >= INT16_MIN ? add_tagged(buffer, 0xd1, bits, 2)
        : value >= INT32_MIN ? add_tagged(buffer, 0xd2, bits, 4)
                             : add_tagged(buffer, 0xd3, bits, 8);
}

static void add_number(struct fake_lua_buffer *buffer, double number)
{
    if (number >= -0x1p63 && number < 0x1p63 && number == floor(number)) {
        add_integer(buffer, (int64_t)number);
        return;
    }
    float narrow = (float)number;
    uint32_t narrow_bits;
    uint64_t bits;
    memcpy(&narrow_bits, &narrow, sizeof(narrow_bits));
    memcpy(&bits, &number, sizeof(bits));
    if ((double)narrow == number)
        add_tagged(buffer, 0xca, narrow_bits, sizeof(narrow_bits));
    else
        add_tagged(buffer, 0xcb, bits, sizeof(bits));
}

static void add_string(struct fake_lua_buffer *buffer, const char *bytes, size_t length)
{
    if (length < 32)
        add_tagged(buffer, 0xa0 | (unsigned)length, 0, 0);
    else if (length <= UINT8_MAX)
        add_tagged(buffer, 0xd9, length, 1);
    else if (length <= UINT16_MAX)
        add_tagged(buffer, 0xda, length, 2);
    else
        add_tagged(buffer, 0xdb, length, 4);
    fake_lua_buffer_add(buffer, bytes, length);
}

/* The head of an array (0x90, 0xdc) or a map (0x80, 0xde). */
static void add_head(struct fake_lua_buffer *buffer, unsigned small, unsigned big, size_t count)
{
    if (count < 16)
        add_tagged(buffer, small | (unsigned)count, 0, 0);
    else if (count <= UINT16_MAX)
        add_tagged(buffer, big, count, 2);
    else
        add_tagged(buffer, big + 1, count, 4);
}

/* Whether the keys of the table on top are 1 to *ret_count, which counts them in any case. */
static bool is_array(lua_State *lua, size_t *ret_count)
{
    double highest = 0;
    bool whole = true;
    *ret_count = 0;
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1), ++*ret_count) {
        double key = lua_type(lua, -2) == LUA_TNUMBER ? lua_tonumber(lua, -2) : 0;
        if (key <= 0 || key != floor(key)) whole = false;
        if (key > highest) highest = key;
    }
    return whole && highest == (double)*ret_count;
}

static void add_value(lua_State *lua, struct fake_lua_buffer *buffer, unsigned depth);

static void add_table(lua_State *lua, struct fake_lua_buffer *buffer, unsigned depth)
{
    size_t count;
    fake_lua_look_through(lua, lua_gettop(lua));
    if (is_array(lua, &count)) {
        add_head(buffer, 0x90, 0xdc, count);
        for (size_t i = 1; i <= count; i++) {
            lua_rawgeti(lua, -1, (int)i);
            add_value(lua, buffer, depth + 1);
        }
    } else {
        add_head(buffer, 0x80, 0xde, count);
        for (lua_pushnil(lua); lua_next(lua, -2);) {
            lua_pushvalue(lua, -2);
            add_value(lua, buffer, depth + 1);
            add_value(lua, buffer, depth + 1);
        }
    }
    fake_lua_charge(lua, count);
}

/* Of the value on top, which goes. */
static void add_value(lua_State *lua, struct fake_lua_buffer *buffer, unsigned depth)
{
    size_t length;
    const char *text;
    luaL_checkstack(lua, 8, "in function mp_check");
    switch (lua_type(lua, -1)) {
    case LUA_TSTRING:
        text = lua_tolstring(lua, -1, &length);
        add_string(buffer, text, length);
        break;
    case LUA_TBOOLEAN: add_tagged(buffer, lua_toboolean(lua, -1) ? 0xc3 : 0xc2, 0, 0); break;
    case LUA_TNUMBER: add_number(buffer, lua_tonumber(lua, -1)); break;
    case LUA_TTABLE:
        if (depth < PACK_DEPTH_MAX)
            add_table(lua, buffer, depth);
        else
            add_tagged(buffer, 0xc0, 0, 0);
        break;
    default: add_tagged(buffer, 0xc0, 0, 0); break;
    }
    lua_pop(lua, 1);
}

static int cmsgpack_pack(lua_State *lua)
{
    struct fake_lua_buffer buffer;
    int count = lua_gettop(lua);
    if (count == 0) return luaL_argerror(lua, 0, "MessagePack pack needs input.");
    luaL_checkstack(lua, 8, "Too many arguments for MessagePack pack.");
    fake_lua_buffer_begin(lua, &buffer);
    for (int i = 1; i <= count; i++) {
        lua_pushvalue(lua, i);
        add_value(lua, &buffer, 0);
    }
    fake_lua_charge(lua, buffer.length / STEP_BYTES);
    fake_lua_buffer_push(&buffer);
    return 1;
}

/* ---- unpack ---- */

struct input {
    lua_State *lua;
    const unsigned char *bytes;
    size_t left;
};

static void skip(struct input *input, size_t count)
{
    input->bytes += count;
    input->left -= count;
}

static void need(const struct input *input, uint64_t count)
{
    if (input->left < count) luaL_error(input->lua, "Missing bytes in input.");
}

static uint64_t peek(const struct input *input, size_t at, size_t count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | input->bytes[at + i];
    return value;
}

/* A big-endian number behind the tag; moves behind it. */
static uint64_t take(struct input *input, size_t count)
{
    need(input, 1 + count);
    uint64_t value = peek(input, 1, count);
    skip(input, 1 + count);
    return value;
}

static void push_integer(struct input *input, unsigned tag)
{
    size_t bytes = (size_t)1 << (tag & 3);
    uint64_t value = take(input, bytes);
    unsigned unused = 64 - 8 * (unsigned)bytes;
    int64_t number = (int64_t)(value << unused);
    number = tag >= 0xd0 ? number >> unused : (int64_t)value; /* uint64 is read as signed too */
    lua_pushnumber(input->lua, (lua_Number)number);
}

static void push_float(struct input *input, unsigned tag)
{
    if (tag == 0xca) {
        uint32_t bits = (uint32_t)take(input, sizeof(bits));
        float number;
        memcpy(&number, &bits, sizeof(number));
        lua_pushnumber(input->lua, number);
    } else {
        uint64_t bits = take(input, sizeof(bits));
        double number;
        memcpy(&number, &bits, sizeof(number));
        lua_pushnumber(input->lua, number);
    }
}

/* `head` is the size of what tells the length. */
static void push_string(struct input *input, size_t head, uint64_t length)
{
    need(input, head + length);
    lua_pushlstring(input->lua, (const char *)input->bytes + head, (size_t)length);
    skip(input, head + (size_t)length);
}

static void push_long_string(struct input *input, unsigned tag)
{
    size_t bytes = (size_t)1 << (tag - 0xd9);
    need(input, 1 + bytes);
    push_string(input, 1 + bytes, peek(input, 1, bytes));
}

struct level {
    uint32_t left; /* values, a map has two for each pair */
    uint32_t next; /* of an array: the index that the current value will have */
    bool is_map;
};

/* True: a table with `level` begins here. False: it is something else, or nothing was taken. */
static bool takes_table(struct input *input, unsigned tag, struct level *level)
{
    uint64_t count;
    if (tag >= 0x80 && tag <= 0x9f) {
        count = tag & 15;
        level->is_map = tag <= 0x8f;
        skip(input, 1);
    } else if (tag >= 0xdc && tag <= 0xdf) {
        count = take(input, tag & 1 ? 4 : 2);
        level->is_map = tag >= 0xde;
    } else {
        return false;
    }
    /* More than there can be is missing in any case. */
    if (count > input->left) count = input->left + 1;
    level->left = (uint32_t)(level->is_map && count <= UINT32_MAX / 2 ? count * 2 : count);
    level->next = 1;
    return true;
}

static void push_scalar(struct input *input, unsigned tag)
{
    if (tag <= 0x7f || tag >= 0xe0) {
        lua_pushnumber(input->lua, (int8_t)tag);
        skip(input, 1);
    } else if (tag >= 0xa0 && tag <= 0xbf) {
        push_string(input, 1, tag & 31);
    } else if (tag >= 0xd9 && tag <= 0xdb) {
        push_long_string(input, tag);
    } else if (tag == 0xca || tag == 0xcb) {
        push_float(input, tag);
    } else if ((tag >= 0xcc && tag <= 0xcf) || (tag >= 0xd0 && tag <= 0xd3)) {
        push_integer(input, tag);
    } else if (tag == 0xc0 || tag == 0xc2 || tag == 0xc3) {
        if (tag == 0xc0)
            lua_pushnil(input->lua);
        else
            lua_pushboolean(input->lua, tag == 0xc3);
        skip(input, 1);
    } else {
        luaL_error(input->lua, "Bad data format in input.");
    }
}

/* An array has its next index pushed before its next value, as a map has its key. */
static void open_place(lua_State *lua, struct level *level)
{
    if (level->left && !level->is_map) lua_pushnumber(lua, level->next++);
}

/* The value on top belongs to the innermost table. */
static void close_place(lua_State *lua, struct level *level)
{
    level->left--;
    if (level->is_map && level->left % 2) return; /* it was a key */
    lua_settable(lua, -3);
    open_place(lua, level);
}

/* Pushes one value. The tables that are being filled are on Lua's stack, each with a key. */
static void push_value(struct input *input)
{
    lua_State *lua = input->lua;
    struct level *levels = fake_lua_scratch(lua, UNPACK_DEPTH_MAX * sizeof(*levels));
    size_t depth = 0;
    do {
        luaL_checkstack(lua, 1,
                        "too many return values at once; use unpack_one or unpack_limit instead.");
        need(input, 1);
        unsigned tag = input->bytes[0];
        if (depth < UNPACK_DEPTH_MAX && takes_table(input, tag, &levels[depth])) {
            lua_newtable(lua);
            if (!levels[depth].is_map)
                luaL_checkstack(lua, 1, "in function mp_decode_to_lua_array");
            open_place(lua, &levels[depth]);
            depth++;
        } else {
            push_scalar(input, tag);
            if (depth) close_place(lua, &levels[depth - 1]);
        }
        while (depth && !levels[depth - 1].left) /* complete: it is a value of the next one */
            if (--depth) close_place(lua, &levels[depth - 1]);
    } while (depth);
}

/* What a limit and an offset of 0 mean: everything, and no offset is returned. */
static int unpack(lua_State *lua, int limit, int offset)
{
    size_t length;
    struct input input = {.lua = lua};
    const char *bytes = luaL_checklstring(lua, 1, &length);
    if (offset < 0 || limit < 0)
        return luaL_error(lua, "Invalid request to unpack with offset of %d and limit of %d.",
                          offset, (int)length);
    if ((size_t)offset > length)
        return luaL_error(lua, "Start offset %d greater than input length %d.", offset,
                          (int)length);
    bool all = limit == 0 && offset == 0;
    int count = 0;
    lua_settop(lua, 1);
    input.bytes = (const unsigned char *)bytes + offset;
    input.left = length - (size_t)offset;
    fake_lua_charge(lua, input.left / STEP_BYTES);
    for (; input.left && (all || count < limit); count++)
        push_value(&input);
    if (all) return count;
    luaL_checkstack(lua, 1, "in function mp_unpack_full");
    lua_pushnumber(lua, input.left ? (lua_Number)(length - input.left) : -1);
    lua_insert(lua, 2);
    return count + 1;
}

static int cmsgpack_unpack(lua_State *lua)
{
    return unpack(lua, 0, 0);
}

static int cmsgpack_unpack_one(lua_State *lua)
{
    int offset = (int)luaL_optinteger(lua, 2, 0);
    return unpack(lua, 1, offset);
}

static int cmsgpack_unpack_limit(lua_State *lua)
{
    int limit = (int)luaL_checkinteger(lua, 2);
    int offset = (int)luaL_optinteger(lua, 3, 0);
    return unpack(lua, limit, offset);
}

void fake_lua_push_cmsgpack(lua_State *lua)
{
    static const struct luaL_Reg functions[] = {
        {"pack", cmsgpack_pack},
        {"unpack", cmsgpack_unpack},
        {"unpack_one", cmsgpack_unpack_one},
        {"unpack_limit", cmsgpack_unpack_limit},
        {NULL, NULL},
    };
    static const char *const texts[][2] = {
        {"_NAME", "cmsgpack"},
        {"_VERSION", "lua-cmsgpack 0.4.0"},
        {"_COPYRIGHT", "Copyright (C) 2012, Salvatore Sanfilippo"},
        {"_DESCRIPTION", "MessagePack C implementation for Lua"},
    };
    lua_newtable(lua);
    luaL_register(lua, NULL, functions);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        lua_pushstring(lua, texts[i][1]);
        lua_setfield(lua, -2, texts[i][0]);
    }
}
