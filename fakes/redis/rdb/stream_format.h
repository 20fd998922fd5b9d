/* fakes/redis/rdb/stream_format.h - the codes of streams, for their writer and their reader. */
#ifndef FAKE_REDIS_RDB_STREAM_FORMAT_H
#define FAKE_REDIS_RDB_STREAM_FORMAT_H

/* An id's two numbers, the most significant byte first; a time, the least significant first. */
enum { FAKE_RDB_STREAM_ID_BYTES = 16, FAKE_RDB_TIME_BYTES = 8 };

/* Of an entry in a listpack. */
enum { FAKE_RDB_ENTRY_DELETED = 1, FAKE_RDB_ENTRY_SAME_FIELDS = 2 };

#endif
