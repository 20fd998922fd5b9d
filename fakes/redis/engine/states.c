/* The server's state is a set of bits that somebody outside sets; what each refuses is seen from a
 * real server in that state. */
#include "fakes/redis/engine/states.h"

#include "core/assert.h"
#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/error_lines.h"
#include "fakes/redis/engine/evict.h"
#include "fakes/redis/lua/script.h"

enum name {
#define ROW(name, line) LINE_##name,
    FAKE_ERROR_LINES(ROW)
#undef ROW
};
static const char *const lines[] = {
#define ROW(name, line) line,
    FAKE_ERROR_LINES(ROW)
#undef ROW
};

static const struct {
    enum fake_redis_states state;
    enum name line;
} refusals[] = {
    {FAKE_REDIS_OOM, LINE_oom},
    {FAKE_REDIS_READONLY, LINE_readonly},
    {FAKE_REDIS_LOADING, LINE_loading},
    {FAKE_REDIS_NOREPLICAS, LINE_noreplicas},
    {FAKE_REDIS_MASTERDOWN, LINE_masterdown},
    {FAKE_REDIS_MISCONF, LINE_misconf},
    {FAKE_REDIS_BUSY, LINE_busy},
    {FAKE_REDIS_CLUSTERDOWN, LINE_clusterdown},
};

const char *fake_states_text(enum fake_redis_states state)
{
    for (size_t i = 0; i < FL_COUNT(refusals); i++)
        if (refusals[i].state == state) return lines[refusals[i].line];
    fl_panic("no words for a state");
}

static bool is_replica(const struct fake_redis *engine)
{
    return engine->states & (FAKE_REDIS_READONLY | FAKE_REDIS_MASTERDOWN);
}

/* A replica leaves it to its master to hold on to a limit, and who waits for a script of somebody
 * else does not ask for memory. */
static bool lacks_memory(const struct fake_redis *engine)
{
    return fake_engine_out_of_memory(engine) && !is_replica(engine) &&
           !(engine->states & FAKE_REDIS_BUSY);
}

/* A client hears MISCONF before READONLY, a script the other way round. */
static const char *write_refusal(const struct fake_redis *engine)
{
    if (engine->states & FAKE_REDIS_MISCONF) return fake_states_text(FAKE_REDIS_MISCONF);
    if (engine->states & FAKE_REDIS_READONLY) return fake_states_text(FAKE_REDIS_READONLY);
    if ((engine->states & FAKE_REDIS_NOREPLICAS) && !is_replica(engine))
        return fake_states_text(FAKE_REDIS_NOREPLICAS);
    return NULL;
}

const char *fake_states_write_refusal(const struct fake_redis *engine)
{
    bool read_only = engine->states & FAKE_REDIS_READONLY;
    return read_only ? fake_states_text(FAKE_REDIS_READONLY) : write_refusal(engine);
}

bool fake_states_is_stale(const struct fake_redis *engine)
{
    return engine->states & FAKE_REDIS_MASTERDOWN;
}

static bool runs_exec(const struct fake_command *command)
{
    return strcmp(command->name, "exec") == 0;
}

static bool runs_script(const struct fake_command *command)
{
    return strncmp(command->name, "eval", strlen("eval")) == 0 ||
           strncmp(command->name, "fcall", strlen("fcall")) == 0;
}

unsigned fake_states_flags(const struct fake_redis *engine, const struct fake_command *command,
                           const struct fl_span *args)
{
    unsigned declared = runs_script(command) ? fake_script_flags(engine, args) : 0;
    if (!declared) return command->flags;
    unsigned flags = command->flags & ~(unsigned)FAKE_CMD_STALE;
    if (declared & FAKE_SCRIPT_ALLOW_STALE) flags |= FAKE_CMD_STALE;
    if (declared & FAKE_SCRIPT_NO_WRITES) return flags;
    flags |= FAKE_CMD_WRITE;
    return declared & FAKE_SCRIPT_ALLOW_OOM ? flags : flags | FAKE_CMD_DENYOOM;
}

bool fake_states_may_replicate(const struct fake_redis *engine, const struct fake_command *command,
                               const struct fl_span *args)
{
    static const char *const scripts[] = {"eval", "evalsha", "fcall"};
    static const char *const others[] = {"publish", "spublish", "pfcount"};
    for (size_t i = 0; i < FL_COUNT(scripts); i++)
        if (strcmp(command->name, scripts[i]) == 0)
            return !(fake_script_flags(engine, args) & FAKE_SCRIPT_NO_WRITES);
    for (size_t i = 0; i < FL_COUNT(others); i++)
        if (strcmp(command->name, others[i]) == 0) return true;
    return false;
}

/* With any state set. `any` has the flags of all that would run, `all` those that all have. */
static const char *refusal_of_flags(const struct fake_redis_session *session,
                                    const struct fake_command *command, unsigned any, unsigned all)
{
    const struct fake_redis *engine = session->engine;
    unsigned states = engine->states;
    if ((states & FAKE_REDIS_MISCONF) && strcmp(command->name, "ping") == 0)
        return fake_states_text(FAKE_REDIS_MISCONF);
    const char *no_write = any & FAKE_CMD_WRITE ? write_refusal(engine) : NULL;
    if (no_write) return no_write;
    if (fake_pubsub_forbids(session, command)) return NULL; /* and the caller says so */
    if (fake_states_is_stale(engine) && !(all & FAKE_CMD_STALE))
        return fake_states_text(FAKE_REDIS_MASTERDOWN);
    if ((states & FAKE_REDIS_LOADING) && !(all & FAKE_CMD_LOADING))
        return fake_states_text(FAKE_REDIS_LOADING);
    if ((states & FAKE_REDIS_BUSY) && !(command->flags & FAKE_CMD_ALLOW_BUSY))
        return fake_states_text(FAKE_REDIS_BUSY);
    return NULL;
}

const char *fake_states_refusal(const struct fake_redis_session *session,
                                const struct fake_command *command, const struct fl_span *args)
{
    struct fake_redis *engine = session->engine;
    if (fake_engine_over_limit(engine) && lacks_memory(engine)) fake_evict(engine);
    bool no_memory = lacks_memory(engine);
    if (!engine->states && !no_memory) return NULL;
    unsigned any = fake_states_flags(engine, command, args), all = any;
    if (runs_exec(command) && session->queued_count) {
        any |= session->queued_flags_any;
        all &= session->queued_flags_all;
    }
    bool grows =
        (any & FAKE_CMD_DENYOOM) || (session->in_multi && !(command->flags & FAKE_CMD_UNQUEUED));
    if (no_memory && grows) return fake_states_text(FAKE_REDIS_OOM);
    return engine->states ? refusal_of_flags(session, command, any, all) : NULL;
}

const char *fake_states_script_refusal(const struct fake_redis *engine, unsigned flags)
{
    bool declared = flags & FAKE_SCRIPT_SHEBANG, no_writes = flags & FAKE_SCRIPT_NO_WRITES;
    if (engine->cluster && (flags & FAKE_SCRIPT_NO_CLUSTER))
        return "ERR Can not run script on cluster, 'no-cluster' flag is set.";
    if (fake_states_is_stale(engine) && !(flags & FAKE_SCRIPT_ALLOW_STALE))
        return fake_states_text(FAKE_REDIS_MASTERDOWN);
    if (!declared || no_writes) return NULL;
    const char *no_write = fake_states_write_refusal(engine);
    if (no_write) return no_write;
    if (!(flags & FAKE_SCRIPT_ALLOW_OOM) && lacks_memory(engine))
        return fake_states_text(FAKE_REDIS_OOM);
    return NULL;
}

/* ---- setting them ---- */

/* As when a master becomes a replica. */
static void hang_up_on_blocked(struct fake_redis *engine)
{
    while (engine->first_blocked) {
        struct fake_redis_session *session = engine->first_blocked;
        fake_blocking_interrupt(session, lines[LINE_unblocked]);
        session->closed = true;
    }
}

void fake_redis_set_states(struct fake_redis *engine, unsigned states)
{
    const unsigned replica = FAKE_REDIS_READONLY | FAKE_REDIS_MASTERDOWN;
    bool demoted = (states & replica) && !(engine->states & replica);
    bool freed = (engine->states & FAKE_REDIS_BUSY) && !(states & FAKE_REDIS_BUSY);
    engine->states = states;
    if (demoted) hang_up_on_blocked(engine);
    if (freed) {
        fake_engine_read_clock(engine);
        fake_blocking_expire(engine);
    }
    fake_wakeups_run(engine);
}

unsigned fake_redis_states(const struct fake_redis *engine)
{
    return engine->states;
}
