/* A dict of members beside their order. */
#include "fakes/redis/values/zset.h"

struct fake_entry *fake_zset_find(const struct fake_zset *zset, struct fl_span name)
{
    return fake_dict_find(&zset->members, name);
}

static void renumber(void *order, const uint32_t *places)
{
    fake_zorder_renumber(order, places);
}

struct fake_entry *fake_zset_add(struct fake_heap *heap, struct fake_zset *zset,
                                 struct fl_span name, double score)
{
    struct fake_dict *members = &zset->members;
    members->keeps_short = true;
    if (fake_dict_closes_holes(members)) fake_dict_close_holes(members, renumber, zset->order);
    struct fake_entry *member = fake_dict_insert(heap, members, name);
    if (!member) return NULL;
    member->score = score;
    if (fake_zorder_insert(heap, &zset->order, members, member)) return member;
    fake_dict_remove(heap, members, member);
    return NULL;
}

bool fake_zset_move(struct fake_heap *heap, struct fake_zset *zset, struct fake_entry *member,
                    double score)
{
    return fake_zorder_move(heap, zset->order, &zset->members, member, score);
}

void fake_zset_remove(struct fake_heap *heap, struct fake_zset *zset, struct fake_entry *member)
{
    fake_zorder_remove(heap, zset->order, &zset->members, member);
    fake_dict_remove(heap, &zset->members, member);
}

void fake_zset_release(struct fake_heap *heap, struct fake_zset *zset)
{
    fake_dict_release(heap, &zset->members);
    fake_zorder_free(heap, zset->order);
    *zset = (struct fake_zset){0};
}

struct fake_entry *fake_zset_pick(struct fake_zset *zset, uint64_t random)
{
    if (zset->members.count != zset->members.used)
        fake_dict_close_holes(&zset->members, renumber, zset->order);
    return fake_dict_pick(&zset->members, random);
}
