#include "tests/conformance/generate.h"

/* Within EXEC they leave half a reply behind, which nothing that passes on whole replies can tell
 * the end of: not asked of an adopted server, which may be behind a proxy. */
static const struct generate_pattern patterns[] = {
    {1, "CLIENT REPLY {SKIP|ON|OFF}"},
};

const struct generate_family generate_silence = GENERATE_FAMILY(patterns);
