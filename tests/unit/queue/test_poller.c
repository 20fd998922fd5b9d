#include "rows.h"

#include "core/time_text.h"
#include "desk.h"
#include "queue/payload.h"
#include "queue/poller.h"

static struct wait_case {
    const char *name;
    enum fl_wire wire;
    int64_t processes;
    uint64_t draw;
    int64_t want_us, own_us;
} waits[] = {
    {"wait: one process, least", FL_WIRE_7, 1, 0, 2500000},
    {"wait: one process, most", FL_WIRE_7, 1, FL_POLL_DRAWS - 1, 7499995},
    {"wait: a list without members counts as one", FL_WIRE_7, 0, 0, 2500000},
    {"wait: nine processes, least", FL_WIRE_7, 9, 0, 22500000},
    {"wait: ten processes, least", FL_WIRE_7, 10, 0, 0},
    {"wait: ten processes of 7, half", FL_WIRE_7, 10, FL_POLL_DRAWS / 2, 25000000},
    {"wait: ten processes of 6, half", FL_WIRE_6, 10, FL_POLL_DRAWS / 2, 25000000},
    {"wait: ten processes of 8, half", FL_WIRE_8, 10, FL_POLL_DRAWS / 2, 50000000},
    {"wait: an interval of its own is not multiplied", FL_WIRE_7, 9, FL_POLL_DRAWS / 2, 1000000,
     1000000},
    {"wait: an interval of its own is spread too", FL_WIRE_7, 10, FL_POLL_DRAWS / 2, 500000,
     1000000},
};

static void wait_row(void **state)
{
    const struct wait_case *row = *state;
    const struct fl_settings settings = {
        .options = {.average_poll_us = 5000000, .own_poll_us = row->own_us},
        .facts = fl_wire_facts(row->wire)};
    assert_in_range(fl_poll_wait_us(&settings, row->processes, row->draw),
                    row->want_us ? row->want_us - 1 : 0, row->want_us);
}

/* The poller of a desk of its own, quiet once `is_enough` says so at an exchange. Every draw is one
 * second: the first poll comes after eleven. */
struct poll {
    struct desk desk;
    struct fl_control control;
    struct fl_settings settings;
    struct fl_moves moves;
    struct fl_poller poller;
    int64_t start_us;
    bool (*is_enough)(const struct poll *poll);
};

static void at_exchange(struct desk *desk)
{
    struct poll *poll = desk->context;
    if (poll->is_enough(poll)) fl_control_raise(&poll->control, FL_PHASE_QUIET);
}

static void open_poll(struct poll *poll, int64_t own_us)
{
    const struct fl_process_options options = {.own_poll_us = own_us};
    const char *problem;
    desk_open(&poll->desk);
    poll->desk.draw = 1000000;
    poll->desk.context = poll;
    poll->desk.before_exchange = at_exchange;
    const struct fl_ports *ports = &poll->desk.ports;
    assert_int_equal(fl_settings_init(&poll->settings, &options, &problem), FL_OK);
    assert_int_equal(fl_control_init(&poll->control, ports->tasks, ports->clock), FL_OK);
    poll->moves = (struct fl_moves){.redis = ports->redis,
                                    .clock = ports->clock,
                                    .identity = "host:42:me",
                                    .queues = poll->settings.queues};
    poll->poller = (struct fl_poller){ports, &poll->settings, &poll->moves, &poll->control, NULL};
    poll->start_us = poll->desk.clock.mono_us;
}

static void close_poll(struct poll *poll)
{
    fl_control_release(&poll->control);
    desk_close(&poll->desk);
}

static bool polls(const struct poll *poll)
{
    (void)poll;
    return true;
}

static bool polls_again(const struct poll *poll)
{
    return poll->desk.clock.mono_us > poll->start_us + 11 * FL_SECOND_US;
}

static bool has_promoted_one(const struct poll *poll)
{
    return fake_redis_find(poll->desk.engine, 0, FL_SPAN("queue:default")) != NULL;
}

static struct first_case {
    const char *name;
    int64_t own_us, want_us;
} firsts[] = {
    {"first poll: ten seconds for the heartbeats, and the draw", 0, 11000000},
    {"first poll: with an interval of its own the draw alone", 60000000, 1000000},
};

static void first_row(void **state)
{
    const struct first_case *row = *state;
    struct poll poll = {.is_enough = polls};
    open_poll(&poll, row->own_us);
    fl_poller_run(&poll.poller);
    assert_int_equal(poll.desk.clock.mono_us - poll.start_us, row->want_us);
    close_poll(&poll);
}

#define JOB(queue) "{\"class\":\"W\",\"queue\":\"" queue "\",\"jid\":\"j\"}"

static void a_member_that_redis_refuses_does_not_hold_up_the_others(void **state)
{
    (void)state;
    struct poll poll = {.is_enough = polls_again};
    open_poll(&poll, 0);
    desk_redis(&poll.desk, "SET queue:bad text");
    desk_redis(&poll.desk, "ZADD retry 1 " JOB("bad") " 2 " JOB("default"));
    fl_poller_run(&poll.poller);
    assert_true(has_promoted_one(&poll));
    close_poll(&poll);
}

static void who_becomes_quiet_promotes_no_more(void **state)
{
    (void)state;
    struct poll poll = {.is_enough = has_promoted_one};
    open_poll(&poll, 0);
    desk_redis(&poll.desk,
               "ZADD schedule 1 " JOB("default") " 2 " JOB("under-way") " 3 " JOB("later"));
    fl_poller_run(&poll.poller);
    assert_non_null(fake_redis_find(poll.desk.engine, 0, FL_SPAN("schedule")));
    close_poll(&poll);
}

static void the_first_poll_prunes_the_list_of_processes(void **state)
{
    (void)state;
    struct poll poll = {.is_enough = polls_again};
    open_poll(&poll, 0);
    desk_redis(&poll.desk, "SADD processes dead");
    fl_poller_run(&poll.poller);
    assert_null(fake_redis_find(poll.desk.engine, 0, FL_SPAN("processes")));
    close_poll(&poll);
}

static struct text_case {
    const char *name;
    enum fl_wire wire;
    const char *before, *after;
} texts[] = {
    {"promoted: a scheduled job gets enqueued_at", FL_WIRE_7,
     "{\"retry\":true,\"queue\":\"q\",\"args\":[1e2],\"class\":\"W\",\"jid\":\"j\","
     "\"created_at\":1.5}",
     "{\"retry\":true,\"queue\":\"q\",\"args\":[1e2],\"class\":\"W\",\"jid\":\"j\","
     "\"created_at\":1.5,\"enqueued_at\":1795451428.120701}"},
    {"promoted: a retry keeps its error and gets a new enqueued_at", FL_WIRE_8,
     "{\"retry\":true,\"queue\":\"q\",\"class\":\"W\",\"jid\":\"j\",\"created_at\":1.5,"
     "\"enqueued_at\":1.5,\"error_message\":\"x\",\"retry_count\":0}",
     "{\"retry\":true,\"queue\":\"q\",\"class\":\"W\",\"jid\":\"j\",\"created_at\":1.5,"
     "\"enqueued_at\":1795451428120,\"error_message\":\"x\",\"retry_count\":0}"},
    {"promoted: what a client fills in is filled in", FL_WIRE_7, "{\"class\":\"W\",\"args\":[]}",
     "{\"class\":\"W\",\"args\":[],\"retry\":true,\"queue\":\"default\",\"jid\":\"fresh\","
     "\"created_at\":1795451428.120701,\"enqueued_at\":1795451428.120701}"},
};

static void text_row(void **state)
{
    const struct text_case *row = *state;
    struct fl_payload payload;
    struct fl_buf out = FL_BUF_INIT(4096);
    assert_int_equal(fl_payload_parse(fl_span_from(row->before), &payload), FL_OK);
    assert_int_equal(
        fl_promoted_payload(&payload, fl_wire_facts(row->wire), 1795451428120701, "fresh", &out),
        FL_OK);
    assert_string_equal(out.bytes, row->after);
    fl_buf_release(&out);
    fl_payload_release(&payload);
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, wait_row, waits, FL_COUNT(waits), sizeof(waits[0]));
    rows_add(&rows, first_row, firsts, FL_COUNT(firsts), sizeof(firsts[0]));
    rows_add(&rows, text_row, texts, FL_COUNT(texts), sizeof(texts[0]));
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_member_that_redis_refuses_does_not_hold_up_the_others),
        cmocka_unit_test(who_becomes_quiet_promotes_no_more),
        cmocka_unit_test(the_first_poll_prunes_the_list_of_processes),
    };
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "poller");
}
