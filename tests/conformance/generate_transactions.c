#include "tests/conformance/generate.h"

static const struct generate_pattern patterns[] = {
    {14, "MULTI"}, {20, "EXEC"}, {4, "DISCARD"}, {8, "WATCH <K>"}, {3, "UNWATCH"},
};

const struct generate_family generate_transactions = GENERATE_FAMILY(patterns);
