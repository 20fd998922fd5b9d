/* src/redis/encode.h - writes commands as RESP arrays of bulk strings. */
#ifndef FL_REDIS_ENCODE_H
#define FL_REDIS_ENCODE_H

#include "core/buf.h"
#include "core/error.h"
#include "ports/redis.h"

/* Appends all commands or, with FL_ENOMEM or FL_EBOUND, nothing. FL_EINVAL: a command is empty. */
FL_CHECKED enum fl_error fl_redis_encode(const struct fl_command *commands, size_t count,
                                         struct fl_buf *out);

#endif
