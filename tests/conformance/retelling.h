/* tests/conformance/retelling.h - a story told to a real server: would it have answered the same?
 *
 * Each connection of the story is one of the real server's, and hears the same bytes, but for what
 * time does: a pop that may wait for a second waits for ever, and ends by CLIENT UNBLOCK when it
 * did so in the story; a key that died there is deleted here, where its time is real and not yet
 * over. States are brought about as illness.h can. What was refused in a state that it cannot is
 * replaced by a command that nobody knows, so that a transaction fails as it did there. */
#ifndef CONFORMANCE_RETELLING_H
#define CONFORMANCE_RETELLING_H

#include "core/buf.h"
#include "tests/conformance/illness.h"
#include "tests/conformance/server.h"
#include "tests/conformance/story.h"

enum { RETELLING_WHY_BYTES = 4096, RETELLING_TALKERS_MAX = 4096 };

struct talker; /* a connection: layout in retelling.c */

struct retelling {
    const struct server *server;
    int control;
    struct illness illness;
    unsigned states; /* of the story, now */
    bool limited;
    struct talker *talkers;
    size_t count;
    struct fl_span *words;         /* of one command */
    uint64_t commands;             /* compared */
    uint64_t replaced;             /* refused in a state that no real server can be brought into */
    char why[RETELLING_WHY_BYTES]; /* the first difference */
};

/* Borrows the server. False: could not connect, or out of memory. */
bool retelling_open(struct retelling *retelling, const struct server *server);
void retelling_close(struct retelling *retelling);
/* From an empty server on. False: they differ, see `why`. */
bool retelling_tell(struct retelling *retelling, const struct story *story);

#endif
