/* Most pairs stay as they are, and most texts have no blanks between them: what is kept is copied
 * in stretches that are as long as they can be. */
#include "core/assert.h"
#include "core/json_node.h"

enum { EDITS_MAX = 16 };

struct editing {
    const struct fl_json *json;
    const struct fl_json_edit *edits;
    uint32_t count;
    struct fl_span keys[EDITS_MAX];
    uint64_t found; /* a bit for each edit whose key is there */
    struct fl_json_writer writer;
    struct fl_span kept; /* not written yet: pairs with nothing but commas between */
};

/* The last edit with this key; NULL: the pair is kept. */
static const struct fl_json_edit *edit_of(struct editing *editing, uint32_t key)
{
    const struct fl_json_edit *edit = NULL;
    for (uint32_t i = 0; i < editing->count; i++) {
        if (!fl_json_is_span((struct fl_json_at){editing->json, key}, editing->keys[i])) continue;
        editing->found |= UINT64_C(1) << i;
        if (!edit) edit = &editing->edits[i];
    }
    return edit;
}

static void write_kept(struct editing *editing)
{
    if (editing->kept.length) fl_json_put_raw(&editing->writer, NULL, editing->kept);
    editing->kept = (struct fl_span){0};
}

static void write_pair(struct editing *editing, struct fl_span key, struct fl_span value)
{
    struct fl_json_writer *w = &editing->writer;
    write_kept(editing);
    fl_json_put_raw(w, NULL, key);
    if (!w->err) w->err = fl_buf_append_char(w->out, ':');
    if (!w->err) w->err = fl_buf_append_span(w->out, value);
}

static void keep_pair(struct editing *editing, struct fl_span key, struct fl_span value)
{
    struct fl_span *kept = &editing->kept;
    if (value.bytes != key.bytes + key.length + 1) {
        write_pair(editing, key, value); /* blanks around the colon */
        return;
    }
    if (kept->length && key.bytes != kept->bytes + kept->length + 1) write_kept(editing);
    if (!kept->length) kept->bytes = key.bytes;
    kept->length = (size_t)(value.bytes + value.length - kept->bytes);
}

static enum fl_error write_edited(struct editing *editing, struct fl_json_at object)
{
    const struct fl_json_node *nodes = object.json->nodes;
    for (uint32_t at = object.index + 1; at < nodes[object.index].next; at = nodes[at + 1].next) {
        struct fl_span key = fl_json_raw((struct fl_json_at){object.json, at});
        const struct fl_json_edit *edit = edit_of(editing, at);
        if (!edit)
            keep_pair(editing, key, fl_json_raw((struct fl_json_at){object.json, at + 1}));
        else if (edit->raw.bytes)
            write_pair(editing, key, edit->raw);
    }
    write_kept(editing);
    for (uint32_t i = 0; i < editing->count; i++)
        if (editing->edits[i].raw.bytes && !(editing->found >> i & 1))
            fl_json_put_raw(&editing->writer, editing->edits[i].key, editing->edits[i].raw);
    return fl_json_end(&editing->writer);
}

enum fl_error fl_json_edit(struct fl_json_at object, const struct fl_json_edit *edits,
                           uint32_t edit_count, struct fl_buf *out)
{
    size_t start = out->length;
    if (fl_json_type(object) != FL_JSON_OBJECT) return FL_EINVAL;
    fl_assert(edit_count <= EDITS_MAX);
    struct editing editing = {.json = object.json, .edits = edits, .count = edit_count};
    size_t most = fl_json_raw(object).length;
    for (uint32_t i = 0; i < edit_count; i++) {
        editing.keys[i] = fl_span_from(edits[i].key);
        most += editing.keys[i].length + edits[i].raw.length + sizeof("\"\":,");
    }
    enum fl_error err = fl_buf_reserve(out, most);
    if (err == FL_ENOMEM) return err; /* out of bounds it may not be in the end */
    editing.writer = fl_json_begin_object(out);
    err = write_edited(&editing, object);
    if (err) fl_buf_truncate(out, start);
    return err;
}
