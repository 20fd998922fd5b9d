/* tests/conformance/generator.h - random commands as job systems send them, with a few that nobody
 * should. */
#ifndef CONFORMANCE_GENERATOR_H
#define CONFORMANCE_GENERATOR_H

#include "core/buf.h"
#include "fakes/redis/dice.h"

struct generate_family;

struct generator {
    struct fake_dice dice;
    const struct generate_family *family; /* of the line that is being made */
};

/* The line that a connection begins with: some speak protocol 3. */
FL_CHECKED enum fl_error generator_start(struct generator *generator, unsigned connection,
                                         struct fl_buf *out);
/* Appends one line of a table. */
FL_CHECKED enum fl_error generator_line(struct generator *generator, struct fl_buf *out);

#endif
