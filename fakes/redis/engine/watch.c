/* A list for each session and a walk over the watching sessions for each change: watches are few
 * and short-lived, and without any a change costs one comparison (engine->watchers). */
#include "fakes/redis/engine/watch.h"

#include "fakes/redis/engine/session.h"

static bool watches(const struct fake_redis_session *session, const struct fake_database *db,
                    struct fl_span name)
{
    for (size_t i = 0; i < session->watched_count; i++)
        if (session->watched[i].db == db &&
            fl_span_equal(fake_str_span(session->watched[i].name), name))
            return true;
    return false;
}

bool fake_watch_add(struct fake_redis_session *session, struct fake_database *db,
                    struct fl_span name)
{
    struct fake_heap *heap = &session->engine->heap;
    if (watches(session, db, name)) return true;
    if (session->watched_count == session->watched_capacity) {
        size_t old = session->watched_capacity, capacity = old ? old * 2 : 4;
        struct fake_watched *grown =
            fake_realloc(heap, session->watched, old * sizeof(*grown), capacity * sizeof(*grown));
        if (!grown) return false;
        session->watched = grown;
        session->watched_capacity = capacity;
    }
    struct fake_str *copy = fake_str_new(heap, name);
    if (!copy) return false;
    if (!session->watched_count) session->engine->watchers++;
    session->watched[session->watched_count++] = (struct fake_watched){db, copy};
    return true;
}

void fake_watch_clear(struct fake_redis_session *session)
{
    struct fake_heap *heap = &session->engine->heap;
    session->watch_fired = false;
    if (session->watched_count) session->engine->watchers--;
    for (size_t i = 0; i < session->watched_count; i++)
        fake_str_free(heap, session->watched[i].name);
    fake_release(heap, session->watched, session->watched_capacity * sizeof(*session->watched));
    session->watched = NULL;
    session->watched_count = session->watched_capacity = 0;
}

void fake_watch_touch(struct fake_database *db, struct fl_span name)
{
    struct fake_redis_session *session = db->engine->first_session;
    for (; session; session = session->next)
        if (!session->watch_fired && watches(session, db, name)) session->watch_fired = true;
}

void fake_watch_expire(struct fake_redis_session *session)
{
    for (size_t i = 0; i < session->watched_count && !session->watch_fired; i++)
        (void)fake_key_look(session->watched[i].db, fake_str_span(session->watched[i].name));
}
