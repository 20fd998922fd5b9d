/* A dense array of entries with an open-addressing index beside it (linear probing, removal by
 * shifting back, so there are no tombstones). Up to FAKE_DICT_SMALL entries there is no index:
 * comparing a few hashes is cheaper than keeping one. A chained table was rejected: its order
 * depends on its size. */
#include "fakes/redis/values/dict.h"

#include <string.h>

enum { FAKE_DICT_SMALL = 8 };

/* A slot has three bits of the hash above the index, so that most probes of other keys end there.
 */
static const uint32_t tag_bits = UINT32_C(7) << 29;
static_assert(FAKE_DICT_ENTRIES_MAX < UINT32_C(1) << 29, "the tag stands above the index");

static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load8(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

/* Up to 8 bytes: the two halves may overlap. */
static uint64_t load_short(const char *bytes, size_t length)
{
    if (length >= 4) {
        uint32_t first, last;
        memcpy(&first, bytes, sizeof(first));
        memcpy(&last, bytes + length - 4, sizeof(last));
        return (uint64_t)first << 32 | last;
    }
    if (!length) return 0;
    return (uint64_t)(unsigned char)bytes[0] << 16 |
           (uint64_t)(unsigned char)bytes[length / 2] << 8 | (unsigned char)bytes[length - 1];
}

/* Multiply-and-fold over words; unseeded, since the iteration order does not depend on it. */
static uint32_t hash_of(struct fl_span key)
{
    const uint64_t p0 = UINT64_C(0x9e3779b97f4a7c15), p1 = UINT64_C(0xbf58476d1ce4e5b9);
    uint64_t h = p0 ^ key.length;
    const char *bytes = key.bytes;
    size_t rest = key.length;
    for (; rest > 8; rest -= 8, bytes += 8)
        h = mix(h ^ load8(bytes), p1);
    if (key.length >= 8)
        h = mix(h ^ load8(bytes + rest - 8), p0);
    else
        h = mix(h ^ load_short(bytes, rest), p0);
    h = mix(h, p1);
    return (uint32_t)(h ^ (h >> 32));
}

static bool is(const struct fake_entry *entry, uint32_t hash, struct fl_span key)
{
    if (entry->hash != hash || entry->form == FAKE_ENTRY_HOLE) return false;
    struct fl_span own = fake_entry_key(entry);
    return own.length == key.length && memcmp(own.bytes, key.bytes, key.length) == 0;
}

static uint32_t slot_of(uint32_t hash, uint32_t i)
{
    return (hash & tag_bits) | (i + 1);
}

static struct fake_entry *entry_of(const struct fake_dict *dict, uint32_t slot)
{
    return &dict->entries[(slot & ~tag_bits) - 1];
}

static struct fake_entry *find(const struct fake_dict *dict, uint32_t hash, struct fl_span key)
{
    if (!dict->slots) {
        for (uint32_t i = 0; i < dict->used; i++)
            if (is(&dict->entries[i], hash, key)) return &dict->entries[i];
        return NULL;
    }
    for (uint32_t at = hash & dict->slot_mask, slot; (slot = dict->slots[at]);
         at = (at + 1) & dict->slot_mask) {
        if ((slot ^ hash) & tag_bits) continue;
        struct fake_entry *entry = entry_of(dict, slot);
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
    uint32_t hash = dict->entries[i].hash, at = hash & dict->slot_mask;
    while (dict->slots[at])
        at = (at + 1) & dict->slot_mask;
    dict->slots[at] = slot_of(hash, i);
}

static void index_all(struct fake_dict *dict)
{
    if (!dict->slots) return;
    memset(dict->slots, 0, ((size_t)dict->slot_mask + 1) * sizeof(*dict->slots));
    for (uint32_t i = 0; i < dict->used; i++)
        if (dict->entries[i].form != FAKE_ENTRY_HOLE) index_entry(dict, i);
}

bool fake_dict_closes_holes(const struct fake_dict *dict)
{
    return dict->used == dict->capacity && dict->used && dict->count <= dict->used - dict->used / 4;
}

/* The index is made anew anyway: until then it has room for the places. */
void fake_dict_close_holes(struct fake_dict *dict,
                           void (*moved)(void *context, const uint32_t *places), void *context)
{
    uint32_t small[FAKE_DICT_SMALL], kept = 0;
    uint32_t *places = dict->slots ? dict->slots : small;
    for (uint32_t i = 0; i < dict->used; i++) {
        if (dict->entries[i].form == FAKE_ENTRY_HOLE) continue;
        places[i] = kept;
        dict->entries[kept++] = dict->entries[i];
    }
    if (moved) moved(context, places);
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

static bool take_key(struct fake_heap *heap, const struct fake_dict *dict, struct fake_entry *entry,
                     struct fl_span key)
{
    if (dict->keeps_short && key.length <= FAKE_DICT_SHORT_MAX) {
        if (key.length) memcpy(entry->short_key, key.bytes, key.length);
        entry->form = (uint8_t)(key.length + 1);
        return true;
    }
    struct fake_str *copy = fake_str_new(heap, key);
    if (!copy) return false;
    entry->key = copy;
    entry->form = FAKE_ENTRY_LONG;
    return true;
}

static void free_key(struct fake_heap *heap, struct fake_entry *entry)
{
    if (entry->form == FAKE_ENTRY_LONG) fake_str_free(heap, entry->key);
    entry->form = FAKE_ENTRY_HOLE;
}

struct fake_entry *fake_dict_insert(struct fake_heap *heap, struct fake_dict *dict,
                                    struct fl_span key)
{
    if (fake_dict_closes_holes(dict))
        fake_dict_close_holes(dict, NULL, NULL);
    else if (dict->used == dict->capacity && !grow(heap, dict))
        return NULL;
    struct fake_entry *entry = &dict->entries[dict->used];
    if (!take_key(heap, dict, entry, key)) return NULL;
    entry->hash = hash_of(key);
    entry->value = NULL;
    entry->sequence = ++dict->last_sequence;
    if (dict->slots) index_entry(dict, dict->used);
    dict->used++;
    dict->count++;
    return entry;
}

/* Closes the gap at `at`: later entries of the same run move back when their place allows it. */
static void unindex(struct fake_dict *dict, uint32_t at)
{
    uint32_t mask = dict->slot_mask;
    uint32_t next = at;
    for (;;) {
        next = (next + 1) & mask;
        if (!dict->slots[next]) break;
        uint32_t home = entry_of(dict, dict->slots[next])->hash & mask;
        if (((next - home) & mask) < ((next - at) & mask)) continue;
        dict->slots[at] = dict->slots[next];
        at = next;
    }
    dict->slots[at] = 0;
}

void fake_dict_remove(struct fake_heap *heap, struct fake_dict *dict, struct fake_entry *entry)
{
    if (dict->slots) {
        uint32_t at = entry->hash & dict->slot_mask;
        while (entry_of(dict, dict->slots[at]) != entry)
            at = (at + 1) & dict->slot_mask;
        unindex(dict, at);
    }
    free_key(heap, entry);
    dict->count--;
    while (dict->used && dict->entries[dict->used - 1].form == FAKE_ENTRY_HOLE)
        dict->used--;
}

struct fake_entry *fake_dict_pick(struct fake_dict *dict, uint64_t random)
{
    if (dict->count != dict->used) fake_dict_close_holes(dict, NULL, NULL);
    return &dict->entries[random % dict->count];
}

struct fake_entry *fake_dict_next(const struct fake_dict *dict, uint32_t *index)
{
    while (*index < dict->used) {
        struct fake_entry *entry = &dict->entries[(*index)++];
        if (entry->form != FAKE_ENTRY_HOLE) return entry;
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
        if (dict->entries[--low].form != FAKE_ENTRY_HOLE) return &dict->entries[low];
    return NULL;
}

void fake_dict_release(struct fake_heap *heap, struct fake_dict *dict)
{
    for (uint32_t i = 0; i < dict->used; i++)
        free_key(heap, &dict->entries[i]);
    fake_release(heap, dict->slots, slots_bytes(dict));
    fake_release(heap, dict->entries, dict->capacity * sizeof(*dict->entries));
    *dict = (struct fake_dict){0};
}
