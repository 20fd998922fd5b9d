#include "queue/fetcher.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "queue/commands.h"
#include "queue/keys.h"
#include "queue/log_text.h"
#include "queue/strays.h"

static size_t queue_count(const struct fl_fetcher *f)
{
    return f->capsule->queue_count;
}

static const struct fl_queue_option *queues(const struct fl_fetcher *f)
{
    return f->settings->queues + f->capsule->first_queue;
}

static size_t next_queue(const struct fl_fetcher *f, fl_queue_set excluded)
{
    return fl_fetch_order_next(queues(f), queue_count(f), excluded, f->settler.ports->random);
}

static fl_queue_set all_queues(const struct fl_fetcher *f)
{
    return queue_count(f) == 64 ? ~UINT64_C(0) : (UINT64_C(1) << queue_count(f)) - 1;
}

/* --- keys --- */

/* BLMOVE's last argument. */
static const char block_text[] = {'0' + FL_FETCH_BLOCK_S, '\0'};
static_assert(FL_FETCH_BLOCK_S < 10, "one digit");

/* Made once: every pass asks for them, an idle process's too. Not before the first one, since a
 * process has no identity until it runs. */
static enum fl_error make_keys(struct fl_fetcher *f)
{
    char key[FL_KEY_BYTES];
    for (; f->key_count < queue_count(f); f->key_count++) {
        uint32_t number = (uint32_t)(f->capsule->first_queue + f->key_count);
        struct fl_span queue = fl_queue_key(f->settings->queues[number].name, key);
        queue.bytes = fl_arena_copy(&f->key_texts, queue);
        if (!queue.bytes) return FL_ENOMEM;
        struct fl_span own = fl_moves_private_key(f->settler.moves, number, key);
        own.bytes = fl_arena_copy(&f->key_texts, own);
        if (!own.bytes) return FL_ENOMEM;
        f->keys[f->key_count] = (struct fl_fetch_keys){queue, own};
    }
    return FL_OK;
}

/* --- taking --- */

/* A job has come; without memory for it, it is a stray. */
static enum fl_error take(struct fl_fetcher *f, size_t queue, struct fl_span bytes)
{
    struct fl_delivery *delivery =
        fl_delivery_new((uint32_t)(f->capsule->first_queue + queue), bytes);
    if (!delivery) return FL_ENOMEM;
    fl_assert(f->taken_count < FL_HANDOFF_MAX);
    f->taken[f->taken_count++] = delivery;
    return FL_OK;
}

static void add_lmove(const struct fl_fetcher *f, struct fl_commands *batch, const char *command,
                      size_t queue)
{
    fl_command_begin(batch, command);
    fl_command_arg(batch, f->keys[queue].queue);
    fl_command_arg(batch, f->keys[queue].own);
    fl_command_text(batch, "RIGHT");
    fl_command_text(batch, "LEFT");
}

/* One answer for each asked queue, as many as came; what came before an error counts. */
static enum fl_error take_replies(struct fl_fetcher *f, const struct fl_replies *replies,
                                  const size_t *asked, fl_queue_set *empty)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < replies->count; i++) {
        const struct fl_reply *reply = &replies->items[i];
        enum fl_error one = FL_OK;
        if (reply->type == FL_REPLY_NIL)
            *empty |= UINT64_C(1) << asked[i];
        else if (reply->type == FL_REPLY_STRING)
            one = take(f, asked[i], reply->text);
        else
            one = reply->type == FL_REPLY_ERROR ? FL_EREPLY : FL_EPROTOCOL;
        if (!err) err = one;
    }
    return err;
}

/* Asks for up to `want` jobs at once; each place draws its queue anew, as each of Sidekiq's fetches
 * does, but never one that has just been found empty. */
static enum fl_error take_batch(struct fl_fetcher *f, size_t want, fl_queue_set *empty,
                                char words[FL_SCRIPT_ERROR_BYTES])
{
    size_t asked[FL_HANDOFF_MAX];
    struct fl_commands batch = {0};
    struct fl_replies replies;
    for (size_t i = 0; i < want; i++) {
        asked[i] = next_queue(f, *empty);
        add_lmove(f, &batch, "LMOVE", asked[i]);
    }
    enum fl_error err =
        fl_commands_exec(&batch, f->settler.ports->redis, f->settler.ports->clock, 0, &replies);
    if (err == FL_EREPLY)
        snprintf(words, FL_SCRIPT_ERROR_BYTES, "%.*s", FL_SPAN_ARGS(fl_replies_error(&replies)));
    enum fl_error take_err = take_replies(f, &replies, asked, empty);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err ? err : take_err;
}

static enum fl_error wait_for_one(struct fl_fetcher *f, fl_queue_set paused,
                                  char words[FL_SCRIPT_ERROR_BYTES])
{
    size_t queue = next_queue(f, paused);
    fl_queue_set empty = 0;
    struct fl_commands batch = {0};
    struct fl_replies replies;
    add_lmove(f, &batch, "BLMOVE", queue);
    fl_command_text(&batch, block_text);
    enum fl_error err = fl_commands_exec(&batch, f->settler.ports->redis, f->settler.ports->clock,
                                         FL_FETCH_BLOCK_S * FL_SECOND_US, &replies);
    if (err == FL_EREPLY)
        snprintf(words, FL_SCRIPT_ERROR_BYTES, "%.*s", FL_SPAN_ARGS(fl_replies_error(&replies)));
    enum fl_error take_err = take_replies(f, &replies, &queue, &empty);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err ? err : take_err;
}

/* While nothing comes, one question for all queues: an LMOVE for each, every second, would be more
 * than Sidekiq sends. */
static enum fl_error look(struct fl_fetcher *f, fl_queue_set paused, bool *ret_empty,
                          char words[FL_SCRIPT_ERROR_BYTES])
{
    struct fl_commands batch = {0};
    struct fl_replies replies;
    fl_command_begin(&batch, "EXISTS");
    for (size_t i = 0; i < queue_count(f); i++)
        if (!(paused >> i & 1)) fl_command_arg(&batch, f->keys[i].queue);
    enum fl_error err =
        fl_commands_exec(&batch, f->settler.ports->redis, f->settler.ports->clock, 0, &replies);
    if (err == FL_EREPLY)
        snprintf(words, FL_SCRIPT_ERROR_BYTES, "%.*s", FL_SPAN_ARGS(fl_replies_error(&replies)));
    *ret_empty = !err && replies.items[0].type == FL_REPLY_INTEGER && replies.items[0].integer == 0;
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}

static enum fl_error pass_reliable(struct fl_fetcher *f, size_t room, fl_queue_set paused,
                                   char words[FL_SCRIPT_ERROR_BYTES])
{
    size_t want = room < f->ask ? room : f->ask;
    fl_queue_set empty = paused;
    enum fl_error err = FL_OK;
    bool all_empty = false;
    if (f->is_idle && queue_count(f) > 1) err = look(f, paused, &all_empty, words);
    if (all_empty) empty = all_queues(f);
    while (!err && f->taken_count < want && empty != all_queues(f))
        err = take_batch(f, want - f->taken_count, &empty, words);
    if (!err && !f->taken_count) {
        f->ask = 1;
        err = wait_for_one(f, paused, words);
        f->is_idle = !err && !f->taken_count;
        return err;
    }
    f->is_idle = false;
    f->ask = f->taken_count < want ? f->taken_count + 1 : 2 * want;
    if (f->ask > FL_HANDOFF_MAX) f->ask = FL_HANDOFF_MAX;
    return err;
}

/* --- basic --- */

static bool queue_of_key(const struct fl_fetcher *f, struct fl_span key, size_t *ret_queue)
{
    for (size_t i = 0; i < f->key_count; i++) {
        if (!fl_span_equal(key, f->keys[i].queue)) continue;
        *ret_queue = i;
        return true;
    }
    return false;
}

static enum fl_error take_popped(struct fl_fetcher *f, const struct fl_reply *reply)
{
    size_t queue;
    if (reply->type == FL_REPLY_NIL) return FL_OK;
    if (reply->type != FL_REPLY_ARRAY || reply->count != 2) return FL_EPROTOCOL;
    if (!queue_of_key(f, reply->elements[0].text, &queue)) return FL_EPROTOCOL;
    return take(f, queue, reply->elements[1].text);
}

static enum fl_error pass_basic(struct fl_fetcher *f, fl_queue_set paused,
                                char words[FL_SCRIPT_ERROR_BYTES])
{
    struct fl_commands batch = {0};
    struct fl_replies replies;
    fl_command_begin(&batch, "BRPOP");
    for (fl_queue_set asked = paused; asked != all_queues(f);) {
        size_t queue = next_queue(f, asked);
        fl_command_arg(&batch, f->keys[queue].queue);
        asked |= UINT64_C(1) << queue;
    }
    fl_command_int64(&batch, FL_FETCH_BASIC_BLOCK_S);
    enum fl_error err = fl_commands_exec(&batch, f->settler.ports->redis, f->settler.ports->clock,
                                         FL_FETCH_BASIC_BLOCK_S * FL_SECOND_US, &replies);
    if (err == FL_EREPLY)
        snprintf(words, FL_SCRIPT_ERROR_BYTES, "%.*s", FL_SPAN_ARGS(fl_replies_error(&replies)));
    if (!err) err = take_popped(f, &replies.items[0]);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}

/* --- outages --- */

static bool is_failover(const char *words)
{
    struct fl_span text = fl_span_from(words);
    return fl_reply_is_failover(&(struct fl_reply){.type = FL_REPLY_ERROR, .text = text});
}

static void note_failure(struct fl_fetcher *f, enum fl_error err, const char *words)
{
    f->failures++;
    f->strays_possible = true;
    if (is_failover(words) && f->failures == 1) return; /* once more, at once */
    if (!f->outage_us) {
        f->outage_us = fl_clock_mono_us(f->settler.ports->clock);
        fl_log_printf(f->settler.ports->log, FL_LOG_ERROR, "Error fetching job: %s",
                      *words ? words : fl_error_text(err));
    }
    if (err == FL_ENOMEM && f->failures >= FL_MEMORY_ATTEMPTS_MAX)
        fl_control_fail(f->settler.control, FL_EXIT_SYSTEM);
    int64_t until_us = fl_clock_deadline_us(f->settler.ports->clock, FL_SECOND_US);
    (void)fl_control_sleep(f->settler.control, until_us, FL_PHASE_QUIET);
}

static void note_success(struct fl_fetcher *f)
{
    f->failures = 0;
    if (!f->outage_us) return;
    int64_t down_us = fl_clock_mono_us(f->settler.ports->clock) - f->outage_us;
    fl_log_printf(f->settler.ports->log, FL_LOG_INFO,
                  "Redis is online, %" PRId64 ".%03d sec downtime", down_us / FL_SECOND_US,
                  (int)(down_us % FL_SECOND_US / 1000));
    f->outage_us = 0;
}

/* --- giving back --- */

/* What cannot be moved now stays in the private list and is found as a stray. */
static void give_back(struct fl_fetcher *f, struct fl_delivery **deliveries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum fl_move move;
        char words[FL_SCRIPT_ERROR_BYTES] = "";
        enum fl_error err = fl_move_back(f->settler.moves, deliveries[i], &move, words);
        if (err) {
            f->strays_possible = true;
            fl_log_printf(f->settler.ports->log, FL_LOG_WARN, "a job could not be given back: %s",
                          *words ? words : fl_error_text(err));
        }
        free(deliveries[i]);
    }
}

static void hand_over(struct fl_fetcher *f)
{
    if (!f->taken_count) return;
    if (!fl_handoff_offer(f->settler.handoff, f->taken, f->taken_count)) {
        for (size_t i = 0; i < f->taken_count / 2; i++) { /* newest first: the oldest is next */
            struct fl_delivery *swap = f->taken[i];
            f->taken[i] = f->taken[f->taken_count - 1 - i];
            f->taken[f->taken_count - 1 - i] = swap;
        }
        give_back(f, f->taken, f->taken_count);
    }
    f->taken_count = 0;
}

static void reconcile(struct fl_fetcher *f)
{
    if (f->settler.moves->fetch == FL_FETCH_BASIC) return;
    int64_t now_us = fl_clock_mono_us(f->settler.ports->clock);
    if (!f->strays_possible && now_us - f->reconciled_us < FL_FETCH_RECONCILE_S * FL_SECOND_US)
        return;
    if (fl_strays_give_back(f->settler.moves, f->capsule->first_queue, queue_count(f),
                            f->settler.handoff, f->settler.ports->log))
        return;
    f->strays_possible = false;
    f->reconciled_us = now_us;
}

/* All are paused: there is nothing to ask for. */
static void wait_for_a_queue(struct fl_fetcher *f)
{
    int64_t until_us =
        fl_clock_deadline_us(f->settler.ports->clock, FL_FETCH_BLOCK_S * FL_SECOND_US);
    (void)fl_control_sleep(f->settler.control, until_us, FL_PHASE_QUIET);
}

static void pass(struct fl_fetcher *f, size_t room)
{
    char words[FL_SCRIPT_ERROR_BYTES] = "";
    enum fl_error err = make_keys(f);
    fl_queue_set paused =
        fl_control_paused(f->settler.control) >> f->capsule->first_queue & all_queues(f);
    if (paused == all_queues(f))
        wait_for_a_queue(f);
    else if (!err && f->settler.moves->fetch == FL_FETCH_BASIC)
        err = pass_basic(f, paused, words);
    else if (!err)
        err = pass_reliable(f, room, paused, words);
    hand_over(f);
    if (err)
        note_failure(f, err, words);
    else
        note_success(f);
}

void fl_fetcher_run(void *fetcher)
{
    struct fl_fetcher *f = fetcher;
    f->ask = 1;
    f->reconciled_us = fl_clock_mono_us(f->settler.ports->clock);
    while (fl_handoff_wait_room(f->settler.handoff, &f->room)) {
        if (f->room.done.count) fl_settle_done(&f->settler, FL_HANDOFF_FETCHER, &f->room.done);
        give_back(f, f->room.withdrawn, f->room.withdrawn_count);
        if (!f->room.count) continue;
        if (!fl_control_wait_lease(f->settler.control)) {
            fl_handoff_close(f->settler.handoff); /* quiet: asking for room again would be a spin */
            continue;
        }
        reconcile(f);
        pass(f, f->room.count);
    }
    fl_arena_release(&f->key_texts);
    f->key_count = 0;
    fl_control_worker_ended(f->settler.control);
}
