#include "tests/conformance/generate.h"

/* Without CLIENT PAUSE: a real server of version 7.0.15 crashes when CLIENT UNBLOCK names who waits
 * for its end. And without REDIRECT, which the tables have. */
static const struct generate_pattern patterns[] = {
    {8, "CLIENT TRACKING ON [NOLOOP]"},
    {5, "CLIENT TRACKING ON BCAST [NOLOOP] [PREFIX l|PREFIX h PREFIX z|PREFIX t1 PREFIX t2]"},
    {4, "CLIENT TRACKING ON {OPTIN|OPTOUT} [NOLOOP]"},
    {6, "CLIENT TRACKING OFF"},
    {5, "CLIENT CACHING {YES|NO}"},
    {3, "CLIENT TRACKINGINFO"},
    {2, "CLIENT GETREDIR"},
    {3, "SUBSCRIBE __redis__:invalidate"},
    {4, "CLIENT UNBLOCK {@0|@1|@2|@3|@4} [TIMEOUT|ERROR]"},
    {2, "CLIENT LIST ID {@0|@1|@2|@3|@4}"},
    {2, "CLIENT INFO"},
    {1, "CLIENT LIST [TYPE normal|TYPE pubsub]"},
    {1, "CLIENT KILL ID {@0|@1|@2|@3|@4} [SKIPME no]"},
    {1, "CLIENT KILL TYPE pubsub"},
    {1, "CLIENT NO-EVICT {ON|OFF}"},
    {1, "CLIENT SETNAME U"},
    {1, "MONITOR"},
    {5, "!reconnect"},
    {4, "HELLO {2|3}"},
    {3, "RESET"},
};

const struct generate_family generate_clients = GENERATE_FAMILY(patterns);
