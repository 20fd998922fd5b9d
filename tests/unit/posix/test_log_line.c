#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/assert.h"
#include "posix/clock.h"
#include "posix/log.h"
#include "posix/log_line.h"

static const struct fl_log_origin origin = {
    .wall_us = 1795455028125471, .pid = 4711, .tid = "gmx3"};

static const struct fl_log_field fields[] = {
    {"class", {"ImportWorker", 12}, FL_LOG_TEXT},
    {"elapsed", {"0.021", 5}, FL_LOG_RAW_JSON},
};

static void check(enum fl_log_format format, const struct fl_log_origin *from,
                  const struct fl_log_line *line, const char *want)
{
    struct fl_buf out = FL_BUF_INIT(FL_LOG_LINE_BYTES_MAX);
    assert_int_equal(fl_log_line_format(&out, format, from, line), FL_OK);
    assert_string_equal(out.bytes, want);
    fl_buf_release(&out);
}

static void json_has_sidekiqs_keys_in_its_order(void **state)
{
    (void)state;
    struct fl_log_line line = {FL_LOG_INFO, FL_SPAN("done"), fields, 2};
    check(FL_LOG_JSON, &origin, &line,
          "{\"ts\":\"2026-11-23T17:30:28.125Z\",\"pid\":4711,\"tid\":\"gmx3\",\"lvl\":\"INFO\","
          "\"msg\":\"done\",\"ctx\":{\"class\":\"ImportWorker\",\"elapsed\":0.021}}\n");
}

static void json_without_fields_has_no_ctx_and_stays_one_line(void **state)
{
    (void)state;
    struct fl_log_line line = {.level = FL_LOG_WARN, .message = FL_SPAN("two\nlines \"\xff\"")};
    check(FL_LOG_JSON, &origin, &line,
          "{\"ts\":\"2026-11-23T17:30:28.125Z\",\"pid\":4711,\"tid\":\"gmx3\",\"lvl\":\"WARN\","
          "\"msg\":\"two\\nlines \\\"\xef\xbf\xbd\\\"\"}\n");
}

static void the_job_of_the_task_is_added_unless_it_is_named(void **state)
{
    (void)state;
    struct fl_log_origin with_job = origin;
    with_job.jid = "abc";
    static const struct fl_log_field named[] = {{"jid", {"def", 3}, FL_LOG_TEXT}};
    struct fl_log_line line = {.level = FL_LOG_INFO, .message = FL_SPAN("x")};
    check(FL_LOG_PLAIN, &with_job, &line,
          "2026-11-23T17:30:28.125Z pid=4711 tid=gmx3 jid=abc INFO: x\n");
    line.fields = named;
    line.field_count = 1;
    check(FL_LOG_PLAIN, &with_job, &line,
          "2026-11-23T17:30:28.125Z pid=4711 tid=gmx3 jid=def INFO: x\n");
}

static void plain_is_sidekiqs_readable_form(void **state)
{
    (void)state;
    struct fl_log_line line = {FL_LOG_ERROR, FL_SPAN("two\nlines"), fields, 2};
    check(FL_LOG_PLAIN, &origin, &line,
          "2026-11-23T17:30:28.125Z pid=4711 tid=gmx3 class=ImportWorker elapsed=0.021 ERROR: "
          "two lines\n");
}

static void a_line_that_is_too_long_keeps_its_beginning(void **state)
{
    (void)state;
    static char long_text[FL_LOG_LINE_BYTES_MAX];
    memset(long_text, 'x', sizeof long_text);
    struct fl_log_field field = {"backtrace", {long_text, sizeof long_text}, FL_LOG_TEXT};
    struct fl_log_line line = {FL_LOG_INFO, {long_text, sizeof long_text}, &field, 1};
    struct fl_buf out = FL_BUF_INIT(FL_LOG_LINE_BYTES_MAX);
    assert_int_equal(fl_log_line_format(&out, FL_LOG_JSON, &origin, &line), FL_OK);
    assert_true(out.length > FL_LOG_MESSAGE_BYTES_KEPT);
    assert_true(out.length < FL_LOG_MESSAGE_BYTES_KEPT + 256);
    assert_null(strstr(out.bytes, "backtrace"));
    fl_buf_release(&out);
}

struct fixture {
    int ends[2];
    struct fl_threads *threads;
    struct fl_posix_log *log;
};

static void lines_below_the_level_are_not_written_and_a_broken_pipe_is_counted(void **state)
{
    (void)state;
    struct fixture f;
    char text[512];
    fl_assert(pipe(f.ends) == 0);
    assert_int_equal(fl_threads_new(&f.threads), FL_OK);
    struct fl_posix_log_options options = {f.ends[1], FL_LOG_PLAIN, FL_LOG_INFO};
    assert_int_equal(fl_posix_log_new(&options, fl_posix_clock(), f.threads, &f.log), FL_OK);
    struct fl_log log = fl_posix_log_port(f.log);
    fl_log_write(log, &(struct fl_log_line){.level = FL_LOG_DEBUG, .message = FL_SPAN("no")});
    fl_log_write(log, &(struct fl_log_line){.level = FL_LOG_INFO, .message = FL_SPAN("yes")});
    ssize_t length = read(f.ends[0], text, sizeof text - 1);
    assert_true(length > 0);
    text[length] = '\0';
    assert_non_null(strstr(text, " INFO: yes\n"));
    assert_null(strstr(text, ": no\n")); /* a thread's id may well be "no" */
    close(f.ends[0]);
    fl_log_write(log, &(struct fl_log_line){.level = FL_LOG_INFO, .message = FL_SPAN("gone")});
    assert_int_equal(fl_posix_log_dropped(f.log), 1);
    close(f.ends[1]);
    fl_posix_log_free(f.log);
    fl_threads_free(f.threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_has_sidekiqs_keys_in_its_order),
        cmocka_unit_test(json_without_fields_has_no_ctx_and_stays_one_line),
        cmocka_unit_test(the_job_of_the_task_is_added_unless_it_is_named),
        cmocka_unit_test(plain_is_sidekiqs_readable_form),
        cmocka_unit_test(a_line_that_is_too_long_keeps_its_beginning),
        cmocka_unit_test(lines_below_the_level_are_not_written_and_a_broken_pipe_is_counted),
    };
    signal(SIGPIPE, SIG_IGN); /* as the programs do */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
