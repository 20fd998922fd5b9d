/* src/core/json_node.h - how a document's nodes lie in memory; for json*.c alone. */
#ifndef FL_CORE_JSON_NODE_H
#define FL_CORE_JSON_NODE_H

#include <assert.h>

#include "core/json.h"

/* Nodes stand in the order of the text: a container, then its elements (or key, value, key, value)
 * with all that is inside them. `next` leads past a node's whole subtree. */
struct fl_json_node {
    uint32_t offset, length; /* the raw bytes in the text */
    uint32_t next;
    uint32_t type : 3;
    uint32_t detail : 29; /* containers: elements or pairs; strings: 1 when something is escaped */
};

static_assert(FL_JSON_NODES_MAX < 1 << 29, "a container's count fits its bits");

/* How many bytes at the start stand in a string as they are: ASCII, nothing to escape. */
size_t fl_json_plain(struct fl_span text);

/* Decodes what stands behind a backslash at *at (just after it), moves *at past it and writes up to
 * four bytes of UTF-8. 0 when it is no valid escape; *at is then where it went wrong. */
size_t fl_json_unescape(const char **at, const char *end, char ret_bytes[4]);

#endif
