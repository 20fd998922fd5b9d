/* fakes/redis/values/sha256.h - how passwords are kept. */
#ifndef FAKE_REDIS_SHA256_H
#define FAKE_REDIS_SHA256_H

#include "core/span.h"

enum { FAKE_SHA256_HEX_BYTES = 64 };

/* Lower-case hexadecimal, no NUL. */
void fake_sha256_hex(struct fl_span bytes, char hex[static FAKE_SHA256_HEX_BYTES]);

#endif
