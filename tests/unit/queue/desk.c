#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- the transport: a session of the engine --- */

static enum fl_error open_stream(void *self, int64_t deadline_us, struct fl_stream **ret_stream)
{
    struct desk *desk = self;
    (void)deadline_us;
    *ret_stream = (struct fl_stream *)fake_redis_open(desk->engine, "desk");
    return *ret_stream ? FL_OK : FL_ECONNECT;
}

static enum fl_error send_bytes(void *self, struct fl_stream *stream, const void *bytes,
                                size_t length, int64_t deadline_us)
{
    (void)self, (void)deadline_us;
    fake_redis_feed((struct fake_redis_session *)stream, bytes, length);
    return FL_OK;
}

static enum fl_error receive(void *self, struct fl_stream *stream, void *bytes, size_t capacity,
                             int64_t deadline_us, size_t *ret_length)
{
    struct fake_redis_session *session = (struct fake_redis_session *)stream;
    struct fl_span output = fake_redis_output(session);
    struct desk *desk = self;
    if (desk->fault == DESK_LOST && desk->fault_at == desk->exchanges) return FL_ELOST;
    if (!output.length) {
        fake_clock_advance(&desk->clock, deadline_us - desk->clock.mono_us);
        return FL_ETIMEDOUT;
    }
    *ret_length = output.length < capacity ? output.length : capacity;
    memcpy(bytes, output.bytes, *ret_length);
    fake_redis_consume(session, *ret_length);
    return FL_OK;
}

static bool has_ended(void *self, struct fl_stream *session)
{
    (void)self;
    return fake_redis_closed((struct fake_redis_session *)session);
}

static void close_stream(void *self, struct fl_stream *stream)
{
    (void)self;
    fake_redis_close((struct fake_redis_session *)stream);
}

static const struct fl_transport_ops transport_ops = {
    .open = open_stream,
    .send = send_bytes,
    .receive = receive,
    .ended = has_ended,
    .close = close_stream,
};

/* --- the ports --- */

static void note_command(struct desk *desk, const struct fl_command *command)
{
    for (size_t i = 0; i < command->count; i++) {
        if (i) assert_int_equal(fl_buf_append_char(&desk->sent, ' '), FL_OK);
        assert_int_equal(fl_buf_append_span(&desk->sent, command->args[i]), FL_OK);
    }
    assert_int_equal(fl_buf_append_char(&desk->sent, '\n'), FL_OK);
}

static enum fl_error exec(void *self, const struct fl_command *commands, size_t count,
                          int64_t deadline_us, struct fl_replies *ret_replies)
{
    struct desk *desk = self;
    *ret_replies = (struct fl_replies){0};
    desk->exchanges++;
    if (desk->before_exchange) desk->before_exchange(desk);
    if (desk->fault == DESK_REFUSED && desk->fault_at == desk->exchanges) return FL_ECONNECT;
    for (size_t i = 0; i < count; i++)
        note_command(desk, &commands[i]);
    struct fl_reply *items = fl_arena_alloc_array(&ret_replies->arena, count, sizeof(*items));
    if (!items) return FL_ENOMEM;
    ret_replies->items = items;
    struct fl_batch batch = {.commands = commands,
                             .count = count,
                             .deadline_us = deadline_us,
                             .replies = ret_replies,
                             .items = items};
    fl_connection_exchange(desk->connection, &batch, deadline_us);
    return batch.err;
}

static const struct fl_redis_ops redis_ops = {.exec = exec};

static uint64_t below(void *self, const char *label, uint64_t bound)
{
    struct desk *desk = self;
    (void)label;
    return desk->draw % bound;
}

static void random_bytes(void *self, const char *label, void *out, size_t length)
{
    struct desk *desk = self;
    (void)label;
    memset(out, (int)(desk->draw++ & 0xff), length);
}

static const struct fl_random_ops random_ops = {.below = below, .bytes = random_bytes};

static void log_line(void *self, const struct fl_log_line *line)
{
    struct desk *desk = self;
    assert_int_equal(fl_buf_append_span(&desk->log, line->message), FL_OK);
    assert_int_equal(fl_buf_append_char(&desk->log, '\n'), FL_OK);
}

static const struct fl_log_ops log_ops = {.write = log_line};

static const char *hostname(void *self)
{
    (void)self;
    return "host";
}

static int64_t pid(void *self)
{
    (void)self;
    return 42;
}

static int64_t rss_kib(void *self)
{
    (void)self;
    return 1234;
}

static bool pid_exists(void *self, int64_t number)
{
    (void)self;
    return number != 666;
}

static void exit_process(void *self, int status)
{
    (void)self;
    fail_msg("the process port's exit(%d)", status);
}

static const struct fl_process_ops process_ops = {.hostname = hostname,
                                                  .pid = pid,
                                                  .rss_kib = rss_kib,
                                                  .pid_exists = pid_exists,
                                                  .exit = exit_process};

/* One task: a monitor is never contended, and nobody else can wake it. */
static enum fl_error monitor_new(void *self, const char *name, struct fl_monitor **ret_monitor)
{
    (void)self, (void)name;
    *ret_monitor = calloc(1, sizeof(int));
    return *ret_monitor ? FL_OK : FL_ENOMEM;
}

static void monitor_free(void *self, struct fl_monitor *monitor)
{
    (void)self;
    free(monitor);
}

static void nothing(void *self, struct fl_monitor *monitor)
{
    (void)self, (void)monitor;
}

static void sleep_until(void *self, int64_t deadline_us)
{
    struct desk *desk = self;
    if (deadline_us > desk->clock.mono_us)
        fake_clock_advance(&desk->clock, deadline_us - desk->clock.mono_us);
}

static enum fl_error wait(void *self, struct fl_monitor *monitor, int64_t deadline_us)
{
    struct desk *desk = self;
    (void)monitor;
    if (deadline_us == FL_NEVER_US) {
        if (!desk->on_endless_wait) fail_msg("the only task waits for ever");
        desk->on_endless_wait(desk);
        return FL_OK;
    }
    sleep_until(self, deadline_us);
    return FL_ETIMEDOUT;
}

static void set_context(void *self, const char *jid)
{
    (void)self, (void)jid;
}

static const struct fl_task_ops task_ops = {.sleep_until = sleep_until,
                                            .monitor_new = monitor_new,
                                            .monitor_free = monitor_free,
                                            .enter = nothing,
                                            .leave = nothing,
                                            .wait = wait,
                                            .wake_all = nothing,
                                            .set_context = set_context};

/* --- opening, and what tests say to it --- */

void desk_open(struct desk *desk)
{
    *desk = (struct desk){.clock = {.wall_us = DESK_START_US, .mono_us = 1000000},
                          .log = FL_BUF_INIT(1024 * 1024),
                          .sent = FL_BUF_INIT(16 * 1024 * 1024)};
    const struct fake_redis_options options = {.clock = fake_clock_port(&desk->clock)};
    desk->engine = fake_redis_new(&options);
    desk->connection = calloc(1, sizeof(*desk->connection));
    assert_non_null(desk->engine);
    assert_non_null(desk->connection);
    fl_connection_init(desk->connection, (struct fl_transport){&transport_ops, desk}, &desk->login);
    desk->ports = (struct fl_ports){.clock = fake_clock_port(&desk->clock),
                                    .random = {&random_ops, desk},
                                    .tasks = {&task_ops, desk},
                                    .log = {&log_ops, desk},
                                    .redis = {&redis_ops, desk},
                                    .process = {&process_ops, desk}};
}

void desk_close(struct desk *desk)
{
    fl_connection_release(desk->connection);
    free(desk->connection);
    fake_redis_free(desk->engine);
    fl_buf_release(&desk->log);
    fl_buf_release(&desk->sent);
}

static void run(struct desk *desk, const struct fl_span *words, size_t count)
{
    struct fl_replies replies;
    struct fl_buf sent = desk->sent; /* the test's own commands go unnoticed */
    int exchanges = desk->exchanges;
    void (*before_exchange)(struct desk *) = desk->before_exchange;
    desk->before_exchange = NULL;
    desk->sent = FL_BUF_INIT(16 * 1024 * 1024);
    desk->exchanges = -1000;
    const struct fl_command command = {words, count};
    assert_int_equal(exec(desk, &command, 1, FL_NEVER_US, &replies), FL_OK);
    assert_int_equal(replies.count, 1);
    assert_int_not_equal(replies.items[0].type, FL_REPLY_ERROR);
    fl_replies_release(&replies);
    fl_buf_release(&desk->sent);
    desk->sent = sent;
    desk->exchanges = exchanges;
    desk->before_exchange = before_exchange;
}

static size_t split(const char *text, struct fl_span *words)
{
    size_t count = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        words[count++] = (struct fl_span){text, length};
        text += length + (text[length] == ' ');
    }
    return count;
}

void desk_redis(struct desk *desk, const char *words)
{
    struct fl_span list[64];
    run(desk, list, split(words, list));
}

void desk_redis_value(struct desk *desk, const char *words, const char *value)
{
    struct fl_span list[64];
    size_t count = split(words, list);
    list[count] = fl_span_from(value);
    run(desk, list, count + 1);
}

void desk_expect(struct desk *desk, const char *want)
{
    struct fl_buf dump = FL_BUF_INIT(16 * 1024 * 1024);
    assert_int_equal(fake_redis_dump(desk->engine, &dump), FL_OK);
    assert_string_equal(dump.bytes ? dump.bytes : "", want);
    fl_buf_release(&dump);
}

void desk_fail(struct desk *desk, enum desk_fault fault, int skip)
{
    desk->fault = fault;
    desk->fault_at = desk->exchanges + 1 + skip;
}
