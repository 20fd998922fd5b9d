#include "fakes/redis/engine/caching.h"

#include <stdlib.h>

#include "fakes/redis/engine/client.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_keys.h"

/* The readers of one key; ids, so that one who has gone is no matter. */
struct readers {
    uint32_t count, capacity;
    uint64_t *ids;
};

/* Changed keys that wait to be told, in the order of their bytes once they are. */
struct changed {
    struct fl_span name;
    uint64_t by; /* id of the session that changed it last; 0: nobody's command */
};

struct prefix {
    struct fake_dict sessions; /* id as bytes -> the session */
    struct fake_dict changed;  /* name -> id of who changed it, as a pointer's value */
};

struct fake_cached {
    struct fake_dict keys;     /* name -> struct readers */
    struct fake_dict prefixes; /* prefix -> struct prefix */
    uint32_t clients;
    struct fake_dict of_actor; /* names that the acting session is to hear of, in order */
    bool actor_flushed;        /* and that all is gone */
    bool has_broadcast;
};

static struct fl_span id_span(const uint64_t *id)
{
    return (struct fl_span){(const char *)id, sizeof(*id)};
}

static struct fake_cached *cached_of(struct fake_redis *engine)
{
    if (!engine->cached) engine->cached = calloc(1, sizeof(*engine->cached));
    return engine->cached;
}

/* ---- telling ---- */

/* What is told is heard whatever CLIENT REPLY says. */
struct message {
    struct fake_redis_session *target; /* NULL: nobody is told */
    bool was_muted;
};

static void open_message(struct message *message, struct fake_redis_session *target)
{
    *message = (struct message){target, target->output.muted};
    target->output.muted = false;
}

static void end(struct message *message)
{
    message->target->output.muted = message->was_muted;
    fake_pubsub_pushed(message->target);
}

static void tell_broken(struct fake_redis_session *session)
{
    struct message message;
    if (!session->output.resp3) return;
    open_message(&message, session);
    fake_reply_push(&session->output, 2);
    fake_reply_bulk_text(&session->output, "tracking-redir-broken");
    fake_reply_int(&session->output, (int64_t)session->caching->redirect);
    end(&message);
}

static struct fake_redis_session *find_target(struct fake_redis_session *session)
{
    struct fake_caching *caching = session->caching;
    if (!caching->redirect) return session;
    struct fake_redis_session *target =
        fake_client_find(session->engine, (int64_t)caching->redirect);
    caching->is_broken = !target;
    if (!target) tell_broken(session);
    return target;
}

/* Begins the message to whoever is to hear for the session; what has changed follows. */
static struct message begin(struct fake_redis_session *session)
{
    struct message message = {0};
    struct fake_redis_session *target = find_target(session);
    bool listens = target && target != session && target->subscription_count;
    if (!target || (!target->output.resp3 && !listens))
        return message; /* protocol 2 has no other way to tell it */
    open_message(&message, target);
    if (target->output.resp3) {
        fake_reply_push(&target->output, 2);
        fake_reply_bulk_text(&target->output, "invalidate");
    } else {
        fake_reply_array(&target->output, 3);
        fake_reply_bulk_text(&target->output, "message");
        fake_reply_bulk_text(&target->output, "__redis__:invalidate");
    }
    return message;
}

static void tell_key(struct fake_redis_session *session, struct fl_span name)
{
    struct message message = begin(session);
    if (!message.target) return;
    fake_reply_array(&message.target->output, 1);
    fake_reply_bulk(&message.target->output, name);
    end(&message);
}

/* The null is that of the tracking session's protocol, whoever reads it. */
static void tell_flush(struct fake_redis_session *session)
{
    struct message message = begin(session);
    if (!message.target) return;
    const char *null = session->output.resp3 ? "_\r\n" : "$-1\r\n";
    fake_out_append(&message.target->output, null, strlen(null));
    end(&message);
}

/* Nobody may believe that what it has cached is still good. */
static void forget_honestly(struct fake_redis *engine)
{
    struct fake_redis_session *session = engine->first_session;
    for (; session; session = session->next)
        if (session->caching) fake_session_hang_up(session, FAKE_HANG_UP_AT_ONCE);
}

/* ---- the table of keys ---- */

static void drop_key(struct fake_redis *engine, struct fake_entry *entry)
{
    struct readers *readers = entry->value;
    fake_release(&engine->heap, readers->ids, readers->capacity * sizeof(*readers->ids));
    fake_release(&engine->heap, readers, sizeof(*readers));
    fake_dict_remove(&engine->heap, &engine->cached->keys, entry);
}

static bool add_reader(struct fake_heap *heap, struct readers *readers, uint64_t id)
{
    for (uint32_t i = 0; i < readers->count; i++)
        if (readers->ids[i] == id) return true;
    if (readers->count == readers->capacity) {
        uint32_t capacity = readers->capacity ? readers->capacity * 2 : 2;
        uint64_t *grown = fake_realloc(heap, readers->ids, readers->capacity * sizeof(*grown),
                                       capacity * sizeof(*grown));
        if (!grown) return false;
        readers->ids = grown;
        readers->capacity = capacity;
    }
    readers->ids[readers->count++] = id;
    return true;
}

static bool remember(struct fake_redis_session *session, struct fl_span name)
{
    struct fake_redis *engine = session->engine;
    struct fake_dict *keys = &engine->cached->keys;
    struct fake_entry *entry = fake_dict_find(keys, name);
    if (!entry) {
        struct readers *readers = fake_alloc_zeroed(&engine->heap, sizeof(*readers));
        if (readers) entry = fake_dict_insert(&engine->heap, keys, name);
        if (!entry) {
            fake_release(&engine->heap, readers, sizeof(*readers));
            return false;
        }
        entry->value = readers;
    }
    return add_reader(&engine->heap, entry->value, session->id);
}

static void tell_readers(struct fake_redis *engine, struct fake_entry *entry)
{
    const struct readers *readers = entry->value;
    struct fl_span name = fake_entry_key(entry);
    for (uint32_t i = 0; i < readers->count; i++) {
        struct fake_redis_session *session = fake_client_find(engine, (int64_t)readers->ids[i]);
        if (!session || !session->caching || (session->caching->flags & FAKE_CACHING_BCAST))
            continue;
        bool is_actor = session == engine->actor;
        if (is_actor && (session->caching->flags & FAKE_CACHING_NOLOOP)) continue;
        if (!is_actor)
            tell_key(session, name);
        else if (!fake_dict_find(&engine->cached->of_actor, name) &&
                 !fake_dict_insert(&engine->heap, &engine->cached->of_actor, name))
            forget_honestly(engine);
    }
}

/* Who reads more than the table holds is told to forget what is oldest. */
static void make_room(struct fake_redis *engine)
{
    struct fake_dict *keys = &engine->cached->keys;
    while (keys->count > FAKE_REDIS_TRACKED_KEYS_MAX) {
        uint32_t i = 0;
        struct fake_entry *oldest = fake_dict_next(keys, &i);
        tell_readers(engine, oldest);
        drop_key(engine, oldest);
    }
}

static bool caches_now(const struct fake_caching *tracking)
{
    if (tracking->flags & FAKE_CACHING_OPTIN) return tracking->caches;
    if (tracking->flags & FAKE_CACHING_OPTOUT) return !tracking->caches;
    return true;
}

/* Scripts that read only are flagged as if they read themselves. */
static bool reads(const struct fake_command *command)
{
    static const char *const scripts[] = {"eval_ro", "evalsha_ro", "fcall_ro"};
    if (!(command->flags & FAKE_CMD_READ)) return false;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
        if (strcmp(command->name, scripts[i]) == 0) return false;
    return true;
}

/* What a script reads counts as what it was called with. */
void fake_caching_note(const struct fake_call *call)
{
    const struct fake_call *read = call->session->script_call ? call->session->script_call : call;
    struct fake_redis_session *session = read->session;
    if (!reads(call->command)) return;
    if (!session->caching || (session->caching->flags & FAKE_CACHING_BCAST)) return;
    if (!caches_now(session->caching)) return;
    struct fake_keys keys;
    struct fake_key_cursor cursor = {0};
    if (fake_command_keys(read->command, read->args, read->count, &keys) != FAKE_KEYS_FOUND) return;
    unsigned use;
    for (size_t i; (i = fake_keys_next(&keys, &cursor, &use));) {
        if (use & FAKE_KEY_NOT) continue;
        if (!remember(session, read->args[i])) forget_honestly(call->engine);
    }
    make_room(call->engine);
}

/* ---- broadcasting ---- */

static void drop_prefix(struct fake_redis *engine, struct fake_entry *entry)
{
    struct prefix *prefix = entry->value;
    fake_dict_release(&engine->heap, &prefix->sessions);
    fake_dict_release(&engine->heap, &prefix->changed);
    fake_release(&engine->heap, prefix, sizeof(*prefix));
    fake_dict_remove(&engine->heap, &engine->cached->prefixes, entry);
}

static struct prefix *find_or_create_prefix(struct fake_redis *engine, struct fl_span name)
{
    struct fake_dict *prefixes = &engine->cached->prefixes;
    struct fake_entry *entry = fake_dict_find(prefixes, name);
    if (entry) return entry->value;
    struct prefix *prefix = fake_alloc_zeroed(&engine->heap, sizeof(*prefix));
    if (prefix) entry = fake_dict_insert(&engine->heap, prefixes, name);
    if (!entry) {
        fake_release(&engine->heap, prefix, sizeof(*prefix));
        return NULL;
    }
    entry->value = prefix;
    return prefix;
}

bool fake_caching_add_prefix(struct fake_redis_session *session, struct fl_span name)
{
    struct fake_heap *heap = &session->engine->heap;
    if (fake_dict_find(&session->caching->prefixes, name)) return true;
    struct prefix *prefix = find_or_create_prefix(session->engine, name);
    if (!prefix) return false;
    struct fake_entry *entry = fake_dict_insert(heap, &prefix->sessions, id_span(&session->id));
    if (!entry) return false;
    entry->value = session;
    if (fake_dict_insert(heap, &session->caching->prefixes, name)) return true;
    fake_dict_remove(heap, &prefix->sessions, entry);
    return false;
}

/* The last to change a key is the one who need not hear of it. */
static void note_for_prefixes(struct fake_redis *engine, struct fl_span name)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&engine->cached->prefixes, &i));) {
        struct prefix *prefix = entry->value;
        if (!fl_span_starts(name, fake_entry_key(entry))) continue;
        struct fake_entry *changed = fake_dict_find(&prefix->changed, name);
        if (!changed) changed = fake_dict_insert(&engine->heap, &prefix->changed, name);
        if (!changed) {
            forget_honestly(engine);
            return;
        }
        uint64_t by = engine->toucher && engine->toucher->is_client ? engine->toucher->id : 0;
        changed->value = (void *)(uintptr_t)by; /* NOLINT(performance-no-int-to-ptr): an id */
        engine->cached->has_broadcast = true;
    }
}

static int by_name(const void *a, const void *b)
{
    return fl_span_compare(((const struct changed *)a)->name, ((const struct changed *)b)->name);
}

static void tell_changed(struct fake_redis_session *session, const struct changed *changed,
                         size_t count)
{
    bool noloop = session->caching->flags & FAKE_CACHING_NOLOOP;
    size_t told = 0;
    for (size_t i = 0; i < count; i++)
        told += !noloop || changed[i].by != session->id;
    struct message message = {0};
    if (told) message = begin(session);
    if (!message.target) return;
    fake_reply_array(&message.target->output, told);
    for (size_t i = 0; i < count; i++)
        if (!noloop || changed[i].by != session->id)
            fake_reply_bulk(&message.target->output, changed[i].name);
    end(&message);
}

/* False: out of memory. */
static bool broadcast_prefix(struct fake_redis *engine, struct prefix *prefix)
{
    if (!prefix->changed.count) return true;
    struct changed *changed = malloc(prefix->changed.count * sizeof(*changed));
    if (!changed) return false;
    size_t count = 0;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&prefix->changed, &i));)
        changed[count++] = (struct changed){fake_entry_key(entry), (uintptr_t)entry->value};
    qsort(changed, count, sizeof(*changed), by_name);
    i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&prefix->sessions, &i));) {
        struct fake_redis_session *session = entry->value;
        if (session->caching && !fake_redis_closed(session)) tell_changed(session, changed, count);
    }
    free(changed);
    fake_dict_release(&engine->heap, &prefix->changed);
    return true;
}

static int by_prefix(const void *a, const void *b)
{
    const struct fake_entry *const *left = a, *const *right = b;
    return fl_span_compare(fake_str_span((*left)->key), fake_str_span((*right)->key));
}

void fake_caching_broadcast(struct fake_redis *engine)
{
    struct fake_cached *tracks = engine->cached;
    if (!tracks || !tracks->has_broadcast) return;
    tracks->has_broadcast = false;
    struct fake_entry **sorted = malloc((tracks->prefixes.count + 1) * sizeof(*sorted));
    if (!sorted) {
        forget_honestly(engine);
        return;
    }
    size_t count = 0;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&tracks->prefixes, &i));)
        sorted[count++] = entry;
    qsort(sorted, count, sizeof(*sorted), by_prefix);
    for (size_t at = 0; at < count; at++)
        if (!broadcast_prefix(engine, sorted[at]->value)) forget_honestly(engine);
    free(sorted);
}

/* ---- what happens ---- */

void fake_caching_touch(struct fake_redis *engine, struct fl_span name)
{
    if (engine->cached->prefixes.count) note_for_prefixes(engine, name);
    struct fake_entry *entry = fake_dict_find(&engine->cached->keys, name);
    if (!entry) return;
    tell_readers(engine, entry);
    drop_key(engine, entry);
}

static void drop_all_keys(struct fake_redis *engine)
{
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&engine->cached->keys, &i));)
        drop_key(engine, entry);
    fake_dict_release(&engine->heap, &engine->cached->keys);
}

void fake_caching_flushed(struct fake_redis *engine)
{
    if (!engine->cached) return;
    struct fake_redis_session *session = engine->first_session;
    for (; session; session = session->next) {
        if (!session->caching || fake_redis_closed(session)) continue;
        if (session == engine->actor)
            engine->cached->actor_flushed = true;
        else
            tell_flush(session);
    }
    drop_all_keys(engine);
}

void fake_caching_tell_actor(struct fake_redis *engine)
{
    struct fake_cached *tracks = engine->cached;
    struct fake_redis_session *session = engine->actor;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&tracks->of_actor, &i));)
        if (session->caching) tell_key(session, fake_entry_key(entry));
    fake_dict_release(&engine->heap, &tracks->of_actor);
    if (tracks->actor_flushed && session->caching) tell_flush(session);
    tracks->actor_flushed = false;
}

/* ---- life ---- */

static void leave_prefixes(struct fake_redis_session *session)
{
    struct fake_redis *engine = session->engine;
    struct fake_dict *prefixes = &session->caching->prefixes;
    uint32_t i = 0;
    for (struct fake_entry *own; (own = fake_dict_next(prefixes, &i));) {
        struct fake_entry *entry =
            fake_dict_find(&engine->cached->prefixes, fake_str_span(own->key));
        struct prefix *prefix = entry->value;
        fake_dict_remove(&engine->heap, &prefix->sessions,
                         fake_dict_find(&prefix->sessions, id_span(&session->id)));
        if (!prefix->sessions.count) drop_prefix(engine, entry);
    }
    fake_dict_release(&engine->heap, prefixes);
}

bool fake_caching_start(struct fake_redis_session *session, unsigned flags, uint64_t redirect)
{
    struct fake_redis *engine = session->engine;
    if (!cached_of(engine)) return false;
    if (!session->caching) {
        session->caching = fake_alloc_zeroed(&engine->heap, sizeof(*session->caching));
        if (!session->caching) return false;
        engine->cached->clients++;
    }
    struct fake_caching *tracking = session->caching;
    *tracking =
        (struct fake_caching){.flags = flags, .redirect = redirect, .prefixes = tracking->prefixes};
    return true;
}

void fake_caching_stop(struct fake_redis_session *session)
{
    if (!session->caching) return;
    leave_prefixes(session);
    fake_release(&session->engine->heap, session->caching, sizeof(*session->caching));
    session->caching = NULL;
    session->engine->cached->clients--;
}

int64_t fake_caching_redirect(const struct fake_redis_session *session)
{
    return session->caching ? (int64_t)session->caching->redirect : -1;
}

uint32_t fake_caching_clients(const struct fake_redis *engine)
{
    return engine->cached ? engine->cached->clients : 0;
}

void fake_cached_free(struct fake_redis *engine)
{
    if (!engine->cached) return;
    drop_all_keys(engine);
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&engine->cached->prefixes, &i));)
        drop_prefix(engine, entry);
    fake_dict_release(&engine->heap, &engine->cached->prefixes);
    fake_dict_release(&engine->heap, &engine->cached->of_actor);
    free(engine->cached);
    engine->cached = NULL;
}
