/* fakes/redis/engine/engine.h - the layout of an engine, for the modules inside this folder. */
#ifndef FAKE_REDIS_ENGINE_H
#define FAKE_REDIS_ENGINE_H

#include "fakes/redis/engine/dice.h"
#include "fakes/redis/engine/keyspace.h"
#include "fakes/redis/engine/pause.h"
#include "fakes/redis/engine/pubsub.h"
#include "fakes/redis/engine/slowlog.h"
#include "fakes/redis/engine/stats.h"
#include "fakes/redis/engine/versions.h"
#include "fakes/redis/engine/wakeups.h"
#include "fakes/redis/fake_redis.h"
#include "fakes/redis/table/command.h"

enum {
    FAKE_RECENT_COMMANDS = 256,
    /* What an empty server holds, so that `maxmemory 1` means "out of memory" as it does there. */
    FAKE_ENGINE_BASE_BYTES = 1024 * 1024,
};

struct fake_redis {
    struct fake_heap heap;
    struct fake_redis_options options;
    enum fake_version version; /* that of the options, understood */
    int64_t now_us, now_ms;    /* read at the start of each command; scripts and EXEC keep it */
    int64_t started_us;
    uint64_t version_counter;
    struct fake_dice dice;
    struct fake_journal *journal; /* NULL: writes cannot be lost */
    unsigned states;              /* enum fake_redis_states */
    struct fake_cluster *cluster; /* whose slots are where; NULL: no cluster */
    size_t memory_max_bytes;      /* by the options or CONFIG SET maxmemory */
    struct fake_database databases[FAKE_REDIS_DATABASES];

    struct fake_redis_session *first_session, *last_session;
    uint32_t session_count;
    uint64_t last_session_id;
    struct fake_redis_session *current;      /* whose bytes are being executed; NULL: nobody's */
    const struct fake_redis_session *writer; /* where keys are tracked: whose command runs, */
    const struct fake_command *writing;      /* and which; NULL: nobody's */
    uint32_t watchers;                       /* sessions that watch a key */
    struct fake_redis_session *actor;        /* whose command runs, and is not answered yet */
    bool is_serving;                         /* those who waited for what it made */
    struct fake_redis_session *toucher; /* who changes keys: the actor, a script, who is served */
    uint32_t monitors;                  /* sessions that are shown each command */
    struct fake_cached *cached;         /* NULL: nobody has tracked keys */
    struct fake_pause pause;

    struct fake_redis_session *first_blocked,
        *last_blocked;                             /* in the order in which they blocked */
    struct fake_waiters *first_ready, *last_ready; /* in the order of becoming ready */
    struct fake_wakeup_queue wakeups[FAKE_WAKEUPS];

    struct fake_acl *acl;           /* NULL: nobody has asked for users yet */
    struct fake_acl_entry *acl_log; /* the newest first */
    bool acl_all_channels;          /* of new users: CONFIG acl-pubsub-default */
    bool counts_accesses;           /* the policy of eviction asks how often keys are used */
    struct fake_config *config;     /* NULL: all parameters are as in the beginning */
    struct fake_str *master_host;   /* REPLICAOF; NULL: a master */
    unsigned master_port;
    bool logs_all_as_slow;        /* SLOWLOG has commands of no duration, too */
    struct fake_scripts *scripts; /* NULL before the first script command */
    bool in_transaction, in_script;
    struct fake_stats stats;
    struct fake_slowlog slowlog;
    struct fake_latency latency;
    int64_t saved_us;       /* the last SAVE, or the start */
    uint64_t saved_version; /* version_counter then */
    uint64_t saves;
    bool keeps_dead_keys; /* DEBUG SET-ACTIVE-EXPIRE 0: they go when they are looked at */
    struct fake_dict topics[FAKE_TOPIC_KINDS]; /* name -> struct fake_topic */
    struct fake_out scratch;                   /* for names that are put together */
    unsigned notify_classes; /* enum fake_notify: which events of keys are published; 0: none */
    const struct fake_command *recent[FAKE_RECENT_COMMANDS];
    const struct fake_redis_key **sorted; /* what fake_redis_keys handed out */
    size_t sorted_capacity;
};

/* Reads the clock; commands of scripts and transactions do not. */
void fake_engine_read_clock(struct fake_redis *engine);
bool fake_engine_out_of_memory(const struct fake_redis *engine);
/* More is used than maxmemory allows. */
bool fake_engine_over_limit(const struct fake_redis *engine);
static inline bool fake_engine_has(const struct fake_redis *engine, enum fake_feature feature)
{
    return fake_version_has(engine->version, feature);
}

#endif
