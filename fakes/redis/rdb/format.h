/* fakes/redis/rdb/format.h - the codes of the format, for its writer and its reader. */
#ifndef FAKE_REDIS_RDB_FORMAT_H
#define FAKE_REDIS_RDB_FORMAT_H

enum fake_rdb_type {
    FAKE_RDB_STRING = 0,
    FAKE_RDB_LIST = 1, /* a string each element, as versions long ago wrote */
    FAKE_RDB_SET = 2,
    FAKE_RDB_HASH = 4,
    FAKE_RDB_ZSET = 5,
    FAKE_RDB_SET_INTSET = 11,
    FAKE_RDB_STREAM = 15, /* as versions before 7 wrote, without what 7.0 counts */
    FAKE_RDB_HASH_LISTPACK = 16,
    FAKE_RDB_ZSET_LISTPACK = 17,
    FAKE_RDB_LIST_NODES = 18,
    FAKE_RDB_STREAM_2 = 19,
    /* Known, but neither written nor read here: */
    FAKE_RDB_ZSET_TEXT = 3,
    FAKE_RDB_HASH_ZIPMAP = 9,
    FAKE_RDB_LIST_ZIPLIST = 10,
    FAKE_RDB_ZSET_ZIPLIST = 12,
    FAKE_RDB_HASH_ZIPLIST = 13,
    FAKE_RDB_LIST_QUICKLIST = 14,
};

/* A length begins with two bits that say how it goes on. */
enum {
    FAKE_RDB_LENGTH_6 = 0x00,
    FAKE_RDB_LENGTH_14 = 0x40,
    FAKE_RDB_LENGTH_32 = 0x80,
    FAKE_RDB_LENGTH_64 = 0x81,
    FAKE_RDB_ENCODED = 0xc0, /* no length: a string in one of the encodings below */
};

enum { FAKE_RDB_INT8, FAKE_RDB_INT16, FAKE_RDB_INT32, FAKE_RDB_LZF };

/* Nodes of a list. */
enum { FAKE_RDB_NODE_PLAIN = 1, FAKE_RDB_NODE_LISTPACK = 2, FAKE_RDB_NODE_BYTES_MAX = 8 * 1024 };

#endif
