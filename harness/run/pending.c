/* harness/run/pending.c - of a run that stands still: each job that has not ended, and what it
 * waits for. */
#include <stdio.h>
#include <string.h>

#include "core/time_text.h"
#include "harness/run/stage.h"

enum { JOBS_SHOWN = 10 };

static const char *condition(const struct node *node)
{
    if (!node->alive) return node->restart_us == FL_NEVER_US ? "dead" : "dead, to be started again";
    if (sim_process_paused(node->process)) return "paused";
    return "alive";
}

/* What works on the job in the process; NULL: nothing. */
static const struct effect_fiber *worker_of(const struct run *run, const struct node *node,
                                            const struct ledger_job *job)
{
    for (uint32_t i = 0; node->alive && i < node->effects.fiber_count; i++) {
        const struct effect_fiber *fiber = &node->effects.fibers[i];
        if (fiber->jid[0] && ledger_find(run->ledger, fl_span_from(fiber->jid)) == job)
            return fiber;
    }
    return NULL;
}

static bool has_queue(const struct fl_queue_option *queues, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(queues[i].name, name) == 0) return true;
    return false;
}

static bool serves(const struct node *node, const char *queue)
{
    const struct fl_process_options *options = &node->options;
    if (!options->queue_count && strcmp(queue, "default") == 0) return true;
    if (has_queue(options->queues, options->queue_count, queue)) return true;
    for (size_t i = 0; i < options->capsule_count; i++)
        if (has_queue(options->capsules[i].queues, options->capsules[i].queue_count, queue))
            return true;
    return false;
}

/* The queue in which the job stands and to which no process listens; NULL: none. */
static const char *unserved_queue(const struct run *run, const struct ledger_job *job)
{
    for (uint32_t i = 0; i < job->stand_count; i++) {
        const struct ledger_stand *stand = &job->stands[i];
        if (!stand->count || stand->key->place != LEDGER_QUEUE) continue;
        const char *queue = stand->key->name + strlen("queue:");
        bool served = false;
        for (uint32_t k = 0; k < run->node_count && !served; k++)
            served = serves(&run->nodes[k], queue);
        if (!served) return queue;
    }
    return NULL;
}

static enum fl_error say_job(struct run *run, const struct ledger_job *job, struct fl_buf *out)
{
    enum fl_error err = fl_buf_printf(out, "%s: ", job->name);
    ledger_describe(job, out);
    if (!err) err = fl_buf_append_text(out, "; unmoved for ");
    int64_t still_us = sim_world_now_us(run->world) - job->changed_us;
    if (!err) err = fl_duration_format(out, still_us - still_us % FL_SECOND_US);
    const char *unserved = unserved_queue(run, job);
    if (!err && unserved) err = fl_buf_printf(out, "; no process serves %s", unserved);
    if (err || !job->delivery_count) return err;
    const char *process = job->deliveries[job->delivery_count - 1].process;
    const struct node *node = run_node(run, process);
    if (!node) return FL_OK;
    err = fl_buf_printf(out, "; last handed to %s (%s)", process, condition(node));
    const struct effect_fiber *worker = worker_of(run, node, job);
    return err || !worker ? err : run_say_wait(run, node, worker, out);
}

void run_say_pending(struct run *run, struct fl_buf *out)
{
    uint32_t shown = 0;
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < run->ledger->count && !err; i++) {
        const struct ledger_job *job = run->ledger->all[i];
        if (job->ended || job->given_up) continue;
        if (shown++ == JOBS_SHOWN) {
            err = fl_buf_append_text(out, "\n          ...");
            break;
        }
        if (shown > 1) err = fl_buf_append_text(out, "\n          ");
        if (!err) err = say_job(run, job, out);
    }
    if (!err && !shown)
        err = fl_buf_append_text(out, run->web_done ? "a task that never ends"
                                                    : "a client that never ends its pushes");
    (void)err; /* a report that does not fit is cut */
}
