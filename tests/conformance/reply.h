/* tests/conformance/reply.h - when two replies are the same.
 *
 * Byte for byte, but for what Redis leaves open: the order of elements that come out of a hash
 * table, and times to live, which pass while the two servers are asked one after the other. */
#ifndef CONFORMANCE_REPLY_H
#define CONFORMANCE_REPLY_H

#include "core/span.h"

enum reply_kind {
    REPLY_EXACT,
    REPLY_SET,          /* elements in any order */
    REPLY_PAIRS,        /* pairs of elements in any order */
    REPLY_SCAN,         /* cursor, then elements in any order */
    REPLY_SCAN_PAIRS,   /* cursor, then pairs in any order */
    REPLY_STREAM_TIMES, /* times of deliveries may differ by a few seconds */
    REPLY_TIME,         /* an integer that may differ by a few seconds' worth */
    REPLY_ANY,          /* only the type counts: ids, times, INFO */
    REPLY_HELLO,        /* all but the connection's id */
    REPLY_TRACKING,     /* CLIENT TRACKINGINFO: all but the id of who hears */
    REPLY_COMMANDS,     /* COMMAND INFO: notes in any words */
    REPLY_WORDS,        /* words in any order, as ACL tells single commands */
    REPLY_INFO,         /* INFO: the same fields */
    REPLY_HELP,         /* HELP: the same subcommands */
    REPLY_CLIENTS,      /* lines of clients: the fields that a client can see the sense of */
};

/* What the reply to a command looks like. */
enum reply_kind reply_kind(const struct fl_span *args, size_t count);
bool reply_is(enum reply_kind kind, struct fl_span a, struct fl_span b);
/* By one of the kinds. */
bool reply_is_any(const enum reply_kind *kinds, size_t count, struct fl_span a, struct fl_span b);
/* The replies of an EXEC, each by its own kind; by any of them if confirmations are among them, of
 * which a command may have many. */
bool reply_is_exec(const enum reply_kind *kinds, size_t count, struct fl_span a, struct fl_span b);

#endif
