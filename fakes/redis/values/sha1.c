/* SHA-1 (RFC 3174); it names scripts and guards nothing. */
#include "fakes/redis/values/sha1.h"

#include <stdint.h>

enum { BLOCK_BYTES = 64, LENGTH_BYTES = 8, ROUNDS = 80 };

static uint32_t rotate(uint32_t x, unsigned bits)
{
    return x << bits | x >> (32 - bits);
}

static uint32_t mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
    if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
    if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
    if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    return (b ^ c ^ d) + 0xca62c1d6;
}

static void digest_block(uint32_t state[5], const unsigned char *block)
{
    uint32_t w[ROUNDS];
    for (unsigned i = 0; i < 16; i++)
        w[i] = (uint32_t)block[i * 4] << 24 | (uint32_t)block[i * 4 + 1] << 16 |
               (uint32_t)block[i * 4 + 2] << 8 | block[i * 4 + 3];
    for (unsigned i = 16; i < ROUNDS; i++)
        w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t next = rotate(a, 5) + mix(i, b, c, d) + e + w[i];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

void fake_sha1_hex(struct fl_span bytes, char hex[static FAKE_SHA1_HEX_BYTES])
{
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    const unsigned char *p = (const unsigned char *)bytes.bytes;
    size_t left = bytes.length;
    for (; left >= BLOCK_BYTES; left -= BLOCK_BYTES, p += BLOCK_BYTES)
        digest_block(state, p);
    unsigned char tail[BLOCK_BYTES * 2] = {0};
    if (left) memcpy(tail, p, left);
    tail[left] = 0x80;
    size_t tail_bytes = left + 1 + LENGTH_BYTES > BLOCK_BYTES ? BLOCK_BYTES * 2 : BLOCK_BYTES;
    uint64_t bits = (uint64_t)bytes.length * 8;
    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        tail[tail_bytes - 1 - i] = (unsigned char)(bits >> (8 * i));
    for (size_t at = 0; at < tail_bytes; at += BLOCK_BYTES)
        digest_block(state, tail + at);
    for (unsigned i = 0; i < FAKE_SHA1_HEX_BYTES; i++)
        hex[i] = "0123456789abcdef"[state[i / 8] >> (28 - 4 * (i % 8)) & 15];
}
