#include "harness/run/handlers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/run/stage.h"
#include "queue/job.h"

/* The node whose fiber runs this job: its redis port is our wrapper. */
static struct node *node_of(const struct fl_job *job)
{
    struct effect_process *process = effect_process_of(fl_job_redis(job));
    fl_assert(process);
    return node_of_effects(process);
}

/* A later table wins, as in the queue's registry. */
static const struct fl_worker *original(const struct node *node, const char *name)
{
    const struct fl_worker *found = NULL;
    for (uint32_t i = 0; i < node->modules.count; i++)
        for (const struct fl_worker *at = node->modules.items[i]->workers; at->name; at++)
            if (strcmp(at->name, name) == 0) found = at;
    return found;
}

static void mark(struct node *node, const char *what, const char *outcome)
{
    const struct effect_context *context = effect_process_context(&node->effects);
    /* A handler may crash before its first effect: the death is then told to be its own. */
    effects_tell(
        &node->run->effects,
        (const struct fl_span[]){fl_span_from(context->name), FL_SPAN(" "), fl_span_from(what)}, 3);
    trace_add(node->run->trace, &(struct trace_event){.kind = TRACE_MARK,
                                                      .at_us = sim_world_now_us(node->run->world),
                                                      .who = context->name,
                                                      .what = what,
                                                      .outcome = fl_span_from(outcome)});
}

static enum fl_outcome perform(struct fl_job *job)
{
    static const char *const outcomes[] = {
        [FL_DONE] = "done", [FL_DISCARDED] = "discarded", [FL_FAILED] = "failed"};
    struct node *node = node_of(job);
    struct run *run = node->run;
    struct fl_span jid = fl_span_from(fl_job_jid(job));
    struct ledger_job *known = ledger_find(run->ledger, jid.length ? jid : job->payload->raw);
    const struct fl_worker *worker = original(node, fl_job_class(job));
    struct sim_memory *owner = sim_memory_switch(NULL);
    uint32_t delivery = effect_process_context(&node->effects)->delivery;
    ledger_run_begins(run->ledger, known, node->name, delivery, sim_world_now_us(run->world));
    if (known) known->own_waits = worker->retry_in != NULL;
    mark(node, "run begins", "");
    run_measure(node, worker);
    const struct sim_fiber *fiber = sim_fiber_current(run->world);
    uint64_t asked = sim_fiber_times_asked(fiber);
    sim_memory_switch(owner);
    enum fl_outcome outcome = worker->perform(job);
    owner = sim_memory_switch(NULL);
    run->result->facts.asked_time |= sim_fiber_times_asked(fiber) != asked;
    run_measured(node);
    ledger_run_ends(run->ledger, known, node->name, delivery, outcome,
                    sim_world_now_us(run->world));
    mark(node, "run ends", outcomes[outcome]);
    run_look_for_loans(node);
    run_forget_heard(node, job, outcome);
    run_settle_guards(node, job, worker);
    if (run->operations)
        operations_gone(run->operations, effect_process_context(&node->effects)->name,
                        fl_clock_wall_us(server_clock(&run->server)));
    sim_memory_switch(owner);
    return outcome;
}

static void exhausted(struct fl_job *job)
{
    struct node *node = node_of(job);
    const struct fl_worker *worker = original(node, fl_job_class(job));
    struct sim_memory *owner = sim_memory_switch(NULL);
    mark(node, "retries exhausted", "");
    sim_memory_switch(owner);
    worker->exhausted(job);
    owner = sim_memory_switch(NULL);
    run_look_for_loans(node);
    sim_memory_switch(owner);
}

struct fl_worker *handlers_wrap(const struct fl_worker *workers)
{
    size_t count = 0;
    while (workers[count].name)
        count++;
    struct fl_worker *table = calloc(count + 1, sizeof *table);
    for (size_t i = 0; table && i < count; i++) {
        table[i] = workers[i];
        table[i].perform = perform;
        if (workers[i].exhausted) table[i].exhausted = exhausted;
    }
    return table;
}

void handlers_free(struct fl_worker *table)
{
    free(table);
}
