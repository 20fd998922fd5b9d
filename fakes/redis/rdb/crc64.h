/* fakes/redis/rdb/crc64.h - the checksum at the end of payloads: CRC-64 after Jones. */
#ifndef FAKE_REDIS_CRC64_H
#define FAKE_REDIS_CRC64_H

#include <stdint.h>

#include "core/span.h"

uint64_t fake_crc64(struct fl_span bytes);

#endif
