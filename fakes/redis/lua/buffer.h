/* fakes/redis/lua/buffer.h - bytes that grow while other values are pushed and popped above them.
 *
 * They live in a userdata in a slot of the stack, so an error on the way leaves nothing behind. */
#ifndef FAKE_REDIS_LUA_BUFFER_H
#define FAKE_REDIS_LUA_BUFFER_H

#include <lua.h>
#include <stddef.h>

struct fake_lua_buffer {
    lua_State *lua;
    char *bytes;
    int slot;
    size_t length, capacity;
};

/* Pushes the slot. All of these raise an error when memory is out. */
void fake_lua_buffer_begin(lua_State *lua, struct fake_lua_buffer *buffer);
void fake_lua_buffer_add(struct fake_lua_buffer *buffer, const void *bytes, size_t count);
void fake_lua_buffer_add_byte(struct fake_lua_buffer *buffer, char byte);
void fake_lua_buffer_push(const struct fake_lua_buffer *buffer); /* as a string */

#endif
