/* Commands on single members of sorted sets; ranges are in zranges.c. */
#include "fakes/redis/commands/zsets.h"

#include <math.h>

#include "core/assert.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/engine/scan.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

static bool find_zset(struct fake_call *call, struct fake_redis_key **ret_zset)
{
    return fake_call_find(call, call->args[1], FAKE_REDIS_ZSET, ret_zset);
}

static struct fake_entry *member_of(const struct fake_redis_key *zset, struct fl_span name)
{
    return zset ? fake_zset_find(&zset->zset, name) : NULL;
}

/* `member` is NULL when it is new. */
static bool put_member(struct fake_call *call, struct fake_redis_key *zset,
                       struct fake_entry *member, struct fl_span name, double score)
{
    if (!member && (fake_zset_count(&zset->zset) + 1 > FAKE_ZSET_LISTPACK_ENTRIES_MAX ||
                    name.length > FAKE_LISTPACK_VALUE_BYTES_MAX))
        zset->large = true;
    if (score == 0 && !zset->large) score = 0; /* a listpack holds -0 as the integer 0 */
    if (member) return fake_zset_move(fake_call_heap(call), &zset->zset, member, score);
    return fake_zset_add(fake_call_heap(call), &zset->zset, name, score);
}

bool fake_zset_put(struct fake_call *call, struct fake_redis_key *zset, struct fl_span name,
                   double score)
{
    return put_member(call, zset, fake_zset_find(&zset->zset, name), name, score);
}

/* A sorted set that was made whole is compact when it could have grown so. */
static void choose_encoding(struct fake_redis_key *zset)
{
    struct fake_entry *member;
    struct fake_zcursor at = {0};
    zset->large = fake_zset_count(&zset->zset) > FAKE_ZSET_LISTPACK_ENTRIES_MAX;
    while (!zset->large && (member = fake_zset_next(&zset->zset, &at)))
        zset->large = fake_entry_key(member).length > FAKE_LISTPACK_VALUE_BYTES_MAX;
    if (zset->large) return;
    at = (struct fake_zcursor){0};
    while ((member = fake_zset_next(&zset->zset, &at)))
        if (member->score == 0) member->score = 0; /* as fake_zset_put */
}

/* Whatever it was, it holds what `value` held. False: OOM was answered. */
static bool move_to_key(struct fake_call *call, struct fl_span name, struct fake_redis_key *value)
{
    struct fake_redis_key *target = fake_key_find(call->db, name);
    if (target)
        fake_key_overwrite(call->db, target, FAKE_REDIS_ZSET);
    else
        target = fake_key_create(call->db, name, FAKE_REDIS_ZSET);
    if (!target) {
        fake_call_oom(call);
        return false;
    }
    choose_encoding(value);
    target->zset = value->zset;
    target->large = value->large;
    value->zset = (struct fake_zset){0};
    return true;
}

void fake_zset_store(struct fake_call *call, struct fl_span name, struct fake_redis_key *value,
                     const char *event, enum fake_zset_news news)
{
    uint32_t count = fake_zset_count(&value->zset);
    enum fake_notify class = count ? FAKE_NOTIFY_ZSET : FAKE_NOTIFY_GENERIC;
    if (count) {
        if (!move_to_key(call, name, value)) return;
    } else {
        struct fake_redis_key *target = fake_key_find(call->db, name);
        event = target ? "del" : NULL;
        if (target) fake_key_delete(call->db, target);
    }
    if (news == FAKE_ZSET_REPLY_FIRST) fake_reply_int(call->out, count);
    if (event) fake_key_notify(call->db, class, event, name);
    if (news == FAKE_ZSET_NEWS_FIRST) fake_reply_int(call->out, count);
}

void fake_zset_shrunk(struct fake_database *db, struct fake_redis_key *zset)
{
    if (!fake_key_delete_empty(db, zset)) fake_key_touch(db, zset->name);
}

/* ---- ZADD ---- */

enum zadd_flags {
    ZADD_NX = 1,
    ZADD_XX = 2,
    ZADD_GT = 4,
    ZADD_LT = 8,
    ZADD_CH = 16,
    ZADD_INCR = 32
};

static size_t parse_zadd_flags(const struct fake_call *call, unsigned *ret_flags)
{
    static const char *const words[] = {"nx", "xx", "gt", "lt", "ch", "incr"};
    unsigned flags = 0;
    size_t i = 2;
    for (; i < call->count; i++) {
        if (call->args[i].length && call->args[i].bytes[0] <= '9') break; /* a score, mostly */
        unsigned j = 0;
        while (j < 6 && !fake_arg_is(call->args[i], words[j]))
            j++;
        if (j == 6) break;
        flags |= 1u << j;
    }
    *ret_flags = flags;
    return i;
}

static const char *zadd_flags_error(unsigned flags, size_t rest)
{
    if (rest == 0 || rest % 2) return "ERR syntax error";
    if ((flags & ZADD_NX) && (flags & ZADD_XX))
        return "ERR XX and NX options at the same time are not compatible";
    bool gt = flags & ZADD_GT, lt = flags & ZADD_LT, nx = flags & ZADD_NX;
    if ((gt && nx) || (lt && nx) || (gt && lt))
        return "ERR GT, LT, and/or NX options at the same time are not compatible";
    if ((flags & ZADD_INCR) && rest > 2)
        return "ERR INCR option supports a single increment-element pair";
    return NULL;
}

enum zadd { ZADD_ADDED, ZADD_UPDATED, ZADD_SAME, ZADD_REFUSED, ZADD_NAN, ZADD_OOM };

static enum zadd zadd_one(struct fake_call *call, struct fake_redis_key *zset, unsigned flags,
                          double score, struct fl_span name, double *ret_score)
{
    struct fake_entry *member = fake_zset_find(&zset->zset, name);
    if (member ? (flags & ZADD_NX) : (flags & ZADD_XX)) return ZADD_REFUSED;
    if (member && (flags & ZADD_INCR)) score += member->score;
    if (isnan(score)) return ZADD_NAN;
    if (member && (flags & ZADD_GT) && score <= member->score) return ZADD_REFUSED;
    if (member && (flags & ZADD_LT) && score >= member->score) return ZADD_REFUSED;
    *ret_score = score;
    if (member && member->score == score) return ZADD_SAME;
    if (!put_member(call, zset, member, name, score)) return ZADD_OOM;
    return member ? ZADD_UPDATED : ZADD_ADDED;
}

struct zadd_counts {
    int64_t added, updated;
    bool refused; /* of the last pair */
    double score; /* of the last pair that was not refused */
};

/* All scores are read before anything is written; the last, mostly the only one, need not be read
 * again. False: an error was written. */
static bool check_scores(struct fake_call *call, size_t first, double *ret_last)
{
    for (size_t i = first; i < call->count; i += 2) {
        if (fake_double_parse(call->args[i], ret_last)) continue;
        fake_reply_error(call->out, "ERR value is not a valid float");
        return false;
    }
    return true;
}

static bool zadd_pairs(struct fake_call *call, struct fake_redis_key *zset, unsigned flags,
                       size_t first, double last, struct zadd_counts *counts)
{
    for (size_t i = first; i < call->count; i += 2) {
        double score = last;
        if (i + 2 < call->count) (void)fake_double_parse(call->args[i], &score);
        enum zadd one = zadd_one(call, zset, flags, score, call->args[i + 1], &counts->score);
        counts->refused = one == ZADD_REFUSED;
        if (one == ZADD_ADDED) counts->added++;
        if (one == ZADD_UPDATED) counts->updated++;
        if (one == ZADD_NAN)
            fake_reply_error(call->out, "ERR resulting score is not a number (NaN)");
        if (one == ZADD_OOM) fake_call_oom(call);
        if (one == ZADD_NAN || one == ZADD_OOM) return false;
    }
    return true;
}

static void reply_zadd(struct fake_call *call, unsigned flags, const struct zadd_counts *counts)
{
    if (!(flags & ZADD_INCR))
        fake_reply_int(call->out, counts->added + ((flags & ZADD_CH) ? counts->updated : 0));
    else if (counts->refused)
        fake_reply_nil(call->out);
    else
        fake_reply_double(call->out, counts->score);
}

static void zadd(struct fake_call *call, unsigned flags, size_t first)
{
    struct fake_redis_key *zset;
    struct zadd_counts counts = {.refused = true};
    double last = 0;
    if (!check_scores(call, first, &last)) return;
    if (!find_zset(call, &zset)) return;
    if (!zset && (flags & ZADD_XX)) {
        reply_zadd(call, flags, &counts);
        return;
    }
    if (!fake_call_find_or_create(call, call->args[1], FAKE_REDIS_ZSET, &zset)) return;
    bool done = zadd_pairs(call, zset, flags, first, last, &counts);
    bool changed = counts.added || counts.updated;
    if (changed) fake_key_touch(call->db, zset->name);
    if (done) reply_zadd(call, flags, &counts);
    if (changed)
        fake_key_notify(call->db, FAKE_NOTIFY_ZSET, flags & ZADD_INCR ? "zincr" : "zadd",
                        zset->name);
    (void)fake_key_delete_empty(call->db, zset);
}

void fake_cmd_zadd(struct fake_call *call)
{
    unsigned flags;
    size_t first = parse_zadd_flags(call, &flags);
    const char *error = zadd_flags_error(flags, call->count - first);
    if (error)
        fake_reply_error(call->out, error);
    else
        zadd(call, flags, first);
}

void fake_cmd_zincrby(struct fake_call *call)
{
    zadd(call, ZADD_INCR, 2);
}

/* ---- reading ---- */

void fake_cmd_zcard(struct fake_call *call)
{
    struct fake_redis_key *zset;
    if (find_zset(call, &zset)) fake_reply_int(call->out, zset ? fake_zset_count(&zset->zset) : 0);
}

static void reply_score(struct fake_call *call, const struct fake_entry *member)
{
    if (member)
        fake_reply_double(call->out, member->score);
    else
        fake_reply_nil(call->out);
}

void fake_cmd_zscore(struct fake_call *call)
{
    struct fake_redis_key *zset;
    if (find_zset(call, &zset)) reply_score(call, member_of(zset, call->args[2]));
}

void fake_cmd_zmscore(struct fake_call *call)
{
    struct fake_redis_key *zset;
    if (!find_zset(call, &zset)) return;
    fake_reply_array(call->out, call->count - 2);
    for (size_t i = 2; i < call->count; i++)
        reply_score(call, member_of(zset, call->args[i]));
}

static void reply_rank(struct fake_call *call, bool reversed)
{
    struct fake_redis_key *zset;
    if (!find_zset(call, &zset)) return;
    const struct fake_entry *member = member_of(zset, call->args[2]);
    if (!member) {
        fake_reply_nil(call->out);
        return;
    }
    uint32_t rank = fake_zset_rank(&zset->zset, fake_zset_place(&zset->zset, member));
    fake_reply_int(call->out, reversed ? fake_zset_count(&zset->zset) - 1 - rank : rank);
}

void fake_cmd_zrank(struct fake_call *call)
{
    reply_rank(call, false);
}

void fake_cmd_zrevrank(struct fake_call *call)
{
    reply_rank(call, true);
}

static size_t scan_writer(struct fake_call *call, const struct fake_scan *scan,
                          const struct fake_entry *entry)
{
    if (!fake_scan_matches(scan, fake_entry_key(entry))) return 0;
    fake_reply_bulk(call->out, fake_entry_key(entry));
    fake_reply_bulk_double(call->out, entry->score);
    return 2;
}

/* A listpack is told in its order. */
static void scan_ascending(struct fake_call *call, const struct fake_scan *scan,
                           const struct fake_zset *zset)
{
    const struct fake_entry *entries[FAKE_ZSET_LISTPACK_ENTRIES_MAX];
    uint32_t count = fake_zset_count(zset);
    struct fake_zcursor at = {0};
    fl_assert(count <= FAKE_ZSET_LISTPACK_ENTRIES_MAX);
    for (uint32_t i = 0; i < count; i++)
        entries[i] = fake_zset_next(zset, &at);
    fake_scan_whole(call, scan, entries, count, scan_writer);
}

void fake_cmd_zscan(struct fake_call *call)
{
    struct fake_scan scan;
    struct fake_redis_key *zset;
    if (!fake_scan_parse(call, 2, &scan)) return;
    if (!find_zset(call, &zset)) return;
    if (zset && !zset->large)
        scan_ascending(call, &scan, &zset->zset);
    else
        fake_scan_dict(call, &scan, zset ? &zset->zset.members : NULL, true, scan_writer);
}

/* ---- removing ---- */

void fake_cmd_zrem(struct fake_call *call)
{
    struct fake_redis_key *zset;
    if (!find_zset(call, &zset)) return;
    int64_t removed = 0;
    for (size_t i = 2; zset && i < call->count; i++) {
        struct fake_entry *member = fake_zset_find(&zset->zset, call->args[i]);
        if (!member) continue;
        fake_zset_remove(fake_call_heap(call), &zset->zset, member);
        removed++;
    }
    if (removed) {
        fake_key_notify(call->db, FAKE_NOTIFY_ZSET, "zrem", zset->name);
        fake_zset_shrunk(call->db, zset);
    }
    fake_reply_int(call->out, removed);
}

static struct fake_entry *end_member(const struct fake_redis_key *zset, enum fake_end from)
{
    return from == FAKE_LEFT ? fake_zset_first(&zset->zset) : fake_zset_last(&zset->zset);
}

static void announce_pop(struct fake_database *db, const struct fake_redis_key *zset,
                         enum fake_end from)
{
    fake_key_notify(db, FAKE_NOTIFY_ZSET, from == FAKE_LEFT ? "zpopmin" : "zpopmax", zset->name);
}

static void reply_member(struct fake_out *out, const struct fake_entry *member)
{
    fake_reply_bulk(out, fake_entry_key(member));
    fake_reply_double(out, member->score);
}

void fake_zset_reply_bzpop(struct fake_database *db, struct fake_redis_key *zset,
                           enum fake_end from, struct fake_out *out)
{
    struct fake_entry *member = end_member(zset, from);
    fake_reply_array(out, 3);
    fake_reply_bulk(out, zset->name);
    announce_pop(db, zset, from);
    reply_member(out, member);
    fake_zset_remove(&db->engine->heap, &zset->zset, member);
    fake_key_touch(db, zset->name); /* told before "del" */
    (void)fake_key_delete_empty(db, zset);
}

enum pair_form { PAIRS_FLAT, PAIRS_NESTED };

static void reply_popped(struct fake_database *db, struct fake_redis_key *zset, enum fake_end from,
                         int64_t count, enum pair_form form, struct fake_out *out)
{
    uint32_t size = fake_zset_count(&zset->zset);
    uint32_t pops = count < size ? (uint32_t)count : size;
    fake_reply_array(out, form == PAIRS_FLAT ? (size_t)pops * 2 : pops);
    announce_pop(db, zset, from);
    for (uint32_t i = 0; i < pops; i++) {
        struct fake_entry *member = end_member(zset, from);
        if (form == PAIRS_NESTED) fake_reply_array(out, 2);
        reply_member(out, member);
        fake_zset_remove(&db->engine->heap, &zset->zset, member);
    }
    fake_key_touch(db, zset->name); /* told before "del" */
    (void)fake_key_delete_empty(db, zset);
}

void fake_zset_reply_mpop(struct fake_database *db, struct fake_redis_key *zset, enum fake_end from,
                          int64_t count, struct fake_out *out)
{
    fake_reply_array(out, 2);
    fake_reply_bulk(out, zset->name);
    reply_popped(db, zset, from, count, PAIRS_NESTED, out);
}

static void zpop(struct fake_call *call, enum fake_end from)
{
    int64_t count = 1;
    struct fake_redis_key *zset;
    if (call->count > 3) {
        fake_call_syntax_error(call);
        return;
    }
    if (call->count == 3 &&
        !fake_call_int_range(call, call->args[2], 0, INT64_MAX,
                             "ERR value is out of range, must be positive", &count))
        return;
    if (!find_zset(call, &zset)) return;
    if (!zset || count == 0)
        fake_reply_array(call->out, 0);
    else
        reply_popped(call->db, zset, from, count,
                     call->count == 3 && call->out->resp3 ? PAIRS_NESTED : PAIRS_FLAT, call->out);
}

void fake_cmd_zpopmin(struct fake_call *call)
{
    zpop(call, FAKE_LEFT);
}

void fake_cmd_zpopmax(struct fake_call *call)
{
    zpop(call, FAKE_RIGHT);
}
