/* src/posix/worker_settings.c - the table of keys, applied to libyaml's tree.
 *
 * Whatever is set stays: so flags come first, then the environment's section, then the file. */
#include "posix/worker_settings.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "posix/yaml_tree.h"

static_assert((int)FL_WORKER_SETTINGS_PROBLEM_BYTES == (int)FL_YAML_PROBLEM_BYTES,
              "its problems are handed on");

struct reading {
    struct fl_worker_settings *settings;
    struct fl_yaml *yaml;
    const char *section; /* the environment's; NULL for the rest of the file */
};

/* --- scalars --- */

static bool take_int(const struct reading *r, const struct fl_worker_key *key,
                     const yaml_node_t *node, int *field)
{
    int value;
    if (!fl_yaml_int(r->yaml, key->name, node, key->min, key->max, &value)) return false;
    if (!*field) *field = value;
    return true;
}

static bool take_seconds(const struct reading *r, const struct fl_worker_key *key,
                         const yaml_node_t *node, int64_t *field_us)
{
    int64_t value_us;
    if (!fl_yaml_seconds(r->yaml, key->name, node, key->max, &value_us)) return false;
    if (!*field_us) *field_us = value_us;
    return true;
}

static const char *keep(const struct reading *r, const char *text)
{
    return fl_arena_copy(&r->settings->arena, fl_span_from(text));
}

static bool take_text(const struct reading *r, const struct fl_worker_key *key,
                      const yaml_node_t *node, const char **field)
{
    const char *text = fl_yaml_text(node);
    if (!text) return fl_yaml_refuse(r->yaml, &node->start_mark, "%s wants a text", key->name);
    const char *const *words = key->words;
    if (words[0] && strcmp(text, words[0]) != 0 && strcmp(text, words[1]) != 0)
        return fl_yaml_refuse(r->yaml, &node->start_mark, "%s wants %s or %s, not '%.80s'",
                              key->name, words[0], words[1], text);
    if (*field) return true;
    *field = keep(r, text);
    return *field || fl_yaml_refuse(r->yaml, &node->start_mark, "%s", fl_error_text(FL_ENOMEM));
}

static bool take_toggle(const struct reading *r, const struct fl_worker_key *key,
                        const yaml_node_t *node, enum fl_toggle *field)
{
    bool value;
    if (!fl_yaml_bool(r->yaml, key->name, node, &value)) return false;
    if (*field == FL_UNSET) *field = value ? FL_YES : FL_NO;
    return true;
}

/* --- lists --- */

/* One more text of a list that holds at most `max`. */
static bool append_text(const struct reading *r, const yaml_node_t *node, const char **list,
                        size_t *count, size_t max)
{
    const char *text = fl_yaml_text(node);
    if (!text) return fl_yaml_refuse(r->yaml, &node->start_mark, "want a text");
    if (*count == max)
        return fl_yaml_refuse(r->yaml, &node->start_mark, "at most %zu of them", max);
    list[*count] = keep(r, text);
    if (!list[*count])
        return fl_yaml_refuse(r->yaml, &node->start_mark, "%s", fl_error_text(FL_ENOMEM));
    ++*count;
    return true;
}

static bool take_module(const struct reading *r, const yaml_node_t *node)
{
    struct fl_worker_settings *settings = r->settings;
    return append_text(r, node, settings->modules, &settings->module_count,
                       FL_WORKER_SETTINGS_MODULES_MAX);
}

static bool take_label(const struct reading *r, const yaml_node_t *node)
{
    struct fl_worker_settings *settings = r->settings;
    return append_text(r, node, settings->labels, &settings->label_count,
                       FL_WORKER_SETTINGS_LABELS_MAX);
}

static bool take_periodic(const struct reading *r, const yaml_node_t *node)
{
    struct fl_worker_settings *settings = r->settings;
    if (settings->periodic_count == FL_WORKER_SETTINGS_PERIODIC_MAX)
        return fl_yaml_refuse(r->yaml, &node->start_mark, "at most %d periodic jobs",
                              FL_WORKER_SETTINGS_PERIODIC_MAX);
    if (!fl_periodic_setting_read(r->yaml, node, &settings->arena,
                                  &settings->periodic[settings->periodic_count]))
        return false;
    settings->periodic_count++;
    return true;
}

/* {name: {...}, ...} */
static bool take_capsules(const struct reading *r, const yaml_node_t *node)
{
    struct fl_worker_settings *settings = r->settings;
    if (node->type != YAML_MAPPING_NODE)
        return fl_yaml_refuse(r->yaml, &node->start_mark,
                              "capsules wants names, as in {single: {concurrency: 1}}");
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        if (settings->capsule_count == FL_WORKER_SETTINGS_CAPSULES_MAX)
            return fl_yaml_refuse(r->yaml, &node->start_mark, "at most %d capsules",
                                  FL_WORKER_SETTINGS_CAPSULES_MAX);
        if (!fl_capsule_setting_read(r->yaml, fl_yaml_node(r->yaml, pair->key),
                                     fl_yaml_node(r->yaml, pair->value), &settings->arena,
                                     &settings->capsules[settings->capsule_count]))
            return false;
        settings->capsule_count++;
    }
    return true;
}

typedef bool take_item(const struct reading *r, const yaml_node_t *node);

/* A list, or one item in its place. */
static bool take_list(const struct reading *r, const yaml_node_t *node, take_item *take)
{
    if (node->type != YAML_SEQUENCE_NODE) return take(r, node);
    const yaml_node_item_t *item = node->data.sequence.items.start;
    for (; item < node->data.sequence.items.top; item++)
        if (!take(r, fl_yaml_node(r->yaml, *item))) return false;
    return true;
}

/* --- where values came from --- */

static bool is_set(const struct fl_worker_settings *settings, const struct fl_worker_key *key)
{
    const void *field = (const char *)settings + key->offset;
    switch (key->kind) {
    case FL_KIND_INT: return *(const int *)field != 0;
    case FL_KIND_SECONDS: return *(const int64_t *)field != 0;
    case FL_KIND_TEXT:
    case FL_KIND_SECRET: return *(const char *const *)field != NULL;
    case FL_KIND_TOGGLE: return *(const enum fl_toggle *)field != FL_UNSET;
    case FL_KIND_QUEUES:
    case FL_KIND_MODULES:
    case FL_KIND_LABELS:
    case FL_KIND_CAPSULES:
    case FL_KIND_ALERTS:
    case FL_KIND_PERIODIC: break;
    }
    return *(const size_t *)field != 0;
}

void fl_worker_settings_note(struct fl_worker_settings *settings, enum fl_worker_source source)
{
    for (size_t i = 0; i < fl_worker_key_count; i++) {
        struct fl_worker_origin *origin = &settings->origins[i];
        if (origin->source || !is_set(settings, &fl_worker_keys[i])) continue;
        *origin = (struct fl_worker_origin){source, fl_worker_keys[i].option};
        if (source == FL_FROM_VARIABLE) origin->place = fl_worker_keys[i].variable;
    }
}

/* "file:line", with the section when it is the environment's. */
static bool note_place(const struct reading *r, const struct fl_worker_key *key,
                       const yaml_node_t *node)
{
    char place[FL_WORKER_SETTINGS_PROBLEM_BYTES];
    struct fl_worker_origin *origin = &r->settings->origins[key - fl_worker_keys];
    if (origin->source || !is_set(r->settings, key)) return true;
    snprintf(place, sizeof place, "%.400s:%zu%s%.80s%s", r->yaml->name, node->start_mark.line + 1,
             r->section ? " (" : "", r->section ? r->section : "", r->section ? ")" : "");
    *origin = (struct fl_worker_origin){FL_FROM_FILE, keep(r, place)};
    return origin->place ||
           fl_yaml_refuse(r->yaml, &node->start_mark, "%s", fl_error_text(FL_ENOMEM));
}

/* A section may be another environment's. Sidekiq's own `strict` says nothing any more. */
static bool warn_of(const struct reading *r, const yaml_node_t *node, const yaml_node_t *value)
{
    struct fl_worker_settings *settings = r->settings;
    const char *name = fl_yaml_text(node), *near = fl_worker_key_nearest(name);
    char text[FL_WORKER_SETTINGS_PROBLEM_BYTES];
    bool section = value->type == YAML_MAPPING_NODE && !near;
    if (section || strcmp(name, "strict") == 0) return true;
    if (settings->warning_count == FL_WORKER_SETTINGS_WARNINGS_MAX) return true;
    snprintf(text, sizeof text, "%.400s:%zu:%zu: there is no setting '%.80s'%s%s%s", r->yaml->name,
             node->start_mark.line + 1, node->start_mark.column + 1, name,
             near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    const char *copy = keep(r, text);
    if (!copy) return fl_yaml_refuse(r->yaml, &node->start_mark, "%s", fl_error_text(FL_ENOMEM));
    settings->warnings[settings->warning_count++] = copy;
    return true;
}

/* --- sections --- */

static bool take_value(const struct reading *r, const struct fl_worker_key *key,
                       const yaml_node_t *node)
{
    void *field = (char *)r->settings + key->offset;
    if (fl_yaml_is_null(node)) return true;
    switch (key->kind) {
    case FL_KIND_INT: return take_int(r, key, node, field);
    case FL_KIND_SECONDS: return take_seconds(r, key, node, field);
    case FL_KIND_TEXT:
    case FL_KIND_SECRET: return take_text(r, key, node, field);
    case FL_KIND_TOGGLE: return take_toggle(r, key, node, field);
    case FL_KIND_QUEUES:
        return r->settings->queues.count ||
               fl_queue_settings_read(r->yaml, node, &r->settings->arena, &r->settings->queues);
    case FL_KIND_CAPSULES: return r->settings->capsule_count || take_capsules(r, node);
    case FL_KIND_MODULES: return r->settings->module_count || take_list(r, node, take_module);
    case FL_KIND_LABELS: return r->settings->label_count || take_list(r, node, take_label);
    case FL_KIND_ALERTS:
        return r->settings->alerts.key_count ||
               fl_alert_setting_read(r->yaml, node, &r->settings->arena, &r->settings->alerts);
    case FL_KIND_PERIODIC: break;
    }
    return r->settings->periodic_count || take_list(r, node, take_periodic);
}

/* Every key is a text and stands there once, known or not. */
static bool check_keys(const struct reading *r, const yaml_node_t *section)
{
    const yaml_node_pair_t *first = section->data.mapping.pairs.start;
    const yaml_node_pair_t *end = section->data.mapping.pairs.top;
    if (end - first > FL_WORKER_SETTINGS_KEYS_MAX)
        return fl_yaml_refuse(r->yaml, &section->start_mark, "too many keys");
    for (const yaml_node_pair_t *pair = first; pair < end; pair++) {
        const yaml_node_t *node = fl_yaml_node(r->yaml, pair->key);
        const char *name = fl_yaml_text(node);
        if (!name) return fl_yaml_refuse(r->yaml, &node->start_mark, "a key must be a text");
        if (strcmp(name, "<<") == 0)
            return fl_yaml_refuse(r->yaml, &node->start_mark, "merge keys (<<) are not supported");
        for (const yaml_node_pair_t *before = first; before < pair; before++)
            if (strcmp(name, fl_yaml_text(fl_yaml_node(r->yaml, before->key))) == 0)
                return fl_yaml_refuse(r->yaml, &node->start_mark,
                                      "the key '%.80s' stands here twice", name);
    }
    return true;
}

static bool take_pair(const struct reading *r, const yaml_node_pair_t *pair)
{
    const yaml_node_t *name = fl_yaml_node(r->yaml, pair->key);
    const yaml_node_t *value = fl_yaml_node(r->yaml, pair->value);
    const struct fl_worker_key *key = fl_worker_key_find(fl_yaml_text(name));
    if (!key) return warn_of(r, name, value);
    return take_value(r, key, value) && note_place(r, key, name);
}

static bool take_section(const struct reading *r, const yaml_node_t *section)
{
    if (!check_keys(r, section)) return false;
    for (const yaml_node_pair_t *pair = section->data.mapping.pairs.start;
         pair < section->data.mapping.pairs.top; pair++)
        if (!take_pair(r, pair)) return false;
    return true;
}

static const yaml_node_t *find_section(const struct reading *r, const yaml_node_t *root,
                                       const char *name)
{
    for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
         pair < root->data.mapping.pairs.top; pair++) {
        const yaml_node_t *value = fl_yaml_node(r->yaml, pair->value);
        if (value->type == YAML_MAPPING_NODE &&
            strcmp(fl_yaml_text(fl_yaml_node(r->yaml, pair->key)), name) == 0)
            return value;
    }
    return NULL;
}

static bool take_document(const struct reading *r, const char *environment)
{
    const yaml_node_t *root = yaml_document_get_root_node(&r->yaml->document);
    if (!root || fl_yaml_is_null(root)) return true; /* an empty file */
    if (root->type != YAML_MAPPING_NODE)
        return fl_yaml_refuse(r->yaml, &root->start_mark,
                              "want keys and values, as in 'concurrency: 5'");
    if (!check_keys(r, root)) return false;
    const yaml_node_t *section = environment ? find_section(r, root, environment) : NULL;
    const struct reading inner = {r->settings, r->yaml, environment};
    return (!section || take_section(&inner, section)) && take_section(r, root);
}

/* --- the file --- */

enum fl_error fl_worker_settings_parse(struct fl_worker_settings *settings, const char *name,
                                       struct fl_span text, const char *environment,
                                       char ret_problem[FL_WORKER_SETTINGS_PROBLEM_BYTES])
{
    struct fl_yaml yaml;
    settings->arena.bytes_max = 2 * FL_YAML_BYTES_MAX;
    enum fl_error err = fl_yaml_open(&yaml, name, text, ret_problem);
    if (err) return err;
    const struct reading r = {.settings = settings, .yaml = &yaml};
    if (!take_document(&r, environment)) err = FL_EINVAL;
    fl_yaml_close(&yaml);
    return err;
}

enum fl_error fl_worker_settings_read(struct fl_worker_settings *settings, const char *path,
                                      const char *environment,
                                      char ret_problem[FL_WORKER_SETTINGS_PROBLEM_BYTES])
{
    struct fl_buf text = FL_BUF_INIT(FL_YAML_BYTES_MAX);
    enum fl_error err = fl_yaml_read_file(path, &text, ret_problem);
    if (!err)
        err =
            fl_worker_settings_parse(settings, path, fl_buf_span(&text), environment, ret_problem);
    fl_buf_release(&text);
    return err;
}

void fl_worker_settings_release(struct fl_worker_settings *settings)
{
    fl_arena_release(&settings->arena);
}
