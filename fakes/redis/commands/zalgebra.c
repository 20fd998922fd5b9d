/* Unions, intersections and differences of sorted sets; plain sets take part with scores of 1. */
#include <math.h>

#include "core/assert.h"
#include "fakes/redis/commands/zsets.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

enum algebra { UNION, INTER, DIFF };
enum aggregate { SUM, MIN, MAX };

struct source {
    const struct fake_redis_key *key; /* NULL: absent */
    double weight;
};

struct operation {
    enum algebra algebra;
    enum aggregate aggregate;
    struct source *sources; /* owned */
    size_t count;
    bool with_scores;
    int64_t limit; /* 0: none */
};

static size_t size_of(const struct source *source)
{
    return source->key ? fake_key_length(source->key) : 0;
}

/* ---- reading the command ---- */

/* Appends what the keys hold. False: an error was written. */
static bool find_sources(struct fake_call *call, size_t first, struct operation *operation)
{
    for (size_t i = 0; i < operation->count; i++) {
        const struct fake_redis_key *key = fake_key_find(call->db, call->args[first + i]);
        if (!key) fake_key_missed(call->db, call->args[first + i]);
        if (key && key->type != FAKE_REDIS_ZSET && key->type != FAKE_REDIS_SET) {
            fake_reply_error(call->out,
                             "WRONGTYPE Operation against a key holding the wrong kind of value");
            return false;
        }
        operation->sources[i] = (struct source){.key = key, .weight = 1};
    }
    return true;
}

static bool parse_weights(struct fake_call *call, size_t first, struct operation *operation)
{
    for (size_t i = 0; i < operation->count; i++) {
        if (fake_double_parse(call->args[first + i], &operation->sources[i].weight)) continue;
        fake_reply_error(call->out, "ERR weight value is not a float");
        return false;
    }
    return true;
}

static bool parse_aggregate(struct fl_span word, enum aggregate *ret_aggregate)
{
    static const char *const words[] = {[SUM] = "sum", [MIN] = "min", [MAX] = "max"};
    for (enum aggregate i = SUM; i <= MAX; i++) {
        if (!fake_arg_is(word, words[i])) continue;
        *ret_aggregate = i;
        return true;
    }
    return false;
}

enum form { REPLIES, STORES, COUNTS };

static bool parse_options(struct fake_call *call, size_t first, enum form form,
                          struct operation *operation)
{
    bool weighs = operation->algebra != DIFF && form != COUNTS;
    for (size_t i = first; i < call->count; i++) {
        size_t left = call->count - i - 1;
        if (weighs && left >= operation->count && fake_arg_is(call->args[i], "weights")) {
            if (!parse_weights(call, i + 1, operation)) return false;
            i += operation->count;
        } else if (weighs && left && fake_arg_is(call->args[i], "aggregate") &&
                   parse_aggregate(call->args[i + 1], &operation->aggregate)) {
            i++;
        } else if (form == REPLIES && fake_arg_is(call->args[i], "withscores")) {
            operation->with_scores = true;
        } else if (form == COUNTS && left && fake_arg_is(call->args[i], "limit")) {
            if (!fake_call_int_range(call, call->args[++i], 0, INT64_MAX,
                                     "ERR LIMIT can't be negative", &operation->limit))
                return false;
        } else {
            fake_call_syntax_error(call);
            return false;
        }
    }
    return true;
}

/* `first` is the argument that counts the keys. On success the sources are to be released. */
static bool parse(struct fake_call *call, size_t first, enum form form, struct operation *operation)
{
    int64_t count;
    if (!fake_call_int(call, call->args[first], &count)) return false;
    if (count < 1) {
        fake_reply_errorf(call->out, "ERR at least 1 input key is needed for '%s' command",
                          call->command->name);
        return false;
    }
    if ((uint64_t)count > call->count - first - 1) {
        fake_call_syntax_error(call);
        return false;
    }
    operation->count = (size_t)count;
    operation->sources =
        fake_alloc(fake_call_heap(call), operation->count * sizeof(*operation->sources));
    if (!operation->sources) {
        fake_call_oom(call);
        return false;
    }
    return find_sources(call, first + 1, operation) &&
           parse_options(call, first + 1 + operation->count, form, operation);
}

static void release(struct fake_call *call, struct operation *operation)
{
    fake_release(fake_call_heap(call), operation->sources,
                 operation->count * sizeof(*operation->sources));
}

/* ---- members with scores ---- */

struct member {
    struct fl_span name;
    double score;
};

struct walk {
    const struct fake_redis_key *key;
    uint32_t position;      /* in a set */
    struct fake_zcursor at; /* in a sorted set */
};

static struct walk walk_of(const struct fake_redis_key *key)
{
    return (struct walk){.key = key};
}

static bool next(struct walk *walk, struct member *ret_member)
{
    if (!walk->key) return false;
    if (walk->key->type == FAKE_REDIS_SET) {
        const struct fake_entry *entry = fake_dict_next(&walk->key->dict, &walk->position);
        if (entry) *ret_member = (struct member){fake_entry_key(entry), 1};
        return entry;
    }
    const struct fake_entry *entry = fake_zset_next(&walk->key->zset, &walk->at);
    if (entry) *ret_member = (struct member){fake_entry_key(entry), entry->score};
    return entry;
}

static bool score_in(const struct fake_redis_key *key, struct fl_span name, double *ret_score)
{
    if (!key) return false;
    if (key->type == FAKE_REDIS_SET) {
        *ret_score = 1;
        return fake_dict_find(&key->dict, name);
    }
    const struct fake_entry *member = fake_zset_find(&key->zset, name);
    if (member) *ret_score = member->score;
    return member;
}

/* ---- the algebra ---- */

/* Infinities of both signs, or one times 0, make 0. */
static double number(double score)
{
    return isnan(score) ? 0 : score;
}

static double combine(enum aggregate aggregate, double a, double b)
{
    switch (aggregate) {
    case SUM: return number(a + b);
    case MIN: return b < a ? b : a;
    case MAX: return b > a ? b : a;
    }
    fl_panic("an aggregate of no kind");
}

/* Redis starts from the smallest, which shows in sums of floats. Keeps the order of equals. */
static void sort_by_size(struct operation *operation)
{
    for (size_t i = 1; i < operation->count; i++) {
        struct source source = operation->sources[i];
        size_t at = i;
        for (; at > 0 && size_of(&operation->sources[at - 1]) > size_of(&source); at--)
            operation->sources[at] = operation->sources[at - 1];
        operation->sources[at] = source;
    }
}

static bool add(struct fake_call *call, struct fake_redis_key *result, struct member member)
{
    if (fake_zset_put(call, result, member.name, member.score)) return true;
    fake_call_oom(call);
    return false;
}

static bool unite(struct fake_call *call, const struct operation *operation,
                  struct fake_redis_key *result)
{
    for (size_t i = 0; i < operation->count; i++) {
        const struct source *source = &operation->sources[i];
        struct walk walk = walk_of(source->key);
        for (struct member member; next(&walk, &member);) {
            double so_far;
            member.score = number(member.score * source->weight);
            if (score_in(result, member.name, &so_far))
                member.score = combine(operation->aggregate, so_far, member.score);
            if (!add(call, result, member)) return false;
        }
    }
    return true;
}

/* Whether a member of the first source is in the result, and with which score. */
static bool belongs(const struct operation *operation, struct member *member)
{
    const struct source *sources = operation->sources;
    double score;
    if (operation->algebra == INTER) member->score = number(member->score * sources[0].weight);
    for (size_t i = 1; i < operation->count; i++) {
        bool found = score_in(sources[i].key, member->name, &score);
        if (found != (operation->algebra == INTER)) return false;
        if (found)
            member->score = combine(operation->aggregate, member->score, score * sources[i].weight);
    }
    return true;
}

static bool filter(struct fake_call *call, const struct operation *operation,
                   struct fake_redis_key *result)
{
    struct walk walk = walk_of(operation->sources[0].key);
    for (struct member member; next(&walk, &member);)
        if (belongs(operation, &member) && !add(call, result, member)) return false;
    return true;
}

/* False: an error was written. */
static bool compute(struct fake_call *call, struct operation *operation,
                    struct fake_redis_key *result)
{
    if (operation->algebra != DIFF) sort_by_size(operation);
    return operation->algebra == UNION ? unite(call, operation, result)
                                       : filter(call, operation, result);
}

static void reply(struct fake_call *call, const struct operation *operation,
                  const struct fake_zset *result)
{
    struct fake_out *out = call->out;
    if (operation->with_scores)
        fake_reply_pairs(out, fake_zset_count(result));
    else
        fake_reply_array(out, fake_zset_count(result));
    struct fake_zcursor at = {0};
    for (const struct fake_entry *member; (member = fake_zset_next(result, &at));) {
        if (operation->with_scores) fake_reply_pair(out);
        fake_reply_bulk(out, fake_entry_key(member));
        if (operation->with_scores) fake_reply_double(out, member->score);
    }
}

static void run(struct fake_call *call, enum algebra algebra, enum form form)
{
    struct operation operation = {.algebra = algebra};
    /* Large until it is stored, so that a score of -0 is answered as one. */
    struct fake_redis_key result = {.type = FAKE_REDIS_ZSET, .large = true};
    bool stores = form == STORES;
    if (parse(call, stores ? 2 : 1, form, &operation) && compute(call, &operation, &result)) {
        int64_t count = fake_zset_count(&result.zset);
        if (form == COUNTS)
            fake_reply_int(call->out,
                           operation.limit && operation.limit < count ? operation.limit : count);
        else if (!stores)
            reply(call, &operation, &result.zset);
        else
            fake_zset_store(call, call->args[1], &result, call->command->name,
                            FAKE_ZSET_REPLY_FIRST);
    }
    fake_zset_release(fake_call_heap(call), &result.zset);
    release(call, &operation);
}

void fake_cmd_zunion(struct fake_call *call)
{
    run(call, UNION, REPLIES);
}

void fake_cmd_zinter(struct fake_call *call)
{
    run(call, INTER, REPLIES);
}

void fake_cmd_zdiff(struct fake_call *call)
{
    run(call, DIFF, REPLIES);
}

void fake_cmd_zunionstore(struct fake_call *call)
{
    run(call, UNION, STORES);
}

void fake_cmd_zinterstore(struct fake_call *call)
{
    run(call, INTER, STORES);
}

void fake_cmd_zdiffstore(struct fake_call *call)
{
    run(call, DIFF, STORES);
}

void fake_cmd_zintercard(struct fake_call *call)
{
    run(call, INTER, COUNTS);
}
