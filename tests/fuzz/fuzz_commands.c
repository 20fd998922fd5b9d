/* The bytes of a Redis client: the fake server survives any of them, how they are cut into pieces
 * does not change what it answers, and what follows its writes holds what it holds. */
#include <stdint.h>

#include "core/assert.h"
#include "fakes/clock/fake_clock.h"
#include "fakes/redis/fake_redis.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { MEMORY_BYTES_MAX = 16 * 1024 * 1024, SCRIPT_STEPS_MAX = 10 * 1000, WRITES_KEPT = 2 };
enum { DUMP_BYTES_MAX = 64 * 1024 * 1024 };

/* A failover that loses nothing changes nothing. */
static void fail_over(struct fake_redis *engine)
{
    struct fl_buf before = FL_BUF_INIT(DUMP_BYTES_MAX), after = FL_BUF_INIT(DUMP_BYTES_MAX);
    fl_assert(fake_redis_state_hash(engine) == fake_redis_state_hash_afresh(engine));
    enum fl_error err = fake_redis_dump(engine, &before);
    if (!err) err = fake_redis_failover(engine, 0, NULL);
    if (!err) err = fake_redis_dump(engine, &after);
    fl_assert(!err);
    fl_assert(fl_span_equal(fl_buf_span(&before), fl_buf_span(&after)));
    fl_assert(fake_redis_state_hash(engine) == fake_redis_state_hash_afresh(engine));
    fl_buf_release(&before);
    fl_buf_release(&after);
}

static uint64_t answer_in_pieces(const uint8_t *bytes, size_t length, size_t piece)
{
    struct fake_clock clock = {.wall_us = INT64_C(1774744200) * 1000000};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock),
                                               .memory_max_bytes = MEMORY_BYTES_MAX,
                                               .script_steps_max = SCRIPT_STEPS_MAX,
                                               .writes_kept = piece == 1 ? WRITES_KEPT : 0,
                                               .track_keys = piece == 1};
    struct fake_redis *engine = fake_redis_new(&options);
    struct fake_redis_session *session = fake_redis_open(engine, "fuzz");
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t at = 0; at < length && !fake_redis_closed(session); at += piece)
        fake_redis_feed(session, bytes + at, length - at < piece ? length - at : piece);
    struct fl_span output = fake_redis_output(session);
    for (size_t i = 0; i < output.length; i++)
        hash = (hash ^ (uint8_t)output.bytes[i]) * UINT64_C(1099511628211);
    if (options.writes_kept) fail_over(engine);
    fake_redis_free(engine);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    fl_assert(answer_in_pieces(bytes, length, length ? length : 1) ==
              answer_in_pieces(bytes, length, 1));
    return 0;
}
