/* fakes/redis/engine/notify.h - tells subscribers what happened to keys, in the classes of events
 * that notify-keyspace-events names. */
#ifndef FAKE_REDIS_NOTIFY_H
#define FAKE_REDIS_NOTIFY_H

#include "fakes/redis/engine/engine.h"

enum { FAKE_NOTIFY_TEXT_BYTES = 16 };

/* The letters of notify-keyspace-events. False: one of them is none. */
bool fake_notify_parse(struct fl_span text, unsigned *ret_classes);
/* As CONFIG GET shows them; without a NUL. */
size_t fake_notify_format(unsigned classes, char text[static FAKE_NOTIFY_TEXT_BYTES]);

/* Publishes the event of a class that is wanted. */
void fake_notify_publish(struct fake_database *db, const char *event, struct fl_span name);

/* `class` is one of the classes behind FAKE_NOTIFY_KEYEVENT. Call it at the instant at which Redis
 * does: for a key that goes, when it is gone (so keep its name), and "del" behind what emptied it.
 * Off, it costs one comparison. */
static inline void fake_key_notify(struct fake_database *db, enum fake_notify class,
                                   const char *event, struct fl_span name)
{
    if (__builtin_expect(db->engine->notify_classes & class, 0))
        fake_notify_publish(db, event, name);
}

/* A command that reads has found no such key. */
static inline void fake_key_missed(struct fake_database *db, struct fl_span name)
{
    fake_key_notify(db, FAKE_NOTIFY_MISS, "keymiss", name);
}

#endif
