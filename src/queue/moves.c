#include "queue/moves.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "queue/burial.h"
#include "queue/commands.h"
#include "queue/together.h"

enum { SCORE_BYTES = 48 };

static struct fl_span add_to_key(struct fl_span key, const char *text, char out[FL_KEY_BYTES])
{
    size_t length = strlen(text);
    fl_assert(key.length + length < FL_KEY_BYTES); /* names are checked when they come in */
    memcpy(out + key.length, text, length + 1);
    return (struct fl_span){out, key.length + length};
}

struct fl_span fl_queue_key(const char *queue, char out[FL_KEY_BYTES])
{
    struct fl_span key = add_to_key((struct fl_span){out, 0}, FL_KEY_QUEUE_PREFIX, out);
    return add_to_key(key, queue, out);
}

struct fl_span fl_private_key(const char *identity, const char *queue, char out[FL_KEY_BYTES])
{
    struct fl_span key = add_to_key((struct fl_span){out, 0}, FL_KEY_PRIVATE_PREFIX, out);
    key = add_to_key(key, identity, out);
    key = add_to_key(key, "|", out);
    return add_to_key(key, queue, out);
}

struct fl_span fl_shared_private_key(const char *identity, const char *queue, const char *capsule,
                                     char out[FL_KEY_BYTES])
{
    struct fl_span key = fl_private_key(identity, queue, out);
    key = add_to_key(key, "|", out);
    return add_to_key(key, capsule, out);
}

static const char *sharer(const struct fl_moves *moves, uint32_t queue)
{
    return moves->sharers ? moves->sharers[queue] : NULL;
}

struct fl_span fl_moves_private_key(const struct fl_moves *moves, uint32_t queue,
                                    char out[FL_KEY_BYTES])
{
    const char *name = moves->queues[queue].name, *capsule = sharer(moves, queue);
    if (!capsule) return fl_private_key(moves->identity, name, out);
    return fl_shared_private_key(moves->identity, name, capsule, out);
}

/* A score as Ruby prints it. */
struct score {
    struct fl_buf buf;
};

static enum fl_error score_init(struct score *score, int64_t wall_us)
{
    score->buf = FL_BUF_INIT(SCORE_BYTES);
    enum fl_error err = fl_seconds_format(&score->buf, wall_us);
    if (err) fl_buf_release(&score->buf);
    return err;
}

static enum fl_error run_script(const struct fl_moves *moves, enum fl_script script,
                                const struct fl_span *keys, size_t key_count,
                                const struct fl_span *args, size_t arg_count,
                                enum fl_move *ret_move, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    int64_t moved;
    enum fl_error err = fl_script_call(script, moves->redis, moves->clock, keys, key_count, args,
                                       arg_count, &moved, ret_error);
    if (!err) *ret_move = moved ? FL_MOVE_DONE : FL_MOVE_NOT_OWNER;
    return err;
}

static struct fl_span private_of(const struct fl_moves *moves, const struct fl_delivery *delivery,
                                 char out[FL_KEY_BYTES])
{
    return fl_moves_private_key(moves, delivery->queue, out);
}

/* A plain command of basic fetch, which owns nothing; a failover's answer gets one repeat. */
static enum fl_error run_command(const struct fl_moves *moves, const struct fl_span *args,
                                 size_t count, int64_t *ret_integer,
                                 char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    struct fl_replies replies = {0};
    const struct fl_command command = {args, count};
    enum fl_error err = fl_command_exec(&command, moves->redis, moves->clock, &replies);
    if (err == FL_EREPLY && fl_reply_is_failover(&replies.items[0])) {
        fl_replies_release(&replies);
        err = fl_command_exec(&command, moves->redis, moves->clock, &replies);
    }
    if (err == FL_EREPLY && ret_error)
        snprintf(ret_error, FL_SCRIPT_ERROR_BYTES, "%.*s", FL_SPAN_ARGS(replies.items[0].text));
    if (!err && replies.items[0].type != FL_REPLY_INTEGER) err = FL_EPROTOCOL;
    if (!err) *ret_integer = replies.items[0].integer;
    fl_replies_release(&replies);
    return err;
}

/* --- a job that holds locks --- */

static bool holds(const struct fl_release *release)
{
    return release && release->count;
}

/* Locks, and the list of digests behind them. */
static size_t add_locks(const struct fl_release *release, struct fl_span *keys, size_t count)
{
    if (!holds(release)) return count;
    for (size_t i = 0; i < release->count; i++)
        keys[count++] = release->keys[i];
    keys[count++] = FL_SPAN(FL_KEY_LOCK_DIGESTS);
    return count;
}

/* Basic fetch has no script to do it in. What is to be taken again stays free: it is a hint. */
static enum fl_error unlock_unowned(const struct fl_moves *moves,
                                    const struct fl_delivery *delivery,
                                    const struct fl_release *release,
                                    char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    struct fl_span keys[1 + FL_LOCK_KEYS_MAX + 1] = {FL_SPAN(FL_KEY_LOCK_DIGESTS)}; /* no list */
    enum fl_move move;
    if (fl_is_together(release))
        return fl_move_together(moves, delivery, &(struct fl_goal){0}, release, &move, ret_error);
    if (!holds(release)) return FL_OK;
    const struct fl_span args[] = {FL_SPAN(""), release->jid};
    size_t count = add_locks(release, keys, 1);
    return run_script(moves, FL_SCRIPT_UNLOCK, keys, count, args, FL_COUNT(args), &move, ret_error);
}

static enum fl_error acknowledge_locked(const struct fl_moves *moves,
                                        const struct fl_delivery *delivery,
                                        const struct fl_release *release, enum fl_move *ret_move,
                                        char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    char key[FL_KEY_BYTES];
    struct fl_span keys[1 + FL_LOCK_KEYS_MAX + 1] = {private_of(moves, delivery, key)};
    const struct fl_span args[] = {delivery->bytes, release->jid};
    size_t count = add_locks(release, keys, 1);
    return run_script(moves, FL_SCRIPT_ACKNOWLEDGE_LOCKED, keys, count, args, FL_COUNT(args),
                      ret_move, ret_error);
}

/* --- the moves --- */

enum fl_error fl_move_acknowledge(const struct fl_moves *moves, const struct fl_delivery *delivery,
                                  const struct fl_release *release, enum fl_move *ret_move,
                                  char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    *ret_move = FL_MOVE_DONE;
    if (moves->fetch == FL_FETCH_BASIC) /* the pop was the acknowledgement */
        return unlock_unowned(moves, delivery, release, ret_error);
    if (fl_is_together(release))
        return fl_move_together(moves, delivery, &(struct fl_goal){0}, release, ret_move,
                                ret_error);
    if (holds(release)) return acknowledge_locked(moves, delivery, release, ret_move, ret_error);
    char key[FL_KEY_BYTES];
    const struct fl_span args[] = {FL_SPAN("LREM"), private_of(moves, delivery, key), FL_SPAN("-1"),
                                   delivery->bytes};
    int64_t removed;
    enum fl_error err = run_command(moves, args, FL_COUNT(args), &removed, ret_error);
    if (!err && !removed) *ret_move = FL_MOVE_NOT_OWNER;
    return err;
}

enum fl_error fl_move_acknowledge_all(const struct fl_moves *moves,
                                      struct fl_delivery *const *deliveries, size_t count,
                                      size_t *ret_missing)
{
    struct fl_commands batch = {0};
    struct fl_replies replies = {0};
    if (moves->fetch == FL_FETCH_BASIC) return FL_OK;
    for (size_t i = 0; i < count; i++) {
        fl_command_begin(&batch, "LREM");
        const char *capsule = sharer(moves, deliveries[i]->queue);
        fl_command_printf(&batch, FL_KEY_PRIVATE_PREFIX "%s|%s%s%s", moves->identity,
                          moves->queues[deliveries[i]->queue].name, capsule ? "|" : "",
                          capsule ? capsule : "");
        fl_command_text(&batch, "-1");
        fl_command_arg(&batch, deliveries[i]->bytes);
    }
    enum fl_error err = fl_commands_exec(&batch, moves->redis, moves->clock, 0, &replies);
    for (size_t i = 0; !err && i < replies.count; i++) {
        if (replies.items[i].type != FL_REPLY_INTEGER) err = FL_EPROTOCOL;
        *ret_missing += replies.items[i].integer == 0;
    }
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}

static enum fl_error add_unowned(const struct fl_moves *moves, const char *set, struct fl_span at,
                                 struct fl_span job, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    int64_t added;
    const struct fl_span zadd[] = {FL_SPAN("ZADD"), fl_span_from(set), at, job};
    return run_command(moves, zadd, FL_COUNT(zadd), &added, ret_error);
}

/* What a plain job needs less is not sent. */
static enum fl_error add_owned(const struct fl_moves *moves, const struct fl_delivery *delivery,
                               const char *set, struct fl_span job, struct fl_span at,
                               const struct fl_release *release, enum fl_move *ret_move,
                               char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    char key[FL_KEY_BYTES], ttl[24] = "", now[24], limit[24];
    struct fl_span keys[2 + FL_LOCK_KEYS_MAX + 1] = {private_of(moves, delivery, key),
                                                     fl_span_from(set)};
    if (fl_is_together(release)) {
        const struct fl_goal goal = {.key = fl_span_from(set), .job = job, .score = at};
        return fl_move_together(moves, delivery, &goal, release, ret_move, ret_error);
    }
    if (!holds(release)) {
        const struct fl_span args[] = {delivery->bytes, job, at};
        return run_script(moves, FL_SCRIPT_RETRY, keys, 2, args, FL_COUNT(args), ret_move,
                          ret_error);
    }
    if (release->again) snprintf(ttl, sizeof(ttl), "%" PRId64, release->ttl_ms);
    snprintf(now, sizeof(now), "%" PRId64, fl_clock_wall_us(moves->clock) / FL_SECOND_US);
    snprintf(limit, sizeof(limit), "%" PRId64, fl_lock_limit(release->limit));
    const struct fl_span args[] = {
        delivery->bytes,     job,         at, fl_span_from(ttl), fl_span_from(now),
        fl_span_from(limit), release->jid};
    size_t count = add_locks(release, keys, 2);
    return run_script(moves, FL_SCRIPT_RETRY_LOCKED, keys, count, args, FL_COUNT(args), ret_move,
                      ret_error);
}

enum fl_error fl_move_to_set(const struct fl_moves *moves, const struct fl_delivery *delivery,
                             const char *set, struct fl_span job, int64_t at_us,
                             const struct fl_release *release, enum fl_move *ret_move,
                             char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    struct score score;
    enum fl_error err = score_init(&score, at_us);
    if (err) return err;
    struct fl_span at = fl_buf_span(&score.buf);
    if (moves->fetch == FL_FETCH_BASIC) {
        *ret_move = FL_MOVE_DONE;
        err = add_unowned(moves, set, at, job, ret_error);
        if (!err) err = unlock_unowned(moves, delivery, release, ret_error);
    } else {
        err = add_owned(moves, delivery, set, job, at, release, ret_move, ret_error);
    }
    fl_buf_release(&score.buf);
    return err;
}

static enum fl_error start_burial(struct fl_burial *burial, const struct fl_moves *moves)
{
    return fl_burial_init(burial, fl_clock_wall_us(moves->clock), moves->dead_max_jobs,
                          moves->dead_timeout_us);
}

static enum fl_error bury_unowned(const struct fl_moves *moves, struct fl_span job,
                                  const struct fl_burial *burial)
{
    struct fl_commands batch = {0};
    fl_command_begin(&batch, "MULTI");
    fl_command_begin(&batch, "ZADD");
    fl_command_text(&batch, FL_KEY_DEAD);
    fl_command_arg(&batch, burial->words[0]);
    fl_command_arg(&batch, job);
    fl_command_begin(&batch, "ZREMRANGEBYSCORE");
    fl_command_text(&batch, FL_KEY_DEAD);
    fl_command_text(&batch, "-inf");
    fl_command_arg(&batch, burial->words[1]);
    fl_command_begin(&batch, "ZREMRANGEBYRANK");
    fl_command_text(&batch, FL_KEY_DEAD);
    fl_command_text(&batch, "0");
    fl_command_arg(&batch, burial->words[2]);
    fl_command_begin(&batch, "EXEC");
    struct fl_replies replies;
    enum fl_error err = fl_commands_exec(&batch, moves->redis, moves->clock, 0, &replies);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}

static enum fl_error bury_owned(const struct fl_moves *moves, const struct fl_delivery *delivery,
                                struct fl_span job, const struct fl_burial *burial,
                                const struct fl_release *release, enum fl_move *ret_move,
                                char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    char key[FL_KEY_BYTES];
    struct fl_span keys[2 + FL_LOCK_KEYS_MAX + 1] = {private_of(moves, delivery, key),
                                                     FL_SPAN(FL_KEY_DEAD)};
    const struct fl_span args[] = {delivery->bytes,  job,
                                   burial->words[0], burial->words[1],
                                   burial->words[2], release ? release->jid : FL_SPAN("")};
    if (fl_is_together(release)) {
        const struct fl_goal goal = {.key = FL_SPAN(FL_KEY_DEAD),
                                     .job = job,
                                     .score = burial->words[0],
                                     .oldest = burial->words[1],
                                     .rank = burial->words[2]};
        return fl_move_together(moves, delivery, &goal, release, ret_move, ret_error);
    }
    bool locked = holds(release);
    size_t count = add_locks(release, keys, 2);
    return run_script(moves, locked ? FL_SCRIPT_BURY_LOCKED : FL_SCRIPT_BURY, keys, count, args,
                      locked ? 6 : 5, ret_move, ret_error);
}

enum fl_error fl_move_to_dead(const struct fl_moves *moves, const struct fl_delivery *delivery,
                              struct fl_span job, const struct fl_release *release,
                              enum fl_move *ret_move, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    struct fl_burial burial;
    enum fl_error err = start_burial(&burial, moves);
    if (err) return err;
    if (moves->fetch == FL_FETCH_BASIC) {
        *ret_move = FL_MOVE_DONE;
        err = bury_unowned(moves, job, &burial);
        if (!err) err = unlock_unowned(moves, delivery, release, ret_error);
    } else {
        err = bury_owned(moves, delivery, job, &burial, release, ret_move, ret_error);
    }
    fl_burial_release(&burial);
    return err;
}

enum fl_error fl_move_to_queue(const struct fl_moves *moves, const struct fl_delivery *delivery,
                               struct fl_span job, const struct fl_release *release,
                               enum fl_move *ret_move, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    char key[FL_KEY_BYTES];
    struct fl_span queue = fl_queue_key(moves->queues[delivery->queue].name, key);
    if (moves->fetch == FL_FETCH_RELIABLE) {
        const struct fl_goal goal = {.key = queue, .job = job};
        return fl_move_together(moves, delivery, &goal, release, ret_move, ret_error);
    }
    int64_t length;
    const struct fl_span lpush[] = {FL_SPAN("LPUSH"), queue, job};
    *ret_move = FL_MOVE_DONE;
    enum fl_error err = run_command(moves, lpush, FL_COUNT(lpush), &length, ret_error);
    return err ? err : unlock_unowned(moves, delivery, release, ret_error);
}

enum fl_error fl_move_back(const struct fl_moves *moves, const struct fl_delivery *delivery,
                           enum fl_move *ret_move, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    char queue_key[FL_KEY_BYTES], key[FL_KEY_BYTES];
    struct fl_span queue = fl_queue_key(moves->queues[delivery->queue].name, queue_key);
    if (moves->fetch == FL_FETCH_BASIC) {
        int64_t length;
        const struct fl_span rpush[] = {FL_SPAN("RPUSH"), queue, delivery->bytes};
        *ret_move = FL_MOVE_DONE;
        return run_command(moves, rpush, FL_COUNT(rpush), &length, ret_error);
    }
    const struct fl_span keys[] = {private_of(moves, delivery, key), queue};
    return run_script(moves, FL_SCRIPT_GIVE_BACK, keys, 2, &delivery->bytes, 1, ret_move,
                      ret_error);
}

enum fl_error fl_move_promote(const struct fl_moves *moves, const char *set, struct fl_span member,
                              struct fl_span job, const char *queue, enum fl_move *ret_move,
                              char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    char queue_key[FL_KEY_BYTES];
    const struct fl_span keys[] = {fl_span_from(set), FL_SPAN(FL_KEY_QUEUES),
                                   fl_queue_key(queue, queue_key)};
    const struct fl_span args[] = {member, job, fl_span_from(queue)};
    return run_script(moves, FL_SCRIPT_PROMOTE, keys, 3, args, 3, ret_move, ret_error);
}

enum fl_error fl_move_member_to_dead(const struct fl_moves *moves, const char *set,
                                     struct fl_span member, enum fl_move *ret_move,
                                     char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    struct fl_burial burial;
    enum fl_error err = start_burial(&burial, moves);
    if (err) return err;
    const struct fl_span keys[] = {fl_span_from(set), FL_SPAN(FL_KEY_DEAD)};
    const struct fl_span args[] = {member, burial.words[0], burial.words[1], burial.words[2]};
    err = run_script(moves, FL_SCRIPT_BURY_MEMBER, keys, 2, args, 4, ret_move, ret_error);
    fl_burial_release(&burial);
    return err;
}
