/* What the rules of the wire do to commands and replies on their way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "carrier_fixture.h"
#include "core/assert.h"
#include "ports/clock.h"

/* Each row is one write of the client, to a server that answers each command at once. */
static struct way {
    const char *name, *rule, *sent, *arrived, *received;
} ways[] = {
    {"without a rule all passes, in one write", "delay 1s command none",
     "a\r\n*2\r\n$1\r\nb\r\n$2\r\nxy\r\n", "a\nb xy\n", "+1\r\n+2\r\n|"},
    {"half a command waits for the rest", "delay 1s command none", "*2\r\n$1\r\nb\r\n$2\r\nx", "",
     ""},
    {"an error is answered in its turn, and nothing arrives", "error readonly command b",
     "a\r\nb\r\nc\r\n", "a\nc\n",
     "+1\r\n-READONLY You can't write against a read only replica.\r\n+2\r\n|"},
    {"a reply is lost behind those before it", "lose-ack command b", "a\r\nb\r\nc\r\n", "a\nb\nc\n",
     "+1\r\n|reset"},
    {"a command breaks the connection behind the replies before it", "reset command b",
     "a\r\nb\r\nc\r\n", "a\n", "+1\r\n|reset"},
    {"a dropped command takes those behind it along", "drop command b", "a\r\nb\r\nc\r\n", "a\n",
     "+1\r\n|"},
    {"a stalled reply takes those behind it along", "stall command b", "a\r\nb\r\nc\r\n",
     "a\nb\nc\n", "+1\r\n|"},
    {"a reply is cut", "cut-reply 3 command b", "a\r\nb\r\nc\r\n", "a\nb\nc\n",
     "+1\r\n|+2\r|closed"},
    {"a reply is cut before its first byte", "cut-reply 0 command b", "a\r\nb\r\n", "a\nb\n",
     "+1\r\n|closed"},
    {"a reply that is cut behind its end is whole", "cut-reply 100 command b", "a\r\nb\r\nc\r\n",
     "a\nb\nc\n", "+1\r\n|+2\r\n|closed"},
    {"a reply comes in slices", "slice 3 command b", "a\r\nb\r\nc\r\n", "a\nb\nc\n",
     "+1\r\n|+2\r|\n|+3\r\n|"},
    {"a repeated command is answered once", "repeat command b", "a\r\nb\r\nc\r\n", "a\nb\nb\nc\n",
     "+1\r\n+2\r\n+4\r\n|"},
    {"a delayed command holds up those behind it", "delay 1s command b", "a\r\nb\r\nc\r\n", "a\n",
     "+1\r\n|"},
    {"a delayed reply holds up those behind it, not their commands", "delay-reply 1s command b",
     "a\r\nb\r\nc\r\n", "a\nb\nc\n", "+1\r\n|"},
    {"a broken stream is handed over as it is", "delay 1s command none", "a\r\n*1\r\n:1\r\nb\r\n",
     "a\nraw *1\r\n:1\r\nb\r\n", "+1\r\n|"},
    {"empty commands are nothing", "error oom nth 2", "\r\n*0\r\na\r\n\r\nb\r\n", "a\n",
     "+1\r\n-OOM command not allowed when used memory > 'maxmemory'.\r\n|"},
    {"a client is known by any of its names", "error noauth client worker", "a\r\n", "",
     "-NOAUTH Authentication required.\r\n|"},
};

static int setup(void **state)
{
    static struct carried carried;
    *state = &carried;
    return carried_init(&carried) ? 0 : -1;
}

static int teardown(void **state)
{
    carried_release(*state);
    return 0;
}

static const char *text(struct fl_buf *buf)
{
    return buf->length ? buf->bytes : "";
}

static void way_row(void **state)
{
    const struct way *way = *state;
    struct carried carried;
    assert_true(carried_init(&carried));
    assert_true(carried_rule(&carried, way->rule));
    carried_send(&carried, way->sent);
    assert_string_equal(text(&carried.arrived), way->arrived);
    assert_string_equal(text(&carried.received), way->received);
    carried_release(&carried);
}

/* As above, but each byte comes alone: the same happens. */
static void way_row_bytewise(void **state)
{
    const struct way *way = *state;
    struct carried carried;
    assert_true(carried_init(&carried));
    assert_true(carried_rule(&carried, way->rule));
    for (const char *at = way->sent; *at; at++)
        carried_send(&carried, (char[]){*at, '\0'});
    assert_string_equal(text(&carried.arrived), way->arrived);
    carried_release(&carried);
}

static void a_delay_ends_and_all_behind_it_goes_on(void **state)
{
    struct carried *carried = *state;
    assert_true(carried_rule(carried, "delay 5s command b"));
    carried_send(carried, "a\r\nb one\r\nc\r\n");
    assert_int_equal(fake_carrier_due_us(&carried->carrier, carried->now_us), 5000000);
    carried_send(carried, "d\r\n"); /* its bytes may move those of the one that waits */
    carried_wait(carried, 4999999);
    assert_string_equal(text(&carried->arrived), "a\n");
    carried_wait(carried, 1);
    assert_string_equal(text(&carried->arrived), "a\nb one\nc\nd\n");
    assert_string_equal(text(&carried->received), "+1\r\n|+2\r\n+3\r\n+4\r\n|");
    assert_int_equal(fake_carrier_due_us(&carried->carrier, carried->now_us), FL_NEVER_US);
}

static void a_delayed_reply_and_its_slices_have_their_times(void **state)
{
    struct carried *carried = *state;
    assert_true(carried_rule(carried, "delay-reply 5s command b"));
    assert_true(carried_rule(carried, "slice 2 1s command b"));
    carried_send(carried, "b\r\nc\r\n");
    assert_int_equal(carried->due_us, 5000000);
    carried_wait(carried, 5000000);
    assert_string_equal(text(&carried->received), "+1|");
    assert_int_equal(carried->due_us, 6000000);
    carried_wait(carried, 1000000);
    assert_string_equal(text(&carried->received), "+1|\r\n|+2\r\n|");
}

static void answers_of_rules_wait_for_a_slow_server(void **state)
{
    struct carried *carried = *state;
    carried->is_slow = true;
    assert_true(carried_rule(carried, "error oom command b"));
    carried_send(carried, "a\r\nb\r\nc\r\n");
    assert_string_equal(text(&carried->arrived), "a\nc\n");
    assert_string_equal(text(&carried->received), "");
    carried_answer(carried);
    carried_receive(carried);
    assert_string_equal(text(&carried->received),
                        "+1\r\n-OOM command not allowed when used memory > 'maxmemory'.\r\n|");
    carried_answer(carried);
    carried_receive(carried);
    assert_true(fake_carrier_is_idle(&carried->carrier));
}

static void a_reply_in_parts_is_one_reply(void **state)
{
    struct carried *carried = *state;
    carried->is_slow = true;
    assert_true(carried_rule(carried, "cut-reply 4 command a"));
    carried_send(carried, "a\r\n");
    fake_carrier_reply(&carried->carrier, FL_SPAN("*1\r\n"), false, 0);
    fake_carrier_push(&carried->carrier, FL_SPAN("(pushed)"), 0);
    fake_carrier_reply(&carried->carrier, FL_SPAN(":1\r\n"), true, 0);
    carried_receive(carried);
    assert_string_equal(text(&carried->received), "*1\r\n|closed");
}

static void what_is_nobodys_reply_passes_every_rule(void **state)
{
    struct carried *carried = *state;
    carried->is_slow = true;
    assert_true(carried_rule(carried, "lose-ack command a"));
    carried_send(carried, "a\r\n");
    fake_carrier_push(&carried->carrier, FL_SPAN(">1\r\n+x\r\n"), 0);
    carried_receive(carried);
    assert_string_equal(text(&carried->received), ">1\r\n+x\r\n|");
    carried_answer(carried);
    carried_receive(carried);
    assert_string_equal(text(&carried->received), ">1\r\n+x\r\n|reset");
}

static void a_busy_server_gets_the_second_copy_later(void **state)
{
    struct carried *carried = *state;
    carried->is_slow = true;
    assert_true(carried_rule(carried, "repeat command a"));
    carried->is_busy = true;
    carried_send(carried, "a\r\nb\r\n");
    assert_string_equal(text(&carried->arrived), "");
    assert_int_equal(fake_carrier_due_us(&carried->carrier, 0), FL_NEVER_US);
    carried->is_busy = false;
    carried_wait(carried, 0);
    assert_string_equal(text(&carried->arrived), "a\na\nb\n");
    for (int i = 0; i < 3; i++)
        carried_answer(carried);
    carried_receive(carried);
    assert_string_equal(text(&carried->received), "+1\r\n+3\r\n|");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest single[] = {
        TEST(a_delay_ends_and_all_behind_it_goes_on),
        TEST(a_delayed_reply_and_its_slices_have_their_times),
        TEST(answers_of_rules_wait_for_a_slow_server),
        TEST(a_reply_in_parts_is_one_reply),
        TEST(what_is_nobodys_reply_passes_every_rule),
        TEST(a_busy_server_gets_the_second_copy_later),
    };
    struct CMUnitTest tests[2 * FL_COUNT(ways) + FL_COUNT(single)];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(ways); i++) {
        tests[count++] = (struct CMUnitTest){ways[i].name, way_row, NULL, NULL, &ways[i]};
        tests[count++] = (struct CMUnitTest){ways[i].name, way_row_bytewise, NULL, NULL, &ways[i]};
    }
    memcpy(tests + count, single, sizeof single);
    count += FL_COUNT(single);
    return _cmocka_run_group_tests("carrier", tests, count, NULL, NULL);
}
