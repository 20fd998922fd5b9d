/* src/operate/place.h - where jobs stand, and how an operator reads what stands there: a page in
 * order, or a walk past everything, in bounded pieces.
 *
 * A walk sees each entry that stands there from its beginning to its end at least once, also while
 * the reader takes entries away; what comes or goes meanwhile may be seen or not. */
#ifndef FL_OPERATE_PLACE_H
#define FL_OPERATE_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"
#include "ports/clock.h"
#include "ports/redis.h"
#include "queue/keys.h"
#include "queue/script.h"

enum fl_place_kind { FL_PLACE_QUEUE, FL_PLACE_RETRIES, FL_PLACE_SCHEDULED, FL_PLACE_DEAD };

struct fl_place {
    enum fl_place_kind kind;
    const char *queue; /* of FL_PLACE_QUEUE: from 1 to FL_QUEUE_NAME_BYTES - 1 bytes */
};

/* Its key in Redis; points into `out` or to a constant. */
struct fl_span fl_place_key(const struct fl_place *place, char out[FL_KEY_BYTES]);

struct fl_entry {
    struct fl_span bytes;
    struct fl_span score; /* as Redis prints it; empty in a queue */
};
/* When it is due, or died; false in a queue, or when the score is no time. */
bool fl_entry_score_us(const struct fl_entry *entry, int64_t *ret_us);

enum { FL_PAGE_MAX = 1000 };

struct fl_page {
    struct fl_replies replies; /* what the entries point to */
    struct fl_entry *items;    /* owned */
    size_t count;
};
void fl_page_release(struct fl_page *page); /* a zeroed one is fine */

struct fl_reader {
    struct fl_redis redis;
    struct fl_clock clock;
};

/* How many stand there. FL_EREPLY: ret_error (may be NULL) has the server's words. */
FL_CHECKED enum fl_error fl_place_size(const struct fl_reader *reader, const struct fl_place *place,
                                       int64_t *ret_size, char ret_error[FL_SCRIPT_ERROR_BYTES]);
/* In the order in which they matter: a queue's next job first, what is due soonest first, who died
 * last first. `limit` is at most FL_PAGE_MAX. The caller releases *ret_page in every case. */
FL_CHECKED enum fl_error fl_place_page(const struct fl_reader *reader, const struct fl_place *place,
                                       int64_t offset, int64_t limit, struct fl_page *ret_page);

enum { FL_CURSOR_BYTES = 24 };
struct fl_walk {
    const struct fl_reader *reader;
    const struct fl_place *place;
    const char *pattern; /* a glob of Redis for the sets, which then sends what matches; or NULL */
    char cursor[FL_CURSOR_BYTES];
    int64_t offset; /* in a queue, from its newest job */
    bool ended;
};
struct fl_walk fl_walk_begin(const struct fl_reader *reader, const struct fl_place *place,
                             const char *pattern);
/* The next piece, which may be empty before the end; walk->ended says that there is no other. After
 * an error the same call may be tried again. The caller releases *ret_page in every case. */
FL_CHECKED enum fl_error fl_walk_next(struct fl_walk *walk, struct fl_page *ret_page);
/* So many of the entries that were shown have been taken away by the reader. */
void fl_walk_took(struct fl_walk *walk, int64_t count);

#endif
