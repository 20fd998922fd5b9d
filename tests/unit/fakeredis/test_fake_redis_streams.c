/* Streams on a clock: the ids that it gives, waiting for entries, and idle times. What two servers
 * can be asked at the same time is compared in tests/conformance. */
#include "redis_fixture.h"

static void an_id_is_the_clocks_millisecond_and_a_count(void **state)
{
    struct redis_fixture *f = *state;
    assert_string_equal(say(f->a, "XADD s * f v"), "$15\r\n1700000000000-0\r\n");
    assert_string_equal(say(f->a, "XADD s * f v"), "$15\r\n1700000000000-1\r\n");
    pass_us(f, 2000);
    assert_string_equal(say(f->a, "XADD s * f v"), "$15\r\n1700000000002-0\r\n");
}

static void ids_never_go_back_with_the_clock(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "XADD s * f v");
    f->clock.wall_us -= 5000000;
    assert_string_equal(say(f->a, "XADD s * f v"), "$15\r\n1700000000000-1\r\n");
}

static void reading_times_out_at_its_deadline(void **state)
{
    struct redis_fixture *f = *state;
    assert_string_equal(say(f->a, "XREAD BLOCK 1500 STREAMS s $"), "");
    assert_int_equal(fake_redis_next_deadline_us(f->engine), START_US + 1500000);
    pass_us(f, 1499999);
    assert_string_equal(heard(f->a), "");
    pass_us(f, 1);
    assert_string_equal(heard(f->a), "*-1\r\n");
}

static void a_reader_hears_of_an_entry_when_it_comes(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "XREAD BLOCK 0 STREAMS s $");
    say(f->b, "XADD s 5-1 f v");
    assert_string_equal(heard(f->a), "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n5-1\r\n"
                                     "*2\r\n$1\r\nf\r\n$1\r\nv\r\n");
}

static void a_reader_that_hangs_up_takes_no_entry_of_its_group(void **state)
{
    struct redis_fixture *f = *state;
    say(f->b, "XGROUP CREATE s g $ MKSTREAM");
    say(f->a, "XREADGROUP GROUP g a BLOCK 0 STREAMS s >");
    fake_redis_close(f->a);
    f->a = NULL;
    say(f->b, "XADD s 5-1 f v");
    assert_string_equal(say(f->b, "XPENDING s g"), "*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n");
}

static void only_what_is_idle_long_enough_is_claimed(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "XGROUP CREATE s g $ MKSTREAM");
    say(f->a, "XADD s 5-1 f v");
    say(f->a, "XREADGROUP GROUP g a STREAMS s >");
    pass_us(f, 59999000);
    assert_string_equal(say(f->b, "XAUTOCLAIM s g b 60000 0 JUSTID"),
                        "*3\r\n$3\r\n0-0\r\n*0\r\n*0\r\n");
    pass_us(f, 1000);
    assert_string_equal(say(f->b, "XPENDING s g - + 1"),
                        "*1\r\n*4\r\n$3\r\n5-1\r\n$1\r\na\r\n:60000\r\n:1\r\n");
    assert_string_equal(say(f->b, "XAUTOCLAIM s g b 60000 0 JUSTID"),
                        "*3\r\n$3\r\n0-0\r\n*1\r\n$3\r\n5-1\r\n*0\r\n");
}

static void the_dump_shows_entries_with_their_fields(void **state)
{
    struct redis_fixture *f = *state;
    struct fl_buf text = FL_BUF_INIT(4096);
    say(f->a, "XADD s 5-1 f v g w");
    say(f->a, "XADD s 5-2 f \"\"");
    assert_int_equal(fake_redis_dump(f->engine, &text), FL_OK);
    assert_true(fl_span_starts(fl_buf_span(&text), FL_SPAN("db0 stream \"s\" ")));
    assert_non_null(strstr(text.bytes, "[5-1{\"f\":\"v\",\"g\":\"w\"},5-2{\"f\":\"\"}]"));
    fl_buf_release(&text);
}

#define ON_A_CLOCK(test)                                                                           \
    cmocka_unit_test_setup_teardown(test, redis_fixture_setup, redis_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_CLOCK(an_id_is_the_clocks_millisecond_and_a_count),
        ON_A_CLOCK(ids_never_go_back_with_the_clock),
        ON_A_CLOCK(reading_times_out_at_its_deadline),
        ON_A_CLOCK(a_reader_hears_of_an_entry_when_it_comes),
        ON_A_CLOCK(a_reader_that_hangs_up_takes_no_entry_of_its_group),
        ON_A_CLOCK(only_what_is_idle_long_enough_is_claimed),
        ON_A_CLOCK(the_dump_shows_entries_with_their_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
