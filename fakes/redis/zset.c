/* A skip list (Pugh) whose links count the ranks they skip, beside a dict of members. */
#include "fakes/redis/zset.h"

#include "core/assert.h"

static size_t node_bytes(uint32_t levels)
{
    return sizeof(struct fake_znode) + levels * sizeof(struct fake_zlink);
}

static uint32_t levels_from(uint64_t random)
{
    uint32_t levels = 1;
    while (levels < FAKE_ZSET_LEVELS_MAX && (random & 3) == 0) { /* one in four goes a level up */
        levels++;
        random >>= 2;
    }
    return levels;
}

static bool before(const struct fake_znode *node, double score, const struct fake_str *member)
{
    if (node->score != score) return node->score < score;
    return fl_span_compare(fake_str_span(node->member), fake_str_span(member)) < 0;
}

struct path {
    struct fake_znode *node[FAKE_ZSET_LEVELS_MAX]; /* the last node before the place, a level */
    uint32_t rank[FAKE_ZSET_LEVELS_MAX];           /* its rank, the header having 0 */
};

static void descend(const struct fake_zset *zset, double score, const struct fake_str *member,
                    struct path *path)
{
    struct fake_znode *node = zset->header;
    uint32_t rank = 0;
    for (uint32_t level = zset->levels; level-- > 0;) {
        struct fake_zlink *link = &node->links[level];
        while (link->forward && before(link->forward, score, member)) {
            rank += link->span;
            node = link->forward;
            link = &node->links[level];
        }
        path->node[level] = node;
        path->rank[level] = rank;
    }
}

static void raise_levels(struct fake_zset *zset, uint32_t levels, struct path *path)
{
    for (uint32_t level = zset->levels; level < levels; level++) {
        path->node[level] = zset->header;
        path->rank[level] = 0;
        zset->header->links[level] = (struct fake_zlink){NULL, 0};
    }
    if (levels > zset->levels) zset->levels = levels;
}

/* `count` nodes are linked already. */
static void link_node(struct fake_zset *zset, struct fake_znode *node)
{
    struct path path;
    descend(zset, node->score, node->member, &path);
    raise_levels(zset, node->levels, &path);
    for (uint32_t level = 0; level < node->levels; level++) {
        struct fake_zlink *link = &path.node[level]->links[level];
        uint32_t passed = path.rank[0] - path.rank[level];
        node->links[level].forward = link->forward;
        node->links[level].span = link->forward ? link->span - passed : 0;
        link->forward = node;
        link->span = passed + 1;
    }
    for (uint32_t level = node->levels; level < zset->levels; level++)
        if (path.node[level]->links[level].forward) path.node[level]->links[level].span++;
    struct fake_znode *next = node->links[0].forward;
    node->backward = path.node[0] == zset->header ? NULL : path.node[0];
    if (next)
        next->backward = node;
    else
        zset->tail = node;
}

static void unlink_node(struct fake_zset *zset, struct fake_znode *node)
{
    struct path path;
    descend(zset, node->score, node->member, &path);
    fl_assert(path.node[0]->links[0].forward == node);
    for (uint32_t level = 0; level < zset->levels; level++) {
        struct fake_zlink *link = &path.node[level]->links[level];
        if (!link->forward) continue;
        if (link->forward == node) {
            link->forward = node->links[level].forward;
            link->span = link->forward ? link->span + node->links[level].span - 1 : 0;
        } else {
            link->span--;
        }
    }
    if (node->links[0].forward)
        node->links[0].forward->backward = node->backward;
    else
        zset->tail = node->backward;
    while (zset->levels > 1 && !zset->header->links[zset->levels - 1].forward)
        zset->levels--;
}

static bool make_header(struct fake_heap *heap, struct fake_zset *zset)
{
    if (zset->header) return true;
    zset->header = fake_alloc_zeroed(heap, node_bytes(FAKE_ZSET_LEVELS_MAX));
    if (!zset->header) return false;
    zset->header->levels = FAKE_ZSET_LEVELS_MAX;
    zset->levels = 1;
    return true;
}

struct fake_znode *fake_zset_find(const struct fake_zset *zset, struct fl_span member)
{
    struct fake_entry *entry = fake_dict_find(&zset->members, member);
    return entry ? entry->value : NULL;
}

struct fake_znode *fake_zset_add(struct fake_heap *heap, struct fake_zset *zset,
                                 struct fl_span member, double score, uint64_t random)
{
    if (!make_header(heap, zset)) return NULL;
    uint32_t levels = levels_from(random);
    struct fake_znode *node = fake_alloc(heap, node_bytes(levels));
    if (!node) return NULL;
    struct fake_entry *entry = fake_dict_insert(heap, &zset->members, member);
    if (!entry) {
        fake_release(heap, node, node_bytes(levels));
        return NULL;
    }
    entry->value = node;
    node->member = entry->key;
    node->score = score;
    node->levels = levels;
    link_node(zset, node);
    return node;
}

void fake_zset_move(struct fake_zset *zset, struct fake_znode *node, double score)
{
    struct fake_znode *next = node->links[0].forward;
    bool stays = (!node->backward || before(node->backward, score, node->member)) &&
                 (!next || !before(next, score, node->member));
    if (stays) {
        node->score = score;
        return;
    }
    unlink_node(zset, node);
    node->score = score;
    link_node(zset, node);
}

void fake_zset_remove(struct fake_heap *heap, struct fake_zset *zset, struct fake_znode *node)
{
    unlink_node(zset, node);
    fake_dict_remove(heap, &zset->members,
                     fake_dict_find(&zset->members, fake_str_span(node->member)));
    fake_release(heap, node, node_bytes(node->levels));
}

void fake_zset_release(struct fake_heap *heap, struct fake_zset *zset)
{
    struct fake_znode *node = fake_zset_first(zset);
    while (node) {
        struct fake_znode *next = node->links[0].forward;
        fake_release(heap, node, node_bytes(node->levels));
        node = next;
    }
    fake_dict_release(heap, &zset->members);
    fake_release(heap, zset->header, node_bytes(FAKE_ZSET_LEVELS_MAX));
    *zset = (struct fake_zset){0};
}

uint32_t fake_zset_rank(const struct fake_zset *zset, const struct fake_znode *node)
{
    struct path path;
    descend(zset, node->score, node->member, &path);
    return path.rank[0];
}

struct fake_znode *fake_zset_at(const struct fake_zset *zset, uint32_t rank)
{
    if (rank >= fake_zset_count(zset)) return NULL;
    struct fake_znode *node = zset->header;
    uint32_t left = rank + 1;
    for (uint32_t level = zset->levels; level-- > 0;) {
        while (node->links[level].forward && node->links[level].span <= left) {
            left -= node->links[level].span;
            node = node->links[level].forward;
        }
    }
    fl_assert(left == 0);
    return node;
}

struct fake_znode *fake_zset_bound(const struct fake_zset *zset,
                                   bool (*below)(const void *context,
                                                 const struct fake_znode *node),
                                   const void *context)
{
    struct fake_znode *node = zset->header;
    if (!node) return NULL;
    for (uint32_t level = zset->levels; level-- > 0;)
        while (node->links[level].forward && below(context, node->links[level].forward))
            node = node->links[level].forward;
    return node->links[0].forward;
}
