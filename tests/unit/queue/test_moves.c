#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "queue/moves.h"

#define ID      "host:42:abc"
#define PRIVATE "queue:fl|" ID "|default"

struct fixture {
    struct desk desk;
    struct fl_moves moves;
    struct fl_delivery *delivery;
    enum fl_move move;
    char words[FL_SCRIPT_ERROR_BYTES];
};

static const struct fl_queue_option queues[] = {{.name = "default"}, {.name = "slow"}};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    desk_open(&f->desk);
    f->moves = (struct fl_moves){.redis = f->desk.ports.redis,
                                 .clock = f->desk.ports.clock,
                                 .dead_max_jobs = 3,
                                 .dead_timeout_us = INT64_C(100) * 1000000,
                                 .identity = ID,
                                 .queues = queues};
    f->delivery = fl_delivery_new(0, FL_SPAN("job"));
    desk_redis(&f->desk, "LPUSH " PRIVATE " older job newer");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    free(f->delivery);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static void an_acknowledgement_takes_the_job_away(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_move_acknowledge(&f->moves, f->delivery, NULL, &f->move, f->words), FL_OK);
    assert_int_equal(f->move, FL_MOVE_DONE);
    assert_string_equal(f->desk.sent.bytes, "LREM " PRIVATE " -1 job\n");
    desk_expect(&f->desk, "db0 list \"" PRIVATE "\" [\"newer\",\"older\"]\n");
    assert_int_equal(fl_move_acknowledge(&f->moves, f->delivery, NULL, &f->move, f->words), FL_OK);
    assert_int_equal(f->move, FL_MOVE_NOT_OWNER);
}

#define LOCK "uniquejobs:abc:LOCKED"

static struct fl_release release_of(const char *jid)
{
    return (struct fl_release){
        .jid = fl_span_from(jid), .keys = {FL_SPAN(LOCK)}, .count = 1, .ttl_ms = 0};
}

static void hold(struct fixture *f, const char *jid)
{
    char words[100];
    snprintf(words, sizeof(words), "HSET " LOCK " %s 1", jid);
    desk_redis(&f->desk, words);
    desk_redis(&f->desk, "ZADD uniquejobs:digests 1 uniquejobs:abc");
}

#define REST "db0 list \"" PRIVATE "\" [\"newer\",\"older\"]\n"

static void a_lock_goes_with_the_job_that_is_done(void **state)
{
    struct fixture *f = *state;
    struct fl_release release = release_of("j");
    hold(f, "j");
    assert_int_equal(fl_move_acknowledge(&f->moves, f->delivery, &release, &f->move, NULL), FL_OK);
    assert_int_equal(f->move, FL_MOVE_DONE);
    desk_expect(&f->desk, REST);
}

static void who_is_no_longer_the_owner_takes_no_lock_away(void **state)
{
    struct fixture *f = *state;
    struct fl_release release = release_of("j");
    hold(f, "j");
    desk_redis(&f->desk, "LREM " PRIVATE " 1 job");
    assert_int_equal(fl_move_acknowledge(&f->moves, f->delivery, &release, &f->move, NULL), FL_OK);
    assert_int_equal(f->move, FL_MOVE_NOT_OWNER);
    assert_int_equal(
        fl_move_to_dead(&f->moves, f->delivery, FL_SPAN("x"), &release, &f->move, NULL), FL_OK);
    assert_int_equal(f->move, FL_MOVE_NOT_OWNER);
    assert_non_null(fake_redis_find(f->desk.engine, 0, FL_SPAN(LOCK)));
}

static void another_job_s_lock_stays(void **state)
{
    struct fixture *f = *state;
    struct fl_release release = release_of("j");
    hold(f, "another");
    assert_int_equal(fl_move_acknowledge(&f->moves, f->delivery, &release, &f->move, NULL), FL_OK);
    assert_int_equal(f->move, FL_MOVE_DONE);
    assert_non_null(fake_redis_find(f->desk.engine, 0, FL_SPAN(LOCK)));
    assert_non_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("uniquejobs:digests")));
}

static void a_burial_and_a_retry_give_locks_back_too(void **state)
{
    struct fixture *f = *state;
    struct fl_release release = release_of("j");
    hold(f, "j");
    assert_int_equal(
        fl_move_to_dead(&f->moves, f->delivery, FL_SPAN("x"), &release, &f->move, NULL), FL_OK);
    desk_expect(&f->desk, "db0 zset \"dead\" [(\"x\",1795451428.1207011)]\n" REST);
    desk_redis(&f->desk, "DEL dead");
    desk_redis(&f->desk, "LPUSH " PRIVATE " job");
    hold(f, "j");
    assert_int_equal(fl_move_to_set(&f->moves, f->delivery, "retry", FL_SPAN("y"), 1500000,
                                    &release, &f->move, NULL),
                     FL_OK);
    desk_expect(&f->desk, REST "db0 zset \"retry\" [(\"y\",1.5)]\n");
}

static void a_lock_that_is_free_is_taken_anew_for_a_retry(void **state)
{
    struct fixture *f = *state;
    struct fl_release release = release_of("j");
    release.again = true;
    release.ttl_ms = 5000;
    assert_int_equal(fl_move_to_set(&f->moves, f->delivery, "retry", FL_SPAN("y"), 1500000,
                                    &release, &f->move, NULL),
                     FL_OK);
    const struct fake_redis_key *lock = fake_redis_find(f->desk.engine, 0, FL_SPAN(LOCK));
    assert_non_null(lock);
    assert_int_equal(fake_redis_key_expires_us(lock), (DESK_START_US + 5000000) / 1000 * 1000);
    assert_non_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("uniquejobs:digests")));
}

static void a_lock_that_another_has_by_now_is_left_to_it(void **state)
{
    struct fixture *f = *state;
    struct fl_release release = release_of("j");
    release.again = true;
    hold(f, "another");
    assert_int_equal(fl_move_to_set(&f->moves, f->delivery, "retry", FL_SPAN("y"), 1500000,
                                    &release, &f->move, NULL),
                     FL_OK);
    desk_redis(&f->desk, "DEL retry " PRIVATE " uniquejobs:digests");
    desk_expect(&f->desk, "db0 hash \"" LOCK "\" {\"another\":\"1\"}\n");
}

static void with_basic_fetch_a_lock_is_given_back_after_the_move(void **state)
{
    struct fixture *f = *state;
    struct fl_release release = release_of("j");
    f->moves.fetch = FL_FETCH_BASIC;
    hold(f, "j");
    assert_int_equal(fl_move_acknowledge(&f->moves, f->delivery, &release, &f->move, NULL), FL_OK);
    assert_null(fake_redis_find(f->desk.engine, 0, FL_SPAN(LOCK)));
}

static void many_acknowledgements_tell_how_many_were_missing(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *gone = fl_delivery_new(0, FL_SPAN("gone"));
    struct fl_delivery *const both[] = {f->delivery, gone};
    size_t missing = 0;
    assert_int_equal(fl_move_acknowledge_all(&f->moves, both, 2, &missing), FL_OK);
    assert_int_equal(missing, 1);
    assert_int_equal(f->desk.exchanges, 1);
    desk_expect(&f->desk, "db0 list \"" PRIVATE "\" [\"newer\",\"older\"]\n");
    free(gone);
}

static void each_is_acknowledged_in_the_list_of_its_own_queue(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *slow = fl_delivery_new(1, FL_SPAN("job"));
    struct fl_delivery *const both[] = {f->delivery, slow};
    size_t missing = 0;
    desk_redis(&f->desk, "LPUSH queue:fl|" ID "|slow job");
    assert_int_equal(fl_move_acknowledge_all(&f->moves, both, 2, &missing), FL_OK);
    assert_int_equal(missing, 0);
    desk_redis(&f->desk, "LPUSH queue:fl|" ID "|slow job");
    assert_int_equal(fl_move_back(&f->moves, slow, &f->move, f->words), FL_OK);
    desk_expect(&f->desk, "db0 list \"" PRIVATE "\" [\"newer\",\"older\"]\n"
                          "db0 list \"queue:slow\" [\"job\"]\n");
    free(slow);
}

static void an_acknowledgement_that_meets_a_failover_is_repeated_once(void **state)
{
    struct fixture *f = *state;
    fake_redis_set_states(f->desk.engine, FAKE_REDIS_READONLY);
    assert_int_equal(fl_move_acknowledge(&f->moves, f->delivery, NULL, &f->move, f->words),
                     FL_EREPLY);
    assert_int_equal(f->desk.exchanges, 2);
}

static void a_retry_takes_the_old_bytes_and_adds_the_new(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_move_to_set(&f->moves, f->delivery, "retry", FL_SPAN("failed"), 1500000,
                                    NULL, &f->move, f->words),
                     FL_OK);
    assert_int_equal(f->move, FL_MOVE_DONE);
    desk_expect(&f->desk, "db0 list \"" PRIVATE "\" [\"newer\",\"older\"]\n"
                          "db0 zset \"retry\" [(\"failed\",1.5)]\n");
}

static void who_owns_nothing_moves_nothing(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "DEL " PRIVATE);
    assert_int_equal(fl_move_to_set(&f->moves, f->delivery, "retry", FL_SPAN("failed"), 1500000,
                                    NULL, &f->move, f->words),
                     FL_OK);
    assert_int_equal(f->move, FL_MOVE_NOT_OWNER);
    assert_int_equal(
        fl_move_to_dead(&f->moves, f->delivery, FL_SPAN("failed"), NULL, &f->move, f->words),
        FL_OK);
    assert_int_equal(f->move, FL_MOVE_NOT_OWNER);
    assert_int_equal(fl_move_back(&f->moves, f->delivery, &f->move, f->words), FL_OK);
    assert_int_equal(f->move, FL_MOVE_NOT_OWNER);
    desk_expect(&f->desk, "");
}

static void a_repeat_after_a_lost_answer_changes_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_move_back(&f->moves, f->delivery, &f->move, f->words), FL_OK);
    desk_redis(&f->desk, "LPUSH " PRIVATE " job");
    desk_fail(&f->desk, DESK_LOST, 2); /* EVALSHA, SCRIPT LOAD, and then the move */
    assert_int_equal(fl_move_to_set(&f->moves, f->delivery, "retry", FL_SPAN("failed"), 1500000,
                                    NULL, &f->move, f->words),
                     FL_ELOST);
    assert_int_equal(fl_move_to_set(&f->moves, f->delivery, "retry", FL_SPAN("failed"), 1500000,
                                    NULL, &f->move, f->words),
                     FL_OK);
    assert_int_equal(f->move, FL_MOVE_NOT_OWNER);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"job\"]\n"
                          "db0 list \"" PRIVATE "\" [\"newer\",\"older\"]\n"
                          "db0 zset \"retry\" [(\"failed\",1.5)]\n");
}

static void given_back_it_is_the_next_to_be_taken(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH queue:default first second");
    assert_int_equal(fl_move_back(&f->moves, f->delivery, &f->move, f->words), FL_OK);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"second\",\"first\",\"job\"]\n"
                          "db0 list \"" PRIVATE "\" [\"newer\",\"older\"]\n");
}

static void the_dead_set_keeps_one_job_less_than_its_maximum(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "ZADD dead 1795451400 a 1795451401 b 1795451402 c");
    assert_int_equal(
        fl_move_to_dead(&f->moves, f->delivery, FL_SPAN("dead job"), NULL, &f->move, NULL), FL_OK);
    desk_expect(&f->desk,
                "db0 zset \"dead\" [(\"c\",1795451402),(\"dead job\",1795451428.1207011)]\n"
                "db0 list \"" PRIVATE "\" [\"newer\",\"older\"]\n");
}

static void the_dead_set_forgets_what_is_too_old(void **state)
{
    struct fixture *f = *state;
    f->moves.dead_max_jobs = 10000;
    desk_redis(&f->desk, "ZADD dead 1795451328.0 old 1795451329.0 kept");
    assert_int_equal(fl_move_to_dead(&f->moves, f->delivery, FL_SPAN("x"), NULL, &f->move, NULL),
                     FL_OK);
    desk_expect(&f->desk, "db0 zset \"dead\" [(\"kept\",1795451329),(\"x\",1795451428.1207011)]\n"
                          "db0 list \"" PRIVATE "\" [\"newer\",\"older\"]\n");
}

static void promotion_is_won_once(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "DEL " PRIVATE);
    desk_redis(&f->desk, "ZADD schedule 5 due 5 other");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(fl_move_promote(&f->moves, "schedule", FL_SPAN("due"), FL_SPAN("now"),
                                         "slow", &f->move, f->words),
                         FL_OK);
        assert_int_equal(f->move, i == 0 ? FL_MOVE_DONE : FL_MOVE_NOT_OWNER);
    }
    desk_expect(&f->desk, "db0 list \"queue:slow\" [\"now\"]\n"
                          "db0 set \"queues\" {\"slow\"}\n"
                          "db0 zset \"schedule\" [(\"other\",5)]\n");
}

static void a_member_that_is_no_job_is_buried_as_it_is(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "DEL " PRIVATE);
    desk_redis(&f->desk, "ZADD retry 5 rubbish");
    assert_int_equal(
        fl_move_member_to_dead(&f->moves, "retry", FL_SPAN("rubbish"), &f->move, f->words), FL_OK);
    desk_expect(&f->desk, "db0 zset \"dead\" [(\"rubbish\",1795451428.1207011)]\n");
}

static void a_member_that_another_process_has_taken_is_not_buried(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "DEL " PRIVATE);
    assert_int_equal(
        fl_move_member_to_dead(&f->moves, "retry", FL_SPAN("promoted"), &f->move, f->words), FL_OK);
    assert_int_equal(f->move, FL_MOVE_NOT_OWNER);
    desk_expect(&f->desk, "");
}

static void a_script_that_is_not_known_is_loaded(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_move_back(&f->moves, f->delivery, &f->move, f->words), FL_OK);
    assert_int_equal(f->desk.exchanges, 3); /* EVALSHA, SCRIPT LOAD, EVALSHA */
    desk_redis(&f->desk, "LPUSH " PRIVATE " job");
    assert_int_equal(fl_move_back(&f->moves, f->delivery, &f->move, f->words), FL_OK);
    assert_int_equal(f->desk.exchanges, 4);
    fake_redis_script_flush(f->desk.engine);
    desk_redis(&f->desk, "LPUSH " PRIVATE " job");
    assert_int_equal(fl_move_back(&f->moves, f->delivery, &f->move, f->words), FL_OK);
    assert_int_equal(f->move, FL_MOVE_DONE);
}

static void every_digest_is_that_of_its_script(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < FL_SCRIPT_COUNT; i++) {
        const struct fl_span load[] = {FL_SPAN("SCRIPT"), FL_SPAN("LOAD"),
                                       fl_script_text((enum fl_script)i)};
        const struct fl_command command = {load, 3};
        struct fl_replies replies;
        assert_int_equal(fl_redis_exec(f->desk.ports.redis, &command, 1, FL_NEVER_US, &replies),
                         FL_OK);
        assert_true(fl_span_equal(replies.items[0].text, fl_script_sha((enum fl_script)i)));
        fl_replies_release(&replies);
    }
}

static void a_refusal_comes_with_the_servers_words(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_move_back(&f->moves, f->delivery, &f->move, f->words), FL_OK);
    desk_redis(&f->desk, "LPUSH " PRIVATE " job");
    fake_redis_set_states(f->desk.engine, FAKE_REDIS_READONLY);
    f->desk.exchanges = 0;
    assert_int_equal(fl_move_back(&f->moves, f->delivery, &f->move, f->words), FL_EREPLY);
    assert_non_null(strstr(f->words, "READONLY"));
    assert_int_equal(f->desk.exchanges, 2); /* once more */
}

/* Redis lets a script go on that has begun to write. */
static void a_redis_without_memory_still_takes_a_retry(void **state)
{
    struct fixture *f = *state;
    fake_redis_set_states(f->desk.engine, FAKE_REDIS_OOM);
    assert_int_equal(fl_move_to_set(&f->moves, f->delivery, "retry", FL_SPAN("failed"), 1500000,
                                    NULL, &f->move, f->words),
                     FL_OK);
    assert_int_equal(f->move, FL_MOVE_DONE);
}

static void what_cannot_be_added_stays_where_it_was(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "DEL " PRIVATE);
    desk_redis(&f->desk, "LPUSH " PRIVATE " job");
    desk_redis(&f->desk, "ZADD schedule 5 due");
    desk_redis(&f->desk, "MSET retry text dead text queue:default text");
    assert_int_equal(fl_move_to_set(&f->moves, f->delivery, "retry", FL_SPAN("failed"), 1500000,
                                    NULL, &f->move, f->words),
                     FL_EREPLY);
    assert_non_null(strstr(f->words, "WRONGTYPE"));
    assert_int_equal(
        fl_move_to_dead(&f->moves, f->delivery, FL_SPAN("x"), NULL, &f->move, f->words), FL_EREPLY);
    assert_int_equal(fl_move_back(&f->moves, f->delivery, &f->move, f->words), FL_EREPLY);
    assert_int_equal(fl_move_promote(&f->moves, "schedule", FL_SPAN("due"), FL_SPAN("now"),
                                     "default", &f->move, f->words),
                     FL_EREPLY);
    assert_int_equal(
        fl_move_member_to_dead(&f->moves, "schedule", FL_SPAN("due"), &f->move, f->words),
        FL_EREPLY);
    desk_redis(&f->desk, "DEL retry dead queue:default queues");
    desk_expect(&f->desk, "db0 list \"" PRIVATE "\" [\"job\"]\n"
                          "db0 zset \"schedule\" [(\"due\",5)]\n");
}

static void with_basic_fetch_nothing_is_owned(void **state)
{
    struct fixture *f = *state;
    f->moves.fetch = FL_FETCH_BASIC;
    desk_redis(&f->desk, "DEL " PRIVATE);
    assert_int_equal(fl_move_acknowledge(&f->moves, f->delivery, NULL, &f->move, f->words), FL_OK);
    assert_int_equal(f->desk.exchanges, 0);
    assert_int_equal(fl_move_to_set(&f->moves, f->delivery, "retry", FL_SPAN("failed"), 1500000,
                                    NULL, &f->move, f->words),
                     FL_OK);
    assert_int_equal(fl_move_back(&f->moves, f->delivery, &f->move, f->words), FL_OK);
    assert_int_equal(
        fl_move_to_dead(&f->moves, f->delivery, FL_SPAN("x"), NULL, &f->move, f->words), FL_OK);
    desk_expect(&f->desk, "db0 zset \"dead\" [(\"x\",1795451428.1207011)]\n"
                          "db0 list \"queue:default\" [\"job\"]\n"
                          "db0 zset \"retry\" [(\"failed\",1.5)]\n");
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(an_acknowledgement_takes_the_job_away),
        WITH_FIXTURE(many_acknowledgements_tell_how_many_were_missing),
        WITH_FIXTURE(each_is_acknowledged_in_the_list_of_its_own_queue),
        WITH_FIXTURE(an_acknowledgement_that_meets_a_failover_is_repeated_once),
        WITH_FIXTURE(a_retry_takes_the_old_bytes_and_adds_the_new),
        WITH_FIXTURE(who_owns_nothing_moves_nothing),
        WITH_FIXTURE(a_repeat_after_a_lost_answer_changes_nothing),
        WITH_FIXTURE(given_back_it_is_the_next_to_be_taken),
        WITH_FIXTURE(the_dead_set_keeps_one_job_less_than_its_maximum),
        WITH_FIXTURE(the_dead_set_forgets_what_is_too_old),
        WITH_FIXTURE(promotion_is_won_once),
        WITH_FIXTURE(a_member_that_is_no_job_is_buried_as_it_is),
        WITH_FIXTURE(a_member_that_another_process_has_taken_is_not_buried),
        WITH_FIXTURE(a_script_that_is_not_known_is_loaded),
        WITH_FIXTURE(every_digest_is_that_of_its_script),
        WITH_FIXTURE(a_refusal_comes_with_the_servers_words),
        WITH_FIXTURE(a_redis_without_memory_still_takes_a_retry),
        WITH_FIXTURE(what_cannot_be_added_stays_where_it_was),
        WITH_FIXTURE(with_basic_fetch_nothing_is_owned),
        WITH_FIXTURE(a_lock_goes_with_the_job_that_is_done),
        WITH_FIXTURE(who_is_no_longer_the_owner_takes_no_lock_away),
        WITH_FIXTURE(another_job_s_lock_stays),
        WITH_FIXTURE(a_burial_and_a_retry_give_locks_back_too),
        WITH_FIXTURE(a_lock_that_is_free_is_taken_anew_for_a_retry),
        WITH_FIXTURE(a_lock_that_another_has_by_now_is_left_to_it),
        WITH_FIXTURE(with_basic_fetch_a_lock_is_given_back_after_the_move),
    };
    return cmocka_run_group_tests_name("moves", tests, NULL, NULL);
}
