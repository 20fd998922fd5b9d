/* fakes/redis/serve/control.h - the control channel: a line of words in, a line of JSON out.
 *
 * Any number of connections, each answered in order: {"ok":true,...} or
 * {"ok":false,"error":"..."}. What the commands are is a table of the owner's. */
#ifndef FAKE_REDIS_SERVE_CONTROL_H
#define FAKE_REDIS_SERVE_CONTROL_H

#include "core/buf.h"
#include "core/json.h"
#include "fakes/redis/serve/listener.h"

enum {
    FAKE_CONTROL_LINE_BYTES_MAX = 64 * 1024,
    FAKE_CONTROL_ANSWER_BYTES_MAX = 256 * 1024 * 1024, /* not yet read by one connection */
    FAKE_CONTROL_CONNECTIONS_MAX = 64,
    FAKE_CONTROL_ERROR_BYTES = 512,
};

struct fake_control_call {
    void *context;       /* the owner's */
    struct fl_span rest; /* of the line, behind the command's name, without blanks around */
    struct fl_json_writer *answer;        /* {"ok":true, is written; more pairs may follow */
    char error[FAKE_CONTROL_ERROR_BYTES]; /* not empty: the answer is this instead */
};

struct fake_control_command {
    const char *name;
    const char *syntax; /* what may follow the name; "" */
    const char *means;  /* one sentence without a stop */
    void (*run)(struct fake_control_call *call);
};

struct fake_control {
    struct fake_loop *loop; /* borrowed, as is all of the following */
    const struct fake_control_command *const
        *tables; /* each ends with a row without name; NULL ends */
    void *context;
    struct fake_listener listener;
    struct fake_control_peer *first;
    size_t count;
};

/* `where` is a path, or the number of a TCP port of 127.0.0.1 (0: a free one); loop, tables and
 * context are filled in. Errors as fake_listener_open_tcp has them. */
FL_CHECKED enum fl_error fake_control_open(struct fake_control *control, const char *where);
/* One that was never opened (zeroed) is fine. */
void fake_control_close(struct fake_control *control);

/* The command that the line begins with; NULL: none does. */
const struct fake_control_command *fake_control_find(const struct fake_control *control,
                                                     struct fl_span line);
/* Does what the line says, without a connection: for a script. False: `error` says why not. */
bool fake_control_do(struct fake_control *control, struct fl_span line,
                     char error[FAKE_CONTROL_ERROR_BYTES]);

/* "error: found" for the caller of a command. */
void fake_control_wrong(struct fake_control_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Takes the first word of the rest; empty when there is none. */
struct fl_span fake_control_word(struct fake_control_call *call);
/* Ends an array or object inside the answer. */
void fake_control_end(struct fake_control_call *call, struct fl_json_writer *nested);
/* False: what follows is no number in the range, and the call says so. */
bool fake_control_number(struct fake_control_call *call, long long low, long long high,
                         long long *ret_number);

#endif
