#include "tests/unit/queue/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time_text.h"
#include "harness/operate/top_frame.h"
#include "harness/operate/top_keys.h"

enum { QUEUES = 3 };

struct picture {
    struct fl_queue_view queues[QUEUES];
    struct fl_process_view processes[2];
    struct fl_work_view work[1];
    struct fl_survey survey;
    struct fl_fleet fleet;
    struct fl_work all_work;
    struct top_rates rates;
    struct top_view view;
};

static void paint(struct picture *picture)
{
    *picture = (struct picture){
        .queues = {{.name = FL_SPAN("bulk"), .size = 12000, .latency_us = 5 * FL_SECOND_US},
                   {.name = FL_SPAN("mail"), .size = 3, .latency_us = 90 * FL_SECOND_US},
                   {.name = FL_SPAN("slow"), .paused = true}},
        .processes = {{.identity = FL_SPAN("web-1:10:aa"),
                       .queues = "mail,bulk",
                       .concurrency = 5,
                       .busy = 1,
                       .rss_kib = 20480,
                       .leads = true},
                      {.identity = FL_SPAN("web-2:11:bb"),
                       .queues = "bulk",
                       .concurrency = 5,
                       .quiet = true}},
        .work = {{.identity = FL_SPAN("web-1:10:aa"),
                  .worker = "MailWorker",
                  .queue = "mail",
                  .jid = "j1",
                  .args = "[\"\\u001b\033[2J\"]",
                  .run_at_us = 1795451418 * FL_SECOND_US}},
        .rates = {.processed = {0, 5, 10}, .failed = {0, 0, 1.5}, .count = 3}};
    picture->survey = (struct fl_survey){.processed = 1234567,
                                         .failed = 89,
                                         .enqueued = 12003,
                                         .retries = 4,
                                         .scheduled = 5,
                                         .dead = 6,
                                         .queues = picture->queues,
                                         .queue_count = QUEUES};
    picture->fleet = (struct fl_fleet){.items = picture->processes, .count = 2};
    picture->all_work = (struct fl_work){.items = picture->work, .count = 1};
    picture->view = (struct top_view){.where = "redis://localhost/0",
                                      .survey = &picture->survey,
                                      .fleet = &picture->fleet,
                                      .work = &picture->all_work,
                                      .rates = &picture->rates,
                                      .now_us = 1795451428 * FL_SECOND_US};
}

static char *drawn(const struct top_view *view)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(top_frame(view, out), FL_OK);
    fclose(out);
    return text;
}

static void a_picture_holds_everything(void **state)
{
    struct picture picture;
    (void)state;
    paint(&picture);
    char *text = drawn(&picture.view);
    assert_string_equal(text, "faultline top  redis://localhost/0  2026-11-23 16:30:28 UTC\n"
                              "processed 1,234,567 (10.0/s)  failed 89 (1.5/s)  ▁▅█\n"
                              "busy 1 of 10  enqueued 12003  retries 4  scheduled 5  dead 6\n"
                              "\n"
                              "QUEUE    JOBS  LATENCY  \n"
                              "bulk   12,000     5.0s  \n"
                              "mail        3   1m 30s  \n"
                              "slow        0        -  paused\n"
                              "\n"
                              "   PROCESS      BUSY    MEMORY  STATE  QUEUES\n"
                              "   web-1:10:aa   1/5  20.0 MiB  leads  mail,bulk\n"
                              "   web-2:11:bb   0/5         -  quiet  bulk\n"
                              "\n"
                              "FOR  CLASS       QUEUE  JID  ARGS\n"
                              "10s  MailWorker  mail   j1   [\"\\u001b?[2J\"]\n");
    free(text);
}

static size_t lines_of(const char *text, size_t *ret_widest)
{
    size_t lines = 0;
    *ret_widest = 0;
    for (const char *end; (end = strchr(text, '\n')); text = end + 1, lines++) {
        size_t width = 0;
        for (const char *c = text; c < end; c++)
            width += ((unsigned char)*c & 0xc0) != 0x80;
        if (width > *ret_widest) *ret_widest = width;
    }
    return lines;
}

static void a_picture_fits_every_terminal(void **state)
{
    struct picture picture;
    (void)state;
    paint(&picture);
    for (size_t rows = 1; rows < 40; rows++) {
        for (size_t columns = 20; columns < 120; columns += 11) {
            size_t widest;
            picture.view.rows = rows;
            picture.view.columns = columns;
            char *text = drawn(&picture.view);
            assert_int_equal(lines_of(text, &widest), rows);
            free(text);
        }
    }
}

static void queues_are_sorted_as_asked(void **state)
{
    struct picture picture;
    (void)state;
    paint(&picture);
    picture.view.sort = TOP_BY_LATENCY;
    char *text = drawn(&picture.view);
    assert_true(strstr(text, "\nmail") < strstr(text, "\nbulk"));
    free(text);
    picture.view.sort = TOP_BY_SIZE;
    text = drawn(&picture.view);
    assert_true(strstr(text, "\nbulk") < strstr(text, "\nmail"));
    free(text);
}

static void the_selected_process_is_shown_and_the_last_line_speaks(void **state)
{
    struct picture picture;
    (void)state;
    paint(&picture);
    picture.view.rows = 24;
    picture.view.columns = 100;
    picture.view.selected = 1;
    char *text = drawn(&picture.view);
    assert_non_null(strstr(text, "\n>  web-2:11:bb"));
    assert_non_null(strstr(text, "\nq ends  s sorts queues (by name)"));
    free(text);
    picture.view.message = "Redis: away";
    text = drawn(&picture.view);
    assert_non_null(strstr(text, "\nRedis: away\n"));
    free(text);
}

static void rates_are_of_the_time_between_two_looks(void **state)
{
    struct top_rates rates = {0};
    struct fl_survey survey = {.processed = 100, .failed = 10};
    (void)state;
    top_rates_add(&rates, &survey, FL_SECOND_US);
    assert_int_equal(rates.count, 0);
    survey = (struct fl_survey){.processed = 150, .failed = 11};
    top_rates_add(&rates, &survey, 3 * FL_SECOND_US);
    assert_int_equal(rates.count, 1);
    assert_true(rates.processed[0] == 25.0 && rates.failed[0] == 0.5);
    survey = (struct fl_survey){.processed = 1}; /* somebody has set it back */
    top_rates_add(&rates, &survey, 4 * FL_SECOND_US);
    assert_int_equal(rates.count, 1);
    for (int i = 0; i < 2 * TOP_RATES_MAX; i++) {
        survey.processed++;
        top_rates_add(&rates, &survey, (5 + i) * FL_SECOND_US);
    }
    assert_int_equal(rates.count, TOP_RATES_MAX);
    assert_true(rates.processed[TOP_RATES_MAX - 1] == 1.0);
}

static void a_sparkline_shows_the_last(void **state)
{
    const double numbers[] = {100, 0, 1, 2, 4};
    struct fl_buf out = FL_BUF_INIT(100);
    (void)state;
    assert_int_equal(top_sparkline(numbers, 5, 4, &out), FL_OK);
    assert_string_equal(out.bytes, "▁▃▅█");
    fl_buf_release(&out);
}

static struct key_case {
    const char *name;
    struct top_keys keys;
    const char *typed;
    enum top_wish want;
    struct top_keys after;
} keys[] = {
    {"keys: the end", {0}, "q", TOP_END, {0}},
    {"keys: sort", {0}, "s", TOP_REDRAW, {.sort = TOP_BY_SIZE}},
    {"keys: sort around", {.sort = TOP_BY_LATENCY}, "s", TOP_REDRAW, {0}},
    {"keys: down", {0}, "\033[B", TOP_REDRAW, {.selected = 1}},
    {"keys: not below the last", {.selected = 2}, "j", TOP_NOTHING, {.selected = 2}},
    {"keys: up twice", {.selected = 2}, "k\033[A", TOP_REDRAW, {0}},
    {"keys: not above the first", {0}, "\033[A", TOP_NOTHING, {0}},
    {"keys: quiet wants a yes", {0}, "t", TOP_REDRAW, {.asking = true}},
    {"keys: yes", {.asking = true}, "y", TOP_QUIET, {0}},
    {"keys: no", {.asking = true}, "q", TOP_REDRAW, {0}},
    {"keys: what means nothing", {0}, "x\033[Z\t", TOP_NOTHING, {0}},
    {"keys: an escape alone", {0}, "\033", TOP_NOTHING, {0}},
};

static void key_row(void **state)
{
    const struct key_case *row = *state;
    struct top_keys after = row->keys;
    assert_int_equal(top_keys_typed(&after, fl_span_from(row->typed), 3), row->want);
    assert_int_equal(after.sort, row->after.sort);
    assert_int_equal(after.selected, row->after.selected);
    assert_int_equal(after.asking, row->after.asking);
}

int main(void)
{
    struct rows rows = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_holds_everything),
        cmocka_unit_test(a_picture_fits_every_terminal),
        cmocka_unit_test(queues_are_sorted_as_asked),
        cmocka_unit_test(the_selected_process_is_shown_and_the_last_line_speaks),
        cmocka_unit_test(rates_are_of_the_time_between_two_looks),
        cmocka_unit_test(a_sparkline_shows_the_last),
    };
    rows_add(&rows, key_row, keys, FL_COUNT(keys), sizeof(keys[0]));
    int failed = cmocka_run_group_tests_name("top", tests, NULL, NULL);
    return failed + rows_run(&rows, "top keys");
}
