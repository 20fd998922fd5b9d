/* ZRANDMEMBER and HRANDFIELD: members and fields by chance. */
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/table/command_list.h"

/* What is picked from: a sorted set or a hash. */
struct urn {
    struct fake_dict *dict;
    struct fake_zset *zset; /* NULL: a hash */
};

static void reply_entry(struct fake_out *out, const struct urn *urn, const struct fake_entry *entry,
                        bool with_values)
{
    if (with_values) fake_reply_pair(out);
    fake_reply_bulk(out, fake_entry_key(entry));
    if (!with_values) return;
    if (urn->zset)
        fake_reply_double(out, entry->score);
    else
        fake_reply_bulk(out, fake_str_span(entry->value));
}

static void begin(struct fake_out *out, size_t count, bool with_values)
{
    if (with_values)
        fake_reply_pairs(out, count);
    else
        fake_reply_array(out, count);
}

static struct fake_entry *pick(struct fake_call *call, const struct urn *urn)
{
    uint64_t random = fake_dice_roll(&call->engine->dice);
    return urn->zset ? fake_zset_pick(urn->zset, random) : fake_dict_pick(urn->dict, random);
}

static void reply_repeated(struct fake_call *call, const struct urn *urn, int64_t count,
                           bool with_values)
{
    begin(call->out, (size_t)count, with_values);
    for (int64_t i = 0; i < count && !call->out->broken; i++)
        reply_entry(call->out, urn, pick(call, urn), with_values);
}

/* Each is taken with the chance that fills the rest of the reply. */
static void reply_distinct(struct fake_call *call, const struct urn *urn, int64_t count,
                           bool with_values)
{
    uint32_t left = urn->dict->count, i = 0;
    uint32_t want = count < left ? (uint32_t)count : left;
    begin(call->out, want, with_values);
    for (struct fake_entry *entry; want && (entry = fake_dict_next(urn->dict, &i)); left--) {
        if (fake_dice_roll(&call->engine->dice) % left >= want) continue;
        reply_entry(call->out, urn, entry, with_values);
        want--;
    }
}

/* False: an error was written. */
static bool parse(struct fake_call *call, const char *word, int64_t *ret_count,
                  bool *ret_with_values)
{
    if (!fake_call_int_range(call, call->args[2], -INT64_MAX, INT64_MAX, NULL, ret_count))
        return false;
    *ret_with_values = call->count > 3;
    if (!*ret_with_values) return true;
    if (call->count > 4 || !fake_arg_is(call->args[3], word)) {
        fake_call_syntax_error(call);
        return false;
    }
    if (*ret_count >= -(INT64_MAX / 2) && *ret_count <= INT64_MAX / 2) return true;
    fake_reply_error(call->out, "ERR value is out of range");
    return false;
}

/* False: an error was written. NULL: the key is absent. */
static bool find(struct fake_call *call, enum fake_redis_type type, struct fake_redis_key **ret_key,
                 struct urn *ret_urn)
{
    if (!fake_call_find(call, call->args[1], type, ret_key)) return false;
    if (*ret_key && type == FAKE_REDIS_ZSET)
        *ret_urn = (struct urn){&(*ret_key)->zset.members, &(*ret_key)->zset};
    else if (*ret_key)
        *ret_urn = (struct urn){&(*ret_key)->dict, NULL};
    return true;
}

/* All of a sorted set comes from the greatest down. */
static void reply_descending(struct fake_call *call, const struct fake_zset *zset, bool with_values)
{
    begin(call->out, fake_zset_count(zset), with_values);
    struct fake_zcursor at = fake_zset_end(zset);
    for (const struct fake_entry *member; (member = fake_zset_previous(zset, &at));) {
        if (with_values) fake_reply_pair(call->out);
        fake_reply_bulk(call->out, fake_entry_key(member));
        if (with_values) fake_reply_double(call->out, member->score);
    }
}

static void reply_one(struct fake_call *call, enum fake_redis_type type)
{
    struct fake_redis_key *key;
    struct urn urn;
    if (!find(call, type, &key, &urn)) return;
    if (key)
        fake_reply_bulk(call->out, fake_entry_key(pick(call, &urn)));
    else
        fake_reply_nil(call->out);
}

static void reply_many(struct fake_call *call, enum fake_redis_type type, const char *word)
{
    int64_t count;
    bool with_values;
    struct fake_redis_key *key;
    struct urn urn;
    if (!parse(call, word, &count, &with_values)) return;
    if (!find(call, type, &key, &urn)) return;
    if (!key || count == 0)
        fake_reply_array(call->out, 0);
    else if (count < 0)
        reply_repeated(call, &urn, -count, with_values);
    else if (type == FAKE_REDIS_ZSET && count >= fake_zset_count(&key->zset))
        reply_descending(call, &key->zset, with_values);
    else
        reply_distinct(call, &urn, count, with_values);
}

void fake_cmd_zrandmember(struct fake_call *call)
{
    if (call->count == 2)
        reply_one(call, FAKE_REDIS_ZSET);
    else
        reply_many(call, FAKE_REDIS_ZSET, "withscores");
}

void fake_cmd_hrandfield(struct fake_call *call)
{
    if (call->count == 2)
        reply_one(call, FAKE_REDIS_HASH);
    else
        reply_many(call, FAKE_REDIS_HASH, "withvalues");
}
