/* A topic is a channel or a pattern that somebody has subscribed to. Its subscribers are a list in
 * the order in which they came; each session finds its own place in the list by a table. A message
 * walks all patterns: they are few. */
#include "fakes/redis/engine/pubsub.h"

#include "core/assert.h"
#include "fakes/redis/engine/session.h"

struct fake_topic {
    struct fl_span name; /* the bytes of the dict's key */
    struct fake_subscriber *first, *last;
    uint32_t count;
};

struct fake_subscriber {
    struct fake_redis_session *session;
    struct fake_topic *topic;
    struct fake_subscriber *previous, *next;
};

static struct fake_topic *find_topic(const struct fake_redis *engine, enum fake_topic_kind kind,
                                     struct fl_span name)
{
    const struct fake_entry *entry = fake_dict_find(&engine->topics[kind], name);
    return entry ? entry->value : NULL;
}

static struct fake_topic *find_or_create_topic(struct fake_redis *engine, enum fake_topic_kind kind,
                                               struct fl_span name)
{
    struct fake_topic *topic = find_topic(engine, kind, name);
    if (topic) return topic;
    topic = fake_alloc_zeroed(&engine->heap, sizeof(*topic));
    if (!topic) return NULL;
    struct fake_entry *entry = fake_dict_insert(&engine->heap, &engine->topics[kind], name);
    if (!entry) {
        fake_release(&engine->heap, topic, sizeof(*topic));
        return NULL;
    }
    entry->value = topic;
    topic->name = fake_entry_key(entry);
    return topic;
}

static void drop_if_deserted(struct fake_redis *engine, enum fake_topic_kind kind,
                             struct fake_topic *topic)
{
    struct fake_dict *topics = &engine->topics[kind];
    if (topic->first) return;
    fake_dict_remove(&engine->heap, topics, fake_dict_find(topics, topic->name));
    fake_release(&engine->heap, topic, sizeof(*topic));
}

static void append(struct fake_topic *topic, struct fake_subscriber *subscriber)
{
    subscriber->previous = topic->last;
    *(topic->last ? &topic->last->next : &topic->first) = subscriber;
    topic->last = subscriber;
    topic->count++;
}

enum fake_subscribed fake_pubsub_subscribe(struct fake_redis_session *session,
                                           enum fake_topic_kind kind, struct fl_span name)
{
    struct fake_redis *engine = session->engine;
    if (fake_dict_find(&session->subscribed[kind], name)) return FAKE_SUBSCRIBED;
    if (session->subscription_count >= FAKE_REDIS_SUBSCRIPTIONS_MAX) return FAKE_SUBSCRIBE_BOUND;
    struct fake_topic *topic = find_or_create_topic(engine, kind, name);
    if (!topic) return FAKE_SUBSCRIBE_OOM;
    struct fake_subscriber *subscriber = fake_alloc_zeroed(&engine->heap, sizeof(*subscriber));
    struct fake_entry *entry = NULL;
    if (subscriber) entry = fake_dict_insert(&engine->heap, &session->subscribed[kind], name);
    if (!entry) {
        fake_release(&engine->heap, subscriber, sizeof(*subscriber));
        drop_if_deserted(engine, kind, topic);
        return FAKE_SUBSCRIBE_OOM;
    }
    entry->value = subscriber;
    subscriber->session = session;
    subscriber->topic = topic;
    append(topic, subscriber);
    session->subscription_count++;
    return FAKE_SUBSCRIBED;
}

static void leave_topic(struct fake_redis *engine, enum fake_topic_kind kind,
                        struct fake_subscriber *subscriber)
{
    struct fake_topic *topic = subscriber->topic;
    *(subscriber->previous ? &subscriber->previous->next : &topic->first) = subscriber->next;
    *(subscriber->next ? &subscriber->next->previous : &topic->last) = subscriber->previous;
    topic->count--;
    drop_if_deserted(engine, kind, topic);
    fake_release(&engine->heap, subscriber, sizeof(*subscriber));
}

bool fake_pubsub_unsubscribe(struct fake_redis_session *session, enum fake_topic_kind kind,
                             struct fl_span name)
{
    struct fake_redis *engine = session->engine;
    struct fake_entry *entry = fake_dict_find(&session->subscribed[kind], name);
    if (!entry) return false;
    leave_topic(engine, kind, entry->value);
    fake_dict_remove(&engine->heap, &session->subscribed[kind], entry);
    session->subscription_count--;
    return true;
}

void fake_pubsub_leave(struct fake_redis_session *session)
{
    struct fake_redis *engine = session->engine;
    for (int kind = 0; kind < FAKE_TOPIC_KINDS; kind++) {
        uint32_t i = 0;
        for (struct fake_entry *entry; (entry = fake_dict_next(&session->subscribed[kind], &i));)
            leave_topic(engine, (enum fake_topic_kind)kind, entry->value);
        fake_dict_release(&engine->heap, &session->subscribed[kind]);
    }
    session->subscription_count = 0;
    session->lagging_since_us = 0;
}

bool fake_pubsub_forbids(const struct fake_redis_session *session,
                         const struct fake_command *command)
{
    static const char *const allowed[] = {"ping",         "subscribe",    "unsubscribe",
                                          "psubscribe",   "punsubscribe", "ssubscribe",
                                          "sunsubscribe", "quit",         "reset"};
    if (!session->subscription_count || session->output.resp3) return false;
    for (size_t i = 0; i < FL_COUNT(allowed); i++)
        if (strcmp(command->name, allowed[i]) == 0) return false;
    return true;
}

size_t fake_pubsub_subscribers(const struct fake_redis *engine, enum fake_topic_kind kind,
                               struct fl_span name)
{
    const struct fake_topic *topic = find_topic(engine, kind, name);
    return topic ? topic->count : 0;
}

/* ---- messages ---- */

static bool lags_too_long(const struct fake_redis_session *session)
{
    int64_t lag_us = session->engine->now_us - session->lagging_since_us;
    return session->lagging_since_us &&
           lag_us > FAKE_REDIS_SUBSCRIBER_SOFT_S * (int64_t)1000 * 1000;
}

static void judge_lag(struct fake_redis_session *session)
{
    size_t unread = fake_session_mark(session);
    if (unread <= FAKE_REDIS_SUBSCRIBER_SOFT_BYTES || !session->subscription_count)
        session->lagging_since_us = 0;
    else if (!session->lagging_since_us)
        session->lagging_since_us = session->engine->now_us;
    bool too_much = session->subscription_count && unread > FAKE_REDIS_SUBSCRIBER_BYTES_MAX;
    if (too_much || lags_too_long(session)) fake_session_hang_up(session, FAKE_HANG_UP_AT_ONCE);
}

void fake_pubsub_pushed(struct fake_redis_session *session)
{
    fake_wakeup(session, FAKE_WAKEUP_TOLD);
    judge_lag(session);
}

void fake_pubsub_drop_laggards(struct fake_redis *engine)
{
    struct fake_redis_session *session = engine->first_session;
    for (; session; session = session->next)
        if (session->lagging_since_us && !session->closed) judge_lag(session);
}

static size_t deliver(const struct fake_topic *topic, enum fake_topic_kind kind,
                      struct fl_span channel, struct fl_span message)
{
    static const char *const words[] = {"message", "pmessage", "smessage"};
    size_t heard = 0;
    for (struct fake_subscriber *s = topic->first; s; s = s->next) {
        struct fake_out *out = &s->session->output;
        if (fake_redis_closed(s->session)) continue;
        bool muted = out->muted; /* CLIENT REPLY does not count for messages */
        out->muted = false;
        fake_reply_push(out, kind == FAKE_TOPIC_PATTERN ? 4 : 3);
        fake_reply_bulk_text(out, words[kind]);
        if (kind == FAKE_TOPIC_PATTERN) fake_reply_bulk(out, topic->name);
        fake_reply_bulk(out, channel);
        fake_reply_bulk(out, message);
        out->muted = muted;
        fake_pubsub_pushed(s->session);
        heard++;
    }
    return heard;
}

bool fake_pubsub_matches(struct fl_span pattern, struct fl_span channel)
{
    return channel.length ? fl_span_glob(pattern, channel) : !pattern.length;
}

size_t fake_pubsub_publish(struct fake_redis *engine, enum fake_topic_kind kind,
                           struct fl_span channel, struct fl_span message)
{
    size_t heard = 0;
    const struct fake_topic *topic = find_topic(engine, kind, channel);
    if (topic) heard += deliver(topic, kind, channel, message);
    if (kind == FAKE_TOPIC_SHARD) return heard;
    uint32_t i = 0;
    for (struct fake_entry *entry;
         (entry = fake_dict_next(&engine->topics[FAKE_TOPIC_PATTERN], &i));)
        if (fake_pubsub_matches(fake_entry_key(entry), channel))
            heard += deliver(entry->value, FAKE_TOPIC_PATTERN, channel, message);
    return heard;
}
