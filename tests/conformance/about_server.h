/* tests/conformance/about_server.h - when two servers tell the same about themselves: equal facts,
 * where sentences for people and counts of the moment may differ. */
#ifndef CONFORMANCE_ABOUT_SERVER_H
#define CONFORMANCE_ABOUT_SERVER_H

#include <stdbool.h>

#include "core/span.h"

/* COMMAND INFO: subcommands in any order, any text for a note. */
bool command_info_equal(struct fl_span a, struct fl_span b);
/* The same words in any order, by blanks and line breaks. */
bool words_equal(struct fl_span a, struct fl_span b);
/* INFO: the same fields in the same order, of those that tell a state also the same values; no
 * matter which commands were counted. */
bool info_equal(struct fl_span a, struct fl_span b);
/* HELP: lists of status lines that name the same subcommands. */
bool help_equal(struct fl_span a, struct fl_span b);

#endif
