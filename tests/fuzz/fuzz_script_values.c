/* What scripts decode: JSON, MessagePack and structures of any bytes are values or errors, and what
 * became a value can be encoded. */
#include <stdint.h>
#include <stdio.h>

#include "core/assert.h"
#include "fakes/clock/fake_clock.h"
#include "fakes/redis/fake_redis.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { SCRIPT_STEPS_MAX = 100 * 1000, HEADER_BYTES = 64 };

/* Only Lua's own errors may stop it: too many steps, too little memory. */
static const char script[] =
    "local text = ARGV[1] "
    "local ok, value = pcall(cjson.decode, text) "
    "if ok then assert(pcall(cjson.decode, cjson.encode(value))) end "
    "local values = {pcall(cmsgpack.unpack, text)} "
    "if values[1] and #values > 1 then "
    "assert(pcall(cmsgpack.unpack, cmsgpack.pack(unpack(values, 2)))) end "
    "pcall(cmsgpack.unpack_limit, text, 2, 1) "
    "local format, data = text:sub(1, 8), text:sub(9) "
    "pcall(struct.size, text) pcall(struct.unpack, format, data) "
    "pcall(struct.pack, format, 1, -2, 3.5, data, 2^40, text, 7) "
    "pcall(string.find, data, format) pcall(string.gsub, data, format, '%1') "
    "pcall(string.format, format, 1, 2) "
    "redis.setresp(3) return value";

static struct fake_redis *engine_of(const struct fake_redis_options *options)
{
    static struct fake_redis *engine;
    if (engine)
        fake_redis_reset(engine, options);
    else
        engine = fake_redis_new(options);
    fl_assert(engine);
    return engine;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct fake_clock clock = {.wall_us = INT64_C(1774744200) * 1000000};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock),
                                               .script_steps_max = SCRIPT_STEPS_MAX};
    struct fake_redis_session *session = fake_redis_open(engine_of(&options), "fuzz");
    char header[HEADER_BYTES];
    int count = snprintf(header, sizeof(header), "*4\r\n$4\r\nEVAL\r\n$%zu\r\n", strlen(script));
    fake_redis_feed(session, header, (size_t)count);
    fake_redis_feed(session, script, strlen(script));
    count = snprintf(header, sizeof(header), "\r\n$1\r\n0\r\n$%zu\r\n", length);
    fake_redis_feed(session, header, (size_t)count);
    fake_redis_feed(session, bytes, length);
    fake_redis_feed(session, "\r\n", 2);
    struct fl_span output = fake_redis_output(session);
    fl_assert(output.length && !memmem(output.bytes, output.length, "assertion failed", 16));
    return 0;
}
