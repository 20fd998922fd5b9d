#include "queue/script.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/digits.h"
#include "queue/commands.h"
#include "queue/script_texts.h"

struct fl_span fl_script_text(enum fl_script script)
{
    return fl_script_texts[script].text;
}

struct fl_span fl_script_sha(enum fl_script script)
{
    return fl_script_texts[script].sha;
}

static void copy_error(struct fl_span text, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    if (!ret_error) return;
    snprintf(ret_error, FL_SCRIPT_ERROR_BYTES, "%.*s", FL_SPAN_ARGS(text));
}

/* A failover's answer deserves one repeat; a missing script one with the script before it. */
static enum fl_error call(enum fl_script script, struct fl_redis redis, struct fl_clock clock,
                          const struct fl_command *evalsha, struct fl_replies *replies)
{
    enum fl_error err = fl_command_exec(evalsha, redis, clock, replies);
    if (err != FL_EREPLY) return err;
    bool missing = fl_span_starts(replies->items[0].text, FL_SPAN("NOSCRIPT"));
    if (!missing && !fl_reply_is_failover(&replies->items[0])) return err;
    fl_replies_release(replies);
    if (!missing) return fl_command_exec(evalsha, redis, clock, replies);
    const struct fl_span load[] = {FL_SPAN("SCRIPT"), FL_SPAN("LOAD"),
                                   fl_script_texts[script].text};
    err = fl_command_exec(&(struct fl_command){load, 3}, redis, clock, replies);
    if (err) return err;
    fl_replies_release(replies);
    return fl_command_exec(evalsha, redis, clock, replies);
}

enum fl_error fl_script_ask(enum fl_script script, struct fl_redis redis, struct fl_clock clock,
                            const struct fl_span *keys, size_t key_count,
                            const struct fl_span *args, size_t arg_count,
                            struct fl_replies *ret_replies, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    char digits[FL_DIGITS_BYTES];
    struct fl_span few[FL_SCRIPT_FEW_ARGS], *words = few;
    *ret_replies = (struct fl_replies){0};
    if (3 + key_count + arg_count > FL_SCRIPT_FEW_ARGS)
        words = malloc((3 + key_count + arg_count) * sizeof(*words));
    if (!words) return FL_ENOMEM;
    words[0] = FL_SPAN("EVALSHA");
    words[1] = fl_script_texts[script].sha;
    words[2] = fl_digits((int64_t)key_count, digits);
    memcpy(words + 3, keys, key_count * sizeof(*keys));
    if (arg_count) memcpy(words + 3 + key_count, args, arg_count * sizeof(*args));
    const struct fl_command evalsha = {words, 3 + key_count + arg_count};
    enum fl_error err = call(script, redis, clock, &evalsha, ret_replies);
    if (err == FL_EREPLY) copy_error(ret_replies->items[0].text, ret_error);
    if (words != few) free(words);
    return err;
}

enum fl_error fl_script_call(enum fl_script script, struct fl_redis redis, struct fl_clock clock,
                             const struct fl_span *keys, size_t key_count,
                             const struct fl_span *args, size_t arg_count, int64_t *ret_moved,
                             char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    struct fl_replies replies;
    enum fl_error err =
        fl_script_ask(script, redis, clock, keys, key_count, args, arg_count, &replies, ret_error);
    if (!err && replies.items[0].type != FL_REPLY_INTEGER) err = FL_EPROTOCOL;
    if (!err) *ret_moved = replies.items[0].integer;
    fl_replies_release(&replies);
    return err;
}
