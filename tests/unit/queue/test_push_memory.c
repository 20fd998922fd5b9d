/* Every allocation of pushes that wait fails in turn: for Redis, and for a commit. */
#include "alloc_sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "faultline/transaction.h"
#include "queue/job.h"
#include "queue/push_buffer.h"

static int64_t now_us(void *self)
{
    (void)self;
    return 1795451428120701;
}
static const struct fl_clock_ops clock_ops = {.wall_us = now_us, .mono_us = now_us};

static void zeros(void *self, const char *label, void *out, size_t length)
{
    (void)self, (void)label;
    memset(out, 0, length);
}
static const struct fl_random_ops random_ops = {.bytes = zeros};

/* The first `away` exchanges find nobody. */
static enum fl_error away_at_first(void *self, const struct fl_command *commands, size_t count,
                                   int64_t deadline_us, struct fl_replies *ret_replies)
{
    static const struct fl_reply ones[] = {{.type = FL_REPLY_INTEGER, .integer = 1},
                                           {.type = FL_REPLY_INTEGER, .integer = 1}};
    int *away = self;
    (void)commands, (void)deadline_us;
    *ret_replies = (struct fl_replies){0};
    if (*away && (*away)--) return FL_ECONNECT;
    *ret_replies = (struct fl_replies){.items = ones, .count = count};
    return FL_OK;
}
static const struct fl_redis_ops redis_ops = {.exec = away_at_first};

static void be_silent(void *self, const struct fl_log_line *line)
{
    (void)self, (void)line;
}
static const struct fl_log_ops log_ops = {.write = be_silent};

/* One task: a monitor is only an address. */
static enum fl_error monitor_new(void *self, const char *name, struct fl_monitor **ret_monitor)
{
    (void)name;
    *ret_monitor = self;
    return FL_OK;
}

static void touch(void *self, struct fl_monitor *monitor)
{
    (void)self, (void)monitor;
}
static const struct fl_task_ops task_ops = {
    .monitor_new = monitor_new, .monitor_free = touch, .enter = touch, .leave = touch};

static enum fl_error well(void *self, struct fl_db_conn *conn)
{
    (void)self, (void)conn;
    return FL_OK;
}

static void roll_back(void *self, struct fl_db_conn *conn)
{
    (void)self, (void)conn;
}
static const struct fl_db_ops db_ops = {.begin = well, .commit = well, .rollback = roll_back};

static struct fl_ports ports_of(int *away)
{
    return (struct fl_ports){.clock = {&clock_ops, NULL},
                             .random = {&random_ops, NULL},
                             .redis = {&redis_ops, away},
                             .tasks = {&task_ops, away},
                             .log = {&log_ops, NULL},
                             .db = {&db_ops, NULL}};
}

static enum fl_error wait_and_make_up(void *context)
{
    int away = 1;
    const struct fl_ports ports = ports_of(&away);
    const struct fl_client client = {ports.clock, ports.random, ports.redis, FL_WIRE_7};
    const struct fl_client_job job = {.worker = "W", .args = FL_SPAN("[1]")};
    struct fl_push_buffer buffer;
    (void)context;
    enum fl_error err = fl_push_buffer_init(&buffer, &client, &ports, 2, FL_PUSH_FULL_DROP_OLDEST);
    if (!err) err = fl_push_buffered(&buffer, &job);
    if (!err) err = fl_push_buffer_drain(&buffer);
    assert_true(err || fl_push_buffer_counts(&buffer).made_up == 1);
    fl_push_buffer_release(&buffer);
    return err;
}

static enum fl_error two_of_a_transaction(struct fl_job *job)
{
    const struct fl_push first = {.worker = "W", .args = FL_SPAN("[1]"), .queue = "q"};
    const struct fl_push second = {
        .worker = "W", .args = FL_SPAN("[2]"), .jid = "j", .tags = FL_SPAN("[\"t\"]")};
    struct fl_transaction *tx;
    enum fl_error err = fl_transaction_begin(job, NULL, &tx);
    if (err) return err;
    err = fl_transaction_push(tx, &first, NULL);
    if (!err) err = fl_transaction_push(tx, &second, NULL);
    if (!err) return fl_transaction_commit(tx);
    fl_transaction_rollback(tx);
    return err;
}

static enum fl_error with_a_job(void *context)
{
    enum fl_error (*use)(struct fl_job * job) = *(enum fl_error(**)(struct fl_job *))context;
    int away = 0;
    const struct fl_ports ports = ports_of(&away);
    const struct fl_registry registry = {.workers = FL_MAP_INIT(1)};
    const struct fl_job_world world = {.ports = &ports, .registry = &registry};
    struct fl_payload payload;
    struct fl_job job;
    enum fl_error err = fl_payload_parse(FL_SPAN("{\"class\":\"W\",\"jid\":\"j\"}"), &payload);
    if (err) return err;
    fl_job_init(&job, &world, &payload, "default");
    err = use(&job);
    fl_job_release(&job);
    fl_payload_release(&payload);
    return err;
}

static enum fl_error many(struct fl_job *job)
{
    const struct fl_push push = {.worker = "W"};
    const struct fl_span args[] = {FL_SPAN("[1]"), FL_SPAN("[2]"), FL_SPAN("[3]")};
    size_t pushed = 0;
    enum fl_error err = fl_job_push_bulk(job, &push, args, 3, 2, &pushed);
    assert_int_equal(pushed, err ? pushed : 3);
    return err;
}

static void waiting_for_redis(void **state)
{
    (void)state;
    alloc_sweep(wait_and_make_up, NULL);
}

static void waiting_for_a_commit(void **state)
{
    enum fl_error (*use)(struct fl_job * job) = two_of_a_transaction;
    (void)state;
    alloc_sweep(with_a_job, &use);
}

static void many_at_once(void **state)
{
    enum fl_error (*use)(struct fl_job * job) = many;
    (void)state;
    alloc_sweep(with_a_job, &use);
}

static enum fl_error too_many(struct fl_job *job)
{
    const struct fl_push push = {.worker = "W", .args = FL_SPAN("[]")};
    const struct fl_push no_json = {.worker = "W", .args = FL_SPAN("[")};
    struct fl_transaction *tx;
    char jid[25] = "";
    assert_int_equal(fl_transaction_begin(job, NULL, &tx), FL_OK);
    assert_int_equal(fl_transaction_push(tx, &no_json, jid), FL_EINVAL);
    for (int i = 0; i < FL_TRANSACTION_PUSHES_MAX; i++)
        assert_int_equal(fl_transaction_push(tx, &push, jid), FL_OK);
    assert_int_equal(strlen(jid), 24);
    assert_int_equal(fl_transaction_push(tx, &push, NULL), FL_EBOUND);
    fl_transaction_rollback(tx);
    fl_transaction_rollback(NULL);
    return FL_OK;
}

static void a_transaction_has_its_bounds(void **state)
{
    enum fl_error (*use)(struct fl_job * job) = too_many;
    (void)state;
    assert_int_equal(with_a_job(&use), FL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_for_redis),
        cmocka_unit_test(waiting_for_a_commit),
        cmocka_unit_test(many_at_once),
        cmocka_unit_test(a_transaction_has_its_bounds),
    };
    return cmocka_run_group_tests_name("push memory", tests, NULL, NULL);
}
