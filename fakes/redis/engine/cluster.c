/* One node's view of a cluster: ranges of slots with who serves them, and nothing behind it. A
 * client that follows MOVED to another node meets whatever listens there. */
#include "fakes/redis/engine/cluster.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/assert.h"
#include "fakes/redis/engine/states.h"
#include "fakes/redis/table/command_list.h"

struct fake_cluster {
    struct fake_redis_slots *ranges;
    size_t count;
    char refusal[FAKE_REDIS_NODE_BYTES + 64]; /* handed out */
};

void fake_cluster_free(struct fake_cluster *cluster)
{
    if (!cluster) return;
    free(cluster->ranges);
    free(cluster);
}

enum fl_error fake_redis_set_slots(struct fake_redis *engine, const struct fake_redis_slots *slots,
                                   size_t count)
{
    struct fake_cluster *cluster = NULL;
    if (count > FAKE_REDIS_SLOTS) return FL_EBOUND;
    for (size_t i = 0; i < count; i++)
        if (slots[i].first > slots[i].last || slots[i].last >= FAKE_REDIS_SLOTS ||
            !memchr(slots[i].node, '\0', sizeof slots[i].node))
            return FL_EINVAL;
    if (count) {
        cluster = calloc(1, sizeof *cluster);
        if (cluster) cluster->ranges = malloc(count * sizeof *slots);
        if (!cluster || !cluster->ranges) {
            fake_cluster_free(cluster);
            return FL_ENOMEM;
        }
        memcpy(cluster->ranges, slots, count * sizeof *slots);
        cluster->count = count;
    }
    fake_cluster_free(engine->cluster);
    engine->cluster = cluster;
    return FL_OK;
}

/* CRC-16/XMODEM, bit by bit: only a cluster pays for it. */
static unsigned crc16(struct fl_span bytes)
{
    unsigned crc = 0;
    for (size_t i = 0; i < bytes.length; i++) {
        crc ^= (unsigned)(unsigned char)bytes.bytes[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1) & 0xffff;
    }
    return crc;
}

unsigned fake_cluster_slot(struct fl_span key)
{
    const char *open = key.length ? memchr(key.bytes, '{', key.length) : NULL;
    if (open) {
        struct fl_span tag = {open + 1, key.length - (size_t)(open + 1 - key.bytes)};
        const char *close = tag.length ? memchr(tag.bytes, '}', tag.length) : NULL;
        if (close && close > tag.bytes)
            key = (struct fl_span){tag.bytes, (size_t)(close - tag.bytes)};
    }
    return crc16(key) % FAKE_REDIS_SLOTS;
}

/* ---- where the keys of a command are ---- */

struct places {
    int slot; /* -1: no key so far */
    bool several_slots;
    size_t keys, absent;
};

static void add_command(struct fake_database *db, const struct fl_span *args, size_t count,
                        struct places *places)
{
    struct fl_span key;
    for (size_t i = 0; fake_redis_key_of(args, count, i, &key); i++) {
        int slot = (int)fake_cluster_slot(key);
        if (places->slot >= 0 && places->slot != slot) places->several_slots = true;
        if (places->slot < 0) places->slot = slot;
        places->keys++;
        places->absent += !fake_key_find(db, key);
    }
}

static const struct fake_redis_slots *range_of(const struct fake_cluster *cluster, int slot)
{
    for (size_t i = 0; i < cluster->count; i++)
        if (cluster->ranges[i].first <= (unsigned)slot && (unsigned)slot <= cluster->ranges[i].last)
            return &cluster->ranges[i];
    return NULL;
}

static const char *redirect(struct fake_cluster *cluster, const char *word, int slot,
                            const char *node)
{
    snprintf(cluster->refusal, sizeof cluster->refusal, "%s %d %s", word, slot, node);
    return cluster->refusal;
}

static const char *judge(struct fake_redis *engine, const struct places *places, bool asking)
{
    struct fake_cluster *cluster = engine->cluster;
    bool down = engine->states & FAKE_REDIS_CLUSTERDOWN;
    if (places->slot < 0) return NULL;
    const struct fake_redis_slots *range = cluster ? range_of(cluster, places->slot) : NULL;
    if (cluster && !range) return "CLUSTERDOWN Hash slot not served";
    if (places->several_slots) return "CROSSSLOT Keys in request don't hash to the same slot";
    if (down) return fake_states_text(FAKE_REDIS_CLUSTERDOWN);
    const char *try_again = "TRYAGAIN Multiple keys request during rehashing of slot";
    bool some_absent = places->absent > 0;
    if (!range) return NULL;
    switch (range->state) {
    case FAKE_REDIS_SLOTS_HERE: return NULL;
    case FAKE_REDIS_SLOTS_MOVED: return redirect(cluster, "MOVED", places->slot, range->node);
    case FAKE_REDIS_SLOTS_MIGRATING:
        if (!some_absent) return NULL;
        if (places->absent < places->keys) return try_again;
        return redirect(cluster, "ASK", places->slot, range->node);
    case FAKE_REDIS_SLOTS_IMPORTING:
        if (!asking) return redirect(cluster, "MOVED", places->slot, range->node);
        return some_absent && places->keys > 1 ? try_again : NULL;
    }
    return NULL;
}

const char *fake_cluster_refusal(struct fake_redis_session *session,
                                 const struct fake_command *command, const struct fl_span *args,
                                 size_t count)
{
    struct fake_redis *engine = session->engine;
    struct fake_database *db = &engine->databases[session->db];
    struct places places = {.slot = -1};
    bool asking = session->asking || (command->flags & FAKE_CMD_ASKING);
    if (strcmp(command->name, "exec") == 0)
        for (const struct fake_queued *queued = session->first_queued; queued;
             queued = queued->next)
            add_command(db, queued->args, queued->count, &places);
    else
        add_command(db, args, count, &places);
    session->asking = false;
    return judge(engine, &places, asking);
}

const char *fake_cluster_script_refusal(struct fake_redis *engine, const struct fl_span *args,
                                        size_t count, int *slot)
{
    struct places places = {.slot = -1};
    add_command(&engine->databases[0], args, count, &places);
    const char *refusal = judge(engine, &places, false);
    if (refusal == fake_states_text(FAKE_REDIS_CLUSTERDOWN))
        return "Script attempted to execute a command while the cluster is down";
    if (refusal) return "Script attempted to access a non local key in a cluster node";
    if (!slot || places.slot < 0) return NULL;
    if (*slot >= 0 && *slot != places.slot)
        return "Script attempted to access keys that do not hash to the same slot";
    *slot = places.slot;
    return NULL;
}

void fake_cmd_asking(struct fake_call *call)
{
    if (!call->engine->cluster) {
        fake_reply_error(call->out, "ERR This instance has cluster support disabled");
        return;
    }
    call->session->asking = true;
    fake_reply_ok(call->out);
}
