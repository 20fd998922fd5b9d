/* A saved keyspace: any file is read or refused, and what was read is saved as what was read. The
 * checksum is made right first, or hardly an input would get behind it. */
#include <inttypes.h>
#include <stdint.h>

#include "core/assert.h"
#include "fakes/clock/fake_clock.h"
#include "fakes/redis/rdb/crc64.h"
#include "fakes/redis/serve/save.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { KEYS_MAX = 16, BYTES_MAX = 16 * 1024 * 1024 };

static struct fake_redis *new_engine(struct fake_clock *clock)
{
    return fake_redis_new(&(struct fake_redis_options){.clock = fake_clock_port(clock)});
}

static void save_and_read_again(struct fake_redis *engine, struct fake_clock *clock)
{
    char problem[FAKE_SAVE_PROBLEM_BYTES];
    struct fl_buf first = FL_BUF_INIT(BYTES_MAX), second = FL_BUF_INIT(BYTES_MAX);
    struct fake_redis *again = new_engine(clock);
    enum fl_error err = fake_save_format(engine, 1, &first);
    if (!err) err = fake_save_parse(again, fl_buf_span(&first), problem);
    if (!err) err = fake_save_format(again, 1, &second);
    fl_assert(!err);
    fl_assert(fl_span_equal(fl_buf_span(&first), fl_buf_span(&second)));
    fake_redis_free(again);
    fl_buf_release(&first);
    fl_buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char problem[FAKE_SAVE_PROBLEM_BYTES];
    for (unsigned keys = 0; keys < KEYS_MAX; keys++) {
        struct fake_clock clock = {.wall_us = 1000};
        struct fake_redis *engine = new_engine(&clock);
        struct fl_buf text = FL_BUF_INIT(BYTES_MAX);
        enum fl_error err = fl_buf_append(&text, bytes, length);
        if (!err)
            err = fl_buf_printf(&text, "end %u %016" PRIx64 "\n", keys,
                                fake_crc64(fl_buf_span(&text)));
        if (!err && fake_save_parse(engine, fl_buf_span(&text), problem) == FL_OK)
            save_and_read_again(engine, &clock);
        fake_redis_free(engine);
        fl_buf_release(&text);
    }
    return 0;
}
