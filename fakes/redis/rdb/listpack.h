/* fakes/redis/rdb/listpack.h - the compact form of small lists, hashes and sorted sets in a
 * payload: elements one behind the other, integers in as few bytes as they need. */
#ifndef FAKE_REDIS_LISTPACK_H
#define FAKE_REDIS_LISTPACK_H

#include <stdint.h>

#include "core/buf.h"
#include "fakes/redis/values/number.h"

/* Begin with an empty buffer, append, end. */
FL_CHECKED enum fl_error fake_listpack_begin(struct fl_buf *out);
/* Text that is an integer is held as one. */
FL_CHECKED enum fl_error fake_listpack_append(struct fl_buf *out, struct fl_span element);
FL_CHECKED enum fl_error fake_listpack_append_int(struct fl_buf *out, int64_t value);
FL_CHECKED enum fl_error fake_listpack_end(struct fl_buf *out, size_t count);

struct fake_listpack_reader {
    struct fl_span rest;
    char text[FAKE_INT_TEXT_BYTES]; /* of an element that is an integer */
};

/* False: the bytes are no listpack. */
bool fake_listpack_open(struct fl_span bytes, struct fake_listpack_reader *ret_reader);
/* The element is valid until the next one. False: it ends here, or is damaged (*ret_damaged). */
bool fake_listpack_next(struct fake_listpack_reader *reader, struct fl_span *ret_element,
                        bool *ret_damaged);

#endif
