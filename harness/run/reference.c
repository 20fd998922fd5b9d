/* harness/run/reference.c - the undisturbed state of a plan, played twice: with another seed and
 * another time of the day, so that what differs between the two is known to be volatile. */
#include <stdio.h>

#include "core/time_text.h"
#include "harness/run/stage.h"

enum { FIRST_SEED = 1, SECOND_SEED = 0x5EED, VOLATILE_BYTES = 256 };
#define LATER_US (31 * FL_HOUR_US + 17 * FL_MINUTE_US)

static enum fl_error play_once(struct run_house *house, const struct plan *plan, uint64_t seed,
                               int64_t later_us, struct state *state)
{
    struct sim_choices *choices;
    enum fl_error err = sim_choices_from_seed(seed, &choices);
    if (err) return err;
    struct run_order order = {.house = house, .plan = plan, .choices = choices, .sweep = -1};
    enum run_verdict verdict;
    run_play_undisturbed(&order, later_us, state, &verdict);
    sim_choices_free(choices);
    return verdict == RUN_PASSED ? FL_OK : FL_EIO;
}

static enum fl_error learn(struct house_reference *reference, struct run_house *house,
                           const struct plan *plan)
{
    struct state first = {0}, second = {0};
    enum fl_error err = play_once(house, plan, FIRST_SEED, 0, &first);
    /* Another start would be another number of ticks. */
    int64_t later_us = plan->cron_count ? 0 : LATER_US;
    if (!err) err = play_once(house, plan, SECOND_SEED, later_us, &second);
    if (!err) err = state_learn(&reference->volatiles, &first, &second);
    for (uint32_t i = 0; i < plan->volatile_count && !err; i++) {
        char path[VOLATILE_BYTES];
        snprintf(path, sizeof path, "db %s", plan->volatiles[i]);
        err = state_volatiles_add(&reference->volatiles, path);
    }
    if (!err) err = state_format(&first, &reference->volatiles, &reference->text);
    state_release(&first);
    state_release(&second);
    return err;
}

/* The runs of a reference share the house's server and templates with the run that asks: it asks at
 * the start, before it has touched them. */
bool run_reference(struct run_house *house, const struct plan *plan)
{
    struct house_reference *reference = &house->reference;
    uint64_t digest = house_plan_digest(plan);
    if (reference->plan == digest) return true;
    reference->plan = 0;
    state_volatiles_release(&reference->volatiles);
    reference->volatiles = STATE_VOLATILES_INIT;
    fl_buf_truncate(&reference->text, 0);
    if (learn(reference, house, plan)) return false;
    reference->plan = digest;
    return true;
}
