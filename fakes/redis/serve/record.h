/* fakes/redis/serve/record.h - the commands that came, newest last, and a file of them all.
 *
 * A command is one line of JSON:
 * {"at":"2026-01-01T00:00:00.000Z","us":1767225600000000,"client":"127.0.0.1:4711","db":0,
 *  "by":"client","args":["LPUSH","q","job"],"reply":"integer"}; an error has its text as "error".
 * The last FAKE_RECORD_COMMANDS_MAX are kept, or fewer when they are long. */
#ifndef FAKE_REDIS_SERVE_RECORD_H
#define FAKE_REDIS_SERVE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/json.h"

enum {
    FAKE_RECORD_COMMANDS_MAX = 64 * 1024,     /* kept in memory */
    FAKE_RECORD_BYTES_MAX = 64 * 1024 * 1024, /* of their lines */
    FAKE_RECORD_ARG_BYTES_MAX = 64 * 1024,    /* of one argument; the rest is cut off */
    FAKE_RECORD_LINE_BYTES_MAX = 1024 * 1024, /* a command of more is not recorded */
    FAKE_RECORD_UNWRITTEN_BYTES_MAX = 64 * 1024 * 1024,
};

struct fake_recorded {
    int64_t now_us; /* wall time */
    const char *client;
    int db;         /* negative: not known */
    const char *by; /* "client", "transaction", "script", "served" */
    const struct fl_span *args;
    size_t count;
    struct fl_span reply; /* its bytes; empty: there is none yet */
};

struct fake_record {
    bool is_on;
    int fd; /* of the file; negative: none */
    struct fl_buf unwritten;
    struct fl_buf scratch;
    struct fl_span *lines; /* owned, as are their bytes: a ring */
    size_t first, count, bytes;
    uint64_t seen, forgotten; /* forgotten: did not fit, or memory was out */
};

/* Keeps nothing yet, and is off. */
void fake_record_init(struct fake_record *record);
void fake_record_release(struct fake_record *record);
/* Empties the file `path` and switches on. FL_EIO: errno says why. */
FL_CHECKED enum fl_error fake_record_open(struct fake_record *record, const char *path);
void fake_record_add(struct fake_record *record, const struct fake_recorded *command);
/* Writes to the file what has come since. FL_EIO. */
FL_CHECKED enum fl_error fake_record_flush(struct fake_record *record);
/* The last `most` as elements of an array, oldest first. */
void fake_record_tell(const struct fake_record *record, size_t most, struct fl_json_writer *array);

#endif
