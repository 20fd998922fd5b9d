#include "harness/trace/digest.h"

#include <endian.h>
#include <string.h>

uint64_t digest_word(uint64_t digest, uint64_t word)
{
    uint64_t mixed = (digest ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    mixed ^= mixed >> 29;
    mixed *= UINT64_C(0xBF58476D1CE4E5B9);
    return mixed ^ (mixed >> 32);
}

/* Little-endian whatever the machine. */
static uint64_t load(const char *bytes, size_t count)
{
    uint64_t word = 0;
    memcpy(&word, bytes, count);
    return le64toh(word);
}

uint64_t digest_span(uint64_t digest, struct fl_span span)
{
    const char *bytes = span.bytes;
    size_t left = span.length;
    for (; left >= 8; left -= 8, bytes += 8)
        digest = digest_word(digest, load(bytes, 8));
    if (left) digest = digest_word(digest, load(bytes, left));
    return digest_word(digest, span.length);
}
