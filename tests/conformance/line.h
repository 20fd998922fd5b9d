/* tests/conformance/line.h - one step of a table, as text.
 *
 *     LPUSH q "a b" 'c'        a command on connection 0; "..." knows \n \r \t \\ \" \xHH
 *     2> BRPOP q 0             on connection 2
 *     CLIENT KILL ID @3        with the id of connection 3
 *     2> !reconnect            its client goes and another comes
 *     !exchange k              each server restores what the other dumps of a key
 *     !timeouts                time passes until nothing is blocked with a timeout
 *     !raw 1 "PING\r\n"        bytes as they are, and how many replies they cause
 *     !state oom               both servers are out of memory; or readonly, noreplicas, healthy
 *     !each DEL {a|b} ; ...    all choices of alternatives, see each.h
 *     !reset                   everything empty and fresh
 *     # remark */
#ifndef CONFORMANCE_LINE_H
#define CONFORMANCE_LINE_H

#include <stdbool.h>

#include "core/span.h"

enum { LINE_BYTES_MAX = 128 * 1024, LINE_WORDS_MAX = 4096 };

struct line {
    unsigned connection;
    struct fl_span words[LINE_WORDS_MAX]; /* none: a remark or an empty line */
    size_t count;
    char bytes[LINE_BYTES_MAX];
};

/* False: not well-formed. */
bool line_parse(struct fl_span text, struct line *ret_line);

struct duel;
/* Runs a step. False: a difference (duel->why) or a line that is none. */
bool line_run(struct duel *duel, struct fl_span text, struct line *scratch);

#endif
