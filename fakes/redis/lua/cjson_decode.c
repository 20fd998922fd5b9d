/* cjson.decode: tokens, and a parser that keeps the tables around the current value on Lua's stack,
 * an object with its current key above it. */
#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fakes/redis/lua/budget.h"
#include "fakes/redis/lua/cjson.h"
#include "fakes/redis/lua/machine.h"

enum token {
    TOKEN_OBJECT_BEGIN,
    TOKEN_OBJECT_END,
    TOKEN_ARRAY_BEGIN,
    TOKEN_ARRAY_END,
    TOKEN_STRING,  /* pushed */
    TOKEN_NUMBER,  /* pushed */
    TOKEN_BOOLEAN, /* pushed */
    TOKEN_NULL,    /* pushed */
    TOKEN_COLON,
    TOKEN_COMMA,
    TOKEN_END,
    TOKEN_ERROR,
};

static const char *const token_names[] = {
    "T_OBJ_BEGIN", "T_OBJ_END", "T_ARR_BEGIN", "T_ARR_END", "T_STRING", "T_NUMBER",
    "T_BOOLEAN",   "T_NULL",    "T_COLON",     "T_COMMA",   "T_END",
};

struct decoder {
    lua_State *lua;
    const struct fake_cjson_config *config;
    const char *text, *at; /* a NUL byte ends it */
    char *scratch;         /* for one string, which is never longer than the text */
    size_t token_at;
    const char *error; /* of TOKEN_ERROR */
    int depth;
    int *indices; /* of an array: how many values it has; -1: an object */
};

static enum token fail(struct decoder *decoder, const char *at, const char *error)
{
    decoder->token_at = (size_t)(at - decoder->text);
    decoder->error = error;
    return TOKEN_ERROR;
}

/* ---- strings ---- */

/* Four digits; -1: they are not. */
static int32_t read_hex4(const char *text)
{
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

static size_t put_utf8(char *to, uint32_t point)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    size_t count = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = count - 1; i > 0; i--, point >>= 6)
        to[i] = (char)(0x80 | (point & 0x3f));
    to[0] = (char)(first[count] | point);
    return count;
}

/* `escape` is at "\u"; returns how many bytes it takes, or 0. */
static size_t read_unicode(const char *escape, uint32_t *ret_point)
{
    int32_t high = read_hex4(escape + 2);
    if (high < 0 || (high & 0xfc00) == 0xdc00) return 0;
    *ret_point = (uint32_t)high;
    if ((high & 0xfc00) != 0xd800) return 6;
    if (escape[6] != '\\' || escape[7] != 'u') return 0;
    int32_t low = read_hex4(escape + 8);
    if (low < 0 || (low & 0xfc00) != 0xdc00) return 0;
    *ret_point = 0x10000 + (((uint32_t)high & 0x3ff) << 10 | ((uint32_t)low & 0x3ff));
    return 12;
}

/* What a letter behind a backslash means; 0: nothing. */
static char simple_escape(char letter)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *found = letter ? strchr(letters, letter) : NULL;
    return found ? meanings[found - letters] : '\0';
}

static enum token read_string(struct decoder *decoder)
{
    size_t length = 0;
    const char *at = decoder->at + 1;
    while (*at != '"') {
        if (!*at) return fail(decoder, at, "unexpected end of string");
        if (*at != '\\') {
            decoder->scratch[length++] = *at++;
        } else if (at[1] == 'u') {
            uint32_t point;
            size_t taken = read_unicode(at, &point);
            if (!taken) return fail(decoder, at, "invalid unicode escape code");
            length += put_utf8(decoder->scratch + length, point);
            at += taken;
        } else {
            char meaning = simple_escape(at[1]);
            if (!meaning) return fail(decoder, at, "invalid escape code");
            decoder->scratch[length++] = meaning;
            at += 2;
        }
    }
    decoder->at = at + 1;
    lua_pushlstring(decoder->lua, decoder->scratch, length);
    return TOKEN_STRING;
}

/* ---- numbers and words ---- */

/* "+1", "01", "0x1", "inf" and "nan", which strtod reads and JSON does not have. */
static bool is_invalid_number(const char *at)
{
    if (*at == '+') return true;
    if (*at == '-') at++;
    if (*at == '0') return at[1] == 'x' || at[1] == 'X' || (at[1] >= '0' && at[1] <= '9');
    return strncasecmp(at, "inf", 3) == 0 || strncasecmp(at, "nan", 3) == 0;
}

static enum token read_number(struct decoder *decoder)
{
    char *end;
    double number = strtod(decoder->at, &end);
    if (end == decoder->at) return fail(decoder, decoder->at, "invalid number");
    decoder->at = end;
    lua_pushnumber(decoder->lua, number);
    return TOKEN_NUMBER;
}

static bool takes_word(struct decoder *decoder, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(decoder->at, word, length) != 0) return false;
    decoder->at += length;
    return true;
}

static enum token read_word(struct decoder *decoder)
{
    bool is_true = takes_word(decoder, "true");
    if (is_true || takes_word(decoder, "false")) {
        lua_pushboolean(decoder->lua, is_true);
        return TOKEN_BOOLEAN;
    }
    if (takes_word(decoder, "null")) {
        lua_pushlightuserdata(decoder->lua, NULL);
        return TOKEN_NULL;
    }
    bool allowed = decoder->config->decode_invalid_numbers && strchr("+iInN", *decoder->at);
    if (allowed && is_invalid_number(decoder->at)) return read_number(decoder);
    return fail(decoder, decoder->at, "invalid token");
}

static enum token next_token(struct decoder *decoder)
{
    while (*decoder->at && strchr(" \t\n\r", *decoder->at))
        decoder->at++;
    decoder->token_at = (size_t)(decoder->at - decoder->text);
    switch (*decoder->at) {
    case '\0': return TOKEN_END;
    case '{': decoder->at++; return TOKEN_OBJECT_BEGIN;
    case '}': decoder->at++; return TOKEN_OBJECT_END;
    case '[': decoder->at++; return TOKEN_ARRAY_BEGIN;
    case ']': decoder->at++; return TOKEN_ARRAY_END;
    case ':': decoder->at++; return TOKEN_COLON;
    case ',': decoder->at++; return TOKEN_COMMA;
    case '"': return read_string(decoder);
    default: break;
    }
    if (*decoder->at != '-' && (*decoder->at < '0' || *decoder->at > '9'))
        return read_word(decoder);
    if (!decoder->config->decode_invalid_numbers && is_invalid_number(decoder->at))
        return fail(decoder, decoder->at, "invalid number");
    return read_number(decoder);
}

/* ---- the grammar ---- */

static void refuse(const struct decoder *decoder, enum token token, const char *expected)
{
    luaL_error(decoder->lua, "Expected %s but found %s at character %d", expected,
               token == TOKEN_ERROR ? decoder->error : token_names[token],
               (int)decoder->token_at + 1);
}

static void expect_key(struct decoder *decoder, enum token token)
{
    if (token != TOKEN_STRING) refuse(decoder, token, "object key string");
    token = next_token(decoder);
    if (token != TOKEN_COLON) refuse(decoder, token, "colon");
}

/* A table begins: either it is empty, and the value on top, or its first value comes. */
static bool open_table(struct decoder *decoder, enum token kind, enum token *ret_next)
{
    lua_State *lua = decoder->lua;
    decoder->depth++;
    if (decoder->depth > decoder->config->decode_max_depth || !lua_checkstack(lua, 1) ||
        decoder->depth > FAKE_CJSON_DEPTH_MAX)
        luaL_error(lua, "Found too many nested data structures (%d) at character %d",
                   decoder->depth, (int)(decoder->at - decoder->text));
    bool is_object = kind == TOKEN_OBJECT_BEGIN;
    lua_newtable(lua);
    *ret_next = next_token(decoder);
    if (*ret_next == (is_object ? TOKEN_OBJECT_END : TOKEN_ARRAY_END)) {
        decoder->depth--;
        return false;
    }
    decoder->indices[decoder->depth - 1] = is_object ? -1 : 0;
    if (is_object) {
        expect_key(decoder, *ret_next);
        *ret_next = next_token(decoder);
    }
    return true;
}

/* The value on top goes into its table. True: another one comes; false: the table is complete, and
 * on top. */
static bool close_value(struct decoder *decoder, enum token *ret_next)
{
    lua_State *lua = decoder->lua;
    int *index = &decoder->indices[decoder->depth - 1];
    bool is_object = *index < 0;
    if (is_object)
        lua_rawset(lua, -3);
    else
        lua_rawseti(lua, -2, ++*index);
    enum token token = next_token(decoder);
    if (token == (is_object ? TOKEN_OBJECT_END : TOKEN_ARRAY_END)) {
        decoder->depth--;
        return false;
    }
    if (token != TOKEN_COMMA)
        refuse(decoder, token, is_object ? "comma or object end" : "comma or array end");
    *ret_next = next_token(decoder);
    if (!is_object) return true;
    expect_key(decoder, *ret_next);
    *ret_next = next_token(decoder);
    return true;
}

static void decode_value(struct decoder *decoder)
{
    enum token token = next_token(decoder);
    bool more = true;
    while (more) {
        if (token == TOKEN_OBJECT_BEGIN || token == TOKEN_ARRAY_BEGIN) {
            if (open_table(decoder, token, &token)) continue;
        } else if (token < TOKEN_STRING || token > TOKEN_NULL) {
            refuse(decoder, token, "value");
        }
        for (more = false; decoder->depth && !more;)
            more = close_value(decoder, &token);
    }
}

int fake_cjson_decode(lua_State *lua)
{
    size_t length;
    luaL_argcheck(lua, lua_gettop(lua) == 1, 1, "expected 1 argument");
    struct decoder decoder = {
        .lua = lua,
        .config = fake_cjson_config_of(lua),
        .text = luaL_checklstring(lua, 1, &length),
        .indices = fake_lua_scratch(lua, FAKE_CJSON_DEPTH_MAX * sizeof(int)),
    };
    decoder.at = decoder.text;
    if (length >= 2 && (!decoder.text[0] || !decoder.text[1]))
        return luaL_error(lua, "JSON parser does not support UTF-16 or UTF-32");
    fake_lua_charge(lua, length / FAKE_CJSON_STEP_BYTES);
    decoder.scratch = lua_newuserdata(lua, length + 1);
    decode_value(&decoder);
    enum token token = next_token(&decoder);
    if (token != TOKEN_END) refuse(&decoder, token, "the end");
    return 1;
}
