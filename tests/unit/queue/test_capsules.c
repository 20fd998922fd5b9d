/* Two capsules beside the default one, which share a queue: what the process shows of them. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "queue/capsules.h"
#include "queue/moves.h"
#include "queue/process_info.h"

static const struct fl_queue_option own_queues[] = {{.name = "default", .weight = 3},
                                                    {.name = "low", .weight = 1}};
static const struct fl_queue_option slow_queues[] = {{.name = "slow"}, {.name = "default"}};
static const struct fl_queue_option mail_queues[] = {{.name = "mail", .weight = 1}};
static const struct fl_capsule_option capsules[] = {
    {.name = "single", .queues = slow_queues, .queue_count = 2, .concurrency = 1},
    {.name = "mail", .queues = mail_queues, .queue_count = 1},
};
static const struct fl_process_options options = {
    .queues = own_queues,
    .queue_count = 2,
    .concurrency = 2,
    .capsules = capsules,
    .capsule_count = 2,
    .wire = FL_WIRE_8,
    .tag = "shop",
};

struct fixture {
    struct desk desk;
    struct fl_settings settings;
    struct fl_capsules capsules;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    const char *problem;
    desk_open(&f->desk);
    assert_int_equal(fl_settings_init(&f->settings, &options, &problem), FL_OK);
    assert_int_equal(
        fl_capsules_init(&f->capsules, &f->settings, f->desk.ports.tasks, f->desk.ports.clock),
        FL_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fl_capsules_release(&f->capsules);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static void queues_and_threads_are_the_sum_of_all_capsules(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(f->settings.concurrency, 2 + 1 + 5);
    assert_int_equal(f->settings.queue_count, 5);
    assert_int_equal(f->settings.capsules[2].first_queue, 4);
    assert_int_equal(f->settings.capsules[2].first_thread, 3);
}

static void the_second_list_of_a_queue_has_the_name_of_its_capsule(void **state)
{
    const struct fixture *f = *state;
    struct fl_buf text;
    assert_int_equal(fl_process_queues_write(&f->settings, &text), FL_OK);
    assert_string_equal(text.bytes,
                        "[\"default\",\"low\",\"slow\",[\"default\",\"single\"],\"mail\"]");
    fl_buf_release(&text);
    const struct fl_moves moves = {
        .identity = "me", .queues = f->settings.queues, .sharers = f->settings.sharers};
    char key[FL_KEY_BYTES];
    assert_string_equal(fl_moves_private_key(&moves, 0, key).bytes, "queue:fl|me|default");
    assert_string_equal(fl_moves_private_key(&moves, 3, key).bytes, "queue:fl|me|default|single");
}

static void the_info_lists_each_queue_once_and_each_capsule(void **state)
{
    const struct fixture *f = *state;
    struct fl_buf text;
    assert_int_equal(
        fl_process_info_write(&f->settings, f->desk.ports.process, "me", DESK_START_US, &text),
        FL_OK);
    assert_non_null(strstr(text.bytes, "\"queues\":[\"default\",\"low\",\"slow\",\"mail\"],"));
    assert_non_null(strstr(text.bytes, "\"weights\":[{\"default\":3,\"low\":1},"
                                       "{\"slow\":0,\"default\":0},{\"mail\":1}],"));
    assert_non_null(
        strstr(text.bytes,
               "\"capsules\":{\"default\":{\"concurrency\":2,\"mode\":\"weighted\",\"weights\":"
               "{\"default\":3,\"low\":1}},\"single\":{\"concurrency\":1,\"mode\":\"strict\","
               "\"weights\":{\"slow\":0,\"default\":0}},\"mail\":{\"concurrency\":5,\"mode\":"
               "\"random\",\"weights\":{\"mail\":1}}},"));
    fl_buf_release(&text);
}

static void threads_are_numbered_through_the_process(void **state)
{
    struct fixture *f = *state;
    struct fl_busy busy[FL_CONCURRENCY_MAX];
    struct fl_arena texts = {.bytes_max = 4096};
    struct fl_done done;
    for (size_t i = 0; i < f->settings.capsule_count; i++) {
        struct fl_delivery *delivery = fl_delivery_new(0, FL_SPAN("{}"));
        assert_true(fl_handoff_offer(f->capsules.handoffs[i], &delivery, 1));
        assert_int_equal(fl_handoff_take(f->capsules.handoffs[i], 0, &delivery, &done),
                         FL_NEXT_DELIVERY);
    }
    assert_int_equal(fl_capsules_busy_count(&f->capsules), 3);
    assert_int_equal(fl_capsules_busy(&f->capsules, &texts, busy), 3);
    assert_int_equal(busy[0].thread, 0);
    assert_int_equal(busy[1].thread, 2);
    assert_int_equal(busy[2].thread, 3);
    fl_arena_release(&texts);
}

static void all_are_closed_at_once(void **state)
{
    struct fixture *f = *state;
    struct fl_delivery *delivery = fl_delivery_new(0, FL_SPAN("{}"));
    fl_capsules_close(&f->capsules);
    for (size_t i = 0; i < f->settings.capsule_count; i++)
        assert_false(fl_handoff_offer(f->capsules.handoffs[i], &delivery, 1));
    free(delivery);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(queues_and_threads_are_the_sum_of_all_capsules),
        TEST(the_second_list_of_a_queue_has_the_name_of_its_capsule),
        TEST(the_info_lists_each_queue_once_and_each_capsule),
        TEST(threads_are_numbered_through_the_process),
        TEST(all_are_closed_at_once),
    };
    return cmocka_run_group_tests_name("capsules", tests, NULL, NULL);
}
