/* A dense array of entries with an open-addressing index beside it (linear probing, removal by
 * shifting back, so there are no tombstones). Up to FAKE_DICT_SMALL entries there is no index:
 * comparing a few hashes is cheaper than keeping one. A chained table was rejected: its order
 * depends on its size. */
#include "fakes/redis/values/dict.h"

#include <string.h>

enum { FAKE_DICT_SMALL = 8 };

static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const char *bytes, size_t length)
{
    uint64_t word = 0;
    memcpy(&word, bytes, length);
    return word;
}

/* Multiply-and-fold over words; unseeded, since the iteration order does not depend on it. */
static uint32_t hash_of(struct fl_span key)
{
    const uint64_t p0 = UINT64_C(0x9e3779b97f4a7c15), p1 = UINT64_C(0xbf58476d1ce4e5b9);
    uint64_t h = p0 ^ key.length;
    const char *bytes = key.bytes;
    size_t rest = key.length;
    for (; rest > 8; rest -= 8, bytes += 8)
        h = mix(h ^ load(bytes, 8), p1);
    if (rest == 8)
        h = mix(h ^ load(bytes, 8), p0);
    else if (rest)
        h = mix(h ^ load(bytes, rest), p0);
    h = mix(h, p1);
    return (uint32_t)(h ^ (h >> 32));
}

static bool is(const struct fake_entry *entry, uint32_t hash, struct fl_span key)
{
    return entry->hash == hash && entry->key && entry->key->length == key.length &&
           memcmp(entry->key->bytes, key.bytes, key.length) == 0;
}

static struct fake_entry *find(const struct fake_dict *dict, uint32_t hash, struct fl_span key)
{
    if (!dict->slots) {
        for (uint32_t i = 0; i < dict->used; i++)
            if (is(&dict->entries[i], hash, key)) return &dict->entries[i];
        return NULL;
    }
    for (uint32_t at = hash & dict->slot_mask; dict->slots[at]; at = (at + 1) & dict->slot_mask) {
        struct fake_entry *entry = &dict->entries[dict->slots[at] - 1];
        if (is(entry, hash, key)) return entry;
    }
    return NULL;
}

struct fake_entry *fake_dict_find(const struct fake_dict *dict, struct fl_span key)
{
    if (!dict->count) return NULL;
    return find(dict, hash_of(key), key);
}

static void index_entry(struct fake_dict *dict, uint32_t i)
{
    uint32_t at = dict->entries[i].hash & dict->slot_mask;
    while (dict->slots[at])
        at = (at + 1) & dict->slot_mask;
    dict->slots[at] = i + 1;
}

static void index_all(struct fake_dict *dict)
{
    if (!dict->slots) return;
    memset(dict->slots, 0, ((size_t)dict->slot_mask + 1) * sizeof(*dict->slots));
    for (uint32_t i = 0; i < dict->used; i++)
        if (dict->entries[i].key) index_entry(dict, i);
}

static void compact(struct fake_dict *dict)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < dict->used; i++)
        if (dict->entries[i].key) dict->entries[kept++] = dict->entries[i];
    dict->used = kept;
    index_all(dict);
}

static size_t slots_bytes(const struct fake_dict *dict)
{
    return dict->slots ? ((size_t)dict->slot_mask + 1) * sizeof(*dict->slots) : 0;
}

static bool grow(struct fake_heap *heap, struct fake_dict *dict)
{
    uint32_t capacity = dict->capacity ? dict->capacity * 2 : 4;
    if (capacity > FAKE_DICT_ENTRIES_MAX) return false;
    uint32_t *slots = NULL;
    uint32_t slot_count = capacity * 2;
    if (capacity > FAKE_DICT_SMALL) {
        slots = fake_alloc(heap, slot_count * sizeof(*slots));
        if (!slots) return false;
    }
    struct fake_entry *entries = fake_realloc(
        heap, dict->entries, dict->capacity * sizeof(*entries), capacity * sizeof(*entries));
    if (!entries) {
        fake_release(heap, slots, slot_count * sizeof(*slots));
        return false;
    }
    fake_release(heap, dict->slots, slots_bytes(dict));
    dict->entries = entries;
    dict->capacity = capacity;
    dict->slots = slots;
    dict->slot_mask = slot_count - 1;
    index_all(dict);
    return true;
}

struct fake_entry *fake_dict_insert(struct fake_heap *heap, struct fake_dict *dict,
                                    struct fl_span key)
{
    if (dict->used == dict->capacity) {
        if (dict->used && dict->count <= dict->used - dict->used / 4)
            compact(dict);
        else if (!grow(heap, dict))
            return NULL;
    }
    struct fake_str *copy = fake_str_new(heap, key);
    if (!copy) return NULL;
    uint32_t i = dict->used++;
    dict->entries[i] =
        (struct fake_entry){.key = copy, .sequence = ++dict->last_sequence, .hash = hash_of(key)};
    dict->count++;
    if (dict->slots) index_entry(dict, i);
    return &dict->entries[i];
}

/* Closes the gap at `at`: later entries of the same run move back when their place allows it. */
static void unindex(struct fake_dict *dict, uint32_t at)
{
    uint32_t mask = dict->slot_mask;
    uint32_t next = at;
    for (;;) {
        next = (next + 1) & mask;
        if (!dict->slots[next]) break;
        uint32_t home = dict->entries[dict->slots[next] - 1].hash & mask;
        if (((next - home) & mask) < ((next - at) & mask)) continue;
        dict->slots[at] = dict->slots[next];
        at = next;
    }
    dict->slots[at] = 0;
}

void fake_dict_remove(struct fake_heap *heap, struct fake_dict *dict, struct fake_entry *entry)
{
    uint32_t i = (uint32_t)(entry - dict->entries);
    if (dict->slots) {
        uint32_t at = entry->hash & dict->slot_mask;
        while (dict->slots[at] != i + 1)
            at = (at + 1) & dict->slot_mask;
        unindex(dict, at);
    }
    fake_str_free(heap, entry->key);
    entry->key = NULL;
    dict->count--;
    while (dict->used && !dict->entries[dict->used - 1].key)
        dict->used--;
}

struct fake_entry *fake_dict_pick(struct fake_dict *dict, uint64_t random)
{
    if (dict->count != dict->used) compact(dict);
    return &dict->entries[random % dict->count];
}

struct fake_entry *fake_dict_next(const struct fake_dict *dict, uint32_t *index)
{
    while (*index < dict->used) {
        struct fake_entry *entry = &dict->entries[(*index)++];
        if (entry->key) return entry;
    }
    return NULL;
}

struct fake_entry *fake_dict_before(const struct fake_dict *dict, uint64_t sequence)
{
    uint32_t low = 0,
             high = dict->used; /* entries below `low` are <= sequence, from `high` on above */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (dict->entries[middle].sequence <= sequence)
            low = middle + 1;
        else
            high = middle;
    }
    while (low > 0)
        if (dict->entries[--low].key) return &dict->entries[low];
    return NULL;
}

void fake_dict_release(struct fake_heap *heap, struct fake_dict *dict)
{
    for (uint32_t i = 0; i < dict->used; i++)
        fake_str_free(heap, dict->entries[i].key);
    fake_release(heap, dict->slots, slots_bytes(dict));
    fake_release(heap, dict->entries, dict->capacity * sizeof(*dict->entries));
    *dict = (struct fake_dict){0};
}
