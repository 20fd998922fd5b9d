/* fakes/redis/serve/server.h - the layout of a served fake, for the modules of this folder. */
#ifndef FAKE_REDIS_SERVE_SERVER_H
#define FAKE_REDIS_SERVE_SERVER_H

#include "fakes/redis/serve/clients.h"
#include "fakes/redis/serve/passing.h"
#include "fakes/redis/serve/serve.h"

struct fake_serve {
    struct fake_face face; /* first: the control channel's context is both */
    struct fake_redis *engine;
    struct fake_clients clients;
    struct fake_passing passing;
    struct fl_buf mark; /* the keyspace as it was when `mark` was said */
    bool is_marked;
    const char *save_path; /* borrowed; NULL: none */
};

/* Sets the clock to this instant or, when that is past, leaves it; whatever is due on the way
 * happens at its own time. False: past the end of time. */
bool fake_serve_move_to(struct fake_serve *serve, int64_t until_us);

/* saving.c: fills the fresh engine from the file of the options, if there is one. */
FL_CHECKED enum fl_error fake_serve_load(struct fake_serve *serve,
                                         const struct fake_serve_options *options,
                                         char ret_problem[FAKE_FACE_PROBLEM_BYTES]);
/* False: `problem` says why not. */
bool fake_serve_save(struct fake_serve *serve, char problem[FAKE_FACE_PROBLEM_BYTES]);

extern const struct fake_control_command fake_serve_commands[];    /* serve_commands.c */
extern const struct fake_control_command fake_keyspace_commands[]; /* keyspace_commands.c */

#endif
