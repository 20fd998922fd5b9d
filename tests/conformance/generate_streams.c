#include "tests/conformance/generate.h"

/* G is a group, C a consumer, Q an id, P one to leave out, A one to add with. Ids are given: the
 * two servers' clocks differ. */
static const struct generate_pattern patterns[] = {
    {40, "XADD Y [NOMKSTREAM] [MAXLEN I|MAXLEN ~ I|MINID Q|MAXLEN ~ 2 LIMIT 1] A <U V>"},
    {20, "XADD Y A U V"},
    {4, "XLEN Y"},
    {8, "XRANGE Y {-|Q|P} {+|Q|P} [COUNT I]"},
    {6, "XREVRANGE Y {+|Q|P} {-|Q|P} [COUNT I]"},
    {10, "XDEL Y <Q>"},
    {6, "XTRIM Y {MAXLEN|MINID} [=|~] {I|Q} [LIMIT I]"},
    {3, "XSETID Y Q [ENTRIESADDED I] [MAXDELETEDID Q]"},
    {10, "XREAD [COUNT I] STREAMS {Y Q|Y $|Y Y Q Q}"},
    {6, "XREAD [COUNT 2] BLOCK 0 STREAMS {Y Q|Y $|Y Y $ $}"},
    {14, "XGROUP CREATE Y G {$|0|Q} [MKSTREAM] [ENTRIESREAD I]"},
    {3, "XGROUP SETID Y G {$|0|Q} [ENTRIESREAD I]"},
    {2, "XGROUP DESTROY Y G"},
    {3, "XGROUP {CREATECONSUMER|DELCONSUMER} Y G C"},
    {24, "XREADGROUP GROUP G C [COUNT I] [NOACK] STREAMS {Y >|Y >|Y 0|Y Q|Y Y > >}"},
    {6, "XREADGROUP GROUP G C [COUNT 1] BLOCK 0 [NOACK] STREAMS {Y >|Y Y > >}"},
    {12, "XACK Y G <Q>"},
    {8, "XPENDING Y G [- + 10|Q + I|- Q 5 C|IDLE 0 - + 9 C]"},
    {8, "XCLAIM Y G C 0 <Q> [JUSTID] [RETRYCOUNT 3|FORCE|IDLE 10|LASTID Q]"},
    {6, "XAUTOCLAIM Y G C 0 {0|Q|P} [COUNT 2|COUNT 1] [JUSTID]"},
    {8, "XINFO STREAM Y [FULL|FULL COUNT I]"},
    {6, "XINFO GROUPS Y"},
    {4, "XINFO CONSUMERS Y G"},
};

static const char *const groups[] = {"g", "h", "g", "nogroup"};
static const char *const consumers[] = {"alice", "bob", "a", "\"\""};
static const char *const added[] = {
    "1-*", "2-*",  "3-*",  "4-*", "5-*", "6-*",  "7-*", "8-*",
    "9-*", "10-*", "11-*", "1-1", "2-5", "12-*", "0-*", "18446744073709551615-*",
    "x-*", "3"};
static const char *const ids[] = {
    "1-1", "1-2", "2-0", "2-1", "3-0", "3-1", "1-0", "4-0",
    "0-1", "1",   "2",   "5-0", "0-0", "9-9", "bad", "18446744073709551615-18446744073709551615",
};

static const char *const excluded[] = {"(1-1", "(2-0", "(3-1", "(0-0", "(", "(x"};

static const struct generate_words words[] = {
    {'G', GENERATE_COUNT(groups), groups}, {'C', GENERATE_COUNT(consumers), consumers},
    {'A', GENERATE_COUNT(added), added},   {'P', GENERATE_COUNT(excluded), excluded},
    {'Q', GENERATE_COUNT(ids), ids},
};

const struct generate_family generate_streams = GENERATE_FAMILY_WITH(patterns, words);
