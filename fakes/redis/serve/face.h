/* fakes/redis/serve/face.h - what the served fake and the proxy have in common: a loop, where they
 * listen, a clock, rules, a record, a control channel, and the end. */
#ifndef FAKE_REDIS_SERVE_FACE_H
#define FAKE_REDIS_SERVE_FACE_H

#include "fakes/redis/serve/control.h"
#include "fakes/redis/serve/listener.h"
#include "fakes/redis/serve/record.h"
#include "fakes/redis/serve/rules.h"
#include "fakes/redis/serve/serve_clock.h"
#include "fakes/redis/wire/wire.h"

enum {
    FAKE_FACE_PROBLEM_BYTES = 512,
    FAKE_FACE_CLIENTS_MAX = 10 * 1000, /* unless the options say otherwise */
};

struct fake_face_options {
    const char *host;      /* NULL: 127.0.0.1 */
    int port;              /* 0: a free one; negative: no TCP */
    const char *unix_path; /* NULL: none */
    const char *control;   /* a path or a port of 127.0.0.1; NULL: none */
    const char *record_path;
    const char *script_path; /* for problems; the script itself (script.h) is the next */
    struct fl_span script;
    struct fake_rule_reader rule_reader;
    uint64_t seed;
    int stop_fd; /* once it is readable all ends; negative: none */
};

struct fake_face {
    struct fake_loop loop;
    struct fake_serve_clock clock;
    struct fake_wire *wire; /* owned */
    uint64_t seed;
    struct fake_rule_reader rule_reader;
    struct fake_record record;
    struct fake_control control;
    struct fake_listener tcp, local;
    struct fake_watch stop;
    bool is_stopping;
    void (*on_record)(struct fake_face *face); /* it was switched on or off; NULL: who cares */
};

/* Who takes connections and answers commands. */
struct fake_face_owner {
    void (*on_connection)(void *context, int fd, const char *peer);
    void (*on_refusal)(void *context, int fd);
    void *context; /* of both */
    const struct fake_control_command *const *tables;
    void *control_context; /* begins with the face: its own commands are in the tables too */
};

/* Before anything else: release may then be called. FL_ENOMEM, FL_EIO. */
FL_CHECKED enum fl_error fake_face_init(struct fake_face *face,
                                        const struct fake_face_options *options,
                                        char ret_problem[FAKE_FACE_PROBLEM_BYTES]);
/* Listens from here on. FL_EINVAL for what was asked, FL_EIO and FL_ENOMEM for what the machine
 * refused; `ret_problem` says which. */
FL_CHECKED enum fl_error fake_face_open(struct fake_face *face,
                                        const struct fake_face_options *options,
                                        const struct fake_face_owner *owner,
                                        char ret_problem[FAKE_FACE_PROBLEM_BYTES]);
void fake_face_release(struct fake_face *face);
/* "redis://127.0.0.1:6379 unix:///run/r.sock (control 127.0.0.1:7777)" */
FL_CHECKED enum fl_error fake_face_describe(const struct fake_face *face, struct fl_buf *out);
/* Of so many clients as are wanted (0: FAKE_FACE_CLIENTS_MAX), as many as there can be descriptors
 * for, each client having so many. Raises the limit of the process as far as it may. */
size_t fake_face_clients_max(size_t wanted, size_t descriptors_each);
/* Writes what `err` of `what` is; returns err, or FL_EINVAL for what the user can do better. */
enum fl_error fake_face_problem(char text[FAKE_FACE_PROBLEM_BYTES], enum fl_error err,
                                const char *what);

/* fault, faults, heal, record, commands, seed, stop; for an owner's tables. */
extern const struct fake_control_command fake_face_commands[];

#endif
