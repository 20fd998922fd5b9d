#include "posix/queue_setting.h"

#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

struct reading {
    struct fl_yaml *yaml;
    struct fl_arena *arena;
    struct fl_queue_settings *queues;
};

static bool append(struct fl_queue_settings *queues, const char *name, int weight,
                   const char **ret_why)
{
    *ret_why = NULL;
    if (!name)
        *ret_why = fl_error_text(FL_ENOMEM);
    else if (!*name)
        *ret_why = "a queue has no name";
    else if (strlen(name) >= FL_QUEUE_SETTING_BYTES)
        *ret_why = "a queue's name has at most 127 bytes";
    else if (fl_utf8_valid_prefix(fl_span_from(name)) != strlen(name))
        *ret_why = "a queue's name must be UTF-8";
    else if (queues->count == FL_QUEUE_SETTINGS_MAX)
        *ret_why = "too many queues";
    if (*ret_why) return false;
    queues->items[queues->count++] = (struct fl_queue_setting){name, weight};
    return true;
}

static bool read_weight(const char *text, int *ret_weight)
{
    long long value = 0;
    if (!fl_span_int64(fl_span_from(text), &value) || value < 1 || value > 1000) return false;
    *ret_weight = (int)value;
    return true;
}

bool fl_queue_setting_add(struct fl_queue_settings *queues, struct fl_arena *arena,
                          const char *text, char problem[FL_YAML_PROBLEM_BYTES])
{
    const char *comma = strchr(text, ','), *name = text, *why = NULL;
    int weight = 0;
    if (comma && !read_weight(comma + 1, &weight)) {
        snprintf(problem, FL_YAML_PROBLEM_BYTES,
                 "want a weight from 1 to 1000 after the queue's name, not '%.80s'", comma + 1);
        return false;
    }
    if (comma) name = fl_arena_copy(arena, (struct fl_span){text, (size_t)(comma - text)});
    if (append(queues, name, weight, &why)) return true;
    snprintf(problem, FL_YAML_PROBLEM_BYTES, "%s", why);
    return false;
}

static const char *keep(const struct reading *r, const char *text)
{
    return fl_arena_copy(r->arena, fl_span_from(text));
}

/* [name, weight] */
static bool take_weighted(const struct reading *r, const yaml_node_t *node)
{
    const yaml_node_item_t *items = node->data.sequence.items.start;
    const char *why = "want [name, weight]";
    int weight = 0;
    if (node->data.sequence.items.top - items == 2) {
        const char *name = fl_yaml_text(fl_yaml_node(r->yaml, items[0])),
                   *number = fl_yaml_text(fl_yaml_node(r->yaml, items[1]));
        if (name && number && read_weight(number, &weight) &&
            append(r->queues, keep(r, name), weight, &why))
            return true;
    }
    return fl_yaml_refuse(r->yaml, &node->start_mark, "%s", why);
}

static bool take_queue(const struct reading *r, const yaml_node_t *node)
{
    if (node->type == YAML_SEQUENCE_NODE) return take_weighted(r, node);
    const char *text = fl_yaml_text(node);
    if (!text)
        return fl_yaml_refuse(r->yaml, &node->start_mark, "want a queue: name or [name, weight]");
    const char *copy = keep(r, text);
    char why[FL_YAML_PROBLEM_BYTES];
    if (copy && fl_queue_setting_add(r->queues, r->arena, copy, why)) return true;
    return fl_yaml_refuse(r->yaml, &node->start_mark, "%.400s",
                          copy ? why : fl_error_text(FL_ENOMEM));
}

bool fl_queue_settings_read(struct fl_yaml *yaml, const yaml_node_t *node, struct fl_arena *arena,
                            struct fl_queue_settings *queues)
{
    const struct reading reading = {yaml, arena, queues};
    if (node->type != YAML_SEQUENCE_NODE) return take_queue(&reading, node);
    const yaml_node_item_t *item = node->data.sequence.items.start;
    for (; item < node->data.sequence.items.top; item++)
        if (!take_queue(&reading, fl_yaml_node(yaml, *item))) return false;
    return true;
}

/* --- capsules --- */

static bool take_name(const struct reading *r, const yaml_node_t *node, const char **ret_name)
{
    const char *text = fl_yaml_text(node);
    if (!text || !*text || strlen(text) >= FL_CAPSULE_SETTING_BYTES)
        return fl_yaml_refuse(r->yaml, &node->start_mark,
                              "want a capsule's name, of 1 to 63 bytes");
    if (strcmp(text, "default") == 0)
        return fl_yaml_refuse(r->yaml, &node->start_mark,
                              "the default capsule is what stands outside of capsules");
    *ret_name = keep(r, text);
    return *ret_name || fl_yaml_refuse(r->yaml, &node->start_mark, "%s", fl_error_text(FL_ENOMEM));
}

static bool take_pair(const struct reading *r, const yaml_node_pair_t *pair,
                      struct fl_capsule_setting *setting)
{
    const yaml_node_t *key = fl_yaml_node(r->yaml, pair->key);
    const yaml_node_t *value = fl_yaml_node(r->yaml, pair->value);
    const char *name = fl_yaml_text(key);
    if (name && strcmp(name, "concurrency") == 0)
        return fl_yaml_int(r->yaml, "concurrency", value, 1, FL_CAPSULE_CONCURRENCY_MAX,
                           &setting->concurrency);
    if (name && strcmp(name, "queues") == 0)
        return fl_queue_settings_read(r->yaml, value, r->arena, &setting->queues);
    return fl_yaml_refuse(r->yaml, &key->start_mark,
                          "a capsule has concurrency and queues, no '%.80s'", name ? name : "list");
}

bool fl_capsule_setting_read(struct fl_yaml *yaml, const yaml_node_t *name, const yaml_node_t *node,
                             struct fl_arena *arena, struct fl_capsule_setting *ret_setting)
{
    struct reading reading = {.yaml = yaml, .arena = arena};
    *ret_setting = (struct fl_capsule_setting){0};
    if (!take_name(&reading, name, &ret_setting->name)) return false;
    if (node->type != YAML_MAPPING_NODE)
        return fl_yaml_refuse(yaml, &node->start_mark,
                              "a capsule wants keys, as in {concurrency: 1, queues: [a, b]}");
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++)
        if (!take_pair(&reading, pair, ret_setting)) return false;
    return true;
}
