/* harness/effect/redis.c - a batch of commands, each an effect of its own.
 *
 * A batch is sent in as few pieces as the strikes allow: a fault between two commands cuts it
 * there. Once a reply is lost, the rest of the batch is still sent (it left in the same write) but
 * nothing more is heard. The work lives on the fiber's stack in windows, so that a kill in the
 * middle leaves nothing behind. */
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/digits.h"
#include "harness/effect/label.h"
#include "harness/effect/ports.h"
#include "harness/trace/digest.h"

enum { WINDOW = 32, LATENCY_LOW_US = 60, LATENCY_HIGH_US = 400, TEXT_BYTES = FL_DIGITS_BYTES + 2 };

struct pass {
    struct effect_process *process;
    struct sim_memory *owner; /* of the program: replies are its memory */
    const struct fl_command *commands;
    size_t count;
    int64_t deadline_us;
    struct fl_replies *replies; /* the caller's */
    struct fl_reply *items; /* NULL: nothing is merged, the inner port's replies are handed on */
    enum fl_error lost;     /* once an answer is lost: nothing more is heard */
    enum fl_error err;      /* of the connection itself: nothing more is sent */
};

static uint64_t digest_command(const struct fl_command *command)
{
    uint64_t digest = command->count;
    for (size_t i = 0; i < command->count; i++)
        digest = digest_span(digest, command->args[i]);
    return digest;
}

static uint64_t digest_reply(const struct fl_reply *reply)
{
    uint64_t digest = digest_word((uint64_t)reply->type, (uint64_t)reply->integer);
    digest = digest_span(digest, reply->text);
    for (size_t i = 0; i < reply->count; i++)
        digest = digest_word(digest, digest_reply(&reply->elements[i]));
    return digest;
}

/* "[3]" */
static struct fl_span count_text(size_t count, char bytes[TEXT_BYTES])
{
    struct fl_span digits = fl_digits((int64_t)count, bytes + 1);
    char *start = bytes + 1 + FL_DIGITS_BYTES - digits.length;
    start[-1] = '[';
    start[digits.length] = ']';
    return (struct fl_span){start - 1, digits.length + 2};
}

static struct fl_span reply_text(const struct fl_reply *reply, char bytes[TEXT_BYTES])
{
    switch (reply->type) {
    case FL_REPLY_NIL: return FL_SPAN("nil");
    case FL_REPLY_STATUS:
    case FL_REPLY_ERROR:
    case FL_REPLY_STRING: return reply->text;
    case FL_REPLY_INTEGER: return fl_digits(reply->integer, bytes);
    case FL_REPLY_ARRAY: break;
    }
    return count_text(reply->count, bytes);
}

/* Commands that only look. */
static bool only_reads(const struct fl_command *command)
{
    static const struct fl_span names[] = {
        FL_SPAN("SCARD"),  FL_SPAN("HGETALL"), FL_SPAN("PING"),  FL_SPAN("EXISTS"),
        FL_SPAN("LRANGE"), FL_SPAN("ZRANGE"),  FL_SPAN("ZCARD"), FL_SPAN("LLEN"),
        FL_SPAN("HGET"),   FL_SPAN("SMEMBERS")};
    for (size_t i = 0; i < FL_COUNT(names); i++)
        if (fl_span_equal(command->args[0], names[i])) return true;
    return false;
}

/* Housekeeping of a process that found nothing to do. */
static bool is_idle(const struct effect *effect, const struct fl_command *command,
                    const struct fl_reply *reply)
{
    if (effect->context->job || effect->strikes.count || reply->type == FL_REPLY_ERROR)
        return false;
    return reply->type == FL_REPLY_NIL || (reply->type == FL_REPLY_INTEGER && !reply->integer) ||
           (reply->type == FL_REPLY_ARRAY && !reply->count) ||
           strcmp(effect->context->role, "heartbeat") == 0 || only_reads(command);
}

static void tell_replied(struct pass *pass, const struct effect *effect, size_t index,
                         const struct fl_reply *reply, bool arrived)
{
    struct effects *effects = pass->process->effects;
    if (effects->follows_commands)
        effects->stage.ops->replied(effects->stage.self, effect, &pass->commands[index], reply,
                                    arrived);
}

static void close_answered(struct pass *pass, const struct effect *effect, size_t index,
                           const struct fl_reply *reply, bool sent)
{
    char bytes[TEXT_BYTES];
    tell_replied(pass, effect, index, reply, sent);
    effect_close(pass->process, effect,
                 &(struct effect_outcome){
                     .applied = sent && reply->type != FL_REPLY_ERROR,
                     .idle = is_idle(effect, &pass->commands[index], reply),
                     .text = reply_text(reply, bytes),
                     .request = digest_command(&pass->commands[index]),
                     .reply = digest_reply(reply),
                 });
}

static void close_unanswered(struct pass *pass, const struct effect *effect, size_t index,
                             enum fl_error err, bool applied)
{
    tell_replied(pass, effect, index, NULL, applied || err == FL_ETIMEDOUT);
    effect_close(pass->process, effect,
                 &(struct effect_outcome){
                     .applied = applied,
                     .text = fl_span_from(fl_error_name(err)),
                     .request = digest_command(&pass->commands[index]),
                     .reply = (uint64_t)err,
                 });
}

static bool copy_reply(struct fl_arena *arena, const struct fl_reply *from, struct fl_reply *to)
{
    *to = *from;
    if (from->text.bytes) {
        to->text.bytes = fl_arena_copy(arena, from->text);
        if (!to->text.bytes) return false;
    }
    if (!from->count) return true;
    struct fl_reply *elements = fl_arena_alloc_array(arena, from->count, sizeof *elements);
    if (!elements) return false;
    to->elements = elements;
    for (size_t i = 0; i < from->count; i++)
        if (!copy_reply(arena, &from->elements[i], &elements[i])) return false;
    return true;
}

/* In the program's memory, where even this may fail: then the reply counts as lost. */
static void merge(struct pass *pass, const struct fl_reply *reply)
{
    if (pass->lost) return;
    if (copy_reply(&pass->replies->arena, reply, &pass->items[pass->replies->count]))
        pass->replies->count++;
    else
        pass->lost = FL_ELOST;
}

static enum fl_error send_piece(struct pass *pass, size_t first, size_t count,
                                struct fl_replies *ret_replies)
{
    struct fl_redis inner = pass->process->inner.redis;
    sim_memory_switch(pass->owner);
    enum fl_error err =
        fl_redis_exec(inner, &pass->commands[first], count, pass->deadline_us, ret_replies);
    return err;
}

static enum effect_wire_end wire_end(const struct plan_fault *fault)
{
    return fault->verb == PLAN_STALL ? EFFECT_WIRE_STALLS : EFFECT_WIRE_BREAKS;
}

/* Tells the wire what of the piece's answers arrives; returns how many do. */
static size_t cut_answers(struct pass *pass, const struct effect *effects, size_t count)
{
    struct effect_wire wire = pass->process->wire;
    uint64_t slice = 0, bytes = 0;
    enum effect_wire_end end = EFFECT_WIRE_BREAKS;
    size_t heard = pass->lost ? 0 : count;
    for (size_t i = 0; i < heard; i++) {
        const struct plan_fault *fault = effect_unheard(&effects[i]);
        if (!slice) slice = effect_slice(&effects[i]);
        if (!fault) continue;
        heard = i;
        end = wire_end(fault);
        bytes = fault->verb == PLAN_CUT_REPLY ? fault->number : 0;
    }
    if (slice) wire.slice(wire.self, slice);
    if (heard < count) wire.cut(wire.self, heard, bytes, end);
    return heard;
}

/* Sends [first, first + count) in one write, closes its effects. */
static void play_piece(struct pass *pass, const struct effect *effects, size_t first, size_t count)
{
    size_t heard = cut_answers(pass, effects, count);
    struct fl_replies replies;
    enum fl_error err = send_piece(pass, first, count, &replies);
    for (size_t i = 0; i < replies.count; i++)
        merge(pass, &replies.items[i]);
    sim_memory_switch(NULL);
    for (size_t i = 0; i < count; i++) {
        if (i < replies.count)
            close_answered(pass, &effects[i], first + i, &replies.items[i], true);
        else
            close_unanswered(pass, &effects[i], first + i, err, err == FL_ELOST || heard < count);
    }
    sim_memory_switch(pass->owner);
    fl_replies_release(&replies);
    sim_memory_switch(NULL);
    if (err && heard < count)
        pass->lost = err;
    else if (err)
        pass->err = err;
}

/* The fault answers in the server's place. */
static void refuse(struct pass *pass, const struct effect *effect, size_t index,
                   const struct plan_fault *fault)
{
    struct fl_reply reply = {.type = FL_REPLY_ERROR, .text = fl_span_from(fault->text)};
    sim_memory_switch(pass->owner);
    merge(pass, &reply);
    sim_memory_switch(NULL);
    close_answered(pass, effect, index, &reply, false);
}

/* From here on nothing arrives: not even what is written behind it. */
static void bar(struct pass *pass, const struct effect *effects, size_t first, size_t count)
{
    struct effect_wire wire = pass->process->wire;
    struct fl_replies replies;
    wire.swallow(wire.self, wire_end(effect_barred(&effects[0])));
    pass->err = send_piece(pass, first, count, &replies);
    fl_replies_release(&replies);
    sim_memory_switch(NULL);
    for (size_t i = 0; i < count; i++)
        close_unanswered(pass, &effects[i], first + i, pass->err, false);
}

/* How many commands from here on can leave in one write. */
static size_t piece_length(const struct effect *effects, size_t count)
{
    size_t length = 1;
    while (length < count && !effect_refused(&effects[length]) &&
           !effect_barred(&effects[length]) && !effect_has_act(&effects[length], PLAN_BEFORE) &&
           !effect_has_act(&effects[length - 1], PLAN_AFTER))
        length++;
    return length;
}

static void arrive(struct pass *pass, struct effect *effects, size_t count)
{
    for (size_t i = 0; i < count; i++)
        effect_arrives(pass->process, &effects[i]);
}

static void play_window(struct pass *pass, struct effect *effects, size_t first, size_t count)
{
    arrive(pass, effects, count);
    for (size_t i = 0; i < count && !pass->err;) {
        effect_act(pass->process, &effects[i], PLAN_BEFORE);
        if (effect_barred(&effects[i])) {
            bar(pass, &effects[i], first + i, count - i);
            return;
        }
        const struct plan_fault *refused = effect_refused(&effects[i]);
        size_t length = refused ? 1 : piece_length(&effects[i], count - i);
        if (refused)
            refuse(pass, &effects[i], first + i, refused);
        else
            play_piece(pass, &effects[i], first + i, length);
        i += length;
        effect_act(pass->process, &effects[i - 1], PLAN_AFTER);
    }
}

static bool undisturbed(const struct effect *effects, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (effects[i].strikes.count) return false;
    return true;
}

/* NULL: it has none. */
static const char *name_of_script(struct effect_stage stage, const struct fl_command *command,
                                  char text[EFFECT_LABEL_BYTES])
{
    if (command->count < 2) return NULL;
    if (fl_span_is(command->args[0], "EVALSHA"))
        return stage.ops->script_name(stage.self, command->args[1]);
    if (!fl_span_is(command->args[0], "EVAL")) return NULL;
    struct fl_span name = effect_script_name(command->args[1]);
    snprintf(text, EFFECT_LABEL_BYTES, "%.*s", FL_SPAN_ARGS(name));
    return name.length ? text : NULL;
}

static void open_command(struct pass *pass, const struct fl_command *command, struct effect *effect)
{
    struct effects *effects = pass->process->effects;
    struct effect_name name;
    if (effect_is_simple(command)) {
        effect_name_arguments(&name, command);
        effect_open_as(pass->process,
                       effect_label_of_command(&effects->identities, command->args[0]),
                       effect_name_detail(&name), effect);
    } else {
        char text[EFFECT_LABEL_BYTES];
        effect_name_redis(&name, command, name_of_script(effects->stage, command, text));
        effect_open_as(pass->process, effect_label(&effects->identities, effect_name_label(&name)),
                       effect_name_detail(&name), effect);
    }
}

static void open_window(struct pass *pass, struct effect *effects, size_t first, size_t count)
{
    struct effect_stage stage = pass->process->effects->stage;
    for (size_t i = 0; i < count; i++) {
        const struct fl_command *command = &pass->commands[first + i];
        open_command(pass, command, &effects[i]);
        if (pass->process->effects->follows_commands)
            stage.ops->commanded(stage.self, &effects[i], command);
    }
    effect_tell(pass->process, &effects[count - 1]);
}

/* The common case: nothing strikes, one write, the inner port's replies are the caller's. */
static enum fl_error play_whole(struct pass *pass, struct effect *effects)
{
    arrive(pass, effects, pass->count);
    enum fl_error err = send_piece(pass, 0, pass->count, pass->replies);
    sim_memory_switch(NULL);
    for (size_t i = 0; i < pass->count; i++) {
        if (i < pass->replies->count)
            close_answered(pass, &effects[i], i, &pass->replies->items[i], true);
        else
            close_unanswered(pass, &effects[i], i, err, err == FL_ELOST);
    }
    return err;
}

static enum fl_error play_pieces(struct pass *pass, struct effect *effects)
{
    sim_memory_switch(pass->owner);
    pass->items = fl_arena_alloc_array(&pass->replies->arena, pass->count, sizeof *pass->items);
    sim_memory_switch(NULL);
    if (!pass->items) return FL_ENOMEM;
    pass->replies->items = pass->items;
    for (size_t first = 0; first < pass->count && !pass->err; first += WINDOW) {
        size_t count = pass->count - first < WINDOW ? pass->count - first : WINDOW;
        if (first) open_window(pass, effects, first, count);
        play_window(pass, effects, first, count);
    }
    if (pass->err) return pass->err;
    return pass->lost;
}

/* Blocking commands have connections of their own. */
static bool on_shared_connection(const struct pass *pass)
{
    struct fl_span name = pass->commands[pass->count - 1].args[0];
    return !fl_span_starts(name, FL_SPAN("BL")) && !fl_span_starts(name, FL_SPAN("BR")) &&
           !fl_span_starts(name, FL_SPAN("BZ"));
}

/* A batch leaves in one write: nothing of another task may come between its commands, least of all
 * inside a MULTI, however long a fault holds it up. */
static enum fl_error play_in_turn(struct pass *pass, struct effect *effects, size_t opened)
{
    struct effect_process *process = pass->process;
    bool shared = on_shared_connection(pass);
    while (shared && process->batch_in_pieces)
        (void)sim_wait(process->effects->world, &process->for_batch, FL_NEVER_US,
                       "the connection to Redis");
    if (opened == pass->count && undisturbed(effects, pass->count))
        return play_whole(pass, effects);
    if (shared) process->batch_in_pieces = true;
    enum fl_error err = play_pieces(pass, effects);
    if (shared) {
        process->batch_in_pieces = false;
        sim_wake_all(process->effects->world, &process->for_batch);
    }
    return err;
}

static enum fl_error exec(void *self, const struct fl_command *commands, size_t count,
                          int64_t deadline_us, struct fl_replies *ret_replies)
{
    struct pass pass = {.process = self,
                        .commands = commands,
                        .count = count,
                        .deadline_us = deadline_us,
                        .replies = ret_replies};
    *ret_replies = (struct fl_replies){0};
    if (count == 0) return FL_OK;
    pass.owner = sim_memory_switch(NULL);
    struct effect effects[WINDOW];
    size_t opened = count < WINDOW ? count : WINDOW;
    open_window(&pass, effects, 0, opened);
    int64_t rest_us = effect_latency(pass.process, &effects[0], LATENCY_LOW_US, LATENCY_HIGH_US);
    enum fl_error err = play_in_turn(&pass, effects, opened);
    effect_pass(pass.process, rest_us);
    sim_memory_switch(pass.owner);
    return err;
}

static const struct fl_redis_ops ops = {.exec = exec};

struct fl_redis effect_redis(struct effect_process *process)
{
    return (struct fl_redis){&ops, process};
}

struct effect_process *effect_process_of(struct fl_redis redis)
{
    return redis.ops == &ops ? redis.self : NULL;
}
