#include "harness/choice/names.h"

#include <stdlib.h>
#include <string.h>

/* Eight bytes a step; texts are short and this is on the way of every draw. */
uint64_t sim_names_hash(const char *text)
{
    const uint64_t factor = UINT64_C(0x9E3779B97F4A7C15);
    size_t length = strlen(text);
    uint64_t hash = length * factor, word;
    for (; length >= 8; length -= 8, text += 8) {
        memcpy(&word, text, 8);
        hash = (hash ^ word) * factor;
        hash ^= hash >> 32;
    }
    if (length == 0) return hash;
    word = 0;
    memcpy(&word, text, length);
    hash = (hash ^ word) * factor;
    return hash ^ hash >> 32;
}

static void place(struct sim_names *names, uint32_t number)
{
    uint32_t slot = (uint32_t)names->hashes[number] & (names->slot_count - 1);
    while (names->slots[slot]) {
        slot = (slot + 1) & (names->slot_count - 1);
    }
    names->slots[slot] = number + 1;
}

static enum fl_error grow(struct sim_names *names)
{
    if (names->capacity == SIM_NAMES_MAX) return FL_EBOUND;
    uint32_t capacity = names->capacity ? names->capacity * 2 : 32;
    char **texts = realloc(names->texts, capacity * sizeof(*texts));
    if (!texts) return FL_ENOMEM;
    names->texts = texts;
    uint64_t *hashes = realloc(names->hashes, capacity * sizeof(*hashes));
    if (!hashes) return FL_ENOMEM;
    names->hashes = hashes;
    uint32_t *slots = calloc((size_t)capacity * 2, sizeof(*slots));
    if (!slots) return FL_ENOMEM;
    free(names->slots);
    names->slots = slots;
    names->slot_count = capacity * 2;
    names->capacity = capacity;
    for (uint32_t i = 0; i < names->count; i++) {
        place(names, i);
    }
    return FL_OK;
}

enum fl_error sim_names_put(struct sim_names *names, const char *text, uint32_t *ret_number)
{
    uint64_t hash = sim_names_hash(text);
    if (names->slot_count) {
        uint32_t slot = (uint32_t)hash & (names->slot_count - 1);
        for (; names->slots[slot]; slot = (slot + 1) & (names->slot_count - 1)) {
            uint32_t number = names->slots[slot] - 1;
            if (names->hashes[number] == hash && strcmp(names->texts[number], text) == 0) {
                *ret_number = number;
                return FL_OK;
            }
        }
    }
    if (names->count == names->capacity) {
        enum fl_error err = grow(names);
        if (err) return err;
    }
    char *copy = strdup(text);
    if (!copy) return FL_ENOMEM;
    names->texts[names->count] = copy;
    names->hashes[names->count] = hash;
    place(names, names->count);
    *ret_number = names->count++;
    return FL_OK;
}

void sim_names_release(struct sim_names *names)
{
    for (uint32_t i = 0; i < names->count; i++) {
        free(names->texts[i]);
    }
    free(names->texts);
    free(names->hashes);
    free(names->slots);
    *names = (struct sim_names){0};
}
