#include "harness/scenario/nearest.h"

#include <string.h>

static uint32_t min3(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t least = a < b ? a : b;
    return least < c ? least : c;
}

uint32_t nearest_distance(struct fl_span a, struct fl_span b)
{
    /* Three rows of the table are enough: a swap looks two rows back. */
    uint32_t rows[3][NEAREST_BYTES_MAX + 1];
    if (a.length > NEAREST_BYTES_MAX || b.length > NEAREST_BYTES_MAX) return UINT32_MAX;
    for (uint32_t j = 0; j <= b.length; j++)
        rows[0][j] = j;
    for (uint32_t i = 1; i <= a.length; i++) {
        uint32_t *now = rows[i % 3], *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        now[0] = i;
        for (uint32_t j = 1; j <= b.length; j++) {
            uint32_t cost = a.bytes[i - 1] != b.bytes[j - 1];
            now[j] = min3(above[j] + 1, now[j - 1] + 1, above[j - 1] + cost);
            bool swapped = i > 1 && j > 1 && a.bytes[i - 1] == b.bytes[j - 2] &&
                           a.bytes[i - 2] == b.bytes[j - 1];
            if (swapped && two_above[j - 2] + 1 < now[j]) now[j] = two_above[j - 2] + 1;
        }
    }
    return rows[a.length % 3][b.length];
}

struct nearest nearest_to(struct fl_span text)
{
    return (struct nearest){.text = text, .distance = UINT32_MAX};
}

/* A completed prefix ("conc" for "concurrency") is worth a suggestion whatever the distance. */
static bool is_prefix(struct fl_span text, struct fl_span candidate)
{
    return text.length >= 3 && text.length < candidate.length &&
           memcmp(text.bytes, candidate.bytes, text.length) == 0;
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    struct fl_span other = fl_span_from(candidate);
    size_t longer = other.length > nearest->text.length ? other.length : nearest->text.length;
    uint32_t allowed = longer < 3 ? 1 : (uint32_t)(longer / 3);
    uint32_t distance = nearest_distance(nearest->text, other);
    if (is_prefix(nearest->text, other) && distance > allowed) distance = allowed;
    if (distance > allowed || distance >= nearest->distance) return;
    if (distance >= other.length && distance > 0) return; /* nothing of it is left */
    nearest->best = candidate;
    nearest->distance = distance;
}
