/* The way of a command: parsed, checked against the server's state, queued or run, reported; then
 * whoever waited for what it made is served, before any other command. */
#include "fakes/redis/engine/session.h"

#include <stdlib.h>

#include "core/assert.h"
#include "fakes/redis/acl/acl_check.h"
#include "fakes/redis/engine/admission.h"
#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/caching.h"
#include "fakes/redis/engine/client.h"
#include "fakes/redis/engine/journal.h"
#include "fakes/redis/engine/monitor.h"
#include "fakes/redis/engine/pubsub.h"
#include "fakes/redis/engine/watch.h"

struct fake_redis_session *fake_redis_open(struct fake_redis *engine, const char *name)
{
    if (engine->session_count >= FAKE_REDIS_SESSIONS_MAX) {
        engine->stats.rejected_connections++;
        return NULL;
    }
    struct fake_redis_session *session = calloc(1, sizeof(*session));
    if (!session) return NULL;
    session->name = strdup(name);
    if (!session->name) {
        free(session);
        return NULL;
    }
    session->engine = engine;
    session->output.shortest = fake_engine_has(engine, FAKE_FEATURE_SHORTEST_DOUBLES);
    if (engine->acl) fake_acl_greet(session);
    fake_engine_read_clock(engine);
    session->is_client = true;
    session->opened_us = session->active_us = engine->now_us;
    session->id = ++engine->last_session_id;
    engine->stats.connections++;
    session->previous = engine->last_session;
    *(engine->last_session ? &engine->last_session->next : &engine->first_session) = session;
    engine->last_session = session;
    engine->session_count++;
    return session;
}

void fake_session_hang_up(struct fake_redis_session *session, enum fake_hang_up how)
{
    session->closed = true;
    if (how == FAKE_HANG_UP_AT_ONCE) session->is_cut = true;
    fake_wakeup(session, FAKE_WAKEUP_TOLD);
}

/* Waits for nothing any more, and nobody tells it anything. */
static void leave_all(struct fake_redis_session *session)
{
    fake_blocking_leave(session);
    fake_transaction_discard(session);
    fake_watch_clear(session);
    fake_pubsub_leave(session);
    fake_pause_leave(session);
    fake_monitor_leave(session);
    fake_caching_stop(session);
    if (session->is_cut) fake_out_consume(&session->output, fake_session_mark(session));
}

void fake_session_release(struct fake_redis_session *session)
{
    leave_all(session);
    fake_wakeup_forget(session);
    fake_str_free(&session->engine->heap, session->client_name);
    fake_str_free(&session->engine->heap, session->library_name);
    fake_str_free(&session->engine->heap, session->library_version);
    fake_input_release(&session->input);
    fake_out_release(&session->output);
    free(session->name);
}

void fake_redis_close(struct fake_redis_session *session)
{
    if (!session) return;
    struct fake_redis *engine = session->engine;
    fake_session_release(session);
    *(session->previous ? &session->previous->next : &engine->first_session) = session->next;
    *(session->next ? &session->next->previous : &engine->last_session) = session->previous;
    engine->session_count--;
    free(session);
}

const char *fake_redis_session_name(const struct fake_redis_session *session)
{
    return session->name;
}

void fake_redis_session_attach(struct fake_redis_session *session, void *attached)
{
    session->attached = attached;
}

void *fake_redis_session_attached(const struct fake_redis_session *session)
{
    return session->attached;
}

struct fake_redis_session_info fake_redis_session_info(const struct fake_redis_session *session)
{
    const struct fake_command *last = session->last_command;
    return (struct fake_redis_session_info){
        .id = session->id,
        .client_name =
            session->client_name ? fake_str_span(session->client_name) : (struct fl_span){0},
        .db = session->db,
        .last_command = last ? last->name : NULL,
        .waiting_bytes = session->input.length,
    };
}

struct fl_span fake_redis_output(const struct fake_redis_session *session)
{
    const struct fake_out *out = &session->output;
    return (struct fl_span){out->bytes + out->consumed, out->length - out->consumed};
}

void fake_redis_consume(struct fake_redis_session *session, size_t count)
{
    fl_assert(count <= fake_session_mark(session));
    session->engine->stats.bytes_out += count;
    fake_out_consume(&session->output, count);
}

bool fake_redis_closed(const struct fake_redis_session *session)
{
    return session->closed || session->output.broken;
}

bool fake_redis_blocked(const struct fake_redis_session *session)
{
    return session->block || session->is_postponed;
}

/* ---- running ---- */

static enum fake_redis_reply reply_kind(struct fl_span reply)
{
    if (!reply.length) return FAKE_REDIS_REPLY_NONE;
    bool nil = reply.length >= 3 && reply.bytes[1] == '-' && reply.bytes[2] == '1';
    switch (reply.bytes[0]) {
    case '+': return FAKE_REDIS_REPLY_STATUS;
    case '-': return FAKE_REDIS_REPLY_ERROR;
    case ':': return FAKE_REDIS_REPLY_INTEGER;
    case '$': return nil ? FAKE_REDIS_REPLY_NIL : FAKE_REDIS_REPLY_BULK;
    case '_': return FAKE_REDIS_REPLY_NIL;
    case '%': return FAKE_REDIS_REPLY_MAP;
    case '~': return FAKE_REDIS_REPLY_SET;
    case ',': return FAKE_REDIS_REPLY_DOUBLE;
    case '#': return FAKE_REDIS_REPLY_BOOL;
    case '=': return FAKE_REDIS_REPLY_TEXT;
    case '>': return FAKE_REDIS_REPLY_PUSH;
    default: return nil ? FAKE_REDIS_REPLY_NIL : FAKE_REDIS_REPLY_ARRAY;
    }
}

void fake_session_report(struct fake_redis_session *session, const struct fl_span *args,
                         size_t count, enum fake_redis_origin origin, size_t mark,
                         uint64_t version_before, unsigned db)
{
    const struct fake_redis_hooks *hooks = &session->engine->options.hooks;
    if (!hooks->on_command) return;
    struct fl_span pending = fake_redis_output(session);
    if (session->output.broken) mark = pending.length;
    struct fl_span reply = {pending.bytes + mark, pending.length - mark};
    hooks->on_command(hooks->context,
                      &(struct fake_redis_event){
                          .session_name = session->name,
                          .db = db,
                          .origin = origin,
                          .args = args,
                          .count = count,
                          .reply = reply_kind(reply),
                          .reply_bytes = reply,
                          .wrote = session->engine->version_counter != version_before,
                      });
}

static void run_journaled(struct fake_call *call)
{
    struct fake_redis *engine = call->engine;
    /* PFCOUNT is flagged as a read, and yet keeps what it has counted. */
    bool may_write =
        (call->command->flags & FAKE_CMD_WRITE) || call->command->family == FAKE_FAMILY_HYPERLOGLOG;
    if (may_write) fake_journal_before(engine);
    uint64_t version = engine->version_counter, dice = engine->dice.state;
    call->command->run(call);
    if (may_write && engine->version_counter != version)
        fake_journal_add(engine, call->db->id, dice, call->args, call->count);
}

/* What has been written behind `mark` bytes of pending output. */
static struct fl_span answered(const struct fake_redis_session *session, size_t mark)
{
    struct fl_span pending = fake_redis_output(session);
    if (session->output.broken || mark > pending.length) mark = pending.length;
    return (struct fl_span){pending.bytes + mark, pending.length - mark};
}

/* For those who follow what is written: the journal, and the last writers of keys. */
static void run_observed(struct fake_call *call)
{
    struct fake_redis *engine = call->engine;
    const struct fake_redis_session *writer = engine->writer;
    const struct fake_command *writing = engine->writing;
    engine->writer = call->session;
    engine->writing = call->command;
    if (engine->journal)
        run_journaled(call);
    else
        call->command->run(call);
    engine->writer = writer; /* a script goes on */
    engine->writing = writing;
}

void fake_session_call(struct fake_redis_session *session, const struct fake_command *command,
                       const struct fl_span *args, size_t count, enum fake_redis_origin origin)
{
    struct fake_redis *engine = session->engine;
    size_t mark = fake_session_mark(session);
    uint64_t version_before = engine->version_counter;
    unsigned db = session->db;
    engine->toucher = session;
    struct fake_call call = {
        .engine = engine,
        .session = session,
        .db = &engine->databases[db],
        .command = command,
        .args = args,
        .count = count,
        .out = &session->output,
    };
    if (engine->options.track_keys || engine->journal)
        run_observed(&call);
    else
        command->run(&call);
    fake_stats_called(engine, command, answered(session, mark));
    if (engine->logs_all_as_slow && origin != FAKE_REDIS_SERVED)
        fake_slowlog_add(session, command, args, count, 0);
    fake_session_report(session, args, count, origin, mark, version_before, db);
    if (engine->monitors && fake_monitor_shows(command)) fake_monitor_show(&call);
    if (engine->cached) fake_caching_note(&call);
}

/* Runs it, and then what it has made ready for others. */
static void act(struct fake_redis_session *session, const struct fake_command *command,
                const struct fl_span *args, size_t count)
{
    struct fake_redis *engine = session->engine;
    engine->actor = session;
    if (engine->journal) fake_journal_begin(engine);
    fake_session_call(session, command, args, count, FAKE_REDIS_DIRECT);
    if (engine->cached) fake_caching_tell_actor(engine);
    engine->actor = NULL;
    if (engine->first_ready) fake_blocking_serve(engine);
}

static bool is_about_client(const struct fake_command *command)
{
    return command && strncmp(command->name, "client|", strlen("client|")) == 0;
}

void fake_session_execute(struct fake_redis_session *session, const struct fl_span *args,
                          size_t count)
{
    struct fake_redis *engine = session->engine;
    fake_engine_read_clock(engine);
    const struct fake_command *command = fake_admit(session, args, count);
    if (command && engine->pause.kind && fake_pause_postpones(session, command, args)) return;
    if (command && session->in_multi && !(command->flags & FAKE_CMD_UNQUEUED))
        fake_transaction_queue(session, command, args, count);
    else if (command)
        act(session, command, args, count);
    if (!session->block) fake_client_command_done(session);
    if (session->caching && !session->in_multi && !is_about_client(command))
        session->caching->caches = false;
}

/* ---- input ---- */

static void hang_up(struct fake_redis_session *session, const char *error)
{
    if (error) fake_reply_error(&session->output, error);
    session->closed = true;
}

/* Executes what is complete in the bytes; returns how many were done with. */
static size_t execute_all(struct fake_redis_session *session, const char *bytes, size_t length)
{
    size_t done = 0;
    while (!fake_redis_blocked(session) && !fake_redis_closed(session)) {
        size_t consumed;
        const char *error;
        enum fake_parse parse =
            fake_input_parse(&session->input, bytes + done, length - done, &consumed, &error);
        if (parse == FAKE_PARSE_MORE) break;
        if (parse == FAKE_PARSE_ERROR) {
            hang_up(session, error);
            break;
        }
        session->engine->stats.bytes_in += consumed;
        if (session->input.args_count)
            fake_session_execute(session, session->input.args, session->input.args_count);
        if (session->is_postponed) break; /* it is to begin with this command again */
        done += consumed;
    }
    return done;
}

static void execute_kept(struct fake_redis_session *session)
{
    struct fake_input *input = &session->input;
    size_t done = execute_all(session, input->bytes, input->length);
    fake_input_drop(input, done);
}

void fake_session_go_on(struct fake_redis_session *session)
{
    if (fake_redis_closed(session))
        leave_all(session);
    else
        execute_kept(session);
}

void fake_redis_feed(struct fake_redis_session *session, const void *bytes, size_t length)
{
    struct fake_redis *engine = session->engine;
    struct fake_input *input = &session->input;
    if (fake_redis_closed(session)) return;
    engine->current = session;
    if (input->length || fake_redis_blocked(session)) {
        if (!fake_input_keep(input, bytes, length)) hang_up(session, NULL);
        execute_kept(session);
    } else {
        size_t done = execute_all(session, bytes, length);
        if (!fake_redis_closed(session) &&
            !fake_input_keep(input, (const char *)bytes + done, length - done))
            hang_up(session, NULL);
    }
    session->active_us = engine->now_us;
    if (fake_redis_closed(session)) leave_all(session);
    fake_wakeups_run(engine);
    engine->current = NULL;
}
