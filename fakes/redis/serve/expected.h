/* fakes/redis/serve/expected.h - which replies a server owes for the commands it was given, and
 * which of what it says is nobody's reply. */
#ifndef FAKE_REDIS_SERVE_EXPECTED_H
#define FAKE_REDIS_SERVE_EXPECTED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/span.h"

struct fake_expected {
    struct fake_expected *next;
    bool is_subscription; /* answered by one confirmation for each channel */
    bool is_monitor;
    size_t replies_left;
    /* The command, for a record; 0 arguments when nobody records. */
    size_t count;
    struct fl_span args[]; /* into the same block */
};

struct fake_expectations {
    struct fake_expected *first, *last; /* owned */
    bool is_subscribed;                 /* messages may come */
    bool is_monitor;
    bool is_silent; /* CLIENT REPLY OFF */
    bool skips_one; /* CLIENT REPLY SKIP: the next command is not answered either */
};

enum fake_expects { FAKE_EXPECTS_REPLIES, FAKE_EXPECTS_NOTHING };

void fake_expectations_release(struct fake_expectations *expectations);
/* A command goes to the server. *ret_expects: NOTHING when it will never be answered, and then it
 * is not remembered. FL_ENOMEM. */
FL_CHECKED enum fl_error fake_expectations_add(struct fake_expectations *expectations,
                                               const struct fl_span *args, size_t count,
                                               bool keeps_args, enum fake_expects *ret_expects);

enum fake_whose {
    FAKE_WHOSE_NOBODYS, /* a message, an invalidation, a line of MONITOR */
    FAKE_WHOSE_PART,    /* of the reply to the first command */
    FAKE_WHOSE_LAST,    /* the reply to the first command is whole with this */
};
/* The server has said one whole thing. After LAST the caller looks at expectations->first and pops
 * it. */
enum fake_whose fake_expectations_match(struct fake_expectations *expectations,
                                        struct fl_span reply);
void fake_expectations_pop(struct fake_expectations *expectations);

#endif
