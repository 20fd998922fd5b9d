/* fakes/redis/rdb/stream.h - streams as bytes: their entries in the listpacks that Redis keeps them
 * in, with the deleted ones that still stand there, and their consumer groups. */
#ifndef FAKE_REDIS_RDB_STREAM_H
#define FAKE_REDIS_RDB_STREAM_H

#include "core/buf.h"
#include "fakes/redis/rdb/format.h"
#include "fakes/redis/rdb/reader.h"
#include "fakes/redis/values/stream.h"

/* Appends the type and the stream. */
FL_CHECKED enum fl_error fake_rdb_write_stream(const struct fake_stream *stream,
                                               struct fl_buf *out);
/* What stands behind the type. On FAKE_RDB_OK the caller owns *ret_stream; otherwise it is
 * untouched. A count that does not fit the entries is damage, though Redis believes it. */
enum fake_rdb_read fake_rdb_read_stream(struct fake_rdb_reader *reader, enum fake_rdb_type type,
                                        struct fake_stream **ret_stream);

#endif
