/* Every allocation of carrying, saving, recording and adding faults fails in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../alloc_sweep.h"
#include "carrier_fixture.h"
#include "fakes/clock/fake_clock.h"
#include "fakes/redis/serve/record.h"
#include "fakes/redis/serve/save.h"

enum { SAVED_BYTES_MAX = 1024 * 1024 };

static enum fl_error carry(void *context)
{
    struct carried carried;
    (void)context;
    bool done = carried_init(&carried) && carried_rule(&carried, "error oom command b") &&
                carried_rule(&carried, "slice 2 command c");
    if (done) carried_send(&carried, "a\r\nb\r\n*2\r\n$1\r\nc\r\n$1\r\nx\r\n");
    done = done && !carried.carrier.has_failed;
    if (done) assert_string_equal(carried.arrived.bytes, "a\nc x\n");
    carried_release(&carried);
    return done ? FL_OK : FL_ENOMEM;
}

static void carrying_survives_every_failing_allocation(void **state)
{
    (void)state;
    alloc_sweep(carry, NULL);
}

/* A command that cannot be kept is counted as forgotten. */
static enum fl_error record(void *context)
{
    struct fake_record kept;
    const struct fl_span args[] = {FL_SPAN("SET"), FL_SPAN("a"), FL_SPAN("1")};
    const struct fake_recorded command = {
        .client = "c", .by = "client", .args = args, .count = 3, .reply = FL_SPAN("+OK\r\n")};
    (void)context;
    fake_record_init(&kept);
    fake_record_add(&kept, &command);
    bool forgotten = kept.forgotten;
    assert_int_equal(kept.count, forgotten ? 0 : 1);
    fake_record_release(&kept);
    return forgotten ? FL_ENOMEM : FL_OK;
}

static void recording_survives_every_failing_allocation(void **state)
{
    (void)state;
    alloc_sweep(record, NULL);
}

static const char commands[] =
    "SET s hello\r\nRPUSH l a b\r\nHSET h f v\r\nSADD t x y\r\n"
    "ZADD z 1 a 2 b\r\nPEXPIREAT s 99999999999999\r\n"
    "XADD x 1-1 f v\r\nXADD x 1-2 g 1\r\nXADD x 1-3 f v\r\nXDEL x 1-2\r\n"
    "XGROUP CREATE x g 0\r\nXREADGROUP GROUP g c STREAMS x >\r\n";

static struct fake_redis *new_engine(struct fake_clock *clock)
{
    return fake_redis_new(&(struct fake_redis_options){.clock = fake_clock_port(clock)});
}

static struct fake_redis *new_full_engine(struct fake_clock *clock)
{
    alloc_sweep_pause();
    struct fake_redis *full = new_engine(clock);
    struct fake_redis_session *session = fake_redis_open(full, "test");
    fake_redis_feed(session, commands, sizeof commands - 1);
    fake_redis_close(session);
    alloc_sweep_resume();
    return full;
}

static enum fl_error save_and_load(void *context)
{
    struct fake_clock clock = {.wall_us = 1000};
    struct fake_redis *full = new_full_engine(&clock), *again = new_engine(&clock);
    struct fl_buf text = FL_BUF_INIT(SAVED_BYTES_MAX);
    char problem[FAKE_SAVE_PROBLEM_BYTES];
    (void)context;
    enum fl_error err = again ? FL_OK : FL_ENOMEM;
    if (!err) err = fake_save_format(full, 1, &text);
    if (!err) err = fake_save_parse(again, fl_buf_span(&text), problem);
    if (!err) assert_true(fake_redis_state_hash(again) == fake_redis_state_hash(full));
    fl_buf_release(&text);
    fake_redis_free(again);
    fake_redis_free(full);
    return err;
}

static void saving_survives_every_failing_allocation(void **state)
{
    (void)state;
    alloc_sweep(save_and_load, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carrying_survives_every_failing_allocation),
        cmocka_unit_test(recording_survives_every_failing_allocation),
        cmocka_unit_test(saving_survives_every_failing_allocation),
    };
    return cmocka_run_group_tests_name("serve_memory", tests, NULL, NULL);
}
