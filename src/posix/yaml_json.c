#include "posix/yaml_json.h"

#include <string.h>

#include "core/json.h"

struct writing {
    struct fl_yaml *yaml;
    struct fl_buf *out;
    int depth;
};

static enum fl_error write_node(struct writing *w, const yaml_node_t *node);

/* What JSON reads as something else than a text. */
static enum fl_error write_plain(struct writing *w, const yaml_node_t *node, struct fl_span text)
{
    struct fl_json json;
    if (fl_yaml_is_null(node)) return fl_buf_append_text(w->out, "null");
    enum fl_error err = fl_json_parse(text, &json, NULL);
    if (err == FL_ENOMEM) return err;
    enum fl_json_type type = err ? FL_JSON_STRING : fl_json_type(fl_json_root(&json));
    if (!err) fl_json_release(&json);
    if (type == FL_JSON_NUMBER || type == FL_JSON_TRUE || type == FL_JSON_FALSE)
        return fl_buf_append_span(w->out, text);
    return fl_json_write_string(w->out, text);
}

static enum fl_error write_scalar(struct writing *w, const yaml_node_t *node)
{
    struct fl_span text = fl_span_from(fl_yaml_text(node));
    if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) return write_plain(w, node, text);
    return fl_json_write_string(w->out, text);
}

static enum fl_error write_list(struct writing *w, const yaml_node_t *node)
{
    const yaml_node_item_t *first = node->data.sequence.items.start;
    enum fl_error err = fl_buf_append_char(w->out, '[');
    for (const yaml_node_item_t *item = first; !err && item < node->data.sequence.items.top;
         item++) {
        if (item > first) err = fl_buf_append_char(w->out, ',');
        if (!err) err = write_node(w, fl_yaml_node(w->yaml, *item));
    }
    return err ? err : fl_buf_append_char(w->out, ']');
}

static enum fl_error write_pair(struct writing *w, const yaml_node_pair_t *pair)
{
    const char *key = fl_yaml_text(fl_yaml_node(w->yaml, pair->key));
    if (!key) return FL_EINVAL;
    enum fl_error err = fl_json_write_string(w->out, fl_span_from(key));
    if (!err) err = fl_buf_append_char(w->out, ':');
    return err ? err : write_node(w, fl_yaml_node(w->yaml, pair->value));
}

static enum fl_error write_section(struct writing *w, const yaml_node_t *node)
{
    const yaml_node_pair_t *first = node->data.mapping.pairs.start;
    enum fl_error err = fl_buf_append_char(w->out, '{');
    for (const yaml_node_pair_t *pair = first; !err && pair < node->data.mapping.pairs.top;
         pair++) {
        if (pair > first) err = fl_buf_append_char(w->out, ',');
        if (!err) err = write_pair(w, pair);
    }
    return err ? err : fl_buf_append_char(w->out, '}');
}

static enum fl_error write_node(struct writing *w, const yaml_node_t *node)
{
    if (w->depth == FL_YAML_JSON_DEPTH_MAX) return FL_EBOUND;
    enum fl_error err = FL_EINVAL;
    w->depth++;
    if (node->type == YAML_SCALAR_NODE) err = write_scalar(w, node);
    if (node->type == YAML_SEQUENCE_NODE) err = write_list(w, node);
    if (node->type == YAML_MAPPING_NODE) err = write_section(w, node);
    w->depth--;
    return err;
}

bool fl_yaml_json(struct fl_yaml *yaml, const yaml_node_t *node, struct fl_buf *out)
{
    struct writing writing = {yaml, out, 0};
    enum fl_error err = write_node(&writing, node);
    if (!err) return true;
    return fl_yaml_refuse(yaml, &node->start_mark, "as JSON: %s", fl_error_text(err));
}
