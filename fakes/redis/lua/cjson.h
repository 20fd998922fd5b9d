/* fakes/redis/lua/cjson.h - what the two halves of the library `cjson` share. */
#ifndef FAKE_REDIS_LUA_CJSON_H
#define FAKE_REDIS_LUA_CJSON_H

#include <lua.h>

enum fake_cjson_invalid { FAKE_CJSON_REFUSE, FAKE_CJSON_ALLOW, FAKE_CJSON_NULL };

/* One for the global `cjson`, one for each cjson.new(); the first upvalue of its functions. */
struct fake_cjson_config {
    int encode_invalid_numbers, decode_invalid_numbers; /* enum fake_cjson_invalid */
    int encode_max_depth, decode_max_depth;
    int encode_number_precision;
    int encode_sparse_convert, encode_sparse_ratio, encode_sparse_safe;
    int encode_keep_buffer; /* remembered, and without effect */
};

enum {
    /* Lua's stack holds no deeper nesting: a slot for each array, two for each object. */
    FAKE_CJSON_DEPTH_MAX = 8000,
    FAKE_CJSON_STEP_BYTES = 32,
};

struct fake_cjson_config *fake_cjson_config_of(lua_State *lua); /* of the running function */
int fake_cjson_encode(lua_State *lua);
int fake_cjson_decode(lua_State *lua);

#endif
