/* tests/conformance/shown.h - bytes of the wire as one line for people. */
#ifndef CONFORMANCE_SHOWN_H
#define CONFORMANCE_SHOWN_H

#include "core/span.h"

/* What does not fit is cut. */
void shown(char *out, size_t capacity, struct fl_span text);

#endif
