#include "harness/trace/digest.h"

#include <endian.h>
#include <string.h>

enum { STEP = 16 };

/* Little-endian whatever the machine. */
static uint64_t load(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

static uint64_t load_half(const char *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return le32toh(word);
}

/* Both halves of a product of 128 bits. */
static uint64_t mixed(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* No factor is zero by anything that is likely: all would be lost with it. */
static uint64_t two_words(uint64_t digest, uint64_t first, uint64_t second)
{
    return mixed(first ^ UINT64_C(0x9E3779B97F4A7C15),
                 second ^ digest ^ UINT64_C(0xBF58476D1CE4E5B9));
}

/* Fewer than sixteen bytes: the first eight and the last eight, or four, or all with zeros behind.
 */
static uint64_t few_bytes(uint64_t digest, struct fl_span span)
{
    if (span.length >= 8)
        return two_words(digest, load(span.bytes), load(span.bytes + span.length - 8));
    if (span.length >= 4)
        return two_words(digest, load_half(span.bytes), load_half(span.bytes + span.length - 4));
    uint64_t word = 0;
    for (size_t i = 0; i < span.length; i++)
        word |= (uint64_t)(unsigned char)span.bytes[i] << (8 * i);
    return two_words(digest, word, 0);
}

uint64_t digest_span(uint64_t digest, struct fl_span span)
{
    digest = two_words(digest, span.length, 0);
    if (span.length < STEP) return few_bytes(digest, span);
    const char *bytes = span.bytes, *last = span.bytes + span.length - STEP;
    for (; bytes < last; bytes += STEP)
        digest = two_words(digest, load(bytes), load(bytes + 8));
    return two_words(digest, load(last), load(last + 8)); /* some bytes may be in it twice */
}
