#include "fakes/redis/lua/buffer.h"

#include <string.h>

enum { FIRST_CAPACITY = 256 };

static void make(struct fake_lua_buffer *buffer, size_t capacity)
{
    buffer->bytes = lua_newuserdata(buffer->lua, capacity);
    buffer->capacity = capacity;
}

void fake_lua_buffer_begin(lua_State *lua, struct fake_lua_buffer *buffer)
{
    *buffer = (struct fake_lua_buffer){.lua = lua, .slot = lua_gettop(lua) + 1};
    make(buffer, FIRST_CAPACITY);
}

void fake_lua_buffer_add(struct fake_lua_buffer *buffer, const void *bytes, size_t count)
{
    if (count > buffer->capacity - buffer->length) {
        const char *old = buffer->bytes;
        size_t capacity = buffer->capacity * 2;
        make(buffer, capacity - buffer->length < count ? buffer->length + count : capacity);
        memcpy(buffer->bytes, old, buffer->length);
        lua_replace(buffer->lua, buffer->slot);
    }
    memcpy(buffer->bytes + buffer->length, bytes, count);
    buffer->length += count;
}

void fake_lua_buffer_add_byte(struct fake_lua_buffer *buffer, char byte)
{
    fake_lua_buffer_add(buffer, &byte, 1);
}

void fake_lua_buffer_push(const struct fake_lua_buffer *buffer)
{
    lua_pushlstring(buffer->lua, buffer->bytes, buffer->length);
}
