#include "queue/prune.h"

#include <stdbool.h>

#include "core/arena.h"
#include "queue/commands.h"
#include "queue/keys.h"

enum { PRUNE_BATCH_MAX = 4096 };

static enum fl_error is_my_turn(struct fl_redis redis, struct fl_clock clock, bool *ret_mine)
{
    const struct fl_span args[] = {FL_SPAN("SET"), FL_SPAN(FL_KEY_PROCESS_CLEANUP),
                                   FL_SPAN("1"),   FL_SPAN("NX"),
                                   FL_SPAN("EX"),  FL_SPAN("60")};
    struct fl_replies replies;
    enum fl_error err = fl_command_exec(&(struct fl_command){args, 6}, redis, clock, &replies);
    if (!err) *ret_mine = replies.items[0].type != FL_REPLY_NIL;
    fl_replies_release(&replies);
    return err;
}

/* A beat between the look and the removal puts the process back with the next one. */
static enum fl_error prune_some(struct fl_redis redis, struct fl_clock clock,
                                const struct fl_reply *identities)
{
    struct fl_commands looks = {0}, removal = {0};
    struct fl_replies found, removed = {0};
    size_t dead = 0;
    for (size_t i = 0; i < identities->count; i++) {
        fl_command_begin(&looks, "HGET");
        fl_command_arg(&looks, identities->elements[i].text);
        fl_command_text(&looks, "info");
    }
    enum fl_error err = fl_commands_exec(&looks, redis, clock, 0, &found);
    fl_command_begin(&removal, "SREM");
    fl_command_text(&removal, FL_KEY_PROCESSES);
    for (size_t i = 0; !err && i < found.count; i++) {
        if (found.items[i].type != FL_REPLY_NIL) continue;
        fl_command_arg(&removal, identities->elements[i].text);
        dead++;
    }
    if (!err && dead) err = fl_commands_exec(&removal, redis, clock, 0, &removed);
    fl_replies_release(&found);
    fl_replies_release(&removed);
    fl_commands_release(&looks);
    fl_commands_release(&removal);
    return err;
}

/* One step of the scan; *ret_next is the cursor's text, kept in `cursors`. */
static enum fl_error scan_step(struct fl_redis redis, struct fl_clock clock,
                               struct fl_arena *cursors, struct fl_span cursor,
                               struct fl_span *ret_next)
{
    const struct fl_span args[] = {FL_SPAN("SSCAN"), FL_SPAN(FL_KEY_PROCESSES), cursor};
    struct fl_replies replies;
    enum fl_error err = fl_command_exec(&(struct fl_command){args, 3}, redis, clock, &replies);
    const struct fl_reply *scan = err ? NULL : &replies.items[0];
    if (scan && (scan->count != 2 || scan->elements[1].count > PRUNE_BATCH_MAX)) err = FL_EPROTOCOL;
    if (!err) err = prune_some(redis, clock, &scan->elements[1]);
    if (!err) {
        struct fl_span next = scan->elements[0].text;
        const char *copy = fl_arena_copy(cursors, next);
        *ret_next = (struct fl_span){copy, next.length};
        if (!copy) err = FL_ENOMEM;
    }
    fl_replies_release(&replies);
    return err;
}

enum fl_error fl_prune_processes(struct fl_redis redis, struct fl_clock clock)
{
    bool mine = false;
    struct fl_arena cursors = FL_ARENA_INIT(1024 * 1024);
    struct fl_span cursor = FL_SPAN("0");
    enum fl_error err = is_my_turn(redis, clock, &mine);
    for (bool first = true; !err && mine && (first || !fl_span_is(cursor, "0")); first = false)
        err = scan_step(redis, clock, &cursors, cursor, &cursor);
    fl_arena_release(&cursors);
    return err;
}
