/* Scripts as text: whatever a client sends as one is answered, in bounded time and memory; and an
 * engine that has run others before, and was reset, answers the same as a new one. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/assert.h"
#include "fakes/clock/fake_clock.h"
#include "fakes/redis/fake_redis.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { MEMORY_BYTES_MAX = 16 * 1024 * 1024, SCRIPT_STEPS_MAX = 20 * 1000, HEADER_BYTES = 64 };

/* The text as one argument of a command. */
static void send(struct fake_redis_session *session, const char *before, const uint8_t *bytes,
                 size_t length, const char *behind)
{
    char header[HEADER_BYTES];
    int count = snprintf(header, sizeof(header), "%s$%zu\r\n", before, length);
    fl_assert(count > 0 && (size_t)count < sizeof(header));
    fake_redis_feed(session, header, (size_t)count);
    fake_redis_feed(session, bytes, length);
    fake_redis_feed(session, behind, strlen(behind));
}

static struct fl_span answer(struct fake_redis *engine, const uint8_t *bytes, size_t length)
{
    static const char behind[] = "\r\n$1\r\n1\r\n$3\r\nkey\r\n$3\r\narg\r\n";
    struct fake_redis_session *session = fake_redis_open(engine, "fuzz");
    fl_assert(session);
    send(session, "*5\r\n$4\r\nEVAL\r\n", bytes, length, behind);
    send(session, "*3\r\n$8\r\nFUNCTION\r\n$4\r\nLOAD\r\n", bytes, length, "\r\n");
    send(session, "*5\r\n$4\r\nEVAL\r\n", bytes, length, behind);
    return fake_redis_output(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct fake_redis *used; /* by every input before */
    struct fake_clock clock = {.wall_us = INT64_C(1774744200) * 1000000};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock),
                                               .memory_max_bytes = MEMORY_BYTES_MAX,
                                               .script_steps_max = SCRIPT_STEPS_MAX};
    struct fake_redis *fresh = fake_redis_new(&options);
    if (used)
        fake_redis_reset(used, &options);
    else
        used = fake_redis_new(&options);
    fl_assert(fresh && used);
    fl_assert(fl_span_equal(answer(used, bytes, length), answer(fresh, bytes, length)));
    fake_redis_free(fresh);
    fake_redis_reset(used, &options); /* it must not keep our clock */
    return 0;
}
