#include "harness/picture/events.h"

#include <string.h>

#include "core/assert.h"
#include "core/json.h"

enum { TEXT_BYTES_MAX = 1024 * 1024 };

struct reading {
    struct fl_arena *arena;
    struct fl_json_at at;
    enum fl_error err; /* sticks */
};

/* Absent is empty. */
static struct fl_span text_of(struct reading *r, struct fl_json_at at)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_span none = {"", 0};
    if (r->err || !fl_json_exists(at)) return none;
    r->err = fl_json_string(at, &text);
    const char *copy = r->err ? NULL : fl_arena_copy(r->arena, fl_buf_span(&text));
    size_t length = text.length;
    if (!r->err && !copy) r->err = FL_ENOMEM;
    fl_buf_release(&text);
    return copy ? (struct fl_span){copy, length} : none;
}

static struct fl_span member(struct reading *r, const char *key)
{
    return text_of(r, fl_json_member(r->at, key));
}

static int64_t number(const struct reading *r, const char *key)
{
    int64_t value = 0;
    fl_json_int64(fl_json_member(r->at, key), &value);
    return value;
}

static bool flag(const struct reading *r, const char *key)
{
    return fl_json_type(fl_json_member(r->at, key)) == FL_JSON_TRUE;
}

static bool kind_of(struct fl_json_at at, enum recording_kind *ret_kind)
{
    static const char *const names[] = {"effect", "fault", "log", "mark"};
    for (size_t i = 0; i < FL_COUNT(names); i++) {
        if (!fl_json_is(at, names[i])) continue;
        *ret_kind = (enum recording_kind)i;
        return true;
    }
    return false;
}

/* Of an array, as they stand there. */
static struct fl_span elements(const struct reading *r, const char *key)
{
    struct fl_json_at array = fl_json_member(r->at, key);
    if (fl_json_type(array) != FL_JSON_ARRAY) return (struct fl_span){"", 0};
    struct fl_span raw = fl_json_raw(array);
    return (struct fl_span){raw.bytes + 1, raw.length - 2};
}

static void read_event(struct reading *r, struct picture_event *event)
{
    if (!kind_of(fl_json_member(r->at, "k"), &event->kind)) r->err = FL_EPARSE;
    event->at_us = number(r, "t");
    event->ordinal = (uint64_t)number(r, "o");
    event->delivery = (uint32_t)number(r, "n");
    event->line = (uint32_t)number(r, "f");
    event->refused = flag(r, "refused");
    event->effective = flag(r, "effective");
    event->idle = flag(r, "idle");
    event->who = member(r, "w");
    event->process = member(r, "p");
    event->role = member(r, "r");
    event->job = member(r, "j");
    event->what = member(r, "l");
    event->detail = member(r, "x");
    event->outcome = member(r, "y");
    event->edits = elements(r, "d");
    bool apart = fl_json_exists(fl_json_member(r->at, "c"));
    event->changes = apart ? elements(r, "c") : event->edits;
}

static void *array_for(struct reading *r, struct fl_json_at array, size_t size, uint32_t *ret_count)
{
    *ret_count = fl_json_length(array);
    void *items = fl_arena_alloc_array(r->arena, *ret_count + 1, size);
    if (!items) r->err = FL_ENOMEM;
    if (!items) *ret_count = 0;
    return items;
}

static void read_head(struct reading *r, struct picture_events *events)
{
    struct fl_json_at faults = fl_json_member(r->at, "faults");
    struct fl_json_at claims = fl_json_member(r->at, "claims");
    events->title = member(r, "title");
    events->why = member(r, "why");
    struct picture_fault *fault = array_for(r, faults, sizeof *fault, &events->fault_count);
    struct picture_claim *claim = array_for(r, claims, sizeof *claim, &events->claim_count);
    events->faults = fault;
    events->claims = claim;
    for (uint32_t i = 0; i < events->fault_count; i++) {
        struct reading item = {r->arena, fl_json_element(faults, i), r->err};
        fault[i] = (struct picture_fault){(uint32_t)number(&item, "line"), flag(&item, "sweep"),
                                          member(&item, "text")};
        r->err = item.err;
    }
    for (uint32_t i = 0; i < events->claim_count; i++) {
        struct reading item = {r->arena, fl_json_element(claims, i), r->err};
        claim[i] = (struct picture_claim){(uint32_t)number(&item, "line"), member(&item, "text"),
                                          member(&item, "job"), member(&item, "effect")};
        r->err = item.err;
    }
}

static void read_end(struct reading *r, struct picture_events *events)
{
    struct fl_json_at differences = fl_json_member(r->at, "differences");
    struct fl_span *lines = array_for(r, differences, sizeof *lines, &events->difference_count);
    events->has_end = true;
    events->end_us = number(r, "t");
    events->left_out = (uint64_t)number(r, "left_out");
    events->is_compared = fl_json_exists(differences);
    events->differences = lines;
    for (uint32_t i = 0; i < events->difference_count; i++)
        lines[i] = text_of(r, fl_json_element(differences, i));
}

static enum fl_error read_line(struct fl_span line, struct fl_arena *arena,
                               struct picture_events *events, struct picture_event *event,
                               bool *ret_is_event)
{
    struct fl_json json;
    enum fl_error err = fl_json_parse(line, &json, NULL);
    if (err) return err;
    struct reading r = {arena, fl_json_root(&json), FL_OK};
    *ret_is_event = false;
    if (flag(&r, "head"))
        read_head(&r, events);
    else if (flag(&r, "end"))
        read_end(&r, events);
    else
        *ret_is_event = true;
    if (*ret_is_event) read_event(&r, event);
    fl_json_release(&json);
    return r.err == FL_EINVAL ? FL_EPARSE : r.err;
}

static struct fl_span take_line(struct fl_span *text)
{
    const char *end = memchr(text->bytes, '\n', text->length);
    size_t length = end ? (size_t)(end - text->bytes) : text->length;
    struct fl_span line = {text->bytes, length};
    size_t used = end ? length + 1 : length;
    *text = (struct fl_span){text->bytes + used, text->length - used};
    return line;
}

static size_t count_lines(struct fl_span text)
{
    size_t lines = 0;
    while (text.length) {
        take_line(&text);
        lines++;
    }
    return lines;
}

enum fl_error picture_read(struct fl_span recording, struct fl_arena *arena,
                           struct picture_events *ret_events)
{
    struct picture_events events = {0};
    size_t lines = count_lines(recording);
    if (lines > PICTURE_EVENTS_READ_MAX) return FL_EBOUND;
    struct picture_event *items = fl_arena_alloc_array(arena, lines + 1, sizeof *items);
    if (!items) return FL_ENOMEM;
    events.events = items;
    while (recording.length) {
        bool is_event;
        struct fl_span line = take_line(&recording);
        enum fl_error err = read_line(line, arena, &events, &items[events.count], &is_event);
        if (err) return err;
        events.count += is_event;
    }
    *ret_events = events;
    return FL_OK;
}
