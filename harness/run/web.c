/* harness/run/web.c - the client of the scenario: enqueues its jobs, each at its moment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/run/stage.h"
#include "harness/scenario/nearest.h"
#include "queue/client.h"

enum { UNKNOWN_CLASSES_MAX = 20 };

/* The worker's own settings, as a Ruby client would read them from the class. */
static const struct fl_worker *class_of(const struct run *run, const char *name)
{
    const struct fl_worker *found = NULL;
    for (uint32_t i = 0; i < run->modules.count; i++)
        for (const struct fl_worker *at = run->modules.items[i]->workers; at->name; at++)
            if (strcmp(at->name, name) == 0) found = at;
    return found;
}

static const char *nearest_class(const struct run *run, const char *name)
{
    struct nearest nearest = nearest_to(fl_span_from(name));
    for (uint32_t i = 0; i < run->modules.count; i++)
        for (const struct fl_worker *at = run->modules.items[i]->workers; at->name; at++)
            nearest_offer(&nearest, at->name);
    return nearest.best;
}

struct unknown_classes { /* told so far */
    const char *names[UNKNOWN_CLASSES_MAX];
    uint32_t count;
};

static bool is_told(const struct unknown_classes *unknown, const char *name)
{
    for (uint32_t i = 0; i < unknown->count; i++)
        if (strcmp(unknown->names[i], name) == 0) return true;
    return unknown->count == UNKNOWN_CLASSES_MAX;
}

static void tell_unknown(struct run *run, struct unknown_classes *unknown,
                         const struct plan_job *job)
{
    const char *near = nearest_class(run, job->worker);
    const char *ask = near ? "; did you mean " : "", *mark = near ? "?" : "";
    enum fl_error err = FL_OK;
    if (is_told(unknown, job->worker)) return;
    if (!unknown->count)
        run_end(run, RUN_BAD_INPUT, job->where.line,
                "expected  a worker that a module of the scenario has\nfound     %s%s%s%s",
                job->worker, ask, near ? near : "", mark);
    else
        err = fl_buf_printf(&run->result->text, "\nand       %s%s%s%s, in line %u", job->worker,
                            ask, near ? near : "", mark, job->where.line);
    (void)err; /* a message that does not fit is cut */
    unknown->names[unknown->count++] = job->worker;
}

/* A class that no module has is a slip of the pen; what no worker knows is pushed with `raw`. */
enum fl_error web_check_classes(struct run *run)
{
    struct unknown_classes unknown = {0};
    const char *known = "";
    for (uint32_t i = 0; i < run->plan->job_count; i++) {
        const struct plan_job *job = &run->plan->jobs[i];
        if (job->kind != PLAN_PUSH || strcmp(job->worker, known) == 0) continue;
        if (class_of(run, job->worker))
            known = job->worker;
        else
            tell_unknown(run, &unknown, job);
    }
    for (uint32_t i = 0; i < run->plan->cron_count; i++) {
        const struct plan_cron *cron = &run->plan->crons[i];
        const struct plan_job job = {.where = cron->where, .worker = cron->worker};
        if (!class_of(run, cron->worker)) tell_unknown(run, &unknown, &job);
    }
    return unknown.count ? FL_EINVAL : FL_OK;
}

static struct fl_span retry_of(const struct plan_job *job, const struct fl_worker *worker,
                               char text[24])
{
    if (job->retry.length) return job->retry;
    if (!worker || worker->retry == FL_RETRY_DEFAULT) return FL_SPAN("true");
    if (worker->retry == FL_RETRY_NEVER) return FL_SPAN("false");
    int length = snprintf(text, 24, "%d", worker->retry);
    return (struct fl_span){text, (size_t)length};
}

struct push {
    struct node *node;
    struct fl_client client;
};

static struct fl_client_job describe(const struct push *push, const struct plan_job *job,
                                     char retry[24])
{
    const struct run *run = push->node->run;
    const struct fl_worker *worker = class_of(run, job->worker);
    char own_retry[FL_RETRY_TEXT_BYTES]; /* what the line says of it counts, and else the class */
    struct fl_client_job described = fl_client_job_of(worker, job->worker, job->args, own_retry);
    described.retry = retry_of(job, worker, retry);
    if (job->queue) described.queue = job->queue;
    if (job->dead != FL_DEAD_DEFAULT) described.dead = job->dead;
    if (job->in_us >= 0) described.at_us = fl_clock_wall_us(push->client.clock) + job->in_us;
    if (job->at_us != -1) described.at_us = run->start_wall_us + job->at_us;
    return described;
}

static void new_jid(struct fl_random random, char jid[FL_JID_BYTES])
{
    unsigned char bytes[12];
    fl_random_bytes(random, "jid", bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(jid + 2 * i, 3, "%02x", bytes[i]);
}

static void report_failure(const struct push *push, const struct plan_job *job, enum fl_error err)
{
    struct run *run = push->node->run;
    if (err == FL_EINVAL)
        run_end(run, RUN_BAD_INPUT, job->where.line,
                "expected  a job that a client can push\nfound     %s is refused by the client",
                job->name);
    run_mark(run, job->name, "push failed", fl_error_name(err));
}

static void push_job(const struct push *push, const struct plan_job *job)
{
    struct run *run = push->node->run;
    char retry[24], jid[FL_JID_BYTES];
    struct fl_client_job described = describe(push, job, retry);
    new_jid(push->client.random, jid);
    described.jid = jid;
    struct sim_memory *owner = sim_memory_switch(NULL);
    struct ledger_job *entry = ledger_announce(run->ledger, job->name, jid);
    sim_memory_switch(owner);
    fl_assert(entry);
    enum fl_error err = fl_client_push(&push->client, &described, NULL);
    owner = sim_memory_switch(NULL);
    ledger_push_ends(entry, err);
    if (err) report_failure(push, job, err);
    sim_memory_switch(owner);
}

static void push_raw(const struct push *push, const struct plan_job *job)
{
    struct run *run = push->node->run;
    struct sim_memory *owner = sim_memory_switch(NULL);
    struct ledger_job *entry = ledger_announce_raw(run->ledger, job->name, job->args);
    sim_memory_switch(owner);
    fl_assert(entry);
    char key[FL_QUEUE_NAME_BYTES + 8];
    const char *queue = job->queue ? job->queue : "default";
    snprintf(key, sizeof key, "queue:%s", queue);
    const struct fl_span sadd[] = {FL_SPAN("SADD"), FL_SPAN("queues"), fl_span_from(queue)};
    const struct fl_span lpush[] = {FL_SPAN("LPUSH"), fl_span_from(key), job->args};
    const struct fl_command batch[] = {{sadd, 3}, {lpush, 3}};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(push->client.clock, 5 * FL_SECOND_US);
    enum fl_error err = fl_redis_exec(push->client.redis, batch, 2, deadline_us, &replies);
    fl_replies_release(&replies);
    owner = sim_memory_switch(NULL);
    ledger_push_ends(entry, err);
    if (err) report_failure(push, job, err);
    sim_memory_switch(owner);
}

static bool same_bulk(const struct plan_job *a, const struct plan_job *b)
{
    bool queues = a->queue == b->queue || (a->queue && b->queue && !strcmp(a->queue, b->queue));
    return b->bulk && strcmp(a->worker, b->worker) == 0 && queues && a->when_us == b->when_us &&
           a->where.line == b->where.line;
}

/* Consecutive jobs of one line are one bulk push; returns how many. */
static uint32_t push_bulk(const struct push *push, const struct plan_job *jobs, uint32_t left)
{
    struct run *run = push->node->run;
    char retry[24];
    uint32_t count = 1;
    while (count < left && same_bulk(jobs, &jobs[count]))
        count++;
    struct sim_memory *owner = sim_memory_switch(NULL);
    const char **names = fl_arena_alloc_array(&run->arena, count, sizeof *names);
    struct fl_span *args = fl_arena_alloc_array(&run->arena, count, sizeof *args);
    fl_assert(names && args);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = jobs[i].name;
        args[i] = jobs[i].args;
    }
    ledger_announce_bulk(run->ledger, names, count);
    sim_memory_switch(owner);
    struct fl_client_job described = describe(push, jobs, retry);
    enum fl_error err = fl_client_push_bulk(&push->client, &described, args, count, NULL);
    owner = sim_memory_switch(NULL);
    if (err) report_failure(push, jobs, err);
    ledger_bulk_ends(run->ledger, err);
    sim_memory_switch(owner);
    return count;
}

static void wait_until(struct run *run, int64_t when_us)
{
    run->web_pushing = false;
    run->web_due_us = when_us;
    run->near_since = 0;
    while (sim_world_now_us(run->world) < when_us)
        sim_wait(run->world, &run->planned, when_us, "the moment of the next push");
    run->web_pushing = true;
}

/* Places in the plan's own array break ties: they stand in the order of the file. */
static int compare_moments(const void *a, const void *b)
{
    const struct plan_job *left = *(const struct plan_job *const *)a;
    const struct plan_job *right = *(const struct plan_job *const *)b;
    if (left->when_us != right->when_us) return left->when_us < right->when_us ? -1 : 1;
    return left < right ? -1 : left > right;
}

/* The jobs in the order of their moments, those of one moment in the order of the file. */
static const struct plan_job *by_moment(struct run *run)
{
    const struct plan *plan = run->plan;
    bool sorted = true;
    for (uint32_t i = 1; i < plan->job_count && sorted; i++)
        sorted = plan->jobs[i - 1].when_us <= plan->jobs[i].when_us;
    if (sorted) return plan->jobs;
    struct sim_memory *owner = sim_memory_switch(NULL);
    struct plan_job *jobs = fl_arena_alloc_array(&run->arena, plan->job_count, sizeof *jobs);
    const struct plan_job **order =
        fl_arena_alloc_array(&run->arena, plan->job_count, sizeof(struct plan_job *));
    fl_assert(jobs && order);
    for (uint32_t i = 0; i < plan->job_count; i++)
        order[i] = &plan->jobs[i];
    qsort(order, plan->job_count, sizeof *order, compare_moments);
    for (uint32_t i = 0; i < plan->job_count; i++)
        jobs[i] = *order[i];
    sim_memory_switch(owner);
    return jobs;
}

static struct push push_of(struct node *node)
{
    const struct run *run = node->run;
    struct push push = {node,
                        {.clock = node->ports.clock,
                         .random = node->ports.random,
                         .redis = node->ports.redis,
                         .keyring = &run_keyring}};
    push.client.wire = run->node_count ? run->nodes[0].options.wire : FL_WIRE_7;
    if (!push.client.wire) push.client.wire = FL_WIRE_7;
    return push;
}

void web_push(struct node *node, const struct plan_job *job)
{
    struct push push = push_of(node);
    push_job(&push, job);
}

void web_main(struct node *node)
{
    struct run *run = node->run;
    const struct plan *plan = run->plan;
    struct push push = push_of(node);
    const struct plan_job *jobs = by_moment(run);
    for (uint32_t i = 0; i < plan->job_count;) {
        const struct plan_job *job = &jobs[i];
        wait_until(run, job->when_us);
        uint32_t count = 1;
        if (job->kind == PLAN_PUSH_RAW)
            push_raw(&push, job);
        else if (job->bulk)
            count = push_bulk(&push, job, plan->job_count - i);
        else
            push_job(&push, job);
        i += count;
    }
    run->web_due_us = FL_NEVER_US;
    run->web_pushing = false;
    run->web_done = true;
    /* It stays: a client that has nothing to do. */
    for (;;)
        sim_wait(run->world, &run->planned, FL_NEVER_US, "nothing more to enqueue");
}
