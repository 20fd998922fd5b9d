/* tests/conformance/client_lines.h - when CLIENT LIST and CLIENT INFO say the same of two servers.
 *
 * Line by line and field by field in the same order. Values that depend on the machine or on how
 * memory is managed are not compared: ids, addresses, descriptors, sizes. */
#ifndef CONFORMANCE_CLIENT_LINES_H
#define CONFORMANCE_CLIENT_LINES_H

#include <stdbool.h>

#include "core/span.h"

/* The name of the connection that tests keep to the real server; its line is skipped. */
#define CLIENT_LINES_CONTROL "conformance"

/* Both are whole replies of the same type. */
bool client_lines_equal(struct fl_span a, struct fl_span b);

#endif
