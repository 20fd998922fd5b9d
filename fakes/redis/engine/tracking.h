/* fakes/redis/engine/tracking.h - who has written which key last, and a hash of all that the keys
 * hold.
 *
 * A database that is tracked has a record for each name that was ever touched, also when its key is
 * gone. The hash of a key is taken again only when somebody asks and the key has been touched
 * since. Nothing here counts as memory of the server. */
#ifndef FAKE_REDIS_TRACKING_H
#define FAKE_REDIS_TRACKING_H

#include "fakes/redis/engine/engine.h"

enum { FAKE_TRACKED_NAMES_MAX = 1024 * 1024 }; /* of a database; beyond, hashes are taken afresh */

/* False: out of memory. */
bool fake_tracking_start(struct fake_database *db);
void fake_tracking_free(struct fake_tracked *tracked); /* NULL is fine */
/* The key has changed, come or gone; db->tracked is not NULL. */
void fake_tracking_touch(struct fake_database *db, struct fl_span name);

#endif
