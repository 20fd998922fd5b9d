/* harness/effect/lent.c - what tasks have been lent by their ports: connections, open files. */
#include "harness/effect/ports.h"

struct effect_lent *effect_lent_of(struct effect_process *process, const void *thing)
{
    for (uint32_t i = 0; i < process->lent_count; i++)
        if (process->lent[i].thing == thing) return &process->lent[i];
    return NULL;
}

void effect_lend(struct effect_process *process, const void *thing, enum effect_loan loan)
{
    struct effect_lent *entry = effect_lent_of(process, NULL);
    if (!entry && process->lent_count < EFFECT_LENT_MAX)
        entry = &process->lent[process->lent_count++];
    if (!entry) return;
    *entry = (struct effect_lent){
        .thing = thing, .fiber = sim_fiber_current(process->effects->world), .loan = loan};
}

void effect_give_back(struct effect_process *process, const void *thing)
{
    struct effect_lent *entry = thing ? effect_lent_of(process, thing) : NULL;
    if (!entry) return;
    *entry = (struct effect_lent){0};
    while (process->lent_count && !process->lent[process->lent_count - 1].thing)
        process->lent_count--;
}

const struct effect_lent *effect_lent_next(struct effect_process *process, uint32_t *cursor)
{
    const struct sim_fiber *fiber = sim_fiber_current(process->effects->world);
    while (*cursor < process->lent_count) {
        const struct effect_lent *entry = &process->lent[(*cursor)++];
        if (entry->thing && entry->fiber == fiber) return entry;
    }
    return NULL;
}
