/* fakes/redis/values/stream_node.h - the entries of a stream that Redis keeps in one listpack,
 * those that were deleted among them: what a saved stream looks like tells of them. */
#ifndef FAKE_REDIS_STREAM_NODE_H
#define FAKE_REDIS_STREAM_NODE_H

#include "fakes/redis/values/stream.h"

/* Holds no entry yet; `spans` are those of the entry that begins it. NULL: out of memory, here and
 * below. */
struct fake_stream_node *fake_stream_node_new(struct fake_heap *heap, struct fake_stream_id id,
                                              const struct fl_span *spans, size_t count);
void fake_stream_node_free(struct fake_heap *heap, struct fake_stream_node *node);
struct fake_stream_node *fake_stream_node_copy(struct fake_heap *heap,
                                               const struct fake_stream_node *source);
/* At its end. False: out of memory. */
bool fake_stream_node_add(struct fake_heap *heap, struct fake_stream_node *node,
                          struct fake_stream_id id, const struct fl_span *spans, size_t count);
/* Of the live ones, `count` from `first` on are deleted ones from now on. */
void fake_stream_node_delete(struct fake_stream_node *node, uint32_t first, uint32_t count);
/* Whether the entry must go into the next node. */
bool fake_stream_node_is_full(const struct fake_stream_node *node, const struct fl_span *spans,
                              size_t count);
/* Are these the fields of the entry that began it? */
bool fake_stream_node_has_fields(const struct fake_stream_node *node, const struct fl_span *spans,
                                 size_t count);

#endif
