/* The bytes of a Redis server: any bytes are replies, a wish for more, or a protocol error; and how
 * they are cut into pieces changes nothing. */
#include <stdint.h>

#include "core/assert.h"
#include "redis/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static uint64_t mix(uint64_t hash, const struct fl_reply *reply)
{
    hash = (hash ^ (uint64_t)reply->type ^ (uint64_t)reply->integer) * UINT64_C(1099511628211);
    for (size_t i = 0; i < reply->text.length; i++)
        hash = (hash ^ (uint8_t)reply->text.bytes[i]) * UINT64_C(1099511628211);
    for (size_t i = 0; i < reply->count; i++)
        hash = mix(hash, &reply->elements[i]);
    return hash;
}

/* Takes all replies that are complete. */
static enum fl_error take(struct fl_decoder *decoder, struct fl_arena *arena, struct fl_reply *slot,
                          uint64_t *hash)
{
    bool complete = true;
    enum fl_error err = FL_OK;
    while (!err && complete) {
        err = fl_decoder_next(decoder, arena, slot, &complete);
        if (!err && complete) *hash = mix(*hash, slot);
    }
    return err;
}

static uint64_t decode_in_pieces(const uint8_t *bytes, size_t length, size_t piece)
{
    struct fl_decoder decoder;
    struct fl_arena arena = {0};
    struct fl_reply slot = {0};
    uint64_t hash = UINT64_C(14695981039346656037);
    enum fl_error err;
    fl_assert(fl_decoder_init(&decoder) == FL_OK);
    err = FL_OK;
    for (size_t at = 0; !err && at < length; at += piece) {
        err = fl_decoder_feed(&decoder, bytes + at, length - at < piece ? length - at : piece);
        if (!err) err = take(&decoder, &arena, &slot, &hash);
    }
    fl_assert(err == FL_OK || err == FL_EPROTOCOL || err == FL_EBOUND || err == FL_ENOMEM);
    fl_decoder_release(&decoder);
    fl_arena_release(&arena);
    return hash ^ (err == FL_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    fl_assert(decode_in_pieces(bytes, length, length ? length : 1) ==
              decode_in_pieces(bytes, length, 1));
    return 0;
}
