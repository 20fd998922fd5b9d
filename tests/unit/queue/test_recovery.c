#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "queue/prune.h"
#include "queue/recovery.h"

#define LIST(id) "queue:fl|" id "|default"

struct fixture {
    struct desk desk;
    struct fl_control control;
    struct fl_settings settings;
    struct fl_recovery recovery;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    desk_open(&f->desk);
    assert_int_equal(fl_control_init(&f->control, f->desk.ports.tasks, f->desk.ports.clock), FL_OK);
    const char *problem;
    const struct fl_process_options options = {.dead_max_jobs = 3};
    assert_int_equal(fl_settings_init(&f->settings, &options, &problem), FL_OK);
    f->recovery = (struct fl_recovery){&f->desk.ports, "host:42:me", &f->control, &f->settings};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fl_control_release(&f->control);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static void register_process(struct fixture *f, const char *identity)
{
    char words[256];
    snprintf(words, sizeof(words), "HSET faultline:fetchers %s [\"default\"]", identity);
    desk_redis(&f->desk, words);
    snprintf(words, sizeof(words), "LPUSH queue:fl|%s|default older newer", identity);
    desk_redis(&f->desk, words);
}

/* One round: the process is quiet already, so the task ends after it. */
static void recover(struct fixture *f)
{
    fl_control_raise(&f->control, FL_PHASE_QUIET);
    fl_recovery_run(&f->recovery);
}

static void a_process_without_a_heartbeat_is_dead(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "LPUSH queue:default waiting");
    register_process(f, "other:7:x");
    recover(f);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"waiting\",\"newer\",\"older\"]\n");
    assert_non_null(strstr(f->desk.log.bytes, "recovered 2 jobs of other:7:x"));
}

static void the_list_of_a_second_capsule_is_recovered_too(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk,
               "HSET faultline:fetchers other:7:x [\"default\",[\"default\",\"single\"]]");
    desk_redis(&f->desk, "LPUSH queue:fl|other:7:x|default one");
    desk_redis(&f->desk, "LPUSH queue:fl|other:7:x|default|single two");
    recover(f);
    desk_expect(&f->desk, "db0 list \"queue:default\" [\"one\",\"two\"]\n");
}

static void a_process_with_a_heartbeat_lives(void **state)
{
    struct fixture *f = *state;
    register_process(f, "other:7:x");
    desk_redis(&f->desk, "HSET other:7:x beat 1");
    recover(f);
    desk_expect(&f->desk, "db0 hash \"faultline:fetchers\" {\"other:7:x\":\"[\\\"default\\\"]\"}\n"
                          "db0 hash \"other:7:x\" {\"beat\":\"1\"}\n"
                          "db0 list \"" LIST("other:7:x") "\" [\"newer\",\"older\"]\n");
}

static struct host_case {
    const char *name;
    const char *identity;
    bool want_recovered; /* although its heartbeat stands */
} hosts[] = {
    {"host: a pid of this host that is gone", "host:666:x", true},
    {"host: a pid of this host that lives", "host:43:x", false},
    {"host: this process's own pid under another nonce", "host:42:x", false},
    {"host: that pid on another host", "hosts:666:x", false},
    {"host: another host whose name begins like this one's", "host-666:7:x", false},
    {"host: no pid", "host:6x6:x", false},
    {"host: this process itself", "host:42:me", false},
};

static void host_row(void **state)
{
    const struct host_case *row = *state;
    void *made;
    setup(&made);
    struct fixture *f = made;
    char words[256];
    register_process(f, row->identity);
    snprintf(words, sizeof(words), "HSET %s beat 1", row->identity);
    desk_redis(&f->desk, words);
    recover(f);
    bool recovered = fake_redis_find(f->desk.engine, 0, FL_SPAN("queue:default")) != NULL;
    assert_int_equal(recovered, row->want_recovered);
    teardown(&made);
}

static void an_entry_that_is_not_understood_does_not_stop_the_others(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "HSET faultline:fetchers a:1:x rubbish b:1:x [7] c:1:x {}");
    register_process(f, "other:7:x");
    recover(f);
    const struct fake_redis_key *queue =
        fake_redis_find(f->desk.engine, 0, FL_SPAN("queue:default"));
    assert_int_equal(fake_redis_length(queue), 2);
}

static void a_process_never_recovers_itself(void **state)
{
    struct fixture *f = *state;
    register_process(f, "host:42:me"); /* its heartbeat has expired, or was never written */
    recover(f);
    assert_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("queue:default")));
}

static void a_name_is_not_cut_at_a_nul(void **state)
{
    struct fixture *f = *state;
    const struct fl_span words[] = {FL_SPAN("HSET"), FL_SPAN("faultline:fetchers"),
                                    FL_SPAN("host:666:x\0y"), FL_SPAN("[\"default\"]")};
    const struct fl_command hset = {words, FL_COUNT(words)};
    struct fl_replies replies;
    assert_int_equal(fl_redis_exec(f->desk.ports.redis, &hset, 1, FL_NEVER_US, &replies), FL_OK);
    fl_replies_release(&replies);
    desk_redis(&f->desk, "LPUSH " LIST("host:666:x") " job");
    recover(f);
    assert_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("queue:default")));
}

/* --- jobs that are recovered again and again --- */

#define PILL "{\"class\":\"W\",\"queue\":\"default\",\"jid\":\"bad\"}"

/* `job` was in hand of one more process that has died. */
static void recover_of_another(struct fixture *f, const char *job)
{
    desk_redis(&f->desk, "HSET faultline:fetchers other:7:x [\"default\"]");
    desk_redis_value(&f->desk, "LPUSH " LIST("other:7:x"), job);
    recover(f);
}

static struct again_case {
    const char *name;
    int before; /* recoveries of it so far */
    const char *job;
    const char *want; /* where it stands then; NULL: nowhere */
} agains[] = {
    {"again: the first time it is the next to be taken", 0, PILL, "queue:default"},
    {"again: the second time it is put off", 1, PILL, "schedule"},
    {"again: the third time, too", 2, PILL, "schedule"},
    {"again: the fourth time it is dead", 3, PILL, "dead"},
    {"again: with dead false it is gone", 3,
     "{\"class\":\"W\",\"queue\":\"default\",\"jid\":\"bad\",\"dead\":false}", NULL},
    {"again: a job of another queue is not put off", 1,
     "{\"class\":\"W\",\"queue\":\"other\",\"jid\":\"bad\"}", "queue:default"},
    {"again: nor one that does not say its queue", 2, "{\"class\":\"W\",\"jid\":\"bad\"}",
     "queue:default"},
    {"again: what has no jid is not counted", 9, "{\"class\":\"W\",\"queue\":\"default\"}",
     "queue:default"},
    {"again: nor what has another than a text", 9, "{\"jid\":7}", "queue:default"},
    {"again: nor what is no object", 9, "[\"jid\"]", "queue:default"},
    {"again: nor what is no JSON", 9, "{\"jid\":\"bad\"", "queue:default"},
};

static void again_row(void **state)
{
    static const char *const places[] = {"queue:default", "schedule", "dead"};
    const struct again_case *row = *state;
    void *made;
    setup(&made);
    struct fixture *f = made;
    char words[64];
    snprintf(words, sizeof(words), "SET faultline:recovered:bad %d", row->before);
    if (row->before) desk_redis(&f->desk, words);
    recover_of_another(f, row->job);
    for (size_t i = 0; i < FL_COUNT(places); i++) {
        bool want = row->want && strcmp(places[i], row->want) == 0;
        bool there = fake_redis_find(f->desk.engine, 0, fl_span_from(places[i])) != NULL;
        assert_int_equal(there, want);
    }
    assert_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("faultline:fetchers")));
    teardown(&made);
}

static void recoveries_count_for_72_hours_from_the_first(void **state)
{
    struct fixture *f = *state;
    const int64_t hour_us = 3600 * INT64_C(1000000);
    recover_of_another(f, PILL);
    fake_clock_advance(&f->desk.clock, 71 * hour_us);
    recover_of_another(f, PILL);
    const struct fl_span key = FL_SPAN("faultline:recovered:bad");
    assert_non_null(fake_redis_find(f->desk.engine, 0, key));
    fake_clock_advance(&f->desk.clock, 2 * hour_us);
    desk_redis(&f->desk, "DEL schedule");
    recover_of_another(f, PILL);
    assert_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("schedule")));
}

static void those_that_are_put_off_are_a_minute_apart(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "MSET faultline:recovered:bad 1 faultline:recovered:too 1");
    desk_redis(&f->desk, "HSET faultline:fetchers other:7:x [\"default\"]");
    desk_redis_value(&f->desk, "LPUSH " LIST("other:7:x"), PILL);
    desk_redis_value(&f->desk, "LPUSH " LIST("other:7:x"),
                     "{\"class\":\"W\",\"queue\":\"default\",\"jid\":\"too\"}");
    recover(f);
    desk_redis(&f->desk, "DEL faultline:recovered:bad faultline:recovered:too");
    desk_expect(&f->desk, "db0 zset \"schedule\" "
                          "[(\"{\\\"class\\\":\\\"W\\\",\\\"queue\\\":\\\"default\\\",\\\"jid\\\":"
                          "\\\"too\\\"}\",1795451488.1207011),"
                          "(\"{\\\"class\\\":\\\"W\\\",\\\"queue\\\":\\\"default\\\",\\\"jid\\\":"
                          "\\\"bad\\\"}\",1795451548.1207011)]\n");
}

static void the_dead_set_keeps_its_limit_when_a_pill_is_buried(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "ZADD dead 1795451000 a 1795451001 b 1795451002 c");
    desk_redis(&f->desk, "SET faultline:recovered:bad 3");
    recover_of_another(f, PILL);
    assert_int_equal(fake_redis_length(fake_redis_find(f->desk.engine, 0, FL_SPAN("dead"))), 2);
    assert_non_null(strstr(f->desk.log.bytes, "poison pill: W job bad was in hand of more than 3"));
}

static void what_a_process_gives_back_itself_is_not_counted(void **state)
{
    struct fixture *f = *state;
    int64_t moved;
    desk_redis_value(&f->desk, "LPUSH " LIST("host:42:me"), PILL);
    desk_redis(&f->desk, "SET faultline:recovered:bad 3");
    assert_int_equal(fl_recovery_force(&f->desk.ports, "host:42:me", FL_SPAN("[\"default\"]"),
                                       FL_RECOVERY_FORGET, &moved),
                     FL_OK);
    assert_int_equal(moved, 1);
    assert_non_null(fake_redis_find(f->desk.engine, 0, FL_SPAN("queue:default")));
}

static void a_forced_end_may_keep_the_entry(void **state)
{
    struct fixture *f = *state;
    int64_t moved;
    register_process(f, "host:42:me");
    assert_int_equal(fl_recovery_force(&f->desk.ports, "host:42:me", FL_SPAN("[\"default\"]"),
                                       FL_RECOVERY_KEEP, &moved),
                     FL_OK);
    assert_int_equal(moved, 2);
    desk_expect(&f->desk, "db0 hash \"faultline:fetchers\" {\"host:42:me\":\"[\\\"default\\\"]\"}\n"
                          "db0 list \"queue:default\" [\"newer\",\"older\"]\n");
}

static void processes_without_a_heartbeat_are_pruned_once_a_minute(void **state)
{
    struct fixture *f = *state;
    desk_redis(&f->desk, "SADD processes alive dead gone");
    desk_redis(&f->desk, "HSET alive info {}");
    assert_int_equal(fl_prune_processes(f->desk.ports.redis, f->desk.ports.clock), FL_OK);
    const struct fake_redis_key *set = fake_redis_find(f->desk.engine, 0, FL_SPAN("processes"));
    assert_int_equal(fake_redis_length(set), 1);
    assert_true(fake_redis_set_has(set, FL_SPAN("alive")));
    desk_redis(&f->desk, "SADD processes dead");
    assert_int_equal(fl_prune_processes(f->desk.ports.redis, f->desk.ports.clock), FL_OK);
    set = fake_redis_find(f->desk.engine, 0, FL_SPAN("processes"));
    assert_int_equal(fake_redis_length(set), 2);
    fake_clock_advance(&f->desk.clock, INT64_C(61) * 1000000);
    assert_int_equal(fl_prune_processes(f->desk.ports.redis, f->desk.ports.clock), FL_OK);
    set = fake_redis_find(f->desk.engine, 0, FL_SPAN("processes"));
    assert_int_equal(fake_redis_length(set), 1);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, host_row, hosts, FL_COUNT(hosts), sizeof(hosts[0]));
    rows_add(&rows, again_row, agains, FL_COUNT(agains), sizeof(agains[0]));
    const struct CMUnitTest others[] = {
        WITH_FIXTURE(a_process_without_a_heartbeat_is_dead),
        WITH_FIXTURE(the_list_of_a_second_capsule_is_recovered_too),
        WITH_FIXTURE(a_process_with_a_heartbeat_lives),
        WITH_FIXTURE(an_entry_that_is_not_understood_does_not_stop_the_others),
        WITH_FIXTURE(a_process_never_recovers_itself),
        WITH_FIXTURE(a_name_is_not_cut_at_a_nul),
        WITH_FIXTURE(recoveries_count_for_72_hours_from_the_first),
        WITH_FIXTURE(those_that_are_put_off_are_a_minute_apart),
        WITH_FIXTURE(the_dead_set_keeps_its_limit_when_a_pill_is_buried),
        WITH_FIXTURE(what_a_process_gives_back_itself_is_not_counted),
        WITH_FIXTURE(a_forced_end_may_keep_the_entry),
        WITH_FIXTURE(processes_without_a_heartbeat_are_pruned_once_a_minute),
    };
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "recovery");
}
