/* src/posix/worker_command.h - what a worker process is told: by its flags, by the environment, by
 * its file, in this order; what is told first holds. */
#ifndef FL_POSIX_WORKER_COMMAND_H
#define FL_POSIX_WORKER_COMMAND_H

#include "core/buf.h"
#include "core/error.h"
#include "posix/worker_settings.h"

/* Read when no other file is named and there is one, as by Sidekiq. */
#define FL_WORKER_CONFIG_DEFAULT "config/sidekiq.yml"

struct fl_worker_command {
    struct fl_worker_settings settings; /* released by the caller */
    const char *config, *environment;
    enum {
        FL_COMMAND_WORK,
        FL_COMMAND_CHECK,
        FL_COMMAND_REFERENCE,
        FL_COMMAND_VERSION,
        FL_COMMAND_HELP
    } what;
};

/* `command` is zeroed; strings of argv and of the environment are borrowed. FL_EINVAL:
 * `ret_problem` says what is wrong and where. Only who works or checks reads more than the flags.
 */
FL_CHECKED enum fl_error fl_worker_command_read(int argc, char **argv,
                                                struct fl_worker_command *command,
                                                char ret_problem[FL_WORKER_SETTINGS_PROBLEM_BYTES]);
FL_CHECKED enum fl_error fl_worker_command_help(struct fl_buf *out);
/* DYNO, or NULL: the machine's name. */
const char *fl_worker_hostname(void);

#endif
