#include "core/md5.h"

#include <stdint.h>
#include <stdio.h>

enum { BLOCK_BYTES = 64, LENGTH_AT = 56, ROUNDS = 64 };

/* The integer part of 2^32 * abs(sin(i + 1)). */
static const uint32_t sines[ROUNDS] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const unsigned char shifts[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

static uint32_t mix(int round, uint32_t b, uint32_t c, uint32_t d)
{
    switch (round / 16) {
    case 0: return (b & c) | (~b & d);
    case 1: return (d & b) | (~d & c);
    case 2: return b ^ c ^ d;
    default: return c ^ (b | ~d);
    }
}

static int word_of(int round)
{
    static const int factor[] = {1, 5, 3, 7}, start[] = {0, 1, 5, 0};
    return (factor[round / 16] * round + start[round / 16]) % 16;
}

static uint32_t little_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void take_block(uint32_t state[4], const unsigned char *block)
{
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t sum =
            a + mix(i, b, c, d) + sines[i] + little_endian(block + (size_t)word_of(i) * 4);
        unsigned shift = shifts[i / 16][i % 4];
        a = d;
        d = c;
        c = b;
        b += sum << shift | sum >> (32 - shift);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

/* A one bit, zeros, and the length in bits in the last eight bytes. */
static void take_end(uint32_t state[4], struct fl_span rest, uint64_t bits)
{
    unsigned char blocks[2 * BLOCK_BYTES] = {0};
    size_t length = rest.length < LENGTH_AT ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    if (rest.length) memcpy(blocks, rest.bytes, rest.length);
    blocks[rest.length] = 0x80;
    for (int i = 0; i < 8; i++)
        blocks[length - 8 + (size_t)i] = (unsigned char)(bits >> 8 * i);
    for (size_t at = 0; at < length; at += BLOCK_BYTES)
        take_block(state, blocks + at);
}

void fl_md5_hex(struct fl_span bytes, char ret_hex[FL_MD5_HEX_BYTES])
{
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    uint64_t bits = (uint64_t)bytes.length * 8;
    for (; bytes.length >= BLOCK_BYTES; bytes.bytes += BLOCK_BYTES, bytes.length -= BLOCK_BYTES)
        take_block(state, (const unsigned char *)bytes.bytes);
    take_end(state, bytes, bits);
    for (int i = 0; i < 16; i++)
        snprintf(ret_hex + (size_t)i * 2, 3, "%02x", state[i / 4] >> (8 * (i % 4)) & 0xff);
}
