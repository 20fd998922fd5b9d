/* Redis keeps a stream's nodes in a radix tree under their 16-byte ids, and XINFO tells how many
 * tree nodes that takes. A run of bytes without a branch is one tree node, a branch is one, and so
 * is the leaf at each key's end; the number depends on the keys alone. */
#include "fakes/redis/values/stream.h"

enum { KEY_BYTES = 16 };

static unsigned key_byte(struct fake_stream_id id, unsigned depth)
{
    uint64_t word = depth < 8 ? id.ms : id.seq;
    return (unsigned)(word >> (56 - 8 * (depth % 8))) & 0xff;
}

static struct fake_stream_id key_at(const struct fake_stream *stream, uint32_t i)
{
    return stream->nodes[stream->head + i]->first_id;
}

/* The keys from `first` to before `end` agree in their first `depth` bytes. */
static uint64_t count_below(const struct fake_stream *stream, uint32_t first, uint32_t end,
                            unsigned depth)
{
    struct fake_stream_id low = key_at(stream, first), high = key_at(stream, end - 1);
    unsigned branch = depth;
    while (branch < KEY_BYTES && key_byte(low, branch) == key_byte(high, branch))
        branch++;
    uint64_t count = (branch > depth) + 1; /* the run, then the branch or the leaf */
    if (branch == KEY_BYTES) return count;
    for (uint32_t start = first, i = first + 1; i <= end; i++) {
        if (i < end &&
            key_byte(key_at(stream, i), branch) == key_byte(key_at(stream, start), branch))
            continue;
        count += count_below(stream, start, i, branch + 1);
        start = i;
    }
    return count;
}

uint64_t fake_stream_radix_nodes(const struct fake_stream *stream)
{
    return stream->node_count ? count_below(stream, 0, stream->node_count, 0) : 1;
}
