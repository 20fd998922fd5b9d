/* The library `bit`: operations on the low 32 bits of numbers, signed results. */
#include <lauxlib.h>
#include <stdint.h>
#include <string.h>

#include "fakes/redis/lua/libraries.h"

enum { BITS = 32, HEX_DIGITS_MAX = 8 };

/* Adding 1.5 * 2^52 leaves the integer nearest to the number in the low bits of the sum: halves
 * round to even, and what is too big for that keeps whatever bits the sum has. */
static uint32_t to_bits(lua_State *lua, int index)
{
    double sum = luaL_checknumber(lua, index) + 0x1.8p52;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof(bits));
    return (uint32_t)bits;
}

static int give(lua_State *lua, uint32_t bits)
{
    lua_pushnumber(lua, (int32_t)bits);
    return 1;
}

static uint32_t rotate_left(uint32_t bits, uint32_t count)
{
    count %= BITS;
    return count ? bits << count | bits >> (BITS - count) : bits;
}

static int bit_tobit(lua_State *lua)
{
    return give(lua, to_bits(lua, 1));
}

static int bit_bnot(lua_State *lua)
{
    return give(lua, ~to_bits(lua, 1));
}

static int bit_bswap(lua_State *lua)
{
    return give(lua, __builtin_bswap32(to_bits(lua, 1)));
}

static int bit_band(lua_State *lua)
{
    uint32_t bits = to_bits(lua, 1);
    for (int i = 2; i <= lua_gettop(lua); i++)
        bits &= to_bits(lua, i);
    return give(lua, bits);
}

static int bit_bor(lua_State *lua)
{
    uint32_t bits = to_bits(lua, 1);
    for (int i = 2; i <= lua_gettop(lua); i++)
        bits |= to_bits(lua, i);
    return give(lua, bits);
}

static int bit_bxor(lua_State *lua)
{
    uint32_t bits = to_bits(lua, 1);
    for (int i = 2; i <= lua_gettop(lua); i++)
        bits ^= to_bits(lua, i);
    return give(lua, bits);
}

static int bit_lshift(lua_State *lua)
{
    uint32_t bits = to_bits(lua, 1);
    return give(lua, bits << to_bits(lua, 2) % BITS);
}

static int bit_rshift(lua_State *lua)
{
    uint32_t bits = to_bits(lua, 1);
    return give(lua, bits >> to_bits(lua, 2) % BITS);
}

static int bit_arshift(lua_State *lua)
{
    int32_t bits = (int32_t)to_bits(lua, 1);
    return give(lua, (uint32_t)(bits >> to_bits(lua, 2) % BITS));
}

static int bit_rol(lua_State *lua)
{
    uint32_t bits = to_bits(lua, 1);
    return give(lua, rotate_left(bits, to_bits(lua, 2)));
}

static int bit_ror(lua_State *lua)
{
    uint32_t bits = to_bits(lua, 1);
    return give(lua, rotate_left(bits, BITS - to_bits(lua, 2) % BITS));
}

/* The second argument: how many digits; negative: upper case. */
static int bit_tohex(lua_State *lua)
{
    uint32_t bits = to_bits(lua, 1);
    int32_t wanted = lua_isnone(lua, 2) ? HEX_DIGITS_MAX : (int32_t)to_bits(lua, 2);
    const char *digits = wanted < 0 ? "0123456789ABCDEF" : "0123456789abcdef";
    uint32_t count = wanted < 0 ? -(uint32_t)wanted : (uint32_t)wanted;
    if (count > HEX_DIGITS_MAX) count = HEX_DIGITS_MAX;
    char text[HEX_DIGITS_MAX];
    for (uint32_t i = count; i > 0; i--, bits >>= 4)
        text[i - 1] = digits[bits & 15];
    lua_pushlstring(lua, text, count);
    return 1;
}

void fake_lua_push_bit(lua_State *lua)
{
    static const struct luaL_Reg functions[] = {
        {"tobit", bit_tobit},   {"bnot", bit_bnot},       {"band", bit_band},
        {"bor", bit_bor},       {"bxor", bit_bxor},       {"lshift", bit_lshift},
        {"rshift", bit_rshift}, {"arshift", bit_arshift}, {"rol", bit_rol},
        {"ror", bit_ror},       {"bswap", bit_bswap},     {"tohex", bit_tohex},
        {NULL, NULL},
    };
    lua_newtable(lua);
    luaL_register(lua, NULL, functions);
}
