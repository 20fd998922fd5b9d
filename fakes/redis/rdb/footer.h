/* fakes/redis/rdb/footer.h - what ends the payloads of DUMP and FUNCTION DUMP: the version of the
 * format in two bytes, a checksum in eight. */
#ifndef FAKE_REDIS_RDB_FOOTER_H
#define FAKE_REDIS_RDB_FOOTER_H

#include "core/buf.h"

enum { FAKE_RDB_FOOTER_BYTES = 10 };

/* Appends it, for all that is in `out`. */
FL_CHECKED enum fl_error fake_rdb_put_footer(struct fl_buf *out);
/* Whether the payload ends with one that is right, of our version or an older one. */
bool fake_rdb_check_footer(struct fl_span payload);

#endif
