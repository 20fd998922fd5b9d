#include "harness/explore/seen.h"

#include <stdlib.h>

/* splitmix64's last step */
uint64_t seen_mix(uint64_t number)
{
    number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
    return number ^ (number >> 31);
}

/* FNV-1a, mixed */
uint64_t seen_digest(struct fl_span text)
{
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.length; i++)
        digest = (digest ^ (unsigned char)text.bytes[i]) * UINT64_C(0x100000001b3);
    return seen_mix(digest);
}

static uint64_t *slot_of(uint64_t *slots, uint32_t slot_count, uint64_t digest)
{
    uint32_t at = (uint32_t)digest & (slot_count - 1);
    while (slots[at] && slots[at] != digest)
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static enum fl_error grow(struct seen *seen)
{
    uint32_t slot_count = seen->slot_count ? 2 * seen->slot_count : 64;
    uint64_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots) return FL_ENOMEM;
    for (uint32_t i = 0; i < seen->slot_count; i++)
        if (seen->slots[i]) *slot_of(slots, slot_count, seen->slots[i]) = seen->slots[i];
    free(seen->slots);
    seen->slots = slots;
    seen->slot_count = slot_count;
    return FL_OK;
}

enum fl_error seen_add(struct seen *seen, uint64_t digest, bool *ret_new)
{
    if (digest == 0) digest = 1;
    if (2 * seen->count >= seen->slot_count) {
        enum fl_error err = grow(seen);
        if (err) return err;
    }
    uint64_t *slot = slot_of(seen->slots, seen->slot_count, digest);
    bool is_new = *slot == 0;
    if (is_new && seen->count == SEEN_MAX) return FL_EBOUND;
    seen->count += is_new;
    *slot = digest;
    *ret_new = is_new;
    return FL_OK;
}

void seen_release(struct seen *seen)
{
    free(seen->slots);
    *seen = (struct seen){0};
}
