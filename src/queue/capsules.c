#include "queue/capsules.h"

#include "queue/fetch_order.h"

enum fl_error fl_capsules_init(struct fl_capsules *capsules, const struct fl_settings *settings,
                               struct fl_tasks tasks, struct fl_clock clock)
{
    enum fl_error err = FL_OK;
    *capsules = (struct fl_capsules){.settings = settings};
    for (size_t i = 0; !err && i < settings->capsule_count; i++) {
        const struct fl_capsule *capsule = &settings->capsules[i];
        bool strict =
            fl_fetch_order_is_strict(settings->queues + capsule->first_queue, capsule->queue_count);
        const struct fl_handoff_options options = {
            .tasks = tasks,
            .clock = clock,
            .concurrency = capsule->concurrency,
            .prefetch = settings->options.fetch == FL_FETCH_RELIABLE,
            .order = strict ? FL_HANDOFF_BY_QUEUE : FL_HANDOFF_FIFO,
        };
        err = fl_handoff_new(&options, &capsules->handoffs[i]);
    }
    return err;
}

void fl_capsules_release(struct fl_capsules *capsules)
{
    for (size_t i = 0; capsules->settings && i < capsules->settings->capsule_count; i++)
        fl_handoff_free(capsules->handoffs[i]);
}

void fl_capsules_close(struct fl_capsules *capsules)
{
    for (size_t i = 0; i < capsules->settings->capsule_count; i++)
        fl_handoff_close(capsules->handoffs[i]);
}

size_t fl_capsules_busy(const struct fl_capsules *capsules, struct fl_arena *arena,
                        struct fl_busy *ret_busy)
{
    size_t count = 0;
    for (size_t i = 0; i < capsules->settings->capsule_count; i++) {
        size_t more = fl_handoff_busy(capsules->handoffs[i], arena, ret_busy + count);
        for (size_t k = 0; k < more; k++)
            ret_busy[count + k].thread += capsules->settings->capsules[i].first_thread;
        count += more;
    }
    return count;
}

int fl_capsules_busy_count(const struct fl_capsules *capsules)
{
    int busy = 0;
    for (size_t i = 0; i < capsules->settings->capsule_count; i++)
        busy += fl_handoff_busy_count(capsules->handoffs[i]);
    return busy;
}
