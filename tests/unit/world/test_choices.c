/* One source for every decision: streams that do not disturb each other, and a record that plays
 * again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/choice/choices.h"
#include "harness/memory/memory.h"

enum { TEXT_BYTES_MAX = 1024 * 1024 };

static const char *const tasks[] = {"p1/fetch", "p1/thread-1", "p2/poller"};

static uint64_t draw(struct sim_choices *choices, const char *stream)
{
    return sim_choose_below(choices, SIM_CHOICE_RANDOM, stream, "jitter", UINT64_C(1) << 40);
}

static size_t pick(struct sim_choices *choices)
{
    return sim_choose_name(choices, SIM_CHOICE_SCHEDULE, "world", "next", tasks, FL_COUNT(tasks));
}

static void a_stream_is_not_moved_by_another(void **state)
{
    (void)state;
    struct sim_choices *alone, *together;
    assert_int_equal(sim_choices_from_seed(7, &alone), FL_OK);
    assert_int_equal(sim_choices_from_seed(7, &together), FL_OK);
    for (int i = 0; i < 100; i++) {
        draw(together, "p2");
        pick(together);
        assert_true(draw(alone, "p1") == draw(together, "p1"));
    }
    sim_choices_free(alone);
    sim_choices_free(together);
}

static void a_place_draws_what_the_search_would_find(void **state)
{
    (void)state;
    struct sim_choices *searched, *placed;
    struct fl_buf one = FL_BUF_INIT(TEXT_BYTES_MAX), other = FL_BUF_INIT(TEXT_BYTES_MAX);
    uint32_t jitter = 0, next = 0;
    assert_int_equal(sim_choices_from_seed(7, &searched), FL_OK);
    assert_int_equal(sim_choices_from_seed(7, &placed), FL_OK);
    for (int i = 0; i < 100; i++) {
        uint64_t number = sim_choose_below_at(placed, &jitter, SIM_CHOICE_RANDOM, "p1", "jitter",
                                              UINT64_C(1) << 40);
        assert_true(number == draw(searched, "p1"));
        assert_true(draw(placed, "p2") == draw(searched, "p2"));
        assert_int_equal(sim_choose_name_at(placed, &next, SIM_CHOICE_SCHEDULE, "world", "next",
                                            tasks, FL_COUNT(tasks)),
                         pick(searched));
    }
    assert_int_equal(sim_choices_format(searched, &one), FL_OK);
    assert_int_equal(sim_choices_format(placed, &other), FL_OK);
    assert_string_equal(one.bytes, other.bytes);
    fl_buf_release(&one);
    fl_buf_release(&other);
    sim_choices_free(searched);
    sim_choices_free(placed);
}

static void seeds_and_streams_differ(void **state)
{
    (void)state;
    struct sim_choices *one, *two;
    assert_int_equal(sim_choices_from_seed(1, &one), FL_OK);
    assert_int_equal(sim_choices_from_seed(2, &two), FL_OK);
    uint64_t first = draw(one, "p1");
    assert_true(first != draw(one, "p2"));
    assert_true(first != draw(two, "p1"));
    sim_choices_free(one);
    sim_choices_free(two);
}

static void every_option_comes_up_about_equally_often(void **state)
{
    (void)state;
    struct sim_choices *choices;
    int counts[FL_COUNT(tasks)] = {0};
    assert_int_equal(sim_choices_from_seed(3, &choices), FL_OK);
    for (int i = 0; i < 3000; i++) {
        counts[pick(choices)]++;
    }
    for (size_t i = 0; i < FL_COUNT(tasks); i++) {
        assert_in_range(counts[i], 900, 1100);
    }
    sim_choices_free(choices);
}

static void the_simplest_source_takes_the_first_option_and_zero(void **state)
{
    (void)state;
    struct sim_choices *choices;
    assert_int_equal(sim_choices_simplest(&choices), FL_OK);
    assert_int_equal(pick(choices), 0);
    assert_int_equal(draw(choices, "p1"), 0);
    sim_choices_free(choices);
}

static void fifo_draws_what_is_no_matter_of_time(void **state)
{
    (void)state;
    struct sim_choices *fifo, *seeded;
    assert_int_equal(sim_choices_fifo(7, &fifo), FL_OK);
    assert_int_equal(sim_choices_from_seed(7, &seeded), FL_OK);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(pick(fifo), 0);
        assert_int_equal(sim_choose_below(fifo, SIM_CHOICE_DELAY, "p1", "reply", 1000), 0);
        assert_true(sim_choose_below(fifo, SIM_CHOICE_RANDOM, "p1", "jid", 1000) ==
                    sim_choose_below(seeded, SIM_CHOICE_RANDOM, "p1", "jid", 1000));
    }
    sim_choices_free(fifo);
    sim_choices_free(seeded);
}

static void no_choice_is_recorded_where_there_is_none(void **state)
{
    (void)state;
    struct sim_choices *choices;
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(sim_choices_from_seed(1, &choices), FL_OK);
    assert_int_equal(sim_choose_below(choices, SIM_CHOICE_DELAY, "p1", "reply", 1), 0);
    assert_int_equal(sim_choose_name(choices, SIM_CHOICE_SCHEDULE, "world", "next", tasks, 1), 0);
    assert_int_equal(sim_choices_format(choices, &text), FL_OK);
    assert_int_equal(text.length, 0);
    sim_choices_free(choices);
}

static void a_record_plays_again(void **state)
{
    (void)state;
    struct sim_choices *first, *again;
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    uint32_t line;
    uint64_t drawn[50];
    size_t picked[50];
    assert_int_equal(sim_choices_from_seed(5, &first), FL_OK);
    for (int i = 0; i < 50; i++) {
        drawn[i] = draw(first, i % 2 ? "p1" : "p 2 \"\\");
        picked[i] = pick(first);
    }
    assert_int_equal(sim_choices_format(first, &text), FL_OK);
    assert_int_equal(sim_choices_from_text(fl_buf_span(&text), &again, &line), FL_OK);
    for (int i = 0; i < 50; i++) {
        assert_true(draw(again, i % 2 ? "p1" : "p 2 \"\\") == drawn[i]);
        assert_int_equal(pick(again), picked[i]);
    }
    assert_int_equal(sim_choices_misses(again), 0);
    struct fl_buf text_again = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(sim_choices_format(again, &text_again), FL_OK);
    assert_string_equal(text.bytes, text_again.bytes);
    fl_buf_release(&text);
    fl_buf_release(&text_again);
    sim_choices_free(first);
    sim_choices_free(again);
}

static void what_is_absent_or_impossible_is_the_simplest_and_counted(void **state)
{
    (void)state;
    struct sim_choices *choices;
    uint32_t line;
    const struct fl_span text = FL_SPAN("schedule \"world\" \"next\" 0 \"p9/gone\"\n"
                                        "schedule \"world\" \"next\" 2 \"p2/poller\"\n"
                                        "random \"p1\" \"jitter\" 0 99999999999999\n"
                                        "random \"p3\" \"never\" 0 1\n");
    assert_int_equal(sim_choices_from_text(text, &choices, &line), FL_OK);
    assert_int_equal(pick(choices), 0);       /* no option any more */
    assert_int_equal(pick(choices), 0);       /* not recorded */
    assert_int_equal(pick(choices), 2);       /* as recorded */
    assert_int_equal(draw(choices, "p1"), 0); /* beyond the bound */
    assert_int_equal(sim_choices_misses(choices), 4);
    sim_choices_free(choices);
}

static enum fl_error play_and_format(struct fl_buf *out)
{
    struct sim_choices *choices;
    uint32_t line;
    const struct fl_span text = FL_SPAN("schedule \"world\" \"next\" 0 \"p2/poller\"\n");
    enum fl_error err = sim_choices_from_text(text, &choices, &line);
    if (err) return err;
    for (int i = 0; i < 300; i++) {
        pick(choices);
        draw(choices, i % 2 ? "p1" : "p2");
    }
    err = sim_choices_format(choices, out);
    sim_choices_free(choices);
    return err;
}

/* A draw goes on without memory; what fails is the record. */
static void each_allocation_that_fails_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    bool has_failed = true;
    for (uint64_t nth = 1; has_failed; nth++) {
        struct sim_memory *memory = sim_memory_new(0);
        struct fl_buf out = FL_BUF_INIT(TEXT_BYTES_MAX);
        struct sim_memory *caller = sim_memory_switch(memory);
        sim_memory_fail(memory, nth, false);
        enum fl_error err = play_and_format(&out);
        fl_buf_release(&out);
        sim_memory_switch(caller);
        has_failed = sim_memory_has_failed(memory);
        assert_int_equal(err, has_failed ? FL_ENOMEM : FL_OK);
        assert_int_equal(sim_memory_bytes(memory), 0);
        sim_memory_free(memory);
    }
}

static struct bad_text {
    const char *name, *text;
    uint32_t line;
} bad_texts[] = {
    {"an unknown kind", "shedule \"world\" \"next\" 0 1\n", 1},
    {"no value", "delay \"world\" \"next\" 0\n", 1},
    {"an open quote", "delay \"world\" \"next\" 0 1\ndelay \"world\" \"next 0 1\n", 2},
    {"more behind it", "delay \"world\" \"next\" 0 1 2\n", 1},
    {"a number too large", "delay \"world\" \"next\" 0 99999999999999999999\n", 1},
    {"a backslash at the end", "\n\ndelay \"world\\", 3},
};

static void bad_text_row(void **state)
{
    const struct bad_text *row = *state;
    struct sim_choices *choices;
    uint32_t line = 0;
    assert_int_equal(sim_choices_from_text(fl_span_from(row->text), &choices, &line), FL_EPARSE);
    assert_int_equal(line, row->line);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(bad_texts) + 9] = {
        cmocka_unit_test(a_stream_is_not_moved_by_another),
        cmocka_unit_test(a_place_draws_what_the_search_would_find),
        cmocka_unit_test(seeds_and_streams_differ),
        cmocka_unit_test(every_option_comes_up_about_equally_often),
        cmocka_unit_test(the_simplest_source_takes_the_first_option_and_zero),
        cmocka_unit_test(fifo_draws_what_is_no_matter_of_time),
        cmocka_unit_test(no_choice_is_recorded_where_there_is_none),
        cmocka_unit_test(a_record_plays_again),
        cmocka_unit_test(what_is_absent_or_impossible_is_the_simplest_and_counted),
        cmocka_unit_test(each_allocation_that_fails_is_an_error_and_leaves_nothing),
    };
    for (size_t i = 0; i < FL_COUNT(bad_texts); i++) {
        tests[9 + i] =
            (struct CMUnitTest){bad_texts[i].name, bad_text_row, NULL, NULL, &bad_texts[i]};
    }
    return cmocka_run_group_tests_name("choices", tests, NULL, NULL);
}
