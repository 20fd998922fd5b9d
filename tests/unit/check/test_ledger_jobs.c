/* Whose a job is and was, what it is called, and what is told of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "told_ledger.h"

/* --- owners --- */

static const char *const taken_from_p1[] = {
    "web LPUSH queue:default " PAYLOAD_A,
    "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
    "@begin p1",
    "@run p1",
    "p2 LMOVE queue:fl|p1|default queue:default RIGHT RIGHT",
    "p2 LMOVE queue:default queue:fl|p2|default RIGHT LEFT",
    "@begin p2",
    "@run p2",
};

static struct ledger_job *take_from_p1(struct fixture *f)
{
    open_fixture(f);
    for (size_t i = 0; i < FL_COUNT(taken_from_p1); i++)
        play(f, taken_from_p1[i]);
    struct ledger_job *job = ledger_find(f->ledger, FL_SPAN(JID_A));
    assert_int_equal(job->deliveries[0].tenure, LEDGER_TAKEN);
    assert_int_equal(job->deliveries[1].tenure, LEDGER_HELD);
    return job;
}

static void what_a_former_owner_changes_after_its_successor_is_stale(void **state)
{
    struct fixture f;
    struct fl_buf told = FL_BUF_INIT(256);
    (void)state;
    struct ledger_job *job = take_from_p1(&f);
    ledger_changed(f.ledger, job, "p2", 2, LEDGER_REDIS, "redis SADD began");
    assert_int_equal(job->stale.count, 0);
    ledger_changed(f.ledger, job, "p1", 1, LEDGER_REDIS, "redis SADD slept");
    ledger_changed(f.ledger, job, "p1", 1, LEDGER_REDIS, "redis SADD more");
    ledger_describe_stale(job, &told);
    assert_string_equal(told.bytes, "a#1 (p1) still did redis SADD slept after a#2 (p2) had taken "
                                    "over: 2 effects in all");
    fl_buf_release(&told);
    close_fixture(&f);
}

static void a_store_that_has_not_heard_of_the_successor_is_no_judge(void **state)
{
    struct fixture f;
    (void)state;
    struct ledger_job *job = take_from_p1(&f);
    ledger_changed(f.ledger, job, "p2", 2, LEDGER_REDIS, "redis INCR token");
    ledger_changed(f.ledger, job, "p1", 1, LEDGER_DATABASE, "db UPDATE accounts");
    assert_int_equal(job->stale.count, 0);
    ledger_changed(f.ledger, job, "p2", 2, LEDGER_DATABASE, "db UPDATE accounts");
    ledger_changed(f.ledger, job, "p1", 1, LEDGER_DATABASE, "db UPDATE accounts");
    assert_int_equal(job->stale.count, 1);
    close_fixture(&f);
}

static void what_comes_after_the_end_of_the_run_is_the_queues(void **state)
{
    struct fixture f;
    (void)state;
    struct ledger_job *job = take_from_p1(&f);
    ledger_changed(f.ledger, job, "p2", 2, LEDGER_REDIS, "redis SADD began");
    play(&f, "@done p1");
    ledger_changed(f.ledger, job, "p1", 1, LEDGER_REDIS, "redis LREM");
    assert_int_equal(job->stale.count, 0);
    close_fixture(&f);
}

static void a_process_that_dies_abandons_what_it_has_in_hand(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f);
    for (size_t i = 0; i < 4; i++)
        play(&f, taken_from_p1[i]);
    play(&f, "@died p1");
    play(&f, taken_from_p1[4]);
    const struct ledger_job *job = ledger_find(f.ledger, FL_SPAN(JID_A));
    assert_int_equal(job->deliveries[0].tenure, LEDGER_ABANDONED);
    assert_int_equal(f.ledger->taken, 0);
    close_fixture(&f);
}

/* --- names, and what is told --- */

static void tells_which_fault_has_lost_a_job(void **state)
{
    struct fixture f;
    struct fl_buf told = FL_BUF_INIT(256);
    (void)state;
    open_fixture(&f);
    play(&f, "web LPUSH queue:default " PAYLOAD_A);
    play(&f, "@failover lose 1");
    ledger_describe(ledger_find(f.ledger, FL_SPAN(JID_A)), &told);
    assert_string_equal(told.bytes, "lost to the fault: failover lose 1");
    fl_buf_release(&told);
    close_fixture(&f);
}

static void names_jobs_that_others_enqueue_after_their_parent(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f);
    const struct ledger_actor import = {.job = "imp-7"};
    const char *name;
    struct fl_span payload =
        FL_SPAN("{\"class\":\"MailWorker\",\"args\":[],\"jid\":\"cccccccccccccccccccccccc\"}");
    f.ledger->actor = &import;
    assert_string_equal(ledger_job_of(f.ledger, payload, "p1")->name, "imp-7.MailWorker");
    assert_int_equal(ledger_rename(f.ledger, FL_SPAN("cccccccccccccccccccccccc!"), &name), 24);
    assert_string_equal(name, "imp-7.MailWorker");
    assert_int_equal(ledger_rename(f.ledger, FL_SPAN("dddddddddddddddddddddddd"), &name), 0);
    close_fixture(&f);
}

static void a_raw_payload_keeps_its_name_through_its_retries(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f);
    struct fl_span raw =
        FL_SPAN("{\"class\":\"NoSuch\",\"args\":[],\"jid\":\"eeeeeeeeeeeeeeeeeeeeeeee\"}");
    struct fl_span retried = FL_SPAN("{\"class\":\"NoSuch\",\"args\":[],\"jid\":"
                                     "\"eeeeeeeeeeeeeeeeeeeeeeee\",\"retry_count\":0}");
    struct ledger_job *job = ledger_announce_raw(f.ledger, "stranger", raw);
    assert_ptr_equal(ledger_job_of(f.ledger, raw, "web"), job);
    assert_ptr_equal(ledger_job_of(f.ledger, retried, "p1"), job);
    struct ledger_job *text = ledger_announce_raw(f.ledger, "text", FL_SPAN("not json"));
    assert_ptr_equal(ledger_job_of(f.ledger, FL_SPAN("not json"), "web"), text);
    close_fixture(&f);
}

#define RAW          "{\"class\":\"NoSuch\",\"args\":[]}"
#define RAW_RETRIED  "{\"class\":\"NoSuch\",\"args\":[],\"retry_count\":0}"
#define RAW_PROMOTED "{\"class\":\"NoSuch\",\"args\":[],\"retry_count\":0,\"jid\":\"eeee\"}"

static void a_payload_without_a_jid_is_followed_when_it_is_rewritten(void **state)
{
    (void)state;
    static const char *const steps[] = {
        "web LPUSH queue:default " RAW,
        "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
        "p1 MULTI",
        "p1 LREM queue:fl|p1|default -1 " RAW,
        "p1 ZADD retry 16 " RAW_RETRIED,
        "p1 EXEC",
        "p1 MULTI",
        "p1 LPUSH queue:default " RAW_PROMOTED,
        "p1 ZREM retry " RAW_RETRIED,
        "p1 EXEC",
    };
    struct fixture f;
    open_fixture(&f);
    struct ledger_job *job = ledger_announce_raw(f.ledger, "stranger", fl_span_from(RAW));
    for (size_t i = 0; i < FL_COUNT(steps); i++)
        play(&f, steps[i]);
    assert_string_equal(f.ledger->violation, "");
    assert_int_equal(f.ledger->count, 2); /* and the fixture's */
    assert_int_equal(job->state, PLAN_STATE_WAITING);
    assert_int_equal(f.ledger->pending, 1);
    assert_ptr_equal(ledger_find(f.ledger, FL_SPAN("eeee")), job);
    play(&f, "p1 DEL queue:default");
    assert_non_null(strstr(f.ledger->violation, "stranger stands nowhere"));
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_former_owner_changes_after_its_successor_is_stale),
        cmocka_unit_test(a_store_that_has_not_heard_of_the_successor_is_no_judge),
        cmocka_unit_test(what_comes_after_the_end_of_the_run_is_the_queues),
        cmocka_unit_test(a_process_that_dies_abandons_what_it_has_in_hand),
        cmocka_unit_test(tells_which_fault_has_lost_a_job),
        cmocka_unit_test(names_jobs_that_others_enqueue_after_their_parent),
        cmocka_unit_test(a_raw_payload_keeps_its_name_through_its_retries),
        cmocka_unit_test(a_payload_without_a_jid_is_followed_when_it_is_rewritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
