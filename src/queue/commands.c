/* src/queue/commands.c - arguments stand in one growing array; commands hold counts until they are
 * run. */
#include "queue/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/digits.h"

enum { PRINTF_BYTES_MAX = 1024, ARGS_MAX = 64 * 1024 };

/* A full array with twice the room. `few` is part of the batch itself. */
static void *doubled(struct fl_commands *commands, void *array, const void *few, size_t *capacity,
                     size_t element_bytes)
{
    size_t bytes = *capacity * element_bytes;
    void *bigger = realloc(array == few ? NULL : array, 2 * bytes);
    if (!bigger) {
        commands->err = FL_ENOMEM;
        return array;
    }
    if (array == few) memcpy(bigger, few, bytes);
    *capacity *= 2;
    return bigger;
}

static void make_room_for_item(struct fl_commands *commands)
{
    if (!commands->items) {
        commands->items = commands->few_items;
        commands->capacity = FL_COMMANDS_FEW;
    } else if (commands->count >= FL_REDIS_BATCH_MAX) {
        commands->err = FL_EBOUND;
    } else {
        commands->items = doubled(commands, commands->items, commands->few_items,
                                  &commands->capacity, sizeof *commands->items);
    }
}

static void make_room_for_arg(struct fl_commands *commands)
{
    if (!commands->args) {
        commands->args = commands->few_args;
        commands->arg_capacity = FL_COMMANDS_FEW_ARGS;
    } else if (commands->arg_count >= ARGS_MAX) {
        commands->err = FL_EBOUND;
    } else {
        commands->args = doubled(commands, commands->args, commands->few_args,
                                 &commands->arg_capacity, sizeof *commands->args);
    }
}

void fl_command_begin(struct fl_commands *commands, const char *name)
{
    if (commands->err) return;
    if (commands->count == commands->capacity) make_room_for_item(commands);
    if (commands->err) return;
    commands->items[commands->count++] = (struct fl_command){0};
    fl_command_text(commands, name);
}

void fl_command_arg(struct fl_commands *commands, struct fl_span arg)
{
    if (commands->err) return;
    fl_assert(commands->count > 0);
    if (commands->arg_count == commands->arg_capacity) make_room_for_arg(commands);
    if (commands->err) return;
    commands->args[commands->arg_count++] = arg;
    commands->items[commands->count - 1].count++;
}

void fl_command_text(struct fl_commands *commands, const char *arg)
{
    fl_command_arg(commands, fl_span_from(arg));
}

/* The batch owns the copy. */
static void add_copy(struct fl_commands *commands, struct fl_span text)
{
    text.bytes = fl_arena_copy(&commands->arena, text);
    if (!text.bytes) commands->err = FL_ENOMEM;
    fl_command_arg(commands, text);
}

void fl_command_printf(struct fl_commands *commands, const char *format, ...)
{
    if (commands->err) return;
    char text[PRINTF_BYTES_MAX];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    fl_assert(length >= 0 && (size_t)length < sizeof(text)); /* names are bounded below that */
    add_copy(commands, (struct fl_span){text, (size_t)length});
}

void fl_command_int64(struct fl_commands *commands, int64_t value)
{
    char digits[FL_DIGITS_BYTES];
    if (!commands->err) add_copy(commands, fl_digits(value, digits));
}

void fl_command_joined(struct fl_commands *commands, const char *first, const char *second)
{
    size_t first_length = strlen(first), second_length = strlen(second);
    if (commands->err) return;
    char *text = fl_arena_alloc(&commands->arena, first_length + second_length + 1);
    if (!text) {
        commands->err = FL_ENOMEM;
        return;
    }
    memcpy(text, first, first_length);
    memcpy(text + first_length, second, second_length + 1);
    fl_command_arg(commands, (struct fl_span){text, first_length + second_length});
}

void fl_commands_release(struct fl_commands *commands)
{
    fl_arena_release(&commands->arena);
    if (commands->args != commands->few_args) free(commands->args);
    if (commands->items != commands->few_items) free(commands->items);
    *commands = (struct fl_commands){0};
}

struct fl_span fl_replies_error(const struct fl_replies *replies)
{
    for (size_t i = 0; i < replies->count; i++)
        if (replies->items[i].type == FL_REPLY_ERROR) return replies->items[i].text;
    return (struct fl_span){0};
}

bool fl_reply_is_failover(const struct fl_reply *reply)
{
    return reply->type == FL_REPLY_ERROR && (fl_span_starts(reply->text, FL_SPAN("READONLY")) ||
                                             fl_span_starts(reply->text, FL_SPAN("NOREPLICAS")) ||
                                             fl_span_starts(reply->text, FL_SPAN("UNBLOCKED")));
}

static enum fl_error run(const struct fl_command *commands, size_t count, struct fl_redis redis,
                         int64_t deadline_us, struct fl_replies *ret_replies)
{
    enum fl_error err = fl_redis_exec(redis, commands, count, deadline_us, ret_replies);
    if (!err && fl_replies_error(ret_replies).length) err = FL_EREPLY;
    return err;
}

enum fl_error fl_commands_exec(struct fl_commands *commands, struct fl_redis redis,
                               struct fl_clock clock, int64_t extra_us,
                               struct fl_replies *ret_replies)
{
    *ret_replies = (struct fl_replies){0};
    if (commands->err) return commands->err;
    if (!commands->count) return FL_OK;
    const struct fl_span *args = commands->args;
    for (size_t i = 0; i < commands->count; i++) {
        commands->items[i].args = args;
        args += commands->items[i].count;
    }
    int64_t deadline_us = fl_clock_deadline_us(clock, FL_REDIS_TIMEOUT_US + extra_us);
    return run(commands->items, commands->count, redis, deadline_us, ret_replies);
}

enum fl_error fl_command_exec(const struct fl_command *command, struct fl_redis redis,
                              struct fl_clock clock, struct fl_replies *ret_replies)
{
    *ret_replies = (struct fl_replies){0};
    return run(command, 1, redis, fl_clock_deadline_us(clock, FL_REDIS_TIMEOUT_US), ret_replies);
}
