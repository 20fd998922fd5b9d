/* Entries in a dense array, found through open addressing with linear probing. A removed entry
 * leaves a hole that its slot goes on pointing to, so probing needs no tombstones; holes and slots
 * are cleaned together when the array is full. Slots are at most half full. */
#include "core/map.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"

enum { ENTRIES_MIN = 8, NO_ENTRY = 0 }; /* a slot holds an entry's index + 1 */

static uint64_t mixed(uint64_t hash, const char *bytes, size_t count)
{
    uint64_t word = 0;
    memcpy(&word, bytes, count);
    hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
    return hash ^ hash >> 32;
}

/* Eight bytes a step; the last ones may be mixed in twice. The low bits choose the slot. */
static uint64_t hash_of(struct fl_span key)
{
    uint64_t hash = mixed(key.length, "", 0);
    if (key.length == 0) return hash;
    if (key.length < 8) return mixed(hash, key.bytes, key.length);
    for (size_t at = 0; at + 8 < key.length; at += 8)
        hash = mixed(hash, key.bytes + at, 8);
    return mixed(hash, key.bytes + key.length - 8, 8);
}

static struct fl_map_entry *find(const struct fl_map *map, struct fl_span key, uint64_t hash)
{
    if (map->slot_count == 0) return NULL;
    uint32_t mask = map->slot_count - 1;
    for (uint32_t at = (uint32_t)hash & mask;; at = (at + 1) & mask) {
        uint32_t slot = map->slots[at];
        if (slot == NO_ENTRY) return NULL;
        struct fl_map_entry *entry = &map->entries[slot - 1];
        if (entry->hash == hash && entry->key.bytes && fl_span_equal(entry->key, key)) return entry;
    }
}

static void link_slot(struct fl_map *map, uint32_t index)
{
    uint32_t mask = map->slot_count - 1;
    uint32_t at = (uint32_t)map->entries[index].hash & mask;
    while (map->slots[at] != NO_ENTRY)
        at = (at + 1) & mask;
    map->slots[at] = index + 1;
}

static void compact(struct fl_map *map)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < map->used; i++)
        if (map->entries[i].key.bytes) map->entries[kept++] = map->entries[i];
    map->used = kept;
    memset(map->slots, 0, map->slot_count * sizeof *map->slots);
    for (uint32_t i = 0; i < map->used; i++)
        link_slot(map, i);
}

static enum fl_error grow(struct fl_map *map)
{
    uint32_t capacity = map->entry_capacity ? map->entry_capacity * 2 : ENTRIES_MIN;
    if (capacity > UINT32_MAX / 4) return FL_EBOUND;
    uint32_t *slots = calloc((size_t)capacity * 2, sizeof *slots);
    if (!slots) return FL_ENOMEM;
    struct fl_map_entry *entries = realloc(map->entries, capacity * sizeof *entries);
    if (!entries) {
        free(slots);
        return FL_ENOMEM;
    }
    free(map->slots);
    map->slots = slots;
    map->slot_count = capacity * 2;
    map->entries = entries;
    map->entry_capacity = capacity;
    compact(map);
    return FL_OK;
}

static enum fl_error make_room(struct fl_map *map)
{
    if (map->used < map->entry_capacity) return FL_OK;
    if (map->entry_capacity == 0 || map->count > map->used / 2) return grow(map);
    compact(map);
    return FL_OK;
}

enum fl_error fl_map_put(struct fl_map *map, struct fl_span key, void *value, void **ret_old)
{
    fl_assert(map->count_max > 0);
    uint64_t hash = hash_of(key);
    struct fl_map_entry *entry = find(map, key, hash);
    if (entry) {
        if (ret_old) *ret_old = entry->value;
        entry->value = value;
        return FL_OK;
    }
    if (map->count >= map->count_max) return FL_EBOUND;
    enum fl_error err = make_room(map);
    if (err) return err;
    char *bytes = malloc(key.length + 1);
    if (!bytes) return FL_ENOMEM;
    if (key.length) memcpy(bytes, key.bytes, key.length);
    bytes[key.length] = '\0';

    map->entries[map->used] = (struct fl_map_entry){{bytes, key.length}, value, hash};
    link_slot(map, map->used);
    map->used++;
    map->count++;
    if (ret_old) *ret_old = NULL;
    return FL_OK;
}

void *fl_map_get(const struct fl_map *map, struct fl_span key)
{
    const struct fl_map_entry *entry = find(map, key, hash_of(key));
    return entry ? entry->value : NULL;
}

static void free_key(struct fl_map_entry *entry)
{
    char *bytes;
    memcpy(&bytes, &entry->key.bytes, sizeof bytes); /* ours, const for everybody else */
    free(bytes);
}

void *fl_map_remove(struct fl_map *map, struct fl_span key)
{
    struct fl_map_entry *entry = find(map, key, hash_of(key));
    if (!entry) return NULL;
    void *value = entry->value;
    free_key(entry);
    entry->key = (struct fl_span){NULL, 0};
    entry->value = NULL;
    map->count--;
    return value;
}

const struct fl_map_entry *fl_map_next(const struct fl_map *map, uint32_t *cursor)
{
    while (*cursor < map->used) {
        const struct fl_map_entry *entry = &map->entries[(*cursor)++];
        if (entry->key.bytes) return entry;
    }
    return NULL;
}

void fl_map_release(struct fl_map *map)
{
    for (uint32_t i = 0; i < map->used; i++)
        free_key(&map->entries[i]);
    free(map->entries);
    free(map->slots);
    *map = FL_MAP_INIT(map->count_max);
}
