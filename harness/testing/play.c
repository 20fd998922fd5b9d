/* harness/testing/play.c - the ways to run a worker: directly, inline, drained. */
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "harness/testing/escape.h"
#include "harness/testing/test.h"
#include "queue/payload.h"

/* --- directly --- */

static void check_args(const char *args)
{
    struct fl_json json;
    enum fl_error err = fl_json_parse(fl_span_from(args), &json, NULL);
    if (err && err != FL_EPARSE) test_must(err, args);
    bool array = !err && fl_json_type(fl_json_root(&json)) == FL_JSON_ARRAY;
    if (!err) fl_json_release(&json);
    if (!array) test_mistake("expected the arguments as a JSON array, found %s", args);
}

/* As a client without options would write it. */
static void write_payload(struct fl_test *test, const char *worker, const char *args)
{
    struct fl_buf key = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    check_args(args);
    enum fl_error err = fl_buf_printf(&key, "%s %s", worker, args);
    if (!err) fl_jid_derive(fl_buf_span(&key), test->jid);
    fl_buf_release(&key);
    fl_buf_truncate(&test->payload, 0);
    if (!err)
        err = fl_buf_printf(&test->payload, "{\"class\":\"%s\",\"args\":%s,\"jid\":\"%s\"}", worker,
                            args, test->jid);
    test_must(err, "the payload of a job");
}

static enum fl_outcome perform(struct fl_test *test, const char *worker, const char *args,
                               struct test_request request)
{
    const struct fl_worker *class = test_worker(test, worker);
    write_payload(test, worker, args);
    request.payload = fl_buf_span(&test->payload);
    request.queue = class->queue ? class->queue : "default";
    return test_ask(test, &request) ? request.outcome : FL_FAILED;
}

enum fl_outcome fl_test_perform(struct fl_test *test, const char *worker, const char *args)
{
    return perform(test, worker, args, (struct test_request){0});
}

void fl_test_exhaust(struct fl_test *test, const char *worker, const char *args, int retries,
                     const char *message)
{
    perform(test, worker, args, (struct test_request){.exhausted_by = message, .retries = retries});
}

/* --- inline --- */

/* The job that has waited in its queue for longest, and that queue; NULL: none waits. */
static const struct ledger_job *next_waiting(const struct ledger *ledger, const char **ret_key)
{
    for (uint32_t i = 0; i < ledger->count; i++) {
        const struct ledger_job *job = ledger->all[i];
        for (uint32_t k = 0; k < job->stand_count; k++) {
            const struct ledger_stand *stand = &job->stands[k];
            if (!stand->count || stand->key->place != LEDGER_QUEUE) continue;
            *ret_key = stand->key->name;
            return job;
        }
    }
    return NULL;
}

/* From the queue into a process's hand, as a basic fetcher takes it; of the reply
 * [queue, payload] the payload stays. */
static void pop(struct fl_test *test, const char *key)
{
    struct fl_buf wire = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    struct fl_buf *reply = &test->payload;
    const char *process = test->run->nodes[0].name;
    enum fl_error err =
        fl_buf_printf(&wire, "*3\r\n$5\r\nBRPOP\r\n$%zu\r\n%s\r\n$1\r\n1\r\n", strlen(key), key);
    test_must(err, "a command");
    fl_buf_truncate(reply, 0);
    err = server_ask(&test->run->server, process, fl_buf_span(&wire), reply);
    test_must(err, "the payload of a job");
    fl_buf_release(&wire);
    const char *at = reply->bytes;
    for (int line = 0; line < 4; line++) /* *2, $ and queue, $ */
        at = strchr(at, '\n') + 1;
    fl_buf_consume(reply, (size_t)(at - reply->bytes));
    fl_buf_truncate(reply, reply->length - strlen("\r\n"));
}

static enum fl_outcome perform_waiting(struct fl_test *test, const char *key)
{
    struct fl_payload payload;
    pop(test, key);
    test_must(fl_payload_parse(fl_buf_span(&test->payload), &payload), "the payload of a job");
    if (!payload.worker) test_mistake("expected jobs in %s, found one without a class", key);
    test_worker(test, payload.worker);
    snprintf(test->jid, sizeof test->jid, "%s", payload.jid);
    fl_payload_release(&payload);
    struct test_request request = {
        .payload = fl_buf_span(&test->payload), .queue = key + strlen("queue:"), .jid = test->jid};
    return test_ask(test, &request) ? request.outcome : FL_FAILED;
}

enum fl_outcome fl_test_inline(struct fl_test *test, const char *worker, const char *args)
{
    const char *key;
    enum fl_outcome outcome = fl_test_perform(test, worker, args);
    while (outcome == FL_DONE && next_waiting(test->run->ledger, &key))
        outcome = perform_waiting(test, key);
    return outcome;
}

const char *fl_test_error_class(const struct fl_test *test)
{
    return test->error_class;
}

const char *fl_test_error_message(const struct fl_test *test)
{
    return test->error_message.length ? test->error_message.bytes : "";
}

/* --- drained --- */

void fl_test_enqueue(struct fl_test *test, const char *job, const char *worker, const char *args)
{
    struct fl_buf line = FL_BUF_INIT(TEST_TEXT_BYTES_MAX);
    test_worker(test, worker);
    check_args(args);
    test_run(test);
    test_must(fl_buf_printf(&line, "%s %s []", job, worker), job);
    struct plan *plan = test_read(test, "enqueue", line.bytes, false);
    test_must(fl_buf_printf(&test->jobs, "enqueue %s\n", line.bytes), job);
    fl_buf_release(&line);
    struct plan_job pushed = plan->jobs[plan->job_count - 1];
    pushed.args = fl_span_from(test_keep(test, args));
    struct test_request request = {.push = &pushed};
    if (!test_ask(test, &request)) test_mistake("%s could not be enqueued", job);
}

/* Who acts was asked about the faults of an earlier drain. */
static void forget_faults(struct effects *effects)
{
    uint32_t cursor = 0;
    const struct fl_map_entry *entry;
    while ((entry = fl_map_next(&effects->identities.contexts, &cursor)))
        ((struct effect_context *)entry->value)->faults = NULL;
}

static void renew_faults(struct fl_test *test)
{
    struct run *run = test->run;
    struct fault_set *faults;
    run->plan = test_read(test, "why", "a drain", true);
    test_must(fault_set_new(run->plan, run->order->sweep, run->order->choices, &faults), "faults");
    fault_set_ask(faults, run_fault_gauges(run));
    fault_set_free(run->faults);
    run->faults = faults;
    run->effects.faults = faults;
    run->ledger->faults = faults;
    forget_faults(&run->effects);
    fl_buf_truncate(&test->faults, 0);
}

static void start_processes(struct fl_test *test)
{
    struct run *run = test->run;
    run->stage = RUN_FAULTY;
    run->progress_us = sim_world_now_us(run->world);
    run->drained_us = -1;
    run->over = false;
    for (uint32_t i = 0; i < run->node_count; i++) {
        struct node *node = &run->nodes[i];
        node->main = node_work;
        node->options.overrides = test->overrides;
        node->options.override_count = test->override_count;
        memset(node->exited_with, 0, sizeof node->exited_with); /* of direct calls */
        test_must(node_start(node), "a worker process");
    }
}

/* Without a word in the ledger: what a test does next happens with no worker around. */
static void end_processes(struct run *run)
{
    run->over = true;
    for (uint32_t i = 0; i < run->node_count; i++) {
        if (run->nodes[i].alive) sim_process_kill(run->nodes[i].process, SIM_END_KILLED);
        run->nodes[i].restart_us = FL_NEVER_US;
    }
    run->over = false;
}

const char *fl_test_drain(struct fl_test *test)
{
    struct run *run = test_run(test);
    struct run_result *result = &test->result;
    if (result->verdict != RUN_PASSED) return result->text.bytes;
    renew_faults(test);
    start_processes(test);
    escape_watch(test);
    run_drive(run);
    end_processes(run);
    escape_finish();
    if (result->verdict == RUN_PASSED) run_judge_faults(run);
    run->over = false;
    if (result->verdict == RUN_PASSED) return NULL;
    test_must(fl_buf_append_text(&result->text, "\n"), "the end of a drain");
    test_must(trace_timeline(run->trace, RUN_TIMELINE_EVENTS, &result->text), "the timeline");
    return result->text.bytes;
}
