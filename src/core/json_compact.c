#include "core/json.h"
#include "core/json_node.h"

static enum fl_error write_value(struct fl_json_at at, struct fl_buf *out);

static enum fl_error write_text(struct fl_json_at at, struct fl_buf *out)
{
    struct fl_buf text = FL_BUF_INIT(fl_json_raw(at).length);
    enum fl_error err = fl_json_string(at, &text);
    if (!err) err = fl_json_write_string(out, fl_buf_span(&text));
    fl_buf_release(&text);
    return err;
}

/* Keys and values of an object stand one after the other, as elements of an array do. */
static enum fl_error write_container(struct fl_json_at at, struct fl_buf *out)
{
    const struct fl_json_node *nodes = at.json->nodes;
    bool object = nodes[at.index].type == FL_JSON_OBJECT, key = object;
    uint32_t first = at.index + 1;
    enum fl_error err = fl_buf_append_char(out, object ? '{' : '[');
    for (uint32_t i = first; !err && i < nodes[at.index].next; i = nodes[i].next) {
        if (i > first) err = fl_buf_append_char(out, object && !key ? ':' : ',');
        if (!err) err = write_value((struct fl_json_at){at.json, i}, out);
        key = object && !key;
    }
    return err ? err : fl_buf_append_char(out, object ? '}' : ']');
}

static enum fl_error write_value(struct fl_json_at at, struct fl_buf *out)
{
    switch (fl_json_type(at)) {
    case FL_JSON_STRING: return write_text(at, out);
    case FL_JSON_ARRAY:
    case FL_JSON_OBJECT: return write_container(at, out);
    case FL_JSON_NULL:
    case FL_JSON_FALSE:
    case FL_JSON_TRUE:
    case FL_JSON_NUMBER: break;
    }
    return fl_buf_append_span(out, fl_json_raw(at));
}

enum fl_error fl_json_write_compact(struct fl_buf *out, struct fl_json_at at)
{
    size_t start = out->length;
    enum fl_error err = fl_json_exists(at) ? write_value(at, out) : FL_EINVAL;
    if (err) fl_buf_truncate(out, start);
    return err;
}
