/* fakes/redis/commands/stream_reads.h - XREAD and XREADGROUP: the reading that a command and a
 * blocked session have in common. */
#ifndef FAKE_REDIS_STREAM_READS_H
#define FAKE_REDIS_STREAM_READS_H

#include "fakes/redis/table/command.h"
#include "fakes/redis/values/stream.h"

/* What a session wants from each of its streams. */
struct fake_stream_read {
    uint64_t count; /* 0: all */
    size_t group;   /* the argument that names the group, the consumer's behind it; 0: XREAD */
    bool no_ack;
};

/* The greatest id as the one to read after: a group's new entries (">"). */
#define FAKE_STREAM_ID_NEW FAKE_STREAM_ID_MAX

/* A stream has changed: answers a session that waits for entries behind `after`, and whose command
 * was `args`. False: nothing for it, it waits on. */
bool fake_stream_answer_waiter(struct fake_database *db, struct fake_redis_key *key,
                               const struct fake_stream_read *read, const struct fl_span *args,
                               struct fake_stream_id after, struct fake_out *out);

#endif
