/* src/queue/jid.c - a jid that is a function of a key: SipHash-2-4 with 128 bits of output under a
 * fixed key, cut to the 96 bits of a jid. Not for secrets; two keys meet by chance after 2^48. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "faultline/worker.h"

struct sip {
    uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void rounds(struct sip *s, int count)
{
    for (int i = 0; i < count; i++) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = rotate(s->v1, 13) ^ s->v0;
        s->v3 = rotate(s->v3, 16) ^ s->v2;
        s->v0 = rotate(s->v0, 32) + s->v3;
        s->v2 += s->v1;
        s->v1 = rotate(s->v1, 17) ^ s->v2;
        s->v3 = rotate(s->v3, 21) ^ s->v0;
        s->v2 = rotate(s->v2, 32);
    }
}

static void absorb(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    rounds(s, 2);
    s->v0 ^= word;
}

static uint64_t squeeze(struct sip *s, uint64_t *which, uint64_t mark)
{
    *which ^= mark;
    rounds(s, 4);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

void fl_jid_derive(struct fl_span key, char ret_jid[25])
{
    const uint64_t k0 = 0x6661756c746c696e, k1 = 0x65206a6964206b31; /* "faultlin", "e jid k1" */
    struct sip s = {0x736f6d6570736575 ^ k0, 0x646f72616e646f6d ^ k1 ^ 0xee,
                    0x6c7967656e657261 ^ k0, 0x7465646279746573 ^ k1};
    size_t at = 0;
    for (; key.length - at >= 8; at += 8) {
        uint64_t word = 0;
        for (unsigned i = 0; i < 8; i++)
            word |= (uint64_t)(unsigned char)key.bytes[at + i] << (8 * i);
        absorb(&s, word);
    }
    uint64_t last = (uint64_t)key.length << 56;
    for (unsigned i = 0; at + i < key.length; i++)
        last |= (uint64_t)(unsigned char)key.bytes[at + i] << (8 * i);
    absorb(&s, last);
    uint64_t high = squeeze(&s, &s.v2, 0xee);
    uint64_t low = squeeze(&s, &s.v1, 0xdd);
    snprintf(ret_jid, 25, "%016llx%08llx", (unsigned long long)high,
             (unsigned long long)(low >> 32));
}
