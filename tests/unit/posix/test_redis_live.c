/* The client, the socket and the threads together, against a real redis-server. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "posix/clock.h"
#include "posix/redis_socket.h"
#include "posix/redis_url.h"
#include "posix/threads.h"
#include "redis/client.h"
#include "redis_server.h"

enum { ARGS_MAX = 8, SECOND_US = 1000 * 1000, CALLERS = 8, CALLS = 500 };

struct fixture {
    struct redis_server server;
    struct fl_redis_url url;
    struct fl_redis_socket socket;
    struct fl_threads *threads;
    struct fl_tasks tasks;
    struct fl_redis_client *client;
    struct fl_redis redis;
    struct fl_replies replies;
};

static struct fl_redis_client *new_client(struct fixture *f, const char *password, int database)
{
    struct fl_redis_options options = {.login = {NULL, password, database}};
    struct fl_redis_client *client;
    fl_assert(fl_redis_client_new(&options, fl_redis_socket_transport(&f->socket), fl_posix_clock(),
                                  f->tasks, &client) == FL_OK);
    return client;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    const char *problem;
    fl_assert(f != NULL);
    fl_assert(redis_server_start(&f->server));
    fl_assert(fl_redis_url_parse(f->server.url, &f->url, &problem) == FL_OK);
    f->socket = (struct fl_redis_socket){&f->url, fl_posix_clock()};
    fl_assert(fl_threads_new(&f->threads) == FL_OK);
    f->tasks = fl_threads_port(f->threads);
    f->client = new_client(f, NULL, 0);
    f->redis = fl_redis_client_port(f->client);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fl_replies_release(&f->replies);
    fl_redis_client_free(f->client);
    fl_threads_free(f->threads);
    redis_server_stop(&f->server);
    free(f);
    return 0;
}

/* Words apart by one blank. */
static enum fl_error call(struct fl_redis redis, const char *words, struct fl_replies *replies)
{
    struct fl_span args[ARGS_MAX];
    struct fl_command command = {args, 0};
    for (const char *at = words; *at;) {
        size_t length = strcspn(at, " ");
        fl_assert(command.count < ARGS_MAX);
        args[command.count++] = (struct fl_span){at, length};
        at += length + (at[length] == ' ');
    }
    fl_replies_release(replies);
    return fl_redis_exec(redis, &command, 1, fl_clock_deadline_us(fl_posix_clock(), 20 * SECOND_US),
                         replies);
}

static const struct fl_reply *ask(struct fixture *f, const char *words)
{
    assert_int_equal(call(f->redis, words, &f->replies), FL_OK);
    return &f->replies.items[0];
}

static void every_kind_of_reply_comes_back(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(ask(f, "SET key value")->text.bytes, "OK");
    assert_string_equal(ask(f, "GET key")->text.bytes, "value");
    assert_int_equal(ask(f, "GET nothing")->type, FL_REPLY_NIL);
    assert_int_equal(ask(f, "INCRBY n -5")->integer, -5);
    assert_int_equal(ask(f, "RPUSH list a b c")->integer, 3);
    const struct fl_reply *list = ask(f, "LRANGE list 0 -1");
    assert_int_equal(list->count, 3);
    assert_string_equal(list->elements[2].text.bytes, "c");
    assert_int_equal(ask(f, "LPOP key")->type, FL_REPLY_ERROR);
    assert_int_equal(ask(f, "BLMOVE empty other LEFT RIGHT 0.01")->type, FL_REPLY_NIL);
}

static void a_connection_that_the_server_has_closed_meanwhile_costs_nothing(void **state)
{
    struct fixture *f = *state;
    struct fl_redis_client *other = new_client(f, NULL, 0);
    ask(f, "SET key value");
    struct fl_replies replies = {0};
    assert_int_equal(call(fl_redis_client_port(other), "CLIENT KILL TYPE normal", &replies), FL_OK);
    assert_int_equal(replies.items[0].integer, 1);
    fl_replies_release(&replies);
    assert_string_equal(ask(f, "GET key")->text.bytes, "value");
    fl_redis_client_free(other);
}

static void a_batch_of_the_largest_size_is_answered_in_order(void **state)
{
    struct fixture *f = *state;
    static const struct fl_span args[] = {FL_SPAN("INCR"), FL_SPAN("n")};
    struct fl_command *commands = calloc(FL_REDIS_BATCH_MAX, sizeof *commands);
    fl_assert(commands != NULL);
    for (size_t i = 0; i < FL_REDIS_BATCH_MAX; i++)
        commands[i] = (struct fl_command){args, 2};
    assert_int_equal(
        fl_redis_exec(f->redis, commands, FL_REDIS_BATCH_MAX, FL_NEVER_US, &f->replies), FL_OK);
    for (size_t i = 0; i < FL_REDIS_BATCH_MAX; i++)
        assert_int_equal(f->replies.items[i].integer, i + 1);
    free(commands);
}

static void eight_megabytes_go_and_come(void **state)
{
    struct fixture *f = *state;
    size_t length = 8 * 1024 * 1024;
    char *big = malloc(length);
    fl_assert(big != NULL);
    memset(big, 'x', length);
    const struct fl_span set[] = {FL_SPAN("SET"), FL_SPAN("big"), {big, length}};
    const struct fl_span get[] = {FL_SPAN("GET"), FL_SPAN("big")};
    const struct fl_command commands[] = {{set, 3}, {get, 2}};
    assert_int_equal(fl_redis_exec(f->redis, commands, 2, FL_NEVER_US, &f->replies), FL_OK);
    assert_int_equal(f->replies.items[1].text.length, length);
    assert_memory_equal(f->replies.items[1].text.bytes, big, length);
    free(big);
}

struct caller {
    struct fixture *fixture;
    const char *words;
    int good; /* calls whose reply was as expected */
};

static void count_up(void *argument)
{
    struct caller *caller = argument;
    struct fl_replies replies = {0};
    int64_t last = 0;
    for (int i = 0; i < CALLS; i++) {
        enum fl_error err = call(caller->fixture->redis, caller->words, &replies);
        if (!err && replies.items[0].integer == last + 1) caller->good++;
        last = err ? 0 : replies.items[0].integer;
    }
    fl_replies_release(&replies);
}

static void callers_at_the_same_time_get_their_own_replies(void **state)
{
    struct fixture *f = *state;
    struct caller callers[CALLERS];
    struct fl_task *tasks[CALLERS];
    char words[CALLERS][16];
    for (int i = 0; i < CALLERS; i++) {
        snprintf(words[i], sizeof words[i], "INCR n%d", i);
        callers[i] = (struct caller){f, words[i], 0};
        assert_int_equal(fl_task_spawn(f->tasks, "caller", count_up, &callers[i], &tasks[i]),
                         FL_OK);
    }
    for (int i = 0; i < CALLERS; i++) {
        assert_int_equal(fl_task_join(f->tasks, tasks[i], FL_NEVER_US), FL_OK);
        assert_int_equal(callers[i].good, CALLS);
    }
    assert_non_null(strstr(ask(f, "INFO clients")->text.bytes, "connected_clients:1\r\n"));
}

static void wait_for_job(void *argument)
{
    struct caller *caller = argument;
    struct fl_replies replies = {0};
    if (!call(caller->fixture->redis, "BRPOP jobs 20", &replies) &&
        replies.items[0].type == FL_REPLY_ARRAY)
        caller->good = 1;
    fl_replies_release(&replies);
}

static void a_blocked_caller_holds_nobody_up(void **state)
{
    struct fixture *f = *state;
    struct caller caller = {f, NULL, 0};
    struct fl_task *task;
    assert_int_equal(fl_task_spawn(f->tasks, "fetch", wait_for_job, &caller, &task), FL_OK);
    while (!strstr(ask(f, "INFO clients")->text.bytes, "blocked_clients:1"))
        continue;
    assert_int_equal(ask(f, "LPUSH jobs one")->integer, 1);
    assert_int_equal(fl_task_join(f->tasks, task, FL_NEVER_US), FL_OK);
    assert_int_equal(caller.good, 1);
}

static void a_deadline_ends_the_wait_for_a_reply(void **state)
{
    struct fixture *f = *state;
    static const struct fl_span args[] = {FL_SPAN("BRPOP"), FL_SPAN("jobs"), FL_SPAN("0")};
    const struct fl_command pop = {args, 3};
    assert_int_equal(fl_redis_exec(f->redis, &pop, 1,
                                   fl_clock_deadline_us(fl_posix_clock(), 20 * 1000), &f->replies),
                     FL_ETIMEDOUT);
}

static void ping_slowly(void *argument)
{
    struct caller *caller = argument;
    static const struct fl_span args[] = {FL_SPAN("PING")};
    const struct fl_command ping = {args, 1};
    struct fl_replies replies;
    int64_t deadline_us = fl_clock_deadline_us(fl_posix_clock(), SECOND_US);
    caller->good =
        fl_redis_exec(caller->fixture->redis, &ping, 1, deadline_us, &replies) == FL_ETIMEDOUT;
    fl_replies_release(&replies);
}

/* Comes into the line behind somebody who waits for the server, and leaves it at its deadline.
 * False: the other one was not at the server yet. */
static bool leaves_the_line_alone(struct fixture *f)
{
    static const struct fl_span args[] = {FL_SPAN("INCR"), FL_SPAN("n")};
    const struct fl_command incr = {args, 2};
    struct fl_clock clock = fl_posix_clock();
    struct caller caller = {f, NULL, 0};
    struct fl_task *task;
    assert_int_equal(fl_task_spawn(f->tasks, "slow", ping_slowly, &caller, &task), FL_OK);
    fl_task_sleep_until(f->tasks, fl_clock_deadline_us(clock, SECOND_US / 10));
    fl_replies_release(&f->replies);
    enum fl_error err =
        fl_redis_exec(f->redis, &incr, 1, fl_clock_deadline_us(clock, SECOND_US / 10), &f->replies);
    /* The other one still has its turn: it was not the server that refused. */
    enum fl_error ended = fl_task_join(f->tasks, task, fl_clock_mono_us(clock));
    if (ended) assert_int_equal(fl_task_join(f->tasks, task, FL_NEVER_US), FL_OK);
    assert_int_equal(caller.good, 1);
    return err == FL_ECONNECT && ended == FL_ETIMEDOUT;
}

static void who_waits_in_line_past_the_deadline_has_sent_nothing(void **state)
{
    struct fixture *f = *state;
    int attempts = 1;
    kill(f->server.pid, SIGSTOP);
    while (!leaves_the_line_alone(f))
        assert_true(++attempts < 10);
    kill(f->server.pid, SIGCONT);
}

static void a_database_and_a_password_are_its_own(void **state)
{
    struct fixture *f = *state;
    struct fl_replies replies = {0};
    char problem[FL_REDIS_PROBLEM_BYTES];
    ask(f, "CONFIG SET requirepass secret");
    struct fl_redis_client *wrong = new_client(f, "guess", 0), *right = new_client(f, "secret", 9);
    assert_int_equal(call(fl_redis_client_port(wrong), "PING", &replies), FL_ECONNECT);
    fl_redis_client_problem(wrong, problem);
    assert_memory_equal(problem, "WRONGPASS", 9);
    assert_int_equal(call(fl_redis_client_port(right), "SET here 1", &replies), FL_OK);
    assert_int_equal(ask(f, "EXISTS here")->integer, 0);
    fl_replies_release(&replies);
    fl_redis_client_free(wrong);
    fl_redis_client_free(right);
}

static void a_server_that_died_has_been_sent_nothing(void **state)
{
    struct fixture *f = *state;
    ask(f, "PING");
    redis_server_kill(&f->server);
    assert_int_equal(call(f->redis, "PING", &f->replies), FL_ECONNECT);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    enum { SKIPPED = 77 };
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_reply_comes_back),
        TEST(a_connection_that_the_server_has_closed_meanwhile_costs_nothing),
        TEST(a_batch_of_the_largest_size_is_answered_in_order),
        TEST(eight_megabytes_go_and_come),
        TEST(callers_at_the_same_time_get_their_own_replies),
        TEST(a_blocked_caller_holds_nobody_up),
        TEST(a_deadline_ends_the_wait_for_a_reply),
        TEST(who_waits_in_line_past_the_deadline_has_sent_nothing),
        TEST(a_database_and_a_password_are_its_own),
        TEST(a_server_that_died_has_been_sent_nothing),
    };
    struct redis_server probe;
    if (!redis_server_start(&probe)) return SKIPPED;
    redis_server_stop(&probe);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
