/* fakes/redis/serve/save.h - the keyspace of the served fake as a file, to begin from again.
 *
 *     faultline keyspace 1
 *     clock 1767225600000000
 *     key DB EXPIRES_MS|- NAME_BYTES VALUE_BYTES
 *     the bytes of the name and of the value, as DUMP writes it without its footer
 *     ...
 *     end KEYS CRC64
 *
 * Scripts, functions, settings and clients are not in it. */
#ifndef FAKE_REDIS_SERVE_SAVE_H
#define FAKE_REDIS_SERVE_SAVE_H

#include "core/buf.h"
#include "fakes/redis/fake_redis.h"

enum {
    FAKE_SAVE_BYTES_MAX = 2047 * 1024 * 1024, /* of a file */
    FAKE_SAVE_PROBLEM_BYTES = 256,
};

/* Appends the whole. FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error fake_save_format(struct fake_redis *engine, int64_t now_us,
                                          struct fl_buf *out);
/* Fills an empty keyspace. FL_EPARSE: `problem` says what is wrong with the bytes, and some keys
 * may be there; FL_ENOMEM. */
FL_CHECKED enum fl_error fake_save_parse(struct fake_redis *engine, struct fl_span bytes,
                                         char problem[FAKE_SAVE_PROBLEM_BYTES]);
/* Where the clock stood; false: that is no such file. */
bool fake_save_clock(struct fl_span bytes, int64_t *ret_now_us);

/* The whole file. FL_ENOTFOUND: there is none; FL_EIO: errno says why; FL_EBOUND, FL_ENOMEM. */
FL_CHECKED enum fl_error fake_save_read(const char *path, struct fl_buf *out);
/* Under another name first, and then in one step under this one: a reader sees the old or the new.
 * FL_EIO: errno says why; FL_ENOMEM. */
FL_CHECKED enum fl_error fake_save_write(const char *path, struct fl_span bytes);

#endif
