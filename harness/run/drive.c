/* harness/run/drive.c - plays the world to its end: what is planned by time, the stages, and the
 * folding of time in which nothing can happen. */
#include <string.h>

#include "core/assert.h"
#include "core/digits.h"
#include "core/time_text.h"
#include "harness/run/stage.h"
#include "harness/trace/digest.h"
#include "queue/keys.h"

/* --- what is planned by time, in a fiber of the harness --- */

static void heal(struct run *run)
{
    int64_t now_us = sim_world_now_us(run->world);
    run->stage = RUN_HEALED;
    run->healed_us = run->progress_us = now_us;
    fault_set_heal(run->faults);
    run_mark(run, "scenario", "healed", "");
    run_end_lasting(run, FL_NEVER_US);
    for (uint32_t i = 0; i < run->node_count; i++) {
        struct node *node = &run->nodes[i];
        if (!node->alive && node->restart_us == FL_NEVER_US)
            node->restart_us = now_us + RUN_RESTART_US;
    }
}

/* FL_NEVER_US: not by time, or not yet known. */
static int64_t heal_due_us(const struct run *run)
{
    const struct plan *plan = run->plan;
    if (run->stage != RUN_FAULTY) return FL_NEVER_US;
    if (plan->heal_when) return run->heal_held ? 0 : FL_NEVER_US;
    if (!plan->heal_after_fault) return plan->heal_us >= 0 ? plan->heal_us : FL_NEVER_US;
    int64_t spent_us = fault_set_spent_us(run->faults, plan->heal_after_fault);
    return spent_us == FL_NEVER_US ? spent_us : spent_us + plan->heal_after_us;
}

static int64_t next_planned_us(const struct run *run)
{
    int64_t now_us = sim_world_now_us(run->world);
    int64_t next_us = fault_set_next_us(run->faults, now_us);
    int64_t heal_us = heal_due_us(run);
    if (heal_us < next_us) next_us = heal_us;
    int64_t end_us = fault_set_next_end_us(run->faults, now_us);
    if (end_us < next_us) next_us = end_us;
    int64_t lasting_us = run_lasting_until_us(run);
    if (lasting_us < next_us) next_us = lasting_us;
    for (uint32_t i = 0; i < run->node_count; i++) {
        const struct node *node = &run->nodes[i];
        if (node->restart_us < next_us) next_us = node->restart_us;
        if (node->kill_us < next_us) next_us = node->kill_us;
    }
    return next_us;
}

static void do_what_is_due(struct run *run)
{
    int64_t now_us = sim_world_now_us(run->world);
    const struct plan_fault *fault;
    sim_steps_touch_unseen(run->steps, SIM_EVERYTHING, SIM_WRITES);
    while ((fault = fault_set_take_due(run->faults, now_us)))
        run_strike_by_time(run, fault);
    run_end_lasting(run, now_us);
    if (heal_due_us(run) <= now_us) heal(run);
    for (uint32_t i = 0; i < run->node_count; i++) {
        struct node *node = &run->nodes[i];
        if (node->kill_us <= now_us) sim_process_kill(node->process, SIM_END_KILLED);
        if (node->alive || node->restart_us > now_us) continue;
        if (node_start(node))
            run_end(run, RUN_HARNESS_FAULT, 0, "%s cannot be started again", node->name);
    }
    run->progress_us = now_us;
    run->near_since = 0;
}

/* What may be nothing but the end of a fault; from then on time may be folded again. */
static void wait_for_plan(struct run *run, int64_t until_us)
{
    if (sim_wait(run->world, &run->planned, until_us, "what is planned")) run->near_since = 0;
}

static void planned_main(void *argument)
{
    struct run *run = argument;
    for (;;) {
        int64_t next_us = next_planned_us(run);
        if (next_us <= sim_world_now_us(run->world))
            do_what_is_due(run);
        else
            wait_for_plan(run, next_us);
    }
}

/* --- when time is about to pass --- */

static int64_t web_next_us(const struct run *run)
{
    return run->web_done || run->web_pushing ? FL_NEVER_US : run->web_due_us;
}

/* When the wall clock of the first process shows this; of the server, when no process lives. */
static int64_t first_shows_us(const struct run *run, int64_t wall_us)
{
    int64_t first_us = wall_us - run->start_wall_us;
    bool any = false;
    for (uint32_t i = 0; i < run->node_count; i++) {
        const struct node *node = &run->nodes[i];
        if (!node->alive || !node->ports.clock.ops) continue;
        int64_t shows_us = sim_process_shows_us(node->process, wall_us);
        if (!any || shows_us < first_us) first_us = shows_us;
        any = true;
    }
    return first_us;
}

int64_t run_set_due_us(const struct run *run, const char *name)
{
    const struct fake_redis_key *set = fake_redis_find(run->house->engine, 0, fl_span_from(name));
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    if (!set || !fake_redis_next(set, &cursor, &element)) return FL_NEVER_US;
    int64_t due_us = first_shows_us(run, fl_seconds_us(element.score));
    return due_us > 0 ? due_us : 0;
}

static int64_t earlier(int64_t a_us, int64_t b_us)
{
    return a_us < b_us ? a_us : b_us;
}

/* Paused, or in the middle of an effect. */
static bool somebody_is_busy(const struct run *run)
{
    for (uint32_t i = 0; i <= run->node_count; i++) {
        const struct node *node = &run->nodes[i];
        if (node->alive && (node->effects.passing || sim_process_paused(node->process)))
            return true;
    }
    return false;
}

/* "host:pid:", as the keys of that process begin. */
static bool is_of_node(const struct node *node, struct fl_span key)
{
    char digits[FL_DIGITS_BYTES];
    const struct fl_span parts[] = {fl_span_from(sim_process_hostname(node->process)), FL_SPAN(":"),
                                    fl_digits(sim_process_pid(node->process), digits),
                                    FL_SPAN(":")};
    for (size_t i = 0; i < FL_COUNT(parts); i++) {
        if (!fl_span_starts(key, parts[i])) return false;
        key.bytes += parts[i].length;
        key.length -= parts[i].length;
    }
    return true;
}

/* While a process seeks the lead, time passes: an hour later its first tick would be gone. */
static bool lead_is_sought(const struct run *run)
{
    if (!run->crons.count) return false;
    struct fl_span leader = {"", 0};
    const struct fake_redis_key *key =
        fake_redis_find(run->house->engine, 0, FL_SPAN(FL_KEY_LEADER));
    if (key) fake_redis_string(key, &leader);
    bool any_alive = false, leads = false;
    for (uint32_t i = 0; i < run->node_count; i++) {
        any_alive |= run->nodes[i].alive;
        leads |= run->nodes[i].alive && is_of_node(&run->nodes[i], leader);
    }
    return any_alive && !leads;
}

/* Nobody has a job in hand or in reach. */
static bool quiescent(const struct run *run)
{
    return run->ledger->queued == 0 && run->ledger->working == 0 && !run->web_pushing &&
           !somebody_is_busy(run) && !lead_is_sought(run);
}

/* A job whose process is still ending must be waited for when an expectation asks how it ended. */
static bool an_exit_is_awaited(const struct run *run)
{
    for (uint32_t i = 0; i < run->plan->expect_count; i++) {
        const struct plan_expect *expect = &run->plan->expects[i];
        if (expect->kind != PLAN_EXPECT_EXIT || expect->sometimes) continue;
        for (uint32_t k = 0; k < run->node_count; k++) {
            const struct node *node = &run->nodes[k];
            if (strcmp(node->name, expect->text) != 0 || node->exited_with[expect->number & 0xff])
                continue;
            if (sim_world_now_us(run->world) - run->progress_us < RUN_STILL_US) return true;
        }
    }
    return false;
}

/* While nobody lives no clock comes to a tick, though whoever starts again may. */
static bool a_clock_will_go_on(const struct run *run)
{
    for (uint32_t i = 0; run->crons.count && i < run->node_count; i++)
        if (!run->nodes[i].alive && run->nodes[i].restart_us != FL_NEVER_US) return true;
    return false;
}

static bool drained(struct run *run)
{
    int64_t now_us = sim_world_now_us(run->world);
    return run->web_done && run->ledger->pending == 0 && quiescent(run) &&
           fault_set_next_us(run->faults, now_us) == FL_NEVER_US &&
           run_next_tick_us(run) >= run->plan->horizon_us && !run_awaits_tick(run) &&
           !a_clock_will_go_on(run);
}

/* Those of living processes, and the lead that one of them has. */
static void move_heartbeats(struct run *run, int64_t delta_us)
{
    size_t count;
    const struct fake_redis_key *const *keys =
        fake_redis_mortal_keys(run->house->engine, 0, &count);
    for (size_t i = 0; i < count; i++) {
        struct fl_span name = fake_redis_key_name(keys[i]), beat = name;
        if (fl_span_is(name, FL_KEY_LEADER)) fake_redis_string(keys[i], &beat);
        for (uint32_t k = 0; k < run->node_count; k++)
            if (run->nodes[k].alive && is_of_node(&run->nodes[k], beat))
                fake_redis_shift_ttl(run->house->engine, 0, name, delta_us);
    }
}

/* To shortly before the next thing that is due, as if all machines had slept. What is too near, or
 * waits for the next poll, is not asked about again before something has moved. */
static void fold(struct run *run, int64_t due_us)
{
    int64_t now_us = sim_world_now_us(run->world);
    if (due_us == FL_NEVER_US) return;
    if (due_us - now_us <= 2 * RUN_FOLD_MARGIN_US) {
        run->near_since = run->ledger->changes + 1;
        return;
    }
    int64_t delta_us = due_us - RUN_FOLD_MARGIN_US - now_us;
    if (now_us + delta_us > run->plan->horizon_us) return;
    move_heartbeats(run, delta_us);
    sim_world_fold(run->world, delta_us);
    run_record_until_now(run);
    run->progress_us = now_us + delta_us;
    sim_wake_all(run->world, &run->planned);
}

static int64_t last_move_us(const struct run *run)
{
    int64_t since_us = run->ledger->changed_us;
    if (run->progress_us > since_us) since_us = run->progress_us;
    return run->healed_us > since_us ? run->healed_us : since_us;
}

/* No line says when, and all that is sure to end has ended. */
static bool may_heal(const struct run *run)
{
    bool by_itself =
        run->plan->heal_us < 0 && !run->plan->heal_after_fault && !run->plan->heal_when;
    return by_itself && run->stage == RUN_FAULTY &&
           fault_set_spent(run->faults, sim_world_now_us(run->world));
}

/* What nothing limits strikes on until the work has drained, or stands still. */
static bool heals_once_settled(const struct run *run)
{
    return fault_set_unlimited(run->faults) && may_heal(run);
}

static void heal_now(struct run *run)
{
    heal(run);
    sim_wake_all(run->world, &run->planned);
}

static void judge_stillness(struct run *run, int64_t due_us)
{
    int64_t now_us = sim_world_now_us(run->world);
    int64_t since_us = last_move_us(run);
    if (due_us != FL_NEVER_US) {
        if (due_us > now_us) return;
        if (due_us > since_us) since_us = due_us; /* it moves at the next poll */
    }
    bool heals = heals_once_settled(run);
    int64_t limit_us = run->ledger->working ? RUN_STILL_WORKING_US : RUN_STILL_US;
    if (run->stage == RUN_FAULTY && !heals) limit_us = RUN_STILL_WORKING_US;
    if (now_us - since_us < limit_us) return;
    if (heals)
        heal_now(run);
    else if (run->ledger->pending || run->ledger->working || !run->web_done)
        run_end(run, RUN_STUCK, 0,
                "expected  every job to end, or to wait for its time\nfound     ");
    else
        run->over = true;
}

static void advance_stage(struct run *run)
{
    for (uint32_t i = 0; i < run->node_count; i++)
        if (run->nodes[i].oom_armed) node_look_at_memory(&run->nodes[i]);
    if (!run->lasting_count && may_heal(run) && !heals_once_settled(run)) heal_now(run);
    if (!drained(run)) return;
    if (heals_once_settled(run)) heal_now(run);
    if (run->drained_us < 0) run->drained_us = sim_world_now_us(run->world);
    if (!an_exit_is_awaited(run)) run->over = true;
}

/* Called a thousand times a run: what is due is looked up only when the answer matters. */
static void consider_folding(struct run *run)
{
    advance_stage(run);
    if (run_passes_tick(run)) run->near_since = 0;
    bool foldable = run->plan->fold_idle && !run_awaits_tick(run) &&
                    run->near_since != run->ledger->changes + 1 && quiescent(run);
    bool still = sim_world_now_us(run->world) - last_move_us(run) >= RUN_STILL_US;
    if (run->over || (!foldable && !still)) return;
    int64_t due_us = earlier(run_set_due_us(run, "schedule"), run_set_due_us(run, "retry"));
    due_us = earlier(due_us, earlier(next_planned_us(run), web_next_us(run)));
    due_us = earlier(due_us, run_next_tick_us(run));
    judge_stillness(run, due_us);
    if (!run->over && foldable) fold(run, due_us);
}

static void before_time_passes(struct run *run)
{
    consider_folding(run);
    if (!run->over) run_prolong_pops(run);
}

static void at_standstill(struct run *run)
{
    if (heals_once_settled(run))
        heal_now(run);
    else
        run_end(run, RUN_STUCK, 0, "expected  every job to end\nfound     that nothing moves: ");
}

/* All that is alike after two orders of what came before is alike from here on. */
static void note_instant(struct run *run)
{
    if (!run->steps) return;
    uint64_t state =
        digest_word(footprint_digest(&run->footprint), fake_redis_state_hash(run->house->engine));
    state = digest_word(state, (uint64_t)sim_world_next_us(run->world));
    sim_steps_time_passes(run->steps, digest_word(state, (uint64_t)run->stage));
}

static void at_horizon(struct run *run)
{
    uint64_t waiting = 0;
    for (uint32_t i = 0; i < run->ledger->count; i++) {
        enum plan_job_state state = run->ledger->all[i]->state;
        waiting += state == PLAN_STATE_SCHEDULED || state == PLAN_STATE_RETRYING;
    }
    run->over = true;
    if (run->ledger->pending > waiting)
        run_end(run, RUN_STUCK, 0, "expected  every job to end before the horizon\nfound     ");
}

/* While a call is on its way nothing is folded and no run is drained. Where nothing else is looked
 * at between two steps either, who waits for its reply alone need not make one. */
static int64_t passes_until_us(const struct run *run)
{
    bool watched = run->stage != RUN_HEALED || run->over || run->lasting_count || run->steps ||
                   run->crons.count;
    for (uint32_t i = 0; i < run->node_count && !watched; i++)
        watched = run->nodes[i].oom_armed;
    return watched ? INT64_MIN : run->plan->horizon_us;
}

void run_drive(struct run *run)
{
    if (!run->has_planned &&
        sim_fiber_spawn(run->world, NULL, "planned", planned_main, run, NULL)) {
        run_end(run, RUN_HARNESS_FAULT, 0, "no fiber for what is planned");
        return;
    }
    run->has_planned = true;
    while (!run->over) {
        if (sim_world_next_us(run->world) > sim_world_now_us(run->world)) {
            sim_steps_end(run->steps);
            before_time_passes(run);
            if (run->over) break;
            note_instant(run);
        }
        sim_world_let_pass(run->world, passes_until_us(run));
        switch (sim_world_step(run->world, run->plan->horizon_us)) {
        case SIM_STEP_RAN: break;
        case SIM_STEP_IDLE: at_standstill(run); break;
        case SIM_STEP_BOUND:
            run_end(run, RUN_STUCK, 0,
                    "expected  an end\nfound     more steps than a run may have\n          ");
            break;
        case SIM_STEP_ASLEEP: run->over = run->is_anothers = true; break;
        case SIM_STEP_LATER: at_horizon(run); break;
        }
        if (run->lasting_count || run->has_histories)
            sim_steps_touch_unseen(run->steps, SIM_EVERYTHING, SIM_WRITES);
        if (run->ledger->failed_for_memory)
            run_end(run, RUN_HARNESS_FAULT, 0, "the ledger has no room for more jobs or keys");
        if (run->ledger->violation[0])
            run_end(run, RUN_FAILED, 0, "expected  every job to be somewhere, once\nfound     %s",
                    run->ledger->violation);
    }
    sim_steps_end(run->steps);
}
