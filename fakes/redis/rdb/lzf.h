/* fakes/redis/rdb/lzf.h - unpacks what Redis compressed. We compress nothing: a payload may, but
 * need not be compressed. */
#ifndef FAKE_REDIS_LZF_H
#define FAKE_REDIS_LZF_H

#include "core/span.h"

/* Fills `out`, of exactly `length` bytes. False: the bytes are no such thing. */
bool fake_lzf_unpack(struct fl_span packed, char *out, size_t length);

#endif
