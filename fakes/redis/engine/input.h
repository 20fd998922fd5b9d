/* fakes/redis/engine/input.h - what a client sends: RESP arrays of bulk strings and inline
 * commands, in pieces. */
#ifndef FAKE_REDIS_INPUT_H
#define FAKE_REDIS_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/span.h"

enum fake_parse {
    FAKE_PARSE_COMMAND, /* input->args, until the next call; may be empty: skip it */
    FAKE_PARSE_MORE,    /* the command is not complete */
    FAKE_PARSE_ERROR,   /* the stream is broken; answer the error and hang up */
};

struct fake_input {
    char *
        bytes; /* owned: the rest that is no complete command; begins with a command's first byte */
    size_t length, capacity;
    bool is_guest; /* of a client that must authenticate first, and is kept short until then */

    size_t position;   /* in the command that is being parsed: the next byte to look at */
    int64_t args_left; /* bulk strings still to come; 0: the header is not read */
    int64_t
        bulk_bytes; /* of the bulk string that is being read; negative: its header is not read */

    struct fl_span *args; /* owned */
    size_t *offsets;      /* owned: of each argument in the command */
    size_t args_count, args_capacity;
    char *words; /* owned: the unquoted arguments of an inline command */
    size_t words_capacity;
};

/* Goes on with the command that begins at `bytes` (the same command as before, if the last answer
 * was FAKE_PARSE_MORE). After FAKE_PARSE_COMMAND *ret_consumed bytes are done with; after
 * FAKE_PARSE_ERROR *ret_error is the error's text, and NULL when memory is out. */
enum fake_parse fake_input_parse(struct fake_input *input, const char *bytes, size_t length,
                                 size_t *ret_consumed, const char **ret_error);
/* Keeps bytes that cannot be executed yet. False: out of memory or too many. */
bool fake_input_keep(struct fake_input *input, const char *bytes, size_t length);
/* Drops the first bytes of what is kept. */
void fake_input_drop(struct fake_input *input, size_t count);
void fake_input_release(struct fake_input *input);

#endif
