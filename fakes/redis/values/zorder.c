/* Leaves of up to 256 places in one sorted directory. A search is a binary search in the directory,
 * which keeps the score that each leaf begins with, and one in a leaf, which keeps scores beside
 * its nodes: few lines of cache, where a skip list of the same size follows dozens of pointers.
 * Ranks come from a Fenwick tree over the leaves' sizes; leaves that come or go leave it stale, and
 * it is made anew when somebody asks. */
#include "fakes/redis/values/zorder.h"

#include <string.h>

#include "core/assert.h"

enum {
    LEAF_MAX = 256,
    LEAF_MIN = 64, /* smaller ones join the next */
    LEAVES_MAX = 1 << 24,
};

struct place {
    double score;
    struct fake_znode *node;
};

struct leaf {
    uint32_t count, capacity;
    struct place places[];
};

struct slot {
    struct leaf *leaf; /* has a place, but while it is the only one */
    double least;      /* the score of its first place */
    uint32_t sum;      /* of the Fenwick tree, whose index 1 is slot 0 */
};

struct fake_zorder {
    struct slot *slots; /* owned, and the leaves */
    uint32_t count, capacity;
    bool sums_stale;
};

static size_t leaf_bytes(uint32_t capacity)
{
    return sizeof(struct leaf) + capacity * sizeof(struct place);
}

static bool is_before(const struct place *place, double score, struct fl_span member)
{
    if (place->score != score) return place->score < score;
    return fl_span_compare(fake_str_span(place->node->member), member) < 0;
}

/* Looks into the leaf only when the score alone does not tell. */
static bool begins_before(const struct slot *slot, double score, struct fl_span member)
{
    if (slot->least != score) return slot->least < score;
    return is_before(&slot->leaf->places[0], score, member);
}

/* The last leaf that begins before the place of (score, member), else the first. */
static uint32_t find_leaf(const struct fake_zorder *order, double score, struct fl_span member)
{
    uint32_t low = 1,
             high = order->count; /* leaves below `low` begin before it, or are the first */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (begins_before(&order->slots[middle], score, member))
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

static uint32_t find_place(const struct leaf *leaf, double score, struct fl_span member)
{
    uint32_t low = 0, high = leaf->count; /* places below `low` are before it */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (is_before(&leaf->places[middle], score, member))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The leaf that holds the node, and where. */
static uint32_t find_node(const struct fake_zorder *order, const struct fake_znode *node,
                          uint32_t *ret_place)
{
    struct fl_span member = fake_str_span(node->member);
    uint32_t at = find_leaf(order, node->score, member);
    uint32_t place = find_place(order->slots[at].leaf, node->score, member);
    if (place == order->slots[at].leaf->count) { /* the next leaf begins with it */
        at++;
        place = 0;
    }
    fl_assert(at < order->count && order->slots[at].leaf->places[place].node == node);
    *ret_place = place;
    return at;
}

/* --- ranks --- */

static void add_to_sums(struct fake_zorder *order, uint32_t at, uint32_t difference)
{
    if (order->sums_stale) return;
    for (uint32_t i = at + 1; i <= order->count; i += i & -i)
        order->slots[i - 1].sum += difference;
}

static void freshen_sums(struct fake_zorder *order)
{
    if (!order->sums_stale) return;
    for (uint32_t i = 0; i < order->count; i++)
        order->slots[i].sum = order->slots[i].leaf->count;
    for (uint32_t i = 1; i <= order->count; i++)
        if (i + (i & -i) <= order->count)
            order->slots[i + (i & -i) - 1].sum += order->slots[i - 1].sum;
    order->sums_stale = false;
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

/* An empty leaf at `at`; its slot's least is still to be told. False: out of memory. */
static bool add_leaf(struct fake_heap *heap, struct fake_zorder *order, uint32_t at,
                     uint32_t capacity)
{
    if (order->count == order->capacity) {
        uint32_t old = order->capacity, grown = old ? old * 2 : 1;
        if (grown > LEAVES_MAX) return false;
        struct slot *slots =
            fake_realloc(heap, order->slots, old * sizeof(*slots), grown * sizeof(*slots));
        if (!slots) return false;
        order->slots = slots;
        order->capacity = grown;
    }
    struct leaf *leaf = leaf_new(heap, capacity);
    if (!leaf) return false;
    struct slot *slot = &order->slots[at];
    memmove(slot + 1, slot, (order->count - at) * sizeof(*slot));
    *slot = (struct slot){.leaf = leaf};
    order->count++;
    order->sums_stale = true;
    return true;
}

static void drop_leaf(struct fake_heap *heap, struct fake_zorder *order, uint32_t at)
{
    struct slot *slot = &order->slots[at];
    leaf_free(heap, slot->leaf);
    order->count--;
    memmove(slot, slot + 1, (order->count - at) * sizeof(*slot));
    order->sums_stale = true;
}

static bool grow_leaf(struct fake_heap *heap, struct slot *slot)
{
    uint32_t capacity = slot->leaf->capacity * 2;
    struct leaf *leaf =
        fake_realloc(heap, slot->leaf, leaf_bytes(slot->leaf->capacity), leaf_bytes(capacity));
    if (!leaf) return false;
    leaf->capacity = capacity;
    slot->leaf = leaf;
    return true;
}

/* Moves the upper half into a leaf of its own; when the new place is behind all others, only the
 * last one: scores that only grow fill their leaves. */
static bool split_leaf(struct fake_heap *heap, struct fake_zorder *order, uint32_t at,
                       uint32_t place)
{
    bool appends = at + 1 == order->count && place == LEAF_MAX;
    uint32_t kept = appends ? LEAF_MAX - 1 : LEAF_MAX / 2;
    if (!add_leaf(heap, order, at + 1, LEAF_MAX)) return false;
    struct leaf *low = order->slots[at].leaf, *high = order->slots[at + 1].leaf;
    high->count = low->count - kept;
    memcpy(high->places, low->places + kept, high->count * sizeof(*high->places));
    low->count = kept;
    order->slots[at + 1].least = high->places[0].score;
    return true;
}

/* Takes the next leaf in, when both are small. */
static void join_next(struct fake_heap *heap, struct fake_zorder *order, uint32_t at)
{
    if (at + 1 >= order->count) return;
    struct leaf *low = order->slots[at].leaf, *high = order->slots[at + 1].leaf;
    if (low->count + high->count > LEAF_MAX - LEAF_MIN || low->capacity < LEAF_MAX) return;
    memcpy(low->places + low->count, high->places, high->count * sizeof(*high->places));
    low->count += high->count;
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

bool fake_zorder_reserve(struct fake_heap *heap, struct fake_zorder **order, double score,
                         struct fl_span member)
{
    if (!*order && !make(heap, order)) return false;
    uint32_t at = find_leaf(*order, score, member);
    struct slot *slot = &(*order)->slots[at];
    if (slot->leaf->count < slot->leaf->capacity) return true;
    if (slot->leaf->capacity < LEAF_MAX) return grow_leaf(heap, slot);
    return split_leaf(heap, *order, at, find_place(slot->leaf, score, member));
}

static void chain(const struct fake_zorder *order, uint32_t at, uint32_t place,
                  struct fake_znode *node)
{
    const struct leaf *leaf = order->slots[at].leaf;
    const struct leaf *before = at ? order->slots[at - 1].leaf : NULL;
    node->previous = place    ? leaf->places[place - 1].node
                     : before ? before->places[before->count - 1].node
                              : NULL;
    node->next = place + 1 < leaf->count ? leaf->places[place + 1].node
                 : at + 1 < order->count ? order->slots[at + 1].leaf->places[0].node
                                         : NULL;
    if (node->previous) node->previous->next = node;
    if (node->next) node->next->previous = node;
}

static void unchain(const struct fake_znode *node)
{
    if (node->previous) node->previous->next = node->next;
    if (node->next) node->next->previous = node->previous;
}

static void insert_into(struct fake_zorder *order, uint32_t at, struct fake_znode *node)
{
    struct leaf *leaf = order->slots[at].leaf;
    fl_assert(leaf->count < leaf->capacity);
    uint32_t place = find_place(leaf, node->score, fake_str_span(node->member));
    struct place *free_place = &leaf->places[place];
    memmove(free_place + 1, free_place, (leaf->count - place) * sizeof(*free_place));
    *free_place = (struct place){node->score, node};
    leaf->count++;
    if (place == 0) order->slots[at].least = node->score;
    add_to_sums(order, at, 1);
    chain(order, at, place, node);
}

void fake_zorder_insert(struct fake_zorder *order, struct fake_znode *node)
{
    insert_into(order, find_leaf(order, node->score, fake_str_span(node->member)), node);
}

static void take_out(struct fake_zorder *order, uint32_t at, uint32_t place,
                     const struct fake_znode *node)
{
    struct leaf *leaf = order->slots[at].leaf;
    leaf->count--;
    memmove(&leaf->places[place], &leaf->places[place + 1],
            (leaf->count - place) * sizeof(*leaf->places));
    add_to_sums(order, at, UINT32_MAX); /* less one */
    unchain(node);
    if (place == 0 && leaf->count) order->slots[at].least = leaf->places[0].score;
}

void fake_zorder_remove(struct fake_heap *heap, struct fake_zorder *order, struct fake_znode *node)
{
    uint32_t place, at = find_node(order, node, &place);
    const struct leaf *leaf = order->slots[at].leaf;
    take_out(order, at, place, node);
    if (!leaf->count && order->count > 1)
        drop_leaf(heap, order, at);
    else if (leaf->count < LEAF_MIN)
        join_next(heap, order, at);
}

bool fake_zorder_move(struct fake_heap *heap, struct fake_zorder *order, struct fake_znode *node,
                      double score)
{
    uint32_t place, at = find_node(order, node, &place);
    struct fl_span member = fake_str_span(node->member);
    if (find_leaf(order, score, member) == at) {
        take_out(order, at, place, node);
        node->score = score;
        insert_into(order, at, node);
        return true;
    }
    if (!fake_zorder_reserve(heap, &order, score, member)) return false;
    fake_zorder_remove(heap, order, node);
    node->score = score;
    fake_zorder_insert(order, node);
    return true;
}

void fake_zorder_free(struct fake_heap *heap, struct fake_zorder *order)
{
    if (!order) return;
    for (uint32_t i = 0; i < order->count; i++)
        leaf_free(heap, order->slots[i].leaf);
    fake_release(heap, order->slots, order->capacity * sizeof(*order->slots));
    fake_release(heap, order, sizeof(*order));
}

struct fake_znode *fake_zorder_first(const struct fake_zorder *order)
{
    if (!order || !order->slots[0].leaf->count) return NULL;
    return order->slots[0].leaf->places[0].node;
}

struct fake_znode *fake_zorder_last(const struct fake_zorder *order)
{
    if (!fake_zorder_first(order)) return NULL;
    const struct leaf *leaf = order->slots[order->count - 1].leaf;
    return leaf->places[leaf->count - 1].node;
}

uint32_t fake_zorder_rank(struct fake_zorder *order, const struct fake_znode *node)
{
    uint32_t place, at = find_node(order, node, &place);
    freshen_sums(order);
    for (uint32_t i = at; i > 0; i -= i & -i)
        place += order->slots[i - 1].sum;
    return place;
}

struct fake_znode *fake_zorder_at(struct fake_zorder *order, uint32_t rank)
{
    if (!order) return NULL;
    freshen_sums(order);
    uint32_t at = 0, step = 1;
    while (step * 2 <= order->count)
        step *= 2;
    for (; step; step /= 2) {
        if (at + step > order->count || order->slots[at + step - 1].sum > rank) continue;
        at += step;
        rank -= order->slots[at - 1].sum;
    }
    if (at == order->count) return NULL;
    return order->slots[at].leaf->places[rank].node;
}

struct fake_znode *fake_zorder_bound(const struct fake_zorder *order,
                                     bool (*below)(const void *context,
                                                   const struct fake_znode *node),
                                     const void *context)
{
    if (!fake_zorder_first(order)) return NULL;
    uint32_t low = 0, high = order->count; /* leaves below `low` begin below the bound */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (below(context, order->slots[middle].leaf->places[0].node))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0) return fake_zorder_first(order);
    const struct leaf *leaf = order->slots[low - 1].leaf;
    const struct fake_znode *last = leaf->places[leaf->count - 1].node;
    uint32_t first = 0, end = leaf->count;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (below(context, leaf->places[middle].node))
            first = middle + 1;
        else
            end = middle;
    }
    return first < leaf->count ? leaf->places[first].node : last->next;
}
