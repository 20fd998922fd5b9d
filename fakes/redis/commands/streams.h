/* fakes/redis/commands/streams.h - what the files of stream commands have in common. */
#ifndef FAKE_REDIS_STREAMS_H
#define FAKE_REDIS_STREAMS_H

#include "fakes/redis/table/command.h"
#include "fakes/redis/values/name_order.h"
#include "fakes/redis/values/stream_groups.h"

extern const char fake_stream_bad_id[];

/* Each answers false after writing its error. */
/* As fake_stream_id_parse. */
bool fake_call_stream_id(struct fake_call *call, struct fl_span text, uint64_t missing_seq,
                         struct fake_stream_id *ret_id);
/* The ends of a range: "-", "+", an id, "(" before an id to leave it out. */
bool fake_call_stream_range(struct fake_call *call, struct fl_span start, struct fl_span end,
                            struct fake_stream_id *ret_start, struct fake_stream_id *ret_end);
/* *ret_stream is NULL when the key is absent. */
bool fake_call_stream(struct fake_call *call, struct fl_span name, struct fake_stream **ret_stream);

/* Makes an absent key an empty stream. */
bool fake_call_stream_create(struct fake_call *call, struct fl_span name,
                             struct fake_redis_key **ret_key);

void fake_reply_stream_id(struct fake_out *out, struct fake_stream_id id);
/* [id, [field, value, ...]] */
void fake_reply_stream_entry(struct fake_out *out, const struct fake_stream_entry *entry);
/* What of a stream lies between two ids, both included, in an array; `count` 0: all. */
void fake_reply_stream_range(struct fake_out *out, const struct fake_stream *stream,
                             struct fake_stream_id start, struct fake_stream_id end,
                             uint64_t count);
/* "NOGROUP No such key '...' or consumer group '...'". */
void fake_reply_no_group(struct fake_call *call, struct fl_span key, struct fl_span group,
                         const char *tail);

/* Groups or consumers by their names. False: out of memory; the session is closed, since part of a
 * reply may be written. */
bool fake_stream_sort(struct fake_call *call, const struct fake_dict *dict,
                      struct fake_name_order *ret_order);

#endif
