#include "rows.h"

#include <string.h>

#include "core/time_text.h"
#include "queue/alert_rules.h"

static const struct fl_alert_options options = {.failure_percent = 20,
                                                .failure_jobs = 10,
                                                .latency_s = 100,
                                                .dead_growth = 5,
                                                .silent_processes = 1,
                                                .processes_min = 2,
                                                .window_s = 60};

/* A story is a reading each 30 s: processed, failed, dead, latency in seconds, silent, processes;
 * and what is to be heard of its alert: '+' raised, '-' over, '.' nothing. */
enum { LOOKS_MAX = 8 };
static struct story {
    const char *name;
    enum fl_alert alert;
    struct look {
        int processed, failed, dead, latency_s, silent, processes;
    } looks[LOOKS_MAX];
    const char *want;
} stories[] = {
    {"failures: a fifth of the jobs of the window",
     FL_ALERT_FAILURES,
     {{1000, 500}, {1010, 501}, {1020, 504}, {1030, 505}},
     "..+."},
    {"failures: of too few jobs", FL_ALERT_FAILURES, {{0, 0}, {9, 9}, {10, 10}}, "..+"},
    {"failures: are over once the window has seen better",
     FL_ALERT_FAILURES,
     {{0, 0}, {100, 90}, {200, 90}, {300, 90}, {400, 90}, {500, 90}},
     ".+...-"},
    {"failures: counters that are set back begin anew",
     FL_ALERT_FAILURES,
     {{1000, 500}, {0, 0}, {50, 1}, {100, 30}},
     "...+"},
    {"latency: at the threshold",
     FL_ALERT_LATENCY,
     {{.latency_s = 99}, {.latency_s = 100}, {.latency_s = 100}},
     ".+."},
    {"latency: what swings about the threshold is told once",
     FL_ALERT_LATENCY,
     {{.latency_s = 120},
      {.latency_s = 90},
      {.latency_s = 110},
      {.latency_s = 79},
      {.latency_s = 79},
      {.latency_s = 85},
      {.latency_s = 10}},
     "+......"},
    {"latency: over after three readings below four fifths",
     FL_ALERT_LATENCY,
     {{.latency_s = 120}, {.latency_s = 79}, {.latency_s = 0}, {.latency_s = 79}, {.latency_s = 0}},
     "+..-."},
    {"dead: more within the window",
     FL_ALERT_DEAD,
     {{.dead = 100}, {.dead = 104}, {.dead = 105}, {.dead = 106}, {.dead = 106}},
     "..+.."},
    {"dead: since somebody cleared them",
     FL_ALERT_DEAD,
     {{.dead = 100}, {.dead = 0}, {.dead = 5}},
     "..+"},
    {"dead: slowly", FL_ALERT_DEAD, {{.dead = 0}, {.dead = 2}, {.dead = 4}, {.dead = 6}}, "...."},
    {"silent: one is enough",
     FL_ALERT_SILENT,
     {{.silent = 0}, {.silent = 1}, {.silent = 0}, {.silent = 0}, {.silent = 0}},
     ".+..-"},
    {"processes: fewer than wanted",
     FL_ALERT_PROCESSES,
     {{.processes = 2}, {.processes = 1}, {.processes = 2}, {.processes = 3}, {.processes = 2}},
     ".+..-"},
};

static struct fl_alert_reading reading_of(const struct look *look, size_t number)
{
    return (struct fl_alert_reading){.at_us = (int64_t)number * FL_ALERT_LOOK_S * FL_SECOND_US,
                                     .processed = look->processed,
                                     .failed = look->failed,
                                     .dead = look->dead,
                                     .latency_us = look->latency_s * FL_SECOND_US,
                                     .silent = look->silent,
                                     .processes = look->processes};
}

static void story_row(void **state)
{
    const struct story *row = *state;
    struct fl_alert_rules rules = {.options = &options};
    char heard[LOOKS_MAX + 1] = "";
    for (size_t i = 0; i < strlen(row->want); i++) {
        bool changed[FL_ALERT_COUNT];
        struct fl_alert_reading reading = reading_of(&row->looks[i], i);
        fl_alert_rules_read(&rules, &reading, changed);
        bool raised = rules.rules[row->alert].raised;
        heard[i] = !changed[row->alert] ? '.' : raised ? '+' : '-';
    }
    assert_string_equal(heard, row->want);
}

static void what_is_not_wanted_is_not_told(void **state)
{
    static const struct fl_alert_options none = {.window_s = 60};
    struct fl_alert_rules rules = {.options = &none};
    bool changed[FL_ALERT_COUNT];
    (void)state;
    const struct fl_alert_reading worst = {.latency_us = 1000 * FL_SECOND_US, .silent = 3};
    fl_alert_rules_read(&rules, &worst, changed);
    for (int i = 0; i < FL_ALERT_COUNT; i++) {
        assert_false(changed[i]);
        assert_false(fl_alert_is_wanted(&none, (enum fl_alert)i));
        assert_true(fl_alert_is_wanted(&options, (enum fl_alert)i));
    }
}

static void a_new_leader_does_not_say_again_what_was_said(void **state)
{
    struct fl_alert_rules rules = {.options = &options};
    bool changed[FL_ALERT_COUNT],
        raised[FL_ALERT_COUNT] = {[FL_ALERT_LATENCY] = true, [FL_ALERT_FAILURES] = true};
    (void)state;
    fl_alert_rules_reset(&rules, raised);
    struct fl_alert_reading reading = {.latency_us = 200 * FL_SECOND_US, .processes = 2};
    for (int i = 0; i < 3; i++) {
        reading.at_us = i * 15 * FL_SECOND_US; /* its window has not passed */
        fl_alert_rules_read(&rules, &reading, changed);
        assert_false(changed[FL_ALERT_LATENCY] || changed[FL_ALERT_FAILURES]);
    }
    reading.latency_us = 0;
    for (int i = 3; i < 6; i++) {
        reading.at_us = i * 30 * FL_SECOND_US;
        fl_alert_rules_read(&rules, &reading, changed);
    }
    assert_true(changed[FL_ALERT_LATENCY] && changed[FL_ALERT_FAILURES]);
    assert_false(rules.rules[FL_ALERT_LATENCY].raised);
}

static void samples_have_a_bound(void **state)
{
    static const struct fl_alert_options hour = {.window_s = 3600, .dead_growth = 1};
    struct fl_alert_rules rules = {.options = &hour};
    bool changed[FL_ALERT_COUNT];
    (void)state;
    for (int i = 0; i < 1000; i++) {
        const struct fl_alert_reading reading = {.at_us = i * FL_SECOND_US};
        fl_alert_rules_read(&rules, &reading, changed);
    }
    assert_int_equal(rules.sample_count, FL_ALERT_SAMPLES_MAX);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_wanted_is_not_told),
        cmocka_unit_test(a_new_leader_does_not_say_again_what_was_said),
        cmocka_unit_test(samples_have_a_bound),
    };
    rows_add(&rows, story_row, stories, FL_COUNT(stories), sizeof(stories[0]));
    int failed = cmocka_run_group_tests_name("alert rules", tests, NULL, NULL);
    return failed + rows_run(&rows, "alert stories");
}
