#include "core/json.h"
#include "core/json_node.h"

static const struct fl_json_edit *edit_of(struct fl_json_at key, const struct fl_json_edit *edits,
                                          uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (fl_json_is(key, edits[i].key)) return &edits[i];
    return NULL;
}

static void keep_pair(struct fl_json_writer *w, struct fl_json_at key, struct fl_span value)
{
    fl_json_put_raw(w, NULL, fl_json_raw(key));
    if (!w->err) w->err = fl_buf_append_char(w->out, ':');
    if (!w->err) w->err = fl_buf_append_span(w->out, value);
}

static enum fl_error write_edited(struct fl_json_at object, const struct fl_json_edit *edits,
                                  uint32_t edit_count, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    const struct fl_json_node *nodes = object.json->nodes;
    for (uint32_t at = object.index + 1; at < nodes[object.index].next; at = nodes[at + 1].next) {
        struct fl_json_at key = {object.json, at}, value = {object.json, at + 1};
        const struct fl_json_edit *edit = edit_of(key, edits, edit_count);
        if (!edit)
            keep_pair(&w, key, fl_json_raw(value));
        else if (edit->raw.bytes)
            keep_pair(&w, key, edit->raw);
    }
    for (uint32_t i = 0; i < edit_count; i++)
        if (edits[i].raw.bytes && !fl_json_exists(fl_json_member(object, edits[i].key)))
            fl_json_put_raw(&w, edits[i].key, edits[i].raw);
    return fl_json_end(&w);
}

enum fl_error fl_json_edit(struct fl_json_at object, const struct fl_json_edit *edits,
                           uint32_t edit_count, struct fl_buf *out)
{
    size_t start = out->length;
    if (fl_json_type(object) != FL_JSON_OBJECT) return FL_EINVAL;
    enum fl_error err = write_edited(object, edits, edit_count, out);
    if (err) fl_buf_truncate(out, start);
    return err;
}
