#include "posix/periodic_setting.h"

#include <stddef.h>
#include <string.h>

#include "core/assert.h"
#include "posix/yaml_json.h"

struct reading {
    struct fl_yaml *yaml;
    struct fl_arena *arena;
    struct fl_periodic_setting *setting;
};

static const struct {
    const char *name;
    size_t offset;
} keys[] = {
    {"cron", offsetof(struct fl_periodic_setting, cron)},
    {"tz", offsetof(struct fl_periodic_setting, zone)},
    {"class", offsetof(struct fl_periodic_setting, worker)},
    {"queue", offsetof(struct fl_periodic_setting, queue)},
    {"name", offsetof(struct fl_periodic_setting, name)},
};

static bool keep(const struct reading *r, const yaml_node_t *node, struct fl_span text,
                 const char **field)
{
    *field = fl_arena_copy(r->arena, text);
    return *field || fl_yaml_refuse(r->yaml, &node->start_mark, "%s", fl_error_text(FL_ENOMEM));
}

static bool take_args(const struct reading *r, const yaml_node_t *node)
{
    struct fl_buf json = FL_BUF_INIT(FL_PERIODIC_ARGS_BYTES_MAX);
    bool fine = node->type == YAML_SEQUENCE_NODE ||
                fl_yaml_refuse(r->yaml, &node->start_mark, "args wants a list");
    fine = fine && fl_yaml_json(r->yaml, node, &json) &&
           keep(r, node, fl_buf_span(&json), &r->setting->args);
    fl_buf_release(&json);
    return fine;
}

static bool take_pair(const struct reading *r, const yaml_node_pair_t *pair)
{
    const yaml_node_t *key = fl_yaml_node(r->yaml, pair->key);
    const yaml_node_t *value = fl_yaml_node(r->yaml, pair->value);
    const char *name = fl_yaml_text(key), *text = fl_yaml_text(value);
    if (!name) return fl_yaml_refuse(r->yaml, &key->start_mark, "a key must be a text");
    if (strcmp(name, "args") == 0) return take_args(r, value);
    for (size_t i = 0; i < FL_COUNT(keys); i++) {
        if (strcmp(name, keys[i].name) != 0) continue;
        if (!text || !*text)
            return fl_yaml_refuse(r->yaml, &value->start_mark, "%s wants a text", name);
        char *field = (char *)r->setting + keys[i].offset;
        return keep(r, value, fl_span_from(text), (const char **)(void *)field);
    }
    return fl_yaml_refuse(r->yaml, &key->start_mark,
                          "a periodic job has cron, tz, class, args, queue and name, no '%.80s'",
                          name);
}

bool fl_periodic_setting_read(struct fl_yaml *yaml, const yaml_node_t *node, struct fl_arena *arena,
                              struct fl_periodic_setting *ret_setting)
{
    struct fl_periodic_setting setting = {0};
    const struct reading reading = {yaml, arena, &setting};
    if (node->type != YAML_MAPPING_NODE)
        return fl_yaml_refuse(yaml, &node->start_mark,
                              "a periodic job wants keys, as in {cron: '0 2 * * *', class: Night}");
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++)
        if (!take_pair(&reading, pair)) return false;
    if (!setting.cron || !setting.worker)
        return fl_yaml_refuse(yaml, &node->start_mark, "a periodic job wants a cron and a class");
    *ret_setting = setting;
    return true;
}
