/* The library `struct`: values as the bytes of a C structure, and back.
 *
 * A format is a row of options: integers b B h H l L T i I (i and I with a size of their own), f,
 * d, x (a padding byte), s (up to a NUL byte), cN (N bytes; c0 takes a size read before, or
 * all), < > (byte order), !N (alignment, otherwise 1) and blanks. */
#include <ctype.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "fakes/redis/lua/libraries.h"

enum { INTEGER_BYTES_MAX = 32, NATURAL_ALIGNMENT = 8 };

struct format {
    const char *at; /* behind the current option */
    bool is_big_endian;
    size_t alignment;
};

static struct format begin(const char *text)
{
    return (struct format){.at = text, .alignment = 1};
}

static size_t read_number(lua_State *lua, struct format *format, size_t otherwise)
{
    if (!isdigit((unsigned char)*format->at)) return otherwise;
    int number = 0;
    do {
        int digit = *format->at++ - '0';
        if (number > INT_MAX / 10 || number * 10 > INT_MAX - digit)
            luaL_error(lua, "integral size overflow");
        number = number * 10 + digit;
    } while (isdigit((unsigned char)*format->at));
    return (size_t)number;
}

static size_t integer_bytes(lua_State *lua, struct format *format)
{
    size_t bytes = read_number(lua, format, sizeof(int));
    if (bytes > INTEGER_BYTES_MAX)
        luaL_error(lua, "integral size %d is larger than limit of %d", (int)bytes,
                   INTEGER_BYTES_MAX);
    return bytes;
}

/* The bytes that an option takes, without alignment; 0 for what is no option. */
static size_t option_bytes(lua_State *lua, char option, struct format *format)
{
    switch (option) {
    case 'b':
    case 'B':
    case 'x': return 1;
    case 'h':
    case 'H': return sizeof(short);
    case 'l':
    case 'L': return sizeof(long);
    case 'T': return sizeof(size_t);
    case 'f': return sizeof(float);
    case 'd': return sizeof(double);
    case 'i':
    case 'I': return integer_bytes(lua, format);
    case 'c': return read_number(lua, format, 1);
    default: return 0;
    }
}

/* How many bytes of padding come before an option of `bytes` at `offset`. */
static size_t padding(size_t bytes, size_t offset, char option, const struct format *format)
{
    if (bytes == 0 || option == 'c') return 0;
    if (bytes > format->alignment) bytes = format->alignment;
    if (bytes <= 1) return 0;
    return (bytes - (offset & (bytes - 1))) & (bytes - 1);
}

/* What takes no bytes and no value. */
static void set_option(lua_State *lua, char option, struct format *format)
{
    switch (option) {
    case ' ': break;
    case '>': format->is_big_endian = true; break;
    case '<': format->is_big_endian = false; break;
    case '!': {
        size_t alignment = read_number(lua, format, NATURAL_ALIGNMENT);
        if (alignment == 0 || (alignment & (alignment - 1)))
            luaL_error(lua, "alignment %d is not a power of 2", (int)alignment);
        format->alignment = alignment;
        break;
    }
    default: luaL_argerror(lua, 1, lua_pushfstring(lua, "invalid format option '%c'", option));
    }
}

/* ---- integers ---- */

/* As the processor converts what does not fit. */
static uint64_t to_integer(double number)
{
    if (number != number) return UINT64_C(1) << 63;
    if (number < 0) return number >= -0x1p63 ? (uint64_t)(int64_t)number : UINT64_C(1) << 63;
    return number < 0x1p64 ? (uint64_t)number : 0;
}

static void put_integer(char *to, uint64_t value, size_t bytes, bool is_big_endian)
{
    for (size_t i = 0; i < bytes; i++, value >>= 8)
        to[is_big_endian ? bytes - 1 - i : i] = (char)(value & 0xff);
}

static double take_integer(const char *from, size_t bytes, bool is_big_endian, bool is_signed)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | (unsigned char)from[is_big_endian ? i : bytes - 1 - i];
    if (!is_signed) return (double)value;
    /* More than eight bytes look for the sign at a place modulo 64. */
    uint64_t sign_and_above = ~UINT64_C(0) << ((bytes * 8 - 1) & 63);
    if (value & sign_and_above) value |= sign_and_above;
    return (double)(int64_t)value;
}

static void turn_if(char *bytes, size_t count, bool is_big_endian)
{
    if (!is_big_endian) return;
    for (size_t i = 0; i < count / 2; i++) {
        char byte = bytes[i];
        bytes[i] = bytes[count - 1 - i];
        bytes[count - 1 - i] = byte;
    }
}

/* ---- pack ---- */

static void add_padding(luaL_Buffer *buffer, size_t count)
{
    while (count-- > 0)
        luaL_addchar(buffer, '\0');
}

static void add_number(lua_State *lua, luaL_Buffer *buffer, char option, size_t bytes, int arg,
                       bool is_big_endian)
{
    char packed[INTEGER_BYTES_MAX];
    double number = luaL_checknumber(lua, arg);
    float narrow = (float)number;
    if (option == 'f')
        memcpy(packed, &narrow, sizeof(narrow));
    else if (option == 'd')
        memcpy(packed, &number, sizeof(number));
    if (option == 'f' || option == 'd')
        turn_if(packed, bytes, is_big_endian);
    else
        put_integer(packed, to_integer(number), bytes, is_big_endian);
    luaL_addlstring(buffer, packed, bytes);
}

/* Returns the bytes added. */
static size_t add_string(lua_State *lua, luaL_Buffer *buffer, char option, size_t bytes, int arg)
{
    size_t length;
    const char *text = luaL_checklstring(lua, arg, &length);
    if (bytes == 0) bytes = length;
    luaL_argcheck(lua, length >= bytes, arg + 1, "string too short"); /* as it counts */
    luaL_addlstring(buffer, text, bytes);
    if (option != 's') return bytes;
    luaL_addchar(buffer, '\0');
    return bytes + 1;
}

static int struct_pack(lua_State *lua)
{
    luaL_Buffer buffer;
    struct format format = begin(luaL_checkstring(lua, 1));
    int arg = 2;
    size_t total = 0;
    lua_pushnil(lua); /* an argument that is missing is nil, not the buffer's beginning */
    luaL_buffinit(lua, &buffer);
    while (*format.at) {
        char option = *format.at++;
        size_t bytes = option_bytes(lua, option, &format);
        size_t pad = padding(bytes, total, option, &format);
        add_padding(&buffer, pad);
        total += pad;
        if (strchr("bBhHlLTiIfd", option))
            add_number(lua, &buffer, option, bytes, arg++, format.is_big_endian);
        else if (option == 'x')
            luaL_addchar(&buffer, '\0');
        else if (option == 'c' || option == 's')
            bytes = add_string(lua, &buffer, option, bytes, arg++);
        else
            set_option(lua, option, &format);
        total += bytes;
    }
    luaL_pushresult(&buffer);
    return 1;
}

/* ---- unpack ---- */

/* Pushes a number of `bytes` bytes. */
static void push_number(lua_State *lua, char option, const char *from, size_t bytes,
                        bool is_big_endian)
{
    char turned[sizeof(double)] = {0};
    float narrow;
    double number;
    if (option == 'f' || option == 'd') {
        memcpy(turned, from, bytes);
        turn_if(turned, bytes, is_big_endian);
        memcpy(&narrow, turned, sizeof(narrow));
        memcpy(&number, turned, sizeof(number));
        lua_pushnumber(lua, option == 'f' ? narrow : number);
    } else {
        lua_pushnumber(lua, take_integer(from, bytes, is_big_endian, islower((int)option)));
    }
}

/* The size that a "c0" takes from the value unpacked before it, which goes. */
static size_t take_size(lua_State *lua, int values)
{
    if (values == 0 || !lua_isnumber(lua, -1)) luaL_error(lua, "format 'c0' needs a previous size");
    size_t size = (size_t)to_integer(lua_tonumber(lua, -1));
    lua_pop(lua, 1);
    return size;
}

static size_t push_terminated(lua_State *lua, const char *from, size_t available)
{
    const char *end = memchr(from, '\0', available);
    if (!end) luaL_error(lua, "unfinished string in data");
    lua_pushlstring(lua, from, (size_t)(end - from));
    return (size_t)(end - from) + 1;
}

static int struct_unpack(lua_State *lua)
{
    struct format format = begin(luaL_checkstring(lua, 1));
    size_t length;
    const char *data = luaL_checklstring(lua, 2, &length);
    size_t at = (size_t)luaL_optinteger(lua, 3, 1);
    luaL_argcheck(lua, at > 0, 3, "offset must be 1 or greater");
    at--;
    int values = 0;
    lua_settop(lua, 2);
    while (*format.at) {
        char option = *format.at++;
        size_t bytes = option_bytes(lua, option, &format);
        at += padding(bytes, at, option, &format);
        luaL_argcheck(lua, bytes <= length && at <= length - bytes, 2, "data string too short");
        luaL_checkstack(lua, 2, "too many results");
        if (strchr("bBhHlLTiIfd", option)) {
            push_number(lua, option, data + at, bytes, format.is_big_endian);
            values++;
        } else if (option == 'c') {
            if (bytes == 0) {
                bytes = take_size(lua, values--);
                luaL_argcheck(lua, bytes <= length && at <= length - bytes, 2,
                              "data string too short");
            }
            lua_pushlstring(lua, data + at, bytes);
            values++;
        } else if (option == 's') {
            bytes = push_terminated(lua, data + at, length - at);
            values++;
        } else if (option != 'x') {
            set_option(lua, option, &format);
        }
        at += bytes;
    }
    lua_pushinteger(lua, (lua_Integer)at + 1);
    return values + 1;
}

static int struct_size(lua_State *lua)
{
    struct format format = begin(luaL_checkstring(lua, 1));
    size_t total = 0;
    while (*format.at) {
        char option = *format.at++;
        size_t bytes = option_bytes(lua, option, &format);
        total += padding(bytes, total, option, &format);
        if (option == 's') luaL_argerror(lua, 1, "option 's' has no fixed size");
        if (option == 'c' && bytes == 0) luaL_argerror(lua, 1, "option 'c0' has no fixed size");
        if (!isalnum((unsigned char)option)) set_option(lua, option, &format);
        total += bytes;
    }
    lua_pushinteger(lua, (lua_Integer)total);
    return 1;
}

void fake_lua_push_struct(lua_State *lua)
{
    static const struct luaL_Reg functions[] = {
        {"pack", struct_pack},
        {"unpack", struct_unpack},
        {"size", struct_size},
        {NULL, NULL},
    };
    lua_newtable(lua);
    luaL_register(lua, NULL, functions);
}
