#include "queue/together.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/assert.h"
#include "core/digits.h"
#include "core/time_text.h"
#include "queue/wire.h"

enum { TIME_BYTES = 48 };

bool fl_is_together(const struct fl_release *release)
{
    return release && (release->step != FL_BATCH_NO_STEP || release->forgets_cursor);
}

static enum fl_error call(const struct fl_moves *moves, struct fl_span *keys, size_t key_count,
                          const struct fl_delivery *delivery, const struct fl_goal *goal,
                          const struct fl_release *release, struct fl_span now, int64_t now_us,
                          int64_t *ret_moved, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    bool owned = moves->fetch == FL_FETCH_RELIABLE;
    char ttl[FL_DIGITS_BYTES], seconds[FL_DIGITS_BYTES], limit[FL_DIGITS_BYTES];
    const struct fl_span args[] = {owned ? delivery->bytes : FL_SPAN(""),
                                   goal->job,
                                   goal->score,
                                   goal->oldest,
                                   goal->rank,
                                   release->again ? fl_digits(release->ttl_ms, ttl) : FL_SPAN(""),
                                   fl_digits(now_us / FL_SECOND_US, seconds),
                                   release->jid,
                                   release->bid,
                                   fl_batch_step_word(release->step),
                                   now,
                                   release->forgets_cursor ? FL_SPAN("1") : FL_SPAN(""),
                                   fl_digits(fl_lock_limit(release->limit), limit)};
    fl_assert(owned || !goal->job.length);
    return fl_script_call(FL_SCRIPT_TOGETHER, moves->redis, moves->clock, keys, key_count, args,
                          FL_COUNT(args), ret_moved, ret_error);
}

enum fl_error fl_move_together(const struct fl_moves *moves, const struct fl_delivery *delivery,
                               const struct fl_goal *goal, const struct fl_release *release,
                               enum fl_move *ret_move, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    char key[FL_KEY_BYTES];
    int64_t now_us = fl_clock_wall_us(moves->clock), moved;
    struct fl_buf now = FL_BUF_INIT(TIME_BYTES);
    struct fl_span keys[3 + FL_LOCK_KEYS_MAX] = {
        fl_private_key(moves->identity, moves->queues[delivery->queue].name, key),
        goal->key.length ? goal->key : FL_SPAN(FL_KEY_DEAD), FL_SPAN(FL_KEY_LOCK_DIGESTS)};
    size_t count = 3;
    for (size_t i = 0; i < release->count; i++)
        keys[count++] = release->keys[i];
    enum fl_error err = fl_wire_write_time(fl_wire_facts(moves->wire), &now, now_us);
    if (!err)
        err = call(moves, keys, count, delivery, goal, release, fl_buf_span(&now), now_us, &moved,
                   ret_error);
    if (!err) *ret_move = moved ? FL_MOVE_DONE : FL_MOVE_NOT_OWNER;
    fl_buf_release(&now);
    return err;
}
