/* harness/effect/ports.c - which fiber works on what, and the ports that lead here. */
#include "harness/effect/ports.h"

#include <string.h>

#include "core/assert.h"

enum { FIBERS_FIRST = 16 };

void effect_process_init(struct effect_process *process, struct effects *effects,
                         struct sim_process *sim, const char *name, const struct fl_ports *inner,
                         struct effect_wire wire)
{
    process->effects = effects;
    process->process = sim;
    process->name = name;
    process->inner = *inner;
    process->wire = wire;
    process->fiber_count = 0;
    process->passing = 0;
    memset(process->broken, 0, sizeof process->broken);
    process->lent_count = 0;
    process->batch_in_pieces = false; /* its last life may have ended in the middle of one */
    process->for_batch = (struct sim_waiters){0};
}

struct effect_context *effect_role_context(struct effect_process *process, const char *role)
{
    struct effects *effects = process->effects;
    struct effect_context *context =
        effect_context(&effects->identities, process->name, role, NULL, 0);
    if (!context) fl_panic("too many contexts of effects, or no memory");
    return context;
}

static struct effect_fiber *add_fiber(struct effect_process *process)
{
    fl_assert(process->fiber_count < EFFECT_FIBERS_MAX);
    if (process->fiber_count == process->fiber_capacity) {
        uint32_t capacity = process->fiber_capacity ? 2 * process->fiber_capacity : FIBERS_FIRST;
        struct effect_fiber *fibers =
            fl_arena_alloc_array(&process->effects->identities.arena, capacity, sizeof *fibers);
        if (!fibers) fl_panic("no memory for a fiber's effects");
        if (process->fiber_count)
            memcpy(fibers, process->fibers, process->fiber_count * sizeof *fibers);
        process->fibers = fibers;
        process->fiber_capacity = capacity;
    }
    return &process->fibers[process->fiber_count++];
}

/* NULL: not known yet. Most calls come from the fiber that made the last one. */
static struct effect_fiber *known_fiber(struct effect_process *process,
                                        const struct sim_fiber *fiber)
{
    if (process->last_fiber < process->fiber_count &&
        process->fibers[process->last_fiber].fiber == fiber)
        return &process->fibers[process->last_fiber];
    for (uint32_t i = 0; i < process->fiber_count; i++) {
        if (process->fibers[i].fiber != fiber) continue;
        process->last_fiber = i;
        return &process->fibers[i];
    }
    return NULL;
}

/* The entry of the running fiber, new ones included. A pointer that a later fiber has inherited is
 * told by its role. */
struct effect_fiber *effect_current_fiber(struct effect_process *process)
{
    const struct sim_fiber *fiber = sim_fiber_current(process->effects->world);
    fl_assert(fiber);
    const char *role = sim_fiber_role(fiber);
    struct effect_fiber *entry = known_fiber(process, fiber);
    if (entry && strcmp(entry->context->role, role) == 0) return entry;
    if (!entry) entry = add_fiber(process);
    *entry = (struct effect_fiber){.fiber = fiber, .context = effect_role_context(process, role)};
    return entry;
}

struct effect_context *effect_process_context(struct effect_process *process)
{
    return effect_current_fiber(process)->context;
}

struct fl_ports effect_ports(struct effect_process *process)
{
    const struct fl_ports *inner = &process->inner;
    struct fl_ports ports = {
        .clock = inner->clock,
        .random = inner->random,
        .tasks = effect_tasks(process),
        .log = effect_log(process),
        .redis = effect_redis(process),
        .process = effect_process_port(process),
    };
    if (inner->db.ops) ports.db = effect_db(process);
    if (inner->http.ops) ports.http = effect_http(process);
    if (inner->mail.ops) ports.mail = effect_mail(process);
    if (inner->statsd.ops) ports.statsd = effect_statsd(process);
    if (inner->files.ops) ports.files = effect_files(process);
    return ports;
}
