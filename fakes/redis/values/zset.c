/* A dict of members beside their order. */
#include "fakes/redis/values/zset.h"

struct fake_znode *fake_zset_find(const struct fake_zset *zset, struct fl_span member)
{
    struct fake_entry *entry = fake_dict_find(&zset->members, member);
    return entry ? entry->value : NULL;
}

struct fake_znode *fake_zset_add(struct fake_heap *heap, struct fake_zset *zset,
                                 struct fl_span member, double score)
{
    if (!fake_zorder_reserve(heap, &zset->order, score, member)) return NULL;
    struct fake_znode *node = fake_alloc(heap, sizeof(*node));
    if (!node) return NULL;
    struct fake_entry *entry = fake_dict_insert(heap, &zset->members, member);
    if (!entry) {
        fake_release(heap, node, sizeof(*node));
        return NULL;
    }
    entry->value = node;
    *node = (struct fake_znode){.member = entry->key, .score = score};
    fake_zorder_insert(zset->order, node);
    return node;
}

bool fake_zset_move(struct fake_heap *heap, struct fake_zset *zset, struct fake_znode *node,
                    double score)
{
    return fake_zorder_move(heap, zset->order, node, score);
}

void fake_zset_remove(struct fake_heap *heap, struct fake_zset *zset, struct fake_znode *node)
{
    fake_zorder_remove(heap, zset->order, node);
    fake_dict_remove(heap, &zset->members,
                     fake_dict_find(&zset->members, fake_str_span(node->member)));
    fake_release(heap, node, sizeof(*node));
}

void fake_zset_release(struct fake_heap *heap, struct fake_zset *zset)
{
    struct fake_znode *node = fake_zset_first(zset);
    while (node) {
        struct fake_znode *next = node->next;
        fake_release(heap, node, sizeof(*node));
        node = next;
    }
    fake_dict_release(heap, &zset->members);
    fake_zorder_free(heap, zset->order);
    *zset = (struct fake_zset){0};
}
