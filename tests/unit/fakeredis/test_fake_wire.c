/* Rules for what goes wrong between a client and a Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/assert.h"
#include "fakes/redis/wire/rule_text.h"
#include "fakes/redis/wire/wire.h"

enum { WORDS_MAX = 32 };

static size_t split(char *line, struct fl_span *words)
{
    size_t count = 0;
    for (char *rest, *word = strtok_r(line, " ", &rest); word && count < WORDS_MAX;
         word = strtok_r(NULL, " ", &rest))
        words[count++] = fl_span_from(word);
    return count;
}

static int setup(void **state)
{
    *state = fake_wire_new(1);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    fake_wire_free(*state);
    return 0;
}

static uint32_t add(struct fake_wire *wire, const char *text)
{
    char line[256];
    struct fl_span words[WORDS_MAX];
    struct fake_wire_rule rule;
    size_t bad;
    const char *expected;
    uint32_t id;
    snprintf(line, sizeof line, "%s", text);
    assert_int_equal(fake_wire_rule_parse(words, split(line, words), &rule, &bad, &expected),
                     FL_OK);
    assert_int_equal(fake_wire_add(wire, &rule, &id), FL_OK);
    return id;
}

static struct fake_wire_decision ask(struct fake_wire *wire, const char *client, const char *text)
{
    char line[256];
    struct fl_span words[WORDS_MAX];
    snprintf(line, sizeof line, "%s", text);
    size_t count = split(line, words);
    return fake_wire_command(wire, fl_span_from(client), words, count, 0);
}

static bool is_error(struct fake_wire *wire, const char *client, const char *text)
{
    return ask(wire, client, text).request == FAKE_WIRE_IS_ANSWERED;
}

static void lets_all_pass_without_rules(void **state)
{
    struct fake_wire_decision decision = ask(*state, "p1", "GET k");
    assert_int_equal(decision.request, FAKE_WIRE_PASSES);
    assert_int_equal(decision.ending, FAKE_WIRE_WHOLE);
    assert_int_equal(decision.request_delay_us + decision.reply_delay_us, 0);
    assert_int_equal(fake_wire_piece(&decision, 0, 100), 100);
    assert_false(fake_wire_refuses(*state, FL_SPAN("p1"), 0));
}

static void answers_in_the_place_of_the_server(void **state)
{
    add(*state, "error readonly");
    struct fake_wire_decision decision = ask(*state, "p1", "SET k v");
    assert_int_equal(decision.request, FAKE_WIRE_IS_ANSWERED);
    assert_true(
        fl_span_is(decision.answer, "READONLY You can't write against a read only replica."));
    assert_int_equal(ask(*state, "p1", "SET k v").request, FAKE_WIRE_PASSES);
}

static void finds_a_command_by_its_name_in_any_case(void **state)
{
    add(*state, "error oom command L*push always");
    assert_true(is_error(*state, "p1", "LPUSH q a"));
    assert_true(is_error(*state, "p1", "lpush q a"));
    assert_false(is_error(*state, "p1", "RPUSH q a"));
}

static void finds_a_subcommand_by_two_words(void **state)
{
    struct fake_wire_rule rule = {.verb = FAKE_WIRE_RESET, .command = FL_SPAN("Script Lo*")};
    uint32_t id;
    assert_int_equal(fake_wire_add(*state, &rule, &id), FL_OK);
    assert_int_equal(ask(*state, "p1", "SCRIPT LOAD x").request, FAKE_WIRE_BREAKS);
    assert_int_equal(ask(*state, "p1", "SCRIPT FLUSH").request, FAKE_WIRE_PASSES);
    assert_int_equal(ask(*state, "p1", "SCRIPT").request, FAKE_WIRE_PASSES);
}

static void finds_a_key_among_keys_only(void **state)
{
    add(*state, "error oom key queue:* always");
    assert_true(is_error(*state, "p1", "LMOVE a queue:b LEFT RIGHT"));
    assert_true(is_error(*state, "p1", "MSET a 1 queue:b 2"));
    assert_true(is_error(*state, "p1", "BLPOP a b queue:c 0"));
    assert_false(is_error(*state, "p1", "LPUSH a queue:b"));
    assert_false(is_error(*state, "p1", "MSET a queue:b c 2"));
    assert_false(is_error(*state, "p1", "BLPOP a b queue:0"));
    assert_false(is_error(*state, "p1", "PING queue:b"));
    assert_false(is_error(*state, "p1", "NOSUCH queue:b"));
}

static void knows_a_client_by_any_of_its_names(void **state)
{
    add(*state, "error oom client worker-? always");
    assert_true(is_error(*state, "127.0.0.1:4711 worker-1 redis-py", "PING"));
    assert_true(is_error(*state, "worker-1", "PING"));
    assert_true(is_error(*state, "127.0.0.1:4711 worker-1", "PING"));
    assert_false(is_error(*state, "127.0.0.1:4711 my-worker-1 ", "PING"));
    assert_false(is_error(*state, "", "PING"));
}

static void finds_an_argument_and_a_client(void **state)
{
    add(*state, "error oom arg *import* client p?/fetch always");
    assert_true(is_error(*state, "p1/fetch", "LPUSH q {import}"));
    assert_false(is_error(*state, "p1/fetch", "LPUSH q {mail}"));
    assert_false(is_error(*state, "web", "LPUSH q {import}"));
    assert_false(is_error(*state, "p1/fetch", "import"));
}

static void counts_only_what_matches_everything(void **state)
{
    add(*state, "error oom command lpush key q nth 3");
    bool want[] = {false, false, true, false};
    for (size_t i = 0; i < FL_COUNT(want); i++) {
        assert_false(is_error(*state, "p1", "LPUSH other a"));
        assert_int_equal(is_error(*state, "p1", "LPUSH q a"), want[i]);
    }
    struct fake_wire_status status = fake_wire_at(*state, 0);
    assert_int_equal(status.matched, 4);
    assert_int_equal(status.fired, 1);
}

static void fires_every_so_often_and_so_many_times(void **state)
{
    add(*state, "error oom nth 2 every 3 times 2");
    for (int i = 1; i <= 20; i++)
        assert_int_equal(is_error(*state, "p1", "PING"), i == 2 || i == 5);
}

static void leaves_it_to_chance_the_same_for_the_same_seed(void **state)
{
    (void)state;
    int fired[2] = {0};
    for (int run = 0; run < 2; run++) {
        struct fake_wire *wire = fake_wire_new(7);
        add(wire, "error oom p 1/4 always");
        add(wire, "delay 1s p 1/2 always"); /* has a dice of its own */
        for (int i = 0; i < 1000; i++)
            fired[run] = fired[run] * 31 + is_error(wire, "p1", "PING");
        uint64_t count = fake_wire_at(wire, 0).fired;
        assert_in_range(count, 200, 300);
        fake_wire_free(wire);
    }
    assert_int_equal(fired[0], fired[1]);
}

static void cuts_and_slices_a_reply(void **state)
{
    add(*state, "cut-reply 7");
    add(*state, "slice 3 10ms");
    struct fake_wire_decision decision = ask(*state, "p1", "GET k");
    assert_int_equal(decision.request, FAKE_WIRE_PASSES);
    assert_int_equal(decision.ending, FAKE_WIRE_CLOSES);
    assert_int_equal(decision.slice_pause_us, 10000);
    assert_int_equal(fake_wire_piece(&decision, 0, 100), 3);
    assert_int_equal(fake_wire_piece(&decision, 3, 2), 2);
    assert_int_equal(fake_wire_piece(&decision, 5, 100), 2);
    assert_int_equal(fake_wire_piece(&decision, 7, 100), 0);
}

static struct ending_case {
    const char *name, *rule;
    enum fake_wire_request request;
    enum fake_wire_ending ending;
    size_t arrive;
} endings[] = {
    {"drop: never reaches the server", "drop", FAKE_WIRE_IS_DROPPED, FAKE_WIRE_WHOLE, SIZE_MAX},
    {"stall: applied and never answered", "stall", FAKE_WIRE_PASSES, FAKE_WIRE_STALLS, 0},
    {"reset: before it is applied", "reset", FAKE_WIRE_BREAKS, FAKE_WIRE_WHOLE, SIZE_MAX},
    {"lose-ack: applied and reset", "lose-ack", FAKE_WIRE_PASSES, FAKE_WIRE_RESETS, 0},
    {"cut-reply: may cut before the first byte", "cut-reply 0", FAKE_WIRE_PASSES, FAKE_WIRE_CLOSES,
     0},
    {"repeat: reaches the server twice", "repeat", FAKE_WIRE_PASSES_TWICE, FAKE_WIRE_WHOLE,
     SIZE_MAX},
};

static void ending_row(void **state)
{
    const struct ending_case *row = *state;
    struct fake_wire *wire = fake_wire_new(1);
    add(wire, row->rule);
    struct fake_wire_decision decision = ask(wire, "p1", "GET k");
    assert_int_equal(decision.request, row->request);
    assert_int_equal(decision.ending, row->ending);
    assert_int_equal(decision.reply_bytes_max, row->arrive);
    fake_wire_free(wire);
}

static void adds_delays_up_and_lets_the_first_ending_win(void **state)
{
    add(*state, "delay 2s");
    add(*state, "delay 3s");
    add(*state, "delay-reply 1s");
    add(*state, "repeat");
    add(*state, "error oom");
    add(*state, "reset");
    add(*state, "stall");
    add(*state, "cut-reply 4");
    struct fake_wire_decision decision = ask(*state, "p1", "GET k");
    assert_int_equal(decision.request_delay_us, 5000000);
    assert_int_equal(decision.reply_delay_us, 1000000);
    assert_int_equal(decision.request, FAKE_WIRE_IS_ANSWERED);
    assert_int_equal(decision.ending, FAKE_WIRE_STALLS);
}

static void refuses_connections_for_a_time(void **state)
{
    add(*state, "refuse 5s client p1 nth 2");
    assert_false(fake_wire_refuses(*state, FL_SPAN("p1"), 0));
    assert_false(fake_wire_refuses(*state, FL_SPAN("p2"), 0));
    assert_true(fake_wire_refuses(*state, FL_SPAN("p1"), 1000000));
    assert_false(fake_wire_refuses(*state, FL_SPAN("p2"), 1000001));
    assert_true(fake_wire_refuses(*state, FL_SPAN("p1"), 5999999));
    assert_false(fake_wire_refuses(*state, FL_SPAN("p1"), 6000000));
    assert_int_equal(fake_wire_at(*state, 0).fired, 1);
}

static void refuses_one_connection_when_no_time_is_told(void **state)
{
    add(*state, "refuse");
    assert_true(fake_wire_refuses(*state, FL_SPAN("p1"), 0));
    assert_false(fake_wire_refuses(*state, FL_SPAN("p1"), 0));
}

static void refuses_connections_from_a_command_on(void **state)
{
    uint32_t id = add(*state, "refuse 5s command lpush");
    assert_false(fake_wire_refuses(*state, FL_SPAN("p1"), 0));
    assert_int_equal(ask(*state, "p1", "LPUSH q a").request, FAKE_WIRE_PASSES);
    assert_true(fake_wire_refuses(*state, FL_SPAN("p2"), 4999999));
    assert_true(fake_wire_remove(*state, id));
    assert_false(fake_wire_refuses(*state, FL_SPAN("p2"), 4999999));
}

static void removes_by_an_id_that_is_given_once(void **state)
{
    uint32_t first = add(*state, "error oom");
    uint32_t second = add(*state, "reset");
    assert_true(fake_wire_remove(*state, first));
    assert_false(fake_wire_remove(*state, first));
    assert_int_equal(fake_wire_count(*state), 1);
    assert_int_equal(fake_wire_at(*state, 0).id, second);
    fake_wire_clear(*state);
    assert_int_equal(fake_wire_count(*state), 0);
    assert_true(add(*state, "drop") > second);
}

static void refuses_rules_without_sense(void **state)
{
    const struct fake_wire_rule rules[] = {
        {.verb = FAKE_WIRE_ERROR},
        {.verb = FAKE_WIRE_ERROR, .text = FL_SPAN("ERR a\r\n+OK")},
        {.verb = FAKE_WIRE_SLICE},
        {.verb = FAKE_WIRE_DELAY, .duration_us = -1},
        {.verb = FAKE_WIRE_RESET, .chance_of = 2, .chance_in = 1},
        {.verb = FAKE_WIRE_RESET, .chance_in = 1},
    };
    uint32_t id;
    for (size_t i = 0; i < FL_COUNT(rules); i++)
        assert_int_equal(fake_wire_add(*state, &rules[i], &id), FL_EINVAL);
}

static void holds_so_many_rules_and_no_more(void **state)
{
    uint32_t id;
    struct fake_wire_rule rule = {.verb = FAKE_WIRE_RESET, .client = FL_SPAN("nobody")};
    for (int i = 0; i < FAKE_WIRE_RULES_MAX; i++)
        assert_int_equal(fake_wire_add(*state, &rule, &id), FL_OK);
    assert_int_equal(fake_wire_add(*state, &rule, &id), FL_EBOUND);
}

/* A line, and how it is printed; NULL: it is refused at the word with this index. */
static struct text_case {
    const char *name, *line, *printed;
    size_t bad;
} texts[] = {
    {"text: a known error prints by its name", "error misconf", "error misconf", 0},
    {"text: every matcher",
     "slice 1 250ms command BLMOVE key q:* arg 0 client p1 nth 3 every 2 p 1/50 times 4",
     "slice 1 250ms command BLMOVE key q:* arg 0 client p1 nth 3 every 2 p 1/50 times 4", 0},
    {"text: always", "refuse always", "refuse always", 0},
    {"text: once is not told", "refuse 5s times 1", "refuse 5s", 0},
    {"text: nothing at all", "", NULL, 0},
    {"text: an unknown verb", "explode", NULL, 0},
    {"text: an error that nobody knows", "error nosuch", NULL, 1},
    {"text: a missing number of bytes", "cut-reply", NULL, 1},
    {"text: a slice of nothing", "slice 0", NULL, 1},
    {"text: a missing duration", "delay", NULL, 1},
    {"text: a verb without argument takes none", "drop 5s", NULL, 1},
    {"text: an unknown matcher", "drop when x", NULL, 1},
    {"text: a matcher twice", "drop key a key b", NULL, 3},
    {"text: times and always", "drop times 2 always", NULL, 3},
    {"text: a chance over one", "drop p 3/2", NULL, 2},
    {"text: the 0th", "drop nth 0", NULL, 2},
    {"text: a matcher without its text", "drop key", NULL, 2},
};

static void text_row(void **state)
{
    const struct text_case *row = *state;
    char line[256];
    struct fl_span words[WORDS_MAX];
    struct fake_wire_rule rule;
    size_t bad = 99;
    const char *expected = NULL;
    snprintf(line, sizeof line, "%s", row->line);
    enum fl_error err = fake_wire_rule_parse(words, split(line, words), &rule, &bad, &expected);
    assert_int_equal(err, row->printed ? FL_OK : FL_EINVAL);
    if (err) {
        assert_int_equal(bad, row->bad);
        assert_non_null(expected);
        return;
    }
    struct fl_buf out = FL_BUF_INIT(1024);
    assert_int_equal(fake_wire_rule_format(&rule, &out), FL_OK);
    assert_string_equal(out.bytes, row->printed);
    fl_buf_release(&out);
}

static void prints_texts_with_blanks_in_quotes(void **state)
{
    (void)state;
    struct fake_wire_rule rule = {
        .text = FL_SPAN("ERR say \"no\""), .argument = FL_SPAN("a b\\"), .times = 1};
    struct fl_buf out = FL_BUF_INIT(1024);
    assert_int_equal(fake_wire_rule_format(&rule, &out), FL_OK);
    assert_string_equal(out.bytes, "error \"ERR say \\\"no\\\"\" arg \"a b\\\\\"");
    fl_buf_release(&out);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(lets_all_pass_without_rules),
        TEST(answers_in_the_place_of_the_server),
        TEST(finds_a_command_by_its_name_in_any_case),
        TEST(finds_a_subcommand_by_two_words),
        TEST(finds_a_key_among_keys_only),
        TEST(knows_a_client_by_any_of_its_names),
        TEST(finds_an_argument_and_a_client),
        TEST(counts_only_what_matches_everything),
        TEST(fires_every_so_often_and_so_many_times),
        TEST(leaves_it_to_chance_the_same_for_the_same_seed),
        TEST(cuts_and_slices_a_reply),
        TEST(adds_delays_up_and_lets_the_first_ending_win),
        TEST(refuses_connections_for_a_time),
        TEST(refuses_one_connection_when_no_time_is_told),
        TEST(refuses_connections_from_a_command_on),
        TEST(removes_by_an_id_that_is_given_once),
        TEST(refuses_rules_without_sense),
        TEST(holds_so_many_rules_and_no_more),
        TEST(prints_texts_with_blanks_in_quotes),
    };
#undef TEST
    struct CMUnitTest rows[FL_COUNT(endings) + FL_COUNT(texts)];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(endings); i++)
        rows[count++] = (struct CMUnitTest){endings[i].name, ending_row, NULL, NULL, &endings[i]};
    for (size_t i = 0; i < FL_COUNT(texts); i++)
        rows[count++] = (struct CMUnitTest){texts[i].name, text_row, NULL, NULL, &texts[i]};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + cmocka_run_group_tests(rows, NULL, NULL);
}
