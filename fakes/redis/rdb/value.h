/* fakes/redis/rdb/value.h - values as bytes, as DUMP writes and RESTORE reads them: the format of
 * Redis's own files, version 10. */
#ifndef FAKE_REDIS_RDB_VALUE_H
#define FAKE_REDIS_RDB_VALUE_H

#include "core/buf.h"
#include "fakes/redis/engine/keyspace.h"

enum { FAKE_RDB_VERSION = 10 };

/* Appends the type and the value. */
FL_CHECKED enum fl_error fake_rdb_write(const struct fake_redis_key *key, struct fl_buf *out);

enum fake_rdb_read {
    FAKE_RDB_OK,
    FAKE_RDB_DAMAGED,
    FAKE_RDB_FOREIGN, /* a type that is not read here: of versions before 7 */
    FAKE_RDB_OOM,
};

/* Fills the value, type and encoding of a zeroed key, which is otherwise left alone; on anything
 * but FAKE_RDB_OK it holds nothing. What stands behind the value is not looked at. A field or
 * member that comes twice is damage, though Redis lets it pass in hashes.
 */
enum fake_rdb_read fake_rdb_read(struct fake_heap *heap, struct fl_span bytes,
                                 struct fake_redis_key *ret_value);

#endif
