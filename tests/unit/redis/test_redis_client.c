/* The rules of a batch: which commands were answered, and what is said of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "posix/clock.h"
#include "posix/threads.h"
#include "redis/client.h"
#include "scripted_transport.h"

struct fixture {
    struct scripted script;
    struct fl_threads *threads;
    struct fl_redis_client *client;
    struct fl_redis_options options;
    struct fl_replies replies;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fl_assert(f != NULL);
    *state = f;
    return fl_threads_new(&f->threads) != FL_OK;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fl_replies_release(&f->replies);
    fl_redis_client_free(f->client);
    assert_int_equal(f->script.opened,
                     f->script.closed + (f->script.sessions[0].open_err != FL_OK));
    fl_threads_free(f->threads);
    scripted_release(&f->script);
    free(f);
    return 0;
}

static enum fl_error exec(struct fixture *f, const struct fl_command *commands, size_t count)
{
    if (!f->client)
        assert_int_equal(fl_redis_client_new(&f->options, scripted_transport(&f->script),
                                             fl_posix_clock(), fl_threads_port(f->threads),
                                             &f->client),
                         FL_OK);
    fl_replies_release(&f->replies);
    return fl_redis_exec(fl_redis_client_port(f->client), commands, count, FL_NEVER_US,
                         &f->replies);
}

static const struct fl_span ping_args[] = {FL_SPAN("PING")};
static const struct fl_command ping = {ping_args, 1};

/* `count` PINGs in one batch. */
static enum fl_error ping_times(struct fixture *f, size_t count)
{
    struct fl_command commands[64];
    fl_assert(count <= FL_COUNT(commands));
    for (size_t i = 0; i < count; i++)
        commands[i] = ping;
    return exec(f, commands, count);
}

static void sixteen_of_64_replies_are_counted_when_the_17th_is_lost(void **state)
{
    struct fixture *f = *state;
    static char answers[16 * 7 + 1];
    for (int i = 0; i < 16; i++)
        memcpy(answers + i * 7, "+PONG\r\n", 8);
    f->script.sessions[0] = (struct session){.answers = answers, .end_err = FL_ELOST};
    f->script.sessions[1] = (struct session){.answers = "+PONG\r\n"};
    assert_int_equal(ping_times(f, 64), FL_ELOST);
    assert_int_equal(f->replies.count, 16);
    assert_string_equal(f->replies.items[15].text.bytes, "PONG");
    assert_int_equal(ping_times(f, 1), FL_OK); /* on a new connection, and only what is new */
    assert_int_equal(f->script.opened, 2);
    assert_int_equal(f->script.sent.length, 65 * strlen("*1\r\n$4\r\nPING\r\n"));
}

static void a_server_that_cannot_be_reached_has_applied_nothing(void **state)
{
    struct fixture *f = *state;
    f->script.sessions[0].open_err = FL_ETIMEDOUT;
    assert_int_equal(ping_times(f, 2), FL_ECONNECT);
    assert_int_equal(f->replies.count, 0);
    assert_int_equal(f->script.sent.length, 0);
}

static void a_send_that_breaks_may_have_been_applied(void **state)
{
    struct fixture *f = *state;
    f->script.sessions[0].send_err = FL_ELOST;
    assert_int_equal(ping_times(f, 2), FL_ELOST);
    assert_int_equal(f->replies.count, 0);
}

static void a_connection_that_was_closed_meanwhile_costs_nothing(void **state)
{
    struct fixture *f = *state;
    f->script.sessions[0] = (struct session){.answers = "+PONG\r\n", .ends_idle = true};
    f->script.sessions[1].answers = "+PONG\r\n";
    assert_int_equal(ping_times(f, 1), FL_OK);
    assert_int_equal(ping_times(f, 1), FL_OK);
    assert_int_equal(f->script.opened, 2);
    assert_int_equal(f->script.closed, 1);
}

static void a_silent_server_is_a_timeout_and_its_late_reply_is_not_taken_for_another(void **state)
{
    struct fixture *f = *state;
    f->script.sessions[0].answers = "+OK\r\n";
    f->script.sessions[1].answers = "+PONG\r\n";
    assert_int_equal(ping_times(f, 2), FL_ETIMEDOUT);
    assert_int_equal(f->replies.count, 1);
    assert_int_equal(ping_times(f, 1), FL_OK);
    assert_string_equal(f->replies.items[0].text.bytes, "PONG");
    assert_int_equal(f->script.closed, 1);
}

static void what_is_not_resp_is_a_protocol_error(void **state)
{
    struct fixture *f = *state;
    f->script.sessions[0].answers = "+PONG\r\nHTTP/1.1 400 Bad Request\r\n\r\n";
    assert_int_equal(ping_times(f, 2), FL_EPROTOCOL);
    assert_int_equal(f->replies.count, 1);
}

static void an_array_of_a_thousand_million_elements_is_refused(void **state)
{
    struct fixture *f = *state;
    f->script.sessions[0].answers = "*1000000000\r\n";
    assert_int_equal(ping_times(f, 1), FL_ELOST);
}

static void every_kind_of_reply_arrives_in_pieces_of_one_byte(void **state)
{
    struct fixture *f = *state;
    static const char answers[] = "*4\r\n:-7\r\n$3\r\na\0b\r\n*2\r\n+x\r\n$-1\r\n*0\r\n"
                                  "-WRONGTYPE no\r\n";
    f->script.piece_bytes = 1;
    f->script.sessions[0].answers = answers;
    f->script.sessions[0].answers_length = sizeof answers - 1;
    assert_int_equal(ping_times(f, 2), FL_OK);
    const struct fl_reply *all = &f->replies.items[0];
    assert_int_equal(all->type, FL_REPLY_ARRAY);
    assert_int_equal(all->count, 4);
    assert_int_equal(all->elements[0].integer, -7);
    assert_int_equal(all->elements[1].type, FL_REPLY_STRING);
    assert_memory_equal(all->elements[1].text.bytes, "a\0b", 3);
    assert_int_equal(all->elements[2].elements[0].type, FL_REPLY_STATUS);
    assert_int_equal(all->elements[2].elements[1].type, FL_REPLY_NIL);
    assert_int_equal(all->elements[3].type, FL_REPLY_ARRAY);
    assert_int_equal(all->elements[3].count, 0);
    assert_int_equal(f->replies.items[1].type, FL_REPLY_ERROR);
    assert_string_equal(f->replies.items[1].text.bytes, "WRONGTYPE no");
}

static void arguments_are_counted_bytes(void **state)
{
    struct fixture *f = *state;
    static const struct fl_span args[] = {FL_SPAN("SET"), FL_SPAN("k\r\n\0"), {NULL, 0}};
    static const char want[] = "*3\r\n$3\r\nSET\r\n$4\r\nk\r\n\0\r\n$0\r\n\r\n";
    const struct fl_command set = {args, 3};
    f->script.sessions[0].answers = "+OK\r\n";
    assert_int_equal(exec(f, &set, 1), FL_OK);
    assert_int_equal(f->script.sent.length, sizeof want - 1);
    assert_memory_equal(f->script.sent.bytes, want, sizeof want - 1);
}

static void login_and_database_come_before_the_first_batch(void **state)
{
    struct fixture *f = *state;
    static const char want[] = "*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$6\r\nsecret\r\n"
                               "*2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n*1\r\n$4\r\nPING\r\n";
    f->options.login = (struct fl_redis_login){"ann", "secret", 12};
    f->script.sessions[0].answers = "+OK\r\n+OK\r\n+PONG\r\n";
    assert_int_equal(ping_times(f, 1), FL_OK);
    assert_string_equal(f->script.sent.bytes, want);
}

static void a_refused_login_is_no_connection_and_says_why(void **state)
{
    struct fixture *f = *state;
    char problem[FL_REDIS_PROBLEM_BYTES];
    f->options.login.password = "wrong";
    f->script.sessions[0].answers = "-WRONGPASS invalid username-password pair\r\n";
    f->script.sessions[1].answers = "+OK\r\n+PONG\r\n";
    assert_int_equal(ping_times(f, 1), FL_ECONNECT);
    fl_redis_client_problem(f->client, problem);
    assert_string_equal(problem, "WRONGPASS invalid username-password pair");
    assert_int_equal(ping_times(f, 1), FL_OK);
    fl_redis_client_problem(f->client, problem);
    assert_string_equal(problem, "");
}

static void after_readonly_the_next_batch_looks_for_the_new_primary(void **state)
{
    struct fixture *f = *state;
    f->script.sessions[0].answers = "-READONLY You can't write against a read only replica.\r\n";
    f->script.sessions[1].answers = "+PONG\r\n";
    assert_int_equal(ping_times(f, 1), FL_OK);
    assert_int_equal(f->replies.items[0].type, FL_REPLY_ERROR);
    assert_int_equal(f->script.closed, 1);
    assert_int_equal(ping_times(f, 1), FL_OK);
    assert_int_equal(f->script.opened, 2);
}

static void an_error_reply_alone_keeps_the_connection(void **state)
{
    struct fixture *f = *state;
    f->script.sessions[0].answers = "-ERR unknown command\r\n+PONG\r\n+PONG\r\n";
    assert_int_equal(ping_times(f, 2), FL_OK);
    assert_int_equal(ping_times(f, 1), FL_OK);
    assert_int_equal(f->script.opened, 1);
}

static void a_blocking_command_has_a_connection_of_its_own(void **state)
{
    struct fixture *f = *state;
    static const struct fl_span args[] = {FL_SPAN("BRPOP"), FL_SPAN("q"), FL_SPAN("1")};
    const struct fl_command pop = {args, 3};
    f->script.sessions[0].answers = "+PONG\r\n+PONG\r\n";
    f->script.sessions[1].answers = "*-1\r\n*-1\r\n";
    assert_int_equal(ping_times(f, 1), FL_OK);
    assert_int_equal(exec(f, &pop, 1), FL_OK);
    assert_int_equal(f->replies.items[0].type, FL_REPLY_NIL);
    assert_int_equal(ping_times(f, 1), FL_OK);
    assert_int_equal(exec(f, &pop, 1), FL_OK);
    assert_int_equal(f->script.opened, 2);
}

static void a_batch_beyond_its_bound_sends_nothing(void **state)
{
    struct fixture *f = *state;
    struct fl_command *commands = calloc(FL_REDIS_BATCH_MAX + 1, sizeof *commands);
    fl_assert(commands != NULL);
    assert_int_equal(exec(f, commands, FL_REDIS_BATCH_MAX + 1), FL_EBOUND);
    assert_int_equal(f->script.opened, 0);
    free(commands);
}

static void an_empty_command_is_refused_and_the_next_batch_goes_out(void **state)
{
    struct fixture *f = *state;
    const struct fl_command commands[] = {ping, {NULL, 0}};
    f->script.sessions[0].answers = "+PONG\r\n";
    assert_int_equal(exec(f, commands, 2), FL_EINVAL);
    assert_int_equal(f->script.sent.length, 0);
    assert_int_equal(ping_times(f, 1), FL_OK);
}

static void no_commands_are_answered_at_once(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(exec(f, NULL, 0), FL_OK);
    assert_int_equal(f->script.opened, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sixteen_of_64_replies_are_counted_when_the_17th_is_lost),
        TEST(a_server_that_cannot_be_reached_has_applied_nothing),
        TEST(a_send_that_breaks_may_have_been_applied),
        TEST(a_connection_that_was_closed_meanwhile_costs_nothing),
        TEST(a_silent_server_is_a_timeout_and_its_late_reply_is_not_taken_for_another),
        TEST(what_is_not_resp_is_a_protocol_error),
        TEST(an_array_of_a_thousand_million_elements_is_refused),
        TEST(every_kind_of_reply_arrives_in_pieces_of_one_byte),
        TEST(arguments_are_counted_bytes),
        TEST(login_and_database_come_before_the_first_batch),
        TEST(a_refused_login_is_no_connection_and_says_why),
        TEST(after_readonly_the_next_batch_looks_for_the_new_primary),
        TEST(an_error_reply_alone_keeps_the_connection),
        TEST(a_blocking_command_has_a_connection_of_its_own),
        TEST(a_batch_beyond_its_bound_sends_nothing),
        TEST(an_empty_command_is_refused_and_the_next_batch_goes_out),
        TEST(no_commands_are_answered_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
