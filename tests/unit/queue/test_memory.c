/* Every allocation of what the queue does for a job fails in turn. */
#include "alloc_sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "faultline/batch.h"
#include "faultline/iterable.h"
#include "queue/burial.h"
#include "queue/client.h"
#include "queue/job.h"
#include "queue/lock.h"
#include "queue/poller.h"
#include "queue/recovery.h"
#include "queue/registry.h"
#include "queue/retry.h"

static int64_t now_us(void *self)
{
    (void)self;
    return 1795451428120701;
}

static const struct fl_clock_ops clock_ops = {.wall_us = now_us, .mono_us = now_us};
static const struct fl_clock clock_port = {&clock_ops, NULL};

static void zeros(void *self, const char *label, void *out, size_t length)
{
    (void)self, (void)label;
    for (size_t i = 0; i < length; i++)
        ((char *)out)[i] = 0;
}

static const struct fl_random_ops random_ops = {.bytes = zeros};

/* A server that answers 1 to everything, and needs no memory for it. */
static enum fl_error say_one(void *self, const struct fl_command *commands, size_t count,
                             int64_t deadline_us, struct fl_replies *ret_replies)
{
    static const struct fl_reply ones[] = {{.type = FL_REPLY_INTEGER, .integer = 1},
                                           {.type = FL_REPLY_INTEGER, .integer = 1}};
    (void)self, (void)commands, (void)deadline_us;
    assert_in_range(count, 1, 2);
    *ret_replies = (struct fl_replies){.items = ones, .count = count};
    return FL_OK;
}

static const struct fl_redis_ops redis_ops = {.exec = say_one};
static const struct fl_redis redis_port = {&redis_ops, NULL};

/* A server that answers one thing to everything. */
static enum fl_error answer(void *self, const struct fl_command *commands, size_t count,
                            int64_t deadline_us, struct fl_replies *ret_replies)
{
    (void)commands, (void)deadline_us;
    *ret_replies = (struct fl_replies){.items = self, .count = count};
    return FL_OK;
}

static void write_nothing(void *self, const struct fl_log_line *line)
{
    (void)self, (void)line;
}

static const struct fl_log_ops log_ops = {.write = write_nothing};

static enum fl_error push(void *context)
{
    const struct fl_client client = {clock_port, {&random_ops, NULL}, redis_port, FL_WIRE_7};
    const struct fl_client_job job = {.worker = "W", .args = FL_SPAN("[1,\"two\"]")};
    (void)context;
    return fl_client_push(&client, &job, NULL);
}

static enum fl_error push_with_a_lock(void *context)
{
    const struct fl_client client = {clock_port, {&random_ops, NULL}, redis_port, FL_WIRE_7};
    const struct fl_client_job job = {.worker = "W",
                                      .args = FL_SPAN("[1,\"two\"]"),
                                      .lock = FL_LOCK_UNTIL_EXECUTED,
                                      .at_us = 1795451500000000};
    (void)context;
    return fl_client_push(&client, &job, NULL);
}

static enum fl_error read_a_lock(void *context)
{
    struct fl_payload payload;
    struct fl_job_lock lock;
    (void)context;
    enum fl_error err = fl_payload_parse(
        FL_SPAN("{\"class\":\"W\",\"jid\":\"j\",\"args\":[\"two\"],\"lock\":\"until_executed\"}"),
        &payload);
    if (err) return err;
    err = fl_lock_of(&payload, NULL, "default", &lock);
    fl_payload_release(&payload);
    return err;
}

static enum fl_error push_many_for_later(void *context)
{
    const struct fl_client client = {clock_port, {&random_ops, NULL}, redis_port, FL_WIRE_7};
    const struct fl_client_job job = {.worker = "W", .at_us = 1795451500000000};
    const struct fl_span args[] = {FL_SPAN("[1]"), FL_SPAN("[2]"), FL_SPAN("[3]")};
    (void)context;
    return fl_client_push_bulk(&client, &job, args, 3, NULL);
}

/* Without memory the record says so in its own words: what fails here is the payload. */
static enum fl_error retry(void *context)
{
    struct fl_payload payload;
    struct fl_verdict verdict;
    struct fl_buf out = FL_BUF_INIT(4096);
    const struct fl_failure_record record = {.failed = true, .error_class = "E"};
    (void)context;
    enum fl_error err = fl_payload_parse(
        FL_SPAN("{\"class\":\"W\\u0041\",\"jid\":\"j\",\"backtrace\":true,\"queue\":\"q\"}"),
        &payload);
    if (err) return err;
    fl_retry_decide(&payload, NULL, FL_TRANSIENT, 25, fl_wire_facts(FL_WIRE_7), &verdict);
    err = fl_retry_payload(&payload, &verdict, &record, "q", fl_wire_facts(FL_WIRE_7),
                           1795451428120701, &out);
    fl_buf_release(&out);
    fl_payload_release(&payload);
    return err;
}

static enum fl_error promote(void *context)
{
    struct fl_payload payload;
    struct fl_buf out = FL_BUF_INIT(4096);
    (void)context;
    enum fl_error err = fl_payload_parse(FL_SPAN("{\"class\":\"W\",\"args\":[]}"), &payload);
    if (err) return err;
    err = fl_promoted_payload(&payload, fl_wire_facts(FL_WIRE_7), 1795451428120701, "j", &out);
    fl_buf_release(&out);
    fl_payload_release(&payload);
    return err;
}

static enum fl_error move(void *context)
{
    static const struct fl_queue_option queues[] = {{.name = "default"}};
    const struct fl_moves moves = {.redis = redis_port,
                                   .clock = clock_port,
                                   .dead_max_jobs = 10,
                                   .dead_timeout_us = 1000000,
                                   .identity = "host:1:x",
                                   .queues = queues};
    enum fl_move done;
    (void)context;
    struct fl_delivery *delivery = fl_delivery_new(0, FL_SPAN("job"));
    if (!delivery) return FL_ENOMEM;
    enum fl_error err = fl_move_to_set(&moves, delivery, "retry", FL_SPAN("failed"),
                                       1795451428120701, NULL, &done, NULL);
    if (!err) err = fl_move_to_dead(&moves, delivery, FL_SPAN("failed"), NULL, &done, NULL);
    free(delivery);
    return err;
}

/* A recovery that has found nothing. */
static enum fl_error say_none(void *self, const struct fl_command *commands, size_t count,
                              int64_t deadline_us, struct fl_replies *ret_replies)
{
    static const struct fl_reply none = {.type = FL_REPLY_INTEGER};
    static const struct fl_reply found = {.type = FL_REPLY_ARRAY, .elements = &none, .count = 1};
    (void)self, (void)commands, (void)count, (void)deadline_us;
    *ret_replies = (struct fl_replies){.items = &found, .count = 1};
    return FL_OK;
}

static enum fl_error recover(void *context)
{
    static const struct fl_redis_ops ops = {.exec = say_none};
    const struct fl_ports ports = {.redis = {&ops, NULL}, .clock = clock_port};
    struct fl_burial burial;
    int64_t moved;
    (void)context;
    enum fl_error err = fl_burial_init(&burial, 1795451428120701, 10, 1000000);
    if (err) return err;
    fl_burial_release(&burial);
    return fl_recovery_force(&ports, "host:1:x", FL_SPAN("[\"default\",\"slow\"]"),
                             FL_RECOVERY_KEEP, &moved);
}

static enum fl_outcome perform(struct fl_job *job)
{
    (void)job;
    return FL_DONE;
}

static enum fl_error registry(void *context)
{
    static const struct fl_worker table[] = {
        {.name = "A", .perform = perform}, {.name = "B", .perform = perform}, {0}};
    (void)context;
    const struct fl_worker *const tables[] = {table};
    struct fl_registry made;
    const char *name;
    enum fl_error err = fl_registry_init(&made, tables, 1, &name);
    if (!err) fl_registry_release(&made);
    return err;
}

static enum fl_error fill_batch(struct fl_job *job)
{
    const struct fl_batch_callback callback = {FL_BATCH_SUCCESS, "W", FL_SPAN("{}"), NULL};
    const struct fl_batch_options options = {.callbacks = &callback, .callback_count = 1};
    const struct fl_push push = {.worker = "W", .args = FL_SPAN("[]"), .at_us = INT64_MAX / 2};
    struct fl_batch *batch;
    enum fl_error err = fl_batch_new(job, &options, &batch);
    if (!err) err = fl_batch_add(batch, &push);
    if (!err) err = fl_batch_close(batch);
    fl_batch_free(batch);
    return err;
}

static enum fl_error close_a_batch(void *context)
{
    const struct fl_ports ports = {
        .clock = clock_port, .random = {&random_ops, NULL}, .redis = redis_port};
    const struct fl_registry registry = {.workers = FL_MAP_INIT(1)};
    const struct fl_job_world world = {.ports = &ports, .registry = &registry};
    struct fl_payload payload;
    struct fl_job job;
    (void)context;
    enum fl_error err = fl_payload_parse(FL_SPAN("{\"class\":\"W\",\"bid\":\"B\"}"), &payload);
    if (err) return err;
    fl_job_init(&job, &world, &payload, "default");
    err = fill_batch(&job);
    fl_job_release(&job);
    fl_payload_release(&payload);
    return err;
}

static enum fl_error move_in_a_batch(void *context)
{
    static const struct fl_queue_option queues[] = {{.name = "default"}};
    const struct fl_moves moves = {.redis = redis_port,
                                   .clock = clock_port,
                                   .wire = FL_WIRE_7,
                                   .dead_max_jobs = 10,
                                   .dead_timeout_us = 1000000,
                                   .identity = "host:1:x",
                                   .queues = queues};
    const struct fl_release release = {
        .jid = FL_SPAN("j"), .bid = FL_SPAN("B"), .step = FL_BATCH_STEP_DIED};
    enum fl_move done;
    (void)context;
    struct fl_delivery *delivery = fl_delivery_new(0, FL_SPAN("job"));
    if (!delivery) return FL_ENOMEM;
    enum fl_error err = fl_move_to_dead(&moves, delivery, FL_SPAN("failed"), &release, &done, NULL);
    free(delivery);
    return err;
}

static enum fl_step two_items(struct fl_job *job, struct fl_iteration *iteration, void *context)
{
    int64_t next = 0;
    (void)job, (void)context;
    if (fl_cursor_int(iteration, &next) && next == 2) return FL_STEP_END;
    return fl_cursor_set_int(iteration, next + 1) ? FL_STEP_STUCK : FL_STEP_MORE;
}

/* What a handler reports as failed for want of memory has been stored with the little there was. */
static enum fl_error iterate(void *context)
{
    static const struct fl_reply fields[] = {{.type = FL_REPLY_STRING, .text = {"1", 1}},
                                             {.type = FL_REPLY_STRING, .text = {"[1]", 3}},
                                             {.type = FL_REPLY_STRING, .text = {"2.5", 3}},
                                             {.type = FL_REPLY_NIL}};
    struct fl_reply found = {.type = FL_REPLY_ARRAY, .elements = fields, .count = 4};
    const struct fl_redis_ops ops = {.exec = answer};
    const struct fl_ports ports = {
        .clock = clock_port, .log = {&log_ops, NULL}, .redis = {&ops, &found}};
    const struct fl_job_world world = {.ports = &ports};
    const struct fl_iterable iterable = {.each = two_items, .longest_run_us = 0};
    struct fl_payload payload;
    struct fl_job job;
    (void)context;
    enum fl_error err = fl_payload_parse(FL_SPAN("{\"class\":\"W\",\"jid\":\"j\"}"), &payload);
    if (err) return err;
    fl_job_init(&job, &world, &payload, "default");
    enum fl_outcome outcome = fl_iterate(&job, &iterable, NULL);
    if (outcome == FL_FAILED) err = job.failure.kind == FL_SYSTEM ? FL_ENOMEM : FL_EIO;
    fl_job_release(&job);
    fl_payload_release(&payload);
    return err;
}

static enum fl_error encrypt(void *context)
{
    static const struct fl_keyring keyring = {
        .keys = {{1, "0123456789abcdef0123456789abcdef"}}, .count = 1, .active = 1};
    const struct fl_encrypted_for whose = {"W", "j"};
    struct fl_buf sealed = FL_BUF_INIT(4096), plain = FL_BUF_INIT(4096);
    struct fl_json json = {0};
    int64_t version;
    (void)context;
    enum fl_error err = fl_encrypt_args(&keyring, (struct fl_random){&random_ops, NULL}, whose,
                                        FL_SPAN("[1,\"two\"]"), &sealed);
    if (!err) err = fl_json_parse(fl_buf_span(&sealed), &json, NULL);
    if (!err) err = fl_decrypt_args(&keyring, whose, fl_json_root(&json), &plain, &version);
    fl_json_release(&json);
    fl_buf_release(&sealed);
    fl_secret_release(&plain);
    return err;
}

static void encrypting(void **state)
{
    (void)state;
    alloc_sweep(encrypt, NULL);
}

static void iterating(void **state)
{
    (void)state;
    alloc_sweep(iterate, NULL);
}

static void batches(void **state)
{
    (void)state;
    alloc_sweep(close_a_batch, NULL);
    alloc_sweep(move_in_a_batch, NULL);
}

static void pushing(void **state)
{
    (void)state;
    alloc_sweep(push, NULL);
    alloc_sweep(push_with_a_lock, NULL);
    alloc_sweep(read_a_lock, NULL);
    alloc_sweep(push_many_for_later, NULL);
}

static void retrying(void **state)
{
    (void)state;
    alloc_sweep(retry, NULL);
}

static void promoting(void **state)
{
    (void)state;
    alloc_sweep(promote, NULL);
}

static void moving(void **state)
{
    (void)state;
    alloc_sweep(move, NULL);
}

static void recovering(void **state)
{
    (void)state;
    alloc_sweep(recover, NULL);
}

static void registering(void **state)
{
    (void)state;
    alloc_sweep(registry, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches), cmocka_unit_test(iterating),  cmocka_unit_test(encrypting),
        cmocka_unit_test(pushing), cmocka_unit_test(retrying),   cmocka_unit_test(promoting),
        cmocka_unit_test(moving),  cmocka_unit_test(recovering), cmocka_unit_test(registering),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
