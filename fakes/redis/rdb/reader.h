/* fakes/redis/rdb/reader.h - takes what values are made of from their bytes: lengths, numbers,
 * strings. Each tells FAKE_RDB_OK or what is wrong. */
#ifndef FAKE_REDIS_RDB_READER_H
#define FAKE_REDIS_RDB_READER_H

#include "core/span.h"
#include "fakes/redis/rdb/value.h"
#include "fakes/redis/values/number.h"

struct fake_rdb_reader {
    struct fake_heap *heap; /* of what is made */
    struct fl_span rest;
};

/* A string that was read: it stands in the payload, in `integer`, or in memory of its own. */
struct fake_rdb_text {
    struct fl_span span;
    char integer[FAKE_INT_TEXT_BYTES];
    char *owned; /* NULL: none; span.length bytes */
};

enum fake_rdb_read fake_rdb_take(struct fake_rdb_reader *reader, size_t bytes,
                                 struct fl_span *ret_bytes);
enum fake_rdb_read fake_rdb_take_big(struct fake_rdb_reader *reader, size_t bytes,
                                     uint64_t *ret_value);
/* A length. */
enum fake_rdb_read fake_rdb_take_count(struct fake_rdb_reader *reader, uint64_t *ret_count);
/* The text is to be released after FAKE_RDB_OK. */
enum fake_rdb_read fake_rdb_take_text(struct fake_rdb_reader *reader, struct fake_rdb_text *text);
void fake_rdb_release_text(struct fake_rdb_text *text);

/* Of up to eight bytes, the least significant first. */
uint64_t fake_rdb_little(struct fl_span bytes);
int64_t fake_rdb_signed_little(struct fl_span bytes);

#endif
