#include "posix/alert_setting.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "core/assert.h"

#define AT(field) offsetof(struct fl_alert_setting, field)

static const struct {
    const char *name;
    size_t offset;
    int min, max;
} keys[] = {
    {"failure_rate", AT(failure_rate), 1, 100},
    {"failure_jobs", AT(failure_jobs), 1, INT_MAX},
    {"queue_latency", AT(queue_latency), 1, INT_MAX},
    {"dead_growth", AT(dead_growth), 1, INT_MAX},
    {"missing_heartbeats", AT(missing_heartbeats), 1, INT_MAX},
    {"processes", AT(processes), 1, INT_MAX},
    {"window", AT(window), 30, 3600},
};

static bool take_webhook(struct fl_yaml *yaml, const yaml_node_t *node, struct fl_arena *arena,
                         struct fl_alert_setting *setting)
{
    const char *text = fl_yaml_text(node);
    if (!text || (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0))
        return fl_yaml_refuse(yaml, &node->start_mark,
                              "webhook wants a URL, http://... or https://...");
    setting->webhook = fl_arena_copy(arena, fl_span_from(text));
    return setting->webhook ||
           fl_yaml_refuse(yaml, &node->start_mark, "%s", fl_error_text(FL_ENOMEM));
}

static bool take_pair(struct fl_yaml *yaml, const yaml_node_pair_t *pair, struct fl_arena *arena,
                      struct fl_alert_setting *setting)
{
    const yaml_node_t *key = fl_yaml_node(yaml, pair->key);
    const yaml_node_t *value = fl_yaml_node(yaml, pair->value);
    const char *name = fl_yaml_text(key);
    if (!name) return fl_yaml_refuse(yaml, &key->start_mark, "a key must be a text");
    setting->key_count++;
    if (strcmp(name, "webhook") == 0) return take_webhook(yaml, value, arena, setting);
    for (size_t i = 0; i < FL_COUNT(keys); i++)
        if (strcmp(name, keys[i].name) == 0)
            return fl_yaml_int(yaml, name, value, keys[i].min, keys[i].max,
                               (int *)(void *)((char *)setting + keys[i].offset));
    return fl_yaml_refuse(yaml, &key->start_mark,
                          "alerts have failure_rate, failure_jobs, queue_latency, dead_growth, "
                          "missing_heartbeats, processes, window and webhook, no '%.80s'",
                          name);
}

bool fl_alert_setting_read(struct fl_yaml *yaml, const yaml_node_t *node, struct fl_arena *arena,
                           struct fl_alert_setting *ret_setting)
{
    struct fl_alert_setting setting = {0};
    if (node->type != YAML_MAPPING_NODE)
        return fl_yaml_refuse(yaml, &node->start_mark,
                              "alerts want keys, as in {queue_latency: 120}");
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++)
        if (!take_pair(yaml, pair, arena, &setting)) return false;
    *ret_setting = setting;
    return true;
}
