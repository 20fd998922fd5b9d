/* harness/picture/recording.c - two snapshots of each store: the difference is what an event did.
 *
 * A snapshot is one text; its groups and lines are offsets into it. Groups keep their order from
 * snapshot to snapshot, so that the two are walked side by side. Of a group's lines only the part
 * between the common head and the common tail is written: queues change at their ends. */
#include "harness/picture/recording.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/json.h"

enum { STORE_BYTES_MAX = 4 * 1024 * 1024, EVENT_BYTES_MAX = 4 * 1024 * 1024 };

struct piece { /* a line; or a group: its name, then its note */
    uint32_t at, length;
    uint32_t note_length;
    bool is_group;
};

struct snapshot {
    struct fl_buf text;
    struct piece *pieces; /* each group, then its lines */
    uint32_t count, capacity, lines;
    bool failed; /* memory: it is not compared */
};

struct recording {
    struct fl_buf *out; /* borrowed */
    struct snapshot now[RECORDING_STORES], next;
    enum recording_store store;
    struct fl_buf edits; /* of the next event: elements of an array, with commas between */
    bool full;           /* nothing more is written */
    uint64_t left_out;
};

enum fl_error recording_new(struct fl_buf *out, struct recording **ret_recording)
{
    struct recording *recording = calloc(1, sizeof *recording);
    if (!recording) return FL_ENOMEM;
    recording->out = out;
    recording->edits = FL_BUF_INIT(EVENT_BYTES_MAX);
    recording->next.text = FL_BUF_INIT(STORE_BYTES_MAX);
    for (int i = 0; i < RECORDING_STORES; i++)
        recording->now[i].text = FL_BUF_INIT(STORE_BYTES_MAX);
    *ret_recording = recording;
    return FL_OK;
}

static void snapshot_release(struct snapshot *snapshot)
{
    fl_buf_release(&snapshot->text);
    free(snapshot->pieces);
}

void recording_free(struct recording *recording)
{
    if (!recording) return;
    for (int i = 0; i < RECORDING_STORES; i++)
        snapshot_release(&recording->now[i]);
    snapshot_release(&recording->next);
    fl_buf_release(&recording->edits);
    free(recording);
}

uint64_t recording_left_out(const struct recording *recording)
{
    return recording->left_out;
}

/* --- what a store holds --- */

static void add_piece(struct snapshot *snapshot, struct fl_span text, struct fl_span note,
                      bool is_group)
{
    if (snapshot->count == snapshot->capacity) {
        uint32_t capacity = snapshot->capacity ? 2 * snapshot->capacity : 64;
        struct piece *grown = realloc(snapshot->pieces, capacity * sizeof *grown);
        snapshot->failed |= !grown;
        if (!grown) return;
        snapshot->pieces = grown;
        snapshot->capacity = capacity;
    }
    struct piece piece = {(uint32_t)snapshot->text.length, (uint32_t)text.length,
                          (uint32_t)note.length, is_group};
    if (fl_buf_append_span(&snapshot->text, text) || fl_buf_append_span(&snapshot->text, note))
        snapshot->failed = true;
    else
        snapshot->pieces[snapshot->count++] = piece;
}

void recording_begin_store(struct recording *recording, enum recording_store store)
{
    struct snapshot *next = &recording->next;
    recording->store = store;
    fl_buf_truncate(&next->text, 0);
    next->count = next->lines = 0;
    next->failed = false;
}

/* Between characters: a continuation byte does not begin one. */
static struct fl_span cut(struct fl_span text)
{
    size_t length = text.length;
    if (length > RECORDING_LINE_BYTES_MAX) {
        length = RECORDING_LINE_BYTES_MAX;
        while (length > 0 && ((unsigned char)text.bytes[length] & 0xc0) == 0x80)
            length--;
    }
    return (struct fl_span){text.bytes, length};
}

void recording_group(struct recording *recording, struct fl_span name, struct fl_span note)
{
    add_piece(&recording->next, cut(name), cut(note), true);
}

void recording_line(struct recording *recording, struct fl_span text)
{
    struct snapshot *next = &recording->next;
    fl_assert(next->count > 0 || next->failed); /* a group comes first */
    next->lines++;
    if (next->lines > RECORDING_LINES_MAX) return;
    if (next->lines == RECORDING_LINES_MAX) text = FL_SPAN("(what follows is not recorded)");
    add_piece(next, cut(text), (struct fl_span){"", 0}, false);
}

/* --- what has changed --- */

struct group { /* of a snapshot; its lines are pieces [first, end) */
    const struct snapshot *snapshot;
    uint32_t at, first, end;
};

static struct group group_at(const struct snapshot *snapshot, uint32_t at)
{
    struct group group = {snapshot, at, at + 1, at + 1};
    while (group.end < snapshot->count && !snapshot->pieces[group.end].is_group)
        group.end++;
    return group;
}

static struct fl_span piece_text(const struct snapshot *snapshot, uint32_t index)
{
    const struct piece *piece = &snapshot->pieces[index];
    return (struct fl_span){snapshot->text.bytes + piece->at, piece->length};
}

static struct fl_span group_note(const struct group *group)
{
    const struct piece *piece = &group->snapshot->pieces[group->at];
    return (struct fl_span){group->snapshot->text.bytes + piece->at + piece->length,
                            piece->note_length};
}

static bool same_line(const struct group *a, uint32_t i, const struct group *b, uint32_t k)
{
    return fl_span_equal(piece_text(a->snapshot, i), piece_text(b->snapshot, k));
}

static struct fl_json_writer begin_edit(struct recording *recording, struct fl_span name)
{
    struct fl_buf *edits = &recording->edits;
    enum fl_error err = edits->length ? fl_buf_append_char(edits, ',') : FL_OK;
    struct fl_json_writer w = fl_json_begin_array(edits);
    if (err) w.err = err;
    fl_json_put_int64(&w, NULL, recording->store);
    fl_json_put_string(&w, NULL, name);
    return w;
}

static enum fl_error write_lines(const struct group *group, uint32_t from, uint32_t to,
                                 struct fl_buf *out)
{
    struct fl_json_writer lines = fl_json_begin_array(out);
    for (uint32_t i = from; i < to; i++)
        fl_json_put_string(&lines, NULL, piece_text(group->snapshot, i));
    return fl_json_end(&lines);
}

static enum fl_error write_gone(struct recording *recording, const struct group *old)
{
    struct fl_json_writer w = begin_edit(recording, piece_text(old->snapshot, old->at));
    fl_json_put_raw(&w, NULL, FL_SPAN("null"));
    fl_json_put_int64(&w, NULL, 0);
    fl_json_key(&w, NULL);
    if (!w.err) w.err = write_lines(old, old->first, old->end, w.out);
    fl_json_put_raw(&w, NULL, FL_SPAN("[]"));
    return fl_json_end(&w);
}

/* `old` NULL: the group is new. */
static enum fl_error write_edit(struct recording *recording, const struct group *old,
                                const struct group *new)
{
    static const struct snapshot nothing;
    const struct group none = {&nothing, 0, 0, 0};
    const struct group *from = old ? old : &none;
    uint32_t head = 0, old_count = from->end - from->first, new_count = new->end - new->first;
    uint32_t tail = 0, both = old_count < new_count ? old_count : new_count;
    while (head < both && same_line(from, from->first + head, new, new->first + head))
        head++;
    while (head + tail < both && same_line(from, from->end - 1 - tail, new, new->end - 1 - tail))
        tail++;
    bool same_note = old && fl_span_equal(group_note(old), group_note(new));
    if (same_note && head == old_count && head == new_count) return FL_OK;
    struct fl_json_writer w = begin_edit(recording, piece_text(new->snapshot, new->at));
    fl_json_put_string(&w, NULL, group_note(new));
    fl_json_put_int64(&w, NULL, head);
    fl_json_key(&w, NULL);
    if (!w.err) w.err = write_lines(from, from->first + head, from->end - tail, w.out);
    fl_json_key(&w, NULL);
    if (!w.err) w.err = write_lines(new, new->first + head, new->end - tail, w.out);
    return fl_json_end(&w);
}

/* The index of the group of this name at or behind `from`; the count: there is none. */
static uint32_t find_group(const struct snapshot *snapshot, uint32_t from, struct fl_span name)
{
    for (uint32_t i = from; i < snapshot->count; i++)
        if (snapshot->pieces[i].is_group && fl_span_equal(piece_text(snapshot, i), name)) return i;
    return snapshot->count;
}

static enum fl_error compare(struct recording *recording, const struct snapshot *old,
                             const struct snapshot *new)
{
    enum fl_error err = FL_OK;
    uint32_t at = 0;
    for (uint32_t i = 0; i < new->count && !err;) {
        struct group group = group_at(new, i);
        uint32_t found = find_group(old, at, piece_text(new, i));
        for (; at < found && found < old->count && !err; at = group_at(old, at).end) {
            struct group gone = group_at(old, at);
            err = write_gone(recording, &gone);
        }
        if (err) break;
        struct group before = found < old->count ? group_at(old, found) : (struct group){0};
        err = write_edit(recording, found < old->count ? &before : NULL, &group);
        if (found < old->count) at = before.end;
        i = group.end;
    }
    while (at < old->count && !err) {
        struct group gone = group_at(old, at);
        err = write_gone(recording, &gone);
        at = gone.end;
    }
    return err;
}

void recording_end_store(struct recording *recording)
{
    struct snapshot *now = &recording->now[recording->store];
    size_t before = recording->edits.length;
    if (recording->full || recording->next.failed) return;
    if (compare(recording, now, &recording->next)) {
        fl_buf_truncate(&recording->edits, before); /* told with the next change */
        return;
    }
    struct snapshot old = *now;
    *now = recording->next;
    recording->next = old;
}

struct fl_span recording_edits(const struct recording *recording)
{
    return fl_buf_span(&recording->edits);
}

/* --- events --- */

static void put_text(struct fl_json_writer *w, const char *key, const char *text)
{
    if (text && *text) fl_json_put_string(w, key, fl_span_from(text));
}

static void put_edits(struct fl_json_writer *w, const char *key, struct fl_span edits)
{
    fl_json_key(w, key);
    if (!w->err) w->err = fl_buf_append_char(w->out, '[');
    if (!w->err) w->err = fl_buf_append_span(w->out, edits);
    if (!w->err) w->err = fl_buf_append_char(w->out, ']');
}

static enum fl_error write_event(const struct recording *recording,
                                 const struct recording_event *event, struct fl_buf *out)
{
    static const char *const kinds[] = {[RECORDING_EFFECT] = "effect",
                                        [RECORDING_FAULT] = "fault",
                                        [RECORDING_LOG] = "log",
                                        [RECORDING_MARK] = "mark"};
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_int64(&w, "t", event->at_us);
    fl_json_put_string(&w, "k", fl_span_from(kinds[event->kind]));
    put_text(&w, "w", event->who);
    put_text(&w, "p", event->process);
    put_text(&w, "r", event->role);
    put_text(&w, "j", event->job);
    if (event->delivery) fl_json_put_int64(&w, "n", event->delivery);
    if (event->ordinal) fl_json_put_int64(&w, "o", (int64_t)event->ordinal);
    put_text(&w, "l", event->what);
    if (event->detail.length) fl_json_put_string(&w, "x", cut(event->detail));
    if (event->outcome.length) fl_json_put_string(&w, "y", cut(event->outcome));
    if (event->line) fl_json_put_int64(&w, "f", event->line);
    if (event->refused) fl_json_put_bool(&w, "refused", true);
    if (event->effective) fl_json_put_bool(&w, "effective", true);
    if (event->idle) fl_json_put_bool(&w, "idle", true);
    if (recording->edits.length) put_edits(&w, "d", recording_edits(recording));
    if (!fl_span_equal(event->changes, recording_edits(recording)))
        put_edits(&w, "c", event->changes);
    enum fl_error err = fl_json_end(&w);
    return err ? err : fl_buf_append_char(out, '\n');
}

void recording_add_line(struct recording *recording, struct fl_span json)
{
    enum fl_error err = fl_buf_append_span(recording->out, json);
    if (!err) err = fl_buf_append_char(recording->out, '\n');
    if (err) recording->full = true;
}

void recording_add(struct recording *recording, const struct recording_event *event)
{
    size_t before = recording->out->length;
    if (!recording->full) {
        enum fl_error err = write_event(recording, event, recording->out);
        if (err || recording->out->length > RECORDING_BYTES_MAX) {
            fl_buf_truncate(recording->out, before);
            recording->full = true;
        }
    }
    recording->left_out += recording->full;
    fl_buf_truncate(&recording->edits, 0);
}
