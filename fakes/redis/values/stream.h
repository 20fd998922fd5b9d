/* fakes/redis/values/stream.h - the entries of a stream: append at the end, find by id, delete
 * anywhere.
 *
 * Entries stand in nodes, as Redis keeps them in listpacks: a client sees where nodes end by what
 * approximate trimming leaves, and by XINFO. A node is full when it has 100 entries, deleted ones
 * counted, or when its listpack would reach 4096 bytes (stream-node-max-entries and -bytes of 7.0);
 * it goes when its last entry does. */
#ifndef FAKE_REDIS_STREAM_H
#define FAKE_REDIS_STREAM_H

#include "fakes/redis/values/dict.h"
#include "fakes/redis/values/heap.h"
#include "fakes/redis/values/stream_id.h"

enum {
    FAKE_STREAM_NODE_ENTRIES_MAX = 100,
    FAKE_STREAM_NODE_BYTES_MAX = 4096,
    FAKE_STREAM_NODES_MAX = 1 << 26,
};

struct fake_stream_entry {
    struct fake_stream_id id;
    size_t bytes;           /* of this block */
    size_t count;           /* of spans: fields and values in turn */
    struct fl_span spans[]; /* into the same block */
};

struct fake_stream_node {
    struct fake_stream_id first_id;     /* of the entry that began it, which may be gone */
    struct fake_stream_entry *master;   /* a copy of that entry's fields: equal ones are not stored
                                           again */
    struct fake_stream_entry **entries; /* owned; the live ones in order, then deleted ones */
    uint32_t live, total, capacity;
    size_t listpack_bytes; /* what Redis would use */
};

struct fake_stream {
    struct fake_stream_node **nodes; /* owned; the first one is at nodes[head] */
    uint32_t head, node_count, capacity;
    uint64_t length;
    struct fake_stream_id last_id;        /* the greatest ever, also when it is deleted */
    struct fake_stream_id max_deleted_id; /* by XDEL; 0-0: none */
    uint64_t entries_added;
    struct fake_dict groups; /* values: struct fake_group, see stream_groups.h */
};

struct fake_stream *fake_stream_new(struct fake_heap *heap); /* NULL: out of memory */
void fake_stream_free(struct fake_heap *heap, struct fake_stream *stream);
/* A copy with groups, consumers and their pending entries. NULL: out of memory. */
struct fake_stream *fake_stream_copy(struct fake_heap *heap, const struct fake_stream *source);

/* `id` must be greater than last_id. False: out of memory, nothing changed. */
bool fake_stream_append(struct fake_heap *heap, struct fake_stream *stream,
                        struct fake_stream_id id, const struct fl_span *spans, size_t count);
/* Takes the node, whose entries are behind all others; who does so counts them. False: out of
 * memory, and the node is the caller's. */
bool fake_stream_push_node(struct fake_heap *heap, struct fake_stream *stream,
                           struct fake_stream_node *node);
/* False: no such entry. */
bool fake_stream_delete(struct fake_heap *heap, struct fake_stream *stream,
                        struct fake_stream_id id);
const struct fake_stream_entry *fake_stream_find(const struct fake_stream *stream,
                                                 struct fake_stream_id id);
/* The least id of a live entry; 0-0: none. */
struct fake_stream_id fake_stream_first_id(const struct fake_stream *stream);

/* A place between entries; walks either way. Dies with every change of the stream. */
struct fake_stream_place {
    uint32_t node, entry;
};
/* Before the first entry with an id >= `id`. */
struct fake_stream_place fake_stream_seek(const struct fake_stream *stream,
                                          struct fake_stream_id id);
struct fake_stream_place fake_stream_end(const struct fake_stream *stream);
/* The entry behind or before the place, which moves over it; NULL: the end. */
const struct fake_stream_entry *fake_stream_next(const struct fake_stream *stream,
                                                 struct fake_stream_place *place);
const struct fake_stream_entry *fake_stream_previous(const struct fake_stream *stream,
                                                     struct fake_stream_place *place);

enum fake_stream_trim_by { FAKE_TRIM_NOTHING, FAKE_TRIM_MAXLEN, FAKE_TRIM_MINID };

struct fake_stream_trim {
    enum fake_stream_trim_by by;
    uint64_t length_max;          /* FAKE_TRIM_MAXLEN */
    struct fake_stream_id min_id; /* FAKE_TRIM_MINID */
    bool whole_nodes;             /* "~": only nodes that go entirely */
    uint64_t limit;               /* entries, with whole_nodes; 0: none */
};
/* How many entries went. */
uint64_t fake_stream_trim(struct fake_heap *heap, struct fake_stream *stream,
                          const struct fake_stream_trim *trim);

/* Nodes of the radix tree in which Redis would keep this stream's nodes. */
uint64_t fake_stream_radix_nodes(const struct fake_stream *stream);

#endif
