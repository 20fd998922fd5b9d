/* Every allocation of requests, answers and replay files fails in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "harness/cli/replay_file.h"
#include "harness/cli/request.h"

enum { TEXT_BYTES_MAX = 64 * 1024 };

static const struct scenario_setting settings[] = {{"file", "a.csv"}, {"n", "3"}};

static const struct fl_span variants[] = {FL_SPAN("fault kill p1 at +1s")};

static enum fl_error send_request(void *context)
{
    const struct run_request sent = {.path = "a.scenario",
                                     .settings = settings,
                                     .setting_count = 2,
                                     .seeds = 1,
                                     .points = 1,
                                     .sweep = -1,
                                     .variants = variants,
                                     .variant_count = 1,
                                     .changes = {.extra = FL_SPAN("heal at +1s")},
                                     .source = REQUEST_RECORDED,
                                     .choices = FL_SPAN("choices\n")};
    struct fl_buf line = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct run_request got;
    (void)context;
    enum fl_error err = run_request_write(&sent, &line);
    if (!err) err = run_request_read(fl_buf_span(&line), &arena, &got);
    fl_arena_release(&arena);
    fl_buf_release(&line);
    return err;
}

static enum fl_error send_answer(void *context)
{
    struct run_effect effects[] = {{.who = FL_SPAN("a#1"), .what = FL_SPAN("mail")}};
    struct run_receipt receipts[] = {{FL_SPAN("mail a@b"), FL_SPAN("k"), 1}};
    struct run_job jobs[] = {{FL_SPAN("a"), FL_SPAN("done"), true}};
    const struct run_facts facts = {.failed_at = FL_SPAN("queue: f"),
                                    .effects = effects,
                                    .effect_count = 1,
                                    .receipts = receipts,
                                    .receipt_count = 1,
                                    .jobs = jobs,
                                    .job_count = 1};
    const struct run_item item = {
        .verdict = RUN_FAILED, .text = FL_SPAN("expected\nfound"), .facts = &facts};
    struct fl_buf line = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct run_answer got = {0};
    (void)context;
    struct run_answer_writer writer = run_answer_begin(&line);
    run_answer_add(&writer, &item);
    enum fl_error err = run_answer_end(&writer, 1);
    if (!err) err = run_answer_read(fl_buf_span(&line), &got);
    if (!err) run_answer_release(&got);
    fl_buf_release(&line);
    return err;
}

static enum fl_error write_and_read_a_replay(void *context)
{
    const struct replay sent = {.scenario = "a.scenario", .settings = settings, .setting_count = 2};
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX), message = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct replay got;
    (void)context;
    enum fl_error err = replay_format(&sent, &text);
    if (!err) err = replay_parse("r", fl_buf_span(&text), &arena, &got, &message);
    fl_arena_release(&arena);
    fl_buf_release(&message);
    fl_buf_release(&text);
    return err;
}

static void a_request(void **state)
{
    (void)state;
    alloc_sweep(send_request, NULL);
}

static void an_answer(void **state)
{
    (void)state;
    alloc_sweep(send_answer, NULL);
}

static void a_replay_file(void **state)
{
    (void)state;
    alloc_sweep(write_and_read_a_replay, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request),
        cmocka_unit_test(an_answer),
        cmocka_unit_test(a_replay_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
