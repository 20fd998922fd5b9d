#include "fakes/redis/engine/wakeups.h"

#include "fakes/redis/engine/caching.h"
#include "fakes/redis/engine/session.h"

void fake_wakeup(struct fake_redis_session *session, enum fake_wakeup why)
{
    struct fake_wakeup_queue *queue = &session->engine->wakeups[why];
    struct fake_wakeup_place *place = &session->wakeups[why];
    if (place->is_taken) return;
    *place = (struct fake_wakeup_place){.is_taken = true};
    *(queue->last ? &queue->last->wakeups[why].next : &queue->first) = session;
    queue->last = session;
}

static void forget(struct fake_redis_session *session, enum fake_wakeup why)
{
    struct fake_wakeup_queue *queue = &session->engine->wakeups[why];
    struct fake_redis_session *before = NULL;
    if (!session->wakeups[why].is_taken) return;
    for (struct fake_redis_session *s = queue->first; s != session; s = s->wakeups[why].next)
        before = s;
    *(before ? &before->wakeups[why].next : &queue->first) = session->wakeups[why].next;
    if (queue->last == session) queue->last = before;
    session->wakeups[why].is_taken = false;
}

void fake_wakeup_forget(struct fake_redis_session *session)
{
    forget(session, FAKE_WAKEUP_UNBLOCKED);
    forget(session, FAKE_WAKEUP_TOLD);
}

static struct fake_redis_session *next(struct fake_redis *engine)
{
    struct fake_redis_session *unblocked = engine->wakeups[FAKE_WAKEUP_UNBLOCKED].first;
    return unblocked ? unblocked : engine->wakeups[FAKE_WAKEUP_TOLD].first;
}

void fake_wakeups_run(struct fake_redis *engine)
{
    const struct fake_redis_hooks *hooks = &engine->options.hooks;
    for (;;) {
        if (!engine->wakeups[FAKE_WAKEUP_UNBLOCKED].first) fake_caching_broadcast(engine);
        struct fake_redis_session *session = next(engine);
        if (!session) return;
        fake_wakeup_forget(session);
        fake_session_go_on(session);
        session->active_us = engine->now_us;
        if (session != engine->current && hooks->on_output)
            hooks->on_output(hooks->context, session);
    }
}
