/* harness/effect/identity.c - interning in two ordered maps; all memory is one arena. */
#include "harness/effect/identity.h"

#include <string.h>

#include "core/assert.h"
#include "core/digits.h"

enum { SEEN_FIRST = 16, NAME_BYTES = 256 };

void effect_identities_init(struct effect_identities *identities)
{
    *identities = (struct effect_identities){
        .labels = FL_MAP_INIT(EFFECT_LABELS_MAX),
        .contexts = FL_MAP_INIT(EFFECT_CONTEXTS_MAX),
    };
}

void effect_identities_release(struct effect_identities *identities)
{
    fl_map_release(&identities->labels);
    fl_map_release(&identities->contexts);
    fl_arena_release(&identities->arena);
}

const struct effect_label *effect_label(struct effect_identities *identities, struct fl_span text)
{
    struct effect_label *label = fl_map_get(&identities->labels, text);
    if (label) return label;
    label = fl_arena_alloc(&identities->arena, sizeof *label);
    char *copy = fl_arena_copy(&identities->arena, text);
    if (!label || !copy) return NULL;
    *label = (struct effect_label){.text = copy, .id = identities->label_count};
    if (fl_map_put(&identities->labels, text, label, NULL)) return NULL;
    identities->label_count++;
    return label;
}

const struct effect_label *effect_label_of_command(struct effect_identities *identities,
                                                   struct fl_span name)
{
    static const struct fl_span prefix = FL_SPAN("redis ");
    size_t at = fl_span_glance(name) % EFFECT_COMMANDS_AT_HAND;
    const struct effect_label *label = identities->commands[at];
    const char *known = label ? label->text + prefix.length : NULL;
    if (known && strncmp(known, name.bytes, name.length) == 0 && known[name.length] == '\0')
        return label;
    char text[EFFECT_LABEL_BYTES];
    size_t room = sizeof text - prefix.length;
    size_t length = name.length < room ? name.length : room;
    memcpy(text, prefix.bytes, prefix.length);
    if (length) memcpy(text + prefix.length, name.bytes, length);
    label = effect_label(identities, (struct fl_span){text, prefix.length + length});
    if (label) identities->commands[at] = label;
    return label;
}

/* Cut where there is no room. */
static size_t add(char name[NAME_BYTES], size_t length, struct fl_span text)
{
    size_t room = NAME_BYTES - length;
    size_t count = text.length < room ? text.length : room;
    if (count) memcpy(name + length, text.bytes, count);
    return length + count;
}

static size_t context_name(char name[NAME_BYTES], const char *process, const char *role,
                           const char *job, uint32_t delivery)
{
    char digits[FL_DIGITS_BYTES];
    if (!job && strcmp(process, "web") == 0) return add(name, 0, fl_span_from(process));
    size_t length = add(name, 0, fl_span_from(job ? job : process));
    length = add(name, length, job ? FL_SPAN("#") : FL_SPAN("/"));
    return add(name, length, job ? fl_digits(delivery, digits) : fl_span_from(role));
}

struct effect_context *effect_context(struct effect_identities *identities, const char *process,
                                      const char *role, const char *job, uint32_t delivery)
{
    char name[NAME_BYTES];
    struct fl_span span = {name, context_name(name, process, role, job, delivery)};
    struct effect_context *context = fl_map_get(&identities->contexts, span);
    if (context) return context;
    struct fl_arena *arena = &identities->arena;
    context = fl_arena_alloc(arena, sizeof *context);
    if (!context) return NULL;
    *context = (struct effect_context){
        .name = fl_arena_copy(arena, span),
        .job = job ? fl_arena_copy(arena, fl_span_from(job)) : NULL,
        .delivery = delivery,
        .process = fl_arena_copy(arena, fl_span_from(process)),
        .role = fl_arena_copy(arena, fl_span_from(role)),
    };
    if (!context->name || !context->process || !context->role || (job && !context->job))
        return NULL;
    if (fl_map_put(&identities->contexts, span, context, NULL)) return NULL;
    return context;
}

static bool grow_seen(struct effect_identities *identities, struct effect_context *context,
                      uint32_t id)
{
    uint32_t capacity = context->seen_capacity ? context->seen_capacity : SEEN_FIRST;
    while (capacity <= id)
        capacity *= 2;
    struct effect_seen *seen = fl_arena_alloc_array(&identities->arena, capacity, sizeof *seen);
    if (!seen) return false;
    if (context->seen) memcpy(seen, context->seen, context->seen_capacity * sizeof *seen);
    context->seen = seen;
    context->seen_capacity = capacity;
    return true;
}

uint32_t effect_context_count(struct effect_identities *identities, struct effect_context *context,
                              const struct effect_label *label)
{
    if (label->id >= context->seen_capacity && !grow_seen(identities, context, label->id)) return 0;
    context->ordinal++;
    return ++context->seen[label->id].count;
}
