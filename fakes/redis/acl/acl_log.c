#include "fakes/redis/acl/acl_log.h"

#include "fakes/redis/engine/client.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/config.h"

enum { GROUPED_MS = 60 * 1000, LOOKED_AT_MAX = 10 };

static void free_entry(struct fake_heap *heap, struct fake_acl_entry *entry)
{
    fake_str_free(heap, entry->object);
    fake_str_free(heap, entry->user_name);
    fake_str_free(heap, entry->client);
    fake_release(heap, entry, sizeof(*entry));
}

static struct fake_str *describe(struct fake_redis_session *session)
{
    struct fake_out line = {0};
    fake_client_describe(&line, session);
    size_t length = line.length ? line.length - 1 : 0; /* without its line break */
    struct fake_str *text =
        fake_str_new(&session->engine->heap, (struct fl_span){line.bytes, length});
    fake_out_release(&line);
    return text;
}

static struct fake_acl_entry *new_entry(struct fake_redis_session *session, struct fl_span object,
                                        struct fl_span user_name)
{
    struct fake_heap *heap = &session->engine->heap;
    struct fake_acl_entry *entry = fake_alloc_zeroed(heap, sizeof(*entry));
    if (!entry) return NULL;
    entry->object = fake_str_new(heap, object);
    entry->user_name = fake_str_new(heap, user_name);
    entry->client = describe(session);
    if (entry->object && entry->user_name && entry->client) return entry;
    free_entry(heap, entry);
    return NULL;
}

static bool is_same(const struct fake_acl_entry *a, const struct fake_acl_entry *b)
{
    return a->context == b->context && a->reason == b->reason &&
           b->when_ms - a->when_ms <= GROUPED_MS &&
           fl_span_equal(fake_str_span(a->object), fake_str_span(b->object)) &&
           fl_span_equal(fake_str_span(a->user_name), fake_str_span(b->user_name));
}

/* Takes an entry of the same kind from the list; NULL: there is none. */
static struct fake_acl_entry *take_same(struct fake_redis *engine,
                                        const struct fake_acl_entry *entry)
{
    struct fake_acl_entry **place = &engine->acl_log;
    for (int i = 0; *place && i < LOOKED_AT_MAX; i++, place = &(*place)->next) {
        struct fake_acl_entry *found = *place;
        if (!is_same(found, entry)) continue;
        *place = found->next;
        return found;
    }
    return NULL;
}

void fake_acl_log_add(struct fake_redis_session *session, enum fake_acl_context context,
                      enum fake_acl_reason reason, struct fl_span object, struct fl_span user_name)
{
    struct fake_redis *engine = session->engine;
    struct fake_acl_entry *entry = new_entry(session, object, user_name);
    if (!entry) return;
    entry->count = 1;
    entry->when_ms = engine->now_ms;
    entry->context = context;
    entry->reason = reason;
    struct fake_acl_entry *same = take_same(engine, entry);
    if (same) {
        entry->count += same->count;
        free_entry(&engine->heap, same);
    }
    entry->next = engine->acl_log;
    engine->acl_log = entry;
    fake_acl_log_trim(engine, (size_t)fake_config_number(engine, "acllog-max-len"));
}

void fake_acl_log_trim(struct fake_redis *engine, size_t count)
{
    if (count > FAKE_ACL_LOG_MAX) count = FAKE_ACL_LOG_MAX;
    struct fake_acl_entry **place = &engine->acl_log;
    for (; *place && count; count--)
        place = &(*place)->next;
    while (*place) {
        struct fake_acl_entry *entry = *place;
        *place = entry->next;
        free_entry(&engine->heap, entry);
    }
}
