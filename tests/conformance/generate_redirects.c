#include "tests/conformance/generate.h"

/* Invalidations for the last connection, which only hears in such a sequence: at which byte of its
 * own replies it would hear depends on the command. */
static const struct generate_pattern patterns[] = {
    {8, "CLIENT TRACKING ON REDIRECT @4 [NOLOOP]"},
    {5, "CLIENT TRACKING ON REDIRECT @4 BCAST [NOLOOP] [PREFIX l|PREFIX h PREFIX z|PREFIX t1]"},
    {3, "CLIENT TRACKING ON REDIRECT @4 {OPTIN|OPTOUT} [NOLOOP]"},
    {2, "CLIENT TRACKING ON REDIRECT {99999|x|0}"},
    {5, "CLIENT CACHING {YES|NO}"},
    {3, "CLIENT TRACKING OFF"},
    {2, "CLIENT GETREDIR"},
    {2, "CLIENT TRACKINGINFO"},
};

const struct generate_family generate_redirects = GENERATE_FAMILY(patterns);
