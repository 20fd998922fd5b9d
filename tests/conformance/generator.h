/* tests/conformance/generator.h - random commands as job systems send them, with a few that nobody
 * should. */
#ifndef CONFORMANCE_GENERATOR_H
#define CONFORMANCE_GENERATOR_H

#include "core/buf.h"
#include "fakes/redis/engine/dice.h"
#include "tests/conformance/duel.h"

struct generate_family;

struct generator {
    struct fake_dice dice;
    bool is_adopted;                      /* the real server: it may be behind a proxy */
    bool listens;                         /* the last connection hears of keys */
    const struct generate_family *family; /* of the line that is being made */
};

enum { GENERATOR_START_LINES = DUEL_CONNECTIONS + 2 };

/* A line that a sequence begins with: some connections speak protocol 3, and the last one may hear
 * what happens to keys. */
FL_CHECKED enum fl_error generator_start(struct generator *generator, unsigned line,
                                         struct fl_buf *out);
/* Appends one line of a table. */
FL_CHECKED enum fl_error generator_line(struct generator *generator, struct fl_buf *out);

#endif
