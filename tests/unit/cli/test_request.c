#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/cli/request.h"

static void a_request_arrives_as_it_was_sent(void **state)
{
    const struct scenario_setting settings[] = {{"file", "a \"b\".csv"}, {"empty", ""}};
    const struct fl_span variants[] = {FL_SPAN("fault a"), FL_SPAN("fault b\n")};
    const struct run_request sent = {.path = "a/b.scenario",
                                     .settings = settings,
                                     .setting_count = 2,
                                     .seed = INT64_MAX,
                                     .seeds = 1,
                                     .sweep = 12,
                                     .points = 64,
                                     .record = true,
                                     .source = REQUEST_RECORDED,
                                     .choices = FL_SPAN("line one\nline \x01 two\n"),
                                     .tells_choices = true,
                                     .tells_alternatives = true,
                                     .alternatives_from = 17,
                                     .changes = {FL_SPAN("fault kill p1 at +1s\n"), true, true},
                                     .effects_max = 1000,
                                     .may_be_same = true,
                                     .same_as = UINT64_MAX - 5,
                                     .variants = variants,
                                     .variant_count = 2,
                                     .wants = RUN_WANTS_ALL};
    struct fl_buf line = FL_BUF_INIT(4096);
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct run_request got;
    (void)state;
    assert_int_equal(run_request_write(&sent, &line), FL_OK);
    assert_null(memchr(line.bytes, '\n', line.length));
    assert_int_equal(run_request_read(fl_buf_span(&line), &arena, &got), FL_OK);
    assert_string_equal(got.path, sent.path);
    assert_int_equal(got.setting_count, 2);
    assert_string_equal(got.settings[0].value, settings[0].value);
    assert_string_equal(got.settings[1].value, "");
    assert_true(got.seed == sent.seed);
    assert_int_equal(got.seeds, 1);
    assert_int_equal(got.sweep, 12);
    assert_int_equal(got.points, 64);
    assert_true(got.record);
    assert_int_equal(got.source, REQUEST_RECORDED);
    assert_true(fl_span_equal(got.choices, sent.choices));
    assert_true(got.tells_choices);
    assert_true(got.tells_alternatives);
    assert_int_equal(got.alternatives_from, 17);
    assert_true(fl_span_equal(got.changes.extra, sent.changes.extra));
    assert_true(got.changes.bare);
    assert_true(got.changes.instead);
    assert_int_equal(got.effects_max, 1000);
    assert_true(got.may_be_same && got.same_as == UINT64_MAX - 5);
    assert_int_equal(got.variant_count, 2);
    assert_true(fl_span_equal(got.variants[1], variants[1]));
    assert_int_equal(got.wants, RUN_WANTS_ALL);
    fl_arena_release(&arena);
    fl_buf_release(&line);
}

static void an_answer_arrives_as_it_was_sent(void **state)
{
    const struct run_item sent[] = {
        {.seed = 7,
         .sweep = -1,
         .verdict = RUN_PASSED,
         .trace_hash = {UINT64_MAX, 1},
         .effects = 9,
         .virtual_us = 12345},
        {.seed = 8,
         .sweep = 3,
         .verdict = RUN_FAILED,
         .failed_line = 5,
         .misses = 2,
         .text = FL_SPAN("expected\nfound"),
         .swept_at = FL_SPAN("kill p1"),
         .trace = FL_SPAN("t"),
         .choices = FL_SPAN("c"),
         .allocations = FL_SPAN("p1 5 a#1.1 mail\n")},
    };
    struct fl_buf line = FL_BUF_INIT(4096);
    struct run_answer got;
    (void)state;
    struct run_answer_writer writer = run_answer_begin(&line);
    run_answer_add(&writer, &sent[0]);
    run_answer_add(&writer, &sent[1]);
    assert_int_equal(run_answer_end(&writer, 77), FL_OK);
    assert_int_equal(run_answer_read(fl_buf_span(&line), &got), FL_OK);
    assert_null(got.error);
    assert_int_equal(got.item_count, 2);
    assert_int_equal(got.took_us, 77);
    assert_true(got.items[0].trace_hash[0] == UINT64_MAX && got.items[0].trace_hash[1] == 1);
    assert_int_equal(got.items[0].virtual_us, 12345);
    assert_int_equal(got.items[0].text.length, 0);
    assert_int_equal(got.items[1].verdict, RUN_FAILED);
    assert_int_equal(got.items[1].failed_line, 5);
    assert_int_equal(got.items[1].misses, 2);
    assert_true(fl_span_is(got.items[1].text, "expected\nfound"));
    assert_true(fl_span_is(got.items[1].swept_at, "kill p1"));
    assert_true(fl_span_is(got.items[1].allocations, "p1 5 a#1.1 mail\n"));
    run_answer_release(&got);
    fl_buf_release(&line);
}

/* --- facts --- */

static struct run_effect effects[] = {{.who = FL_SPAN("a#1"),
                                       .job = FL_SPAN("a"),
                                       .process = FL_SPAN("p1"),
                                       .role = FL_SPAN("thread-1"),
                                       .what = FL_SPAN("redis LREM"),
                                       .detail = FL_SPAN("queue \"x\""),
                                       .ordinal = 7,
                                       .occurrence = 2,
                                       .applied = true,
                                       .before = 1,
                                       .after = 2},
                                      {.who = FL_SPAN("p1/fetch"), .idle = true}};
static struct run_strike struck_at[] = {{.line = 9,
                                         .column = 4,
                                         .after = true,
                                         .job = FL_SPAN("a"),
                                         .delivery = 2,
                                         .what = FL_SPAN("db COMMIT"),
                                         .occurrence = 3},
                                        {.process = FL_SPAN("p1"), .role = FL_SPAN("fetch")}};
static struct run_guard guards[] = {{FL_SPAN("seen:1"), FL_SPAN("a"), 5, 86400, 1000000, 25}};
static struct run_moment moments[] = {{UINT64_MAX, 2, 3, 4, 5, 0}, {6, 7, 8, 9, 10, 1}};
static struct run_key_change changes[] = {{UINT64_MAX, 7}};
static uint64_t overwritten[] = {UINT64_MAX, 8};
static struct run_receipt receipts[] = {{FL_SPAN("mail a@b"), FL_SPAN("k-1"), 2}};
static struct run_job jobs[] = {{FL_SPAN("a"), FL_SPAN("done"), true}};
static const struct run_facts facts = {.drained = true,
                                       .asked_time = true,
                                       .struck = true,
                                       .strikes = 3,
                                       .failed_at = FL_SPAN("queue: f < g"),
                                       .statics = FL_SPAN("counter (4 bytes) in x.so\n"),
                                       .guards = guards,
                                       .guard_count = 1,
                                       .struck_after = 1,
                                       .struck_moment = 1,
                                       .moments = moments,
                                       .moment_count = 2,
                                       .key_changes = changes,
                                       .key_change_count = 1,
                                       .overwritten = overwritten,
                                       .overwritten_count = 2,
                                       .woke = 2,
                                       .overwritten_by_wake = overwritten,
                                       .overwritten_by_wake_count = 1,
                                       .effects = effects,
                                       .effect_count = 2,
                                       .struck_at = struck_at,
                                       .struck_at_count = 2,
                                       .receipts = receipts,
                                       .receipt_count = 1,
                                       .jobs = jobs,
                                       .job_count = 1};

/* As they are read from the answer in which they were sent, and what came beside them; the caller
 * releases it. */
static const struct run_facts *send_facts(struct run_answer *got)
{
    const struct run_item sent = {.sweep = -1,
                                  .state = FL_SPAN("db t\n"),
                                  .recording = FL_SPAN("{\"t\":1}\n"),
                                  .never = FL_SPAN("4 a dead\n"),
                                  .facts = &facts};
    struct fl_buf line = FL_BUF_INIT(4096);
    struct run_answer_writer writer = run_answer_begin(&line);
    run_answer_add(&writer, &sent);
    assert_int_equal(run_answer_end(&writer, 1), FL_OK);
    assert_int_equal(run_answer_read(fl_buf_span(&line), got), FL_OK);
    fl_buf_release(&line);
    return got->items[0].facts;
}

static void facts_arrive_as_they_were_sent(void **state)
{
    struct run_answer got;
    (void)state;
    const struct run_facts *read = send_facts(&got);
    assert_true(fl_span_is(got.items[0].state, "db t\n"));
    assert_true(fl_span_is(got.items[0].recording, "{\"t\":1}\n"));
    assert_true(fl_span_is(got.items[0].never, "4 a dead\n"));
    assert_int_equal(read->strikes, 3);
    assert_true(fl_span_is(read->failed_at, "queue: f < g"));
    assert_true(fl_span_is(read->statics, "counter (4 bytes) in x.so\n"));
    assert_int_equal(read->guard_count, 1);
    assert_true(fl_span_is(read->guards[0].key, "seen:1") && read->guards[0].retries == 25);
    assert_true(read->guards[0].at_us == 5 && read->guards[0].ends_us == 86400);
    assert_true(fl_span_is(read->guards[0].job, "a") && read->guards[0].span_us == 1000000);
    assert_true(read->asked_time && read->drained && read->struck && read->struck_after == 1);
    assert_true(fl_span_is(read->receipts[0].key, "k-1") && read->receipts[0].count == 2);
    assert_true(fl_span_is(read->jobs[0].state, "done") && read->jobs[0].of_plan);
    run_answer_release(&got);
}

static void effects_arrive_as_they_were_sent(void **state)
{
    struct run_answer got;
    (void)state;
    const struct run_facts *read = send_facts(&got);
    assert_int_equal(read->effect_count, 2);
    assert_true(fl_span_is(read->effects[0].detail, "queue \"x\""));
    assert_true(fl_span_is(read->effects[0].job, "a"));
    assert_true(fl_span_is(read->effects[0].process, "p1"));
    assert_true(fl_span_is(read->effects[0].role, "thread-1"));
    assert_int_equal(read->effects[0].ordinal, 7);
    assert_int_equal(read->effects[0].occurrence, 2);
    assert_true(read->effects[0].applied && !read->effects[0].idle && read->effects[1].idle);
    run_answer_release(&got);
}

static void worlds_arrive_as_they_were_sent(void **state)
{
    struct run_answer got;
    (void)state;
    const struct run_facts *read = send_facts(&got);
    assert_int_equal(read->moment_count, 2);
    assert_memory_equal(read->moments, moments, sizeof moments);
    assert_int_equal(read->key_change_count, 1);
    assert_memory_equal(read->key_changes, changes, sizeof changes);
    assert_int_equal(read->overwritten_count, 2);
    assert_memory_equal(read->overwritten, overwritten, sizeof overwritten);
    assert_int_equal(read->struck_moment, 1);
    assert_int_equal(read->woke, 2);
    assert_int_equal(read->overwritten_by_wake_count, 1);
    assert_true(read->overwritten_by_wake[0] == UINT64_MAX);
    assert_true(read->effects[0].before == 1 && read->effects[0].after == 2);
    assert_true(read->effects[1].before == 0 && read->effects[1].after == 0);
    run_answer_release(&got);
}

static void strikes_arrive_as_they_were_sent(void **state)
{
    struct run_answer got;
    (void)state;
    const struct run_facts *read = send_facts(&got);
    assert_int_equal(read->struck_at_count, 2);
    assert_true(read->struck_at[0].line == 9 && read->struck_at[0].column == 4 &&
                read->struck_at[0].after);
    assert_true(fl_span_is(read->struck_at[0].job, "a") && read->struck_at[0].delivery == 2);
    assert_true(fl_span_is(read->struck_at[0].what, "db COMMIT"));
    assert_int_equal(read->struck_at[0].occurrence, 3);
    assert_true(fl_span_is(read->struck_at[1].process, "p1"));
    assert_true(fl_span_is(read->struck_at[1].role, "fetch") && !read->struck_at[1].after);
    run_answer_release(&got);
}

static void an_error_is_an_answer_too(void **state)
{
    struct fl_buf line = FL_BUF_INIT(4096);
    struct run_answer got;
    (void)state;
    assert_int_equal(run_answer_error(&line, "out of memory"), FL_OK);
    assert_int_equal(run_answer_read(fl_buf_span(&line), &got), FL_OK);
    assert_string_equal(got.error, "out of memory");
    run_answer_release(&got);
    fl_buf_release(&line);
}

static struct bad_case {
    const char *name, *line;
} bad_answers[] = {
    {"answer: empty", ""},
    {"answer: no object", "[]"},
    {"answer: no items", "{\"took_us\":1}"},
    {"answer: an item without a hash", "{\"items\":[{\"seed\":1}],\"took_us\":1}"},
    {"answer: a verdict that is none",
     "{\"items\":[{\"seed\":1,\"sweep\":-1,\"verdict\":99,\"effects\":1,\"virtual_us\":1,\"hash\":"
     "\"00000000000000000000000000000000\"}],\"took_us\":1}"},
    {"answer: an effect that is a number",
     "{\"items\":[{\"seed\":1,\"sweep\":-1,\"verdict\":0,\"effects\":1,\"virtual_us\":1,\"hash\":"
     "\"00000000000000000000000000000000\",\"facts\":{\"struck_after\":0,"
     "\"effects\":[1,2,3,4,5,6,7,8,9,0,0]}}],\"took_us\":1}"},
    {"answer: an effect at a moment that there is not",
     "{\"items\":[{\"seed\":1,\"sweep\":-1,\"verdict\":0,\"effects\":1,\"virtual_us\":1,\"hash\":"
     "\"00000000000000000000000000000000\",\"facts\":{\"struck_after\":0,\"receipts\":[],\"jobs\":["
     "],"
     "\"effects\":[\"\",\"\",\"\",\"\",\"\",\"\",1,1,0,1,0]}}],\"took_us\":1}"},
    {"answer: half a hash",
     "{\"items\":[{\"seed\":1,\"sweep\":-1,\"verdict\":0,\"effects\":1,\"virtual_us\":1,\"hash\":"
     "\"0000\"}],\"took_us\":1}"},
};

static void bad_answer_row(void **state)
{
    const struct bad_case *row = *state;
    struct run_answer got;
    assert_int_equal(run_answer_read(fl_span_from(row->line), &got), FL_EPARSE);
}

static void a_request_for_too_many_runs_is_refused(void **state)
{
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct run_request got;
    (void)state;
    assert_int_equal(
        run_request_read(FL_SPAN("{\"path\":\"a\",\"settings\":[],\"seed\":1,\"seeds\":"
                                 "65,\"sweep\":-1,\"points\":1}"),
                         &arena, &got),
        FL_EBOUND);
    fl_arena_release(&arena);
}

int main(void)
{
    enum { PLAIN = 8 };
    struct CMUnitTest tests[PLAIN + FL_COUNT(bad_answers)] = {
        cmocka_unit_test(a_request_arrives_as_it_was_sent),
        cmocka_unit_test(an_answer_arrives_as_it_was_sent),
        cmocka_unit_test(facts_arrive_as_they_were_sent),
        cmocka_unit_test(effects_arrive_as_they_were_sent),
        cmocka_unit_test(strikes_arrive_as_they_were_sent),
        cmocka_unit_test(worlds_arrive_as_they_were_sent),
        cmocka_unit_test(an_error_is_an_answer_too),
        cmocka_unit_test(a_request_for_too_many_runs_is_refused),
    };
    for (size_t i = 0; i < FL_COUNT(bad_answers); i++)
        tests[PLAIN + i] =
            (struct CMUnitTest){bad_answers[i].name, bad_answer_row, NULL, NULL, &bad_answers[i]};
    return _cmocka_run_group_tests("request", tests, FL_COUNT(tests), NULL, NULL);
}
