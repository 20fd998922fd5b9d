/* One delivery at a time through a job thread, from the private list to wherever it ends. */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "queue/processor.h"

#define PRIVATE "queue:fl|host:42:me|default"

struct fixture {
    struct desk desk;
    struct fl_settings settings;
    struct fl_control control;
    struct fl_stats stats;
    struct fl_registry registry;
    struct fl_handoff *handoff;
    struct fl_moves moves;
    struct fl_job_world world;
    struct fl_processor processor;
    char seen[128]; /* by the handler or the hook */
    struct fl_delivery *given_back;
};

static struct fixture *fixture_of(const struct fl_job *job)
{
    struct desk *desk = fl_job_redis(job).self;
    return desk->context;
}

static enum fl_outcome well(struct fl_job *job)
{
    snprintf(fixture_of(job)->seen, sizeof(fixture_of(job)->seen), "%s %s %s %d", fl_job_class(job),
             fl_job_jid(job), fl_job_queue(job), fl_job_retry_count(job));
    return FL_DONE;
}

static enum fl_outcome badly(struct fl_job *job)
{
    return fl_fail(job, FL_TRANSIENT, "BoomError", "boom %d", 7);
}

static enum fl_outcome hopeless(struct fl_job *job)
{
    return fl_fail(job, FL_PERMANENT, "ArgumentError", "never");
}

static enum fl_outcome without_memory(struct fl_job *job)
{
    return fl_fail(job, FL_SYSTEM, "NoMemoryError", "none");
}

static enum fl_outcome speechless(struct fl_job *job)
{
    (void)job;
    return FL_FAILED;
}

static enum fl_outcome strange(struct fl_job *job)
{
    (void)job;
    return (enum fl_outcome)77;
}

static enum fl_outcome gone(struct fl_job *job)
{
    return fl_discard(job, "user %d is gone", 7);
}

static void hook(struct fl_job *job)
{
    snprintf(fixture_of(job)->seen, sizeof(fixture_of(job)->seen), "hook %d %s",
             fl_job_retry_count(job), fl_job_error_message(job));
}

static void failing_hook(struct fl_job *job)
{
    (void)fl_fail(job, FL_TRANSIENT, "HookError", "hook broke");
}

static const struct fl_worker workers[] = {
    {.name = "Well", .perform = well, .retry = FL_RETRY_DEFAULT},
    {.name = "Badly", .perform = badly, .exhausted = hook, .retry = 1},
    {.name = "Hopeless", .perform = hopeless, .exhausted = hook, .retry = FL_RETRY_DEFAULT},
    {.name = "Dropped", .perform = badly, .exhausted = hook, .retry = 0, .dead = FL_DEAD_DROP},
    {.name = "Never", .perform = badly, .exhausted = hook, .retry = FL_RETRY_NEVER},
    {.name = "System", .perform = without_memory, .retry = FL_RETRY_DEFAULT},
    {.name = "Speechless", .perform = speechless, .retry = FL_RETRY_DEFAULT},
    {.name = "Strange", .perform = strange, .retry = FL_RETRY_DEFAULT},
    {.name = "Gone", .perform = gone, .retry = FL_RETRY_DEFAULT},
    {.name = "BadHook", .perform = hopeless, .exhausted = failing_hook, .retry = 3},
    {0},
};

/* The one delivery of a test is being settled: the thread ends after it. */
static void close_at_the_first_exchange(struct desk *desk)
{
    struct fixture *f = desk->context;
    fl_handoff_close(f->handoff);
}

static void open_fixture(struct fixture *f)
{
    static const struct fl_worker *const tables[] = {workers};
    const struct fl_process_options options = {.concurrency = 1};
    const char *problem;
    desk_open(&f->desk);
    f->desk.context = f;
    f->desk.before_exchange = close_at_the_first_exchange;
    const struct fl_handoff_options handoff = {
        .tasks = f->desk.ports.tasks, .clock = f->desk.ports.clock, .concurrency = 1};
    assert_int_equal(fl_settings_init(&f->settings, &options, &problem), FL_OK);
    assert_int_equal(fl_control_init(&f->control, f->desk.ports.tasks, f->desk.ports.clock), FL_OK);
    assert_int_equal(fl_stats_init(&f->stats, f->desk.ports.tasks), FL_OK);
    assert_int_equal(fl_registry_init(&f->registry, tables, 1, &problem), FL_OK);
    assert_int_equal(fl_handoff_new(&handoff, &f->handoff), FL_OK);
    f->moves = (struct fl_moves){.redis = f->desk.ports.redis,
                                 .clock = f->desk.ports.clock,
                                 .dead_max_jobs = 100,
                                 .dead_timeout_us = 1000000,
                                 .identity = "host:42:me",
                                 .queues = f->settings.queues};
    f->world = (struct fl_job_world){
        .ports = &f->desk.ports, .registry = &f->registry, .control = &f->control};
    f->processor = (struct fl_processor){
        .settings = &f->settings,
        .world = &f->world,
        .stats = &f->stats,
        .settler = {&f->desk.ports, &f->moves, f->handoff, &f->control},
    };
}

static void close_fixture(struct fixture *f)
{
    fl_handoff_free(f->handoff);
    fl_registry_release(&f->registry);
    fl_stats_release(&f->stats);
    fl_control_release(&f->control);
    desk_close(&f->desk);
}

static void deliver(struct fixture *f, const char *payload)
{
    struct fl_delivery *delivery = fl_delivery_new(0, fl_span_from(payload));
    desk_redis_value(&f->desk, "LPUSH " PRIVATE, payload);
    fl_buf_truncate(&f->desk.sent, 0);
    assert_true(fl_handoff_offer(f->handoff, &delivery, 1));
    fl_control_worker_began(&f->control);
    fl_processor_run(&f->processor);
}

static size_t length(struct fixture *f, const char *key)
{
    const struct fake_redis_key *found = fake_redis_find(f->desk.engine, 0, fl_span_from(key));
    return found ? fake_redis_length(found) : 0;
}

static struct outcome_case {
    const char *name;
    const char *payload;
    size_t want_retry, want_dead;
    int want_failed; /* of one processed; -1: not counted at all */
    const char *want_seen, *want_log;
} outcomes[] = {
    {"outcome: done is acknowledged",
     "{\"class\":\"Well\",\"jid\":\"j\",\"queue\":\"default\",\"retry\":true}", 0, 0, 0,
     "Well j default -1", "start\ndone\n"},
    {"outcome: discarded is acknowledged and told", "{\"class\":\"Gone\",\"jid\":\"j\"}", 0, 0, 0,
     "", "start\ndiscarded: user 7 is gone\ndone\n"},
    {"outcome: transient is stored", "{\"class\":\"Badly\",\"jid\":\"j\"}", 1, 0, 1, "",
     "start\nfail\nBoomError: boom 7\n"},
    {"outcome: the last retry is buried after the hook",
     "{\"class\":\"Badly\",\"jid\":\"j\",\"retry_count\":0}", 0, 1, 1, "hook 1 boom 7",
     "start\nfail\nBoomError: boom 7\nAdding dead Badly job j\n"},
    {"outcome: permanent is buried at once", "{\"class\":\"Hopeless\",\"jid\":\"j\"}", 0, 1, 1,
     "hook 0 never", "start\nfail\nArgumentError: never\nAdding dead Hopeless job j\n"},
    {"outcome: dead is off: gone after the hook", "{\"class\":\"Dropped\",\"jid\":\"j\"}", 0, 0, 1,
     "hook 0 boom 7", "start\nfail\nBoomError: boom 7\n"},
    {"outcome: retry is off: gone without the hook", "{\"class\":\"Never\",\"jid\":\"j\"}", 0, 0, 1,
     "", "start\nfail\nBoomError: boom 7\n"},
    {"outcome: a failure without a reason is transient", "{\"class\":\"Speechless\",\"jid\":\"j\"}",
     1, 0, 1, "", "start\nfail\nRuntimeError: the handler failed and gave no reason\n"},
    {"outcome: no outcome at all is transient", "{\"class\":\"Strange\",\"jid\":\"j\"}", 1, 0, 1,
     "", "start\nfail\nTypeError: the handler returned 77, which is no outcome\n"},
    {"outcome: an unknown class is retried", "{\"class\":\"Nobody\",\"jid\":\"j\",\"retry\":3}", 1,
     0, 1, "", "start\nfail\nNameError: uninitialized constant Nobody\n"},
    {"outcome: a hook that fails does not keep the job from the dead set",
     "{\"class\":\"BadHook\",\"jid\":\"j\"}", 0, 1, 1, "",
     "start\nfail\nArgumentError: never\nthe exhausted hook failed: HookError: hook broke\n"
     "Adding dead BadHook job j\n"},
    {"outcome: what is no JSON is buried", "not json", 0, 1, -1, "",
     "buried a payload of default that is no job: not a JSON object\n"},
    {"outcome: what is no object is buried", "[1,2]", 0, 1, -1, "",
     "buried a payload of default that is no job: not a JSON object\n"},
    {"outcome: what has no class is buried", "{\"args\":[]}", 0, 1, -1, "",
     "buried a payload of default that is no job: it has no class\n"},
};

static void outcome_row(void **state)
{
    const struct outcome_case *row = *state;
    struct fixture *f = calloc(1, sizeof(*f));
    open_fixture(f);
    deliver(f, row->payload);
    assert_int_equal(length(f, PRIVATE), 0);
    assert_int_equal(length(f, "retry"), row->want_retry);
    assert_int_equal(length(f, "dead"), row->want_dead);
    struct fl_stats_counts counts = fl_stats_take(&f->stats);
    assert_int_equal(counts.processed, row->want_failed >= 0);
    assert_int_equal(counts.failed, row->want_failed > 0);
    assert_string_equal(f->seen, row->want_seen);
    assert_string_equal(f->desk.log.bytes, row->want_log);
    assert_int_equal(fl_control_status(&f->control), 0);
    close_fixture(f);
    free(f);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    open_fixture(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    close_fixture(f);
    free(f);
    return 0;
}

static void buried_bytes_are_those_that_were_fetched(void **state)
{
    struct fixture *f = *state;
    deliver(f, "not json");
    desk_expect(&f->desk, "db0 zset \"dead\" [(\"not json\",1795451428.1207011)]\n");
}

static void a_retry_waits_its_delay_and_jitter(void **state)
{
    struct fixture *f = *state;
    f->desk.draw = 7;
    deliver(f, "{\"class\":\"Badly\",\"retry\":5,\"retry_count\":0}"); /* 1 + 15 + 7 x 2 */
    const struct fake_redis_key *retry = fake_redis_find(f->desk.engine, 0, FL_SPAN("retry"));
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    assert_true(fake_redis_next(retry, &cursor, &element));
    assert_true(element.score > 1795451458.1 && element.score < 1795451458.2);
    assert_non_null(memmem(element.member.bytes, element.member.length, "\"retry_count\":1", 15));
}

static void a_system_failure_is_stored_and_ends_the_process(void **state)
{
    struct fixture *f = *state;
    deliver(f, "{\"class\":\"System\",\"jid\":\"j\"}");
    assert_int_equal(length(f, "retry"), 1);
    assert_int_equal(fl_control_status(&f->control), FL_EXIT_SYSTEM);
    assert_int_equal(fl_control_phase(&f->control), FL_PHASE_STOPPING);
}

static void an_outcome_is_repeated_until_redis_takes_it(void **state)
{
    struct fixture *f = *state;
    int64_t start_us = f->desk.clock.mono_us;
    desk_fail(&f->desk, DESK_REFUSED, 0);
    deliver(f, "{\"class\":\"Well\",\"jid\":\"j\"}");
    assert_int_equal(length(f, PRIVATE), 0);
    assert_int_equal(f->desk.clock.mono_us - start_us, 1000000);
    assert_non_null(strstr(f->desk.log.bytes, "could not be stored yet"));
}

static void a_lost_answer_is_no_loss_of_ownership(void **state)
{
    struct fixture *f = *state;
    desk_fail(&f->desk, DESK_LOST, 0);
    deliver(f, "{\"class\":\"Well\",\"jid\":\"j\"}");
    assert_int_equal(length(f, PRIVATE), 0);
    assert_null(strstr(f->desk.log.bytes, "void"));
}

static void who_lost_the_job_meanwhile_says_so_and_goes_on(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *delivery = fl_delivery_new(0, FL_SPAN("{\"class\":\"Badly\"}"));
    assert_true(fl_handoff_offer(f->handoff, &delivery, 1));
    fl_control_worker_began(&f->control);
    fl_processor_run(&f->processor);
    assert_int_equal(length(f, "retry"), 0);
    assert_non_null(strstr(f->desk.log.bytes, "its outcome is void"));
}

static enum fl_outcome abandoned(struct fl_job *job)
{
    struct fl_delivery *unfinished[FL_HANDOFF_MAX];
    assert_int_equal(fl_handoff_abandon(fixture_of(job)->handoff, unfinished), 1);
    fixture_of(job)->given_back = unfinished[0];
    return fl_fail(job, FL_PERMANENT, "LateError", "too late");
}

static void what_ends_after_it_was_given_back_is_void(void **state)
{
    struct fixture *f = *state;
    static const struct fl_worker late[] = {
        {.name = "Late", .perform = abandoned, .exhausted = hook, .retry = FL_RETRY_DEFAULT}, {0}};
    static const struct fl_worker *const tables[] = {late};
    const char *name;
    fl_registry_release(&f->registry);
    assert_int_equal(fl_registry_init(&f->registry, tables, 1, &name), FL_OK);
    f->desk.before_exchange = NULL;
    deliver(f, "{\"class\":\"Late\",\"jid\":\"j\"}");
    assert_int_equal(length(f, PRIVATE), 1);
    assert_int_equal(length(f, "dead"), 0);
    assert_string_equal(f->seen, "");
    free(f->given_back);
}

/* It was stored for its retry already: a batch of acknowledgements would miss it. */
static void what_failed_is_not_acknowledged_with_others(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *waiting = fl_delivery_new(0, FL_SPAN("{\"class\":\"Well\"}"));
    desk_redis(&f->desk, "LPUSH " PRIVATE " {\"class\":\"Well\"}");
    f->desk.before_exchange = NULL;
    f->desk.on_endless_wait = close_at_the_first_exchange;
    const char *badly = "{\"class\":\"Badly\",\"jid\":\"j\"}";
    struct fl_delivery *first = fl_delivery_new(0, fl_span_from(badly));
    desk_redis_value(&f->desk, "LPUSH " PRIVATE, badly);
    assert_true(fl_handoff_offer(f->handoff, &first, 1));
    assert_true(fl_handoff_offer(f->handoff, &waiting, 1));
    fl_control_worker_began(&f->control);
    fl_processor_run(&f->processor);
    assert_int_equal(length(f, PRIVATE), 0);
    assert_int_equal(length(f, "retry"), 1);
    assert_null(strstr(f->desk.log.bytes, "its outcome is void"));
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, outcome_row, outcomes, FL_COUNT(outcomes), sizeof(outcomes[0]));
    const struct CMUnitTest others[] = {
        WITH_FIXTURE(buried_bytes_are_those_that_were_fetched),
        WITH_FIXTURE(a_retry_waits_its_delay_and_jitter),
        WITH_FIXTURE(a_system_failure_is_stored_and_ends_the_process),
        WITH_FIXTURE(an_outcome_is_repeated_until_redis_takes_it),
        WITH_FIXTURE(a_lost_answer_is_no_loss_of_ownership),
        WITH_FIXTURE(who_lost_the_job_meanwhile_says_so_and_goes_on),
        WITH_FIXTURE(what_ends_after_it_was_given_back_is_void),
        WITH_FIXTURE(what_failed_is_not_acknowledged_with_others),
    };
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "processor");
}
