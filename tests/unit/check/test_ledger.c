/* Histories of commands, played on a real engine: what the ledger says of each job, and which wrong
 * histories it finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/check/ledger.h"

enum { STEPS_MAX = 24, WORDS_MAX = 16 };

#define PAYLOAD_A "{\"class\":\"W\",\"args\":[],\"jid\":\"aaaaaaaaaaaaaaaaaaaaaaaa\"}"
#define PAYLOAD_A2                                                                                 \
    "{\"class\":\"W\",\"args\":[],\"jid\":\"aaaaaaaaaaaaaaaaaaaaaaaa\",\"retry_count\":0}"
#define NESTED                                                                                     \
    "{\"class\":\"W\",\"args\":[{\"jid\":\"bbbbbbbbbbbbbbbbbbbbbbbb\"}],"                          \
    "\"jid\":\"aaaaaaaaaaaaaaaaaaaaaaaa\"}"
#define JID_A "aaaaaaaaaaaaaaaaaaaaaaaa"

#define PAYLOAD_A_COUNT(count)                                                                     \
    "{\"class\":\"W\",\"args\":[],\"jid\":\"aaaaaaaaaaaaaaaaaaaaaaaa\",\"retry_count\":" count "}"
/* Two steps each, in one transaction. The clock stands at 1 s. */
#define RETRIED_AT(second, from, to)                                                               \
    "p1 MULTI", "p1 LREM queue:fl|p1|default 1 " from, "p1 ZADD retry " second " " to, "p1 EXEC"
#define PROMOTED(payload)                                                                          \
    "p1 MULTI", "p1 ZREM retry " payload, "p1 LPUSH queue:default " payload, "p1 EXEC"

/* Each step is "session COMMAND argument...", or a verb that begins with @. */
struct history {
    const char *name;
    const char *steps[STEPS_MAX];
    const char *state; /* of job a; NULL: not looked at */
    uint32_t deliveries;
    const char *violation; /* a part of it; NULL: none */
};

static struct history histories[] = {
    {"pushed: it waits", {"web LPUSH queue:default " PAYLOAD_A}, "waiting", 0, NULL},
    {"its push is lost by a failover: lost",
     {"web LPUSH queue:default " PAYLOAD_A, "@failover lose 1"},
     "lost",
     0,
     NULL},
    {"its fetch is lost by a failover: it waits again",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@failover lose 1"},
     "waiting",
     1,
     NULL},
    {"its acknowledgement is lost by a failover: to be done again",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@done p1", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "@end p1",
      "@failover lose 1"},
     "waiting",
     1,
     NULL},
    {"a push for later: scheduled", {"web ZADD schedule 5 " PAYLOAD_A}, "scheduled", 0, NULL},
    {"worked on and acknowledged: done",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@done p1", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "@end p1"},
     "done",
     1,
     NULL},
    {"discarded by its handler",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@discarded p1", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A,
      "@end p1"},
     "discarded",
     1,
     NULL},
    {"a blocked fetcher is served by the push",
     {"p1 BLMOVE queue:default queue:fl|p1|default RIGHT LEFT 0",
      "web LPUSH queue:default " PAYLOAD_A},
     "waiting",
     1,
     NULL},
    {"taken out of the retry set and put nowhere",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", "p1 MULTI", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A,
      "p1 ZADD retry 16 " PAYLOAD_A2, "p1 EXEC", "@end p1", "p2 ZREM retry " PAYLOAD_A2},
     "lost",
     1,
     "stands nowhere"},
    {"buried: dead",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "p1 MULTI", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "p1 ZADD dead 9 " PAYLOAD_A2,
      "p1 EXEC"},
     "dead",
     1,
     NULL},
    {"buried and trimmed: still dead",
     {"web ZADD dead 9 " PAYLOAD_A, "web ZREMRANGEBYRANK dead 0 -1"},
     "dead",
     0,
     NULL},
    {"a jid inside the arguments is not the job's",
     {"web LPUSH queue:default " NESTED},
     "waiting",
     0,
     NULL},
    {"failed for good without a dead entry: dropped",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "@end p1"},
     "dropped",
     1,
     NULL},
    {"basic fetch: in a hand, then done",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 BRPOP queue:default 1", "@begin p1", "@run p1",
      "@done p1", "@end p1"},
     "done",
     1,
     NULL},
    {"basic fetch: lost with its process",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 BRPOP queue:default 1", "@begin p1", "@run p1",
      "@died p1"},
     "lost",
     1,
     NULL},
    {"basic fetch: the retry is stored in time",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 BRPOP queue:default 1", "@begin p1", "@run p1",
      "@failed p1", "p1 ZADD retry 16 " PAYLOAD_A2, "@end p1", "@died p1"},
     "retrying",
     1,
     NULL},
    {"a removal that removed nothing changes nothing",
     {"web LPUSH queue:default " PAYLOAD_A, "p2 LREM queue:fl|p2|default 1 " PAYLOAD_A},
     "waiting",
     0,
     NULL},
    {"two retries by the formula",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("16", PAYLOAD_A, PAYLOAD_A2),
      PROMOTED(PAYLOAD_A2), "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT", "@begin p1",
      "@run p1", "@failed p1", RETRIED_AT("35", PAYLOAD_A2, PAYLOAD_A_COUNT("1"))},
     "retrying",
     2,
     NULL},
    {"over a limit it is stored for later, and has not failed",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("16", PAYLOAD_A, PAYLOAD_A2),
      PROMOTED(PAYLOAD_A2), "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT", "@begin p1",
      "@run p1", "@failed p1", RETRIED_AT("400", PAYLOAD_A2, PAYLOAD_A_COUNT("0,\"overrated\":1"))},
     "retrying",
     2,
     NULL},
    {"a count that is the payload's own is not judged",
     {"web LPUSH queue:default " PAYLOAD_A_COUNT("9999"),
      "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT", "@begin p1", "@run p1", "@failed p1",
      RETRIED_AT("16", PAYLOAD_A_COUNT("9999"), PAYLOAD_A_COUNT("10000"))},
     "retrying",
     1,
     NULL},
    /* wrong histories */
    {"acknowledged before its work began",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "@begin p1", "@run p1", "@done p1", "@end p1"},
     NULL,
     1,
     "before its work began"},
    {"acknowledged before its work had ended",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "p1 LREM queue:fl|p1|default 1 " PAYLOAD_A, "@done p1", "@end p1"},
     NULL,
     1,
     "before its work had ended"},
    {"popped from a queue and dropped",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 RPOP queue:default"},
     "lost",
     0,
     "stands nowhere"},
    {"a promotion that is not atomic",
     {"web ZADD schedule 5 " PAYLOAD_A, "p1 ZREM schedule " PAYLOAD_A},
     "lost",
     0,
     "p1 took it away"},
    {"replaced by another push: its lock goes in the same step",
     {"web HSET uniquejobs:x:LOCKED aaaaaaaaaaaaaaaaaaaaaaaa 1",
      "web LPUSH queue:default " PAYLOAD_A, "web MULTI", "web LREM queue:default 1 " PAYLOAD_A,
      "web HDEL uniquejobs:x:LOCKED aaaaaaaaaaaaaaaaaaaaaaaa", "web EXEC"},
     "dropped",
     0,
     NULL},
    {"taken away, and its lock later",
     {"web HSET uniquejobs:x:LOCKED aaaaaaaaaaaaaaaaaaaaaaaa 1",
      "web LPUSH queue:default " PAYLOAD_A, "web LREM queue:default 1 " PAYLOAD_A,
      "web HDEL uniquejobs:x:LOCKED aaaaaaaaaaaaaaaaaaaaaaaa"},
     "lost",
     0,
     "web took it away"},
    {"promoted twice",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LPUSH queue:default " PAYLOAD_A},
     "waiting",
     0,
     "two places, queue:default and queue:default"},
    {"stored for a retry and not removed",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "p1 ZADD retry 16 " PAYLOAD_A2},
     NULL,
     1,
     "two places"},
    {"stored for a retry too early",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("15", PAYLOAD_A, PAYLOAD_A2)},
     "retrying",
     1,
     "a retry in 14 s after failure 1, and the formula allows 15 s to 24 s"},
    {"stored for a retry too late",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("26", PAYLOAD_A, PAYLOAD_A2)},
     "retrying",
     1,
     "a retry in 25 s"},
    {"a retry's count jumps",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("16", PAYLOAD_A, PAYLOAD_A2),
      PROMOTED(PAYLOAD_A2), "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT", "@begin p1",
      "@run p1", "@failed p1", RETRIED_AT("50", PAYLOAD_A2, PAYLOAD_A_COUNT("2"))},
     "retrying",
     2,
     "with retry_count 2 after 0"},
    {"a retry's count stands still",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT",
      "@begin p1", "@run p1", "@failed p1", RETRIED_AT("16", PAYLOAD_A, PAYLOAD_A2),
      PROMOTED(PAYLOAD_A2), "p1 LMOVE queue:default queue:fl|p1|default RIGHT LEFT", "@begin p1",
      "@run p1", "@failed p1", RETRIED_AT("16", PAYLOAD_A2, PAYLOAD_A2)},
     "retrying",
     2,
     "with retry_count 0 after 0"},
    {"the whole queue is deleted",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 DEL queue:default"},
     "lost",
     0,
     "stands nowhere"},
    {"everything is flushed",
     {"web LPUSH queue:default " PAYLOAD_A, "p1 FLUSHALL"},
     "lost",
     0,
     "stands nowhere"},
};

struct fixture {
    struct fake_redis *engine;
    struct ledger *ledger;
    int64_t now_us;
    struct {
        char name[8];
        struct fake_redis_session *session;
    } sessions[4];
};

static int64_t now_us(void *self)
{
    return ((struct fixture *)self)->now_us;
}

static void on_command(void *context, const struct fake_redis_event *event)
{
    struct fixture *f = context;
    const struct ledger_actor actor = {.wall_us = f->now_us, .keeps_time = true};
    ledger_observe(f->ledger, event, &actor, f->now_us);
}

static void open_fixture(struct fixture *f)
{
    static const struct fl_clock_ops clock = {now_us, now_us};
    *f = (struct fixture){.now_us = 1000000};
    struct fake_redis_options options = {
        .clock = {&clock, f}, .writes_kept = 1, .hooks = {.context = f, .on_command = on_command}};
    f->engine = fake_redis_new(&options);
    assert_non_null(f->engine);
    assert_int_equal(ledger_new(f->engine, NULL, &f->ledger), FL_OK);
    assert_non_null(ledger_announce(f->ledger, "a", JID_A));
}

static void close_fixture(struct fixture *f)
{
    fake_redis_free(f->engine);
    ledger_free(f->ledger);
}

static struct fake_redis_session *session(struct fixture *f, const char *name)
{
    for (size_t i = 0;; i++) {
        assert_true(i < FL_COUNT(f->sessions));
        if (f->sessions[i].session && strcmp(f->sessions[i].name, name) == 0)
            return f->sessions[i].session;
        if (f->sessions[i].session) continue;
        snprintf(f->sessions[i].name, sizeof f->sessions[i].name, "%s", name);
        f->sessions[i].session = fake_redis_open(f->engine, name);
        return f->sessions[i].session;
    }
}

static void send_command(struct fixture *f, const char *step)
{
    char copy[512], wire[1024];
    const char *words[WORDS_MAX];
    size_t count = 0, length = 0;
    snprintf(copy, sizeof copy, "%s", step);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    length += (size_t)snprintf(wire, sizeof wire, "*%zu\r\n", count - 1);
    for (size_t i = 1; i < count; i++)
        length += (size_t)snprintf(wire + length, sizeof wire - length, "$%zu\r\n%s\r\n",
                                   strlen(words[i]), words[i]);
    fake_redis_feed(session(f, words[0]), wire, length);
}

static void play(struct fixture *f, const char *step)
{
    static const struct {
        const char *verb;
        enum fl_outcome outcome;
    } ends[] = {{"@done", FL_DONE}, {"@discarded", FL_DISCARDED}, {"@failed", FL_FAILED}};
    const char *process = strchr(step, ' ') + 1;
    struct ledger_job *job = ledger_find(f->ledger, FL_SPAN(JID_A));
    uint32_t delivery;
    if (step[0] != '@') send_command(f, step);
    if (strncmp(step, "@begin", 6) == 0) ledger_task_begins(f->ledger, JID_A, process, &delivery);
    if (strncmp(step, "@run", 4) == 0) ledger_run_begins(f->ledger, job, process, 0, f->now_us);
    if (strncmp(step, "@end", 4) == 0) ledger_task_ends(f->ledger, JID_A, process, f->now_us);
    if (strcmp(step, "@failover lose 1") == 0) {
        assert_int_equal(fake_redis_failover(f->engine, 1, NULL), FL_OK);
        memset(f->sessions, 0, sizeof f->sessions);
        ledger_resync(f->ledger, "failover lose 1", f->now_us);
    }
    if (strncmp(step, "@died", 5) == 0) ledger_process_died(f->ledger, process, f->now_us);
    for (size_t i = 0; i < FL_COUNT(ends); i++)
        if (strncmp(step, ends[i].verb, strlen(ends[i].verb)) == 0)
            ledger_run_ends(f->ledger, job, process, 0, ends[i].outcome, f->now_us);
}

static void history_row(void **state)
{
    const struct history *row = *state;
    struct fixture f;
    open_fixture(&f);
    for (size_t i = 0; i < STEPS_MAX && row->steps[i]; i++)
        play(&f, row->steps[i]);
    const struct ledger_job *job = ledger_find(f.ledger, FL_SPAN(JID_A));
    if (row->state) assert_string_equal(ledger_state_text(job->state), row->state);
    assert_int_equal(job->delivery_count, row->deliveries);
    assert_int_equal(f.ledger->pending, job->accepted && !job->ended);
    if (!row->violation) assert_string_equal(f.ledger->violation, "");
    if (row->violation && !strstr(f.ledger->violation, row->violation))
        fail_msg("expected \"%s\" in \"%s\"", row->violation, f.ledger->violation);
    close_fixture(&f);
}

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
    struct CMUnitTest tests[FL_COUNT(histories) + 8];
    size_t count = 0;
    for (; count < FL_COUNT(histories); count++)
        tests[count] =
            (struct CMUnitTest){histories[count].name, history_row, NULL, NULL, &histories[count]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(tells_which_fault_has_lost_a_job);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(names_jobs_that_others_enqueue_after_their_parent);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(a_raw_payload_keeps_its_name_through_its_retries);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(
        a_payload_without_a_jid_is_followed_when_it_is_rewritten);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(
        what_a_former_owner_changes_after_its_successor_is_stale);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(
        a_store_that_has_not_heard_of_the_successor_is_no_judge);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(what_comes_after_the_end_of_the_run_is_the_queues);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(a_process_that_dies_abandons_what_it_has_in_hand);
    return _cmocka_run_group_tests("ledger", tests, count, NULL, NULL);
}
