/* Events go out as messages on two channels that are named after the key and after the event. */
#include "fakes/redis/engine/notify.h"

#include <stdio.h>

#include "core/assert.h"
#include "fakes/redis/engine/session.h"

static const struct {
    char letter;
    enum fake_notify class;
} letters[] = {
    /* in the order in which CONFIG GET shows them */
    {'g', FAKE_NOTIFY_GENERIC},  {'$', FAKE_NOTIFY_STRING},  {'l', FAKE_NOTIFY_LIST},
    {'s', FAKE_NOTIFY_SET},      {'h', FAKE_NOTIFY_HASH},    {'z', FAKE_NOTIFY_ZSET},
    {'x', FAKE_NOTIFY_EXPIRED},  {'e', FAKE_NOTIFY_EVICTED}, {'t', FAKE_NOTIFY_STREAM},
    {'d', FAKE_NOTIFY_MODULE},   {'n', FAKE_NOTIFY_NEW},     {'K', FAKE_NOTIFY_KEYSPACE},
    {'E', FAKE_NOTIFY_KEYEVENT}, {'m', FAKE_NOTIFY_MISS},
};

enum {
    /* What the letter A stands for. */
    ALL = FAKE_NOTIFY_GENERIC | FAKE_NOTIFY_STRING | FAKE_NOTIFY_LIST | FAKE_NOTIFY_SET |
          FAKE_NOTIFY_HASH | FAKE_NOTIFY_ZSET | FAKE_NOTIFY_EXPIRED | FAKE_NOTIFY_EVICTED |
          FAKE_NOTIFY_STREAM | FAKE_NOTIFY_MODULE,
    BEHIND_ALL = FAKE_NOTIFY_KEYSPACE | FAKE_NOTIFY_KEYEVENT | FAKE_NOTIFY_MISS,
};

static unsigned class_of(char letter)
{
    if (letter == 'A') return ALL;
    for (size_t i = 0; i < FL_COUNT(letters); i++)
        if (letters[i].letter == letter) return letters[i].class;
    return 0;
}

bool fake_notify_parse(struct fl_span text, unsigned *ret_classes)
{
    unsigned classes = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned class = class_of(text.bytes[i]);
        if (!class) return false;
        classes |= class;
    }
    *ret_classes = classes;
    return true;
}

/* Redis forgets n beside A. */
size_t fake_notify_format(unsigned classes, char text[static FAKE_NOTIFY_TEXT_BYTES])
{
    size_t length = 0;
    bool all = (classes & ALL) == ALL;
    if (all) text[length++] = 'A';
    for (size_t i = 0; i < FL_COUNT(letters); i++)
        if ((classes & letters[i].class) && (!all || (letters[i].class & BEHIND_ALL)))
            text[length++] = letters[i].letter;
    return length;
}

/* Nobody may believe that nothing happened. */
static void hang_up_on_all(struct fake_redis *engine)
{
    struct fake_redis_session *session = engine->first_session;
    for (; session; session = session->next)
        if (session->subscription_count) fake_session_hang_up(session, FAKE_HANG_UP_AT_ONCE);
}

static void publish(struct fake_database *db, const char *kind, struct fl_span name,
                    struct fl_span message)
{
    char prefix[32];
    struct fake_redis *engine = db->engine;
    struct fake_out *channel = &engine->scratch;
    int length = snprintf(prefix, sizeof(prefix), "__%s@%u__:", kind, db->id);
    channel->length = channel->consumed = 0;
    fake_out_append(channel, prefix, (size_t)length);
    fake_out_append(channel, name.bytes, name.length);
    if (channel->broken) {
        channel->broken = false;
        hang_up_on_all(engine);
        return;
    }
    (void)fake_pubsub_publish(engine, FAKE_TOPIC_CHANNEL,
                              (struct fl_span){channel->bytes, channel->length}, message);
}

void fake_notify_publish(struct fake_database *db, const char *event, struct fl_span name)
{
    unsigned classes = db->engine->notify_classes;
    if (classes & FAKE_NOTIFY_KEYSPACE) publish(db, "keyspace", name, fl_span_from(event));
    if (classes & FAKE_NOTIFY_KEYEVENT) publish(db, "keyevent", fl_span_from(event), name);
}
