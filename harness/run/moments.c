/* harness/run/moments.c - the world at an effect, as two numbers: as it is, and as it would be if
 * the process that has the effect died now.
 *
 * A process goes on by what it has heard: of each task that works on a job it is its payload and
 * the replies since it took it, in order. Between jobs it keeps nothing of them. Clocks and dice
 * are not heard; of what will come by time only the order counts. */
#include <stdlib.h>
#include <string.h>

#include "harness/run/stage.h"
#include "harness/trace/digest.h"
#include "queue/job.h"

enum { MOMENTS_MAX = 64 * 1024, DUE_MAX = 3 * RUN_NODES_MAX + RUN_PRIVATE_LISTS_MAX + 2 };

enum view { WHOLE, ASIDE /* without what paused processes remember */ };

/* --- what is noted --- */

static bool grow(void **items, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity) return true;
    uint32_t larger = *capacity ? 2 * *capacity : 64;
    void *grown = count < MOMENTS_MAX ? realloc(*items, larger * size) : NULL;
    if (!grown) return false;
    *items = grown;
    *capacity = larger;
    return true;
}

bool run_note_key_change(struct run *run, const struct run_key_change *change)
{
    struct run_facts *facts = &run->result->facts;
    if (!grow((void **)&facts->key_changes, facts->key_change_count, &facts->key_change_capacity,
              sizeof *facts->key_changes))
        return false;
    facts->key_changes[facts->key_change_count++] = *change;
    return true;
}

/* Who asks for memory next, and for what, depends on what the process has, and on who of it waits
 * for an answer. */
static uint64_t digest_memory(const struct node *node)
{
    uint64_t blocks = sim_memory_blocks(sim_process_memory(node->process));
    return digest_word(digest_word(1, blocks), node->effects.passing);
}

static bool same_moment(const struct run_moment *a, const struct run_moment *b)
{
    return a->alive == b->alive && a->dead == b->dead && a->aside == b->aside &&
           a->aside_dead == b->aside_dead && a->memory == b->memory && a->changes == b->changes;
}

/* Its number, from 1; the one before is not said again. 0: it is not known. */
static uint32_t note_moment(struct run *run, const struct node *node, struct run_moment moment)
{
    struct run_facts *facts = &run->result->facts;
    moment.memory = digest_memory(node);
    moment.changes = facts->key_change_count;
    if (facts->moment_count && same_moment(&facts->moments[facts->moment_count - 1], &moment))
        return facts->moment_count;
    if (!grow((void **)&facts->moments, facts->moment_count, &facts->moment_capacity,
              sizeof *facts->moments))
        return 0;
    facts->moments[facts->moment_count++] = moment;
    return facts->moment_count;
}

/* --- what will come by time --- */

struct due {
    int64_t at_us;
    uint64_t what;
};

static int by_time(const void *a, const void *b)
{
    const struct due *one = a, *other = b;
    if (one->at_us != other->at_us) return one->at_us < other->at_us ? -1 : 1;
    return (one->what > other->what) - (one->what < other->what);
}

static bool is_dead(const struct node *node, const struct node *dying)
{
    return node == dying || !node->alive;
}

static uint64_t named(const char *kind, const struct node *node)
{
    return digest_span(digest_span(0, fl_span_from(kind)), fl_span_from(node ? node->name : ""));
}

static size_t gather(const struct run *run, const struct node *dying, struct due due[DUE_MAX])
{
    size_t count = 0;
    int64_t now_us = sim_world_now_us(run->world);
    for (uint32_t i = 0; i < run->node_count; i++) {
        const struct node *node = &run->nodes[i];
        int64_t restart_us = node == dying ? now_us + RUN_RESTART_US : node->restart_us;
        if (is_dead(node, dying) && restart_us != FL_NEVER_US)
            due[count++] = (struct due){restart_us, named("starts", node)};
        else if (!is_dead(node, dying) && sim_process_paused(node->process))
            due[count++] =
                (struct due){sim_process_paused_until_us(node->process), named("wakes", node)};
        if (!is_dead(node, dying) && node->kill_us != FL_NEVER_US)
            due[count++] = (struct due){node->kill_us, named("is killed", node)};
    }
    for (uint32_t i = 0; i < run->stores->list_count; i++) {
        const struct run_private_list *list = &run->stores->lists[i];
        bool lives = list->is_current && !is_dead(list->owner, dying) &&
                     !sim_process_paused(list->owner->process);
        if (!lives && list->beats)
            due[count++] = (struct due){list->beats_until_us, named("is given up", list->owner)};
    }
    for (int i = 0; i < 2; i++) {
        int64_t due_us = run_set_due_us(run, i ? "retry" : "schedule");
        if (due_us != FL_NEVER_US)
            due[count++] = (struct due){due_us, named(i ? "retry" : "schedule", NULL)};
    }
    return count;
}

static uint64_t digest_order(uint64_t digest, const struct run *run, const struct node *dying)
{
    struct due due[DUE_MAX];
    size_t count = gather(run, dying, due);
    qsort(due, count, sizeof *due, by_time);
    for (size_t i = 0; i < count; i++)
        digest = digest_word(digest, due[i].what);
    return digest;
}

/* --- processes --- */

static uint64_t digest_modules(uint64_t digest, const struct node_modules *modules)
{
    for (uint32_t i = 0; i < modules->count; i++)
        digest = digest_span(digest, fl_span_from(modules->items[i]->name));
    return digest_word(digest, modules->count);
}

static uint64_t digest_tasks(const struct node *node)
{
    uint64_t sum = 0; /* in any order */
    for (uint32_t i = 0; i < node->effects.fiber_count; i++) {
        const struct effect_fiber *fiber = &node->effects.fibers[i];
        if (fiber->jid[0]) sum += digest_word(fiber->learnt, fiber->open);
    }
    return sum;
}

/* Who is paused does nothing by what it remembers, until it wakes. */
static bool is_aside(const struct node *node, enum view view)
{
    return view == ASIDE && sim_process_paused(node->process);
}

static uint64_t digest_node(uint64_t digest, const struct node *node, const struct node *dying,
                            enum view view)
{
    bool dead = is_dead(node, dying);
    digest = digest_word(digest, dead);
    digest = digest_modules(digest, &node->next_modules);
    if (dead) return digest_word(digest, node == dying || node->restart_us != FL_NEVER_US);
    digest = digest_modules(digest, &node->modules);
    digest = digest_word(digest, sim_process_paused(node->process));
    digest = digest_word(digest, node->leaving);
    digest = digest_word(digest, node->restart_after_us >= 0);
    digest = digest_word(digest, sim_memory_will_fail(sim_process_memory(node->process)));
    return is_aside(node, view) ? digest : digest_word(digest, digest_tasks(node));
}

/* --- the whole --- */

static uint64_t digest_lists(const struct run *run, const struct node *dying)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < run->stores->list_count; i++) {
        const struct run_private_list *list = &run->stores->lists[i];
        uint64_t digest = named("has in hand", list->owner);
        digest = digest_word(digest, list->is_current && list->owner != dying);
        sum += digest_word(digest_word(digest, list->beats), list->jobs);
    }
    return sum;
}

static uint64_t digest_ledger(uint64_t digest, const struct run *run)
{
    const struct ledger *ledger = run->ledger;
    for (uint32_t i = 0; i < ledger->count; i++) {
        digest = digest_span(digest, fl_span_from(ledger->all[i]->name));
        digest = digest_word(digest, (uint64_t)ledger->all[i]->state);
    }
    return digest_word(digest, ledger->count);
}

static uint64_t digest_world(const struct run *run, const struct node *dying, enum view view)
{
    const struct run_stores *stores = run->stores;
    uint64_t digest = digest_word(stores->shared, stores->rows);
    digest = digest_word(digest, stores->outside);
    digest = digest_word(digest, digest_lists(run, dying));
    digest = digest_word(digest, run->web_done);
    digest = digest_word(digest, run->web_pushing);
    digest = digest_word(digest, (uint64_t)run->stage);
    for (uint32_t i = 0; i < run->node_count; i++)
        digest = digest_node(digest, &run->nodes[i], dying, view);
    return digest_order(digest_ledger(digest, run), run, dying);
}

/* --- what tasks hear --- */

static struct node *node_of(struct run *run, const struct effect_context *context)
{
    struct node *node = run_node(run, context->process);
    return node && node->alive ? node : NULL;
}

/* A task begins with the payload that it works on. What stands in no private list is not known, and
 * then nothing else has begun so. */
static void begin_to_hear(struct run *run, const struct node *node, struct effect_fiber *fiber)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < run->stores->list_count; i++) {
        const struct run_private_list *list = &run->stores->lists[i];
        if (list->owner == node && list->is_current) sum += list->jobs;
    }
    if (!sum) sum = (uint64_t)sim_world_now_us(run->world);
    sum = digest_span(sum, fl_span_from(fiber->context->job ? fiber->context->job : ""));
    fiber->began = fiber->learnt = sum ? sum : 1;
}

static void hear(struct effect_fiber *fiber, const struct effect *effect,
                 const struct effect_outcome *outcome)
{
    uint64_t digest = digest_span(fiber->learnt, fl_span_from(effect->label->text));
    fiber->learnt = digest_word(digest_word(digest, outcome->applied), outcome->reply);
}

void run_forget_heard(struct node *node, const struct fl_job *job, enum fl_outcome outcome)
{
    const struct fl_failure_record *failure = &job->failure;
    struct effect_fiber *fiber = effect_current_fiber(&node->effects);
    if (!node->run->stores || !fiber->began) return;
    uint64_t digest = digest_word(fiber->began, (uint64_t)outcome);
    digest = digest_word(digest, (uint64_t)job->value);
    digest = digest_span(digest, fl_span_from(job->discard_reason));
    if (failure->failed) {
        digest = digest_word(digest, (uint64_t)failure->kind);
        digest = digest_span(digest, fl_span_from(failure->error_class));
        digest = digest_span(digest, fl_buf_span(&failure->message));
        digest = digest_span(digest, fl_buf_span(&failure->sites));
    }
    fiber->learnt = digest;
}

/* --- at an effect --- */

static bool is_told(const struct effect_context *context)
{
    static const char *const roles[] = {"fetch", "poller", "recovery"};
    if (context->job) return true;
    for (size_t i = 0; i < FL_COUNT(roles); i++)
        if (context->role && strcmp(context->role, roles[i]) == 0) return true;
    return false;
}

static uint64_t digest_keys(const struct run *run)
{
    uint64_t sum = 0; /* in any order */
    for (uint32_t i = 0; i < run->stores->key_count; i++)
        if (run->stores->keys[i].value)
            sum += digest_word(run->stores->keys[i].key, run->stores->keys[i].value);
    return sum;
}

static bool is_paused(const struct run *run)
{
    for (uint32_t i = 0; i < run->node_count; i++)
        if (run->nodes[i].alive && sim_process_paused(run->nodes[i].process)) return true;
    return false;
}

static uint32_t note_now(struct run *run, const struct node *node)
{
    struct run_moment moment = {.alive = digest_world(run, NULL, WHOLE),
                                .dead = digest_world(run, node, WHOLE)};
    if (is_paused(run)) {
        moment.aside = digest_world(run, NULL, ASIDE);
        moment.aside_dead = digest_world(run, node, ASIDE);
    }
    return note_moment(run, node, moment);
}

/* Behind others of its batch: what the world will be like by then follows from all that it is now,
 * and from how many there are. */
static uint32_t note_in_batch(struct run *run, const struct node *node, uint64_t place)
{
    uint64_t digest = digest_word(digest_world(run, NULL, WHOLE), digest_world(run, node, WHOLE));
    digest = digest_word(digest_word(digest, digest_keys(run)), place);
    return note_moment(run, node, (struct run_moment){.alive = digest, .dead = digest});
}

void run_note_arrival(struct run *run, struct effect *effect)
{
    struct node *node = node_of(run, effect->context);
    if (!node || !is_told(effect->context) || run->stores->lost) return;
    run->stores->lost = !run_look_at_stores(run);
    if (run->stores->lost) return;
    struct effect_fiber *fiber = effect_current_fiber(&node->effects);
    if (fiber->jid[0] && !fiber->learnt) begin_to_hear(run, node, fiber);
    effect->moment = fiber->open ? note_in_batch(run, node, fiber->open) : note_now(run, node);
    run->stores->lost = !effect->moment;
    fiber->open++;
}

uint32_t run_note_closing(struct run *run, const struct effect *effect,
                          const struct effect_outcome *outcome)
{
    struct node *node = node_of(run, effect->context);
    if (!node || !effect->moment) return 0;
    struct effect_fiber *fiber = effect_current_fiber(&node->effects);
    if (fiber->jid[0]) hear(fiber, effect, outcome);
    if (fiber->open) fiber->open--;
    if (fiber->open || run->stores->lost) return 0; /* the rest of its batch is applied already */
    run->stores->lost = !run_look_at_stores(run);
    return run->stores->lost ? 0 : note_now(run, node);
}

/* The first pause to end: from here on the woken process goes by what it remembers. */
static void note_waking(void *context)
{
    struct node *node = context;
    struct run *run = node->run;
    if (run->over || run->stores->lost || run->result->facts.woke) return;
    struct sim_memory *owner = sim_memory_switch(NULL);
    run->stores->lost = !run_look_at_stores(run);
    if (!run->stores->lost) run->result->facts.woke = note_now(run, node);
    if (run->touched) run_collect_overwritten_by_wake(run);
    sim_memory_switch(owner);
}

void run_note_pause(struct node *node)
{
    if (node->run->stores && node->alive) sim_process_on_wake(node->process, note_waking, node);
}
