/* fakes/redis/rdb/writer.h - what values are made of, as bytes: lengths, numbers, strings. Each
 * appends to `out`. */
#ifndef FAKE_REDIS_RDB_WRITER_H
#define FAKE_REDIS_RDB_WRITER_H

#include <stdint.h>

#include "core/buf.h"
#include "fakes/redis/rdb/format.h"

FL_CHECKED enum fl_error fake_rdb_put_type(struct fl_buf *out, enum fake_rdb_type type);
FL_CHECKED enum fl_error fake_rdb_put_length(struct fl_buf *out, uint64_t length);
FL_CHECKED enum fl_error fake_rdb_put_little(struct fl_buf *out, uint64_t value, size_t bytes);
/* What is a small integer is held as one. */
FL_CHECKED enum fl_error fake_rdb_put_string(struct fl_buf *out, struct fl_span text);
/* Ends a listpack and writes it as one string, without a look whether it reads as a number. */
FL_CHECKED enum fl_error fake_rdb_put_listpack(struct fl_buf *out, struct fl_buf *pack,
                                               size_t count);

#endif
