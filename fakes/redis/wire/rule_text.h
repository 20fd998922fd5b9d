/* fakes/redis/wire/rule_text.h - a rule as a person writes it, in words, and back.
 *
 *   VERB [N] [DURATION|"LINE"|NAME] [MATCHER]...
 *
 *   error readonly | error "ERR anything"    delay 5s    delay-reply 5s    drop    stall    reset
 *   lose-ack    cut-reply 7    slice 1 [10ms]    repeat    refuse [5s]
 *
 *   command lpush    key queue:*    arg *import*    client p1    nth 3    every 2    p 1/50
 *   times 4 | always
 *
 * A rule fires once unless it says `times` or `always`. Words are split by the caller, who also
 * takes quotes off. */
#ifndef FAKE_REDIS_WIRE_RULE_TEXT_H
#define FAKE_REDIS_WIRE_RULE_TEXT_H

#include "core/buf.h"
#include "fakes/redis/wire/wire.h"

/* The rule borrows the words. FL_EINVAL: *ret_bad is the index of the word that is wrong (`count`:
 * one is missing) and *ret_expected says what should stand there. */
FL_CHECKED enum fl_error fake_wire_rule_parse(const struct fl_span *words, size_t count,
                                              struct fake_wire_rule *ret_rule, size_t *ret_bad,
                                              const char **ret_expected);
/* Appends what fake_wire_rule_parse reads, without an end of line; texts with blanks or quotes in
 * them stand in double quotes, with \" and \\. FL_ENOMEM; FL_EBOUND as `out` says. */
FL_CHECKED enum fl_error fake_wire_rule_format(const struct fake_wire_rule *rule,
                                               struct fl_buf *out);

#endif
