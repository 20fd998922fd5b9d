#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/assert.h"
#include "posix/worker_settings.h"
#include "posix/worker_shown.h"

struct fixture {
    struct fl_worker_settings settings;
    char path[64], problem[FL_WORKER_SETTINGS_PROBLEM_BYTES];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fl_assert(f != NULL);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fl_worker_settings_release(&f->settings);
    free(f);
    return 0;
}

static enum fl_error read_text(struct fixture *f, const char *text)
{
    snprintf(f->path, sizeof f->path, "/tmp/faultline-settings-XXXXXX");
    int fd = mkstemp(f->path);
    fl_assert(fd >= 0);
    fl_assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    enum fl_error err = fl_worker_settings_read(&f->settings, f->path, "production", f->problem);
    unlink(f->path);
    return err;
}

/* A line "name value place" in columns. */
static void assert_has_line(const char *text, const char *name, const char *value,
                            const char *place)
{
    char line[256];
    snprintf(line, sizeof line, "\n%-32s %-28s %s\n", name, value, place);
    if (!strstr(text, line)) fail_msg("no line '%s' in\n%s", line, text);
}

static void keys_stand_with_and_without_their_colon(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(read_text(f, ":concurrency: 7\ntimeout: 30\n:verbose: true\n:tag: blue\n"
                                  "average_scheduled_poll_interval: 2.5\n:wire: 6\n"
                                  ":poll_interval_average: 1\n"
                                  ":database: /var/lib/x.db\nunknown: [1, {a: b}]\n"
                                  "labels: [batch, 'eu west']\nrequire: ./a.so\n"),
                     FL_OK);
    assert_int_equal(f->settings.concurrency, 7);
    assert_int_equal(f->settings.timeout_s, 30);
    assert_int_equal(f->settings.verbose, FL_YES);
    assert_int_equal(f->settings.average_poll_us, 2500000);
    assert_int_equal(f->settings.own_poll_us, 1000000);
    assert_int_equal(f->settings.wire, 6);
    assert_string_equal(f->settings.tag, "blue");
    assert_string_equal(f->settings.database, "/var/lib/x.db");
    assert_int_equal(f->settings.label_count, 2);
    assert_string_equal(f->settings.labels[1], "eu west");
    assert_int_equal(f->settings.module_count, 1);
}

static void jobs_of_the_clock_have_arguments_of_any_shape(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(read_text(f,
                               "periodic:\n"
                               "  - {cron: '*/5 * * * *', class: A}\n"
                               "  - cron: '@daily'\n"
                               "    tz: Europe/Berlin\n"
                               "    class: B\n"
                               "    queue: :low\n"
                               "    name: nightly\n"
                               "    args: [1, -2.5, two, '3', true, ~, [], {a: {b: \"\\t\"}}]\n"),
                     FL_OK);
    assert_int_equal(f->settings.periodic_count, 2);
    const struct fl_periodic_setting *first = &f->settings.periodic[0], *second = first + 1;
    assert_string_equal(first->cron, "*/5 * * * *");
    assert_null(first->args);
    assert_null(first->zone);
    assert_string_equal(second->cron, "@daily");
    assert_string_equal(second->zone, "Europe/Berlin");
    assert_string_equal(second->worker, "B");
    assert_string_equal(second->queue, "low");
    assert_string_equal(second->name, "nightly");
    assert_string_equal(second->args,
                        "[1,-2.5,\"two\",\"3\",true,null,[],{\"a\":{\"b\":\"\\t\"}}]");
}

static void queues_have_weights_in_each_of_sidekiqs_forms(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(read_text(f, ":queues:\n  - critical\n  - [default, 3]\n  - :low\n"
                                  "  - mailers,2\n"),
                     FL_OK);
    static const struct fl_queue_setting want[] = {
        {"critical", 0}, {"default", 3}, {"low", 0}, {"mailers", 2}};
    assert_int_equal(f->settings.queues.count, FL_COUNT(want));
    for (size_t i = 0; i < FL_COUNT(want); i++) {
        assert_string_equal(f->settings.queues.items[i].name, want[i].name);
        assert_int_equal(f->settings.queues.items[i].weight, want[i].weight);
    }
}

static void alerts_have_limits_and_a_webhook(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(read_text(f, "alerts:\n  :failure_rate: 20\n  queue_latency: 120\n"
                                  "  missing_heartbeats: 1\n  webhook: https://ops.example/x\n"),
                     FL_OK);
    const struct fl_alert_setting *alerts = &f->settings.alerts;
    assert_int_equal(alerts->key_count, 4);
    assert_int_equal(alerts->failure_rate, 20);
    assert_int_equal(alerts->queue_latency, 120);
    assert_int_equal(alerts->missing_heartbeats, 1);
    assert_int_equal(alerts->dead_growth, 0);
    assert_string_equal(alerts->webhook, "https://ops.example/x");
}

static void capsules_have_threads_and_queues_of_their_own(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(read_text(f, "capsules:\n  :single:\n    :concurrency: 1\n    :queues:\n"
                                  "      - slow\n      - [default, 2]\n  mail: {queues: mail}\n"),
                     FL_OK);
    assert_int_equal(f->settings.capsule_count, 2);
    const struct fl_capsule_setting *single = f->settings.capsules, *mail = single + 1;
    assert_string_equal(single->name, "single");
    assert_int_equal(single->concurrency, 1);
    assert_int_equal(single->queues.count, 2);
    assert_string_equal(single->queues.items[1].name, "default");
    assert_int_equal(single->queues.items[1].weight, 2);
    assert_string_equal(mail->name, "mail");
    assert_int_equal(mail->concurrency, 0);
    struct fl_buf shown = FL_BUF_INIT(65536);
    assert_int_equal(fl_worker_settings_show(&f->settings, &shown), FL_OK);
    assert_non_null(strstr(shown.bytes, "single: 1 of slow default,2; mail: 5 of mail "));
    fl_buf_release(&shown);
}

static void flags_win_over_the_environments_section_and_that_over_the_rest(void **state)
{
    struct fixture *f = *state;
    f->settings.timeout_s = 5;
    assert_int_equal(read_text(f,
                               "timeout: 10\nconcurrency: 1\ntag: a\nproduction:\n  timeout: 20\n"
                               "  concurrency: 2\nstaging:\n  concurrency: 3\n"),
                     FL_OK);
    assert_int_equal(f->settings.timeout_s, 5);
    assert_int_equal(f->settings.concurrency, 2);
    assert_string_equal(f->settings.tag, "a");
}

static void whoever_set_a_value_is_noted(void **state)
{
    struct fixture *f = *state;
    char place[128];
    f->settings.timeout_s = 5;
    fl_worker_settings_note(&f->settings, FL_FROM_FLAG);
    f->settings.redis = "redis://me:secret@db/1";
    fl_worker_settings_note(&f->settings, FL_FROM_VARIABLE);
    assert_int_equal(read_text(f, "timeout: 10\ntag: blue\nqueues: [a, [b, 3]]\nproduction:\n"
                                  "  labels: [x, y]\n  tag: green\n"),
                     FL_OK);
    struct fl_buf shown = FL_BUF_INIT(65536);
    assert_int_equal(fl_worker_settings_show(&f->settings, &shown), FL_OK);
    assert_has_line(shown.bytes, "timeout", "5", "--timeout");
    assert_has_line(shown.bytes, "redis", "redis://me:REDACTED@db/1", "REDIS_URL");
    snprintf(place, sizeof place, "%s:6 (production)", f->path);
    assert_has_line(shown.bytes, "tag", "green", place);
    snprintf(place, sizeof place, "%s:5 (production)", f->path);
    assert_has_line(shown.bytes, "labels", "x y", place);
    snprintf(place, sizeof place, "%s:3", f->path);
    assert_has_line(shown.bytes, "queues", "a b,3", place);
    assert_has_line(shown.bytes, "concurrency", "5", "default");
    assert_has_line(shown.bytes, "database", "-", "default");
    fl_buf_release(&shown);
}

static void an_unknown_key_is_warned_of_with_the_one_that_is_near(void **state)
{
    struct fixture *f = *state;
    char text[256];
    assert_int_equal(read_text(f, "concurency: 3\nstrict: true\nstaging: {x: 1}\npidfile: /x\n"
                                  "queue: {a: 1}\nproduction:\n  timout: 3\n"),
                     FL_OK);
    assert_int_equal(f->settings.warning_count, 4);
    snprintf(text, sizeof text, "%s:7:3: there is no setting 'timout'; did you mean 'timeout'?",
             f->path);
    assert_string_equal(f->settings.warnings[0], text);
    snprintf(text, sizeof text,
             "%s:1:1: there is no setting 'concurency'; did you mean 'concurrency'?", f->path);
    assert_string_equal(f->settings.warnings[1], text);
    snprintf(text, sizeof text, "%s:4:1: there is no setting 'pidfile'", f->path);
    assert_string_equal(f->settings.warnings[2], text);
    snprintf(text, sizeof text, "%s:5:1: there is no setting 'queue'; did you mean 'queues'?",
             f->path);
    assert_string_equal(f->settings.warnings[3], text);
}

static void an_empty_file_sets_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(read_text(f, "# nothing here\n"), FL_OK);
    assert_int_equal(read_text(f, "concurrency:\n"), FL_OK);
    assert_int_equal(f->settings.concurrency, 0);
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fl_worker_settings_read(&f->settings, "/nowhere/x.yml", NULL, f->problem),
                     FL_ENOTFOUND);
    assert_string_equal(f->problem, "/nowhere/x.yml: not found");
    assert_int_equal(fl_worker_settings_read(&f->settings, "/tmp", NULL, f->problem), FL_EINVAL);
    assert_string_equal(f->problem, "/tmp: it is a folder");
}

#define FORTY     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_NAME FORTY FORTY FORTY "12345678"

struct row {
    const char *name, *text, *problem; /* after the file's name */
};

static const struct row rows[] = {
    {"a word for a number", "timeout: 5\nconcurrency: many\n",
     ":2:14: concurrency wants a number from 1 to 256, not 'many'"},
    {"a number out of range", "concurrency: 0\n",
     ":1:14: concurrency wants a number from 1 to 256, not '0'"},
    {"a list for a number", "timeout: [1]\n",
     ":1:10: timeout wants a number from 1 to 86400, not 'a list'"},
    {"a key twice", "concurrency: 1\n:concurrency: 2\n",
     ":2:1: the key 'concurrency' stands here twice"},
    {"an unknown key twice", "x: 1\ny: 2\nx: 3\n", ":3:1: the key 'x' stands here twice"},
    {"ERB", "concurrency: 5\ntimeout: <%= 3 %>\n",
     ":2:10: ERB (<% %>) is not supported; write the value itself"},
    {"a weight that is none", "queues:\n  - [a, heavy]\n", ":2:5: want [name, weight]"},
    {"a weight of nothing", "queues: ['a,0']\n",
     ":1:10: want a weight from 1 to 1000 after the queue's name, not '0'"},
    {"a list for the whole", "- a\n- b\n", ":1:1: want keys and values, as in 'concurrency: 5'"},
    {"a maybe", "verbose: maybe\n", ":1:10: verbose wants true or false, not 'maybe'"},
    {"neither of two words", "fetch: slow\n", ":1:8: fetch wants reliable or basic, not 'slow'"},
    {"a log format", ":log_format: xml\n", ":1:14: log_format wants json or plain, not 'xml'"},
    {"a queue with a long name", "queues:\n  - " LONG_NAME "\n",
     ":2:5: a queue's name has at most 127 bytes"},
    {"alerts as a list", "alerts: [one]\n", ":1:9: alerts want keys, as in {queue_latency: 120}"},
    {"an alert's key", "alerts: {latency: 5}\n",
     ":1:10: alerts have failure_rate, failure_jobs, queue_latency, dead_growth, "
     "missing_heartbeats, processes, window and webhook, no 'latency'"},
    {"an alert's webhook", "alerts: {webhook: ops.example}\n",
     ":1:19: webhook wants a URL, http://... or https://..."},
    {"capsules as a list", "capsules: [one]\n",
     ":1:11: capsules wants names, as in {single: {concurrency: 1}}"},
    {"a capsule that is a number", "capsules:\n  one: 5\n",
     ":2:8: a capsule wants keys, as in {concurrency: 1, queues: [a, b]}"},
    {"a capsule's key", "capsules:\n  one: {threads: 5}\n",
     ":2:9: a capsule has concurrency and queues, no 'threads'"},
    {"a capsule of nobody", "capsules: {one: {concurrency: 0}}\n",
     ":1:31: concurrency wants a number from 1 to 256, not '0'"},
    {"a capsule called default", "capsules: {default: {}}\n",
     ":1:12: the default capsule is what stands outside of capsules"},
    {"a capsule's queue without a name", "capsules: {one: {queues: ['']}}\n",
     ":1:27: a queue has no name"},
    {"a merge", "a: &x {}\n<<: *x\n", ":2:1: merge keys (<<) are not supported"},
    {"a job of the clock without a class", "periodic:\n  - cron: '@daily'\n",
     ":2:5: a periodic job wants a cron and a class"},
    {"a job of the clock that is a text", "periodic: [nightly]\n",
     ":1:12: a periodic job wants keys, as in {cron: '0 2 * * *', class: Night}"},
    {"an unknown key of such a job", "periodic: {cron: x, class: W, zone: UTC}\n",
     ":1:31: a periodic job has cron, tz, class, args, queue and name, no 'zone'"},
    {"arguments that are no list", "periodic: {cron: x, class: W, args: 5}\n",
     ":1:37: args wants a list"},
    {"a list for a class", "periodic: {cron: x, class: [W]}\n", ":1:28: class wants a text"},
    {"arguments inside themselves", "periodic: {cron: x, class: W, args: &a [*a]}\n",
     ":1:37: as JSON: a named bound was exceeded"},
    {"a key that is a list", "periodic: {cron: x, class: W, args: [{[1]: 2}]}\n",
     ":1:37: as JSON: an argument is not valid"},
    {"no YAML", "a: [1\nb: 2\n", ":2:2: did not find expected ',' or ']'"},
};

static void a_mistake_is_named_with_its_place(void **state)
{
    const struct row *row = *state;
    struct fixture fixture = {0}, *f = &fixture;
    assert_int_equal(read_text(f, row->text), FL_EINVAL);
    assert_memory_equal(f->problem, f->path, strlen(f->path));
    assert_string_equal(f->problem + strlen(f->path), row->problem);
    fl_worker_settings_release(&f->settings);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest claims[] = {
        TEST(keys_stand_with_and_without_their_colon),
        TEST(jobs_of_the_clock_have_arguments_of_any_shape),
        TEST(queues_have_weights_in_each_of_sidekiqs_forms),
        TEST(alerts_have_limits_and_a_webhook),
        TEST(capsules_have_threads_and_queues_of_their_own),
        TEST(flags_win_over_the_environments_section_and_that_over_the_rest),
        TEST(whoever_set_a_value_is_noted),
        TEST(an_unknown_key_is_warned_of_with_the_one_that_is_near),
        TEST(an_empty_file_sets_nothing),
        TEST(a_file_that_is_not_there_is_named),
    };
    struct CMUnitTest tests[FL_COUNT(claims) + FL_COUNT(rows)];
    memcpy(tests, claims, sizeof claims);
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        tests[FL_COUNT(claims) + i] =
            (struct CMUnitTest){rows[i].name, a_mistake_is_named_with_its_place, NULL, NULL,
                                (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
