/* fakes/redis/engine/pubsub.h - who has subscribed to what, and messages on their way. */
#ifndef FAKE_REDIS_PUBSUB_H
#define FAKE_REDIS_PUBSUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/span.h"

struct fake_command;
struct fake_redis;
struct fake_redis_session;

/* Channels of a shard are a world of their own: patterns do not reach there. */
enum fake_topic_kind { FAKE_TOPIC_CHANNEL, FAKE_TOPIC_PATTERN, FAKE_TOPIC_SHARD };
enum { FAKE_TOPIC_KINDS = 3 };

enum fake_subscribed {
    FAKE_SUBSCRIBED,      /* or was before */
    FAKE_SUBSCRIBE_BOUND, /* FAKE_REDIS_SUBSCRIPTIONS_MAX */
    FAKE_SUBSCRIBE_OOM,
};

enum fake_subscribed fake_pubsub_subscribe(struct fake_redis_session *session,
                                           enum fake_topic_kind kind, struct fl_span name);
/* False: it had not subscribed to that. */
bool fake_pubsub_unsubscribe(struct fake_redis_session *session, enum fake_topic_kind kind,
                             struct fl_span name);
/* Unsubscribes from everything, without a word. */
void fake_pubsub_leave(struct fake_redis_session *session);
/* A client that has subscribed by protocol 2 reads messages, not replies: it may say little. */
bool fake_pubsub_forbids(const struct fake_redis_session *session,
                         const struct fake_command *command);
/* How many sessions have subscribed to exactly that name. */
size_t fake_pubsub_subscribers(const struct fake_redis *engine, enum fake_topic_kind kind,
                               struct fl_span name);

/* As Redis matches: to an empty name only an empty pattern fits. */
bool fake_pubsub_matches(struct fl_span pattern, struct fl_span channel);
/* To a channel (and the patterns that it matches), or to a channel of a shard: subscribers hear in
 * the order in which they subscribed, patterns after the channel. Returns how many heard. */
size_t fake_pubsub_publish(struct fake_redis *engine, enum fake_topic_kind kind,
                           struct fl_span channel, struct fl_span message);
/* Something was pushed to a session that has not asked for it: it is woken, and hung up if it is
 * over a limit of subscribers. */
void fake_pubsub_pushed(struct fake_redis_session *session);
/* Time has passed: hangs up on those who were over the soft limit for too long. */
void fake_pubsub_drop_laggards(struct fake_redis *engine);

#endif
