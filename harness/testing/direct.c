/* harness/testing/direct.c - a process for one thing: enqueues a job, or runs a handler without a
 * queue. */
#include <stdio.h>

#include "core/assert.h"
#include "harness/testing/escape.h"
#include "harness/testing/test.h"
#include "queue/job.h"

/* --- in its fiber --- */

static void keep_failure(struct fl_test *test, const struct fl_job *job, enum fl_outcome outcome)
{
    struct sim_memory *owner = sim_memory_switch(NULL);
    const char *message = outcome == FL_FAILED      ? fl_failure_message(&job->failure)
                          : outcome == FL_DISCARDED ? job->discard_reason
                                                    : "";
    fl_buf_truncate(&test->error_message, 0);
    test_must(fl_buf_append_text(&test->error_message, message), "an error's message");
    snprintf(test->error_class, sizeof test->error_class, "%s",
             outcome == FL_FAILED ? job->failure.error_class : "");
    sim_memory_switch(owner);
}

static void perform(struct fl_test *test, struct node *node, struct test_request *request)
{
    const struct fl_job_world world = {.ports = &node->ports,
                                       .registry = &test->registry,
                                       .overrides = test->overrides,
                                       .override_count = test->override_count,
                                       .wire = FL_WIRE_7,
                                       .keyring = &run_keyring};
    struct fl_payload payload;
    struct fl_job job;
    test_must(fl_payload_parse(request->payload, &payload), "the payload of a job");
    if (request->jid) fl_task_set_context(node->ports.tasks, request->jid);
    fl_job_init(&job, &world, &payload, request->queue);
    const struct fl_worker *worker = fl_registry_find(&test->registry, payload.worker);
    if (request->exhausted_by) {
        request->outcome = fl_fail(&job, FL_TRANSIENT, "RuntimeError", "%s", request->exhausted_by);
        fl_job_exhaust(&job, worker, request->retries);
    } else {
        request->outcome = fl_job_perform(&job, worker);
    }
    keep_failure(test, &job, request->outcome);
    fl_job_release(&job);
    fl_payload_release(&payload);
    if (request->jid) fl_task_set_context(node->ports.tasks, NULL);
}

static void test_main(struct node *node)
{
    struct fl_test *test = node->run->witness_self;
    if (test->request->push)
        web_push(node, test->request->push);
    else
        perform(test, node, test->request);
    test->request->done = true;
    sim_process_exit(node->process, 0);
}

/* --- from outside --- */

static void say_stuck(struct fl_test *test, const char *why, const char *awaited)
{
    snprintf(test->error_class, sizeof test->error_class, "Stuck");
    fl_buf_truncate(&test->error_message, 0);
    test_must(fl_buf_printf(&test->error_message, "%s%s%s", why, awaited ? ": it waits for " : "",
                            awaited ? awaited : ""),
              "an error's message");
}

/* The first fiber of the process is the one that runs the handler. */
static void give_up(struct fl_test *test, struct node *node, const char *why)
{
    const struct sim_fiber *fiber = sim_fiber_next(test->run->world, node->process, NULL);
    say_stuck(test, why, fiber ? sim_fiber_waiting_for(fiber) : NULL);
    sim_process_kill(node->process, SIM_END_KILLED);
}

static void play(struct fl_test *test, struct node *node)
{
    struct run *run = test->run;
    while (node->alive) {
        switch (sim_world_step(run->world, run->plan->horizon_us)) {
        case SIM_STEP_RAN: break;
        case SIM_STEP_IDLE: give_up(test, node, "the handler never ends"); break;
        case SIM_STEP_ASLEEP: /* not of these choices */
        case SIM_STEP_BOUND: give_up(test, node, "more steps than a world may have"); break;
        case SIM_STEP_LATER: give_up(test, node, "the handler does not end in 400 days"); break;
        }
    }
}

bool test_ask(struct fl_test *test, struct test_request *request)
{
    struct run *run = test_run(test);
    struct node *node = &run->nodes[0];
    test->request = request;
    test->error_class[0] = '\0';
    fl_buf_truncate(&test->error_message, 0);
    node->main = test_main;
    run->stage = RUN_FAULTY; /* its end is no death: nobody starts it again */
    test_must(node_start(node), "a process");
    escape_watch(test);
    play(test, node);
    escape_finish();
    test->request = NULL;
    if (!request->done && !*test->error_class) say_stuck(test, "its process has ended", NULL);
    return request->done;
}
