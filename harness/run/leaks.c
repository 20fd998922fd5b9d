/* harness/run/leaks.c - what a handler keeps when it has ended: what it was lent, and memory.
 *
 * A connection that is not returned is missing in the pool of its process until that dies: the
 * jobs that find none fail for a reason which has nothing to do with them.
 *
 * Memory that one run leaves may be a cache's. It is a leak when many runs of a class in a row have
 * each left some, and the process has grown by a block for each of them. It is looked at only while
 * the process works on nothing else, for what others need meanwhile comes and goes. */
#include <inttypes.h>

#include "harness/run/stage.h"

static const char *loan_text(const struct effect_lent *lent)
{
    if (lent->loan == EFFECT_LOAN_FILE) return "an open file";
    return lent->in_transaction ? "a database connection, with a transaction open"
                                : "a database connection";
}

void run_look_for_loans(struct node *node)
{
    struct run *run = node->run;
    uint32_t cursor = 0;
    const struct effect_lent *lent;
    while (!run->leak.length && (lent = effect_lent_next(&node->effects, &cursor))) {
        enum fl_error err = fl_buf_printf(
            &run->leak, "the handler of %s (%s) has ended and keeps %s",
            effect_process_context(&node->effects)->name, node->name, loan_text(lent));
        (void)err; /* a report that does not fit is cut */
    }
}

/* --- memory --- */

void run_measure(struct node *node, const struct fl_worker *worker)
{
    const struct sim_fiber *fiber = sim_fiber_current(node->run->world);
    node->working++;
    for (unsigned i = 1; i < SIM_MEMORY_WORKS; i++) {
        if (node->works[i].fiber) continue;
        node->works[i] = (struct node_work){.fiber = fiber, .worker = worker};
        sim_memory_work(i);
        return;
    } /* more at a time than can be told apart: this one is not measured */
}

static unsigned work_of(const struct node *node)
{
    const struct sim_fiber *fiber = sim_fiber_current(node->run->world);
    for (unsigned i = 1; i < SIM_MEMORY_WORKS; i++)
        if (node->works[i].fiber == fiber) return i;
    return 0;
}

void run_measured(struct node *node)
{
    sim_memory_work(0);
    node->working--;
    node->works[work_of(node)].ended = true;
}

static struct node_growth *growth_of(struct node *node, const struct fl_worker *worker)
{
    for (int i = 0; i < RUN_GROWTHS_MAX; i++) {
        struct node_growth *growth = &node->growths[i];
        if (!growth->worker) growth->worker = worker;
        if (growth->worker == worker) return growth;
    }
    return NULL;
}

static void tell_growth(struct run *run, const struct node *node, const struct node_growth *growth)
{
    enum fl_error err = fl_buf_printf(
        &run->leak,
        "%" PRIu32 " runs of %s in a row have each left memory in %s, the last one %" PRIu64
        " block%s of %" PRId64 " bytes",
        growth->runs, growth->worker->name, node->name, growth->last.blocks,
        growth->last.blocks == 1 ? "" : "s", growth->last.bytes);
    (void)err; /* a report that does not fit is cut */
}

void run_end_measure(struct node *node)
{
    unsigned work = work_of(node);
    struct sim_memory *memory = sim_process_memory(node->process);
    if (!work || !node->works[work].ended) return;
    struct node_growth *growth = growth_of(node, node->works[work].worker);
    struct sim_memory_rest rest = sim_memory_end_work(memory, work);
    node->works[work] = (struct node_work){0};
    if (!growth) return;
    bool alone = !node->working;
    growth->last = rest;
    growth->runs = rest.blocks ? growth->runs + 1 : 0;
    if (growth->runs <= 1) growth->blocks = alone ? sim_memory_blocks(memory) - rest.blocks : 0;
    if (!growth->blocks) growth->runs = 0; /* not known: it begins anew */
    bool grown = sim_memory_blocks(memory) >= growth->blocks + growth->runs;
    if (alone && growth->runs >= RUN_GROWTH_RUNS && grown && !node->run->leak.length)
        tell_growth(node->run, node, growth);
}

void run_forget_measures(struct node *node)
{
    for (unsigned i = 0; i < SIM_MEMORY_WORKS; i++)
        node->works[i] = (struct node_work){0};
    for (int i = 0; i < RUN_GROWTHS_MAX; i++)
        node->growths[i] = (struct node_growth){0};
    node->working = 0;
}

/* --- the verdict --- */

void run_judge_leaks(struct run *run)
{
    if (!run->leak.length) return;
    run_end(run, RUN_FAILED, 0, "expected  every handler to keep nothing\nfound     %s",
            run->leak.bytes);
}
