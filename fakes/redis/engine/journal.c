/* Undoing writes by their old values was rejected: a push to a long list would copy the list. A
 * second engine costs each write once more and nothing else. */
#include "fakes/redis/engine/journal.h"

#include "core/assert.h"
#include "core/time_text.h"
#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/lua/script.h"

struct write {
    struct write *next;
    uint64_t number; /* of the write that it is a part of */
    unsigned db;
    int64_t at_us;
    uint64_t dice;
    size_t count;
    struct fl_span args[]; /* into the same block */
};

struct fake_journal {
    struct fake_redis *follower; /* lacks the writes below */
    struct fake_redis_session *applier;
    struct write *first, *last;
    uint64_t number;           /* of the write that goes on */
    uint64_t count, count_max; /* of whole ones */
    bool broken;               /* a write is missing for want of memory */
    struct fake_redis *saved;  /* NULL: nothing has been saved */
    int64_t saved_us;
    uint64_t unsaved; /* writes since */
};

/* When a server saves by itself unless it is configured otherwise. */
static const struct {
    uint64_t writes;
    int64_t after_us;
} save_points[] = {{1, FL_HOUR_US}, {100, 5 * FL_MINUTE_US}, {10000, FL_MINUTE_US}};

struct fake_journal *fake_journal_new(const struct fake_redis *engine)
{
    const struct fake_redis_options options = {.clock = engine->options.clock,
                                               .version = engine->options.version};
    struct fake_journal *journal = calloc(1, sizeof *journal);
    if (!journal) return NULL;
    journal->follower = fake_redis_new(&options);
    journal->applier = journal->follower ? fake_redis_open(journal->follower, "journal") : NULL;
    if (!journal->applier) {
        fake_journal_free(journal);
        return NULL;
    }
    journal->count_max = engine->options.writes_kept;
    journal->saved_us = engine->started_us;
    return journal;
}

static void drop_writes(struct fake_journal *journal)
{
    struct write *next;
    for (struct write *write = journal->first; write; write = next) {
        next = write->next;
        free(write);
    }
    journal->first = journal->last = NULL;
    journal->count = 0;
}

void fake_journal_free(struct fake_journal *journal)
{
    if (!journal) return;
    drop_writes(journal);
    fake_redis_free(journal->follower);
    fake_redis_free(journal->saved);
    free(journal);
}

/* ---- following ---- */

static void apply(struct fake_journal *journal, const struct write *write)
{
    struct fake_redis *follower = journal->follower;
    struct fake_redis_session *applier = journal->applier;
    const struct fake_command *command = fake_command_find(follower->version, write->args[0]);
    if (command && (command->flags & FAKE_CMD_CONTAINER))
        command = fake_command_find_sub(follower->version, command, write->args[1]);
    fl_assert(command);
    follower->now_us = write->at_us;
    follower->now_ms = write->at_us / 1000;
    follower->dice.state = write->dice;
    follower->in_transaction = true; /* so that a pop answers at once, whatever it finds */
    applier->db = write->db;
    fake_session_call(applier, command, write->args, write->count, FAKE_REDIS_TRANSACTION);
    follower->in_transaction = false;
    if (fl_span_starts(fake_redis_output(applier), FL_SPAN("-OOM")) || applier->output.broken)
        journal->broken = true;
    fake_redis_consume(applier, fake_session_mark(applier));
}

/* The follower then lacks `count` writes at most. */
static void catch_up(struct fake_journal *journal, uint64_t count)
{
    while (journal->count > count) {
        struct write *write = journal->first;
        apply(journal, write);
        journal->first = write->next;
        if (!journal->first) journal->last = NULL;
        bool was_last_part = !journal->first || journal->first->number != write->number;
        journal->count -= was_last_part;
        free(write);
    }
}

void fake_journal_begin(struct fake_redis *engine)
{
    engine->journal->number++;
}

void fake_journal_add(struct fake_redis *engine, unsigned db, uint64_t dice,
                      const struct fl_span *args, size_t count)
{
    struct fake_journal *journal = engine->journal;
    size_t bytes = sizeof(struct write) + count * sizeof *args;
    for (size_t i = 0; i < count; i++)
        bytes += args[i].length;
    struct write *write = malloc(bytes);
    if (!write) {
        journal->broken = true;
        return;
    }
    *write = (struct write){
        .number = journal->number, .db = db, .at_us = engine->now_us, .dice = dice, .count = count};
    char *text = (char *)(write->args + count);
    for (size_t i = 0; i < count; i++) {
        write->args[i] = (struct fl_span){text, args[i].length};
        if (args[i].length) memcpy(text, args[i].bytes, args[i].length);
        text += args[i].length;
    }
    journal->count += !journal->last || journal->last->number != write->number;
    *(journal->last ? &journal->last->next : &journal->first) = write;
    journal->last = write;
    journal->unsaved++;
    catch_up(journal, journal->count_max);
}

void fake_journal_add_words(struct fake_redis *engine, unsigned db, const char *name,
                            struct fl_span key, struct fl_span value)
{
    const struct fl_span args[] = {fl_span_from(name), key, value};
    size_t count = value.bytes ? 3 : key.bytes ? 2 : 1;
    if (!engine->journal) return;
    fake_journal_begin(engine);
    fake_journal_add(engine, db, engine->dice.state, args, count);
}

/* ---- saving ---- */

bool fake_journal_save(struct fake_redis *engine)
{
    struct fake_journal *journal = engine->journal;
    const struct fake_redis_options options = {.clock = engine->options.clock,
                                               .version = engine->options.version};
    if (!journal->saved) journal->saved = fake_redis_new(&options);
    if (!journal->saved || !fake_keyspace_copy(journal->saved, engine)) return false;
    journal->saved_us = engine->now_us;
    journal->unsaved = 0;
    return true;
}

void fake_journal_before(struct fake_redis *engine)
{
    struct fake_journal *journal = engine->journal;
    int64_t since_us = engine->now_us - journal->saved_us;
    for (size_t i = 0; i < FL_COUNT(save_points); i++) {
        if (journal->unsaved < save_points[i].writes || since_us <= save_points[i].after_us)
            continue;
        if (!fake_journal_save(engine)) journal->broken = true;
        return;
    }
}

/* ---- losing ---- */

static void hang_up_on_all(struct fake_redis *engine)
{
    const struct fake_redis_hooks *hooks = &engine->options.hooks;
    for (struct fake_redis_session *session = engine->first_session; session;
         session = session->next) {
        fake_blocking_leave(session);
        session->closed = true;
        if (hooks->on_output) hooks->on_output(hooks->context, session);
    }
}

static void tell_lost(const struct fake_journal *journal, int64_t after_us,
                      const struct fake_redis_losses *losses)
{
    if (!losses || !losses->on_lost) return;
    for (const struct write *write = journal->first; write; write = write->next)
        if (write->at_us > after_us)
            losses->on_lost(losses->context, write->db, write->args, write->count);
}

/* The keyspace is that of `source` from now on; what is in memory only is gone. */
static enum fl_error become(struct fake_redis *engine, const struct fake_redis *source)
{
    struct fake_journal *journal = engine->journal;
    bool done = fake_keyspace_copy(engine, source) &&
                (source == journal->follower || fake_keyspace_copy(journal->follower, engine));
    if (!done) {
        journal->broken = true;
        return FL_ENOMEM;
    }
    drop_writes(journal);
    return FL_OK;
}

static void leave_memory(struct fake_redis *engine)
{
    if (engine->scripts) fake_scripts_forget(engine->scripts);
    engine->states = 0;
    hang_up_on_all(engine);
}

enum fl_error fake_redis_failover(struct fake_redis *engine, uint64_t lose,
                                  const struct fake_redis_losses *losses)
{
    struct fake_journal *journal = engine->journal;
    if (lose > engine->options.writes_kept) return FL_EINVAL;
    if (!journal && engine->options.writes_kept) return FL_ENOMEM;
    fake_engine_read_clock(engine);
    if (journal) {
        catch_up(journal, lose);
        if (journal->broken) return FL_ENOMEM;
        tell_lost(journal, INT64_MIN, losses);
        enum fl_error err = become(engine, journal->follower);
        if (err) return err;
    }
    leave_memory(engine);
    return FL_OK;
}

/* Appended writes reach the disk once a second. */
static uint64_t lost_by_appending(const struct fake_redis *engine)
{
    int64_t up_us = engine->now_us - engine->started_us;
    int64_t synced_us = engine->now_us - up_us % FL_SECOND_US;
    uint64_t lost = 0, number = 0;
    for (const struct write *write = engine->journal->first; write; write = write->next) {
        lost += write->at_us > synced_us && write->number != number;
        number = write->number;
    }
    return lost;
}

static enum fl_error load_saved(struct fake_redis *engine, const struct fake_redis_losses *losses)
{
    struct fake_journal *journal = engine->journal;
    fake_journal_before(engine);
    if (journal->broken) return FL_ENOMEM;
    tell_lost(journal, journal->saved ? journal->saved_us : INT64_MIN, losses);
    if (journal->saved) return become(engine, journal->saved);
    fake_redis_flush_all(engine);
    fake_redis_flush_all(journal->follower);
    drop_writes(journal);
    return FL_OK;
}

enum fl_error fake_redis_restart(struct fake_redis *engine, enum fake_redis_kept kept,
                                 const struct fake_redis_losses *losses)
{
    bool needs_journal = kept == FAKE_REDIS_KEPT_AOF || kept == FAKE_REDIS_KEPT_RDB;
    if (!engine->options.writes_kept && needs_journal) return FL_EINVAL;
    if (!engine->journal && engine->options.writes_kept) return FL_ENOMEM;
    fake_engine_read_clock(engine);
    enum fl_error err = FL_OK;
    switch (kept) {
    case FAKE_REDIS_KEPT_ALL: break;
    case FAKE_REDIS_KEPT_AOF: return fake_redis_failover(engine, lost_by_appending(engine), losses);
    case FAKE_REDIS_KEPT_RDB: err = load_saved(engine, losses); break;
    case FAKE_REDIS_KEPT_NOTHING: fake_redis_flush_all(engine); break;
    }
    if (!err) leave_memory(engine);
    return err;
}
