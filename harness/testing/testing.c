/* harness/testing/testing.c - a run that is built by hand: its process is started for one handler,
 * or for a drain, and ends with it. */
#include "faultline/testing.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/run/stage.h"
#include "queue/client.h"
#include "queue/job.h"

enum { PAIRS_MAX = 64, TEXT_BYTES_MAX = 16 * 1024 * 1024, PAYLOAD_BYTES_MAX = 16 * 1024 * 1024 };

static const char linked_name[] = "(linked)";
static const struct fl_worker no_workers[] = {{0}};

/* One handler that is to be run, and what became of it. */
struct order {
    const char *payload;
    bool exhaust;
    int retries;
    const char *message;
    enum fl_outcome outcome;
    char error_class[FL_ERROR_CLASS_BYTES];
    char error_message[FL_ERROR_MESSAGE_BYTES];
};

struct push {
    const char *worker, *args;
    enum fl_error err;
};

struct fl_test {
    struct run_house *house;
    struct sim_choices *choices;
    struct plan plan;
    struct plan_processes processes;
    struct run_order order;
    struct run_result result;
    struct run *run;
    struct fl_buf applied, timeline;
    struct order last;
    struct push push;
    struct fl_command_override overrides[PAIRS_MAX];
    const char *modules[SIM_MODULES_MAX];
    struct fl_queue_option queues[FL_QUEUES_MAX];
};

static void must(enum fl_error err, const char *what)
{
    if (err) fl_panic("%s: %s", what, fl_error_text(err));
}

/* --- the world
 * ------------------------------------------------------------------------------------- */

static void list_modules(struct fl_test *test, const struct fl_test_options *options)
{
    uint32_t count = 0;
    if (options->workers) {
        must(house_adopt(test->house, linked_name, options->workers), "the linked workers");
        test->modules[count++] = linked_name;
    }
    for (const char *const *at = options->modules; at && *at; at++) {
        fl_assert(count < SIM_MODULES_MAX);
        test->modules[count++] = *at;
    }
    if (!count) {
        must(house_adopt(test->house, linked_name, no_workers), "an empty table");
        test->modules[count++] = linked_name;
    }
    test->plan.modules = test->modules;
    test->plan.module_count = count;
}

static size_t list_commands(struct fl_test *test, const struct fl_test_options *options)
{
    size_t count = 0;
    for (const struct fl_test_command *at = options->commands; at && at->name; at++) {
        fl_assert(count < PAIRS_MAX);
        test->overrides[count++] = (struct fl_command_override){at->name, at->ops};
    }
    return count;
}

static void serve_queue(struct fl_test *test, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(test->queues[i].name, name) == 0) return;
    fl_assert(*count < FL_QUEUES_MAX);
    test->queues[(*count)++] = (struct fl_queue_option){.name = name};
}

/* The process of a drain serves every queue that a class names. */
static void serve_queues(struct fl_test *test)
{
    size_t count = 0;
    struct fl_process_options *options = &test->run->nodes[0].options;
    serve_queue(test, &count, "default");
    for (uint32_t i = 0; i < test->run->module_count; i++)
        for (const struct fl_worker *at = test->run->modules[i]->workers; at->name; at++)
            if (at->queue) serve_queue(test, &count, at->queue);
    options->queues = test->queues;
    options->queue_count = count;
}

static void make_tables(struct fl_test *test, const char *const *schema)
{
    for (const char *const *at = schema; at && *at; at++) {
        struct fl_buf message = FL_BUF_INIT(RUN_MESSAGE_BYTES);
        if (database_execute(&test->run->database, *at, &message))
            fl_panic("the schema: %s", message.length ? message.bytes : *at);
        fl_buf_release(&message);
    }
    database_rest(&test->run->database);
}

struct fl_test *fl_test_begin(const struct fl_test_options *options)
{
    static const struct plan empty;
    struct fl_test *test = calloc(1, sizeof *test);
    if (!test) fl_panic("no memory for a test's world");
    must(run_house_new(&test->house), "a test's world");
    must(sim_choices_from_seed(options->seed ? options->seed : 1, &test->choices), "its choices");
    test->plan = empty;
    test->plan.horizon_us = 400 * FL_DAY_US;
    test->plan.heal_us = -1;
    test->plan.fold_idle = true;
    test->plan.start_us = INT64_C(1767225600) * FL_SECOND_US;
    test->processes = (struct plan_processes){.count = 1};
    test->processes.options.overrides = test->overrides;
    test->processes.options.override_count = list_commands(test, options);
    test->plan.processes = &test->processes;
    test->plan.processes_count = 1;
    list_modules(test, options);
    test->order = (struct run_order){
        .house = test->house, .plan = &test->plan, .choices = test->choices, .sweep = -1};
    run_begin_result(&test->result);
    test->run = run_open(&test->order, test->house, &test->result);
    if (!test->run) fl_panic("no memory for a test's run");
    run_build(test->run, RUN_BUILT_BY_HAND);
    if (test->result.verdict != RUN_PASSED) fl_panic("%s", test->result.text.bytes);
    test->applied = FL_BUF_INIT(TEXT_BYTES_MAX);
    test->timeline = FL_BUF_INIT(TEXT_BYTES_MAX);
    test->run->applied = &test->applied;
    serve_queues(test);
    make_tables(test, options->schema);
    return test;
}

void fl_test_end(struct fl_test *test)
{
    if (!test) return;
    run_close(test->run);
    run_result_release(&test->result);
    sim_choices_free(test->choices);
    run_house_free(test->house);
    fl_buf_release(&test->applied);
    fl_buf_release(&test->timeline);
    free(test);
}

/* --- records
 * ------------------------------------------------------------------------------------------ */

static uint32_t read_pairs(struct fl_test *test, va_list args, struct plan_pair pairs[PAIRS_MAX])
{
    uint32_t count = 0;
    for (const char *text; (text = va_arg(args, const char *));) {
        const char *equal = strchr(text, '=');
        if (!equal || count == PAIRS_MAX) fl_panic("expected column=value, found %s", text);
        struct fl_span name = {text, (size_t)(equal - text)};
        struct fl_span value = fl_span_from(equal + 1);
        long long integer;
        pairs[count++] = (struct plan_pair){
            .name = fl_arena_copy(&test->run->arena, name),
            .value = value,
            .type = fl_span_int64(value, &integer) ? PLAN_INTEGER : PLAN_TEXT,
        };
    }
    return count;
}

void fl_test_given(struct fl_test *test, const char *table, ...)
{
    struct plan_pair pairs[PAIRS_MAX];
    struct fl_buf message = FL_BUF_INIT(RUN_MESSAGE_BYTES);
    va_list args;
    va_start(args, table);
    uint32_t count = read_pairs(test, args, pairs);
    va_end(args);
    const struct plan_given_row row = {.table = table, .columns = pairs, .column_count = count};
    if (database_insert(&test->run->database, &row, &message))
        fl_panic("given %s: %s", table, message.length ? message.bytes : "it cannot be had");
    database_rest(&test->run->database);
    fl_buf_release(&message);
}

int64_t fl_test_count(struct fl_test *test, const char *table, ...)
{
    struct plan_pair pairs[PAIRS_MAX];
    struct fl_buf message = FL_BUF_INIT(RUN_MESSAGE_BYTES);
    int64_t rows = 0;
    va_list args;
    va_start(args, table);
    uint32_t count = read_pairs(test, args, pairs);
    va_end(args);
    if (database_count(&test->run->database, table, pairs, count, &rows, &message))
        fl_panic("count %s: %s", table, message.length ? message.bytes : "it cannot be had");
    database_rest(&test->run->database);
    fl_buf_release(&message);
    return rows;
}

const char *fl_test_value(struct fl_test *test, const char *table, const char *column, ...)
{
    struct plan_pair pairs[PAIRS_MAX];
    struct fl_buf value = FL_BUF_INIT(TEXT_BYTES_MAX);
    va_list args;
    va_start(args, column);
    uint32_t count = read_pairs(test, args, pairs);
    va_end(args);
    enum fl_error err = database_value(&test->run->database, table, column, pairs, count, &value);
    if (err && err != FL_ENOTFOUND)
        fl_panic("%s.%s: %s", table, column, value.length ? value.bytes : fl_error_text(err));
    const char *text = err ? NULL : fl_arena_copy(&test->run->arena, fl_buf_span(&value));
    database_rest(&test->run->database);
    fl_buf_release(&value);
    return text;
}

void fl_test_given_file(struct fl_test *test, const char *name, struct fl_span bytes)
{
    must(fake_files_add_bytes(test->run->files, name, bytes), name);
}

void fl_test_given_http(struct fl_test *test, const char *method, const char *url, int status,
                        const char *body)
{
    struct fake_http_answer *answer = fl_arena_alloc(&test->run->arena, sizeof *answer);
    if (!answer) fl_panic("no memory for an answer of %s", url);
    *answer = (struct fake_http_answer){.kind = status ? FAKE_HTTP_STATUS : FAKE_HTTP_TIMEOUT,
                                        .status = status,
                                        .body = fl_span_from(body)};
    must(fake_http_stub(test->run->web, method, url, answer, 1), url);
}

/* --- a process for one thing
 * --------------------------------------------------------------------------- */

static struct node *process(struct fl_test *test)
{
    return &test->run->nodes[0];
}

static struct fl_test *test_of(struct node *node)
{
    return (struct fl_test *)(void *)((char *)(node->run->result) -
                                      offsetof(struct fl_test, result));
}

static void run_process(struct fl_test *test, void (*main)(struct node *node))
{
    struct node *node = process(test);
    struct run *run = test->run;
    node->main = main;
    must(node_start(node), "a process for a handler");
    run->stage = RUN_FAULTY; /* it is not started again when it ends */
    while (node->alive)
        if (sim_world_step(run->world, run->plan->horizon_us) != SIM_STEP_RAN)
            fl_panic("the handler never ends:\n%s", fl_test_timeline(test));
}

static void perform_main(struct node *node)
{
    struct order *order = &test_of(node)->last;
    struct fl_registry registry;
    struct fl_payload payload;
    struct fl_job job;
    const char *bad;
    must(fl_registry_init(&registry, node->options.tables, node->options.table_count, &bad),
         "the workers");
    must(fl_payload_parse(fl_span_from(order->payload), &payload), "the job's payload");
    const struct fl_worker *worker = fl_registry_find(&registry, payload.worker);
    if (!worker) fl_panic("there is no class %s", payload.worker);
    const struct fl_job_world world = {.ports = &node->ports,
                                       .registry = &registry,
                                       .overrides = node->options.overrides,
                                       .override_count = node->options.override_count,
                                       .wire = FL_WIRE_7};
    fl_job_init(&job, &world, &payload, payload.queue ? payload.queue : "default");
    fl_task_set_context(node->ports.tasks, payload.jid);
    if (order->exhaust) {
        (void)fl_fail(&job, FL_TRANSIENT, "RuntimeError", "%s", order->message);
        fl_job_exhaust(&job, worker, order->retries);
    } else {
        order->outcome = fl_job_perform(&job, worker);
    }
    if (job.failure.failed) {
        snprintf(order->error_class, sizeof order->error_class, "%s", job.failure.error_class);
        snprintf(order->error_message, sizeof order->error_message, "%s",
                 fl_failure_message(&job.failure));
    }
    fl_task_set_context(node->ports.tasks, NULL);
    sim_process_exit(node->process, 0);
}

static void run_order(struct fl_test *test, struct order order)
{
    test->last = order;
    run_process(test, perform_main);
}

static char *write_payload(struct fl_test *test, const char *worker, const char *args)
{
    struct fl_buf text = FL_BUF_INIT(PAYLOAD_BYTES_MAX);
    char jid[FL_JID_BYTES];
    fl_jid_derive(fl_span_from(args), jid);
    must(fl_buf_printf(&text, "{\"class\":\"%s\",\"args\":%s,\"jid\":\"%s\"}", worker, args, jid),
         "the job's payload");
    char *kept = fl_arena_copy(&test->run->arena, fl_buf_span(&text));
    fl_buf_release(&text);
    if (!kept) fl_panic("no memory for the payload of %s", worker);
    return kept;
}

enum fl_outcome fl_test_perform(struct fl_test *test, const char *worker, const char *args)
{
    run_order(test, (struct order){.payload = write_payload(test, worker, args)});
    return test->last.outcome;
}

void fl_test_exhaust(struct fl_test *test, const char *worker, const char *args, int retries,
                     const char *message)
{
    run_order(test, (struct order){.payload = write_payload(test, worker, args),
                                   .exhaust = true,
                                   .retries = retries,
                                   .message = message});
}

const char *fl_test_error_class(const struct fl_test *test)
{
    return test->last.error_class;
}

const char *fl_test_error_message(const struct fl_test *test)
{
    return test->last.error_message;
}

/* --- through the queue
 * ----------------------------------------------------------------------------------- */

static void push_main(struct node *node)
{
    struct push *push = &test_of(node)->push;
    const struct fl_client client = {node->ports.clock, node->ports.random, node->ports.redis,
                                     FL_WIRE_7};
    const struct fl_worker *worker = NULL;
    for (size_t i = 0; i < node->options.table_count; i++)
        for (const struct fl_worker *at = node->options.tables[i]; at->name; at++)
            if (strcmp(at->name, push->worker) == 0) worker = at;
    struct fl_client_job job = {.worker = push->worker,
                                .args = fl_span_from(push->args),
                                .queue = worker ? worker->queue : NULL};
    char retry[24];
    if (worker && worker->retry >= 0) {
        snprintf(retry, sizeof retry, "%d", worker->retry);
        job.retry = fl_span_from(retry);
    }
    push->err = fl_client_push(&client, &job, NULL);
    sim_process_exit(node->process, 0);
}

void fl_test_push(struct fl_test *test, const char *worker, const char *args)
{
    test->push = (struct push){.worker = worker, .args = args};
    run_process(test, push_main);
    must(test->push.err, "a push");
}

/* The next job of any queue, taken as a basic fetcher takes it; NULL: none. */
static const char *take_job(struct fl_test *test)
{
    size_t count;
    struct fake_redis *engine = test->house->engine;
    const struct fake_redis_key *const *keys = fake_redis_keys(engine, 0, &count);
    for (size_t i = 0; i < count; i++) {
        struct fl_span name = fake_redis_key_name(keys[i]), job;
        struct fl_span prefix = FL_SPAN("queue:");
        if (!fl_span_starts(name, prefix) || fake_redis_key_type(keys[i]) != FAKE_REDIS_LIST)
            continue;
        if (!fake_redis_list_at(keys[i], fake_redis_length(keys[i]) - 1, &job)) continue;
        const char *kept = fl_arena_copy(&test->run->arena, job);
        struct fl_buf wire = FL_BUF_INIT(name.length + 256);
        must(fl_buf_printf(&wire, "*3\r\n$5\r\nBRPOP\r\n$%zu\r\n%.*s\r\n$1\r\n1\r\n", name.length,
                           FL_SPAN_ARGS(name)),
             "a fetch");
        struct fake_redis_session *session = fake_redis_open(engine, process(test)->name);
        if (!session || !kept) fl_panic("no memory for a fetch");
        fake_redis_feed(session, wire.bytes, wire.length);
        fake_redis_close(session);
        fl_buf_release(&wire);
        return kept;
    }
    return NULL;
}

size_t fl_test_run_enqueued(struct fl_test *test)
{
    size_t ran = 0;
    const char *payload;
    while ((payload = take_job(test))) {
        run_order(test, (struct order){.payload = payload});
        ran++;
    }
    return ran;
}

void fl_test_drain(struct fl_test *test)
{
    struct run *run = test->run;
    struct node *node = process(test);
    node->main = node_work;
    run->over = false;
    run->stage = RUN_HEALED;
    run->healed_us = sim_world_now_us(run->world);
    must(node_start(node), "a worker process");
    run_drive(run);
    if (run->result->verdict != RUN_PASSED) fl_panic("%s", run->result->text.bytes);
    run->over = true; /* its death is no event of the run */
    sim_process_kill(node->process, SIM_END_KILLED);
    run->over = false;
}

size_t fl_test_enqueued(struct fl_test *test, const char *worker)
{
    size_t count, found = 0;
    char mark[FL_ERROR_CLASS_BYTES];
    int length = snprintf(mark, sizeof mark, "\"class\":\"%s\"", worker);
    const struct fake_redis_key *const *keys = fake_redis_keys(test->house->engine, 0, &count);
    for (size_t i = 0; i < count; i++) {
        struct fake_redis_cursor cursor = {0};
        struct fake_redis_element element;
        if (!fl_span_starts(fake_redis_key_name(keys[i]), FL_SPAN("queue:"))) continue;
        while (fake_redis_next(keys[i], &cursor, &element))
            found +=
                memmem(element.member.bytes, element.member.length, mark, (size_t)length) != NULL;
    }
    return found;
}

/* --- what happened
 * ----------------------------------------------------------------------------------------- */

int64_t fl_test_effects(const struct fl_test *test, const char *pattern)
{
    int64_t found = 0;
    struct fl_span glob = fl_span_from(pattern);
    for (const char *line = test->applied.bytes; line && *line; line = strchr(line, '\x1e') + 1) {
        const char *divider = strchr(line, '\x1f');
        char text[EFFECT_LABEL_BYTES + EFFECT_DETAIL_BYTES + 2];
        size_t label = (size_t)(divider - line);
        size_t whole = (size_t)(strchr(line, '\x1e') - line);
        memcpy(text, line, whole);
        text[label] = ' ';
        found += fl_span_glob(glob, (struct fl_span){text, label}) ||
                 fl_span_glob(glob, (struct fl_span){text, whole});
    }
    return found;
}

const char *fl_test_timeline(struct fl_test *test)
{
    fl_buf_truncate(&test->timeline, 0);
    must(trace_timeline(test->run->trace, RUN_TIMELINE_EVENTS, &test->timeline), "the timeline");
    return test->timeline.length ? test->timeline.bytes : "";
}
