#include "rows.h"

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

/* One process of a desk of its own, whose first poll ends it; every draw is one second. */
struct first_poll {
    struct desk desk;
    struct fl_control control;
};

static void note_and_end(struct desk *desk)
{
    struct first_poll *first = desk->context;
    fl_control_raise(&first->control, FL_PHASE_QUIET);
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
    const struct fl_process_options options = {.own_poll_us = row->own_us};
    struct first_poll first;
    struct fl_settings settings;
    const char *problem;
    desk_open(&first.desk);
    first.desk.draw = 1000000;
    first.desk.context = &first;
    first.desk.before_exchange = note_and_end;
    const struct fl_ports *ports = &first.desk.ports;
    assert_int_equal(fl_settings_init(&settings, &options, &problem), FL_OK);
    assert_int_equal(fl_control_init(&first.control, ports->tasks, ports->clock), FL_OK);
    struct fl_poller poller = {.ports = ports, .settings = &settings, .control = &first.control};
    int64_t start_us = first.desk.clock.mono_us;
    fl_poller_run(&poller);
    assert_int_equal(first.desk.clock.mono_us - start_us, row->want_us);
    fl_control_release(&first.control);
    desk_close(&first.desk);
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
    return rows_run(&rows, "poller");
}
