/* tests/conformance/item.h - one whole thing that a server sends, in protocol 2 or 3: a reply, or
 * what the client has not asked for. */
#ifndef CONFORMANCE_ITEM_H
#define CONFORMANCE_ITEM_H

#include <stdbool.h>

#include "core/span.h"

enum { ITEM_ELEMENTS_MAX = 20000 };

/* What an item is to the connection that it arrives at. */
enum item_band {
    ITEM_REPLY,        /* the answer to a command */
    ITEM_CONFIRMATION, /* a command has subscribed to something, or unsubscribed */
    ITEM_MESSAGE,      /* came without having been asked for: a message, an invalidation, a line of
                          MONITOR */
};

/* Bytes of the first whole item in the text; 0: it is not complete. A message between the elements
 * of an array belongs to the array's bytes. */
size_t item_length(struct fl_span text);
/* Below, `item` is one whole item. */
enum item_band item_band(struct fl_span item);
/* Bytes of the first line with its CRLF; 0: not complete. */
size_t item_header_length(struct fl_span text);
/* Elements that follow the header of an aggregate; 0: none, or no aggregate. */
long long item_elements(struct fl_span header);
/* Splits an aggregate into elements of `group` replies each, without messages that came between
 * them; no more than ITEM_ELEMENTS_MAX. -1: no aggregate. */
long item_split(struct fl_span item, size_t group, struct fl_span *elements);
/* The word that a pushed item, or what stands for one in protocol 2, begins with; empty: none. */
struct fl_span item_first_word(struct fl_span item);
/* +1700000000.000000 [0 127.0.0.1:40001] "PING" */
bool item_is_monitor_line(struct fl_span item);

static inline struct fl_span item_rest(struct fl_span text, size_t at)
{
    return (struct fl_span){text.bytes + at, text.length - at};
}

#endif
