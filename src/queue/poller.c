#include "queue/poller.h"

#include <stdio.h>
#include <string.h>

#include "core/time_text.h"
#include "queue/client.h"
#include "queue/commands.h"
#include "queue/keys.h"
#include "queue/log_text.h"
#include "queue/payload.h"
#include "queue/prune.h"

enum { FIRST_WAIT_US = 10 * 1000 * 1000, FAILED_WAIT_US = 5 * 1000 * 1000, SPREAD_FROM = 10 };

int64_t fl_poll_wait_us(const struct fl_settings *settings, int64_t processes, uint64_t draw)
{
    const struct fl_process_options *options = &settings->options;
    int64_t count = processes < 1 ? 1 : processes < 10000 ? processes : 10000;
    int64_t mean_us =
        options->own_poll_us ? options->own_poll_us : options->average_poll_us * count;
    double chance = (double)draw / FL_POLL_DRAWS;
    double factor = count < SPREAD_FROM ? 0.5 + chance : chance * settings->facts->poll_spread;
    return (int64_t)((double)mean_us * factor);
}

int64_t fl_poll_first_wait_us(const struct fl_settings *settings, uint64_t draw)
{
    return (settings->options.own_poll_us ? 0 : FIRST_WAIT_US) + (int64_t)draw;
}

/* --- one due job --- */

enum fl_error fl_promoted_payload(const struct fl_payload *payload,
                                  const struct fl_wire_facts *facts, int64_t now_us,
                                  const char *fresh_jid, struct fl_buf *out)
{
    struct fl_buf now = FL_BUF_INIT(64), jid = FL_BUF_INIT(64);
    struct fl_json_at root = fl_json_root(&payload->json);
    struct fl_json_edit edits[5];
    uint32_t count = 0;
    enum fl_error err = fl_wire_write_time(facts, &now, now_us);
    if (!err) err = fl_json_write_string(&jid, fl_span_from(fresh_jid));
    if (payload->retry_kind == FL_RETRY_ABSENT)
        edits[count++] = (struct fl_json_edit){"retry", FL_SPAN("true")};
    if (!payload->queue) edits[count++] = (struct fl_json_edit){"queue", FL_SPAN("\"default\"")};
    if (!*payload->jid) edits[count++] = (struct fl_json_edit){"jid", fl_buf_span(&jid)};
    if (!fl_json_exists(fl_json_member(root, "created_at")))
        edits[count++] = (struct fl_json_edit){"created_at", fl_buf_span(&now)};
    edits[count++] = (struct fl_json_edit){"enqueued_at", fl_buf_span(&now)};
    if (!err) err = fl_json_edit(root, edits, count, out);
    fl_buf_release(&now);
    fl_buf_release(&jid);
    return err;
}

static enum fl_error bury(const struct fl_poller *p, const char *set, struct fl_span member)
{
    enum fl_move move;
    enum fl_error err = fl_move_member_to_dead(p->moves, set, member, &move, NULL);
    if (!err && move == FL_MOVE_DONE)
        fl_log_printf(p->ports->log, FL_LOG_ERROR, "buried a member of %s that is no job", set);
    return err;
}

static enum fl_error promote_job(const struct fl_poller *p, const char *set,
                                 const struct fl_payload *payload)
{
    struct fl_buf job = FL_BUF_INIT(FL_DELIVERY_BYTES_MAX);
    char fresh[FL_JID_BYTES] = "";
    enum fl_move move;
    if (!*payload->jid) fl_client_fresh_jid(p->ports->random, fresh);
    enum fl_error err = fl_promoted_payload(payload, p->settings->facts,
                                            fl_clock_wall_us(p->ports->clock), fresh, &job);
    if (!err)
        err = fl_move_promote(p->moves, set, payload->raw, fl_buf_span(&job),
                              payload->queue ? payload->queue : "default", &move, NULL);
    fl_buf_release(&job);
    return err;
}

static enum fl_error promote(const struct fl_poller *p, const char *set, struct fl_span member)
{
    struct fl_payload payload;
    enum fl_error err = fl_payload_parse(member, &payload);
    if (err == FL_EPARSE || err == FL_EBOUND) return bury(p, set, member);
    if (err) return err;
    if (payload.queue && strlen(payload.queue) >= FL_QUEUE_NAME_BYTES)
        err = bury(p, set, member);
    else
        err = promote_job(p, set, &payload);
    fl_payload_release(&payload);
    return err;
}

/* --- one poll --- */

/* Some of the members that are due by this process's clock, the longest due first. */
static enum fl_error due(const struct fl_poller *p, const char *set, struct fl_replies *ret_replies)
{
    struct fl_commands batch = {0};
    struct fl_buf now = FL_BUF_INIT(64);
    *ret_replies = (struct fl_replies){0};
    enum fl_error err = fl_seconds_format(&now, fl_clock_wall_us(p->ports->clock));
    fl_command_begin(&batch, "ZRANGE");
    fl_command_text(&batch, set);
    fl_command_text(&batch, "-inf");
    fl_command_arg(&batch, fl_buf_span(&now));
    fl_command_text(&batch, "BYSCORE");
    fl_command_text(&batch, "LIMIT");
    fl_command_text(&batch, "0");
    fl_command_int64(&batch, FL_POLL_BATCH);
    if (!err) err = fl_commands_exec(&batch, p->ports->redis, p->ports->clock, 0, ret_replies);
    if (!err && ret_replies->items[0].type != FL_REPLY_ARRAY) err = FL_EPROTOCOL;
    fl_commands_release(&batch);
    fl_buf_release(&now);
    return err;
}

static bool quiet(const struct fl_poller *p)
{
    return fl_control_phase(p->control) >= FL_PHASE_QUIET;
}

/* A member that Redis refuses to move (its queue is a key of another type) does not hold up the
 * others; any other error ends the poll. */
static enum fl_error promote_all(const struct fl_poller *p, const char *set,
                                 const struct fl_reply *members)
{
    enum fl_error first = FL_OK;
    for (size_t i = 0; i < members->count && !quiet(p); i++) {
        enum fl_error err = promote(p, set, members->elements[i].text);
        if (!first) first = err;
        if (err && err != FL_EREPLY) break;
    }
    return first;
}

static enum fl_error poll_set(const struct fl_poller *p, const char *set)
{
    enum fl_error err = FL_OK;
    for (size_t found = FL_POLL_BATCH; !err && found == FL_POLL_BATCH && !quiet(p);) {
        struct fl_replies replies;
        err = due(p, set, &replies);
        found = err ? 0 : replies.items[0].count;
        if (!err) err = promote_all(p, set, &replies.items[0]);
        fl_replies_release(&replies);
    }
    return err;
}

/* --- the rhythm --- */

static enum fl_error wait_us(const struct fl_poller *p, int64_t *ret_us)
{
    const struct fl_span args[] = {FL_SPAN("SCARD"), FL_SPAN(FL_KEY_PROCESSES)};
    struct fl_replies replies;
    enum fl_error err =
        fl_command_exec(&(struct fl_command){args, 2}, p->ports->redis, p->ports->clock, &replies);
    if (!err) {
        uint64_t draw = fl_random_below(p->ports->random, "poll interval", FL_POLL_DRAWS);
        *ret_us = fl_poll_wait_us(p->settings, replies.items[0].integer, draw);
    }
    fl_replies_release(&replies);
    return err;
}

static bool sleep_for(const struct fl_poller *p, int64_t wait_for_us)
{
    int64_t until_us = fl_clock_deadline_us(p->ports->clock, wait_for_us);
    return fl_control_sleep(p->control, until_us, FL_PHASE_QUIET) < FL_PHASE_QUIET;
}

static void note(const struct fl_poller *p, enum fl_error err)
{
    if (err) fl_log_printf(p->ports->log, FL_LOG_ERROR, "poller: %s", fl_error_text(err));
}

void fl_poller_run(void *poller)
{
    const struct fl_poller *p = poller;
    uint64_t draw = fl_random_below(p->ports->random, "first poll", FL_FIRST_POLL_DRAWS);
    int64_t next_us = fl_poll_first_wait_us(p->settings, draw);
    for (bool first = true; sleep_for(p, next_us); first = false) {
        if (first) note(p, fl_prune_processes(p->ports->redis, p->ports->clock));
        enum fl_error err = poll_set(p, FL_KEY_RETRY);
        if (!err) err = poll_set(p, FL_KEY_SCHEDULE);
        note(p, err);
        if (p->reaper) note(p, fl_lock_reaper_look(p->reaper));
        next_us = FAILED_WAIT_US; /* when it cannot be told */
        note(p, wait_us(p, &next_us));
    }
    fl_log_printf(p->ports->log, FL_LOG_INFO, "Scheduler exiting...");
}
