/* Commands on sets. */
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/engine/scan.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/intset_order.h"
#include "fakes/redis/values/number.h"

static bool find_set(struct fake_call *call, struct fl_span name, struct fake_redis_key **ret_set)
{
    return fake_call_find(call, name, FAKE_REDIS_SET, ret_set);
}

static bool has(const struct fake_redis_key *set, struct fl_span member)
{
    return set && fake_dict_find(&set->dict, member);
}

static void note_member(struct fake_redis_key *set, struct fl_span member)
{
    int64_t integer;
    if (!fake_int_parse(member, &integer)) set->mixed = true;
    if (set->mixed || set->dict.count > FAKE_INTSET_ENTRIES_MAX) set->large = true;
}

/* 1 added, 0 was there, -1 out of memory. */
static int add(struct fake_call *call, struct fake_redis_key *set, struct fl_span member)
{
    if (fake_dict_find(&set->dict, member)) return 0;
    if (!fake_dict_insert(fake_call_heap(call), &set->dict, member)) return -1;
    note_member(set, member);
    return 1;
}

static void discard(struct fake_call *call, struct fake_redis_key *set, struct fake_entry *entry)
{
    fake_dict_remove(fake_call_heap(call), &set->dict, entry);
}

/* Members were removed, which was announced. */
static void shrunk(struct fake_call *call, struct fake_redis_key *set)
{
    if (!fake_key_delete_empty(call->db, set)) fake_key_touch(call->db, set->name);
}

void fake_cmd_sadd(struct fake_call *call)
{
    struct fake_redis_key *set;
    if (!fake_call_find_or_create(call, call->args[1], FAKE_REDIS_SET, &set)) return;
    int64_t added = 0;
    for (size_t i = 2; i < call->count; i++) {
        int one = add(call, set, call->args[i]);
        if (one < 0) {
            shrunk(call, set);
            fake_call_oom(call);
            return;
        }
        added += one;
    }
    if (added) {
        fake_key_touch(call->db, set->name);
        fake_key_notify(call->db, FAKE_NOTIFY_SET, "sadd", set->name);
    }
    fake_reply_int(call->out, added);
}

void fake_cmd_srem(struct fake_call *call)
{
    struct fake_redis_key *set;
    if (!find_set(call, call->args[1], &set)) return;
    int64_t removed = 0;
    for (size_t i = 2; set && i < call->count; i++) {
        struct fake_entry *entry = fake_dict_find(&set->dict, call->args[i]);
        if (!entry) continue;
        discard(call, set, entry);
        removed++;
    }
    if (removed) {
        fake_key_touch(call->db, set->name);
        fake_key_notify(call->db, FAKE_NOTIFY_SET, "srem", set->name);
        (void)fake_key_delete_empty(call->db, set);
    }
    fake_reply_int(call->out, removed);
}

void fake_cmd_smove(struct fake_call *call)
{
    struct fake_redis_key *source, *target;
    if (!find_set(call, call->args[1], &source)) return;
    if (!source) {
        fake_reply_int(call->out, 0);
        return;
    }
    if (!find_set(call, call->args[2], &target)) return;
    struct fake_entry *entry = fake_dict_find(&source->dict, call->args[3]);
    if (!entry || source == target) {
        fake_reply_int(call->out, entry != NULL);
        return;
    }
    bool created = !target;
    if (created) target = fake_key_create_quietly(call->db, call->args[2], FAKE_REDIS_SET);
    int added = target ? add(call, target, call->args[3]) : -1;
    if (added < 0) {
        if (target && created) fake_key_delete(call->db, target);
        fake_call_oom(call);
        return;
    }
    discard(call, source, entry);
    fake_key_notify(call->db, FAKE_NOTIFY_SET, "srem", source->name);
    shrunk(call, source);
    if (created) fake_key_notify(call->db, FAKE_NOTIFY_NEW, "new", target->name);
    if (added) {
        fake_key_touch(call->db, target->name);
        fake_key_notify(call->db, FAKE_NOTIFY_SET, "sadd", target->name);
    }
    fake_reply_int(call->out, 1);
}

/* ---- reading ---- */

void fake_cmd_scard(struct fake_call *call)
{
    struct fake_redis_key *set;
    if (find_set(call, call->args[1], &set)) fake_reply_int(call->out, set ? set->dict.count : 0);
}

void fake_cmd_sismember(struct fake_call *call)
{
    struct fake_redis_key *set;
    if (find_set(call, call->args[1], &set)) fake_reply_int(call->out, has(set, call->args[2]));
}

void fake_cmd_smismember(struct fake_call *call)
{
    struct fake_redis_key *set;
    if (!find_set(call, call->args[1], &set)) return;
    fake_reply_array(call->out, call->count - 2);
    for (size_t i = 2; i < call->count; i++)
        fake_reply_int(call->out, has(set, call->args[i]));
}

static void reply_members(struct fake_call *call, const struct fake_dict *members)
{
    const struct fake_entry *ascending[FAKE_INTSET_ENTRIES_MAX];
    fake_reply_set(call->out, members->count);
    if (fake_intset_order(members, ascending)) {
        for (uint32_t i = 0; i < members->count; i++)
            fake_reply_bulk(call->out, fake_entry_key(ascending[i]));
        return;
    }
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(members, &i));)
        fake_reply_bulk(call->out, fake_entry_key(entry));
}

void fake_cmd_smembers(struct fake_call *call)
{
    struct fake_redis_key *set;
    const struct fake_dict none = {0};
    if (find_set(call, call->args[1], &set)) reply_members(call, set ? &set->dict : &none);
}

void fake_cmd_sscan(struct fake_call *call)
{
    struct fake_scan scan;
    struct fake_redis_key *set;
    if (!fake_scan_parse(call, 2, &scan)) return;
    if (!find_set(call, call->args[1], &set)) return;
    const struct fake_entry *ascending[FAKE_INTSET_ENTRIES_MAX];
    if (set && !set->large && fake_intset_order(&set->dict, ascending))
        fake_scan_whole(call, &scan, ascending, set->dict.count, fake_scan_member);
    else
        fake_scan_dict(call, &scan, set ? &set->dict : NULL, set && set->large, fake_scan_member);
}

/* ---- chance ---- */

static struct fake_entry *pick(struct fake_call *call, struct fake_redis_key *set)
{
    return fake_dict_pick(&set->dict, fake_dice_roll(&call->engine->dice));
}

static void reply_popped(struct fake_call *call, struct fake_redis_key *set, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct fake_entry *entry = pick(call, set);
        fake_reply_bulk(call->out, fake_entry_key(entry));
        discard(call, set, entry);
    }
    if (count) shrunk(call, set);
}

void fake_cmd_spop(struct fake_call *call)
{
    int64_t count = 1;
    struct fake_redis_key *set;
    if (call->count > 3) {
        fake_call_syntax_error(call);
        return;
    }
    if (call->count == 3 &&
        !fake_call_int_range(call, call->args[2], 0, INT64_MAX,
                             "ERR value is out of range, must be positive", &count))
        return;
    if (!find_set(call, call->args[1], &set)) return;
    if (call->count == 2 && !set) {
        fake_reply_nil(call->out);
        return;
    }
    uint32_t pops = set ? set->dict.count : 0;
    if (count < pops) pops = (uint32_t)count;
    if (pops) fake_key_notify(call->db, FAKE_NOTIFY_SET, "spop", set->name);
    if (call->count == 3) fake_reply_set(call->out, pops);
    reply_popped(call, set, pops);
}

/* Distinct members: each is taken with the chance that fills the rest of the reply. */
static void reply_distinct(struct fake_call *call, const struct fake_redis_key *set, uint32_t count)
{
    uint32_t left = set->dict.count, want = count, i = 0;
    fake_reply_array(call->out, count);
    for (struct fake_entry *entry; want && (entry = fake_dict_next(&set->dict, &i)); left--) {
        if (fake_dice_roll(&call->engine->dice) % left >= want) continue;
        fake_reply_bulk(call->out, fake_entry_key(entry));
        want--;
    }
}

void fake_cmd_srandmember(struct fake_call *call)
{
    int64_t count;
    struct fake_redis_key *set;
    if (call->count > 3) {
        fake_call_syntax_error(call);
        return;
    }
    if (call->count == 2) {
        if (!find_set(call, call->args[1], &set)) return;
        if (set)
            fake_reply_bulk(call->out, fake_str_span(pick(call, set)->key));
        else
            fake_reply_nil(call->out);
        return;
    }
    if (!fake_call_int_range(call, call->args[2], -INT64_MAX, INT64_MAX, NULL, &count)) return;
    if (!find_set(call, call->args[1], &set)) return;
    if (!set || count == 0) {
        fake_reply_array(call->out, 0);
    } else if (count < 0) {
        fake_reply_array(call->out, (size_t)-count);
        for (int64_t i = 0; i > count && !call->out->broken; i--)
            fake_reply_bulk(call->out, fake_str_span(pick(call, set)->key));
    } else {
        uint32_t size = set->dict.count;
        reply_distinct(call, set, count < size ? (uint32_t)count : size);
    }
}

/* ---- algebra ---- */

enum algebra { INTER, UNION, DIFF };

static bool belongs(struct fake_call *call, enum algebra algebra, size_t first, size_t count,
                    struct fl_span member)
{
    for (size_t i = first; i < first + count; i++) {
        bool found = has(fake_key_find(call->db, call->args[i]), member);
        if (algebra == INTER && !found) return false;
        if (algebra == DIFF && found) return false;
    }
    return true;
}

/* Collects the result into an empty dict. False: an error was written. */
static bool collect(struct fake_call *call, enum algebra algebra, size_t first, size_t count,
                    struct fake_dict *result)
{
    struct fake_redis_key *set;
    for (size_t i = first; i < first + count; i++)
        if (!fake_call_find_source(call, call->args[i], FAKE_REDIS_SET, &set)) return false;
    size_t walked = algebra == UNION ? count : 1;
    for (size_t i = first; i < first + walked; i++) {
        set = fake_key_find(call->db, call->args[i]);
        uint32_t at = 0;
        for (struct fake_entry *entry; set && (entry = fake_dict_next(&set->dict, &at));) {
            struct fl_span member = fake_entry_key(entry);
            if (fake_dict_find(result, member)) continue;
            if (algebra != UNION && !belongs(call, algebra, first + 1, count - 1, member)) continue;
            if (fake_dict_insert(fake_call_heap(call), result, member)) continue;
            fake_call_oom(call);
            return false;
        }
    }
    return true;
}

static void algebra_reply(struct fake_call *call, enum algebra algebra)
{
    struct fake_dict result = {0};
    if (collect(call, algebra, 1, call->count - 1, &result)) reply_members(call, &result);
    fake_dict_release(fake_call_heap(call), &result);
}

void fake_cmd_sinter(struct fake_call *call)
{
    algebra_reply(call, INTER);
}

void fake_cmd_sunion(struct fake_call *call)
{
    algebra_reply(call, UNION);
}

void fake_cmd_sdiff(struct fake_call *call)
{
    algebra_reply(call, DIFF);
}

/* An intersection with a key that is absent is not computed: its end differs in the order in which
 * the client hears of it. */
static bool is_cut_short(const struct fake_call *call, enum algebra algebra)
{
    for (size_t i = 2; algebra == INTER && i < call->count; i++)
        if (!fake_key_find(call->db, call->args[i])) return true;
    return false;
}

/* Makes the target hold what was collected, which becomes the key's; replies, and announces. */
static void store(struct fake_call *call, struct fake_dict *result, bool news_first)
{
    struct fl_span name = call->args[1];
    struct fake_redis_key *target = fake_key_find(call->db, name);
    if (!result->count) {
        bool existed = target;
        if (existed) fake_key_delete(call->db, target);
        if (!news_first) fake_reply_int(call->out, 0);
        if (existed) fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "del", name);
        if (news_first) fake_reply_int(call->out, 0);
        return;
    }
    if (target)
        fake_key_overwrite(call->db, target, FAKE_REDIS_SET);
    else
        target = fake_key_create(call->db, name, FAKE_REDIS_SET);
    if (!target) {
        fake_call_oom(call);
        return;
    }
    target->dict = *result;
    *result = (struct fake_dict){0};
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(&target->dict, &i));)
        note_member(target, fake_entry_key(entry));
    fake_reply_int(call->out, target->dict.count);
    fake_key_notify(call->db, FAKE_NOTIFY_SET, call->command->name, name);
}

static void algebra_store(struct fake_call *call, enum algebra algebra)
{
    struct fake_dict result = {0};
    if (collect(call, algebra, 2, call->count - 2, &result))
        store(call, &result, is_cut_short(call, algebra));
    fake_dict_release(fake_call_heap(call), &result);
}

void fake_cmd_sinterstore(struct fake_call *call)
{
    algebra_store(call, INTER);
}

void fake_cmd_sunionstore(struct fake_call *call)
{
    algebra_store(call, UNION);
}

void fake_cmd_sdiffstore(struct fake_call *call)
{
    algebra_store(call, DIFF);
}

void fake_cmd_sintercard(struct fake_call *call)
{
    int64_t keys, limit = 0;
    if (!fake_call_int_range(call, call->args[1], 1, INT64_MAX,
                             "ERR numkeys should be greater than 0", &keys))
        return;
    if (keys > (int64_t)call->count - 2) {
        fake_reply_error(call->out, "ERR Number of keys can't be greater than number of args");
        return;
    }
    for (size_t i = 2 + (size_t)keys; i < call->count; i += 2) {
        if (!fake_arg_is(call->args[i], "limit") || i + 1 == call->count) {
            fake_call_syntax_error(call);
            return;
        }
        if (!fake_call_int_range(call, call->args[i + 1], 0, INT64_MAX,
                                 "ERR LIMIT can't be negative", &limit))
            return;
    }
    struct fake_dict result = {0};
    if (collect(call, INTER, 2, (size_t)keys, &result))
        fake_reply_int(call->out, limit && limit < result.count ? limit : result.count);
    fake_dict_release(fake_call_heap(call), &result);
}
