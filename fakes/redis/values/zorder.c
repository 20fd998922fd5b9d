/* Leaves of up to 128 members in one sorted directory. A search is a binary search in the scores
 * that the leaves begin with, and one in the scores of a leaf. Both are arrays of nothing but
 * scores, so that few lines of the cache are touched, and the steps of the search do not branch by
 * chance; members' bytes are compared only where scores are equal. A leaf names its members by four
 * bytes, their places in the dict: a hundred thousand members with names of a few bytes then fit
 * into six megabytes, where nodes of their own took fourteen, and missed the cache at each step.
 * Ranks come from a Fenwick tree over the leaves' sizes; leaves that come or go leave it stale, and
 * it is made anew when somebody asks. */
#include "fakes/redis/values/zorder.h"

#include <string.h>

#include "core/assert.h"

enum {
    LEAF_MAX = 128,
    LEAF_MIN = 32, /* smaller ones join the next */
    LEAVES_MAX = 1 << 25,
    CACHE_LINE_BYTES = 64,
};

struct leaf {
    uint32_t count, capacity; /* empty only when it is the only one */
    double scores[];          /* and behind them as many places of the dict */
};

struct fake_zorder {
    double *least; /* owned: the score that each leaf begins with; the other two stand behind */
    struct leaf **leaves; /* owned */
    uint32_t *sums;       /* of the Fenwick tree, whose index 1 is leaf 0 */
    uint32_t count, capacity;
    bool sums_stale;
};

static size_t leaf_bytes(uint32_t capacity)
{
    return sizeof(struct leaf) + capacity * (sizeof(double) + sizeof(uint32_t));
}

static uint32_t *places_of(struct leaf *leaf)
{
    return (uint32_t *)(leaf->scores + leaf->capacity);
}

static struct fake_entry *member_at(const struct fake_dict *members, struct leaf *leaf,
                                    uint32_t place)
{
    return &members->entries[places_of(leaf)[place]];
}

static uint32_t number_of(const struct fake_dict *members, const struct fake_entry *member)
{
    return (uint32_t)(member - members->entries);
}

/* --- searching --- */

/* How many of the ascending scores are below `score`. */
static uint32_t count_below(const double *scores, uint32_t count, double score)
{
    const double *base = scores; /* all before it are below */
    if (!count) return 0;
    while (count > 1) {
        uint32_t half = count / 2;
        base += (size_t)(base[half - 1] < score) * half;
        count -= half;
    }
    return (uint32_t)(base - scores) + (*base < score);
}

static bool is_before(const struct fake_dict *members, struct leaf *leaf, uint32_t place,
                      double score, struct fl_span name)
{
    if (leaf->scores[place] != score) return leaf->scores[place] < score;
    return fl_span_compare(fake_entry_key(member_at(members, leaf, place)), name) < 0;
}

/* The last leaf that begins before the place of (score, name), else the first. */
static uint32_t find_leaf(const struct fake_zorder *order, const struct fake_dict *members,
                          double score, struct fl_span name)
{
    if (!order->leaves[0]->count) return 0; /* the only leaf, and it has no least score */
    uint32_t low = count_below(order->least, order->count, score), high = order->count;
    if (low < high && order->least[low] > score) high = low;
    while (low < high) { /* among equal scores: leaves below `low` begin before it */
        uint32_t middle = low + (high - low) / 2;
        if (order->least[middle] == score &&
            is_before(members, order->leaves[middle], 0, score, name))
            low = middle + 1;
        else
            high = middle;
    }
    return low ? low - 1 : 0;
}

static uint32_t find_place(const struct fake_dict *members, struct leaf *leaf, double score,
                           struct fl_span name)
{
    uint32_t low = count_below(leaf->scores, leaf->count, score), high = leaf->count;
    if (low < high && leaf->scores[low] > score) high = low;
    while (low < high) { /* among equal scores: places below `low` are before it */
        uint32_t middle = low + (high - low) / 2;
        if (is_before(members, leaf, middle, score, name))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Both searches of a move go through leaves that the cache has not seen for long. */
static void prefetch_scores(const struct leaf *leaf)
{
    for (size_t i = 0; i < leaf_bytes(LEAF_MAX); i += CACHE_LINE_BYTES)
        __builtin_prefetch((const char *)leaf + i, 1);
}

/* The member's place, which is in the leaf at `at` or begins the next one. */
static struct fake_zcursor place_near(const struct fake_zorder *order,
                                      const struct fake_dict *members,
                                      const struct fake_entry *member, uint32_t at)
{
    struct fl_span name = fake_entry_key(member);
    struct leaf *leaf = order->leaves[at];
    uint32_t place = count_below(leaf->scores, leaf->count, member->score);
    bool found = place < leaf->count && member_at(members, leaf, place) == member;
    if (!found) place = find_place(members, leaf, member->score, name);
    if (place == leaf->count) { /* the next leaf begins with it */
        leaf = order->leaves[++at];
        place = 0;
    }
    fl_assert(at < order->count && member_at(members, leaf, place) == member);
    return (struct fake_zcursor){at, place};
}

struct fake_zcursor fake_zorder_place(const struct fake_zorder *order,
                                      const struct fake_dict *members,
                                      const struct fake_entry *member)
{
    uint32_t at = find_leaf(order, members, member->score, fake_entry_key(member));
    return place_near(order, members, member, at);
}

struct fake_zcursor
fake_zorder_bound(const struct fake_zorder *order, const struct fake_dict *members,
                  bool (*below)(const void *context, const struct fake_entry *member),
                  const void *context)
{
    uint32_t low = 1, high = order ? order->count : 0;
    while (low < high) { /* leaves below `low` begin below the bound, or are the first */
        uint32_t middle = low + (high - low) / 2;
        if (below(context, member_at(members, order->leaves[middle], 0)))
            low = middle + 1;
        else
            high = middle;
    }
    struct fake_zcursor cursor = {low - 1, 0};
    uint32_t end = order ? order->leaves[cursor.leaf]->count : 0;
    while (cursor.place < end) {
        uint32_t middle = cursor.place + (end - cursor.place) / 2;
        if (below(context, member_at(members, order->leaves[cursor.leaf], middle)))
            cursor.place = middle + 1;
        else
            end = middle;
    }
    return cursor;
}

/* --- ranks --- */

static void add_to_sums(struct fake_zorder *order, uint32_t at, uint32_t difference)
{
    if (order->sums_stale) return;
    for (uint32_t i = at + 1; i <= order->count; i += i & -i)
        order->sums[i - 1] += difference;
}

static void freshen_sums(struct fake_zorder *order)
{
    if (!order->sums_stale) return;
    for (uint32_t i = 0; i < order->count; i++)
        order->sums[i] = order->leaves[i]->count;
    for (uint32_t i = 1; i <= order->count; i++)
        if (i + (i & -i) <= order->count) order->sums[i + (i & -i) - 1] += order->sums[i - 1];
    order->sums_stale = false;
}

uint32_t fake_zorder_rank(struct fake_zorder *order, struct fake_zcursor cursor)
{
    if (!order) return 0;
    freshen_sums(order);
    for (uint32_t i = cursor.leaf; i > 0; i -= i & -i)
        cursor.place += order->sums[i - 1];
    return cursor.place;
}

struct fake_zcursor fake_zorder_seek(struct fake_zorder *order, uint32_t rank)
{
    if (!order) return (struct fake_zcursor){0};
    freshen_sums(order);
    uint32_t at = 0, step = 1;
    while (step * 2 <= order->count)
        step *= 2;
    for (; step; step /= 2) {
        if (at + step > order->count || order->sums[at + step - 1] > rank) continue;
        at += step;
        rank -= order->sums[at - 1];
    }
    return (struct fake_zcursor){at, at == order->count ? 0 : rank};
}

/* --- leaves --- */

static struct leaf *leaf_new(struct fake_heap *heap, uint32_t capacity)
{
    struct leaf *leaf = fake_alloc(heap, leaf_bytes(capacity));
    if (leaf) *leaf = (struct leaf){.capacity = capacity};
    return leaf;
}

static void leaf_free(struct fake_heap *heap, struct leaf *leaf)
{
    fake_release(heap, leaf, leaf_bytes(leaf->capacity));
}

/* To the end of `target`, which has room. */
static void append(struct leaf *target, struct leaf *source, uint32_t first)
{
    uint32_t count = source->count - first;
    memcpy(target->scores + target->count, source->scores + first, count * sizeof(double));
    memcpy(places_of(target) + target->count, places_of(source) + first, count * sizeof(uint32_t));
    target->count += count;
}

/* `count` members from `from` on stand at `to` then. */
static void shift(struct leaf *leaf, uint32_t to, uint32_t from, uint32_t count)
{
    uint32_t *places = places_of(leaf);
    memmove(leaf->scores + to, leaf->scores + from, count * sizeof(double));
    memmove(places + to, places + from, count * sizeof(uint32_t));
}

static size_t directory_bytes(uint32_t capacity)
{
    return capacity * (sizeof(double) + sizeof(struct leaf *) + sizeof(uint32_t));
}

static bool grow_directory(struct fake_heap *heap, struct fake_zorder *order)
{
    uint32_t capacity = order->capacity ? order->capacity * 2 : 1, count = order->count;
    if (capacity > LEAVES_MAX) return false;
    double *least = fake_alloc(heap, directory_bytes(capacity));
    if (!least) return false;
    struct leaf **leaves = (struct leaf **)(least + capacity);
    if (count) {
        memcpy(least, order->least, count * sizeof(*least));
        memcpy(leaves, order->leaves, count * sizeof(struct leaf *));
    }
    fake_release(heap, order->least, directory_bytes(order->capacity));
    order->least = least;
    order->leaves = leaves;
    order->sums = (uint32_t *)(leaves + capacity);
    order->capacity = capacity;
    order->sums_stale = true;
    return true;
}

/* An empty leaf at `at`; what it begins with is still to be told. False: out of memory. */
static bool add_leaf(struct fake_heap *heap, struct fake_zorder *order, uint32_t at,
                     uint32_t capacity)
{
    if (order->count == order->capacity && !grow_directory(heap, order)) return false;
    struct leaf *leaf = leaf_new(heap, capacity);
    if (!leaf) return false;
    uint32_t behind = order->count - at;
    memmove(order->least + at + 1, order->least + at, behind * sizeof(*order->least));
    memmove(order->leaves + at + 1, order->leaves + at, behind * sizeof(struct leaf *));
    order->leaves[at] = leaf;
    order->count++;
    order->sums_stale = true;
    return true;
}

static void drop_leaf(struct fake_heap *heap, struct fake_zorder *order, uint32_t at)
{
    leaf_free(heap, order->leaves[at]);
    uint32_t behind = --order->count - at;
    memmove(order->least + at, order->least + at + 1, behind * sizeof(*order->least));
    memmove(order->leaves + at, order->leaves + at + 1, behind * sizeof(struct leaf *));
    order->sums_stale = true;
}

static bool grow_leaf(struct fake_heap *heap, struct leaf **leaf)
{
    struct leaf *grown = leaf_new(heap, (*leaf)->capacity * 2);
    if (!grown) return false;
    append(grown, *leaf, 0);
    leaf_free(heap, *leaf);
    *leaf = grown;
    return true;
}

/* Moves the upper half into a leaf of its own; when the new place is behind all others, only the
 * last one: scores that only grow fill their leaves. */
static bool split_leaf(struct fake_heap *heap, struct fake_zorder *order, uint32_t at, bool appends)
{
    uint32_t kept = appends ? LEAF_MAX - 1 : LEAF_MAX / 2;
    if (!add_leaf(heap, order, at + 1, LEAF_MAX)) return false;
    append(order->leaves[at + 1], order->leaves[at], kept);
    order->leaves[at]->count = kept;
    order->least[at + 1] = order->leaves[at + 1]->scores[0];
    return true;
}

/* Takes the next leaf in, when both are small. */
static void join_next(struct fake_heap *heap, struct fake_zorder *order, uint32_t at)
{
    if (at + 1 >= order->count) return;
    struct leaf *low = order->leaves[at], *high = order->leaves[at + 1];
    if (low->count + high->count > LEAF_MAX - LEAF_MIN || low->capacity < LEAF_MAX) return;
    append(low, high, 0);
    drop_leaf(heap, order, at + 1);
}

/* --- the order --- */

static bool make(struct fake_heap *heap, struct fake_zorder **order)
{
    enum { FIRST_PLACES = 4 };
    struct fake_zorder *fresh = fake_alloc_zeroed(heap, sizeof(*fresh));
    if (!fresh) return false;
    if (!add_leaf(heap, fresh, 0, FIRST_PLACES)) {
        fake_zorder_free(heap, fresh);
        return false;
    }
    *order = fresh;
    return true;
}

/* Room for one more in a leaf that is full; its members may move into another then. */
static bool make_room(struct fake_heap *heap, struct fake_zorder *order, uint32_t at,
                      uint32_t place)
{
    bool appends = at + 1 == order->count && place == LEAF_MAX;
    if (order->leaves[at]->capacity < LEAF_MAX) return grow_leaf(heap, &order->leaves[at]);
    return split_leaf(heap, order, at, appends);
}

static bool is_full(const struct leaf *leaf)
{
    return leaf->count == leaf->capacity;
}

static void put_at(struct fake_zorder *order, uint32_t at, uint32_t place, double score,
                   uint32_t number)
{
    struct leaf *leaf = order->leaves[at];
    leaf->scores[place] = score;
    places_of(leaf)[place] = number;
    if (place == 0) order->least[at] = score;
}

static void insert_at(struct fake_zorder *order, uint32_t at, uint32_t place, double score,
                      uint32_t number)
{
    struct leaf *leaf = order->leaves[at];
    fl_assert(!is_full(leaf));
    shift(leaf, place + 1, place, leaf->count - place);
    leaf->count++;
    put_at(order, at, place, score, number);
    add_to_sums(order, at, 1);
}

static void remove_at(struct fake_heap *heap, struct fake_zorder *order, struct fake_zcursor at)
{
    struct leaf *leaf = order->leaves[at.leaf];
    leaf->count--;
    shift(leaf, at.place, at.place + 1, leaf->count - at.place);
    add_to_sums(order, at.leaf, UINT32_MAX); /* less one */
    if (at.place == 0 && leaf->count) order->least[at.leaf] = leaf->scores[0];
    if (!leaf->count && order->count > 1)
        drop_leaf(heap, order, at.leaf);
    else if (leaf->count < LEAF_MIN)
        join_next(heap, order, at.leaf);
}

bool fake_zorder_insert(struct fake_heap *heap, struct fake_zorder **order,
                        const struct fake_dict *members, const struct fake_entry *member)
{
    struct fl_span name = fake_entry_key(member);
    if (!*order && !make(heap, order)) return false;
    uint32_t at = find_leaf(*order, members, member->score, name);
    uint32_t place = find_place(members, (*order)->leaves[at], member->score, name);
    if (is_full((*order)->leaves[at])) {
        if (!make_room(heap, *order, at, place)) return false;
        at = find_leaf(*order, members, member->score, name);
        place = find_place(members, (*order)->leaves[at], member->score, name);
    }
    insert_at(*order, at, place, member->score, number_of(members, member));
    return true;
}

void fake_zorder_remove(struct fake_heap *heap, struct fake_zorder *order,
                        const struct fake_dict *members, const struct fake_entry *member)
{
    remove_at(heap, order, fake_zorder_place(order, members, member));
}

/* To before what stands at `to`; what is between the two places moves by one. */
static void move_within(struct fake_zorder *order, struct fake_zcursor from, uint32_t to,
                        double score)
{
    struct leaf *leaf = order->leaves[from.leaf];
    uint32_t number = places_of(leaf)[from.place];
    if (to > from.place)
        shift(leaf, from.place, from.place + 1, --to - from.place);
    else
        shift(leaf, to + 1, to, from.place - to);
    put_at(order, from.leaf, to, score, number);
    order->least[from.leaf] = leaf->scores[0];
}

bool fake_zorder_move(struct fake_heap *heap, struct fake_zorder *order,
                      const struct fake_dict *members, struct fake_entry *member, double score)
{
    struct fl_span name = fake_entry_key(member);
    uint32_t near = find_leaf(order, members, member->score, name);
    prefetch_scores(order->leaves[near]);
    uint32_t to = find_leaf(order, members, score, name);
    prefetch_scores(order->leaves[to]);
    struct fake_zcursor from = place_near(order, members, member, near);
    uint32_t place = find_place(members, order->leaves[to], score, name);
    if (to != from.leaf && is_full(order->leaves[to])) {
        if (!make_room(heap, order, to, place)) return false;
        return fake_zorder_move(heap, order, members, member, score);
    }
    if (to == from.leaf) {
        move_within(order, from, place, score);
    } else {
        insert_at(order, to, place, score, number_of(members, member));
        remove_at(heap, order, from);
    }
    member->score = score;
    return true;
}

void fake_zorder_renumber(struct fake_zorder *order, const uint32_t *places)
{
    for (uint32_t at = 0; order && at < order->count; at++) {
        uint32_t *numbers = places_of(order->leaves[at]);
        for (uint32_t i = 0; i < order->leaves[at]->count; i++)
            numbers[i] = places[numbers[i]];
    }
}

void fake_zorder_free(struct fake_heap *heap, struct fake_zorder *order)
{
    if (!order) return;
    for (uint32_t i = 0; i < order->count; i++)
        leaf_free(heap, order->leaves[i]);
    fake_release(heap, order->least, directory_bytes(order->capacity));
    fake_release(heap, order, sizeof(*order));
}

/* --- walking --- */

struct fake_zcursor fake_zorder_end(const struct fake_zorder *order)
{
    return (struct fake_zcursor){order ? order->count : 0, 0};
}

struct fake_entry *fake_zorder_next(const struct fake_zorder *order,
                                    const struct fake_dict *members, struct fake_zcursor *cursor)
{
    if (!order || cursor->leaf == order->count) return NULL;
    if (cursor->place == order->leaves[cursor->leaf]->count) {
        *cursor = (struct fake_zcursor){cursor->leaf + 1, 0};
        if (cursor->leaf == order->count) return NULL;
    }
    struct leaf *leaf = order->leaves[cursor->leaf];
    if (!leaf->count) return NULL;
    return member_at(members, leaf, cursor->place++);
}

struct fake_entry *fake_zorder_previous(const struct fake_zorder *order,
                                        const struct fake_dict *members,
                                        struct fake_zcursor *cursor)
{
    if (!order) return NULL;
    if (cursor->place == 0) {
        if (cursor->leaf == 0) return NULL;
        cursor->leaf--;
        cursor->place = order->leaves[cursor->leaf]->count;
        if (!cursor->place) return NULL;
    }
    return member_at(members, order->leaves[cursor->leaf], --cursor->place);
}
