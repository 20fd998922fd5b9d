/* Every allocation of what operators read and do fails in turn. */
#include "tests/unit/alloc_sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "operate/act.h"
#include "operate/criteria.h"
#include "queue/fleet.h"
#include "queue/survey.h"

static int64_t now_us(void *self)
{
    (void)self;
    return 1795451428120701;
}

static const struct fl_clock_ops clock_ops = {.wall_us = now_us, .mono_us = now_us};
static const struct fl_clock clock_port = {&clock_ops, NULL};

#define TEXT(literal)                                                                              \
    {                                                                                              \
        .type = FL_REPLY_STRING, .text = { literal, sizeof(literal) - 1 }                          \
    }

static const struct fl_reply name[] = {TEXT("a")},
                             pair[] = {TEXT("{\"class\":\"W\",\"jid\":\"j\"}"), TEXT("1")};
static const struct fl_reply hash[] = {
    TEXT("{\"hostname\":\"h\",\"queues\":[\"q\"],\"pid\":1,\"started_at\":1.5}"),
    {.type = FL_REPLY_NIL},
    TEXT("1"),
    TEXT("2.5"),
    TEXT("3"),
    TEXT("false"),
    TEXT("4")};
static const struct fl_reply work[] = {
    TEXT("t"), TEXT("{\"queue\":\"q\",\"run_at\":1,\"payload\":\"{\\\"class\\\":\\\"W\\\"}\"}")};
#define LIST(items)                                                                                \
    {                                                                                              \
        .type = FL_REPLY_ARRAY, .elements = items, .count = sizeof(items) / sizeof(items[0])       \
    }
static const struct fl_reply scan[] = {TEXT("0"), LIST(pair)};
static const struct fl_reply one = {.type = FL_REPLY_INTEGER, .integer = 1};

/* A server that knows the shape of each answer, and needs no memory for it. */
static struct fl_reply answer_to(const struct fl_command *command)
{
    if (fl_span_is(command->args[0], "SMEMBERS")) return (struct fl_reply)LIST(name);
    if (fl_span_is(command->args[0], "HMGET")) return (struct fl_reply)LIST(hash);
    if (fl_span_is(command->args[0], "HGETALL")) return (struct fl_reply)LIST(work);
    if (fl_span_is(command->args[0], "ZSCAN")) return (struct fl_reply)LIST(scan);
    if (fl_span_is(command->args[0], "LINDEX")) return (struct fl_reply)TEXT("{\"enqueued_at\":1}");
    return one;
}

static enum fl_error answer(void *self, const struct fl_command *commands, size_t count,
                            int64_t deadline_us, struct fl_replies *ret_replies)
{
    static struct fl_reply answers[2][16];
    static int turn;
    struct fl_reply *items = answers[turn++ % 2]; /* the one before is still read */
    (void)self, (void)deadline_us;
    assert_in_range(count, 1, 16);
    for (size_t i = 0; i < count; i++)
        items[i] = answer_to(&commands[i]);
    *ret_replies = (struct fl_replies){.items = items, .count = count};
    return FL_OK;
}

static const struct fl_redis_ops redis_ops = {.exec = answer};
static const struct fl_redis redis_port = {&redis_ops, NULL};

static enum fl_error survey(void *context)
{
    struct fl_survey all;
    (void)context;
    enum fl_error err = fl_survey_take(redis_port, clock_port, &all);
    fl_survey_release(&all);
    return err;
}

static enum fl_error history(void *context)
{
    struct fl_day_count days[4];
    (void)context;
    return fl_history_read(redis_port, clock_port, 4, days);
}

static enum fl_error fleet_and_work(void *context)
{
    struct fl_fleet fleet;
    struct fl_work all = {0};
    (void)context;
    enum fl_error err = fl_fleet_read(redis_port, clock_port, &fleet);
    if (!err) err = fl_work_read(redis_port, clock_port, &fleet, &all);
    fl_work_release(&all);
    fl_fleet_release(&fleet);
    return err;
}

static enum fl_error walk_and_enqueue(void *context)
{
    const struct fl_actor actor = {{redis_port, clock_port}, {0}};
    const struct fl_place retries = {FL_PLACE_RETRIES, NULL};
    const struct fl_act act = {.kind = FL_ACT_ENQUEUE, .queue = "q"};
    struct fl_walk walk = fl_walk_begin(&actor.reader, &retries, "*W*");
    struct fl_act_counts counts = {0};
    struct fl_page page;
    (void)context;
    enum fl_error err = fl_walk_next(&walk, &page);
    if (!err) err = fl_act_on(&actor, &retries, &act, page.items, page.count, &counts, NULL);
    fl_page_release(&page);
    return err;
}

static enum fl_error pattern(void *context)
{
    const struct fl_criteria criteria = {.text = "a*b"};
    struct fl_buf out = FL_BUF_INIT(100);
    (void)context;
    enum fl_error err = fl_criteria_pattern(&criteria, &out);
    fl_buf_release(&out);
    return err;
}

static void whatever_allocation_fails_is_told(void **state)
{
    (void)state;
    alloc_sweep(survey, NULL);
    alloc_sweep(history, NULL);
    alloc_sweep(fleet_and_work, NULL);
    alloc_sweep(walk_and_enqueue, NULL);
    alloc_sweep(pattern, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_allocation_fails_is_told)};
    return cmocka_run_group_tests_name("operate memory", tests, NULL, NULL);
}
