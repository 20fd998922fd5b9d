#include "harness/trace/digest.h"

#include <endian.h>
#include <string.h>

/* Little-endian whatever the machine. */
static uint64_t load(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

/* The last `left` bytes of the span, fewer than eight: with zeros behind them. */
static uint64_t load_rest(struct fl_span span, size_t left)
{
    if (span.length >= 8) return load(span.bytes + span.length - 8) >> (64 - 8 * left);
    uint64_t word = 0;
    for (size_t i = 0; i < left; i++)
        word |= (uint64_t)(unsigned char)span.bytes[i] << (8 * i);
    return word;
}

uint64_t digest_span(uint64_t digest, struct fl_span span)
{
    const char *bytes = span.bytes;
    size_t left = span.length;
    for (; left >= 8; left -= 8, bytes += 8)
        digest = digest_word(digest, load(bytes));
    if (left) digest = digest_word(digest, load_rest(span, left));
    return digest_word(digest, span.length);
}
