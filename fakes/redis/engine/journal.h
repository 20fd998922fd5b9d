/* fakes/redis/engine/journal.h - the last writes of an engine, so that they can be lost.
 *
 * A second engine follows so many writes behind, as a replica or a file on a disk does: what it
 * lacks is what a failover or a restart loses. Commands are kept as they were executed: those of
 * scripts and transactions one by one, a served pop with the key that served it, each with the
 * clock and the chance of its moment. What one script or transaction has done is lost as a whole or
 * not at all, as a replica gets it: together they count as one write. */
#ifndef FAKE_REDIS_JOURNAL_H
#define FAKE_REDIS_JOURNAL_H

#include "fakes/redis/engine/engine.h"

/* NULL: out of memory. */
struct fake_journal *fake_journal_new(const struct fake_redis *engine);
void fake_journal_free(struct fake_journal *journal); /* NULL is fine */
/* What is added from now on is a write of its own. */
void fake_journal_begin(struct fake_redis *engine);
/* A command that may write is about to run. */
void fake_journal_before(struct fake_redis *engine);
/* It has written. `dice` is the state of chance before it. Out of memory is told by the failover.
 */
void fake_journal_add(struct fake_redis *engine, unsigned db, uint64_t dice,
                      const struct fl_span *args, size_t count);
/* What was changed by no client: the same, in the words of a client. */
void fake_journal_add_words(struct fake_redis *engine, unsigned db, const char *name,
                            struct fl_span key, struct fl_span value);
/* As SAVE: false when out of memory. */
bool fake_journal_save(struct fake_redis *engine);

#endif
