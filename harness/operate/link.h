/* harness/operate/link.h - what every operator's command has: a connection to Redis, a terminal or
 * none, and one way to say what went wrong. */
#ifndef HARNESS_OPERATE_LINK_H
#define HARNESS_OPERATE_LINK_H

#include <stdbool.h>

#include "harness/cli/options.h"
#include "operate/act.h"
#include "posix/ports.h"

struct operate_link {
    const struct cli_reader *reader;
    FILE *out;
    bool colour;
    bool terminal; /* the output is one */
    size_t width;  /* of it; 0: no terminal, nothing is cut */
    struct fl_posix *posix;
    const struct fl_ports *ports;
    struct fl_actor actor;
};

/* `url` NULL: REDIS_URL, or the default. CLI_PASSED, or the exit code after it has said what is
 * wrong. The caller closes it in every case. */
int operate_open(struct operate_link *link, const struct cli_reader *reader, const char *url,
                 FILE *out);
void operate_close(struct operate_link *link);

/* Says that Redis has failed, with its own words (empty: none), and returns CLI_FAILED. */
int operate_failed(const struct operate_link *link, enum fl_error err, struct fl_span words);

/* Asks on the terminal whether to go on; `yes` answers for it. Without a terminal nobody can be
 * asked: says so. CLI_PASSED: go on. */
int operate_confirm(const struct operate_link *link, bool yes, const char *question);

#endif
