/* src/queue/commands.h - a batch of Redis commands under construction, and its execution.
 *
 * The first failure while building sticks and is returned by the execution, so that building needs
 * no checks of its own. */
#ifndef FL_QUEUE_COMMANDS_H
#define FL_QUEUE_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "ports/clock.h"
#include "ports/redis.h"

/* What a command may take to be answered, as in Sidekiq 7.3; blocking ones get it on top. */
#define FL_REDIS_TIMEOUT_US (3 * INT64_C(1000000))

enum { FL_COMMANDS_FEW = 4, FL_COMMANDS_FEW_ARGS = 16 }; /* need no memory of their own */

/* A zeroed one is empty and ready. It must not move while it is in use. */
struct fl_commands {
    struct fl_arena arena; /* the texts made by fl_command_printf */
    struct fl_span *args;
    size_t arg_count, arg_capacity;
    struct fl_command *items; /* their args are set by the execution */
    size_t count, capacity;
    enum fl_error err;
    struct fl_span few_args[FL_COMMANDS_FEW_ARGS];
    struct fl_command few_items[FL_COMMANDS_FEW];
};

void fl_command_begin(struct fl_commands *commands, const char *name);
/* Borrowed until the execution has returned. */
void fl_command_arg(struct fl_commands *commands, struct fl_span arg);
void fl_command_text(struct fl_commands *commands, const char *arg);
/* Owned by the batch. */
void fl_command_printf(struct fl_commands *commands, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void fl_command_int64(struct fl_commands *commands, int64_t value);
void fl_command_joined(struct fl_commands *commands, const char *first, const char *second);
void fl_commands_release(struct fl_commands *commands);

/* What fl_redis_exec returns, or FL_EREPLY when any answer is an error; *ret_replies then still
 * holds all answers. `extra_us` is the time that a blocking command takes by itself. The caller
 * releases *ret_replies in every case. An empty batch is FL_OK. */
FL_CHECKED enum fl_error fl_commands_exec(struct fl_commands *commands, struct fl_redis redis,
                                          struct fl_clock clock, int64_t extra_us,
                                          struct fl_replies *ret_replies);
/* One command on the caller's stack, for the paths that every job takes. */
FL_CHECKED enum fl_error fl_command_exec(const struct fl_command *command, struct fl_redis redis,
                                         struct fl_clock clock, struct fl_replies *ret_replies);

/* The server's first error among the answers, or an empty span. */
struct fl_span fl_replies_error(const struct fl_replies *replies);
/* READONLY, NOREPLICAS and UNBLOCKED: what a failover answers; worth one repeat at once. */
bool fl_reply_is_failover(const struct fl_reply *reply);

#endif
