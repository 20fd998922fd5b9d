/* fakes/redis/values/sha1.h - the names of scripts. */
#ifndef FAKE_REDIS_SHA1_H
#define FAKE_REDIS_SHA1_H

#include "core/span.h"

enum { FAKE_SHA1_HEX_BYTES = 40 };

/* Lower-case hexadecimal, no NUL. */
void fake_sha1_hex(struct fl_span bytes, char hex[static FAKE_SHA1_HEX_BYTES]);

#endif
