/* fakes/redis/engine/cluster.h - the slots of keys, and what a node of a cluster refuses for their
 * sake.
 */
#ifndef FAKE_REDIS_CLUSTER_H
#define FAKE_REDIS_CLUSTER_H

#include "fakes/redis/engine/session.h"

/* CRC16 of the key, or of what stands in its first pair of braces, modulo FAKE_REDIS_SLOTS. */
unsigned fake_cluster_slot(struct fl_span key);
/* NULL: every key of the command, and for EXEC of those queued, is here. The text lives until the
 * next call. */
const char *fake_cluster_refusal(struct fake_redis_session *session,
                                 const struct fake_command *command, const struct fl_span *args,
                                 size_t count);
/* What a script is told that touches keys elsewhere. `slot` is the one that its keys have been in
 * so far, -1 at first; NULL: all may be in any. */
const char *fake_cluster_script_refusal(struct fake_redis *engine, const struct fl_span *args,
                                        size_t count, int *slot);
void fake_cluster_free(struct fake_cluster *cluster);

#endif
