/* src/redis/encode.c - the bytes that redisFormatCommandArgv would make, many commands into one
 * buffer: hiredis allocates twice a command, this measures first and then allocates at most once a
 * batch. */
#include "redis/encode.h"

#include <string.h>

#include "core/assert.h"

static size_t digits(size_t value)
{
    if (value < 100) return value < 10 ? 1 : 2; /* nearly all */
    size_t count = 3;
    for (value /= 1000; value; value /= 10)
        count++;
    return count;
}

/* "$<number>\r\n" or "*<number>\r\n" */
static size_t header_bytes(size_t number)
{
    return 1 + digits(number) + 2;
}

static char *put_header(char *at, char kind, size_t number)
{
    *at++ = kind;
    if (number < 10) { /* most counts and many lengths */
        *at++ = (char)('0' + number);
    } else {
        size_t count = digits(number);
        for (size_t i = count; i > 0; i--, number /= 10)
            at[i - 1] = (char)('0' + number % 10);
        at += count;
    }
    *at++ = '\r';
    *at++ = '\n';
    return at;
}

static char *put_command(char *at, const struct fl_command *command)
{
    at = put_header(at, '*', command->count);
    for (size_t i = 0; i < command->count; i++) {
        struct fl_span arg = command->args[i];
        at = put_header(at, '$', arg.length);
        if (arg.length) memcpy(at, arg.bytes, arg.length);
        at += arg.length;
        *at++ = '\r';
        *at++ = '\n';
    }
    return at;
}

/* FL_EBOUND as soon as the sum passes `bytes_max`, so that it cannot overflow. */
static enum fl_error measure(const struct fl_command *commands, size_t count, size_t bytes_max,
                             size_t *ret_bytes)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if (commands[i].count == 0) return FL_EINVAL;
        bytes += header_bytes(commands[i].count);
        for (size_t j = 0; j < commands[i].count; j++) {
            size_t length = commands[i].args[j].length;
            if (length > bytes_max) return FL_EBOUND;
            bytes += header_bytes(length) + length + 2;
            if (bytes > bytes_max) return FL_EBOUND;
        }
    }
    *ret_bytes = bytes;
    return FL_OK;
}

/* Without a look at any length's digits; 0: too much, or no command, which measure tells apart. */
static size_t bound(const struct fl_command *commands, size_t count, size_t bytes_max)
{
    enum { HEADER_BYTES_MAX = 24, ARG_BYTES_MAX = 1024 * 1024 };
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if (commands[i].count == 0) return 0;
        bytes += HEADER_BYTES_MAX;
        for (size_t j = 0; j < commands[i].count; j++) {
            size_t length = commands[i].args[j].length;
            if (length > ARG_BYTES_MAX) return 0;
            bytes += HEADER_BYTES_MAX + length;
        }
        if (bytes > bytes_max) return 0;
    }
    return bytes;
}

enum fl_error fl_redis_encode(const struct fl_command *commands, size_t count, struct fl_buf *out)
{
    size_t bytes = bound(commands, count, out->length_max - out->length);
    enum fl_error err =
        bytes ? FL_OK : measure(commands, count, out->length_max - out->length, &bytes);
    if (err) return err;
    err = fl_buf_reserve(out, bytes);
    if (err) return err;
    char *start = out->bytes + out->length;
    char *at = start;
    for (size_t i = 0; i < count; i++)
        at = put_command(at, &commands[i]);
    fl_assert((size_t)(at - start) <= bytes);
    out->length += (size_t)(at - start);
    return FL_OK;
}
