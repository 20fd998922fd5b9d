/* SUBSCRIBE and its kin, PUBLISH, PUBSUB. */
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_list.h"

/* Channels and patterns are counted together, those of a shard alone. */
static uint32_t count_of(const struct fake_redis_session *session, enum fake_topic_kind kind)
{
    const struct fake_dict *subscribed = session->subscribed;
    if (kind == FAKE_TOPIC_SHARD) return subscribed[FAKE_TOPIC_SHARD].count;
    return subscribed[FAKE_TOPIC_CHANNEL].count + subscribed[FAKE_TOPIC_PATTERN].count;
}

/* Tells what was subscribed to, or unsubscribed; NULL: nothing. Whatever CLIENT REPLY says. */
static void confirm(struct fake_call *call, const struct fl_span *name, uint32_t count)
{
    bool muted = call->out->muted;
    call->out->muted = false;
    fake_reply_push(call->out, 3);
    fake_reply_bulk_text(call->out, call->command->name);
    if (name)
        fake_reply_bulk(call->out, *name);
    else
        fake_reply_nil(call->out);
    fake_reply_int(call->out, count);
    call->out->muted = muted;
}

static void subscribe(struct fake_call *call, enum fake_topic_kind kind)
{
    for (size_t i = 1; i < call->count; i++) {
        switch (fake_pubsub_subscribe(call->session, kind, call->args[i])) {
        case FAKE_SUBSCRIBE_BOUND:
            fake_reply_error(call->out, "ERR max number of subscriptions reached");
            return;
        case FAKE_SUBSCRIBE_OOM: fake_call_oom(call); return;
        case FAKE_SUBSCRIBED: break;
        }
        confirm(call, &call->args[i], count_of(call->session, kind));
    }
}

static void unsubscribe_all(struct fake_call *call, enum fake_topic_kind kind)
{
    struct fake_redis_session *session = call->session;
    uint32_t i = 0;
    struct fake_entry *entry = fake_dict_next(&session->subscribed[kind], &i);
    if (!entry) confirm(call, NULL, count_of(session, kind));
    for (; entry; entry = fake_dict_next(&session->subscribed[kind], &i)) {
        struct fl_span name = fake_entry_key(entry); /* which dies with the entry */
        confirm(call, &name, count_of(session, kind) - 1);
        (void)fake_pubsub_unsubscribe(session, kind, name);
    }
}

static void unsubscribe(struct fake_call *call, enum fake_topic_kind kind)
{
    if (call->count == 1) unsubscribe_all(call, kind);
    for (size_t i = 1; i < call->count; i++) {
        (void)fake_pubsub_unsubscribe(call->session, kind, call->args[i]);
        confirm(call, &call->args[i], count_of(call->session, kind));
    }
}

void fake_cmd_subscribe(struct fake_call *call)
{
    subscribe(call, FAKE_TOPIC_CHANNEL);
}

void fake_cmd_psubscribe(struct fake_call *call)
{
    subscribe(call, FAKE_TOPIC_PATTERN);
}

/* Unlike the others it is refused in a transaction. */
void fake_cmd_ssubscribe(struct fake_call *call)
{
    if (call->engine->in_transaction) {
        fake_reply_error(call->out, "ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client");
        return;
    }
    subscribe(call, FAKE_TOPIC_SHARD);
}

void fake_cmd_unsubscribe(struct fake_call *call)
{
    unsubscribe(call, FAKE_TOPIC_CHANNEL);
}

void fake_cmd_punsubscribe(struct fake_call *call)
{
    unsubscribe(call, FAKE_TOPIC_PATTERN);
}

void fake_cmd_sunsubscribe(struct fake_call *call)
{
    unsubscribe(call, FAKE_TOPIC_SHARD);
}

void fake_cmd_publish(struct fake_call *call)
{
    fake_reply_int(call->out, (int64_t)fake_pubsub_publish(call->engine, FAKE_TOPIC_CHANNEL,
                                                           call->args[1], call->args[2]));
}

void fake_cmd_spublish(struct fake_call *call)
{
    fake_reply_int(call->out, (int64_t)fake_pubsub_publish(call->engine, FAKE_TOPIC_SHARD,
                                                           call->args[1], call->args[2]));
}

/* ---- PUBSUB ---- */

static void channels(struct fake_call *call, enum fake_topic_kind kind)
{
    if (call->count > 3) {
        fake_reply_errorf(call->out,
                          "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try "
                          "PUBSUB HELP.",
                          (int)(call->args[1].length & 0x7f), call->args[1].bytes);
        return;
    }
    size_t place = fake_reply_array_later(call->out), count = 0;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&call->engine->topics[kind], &i));) {
        struct fl_span name = fake_entry_key(entry);
        if (call->count == 3 && !fake_pubsub_matches(call->args[2], name)) continue;
        fake_reply_bulk(call->out, name);
        count++;
    }
    fake_reply_array_set(call->out, place, count);
}

static void numsub(struct fake_call *call, enum fake_topic_kind kind)
{
    fake_reply_array(call->out, (call->count - 2) * 2);
    for (size_t i = 2; i < call->count; i++) {
        fake_reply_bulk(call->out, call->args[i]);
        fake_reply_int(call->out,
                       (int64_t)fake_pubsub_subscribers(call->engine, kind, call->args[i]));
    }
}

void fake_cmd_pubsub_channels(struct fake_call *call)
{
    channels(call, FAKE_TOPIC_CHANNEL);
}

void fake_cmd_pubsub_shardchannels(struct fake_call *call)
{
    channels(call, FAKE_TOPIC_SHARD);
}

void fake_cmd_pubsub_numsub(struct fake_call *call)
{
    numsub(call, FAKE_TOPIC_CHANNEL);
}

void fake_cmd_pubsub_shardnumsub(struct fake_call *call)
{
    numsub(call, FAKE_TOPIC_SHARD);
}

void fake_cmd_pubsub_numpat(struct fake_call *call)
{
    fake_reply_int(call->out, call->engine->topics[FAKE_TOPIC_PATTERN].count);
}
