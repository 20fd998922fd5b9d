/* Commands on ranges of sorted sets: by rank, by score, by name. */
#include <math.h>
#include <stdlib.h>

#include "core/assert.h"
#include "core/decimal.h"
#include "fakes/redis/commands/zsets.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"

enum by { BY_AUTO, BY_RANK, BY_SCORE, BY_LEX };

struct limit {
    double score;
    struct fl_span text;
    int infinity; /* lexical: -1 "-", 1 "+" */
    bool excluded;
};

struct range {
    enum by by;
    struct limit min, max;
    int64_t first, last; /* ranks, from the end the range is walked from */
    bool reversed;
    bool with_scores;
    int64_t offset, count; /* LIMIT; count < 0: all */
};

/* ---- reading bounds ---- */

/* strtod decides, so blanks before a number and an empty text are fine, as in Redis. */
static bool parse_score(struct fl_span text, struct limit *limit)
{
    char copy[512];
    *limit = (struct limit){.excluded = text.length && text.bytes[0] == '('};
    if (limit->excluded) text = (struct fl_span){text.bytes + 1, text.length - 1};
    if (fl_decimal_parse(text, &limit->score)) return true;
    if (text.length >= sizeof(copy)) return false;
    if (text.length) memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    char *end;
    limit->score = strtod(copy, &end);
    return *end == '\0' && !isnan(limit->score);
}

static bool parse_lex(struct fl_span text, struct limit *limit)
{
    *limit = (struct limit){0};
    if (!text.length) return false;
    char kind = text.bytes[0];
    if (kind == '-' || kind == '+') {
        limit->infinity = kind == '-' ? -1 : 1;
        return text.length == 1;
    }
    limit->excluded = kind == '(';
    limit->text = (struct fl_span){text.bytes + 1, text.length - 1};
    return kind == '(' || kind == '[';
}

/* False: an error was written. */
static bool parse_bounds(struct fake_call *call, struct fl_span min, struct fl_span max,
                         struct range *range)
{
    switch (range->by) {
    case BY_AUTO:
    case BY_RANK:
        return fake_call_int(call, min, &range->first) && fake_call_int(call, max, &range->last);
    case BY_SCORE:
        if (parse_score(min, &range->min) && parse_score(max, &range->max)) return true;
        fake_reply_error(call->out, "ERR min or max is not a float");
        return false;
    case BY_LEX:
        if (parse_lex(min, &range->min) && parse_lex(max, &range->max)) return true;
        fake_reply_error(call->out, "ERR min or max not valid string range item");
        return false;
    }
    fl_panic("a range by nothing");
}

/* ---- comparing ---- */

/* Where a member stands against a bound: < 0 before it, 0 on it, > 0 behind it. */
static int compare(enum by by, const struct limit *limit, const struct fake_entry *member)
{
    if (by == BY_SCORE) return member->score < limit->score ? -1 : member->score > limit->score;
    if (limit->infinity) return -limit->infinity;
    return fl_span_compare(fake_entry_key(member), limit->text);
}

static bool below_min(const void *context, const struct fake_entry *member)
{
    const struct range *range = context;
    int order = compare(range->by, &range->min, member);
    return order < 0 || (order == 0 && range->min.excluded);
}

static bool not_above_max(const void *context, const struct fake_entry *member)
{
    const struct range *range = context;
    int order = compare(range->by, &range->max, member);
    return order < 0 || (order == 0 && !range->max.excluded);
}

/* ---- the members of a range ---- */

/* The ranks that a range covers, from the left. False: none. */
static bool covered(const struct fake_redis_key *key, const struct range *range,
                    uint32_t *ret_first, uint32_t *ret_last)
{
    const struct fake_zset *zset = &key->zset;
    uint32_t size = fake_zset_count(zset);
    if (range->by == BY_RANK) {
        int64_t first = range->first, last = range->last;
        if (!fake_range_clamp(&first, &last, size)) return false;
        *ret_first = (uint32_t)(range->reversed ? size - 1 - last : first);
        *ret_last = (uint32_t)(range->reversed ? size - 1 - first : last);
        return true;
    }
    uint32_t begin = fake_zset_rank(zset, fake_zset_bound(zset, below_min, range));
    uint32_t end = fake_zset_rank(zset, fake_zset_bound(zset, not_above_max, range));
    *ret_first = begin;
    *ret_last = end - 1;
    return begin < end;
}

/* Applies LIMIT, seen from the end that the range is walked from. False: nothing is left. */
static bool limited(const struct range *range, uint32_t *first, uint32_t *last)
{
    int64_t length = (int64_t)*last - *first + 1;
    if (range->offset < 0 || range->offset >= length || range->count == 0) return false;
    int64_t count = length - range->offset;
    if (range->count > 0 && range->count < count) count = range->count;
    if (range->reversed) {
        *last -= (uint32_t)range->offset;
        *first = (uint32_t)(*last - count + 1);
    } else {
        *first += (uint32_t)range->offset;
        *last = (uint32_t)(*first + count - 1);
    }
    return true;
}

static void reply_range(struct fake_call *call, const struct fake_redis_key *zset,
                        const struct range *range)
{
    uint32_t first, last;
    if (!zset || !covered(zset, range, &first, &last) || !limited(range, &first, &last)) {
        fake_reply_array(call->out, 0);
        return;
    }
    size_t length = (size_t)last - first + 1;
    if (range->with_scores)
        fake_reply_pairs(call->out, length);
    else
        fake_reply_array(call->out, length);
    struct fake_zcursor at = fake_zset_seek(&zset->zset, range->reversed ? last + 1 : first);
    for (size_t i = 0; i < length; i++) {
        const struct fake_entry *member = fake_zset_step(&zset->zset, &at, range->reversed);
        if (range->with_scores) fake_reply_pair(call->out);
        fake_reply_bulk(call->out, fake_entry_key(member));
        if (range->with_scores) fake_reply_double(call->out, member->score);
    }
}

static void store_range(struct fake_call *call, const struct fake_redis_key *source,
                        const struct range *range)
{
    uint32_t first, last, length = 0;
    struct fake_redis_key copy = {.type = FAKE_REDIS_ZSET};
    bool any = source && covered(source, range, &first, &last) && limited(range, &first, &last);
    if (any) length = last - first + 1;
    struct fake_zcursor at = {0};
    bool ok = true;
    if (any) at = fake_zset_seek(&source->zset, first);
    for (uint32_t i = 0; ok && i < length; i++) {
        const struct fake_entry *member = fake_zset_next(&source->zset, &at);
        ok = fake_zset_put(call, &copy, fake_entry_key(member), member->score);
    }
    if (ok)
        fake_zset_store(call, call->args[1], &copy, "zrangestore", FAKE_ZSET_REPLY_FIRST);
    else
        fake_call_oom(call);
    fake_zset_release(fake_call_heap(call), &copy.zset);
}

/* ---- ZRANGE and its older forms ---- */

enum store { STORE_NO, STORE_YES };

/* False: an error was written. `range` comes with what the command's name decides. */
static bool parse_options(struct fake_call *call, size_t first, bool fixed, enum store stores,
                          struct range *range)
{
    for (size_t i = first; i < call->count; i++) {
        struct fl_span word = call->args[i];
        if (stores == STORE_NO && fake_arg_is(word, "withscores")) {
            range->with_scores = true;
        } else if (fake_arg_is(word, "limit") && i + 2 < call->count) {
            if (!fake_call_int(call, call->args[i + 1], &range->offset)) return false;
            if (!fake_call_int(call, call->args[i + 2], &range->count)) return false;
            i += 2;
        } else if (!fixed && !range->reversed && fake_arg_is(word, "rev")) {
            range->reversed = true;
        } else if (range->by == BY_AUTO && fake_arg_is(word, "bylex")) {
            range->by = BY_LEX;
        } else if (range->by == BY_AUTO && fake_arg_is(word, "byscore")) {
            range->by = BY_SCORE;
        } else {
            fake_call_syntax_error(call);
            return false;
        }
    }
    if (range->by == BY_AUTO) range->by = BY_RANK;
    const char *error = NULL;
    if (range->count != -1 && range->by == BY_RANK)
        error =
            "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX";
    else if (range->with_scores && range->by == BY_LEX)
        error = "ERR syntax error, WITHSCORES not supported in combination with BYLEX";
    if (error) fake_reply_error(call->out, error);
    return !error;
}

static void zrange(struct fake_call *call, struct range range, bool fixed, enum store stores)
{
    size_t source = stores == STORE_YES ? 2 : 1;
    struct fake_redis_key *zset;
    range.count = -1;
    if (!parse_options(call, source + 3, fixed, stores, &range)) return;
    bool swapped = range.reversed && range.by != BY_RANK;
    struct fl_span min = call->args[source + (swapped ? 2 : 1)];
    struct fl_span max = call->args[source + (swapped ? 1 : 2)];
    if (!parse_bounds(call, min, max, &range)) return;
    if (!fake_call_find_source(call, call->args[source], FAKE_REDIS_ZSET, &zset)) return;
    if (stores == STORE_YES)
        store_range(call, zset, &range);
    else
        reply_range(call, zset, &range);
}

void fake_cmd_zrange(struct fake_call *call)
{
    zrange(call, (struct range){0}, false, STORE_NO);
}

void fake_cmd_zrangestore(struct fake_call *call)
{
    zrange(call, (struct range){0}, false, STORE_YES);
}

void fake_cmd_zrevrange(struct fake_call *call)
{
    zrange(call, (struct range){.by = BY_RANK, .reversed = true}, true, STORE_NO);
}

void fake_cmd_zrangebyscore(struct fake_call *call)
{
    zrange(call, (struct range){.by = BY_SCORE}, true, STORE_NO);
}

void fake_cmd_zrevrangebyscore(struct fake_call *call)
{
    zrange(call, (struct range){.by = BY_SCORE, .reversed = true}, true, STORE_NO);
}

void fake_cmd_zrangebylex(struct fake_call *call)
{
    zrange(call, (struct range){.by = BY_LEX}, true, STORE_NO);
}

void fake_cmd_zrevrangebylex(struct fake_call *call)
{
    zrange(call, (struct range){.by = BY_LEX, .reversed = true}, true, STORE_NO);
}

/* ---- counting and removing ---- */

static void count(struct fake_call *call, enum by by)
{
    struct range range = {.by = by};
    struct fake_redis_key *zset;
    uint32_t first, last;
    if (!parse_bounds(call, call->args[2], call->args[3], &range)) return;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_ZSET, &zset)) return;
    bool any = zset && covered(zset, &range, &first, &last);
    fake_reply_int(call->out, any ? last - first + 1 : 0);
}

void fake_cmd_zcount(struct fake_call *call)
{
    count(call, BY_SCORE);
}

void fake_cmd_zlexcount(struct fake_call *call)
{
    count(call, BY_LEX);
}

/* Finds its place again by the member behind, since ranks may cost more after a removal. */
static void remove_members(struct fake_heap *heap, struct fake_zset *zset, uint32_t first,
                           uint32_t count)
{
    struct fake_zcursor at = fake_zset_seek(zset, first);
    struct fake_entry *member = fake_zset_next(zset, &at);
    while (count--) {
        struct fake_entry *behind = fake_zset_next(zset, &at);
        fake_zset_remove(heap, zset, member);
        if (count) at = fake_zset_place(zset, behind);
        if (count) member = fake_zset_next(zset, &at);
    }
}

static void remove_range(struct fake_call *call, enum by by)
{
    struct range range = {.by = by};
    struct fake_redis_key *zset;
    uint32_t first, last;
    if (!parse_bounds(call, call->args[2], call->args[3], &range)) return;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_ZSET, &zset)) return;
    if (!zset || !covered(zset, &range, &first, &last)) {
        fake_reply_int(call->out, 0);
        return;
    }
    remove_members(fake_call_heap(call), &zset->zset, first, last - first + 1);
    fake_key_touch(call->db, zset->name);
    fake_key_notify(call->db, FAKE_NOTIFY_ZSET, call->command->name, zset->name);
    (void)fake_key_delete_empty(call->db, zset);
    fake_reply_int(call->out, last - first + 1);
}

void fake_cmd_zremrangebyrank(struct fake_call *call)
{
    remove_range(call, BY_RANK);
}

void fake_cmd_zremrangebyscore(struct fake_call *call)
{
    remove_range(call, BY_SCORE);
}

void fake_cmd_zremrangebylex(struct fake_call *call)
{
    remove_range(call, BY_LEX);
}
