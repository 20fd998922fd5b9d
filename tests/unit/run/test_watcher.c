/* A watcher is told what the server of a run hears, says and suffers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/run/watcher.h"
#include "harness/scenario/parse.h"
#include "playing.h"

struct seen {
    struct fl_buf sent, answered;
    unsigned hung_up, expired, ailed, forgotten, replaced, ended;
    size_t keys_left;
};

static void see_sent(void *self, uint64_t connection, struct fl_span bytes)
{
    (void)connection;
    assert_int_equal(fl_buf_append_span(&((struct seen *)self)->sent, bytes), FL_OK);
}

static void see_answered(void *self, uint64_t connection, struct fl_span bytes)
{
    (void)connection;
    assert_int_equal(fl_buf_append_span(&((struct seen *)self)->answered, bytes), FL_OK);
}

static void see_hung_up(void *self, uint64_t connection)
{
    (void)connection;
    ((struct seen *)self)->hung_up++;
}

static void see_expired(void *self, unsigned db, struct fl_span key)
{
    struct seen *seen = self;
    seen->expired += db == 0 && fl_span_is(key, "process_cleanup");
}

static void see_ailed(void *self, unsigned states, size_t memory_max_bytes)
{
    (void)memory_max_bytes;
    ((struct seen *)self)->ailed |= states;
}

static void see_forgotten(void *self)
{
    ((struct seen *)self)->forgotten++;
}

static void see_replaced(void *self, struct fake_redis *engine)
{
    size_t count;
    ((struct seen *)self)->replaced++;
    assert_null(fake_redis_keys(engine, 0, &count)); /* all were deleted */
}

static void see_ended(void *self, struct fake_redis *engine)
{
    struct seen *seen = self;
    seen->ended++;
    fake_redis_keys(engine, 0, &seen->keys_left);
}

static void
a_watcher_is_told_what_the_server_hears_says_and_suffers_and_changes_nothing(void **state)
{
    (void)state;
    struct seen seen = {.sent = FL_BUF_INIT(1024 * 1024), .answered = FL_BUF_INIT(1024 * 1024)};
    const struct run_watcher watcher = {
        .self = &seen,
        .sent = see_sent,
        .answered = see_answered,
        .hung_up = see_hung_up,
        .expired = see_expired,
        .ailed = see_ailed,
        .scripts_forgotten = see_forgotten,
        .keys_replaced = see_replaced,
        .ended = see_ended,
    };
    struct plan *plan = playing_read(HEAD "processes 2\nenqueue a PlainWorker []\n"
                                          "enqueue b PlainWorker [] when +5m\n"
                                          "fault flushall at +1s\n"
                                          "fault pause p1 200s at +15s\n"
                                          "fault redis oom for 1s at +20s\n"
                                          "fault script-flush at +22s\n"
                                          "expect a done\n");
    struct run_result alone, watched;
    struct sim_choices *choices;
    play_plan(plan, 1, -1, &alone);
    assert_int_equal(sim_choices_from_seed(1, &choices), FL_OK);
    const struct run_order order = {
        .house = playing_house, .plan = plan, .choices = choices, .sweep = -1, .watcher = &watcher};
    run_play(&order, &watched);
    assert_int_equal(watched.verdict, alone.verdict);
    assert_memory_equal(watched.trace_hash, alone.trace_hash, sizeof alone.trace_hash);
    assert_non_null(strstr(seen.sent.bytes, "SADD\r\n$5\r\nfirst\r\n$1\r\nx\r\n"));
    assert_non_null(strstr(seen.sent.bytes, "BLMOVE"));
    assert_non_null(strstr(seen.answered.bytes, "PlainWorker"));
    assert_non_null(strstr(seen.answered.bytes, "*-1\r\n"));
    assert_true(seen.hung_up > 2);
    assert_true(seen.expired > 0);
    assert_int_equal(seen.ailed, FAKE_REDIS_OOM);
    assert_int_equal(seen.forgotten, 1);
    assert_int_equal(seen.replaced, 1);
    assert_int_equal(seen.ended, 1);
    assert_true(seen.keys_left > 0);
    fl_buf_release(&seen.sent);
    fl_buf_release(&seen.answered);
    run_result_release(&alone);
    run_result_release(&watched);
    sim_choices_free(choices);
    scenario_plan_free(plan);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_watcher_is_told_what_the_server_hears_says_and_suffers_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, playing_open_house, playing_close_house);
}
