#include "rows.h"

#include <string.h>

#include "queue/settings.h"

static void zero_means_sidekiqs_default(void **state)
{
    struct fl_settings settings;
    const char *problem;
    (void)state;
    const struct fl_process_options none = {0};
    assert_int_equal(fl_settings_init(&settings, &none, &problem), FL_OK);
    assert_int_equal(settings.options.concurrency, 5);
    assert_int_equal(settings.options.timeout_us, 25000000);
    assert_int_equal(settings.options.max_retries, 25);
    assert_int_equal(settings.options.max_recoveries, 3);
    assert_int_equal(settings.options.dead_max_jobs, 10000);
    assert_int_equal(settings.options.dead_timeout_us, INT64_C(15552000) * 1000000);
    assert_int_equal(settings.options.average_poll_us, 5000000);
    assert_int_equal(settings.facts->wire, FL_WIRE_7);
    assert_int_equal(settings.options.queue_count, 1);
    assert_string_equal(settings.options.queues[0].name, "default");
}

static void a_queue_named_twice_is_one(void **state)
{
    struct fl_settings settings;
    const char *problem;
    (void)state;
    const struct fl_queue_option queues[] = {{.name = "a"}, {.name = "b"}, {.name = "a"}};
    const struct fl_process_options options = {.queues = queues, .queue_count = 3};
    assert_int_equal(fl_settings_init(&settings, &options, &problem), FL_OK);
    assert_int_equal(settings.options.queue_count, 2);
    assert_string_equal(settings.options.queues[1].name, "b");
}

static const struct fl_queue_option nameless[] = {{.name = ""}};
static const struct fl_queue_option bad_bytes[] = {{.name = "\xff"}};
static const struct fl_queue_option heavy[] = {{.name = "a", .weight = 1001}};
static const struct fl_queue_option light[] = {{.name = "a", .weight = -1}};

static const struct fl_capsule_option unnamed[] = {{.name = ""}};
static const struct fl_capsule_option taken[] = {{.name = "default"}};
static const struct fl_capsule_option twins[] = {{.name = "a"}, {.name = "a"}};
static const struct fl_capsule_option crowd[] = {{.name = "a", .concurrency = 252}};
static const struct fl_queue_option alike[] = {{.name = "default|a"}};
static const struct fl_capsule_option joined[] = {{.name = "a"},
                                                  {.name = "b", .queues = alike, .queue_count = 1}};

static struct refused_case {
    const char *name;
    struct fl_process_options options;
    const char *want;
} refused[] = {
    {"refused: concurrency -1", {.concurrency = -1}, "concurrency"},
    {"refused: concurrency 257", {.concurrency = 257}, "concurrency"},
    {"refused: a negative timeout", {.timeout_us = -1}, "timeout"},
    {"refused: negative retries", {.max_retries = -1}, "max_retries"},
    {"refused: negative recoveries", {.max_recoveries = -1}, "max_recoveries"},
    {"refused: a negative dead set", {.dead_max_jobs = -1}, "dead_max_jobs"},
    {"refused: a negative age of the dead", {.dead_timeout_us = -1}, "dead_timeout"},
    {"refused: a negative poll", {.average_poll_us = -1}, "average_scheduled_poll_interval"},
    {"refused: a negative poll of its own", {.own_poll_us = -1}, "poll_interval_average"},
    {"refused: wire 5", {.wire = (enum fl_wire)5}, "wire"},
    {"refused: an unknown fetch", {.fetch = (enum fl_fetch)9}, "fetch"},
    {"refused: too many queues", {.queue_count = FL_QUEUES_MAX + 1}, "queues"},
    {"refused: a queue without a name", {.queues = nameless, .queue_count = 1}, "name"},
    {"refused: a queue of bad bytes", {.queues = bad_bytes, .queue_count = 1}, "UTF-8"},
    {"refused: too heavy", {.queues = heavy, .queue_count = 1}, "weight"},
    {"refused: a negative weight", {.queues = light, .queue_count = 1}, "weight"},
    {"refused: a capsule without a name", {.capsules = unnamed, .capsule_count = 1}, "name"},
    {"refused: a second default capsule", {.capsules = taken, .capsule_count = 1}, "taken"},
    {"refused: two capsules of one name", {.capsules = twins, .capsule_count = 2}, "their own"},
    {"refused: 257 threads in all", {.capsules = crowd, .capsule_count = 1}, "256 job threads"},
    {"refused: too many capsules", {.capsule_count = FL_CAPSULES_MAX + 1}, "16 capsules"},
    {"refused: a queue named as a shared list",
     {.capsules = joined, .capsule_count = 2},
     "of its capsule"},
};

static void refused_row(void **state)
{
    const struct refused_case *row = *state;
    struct fl_settings settings;
    const char *problem = NULL;
    assert_int_equal(fl_settings_init(&settings, &row->options, &problem), FL_EINVAL);
    assert_non_null(strstr(problem, row->want));
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, refused_row, refused, FL_COUNT(refused), sizeof(refused[0]));
    rows.tests[rows.count++] = (struct CMUnitTest)cmocka_unit_test(zero_means_sidekiqs_default);
    rows.tests[rows.count++] = (struct CMUnitTest)cmocka_unit_test(a_queue_named_twice_is_one);
    return rows_run(&rows, "settings");
}
