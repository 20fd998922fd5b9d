/* harness/picture/moment.c - the edits of all events up to one, applied in order. */
#include "harness/picture/moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/time_text.h"

enum { EDITS_BYTES_MAX = 8 * 1024 * 1024, LINE_BYTES_MAX = 64 * 1024, INDENT_MAX = 200 };

struct group {
    int64_t store;
    struct fl_span name, note;
    const struct fl_span *lines;
    uint32_t line_count;
};

struct moment {
    struct group *groups;
    uint32_t count;
    struct fl_arena *arena;
    enum fl_error err; /* sticks */
};

/* --- edits --- */
/* [store, group, note, at, [lines that went], [lines that came]] */
typedef void take_edit(void *self, struct fl_json_at edit);

static enum fl_error each_edit(struct fl_span edits, take_edit *take, void *self)
{
    struct fl_buf text = FL_BUF_INIT(EDITS_BYTES_MAX);
    struct fl_json json;
    if (!edits.length) return FL_OK;
    enum fl_error err = fl_buf_append_char(&text, '[');
    if (!err) err = fl_buf_append_span(&text, edits);
    if (!err) err = fl_buf_append_char(&text, ']');
    if (!err) err = fl_json_parse(fl_buf_span(&text), &json, NULL);
    if (!err) {
        struct fl_json_at all = fl_json_root(&json);
        for (uint32_t i = 0; i < fl_json_length(all); i++)
            take(self, fl_json_element(all, i));
        fl_json_release(&json);
    }
    fl_buf_release(&text);
    return err;
}

static struct fl_span text_of(struct moment *moment, struct fl_json_at at)
{
    struct fl_buf text = FL_BUF_INIT(LINE_BYTES_MAX);
    enum fl_error err = fl_json_string(at, &text);
    const char *copy = err ? NULL : fl_arena_copy(moment->arena, fl_buf_span(&text));
    struct fl_span span = {copy, copy ? text.length : 0};
    if (err == FL_EINVAL) err = FL_EPARSE; /* it is no string */
    if (!copy && !moment->err) moment->err = err ? err : FL_ENOMEM;
    fl_buf_release(&text);
    return span;
}

static struct group *group_of(struct moment *moment, int64_t store, struct fl_span name)
{
    for (uint32_t i = 0; i < moment->count; i++)
        if (moment->groups[i].store == store && fl_span_equal(moment->groups[i].name, name))
            return &moment->groups[i];
    if (moment->count == MOMENT_GROUPS_MAX) {
        moment->err = FL_EBOUND;
        return NULL;
    }
    struct group *group = &moment->groups[moment->count++];
    *group = (struct group){.store = store, .name = name};
    return group;
}

/* Its lines at..at+gone become `came`. */
static void splice(struct moment *moment, struct group *group, uint32_t at, uint32_t gone,
                   struct fl_json_at came)
{
    uint32_t more = fl_json_length(came);
    if (at > group->line_count || gone > group->line_count - at) {
        moment->err = FL_EPARSE;
        return;
    }
    uint32_t count = group->line_count - gone + more;
    struct fl_span *lines = fl_arena_alloc_array(moment->arena, count + 1, sizeof *lines);
    if (!lines) {
        moment->err = FL_ENOMEM;
        return;
    }
    for (uint32_t i = 0; i < at; i++)
        lines[i] = group->lines[i];
    for (uint32_t i = 0; i < more; i++)
        lines[at + i] = text_of(moment, fl_json_element(came, i));
    for (uint32_t i = at + gone; i < group->line_count; i++)
        lines[i - gone + more] = group->lines[i];
    group->lines = lines;
    group->line_count = count;
}

static void apply(void *self, struct fl_json_at edit)
{
    struct moment *moment = self;
    int64_t store = 0, at = 0;
    struct fl_json_at note = fl_json_element(edit, 2);
    bool known = fl_json_int64(fl_json_element(edit, 0), &store) &&
                 fl_json_int64(fl_json_element(edit, 3), &at) && at >= 0 && at <= UINT32_MAX;
    if (!known && !moment->err) moment->err = FL_EPARSE;
    struct fl_span name = text_of(moment, fl_json_element(edit, 1));
    struct group *group = moment->err ? NULL : group_of(moment, store, name);
    if (!group) return;
    if (fl_json_type(note) == FL_JSON_NULL) {
        *group = moment->groups[--moment->count];
        return;
    }
    group->note = text_of(moment, note);
    splice(moment, group, (uint32_t)at, fl_json_length(fl_json_element(edit, 4)),
           fl_json_element(edit, 5));
}

/* --- the state --- */
static int compare_groups(const void *a, const void *b)
{
    const struct group *one = a, *other = b;
    if (one->store != other->store) return one->store < other->store ? -1 : 1;
    return fl_span_compare(one->name, other->name);
}

static enum fl_error format_group(const struct group *group, struct fl_buf *out)
{
    enum fl_error err =
        fl_buf_printf(out, "  %.*s (%.*s)\n", FL_SPAN_ARGS(group->name), FL_SPAN_ARGS(group->note));
    for (uint32_t i = 0; i < group->line_count && !err; i++)
        err = fl_buf_printf(out, "    %.*s\n", FL_SPAN_ARGS(group->lines[i]));
    return err;
}

static enum fl_error format_groups(struct moment *moment, struct fl_buf *out)
{
    static const char *const titles[] = {"Redis", "jobs", "database", "outside"};
    enum fl_error err = FL_OK;
    uint32_t next = 0;
    qsort(moment->groups, moment->count, sizeof *moment->groups, compare_groups);
    for (int64_t store = 0; store < RECORDING_STORES && !err; store++) {
        err = fl_buf_printf(out, "%s\n", titles[store]);
        for (; next < moment->count && moment->groups[next].store == store && !err; next++)
            err = format_group(&moment->groups[next], out);
    }
    return err;
}

enum fl_error moment_format(const struct picture_events *events, uint32_t event,
                            struct fl_arena *arena, struct fl_buf *out)
{
    struct moment moment = {.arena = arena};
    moment.groups = calloc(MOMENT_GROUPS_MAX, sizeof *moment.groups);
    if (!moment.groups) return FL_ENOMEM;
    for (uint32_t i = 0; i <= event && i < events->count && !moment.err; i++) {
        enum fl_error err = each_edit(events->events[i].edits, apply, &moment);
        if (!moment.err) moment.err = err;
    }
    enum fl_error err = moment.err ? moment.err : format_groups(&moment, out);
    free(moment.groups);
    return err;
}

/* --- the writer --- */
struct search {
    struct fl_span group;
    bool found;
    enum fl_error err; /* sticks */
};

static void look(void *self, struct fl_json_at edit)
{
    struct search *search = self;
    struct fl_buf name = FL_BUF_INIT(LINE_BYTES_MAX);
    enum fl_error err = fl_json_string(fl_json_element(edit, 1), &name);
    if (err == FL_ENOMEM) search->err = err;
    search->found |= !err && fl_span_equal(fl_buf_span(&name), search->group);
    fl_buf_release(&name);
}

enum fl_error moment_writer(const struct picture_events *events, uint32_t event,
                            struct fl_span group, uint32_t *ret_writer)
{
    struct search search = {.group = group};
    for (uint32_t i = event + 1; i-- > 0;) {
        const struct picture_event *candidate = &events->events[i];
        struct fl_span own = candidate->changes.length ? candidate->changes : candidate->edits;
        enum fl_error err = each_edit(own, look, &search);
        if (!err) err = search.err;
        if (err) return err;
        if (!search.found) continue;
        *ret_writer = i;
        return FL_OK;
    }
    return FL_ENOTFOUND;
}

/* --- addresses --- */
struct address {
    struct fl_span who, pattern;
    long long number;
};

/* imp-1#2.7 */
static bool read_ordinal(struct fl_span text, struct address *ret_address)
{
    size_t dot = text.length;
    while (dot > 0 && text.bytes[dot - 1] != '.')
        dot--;
    if (dot < 2) return false;
    *ret_address = (struct address){.who = {text.bytes, dot - 1}};
    return fl_span_int64((struct fl_span){text.bytes + dot, text.length - dot},
                         &ret_address->number) &&
           ret_address->number > 0;
}

/* imp-1#2 the 1st "redis LREM"; the quotes may be missing. */
static bool read_occurrence(struct fl_span text, struct address *ret_address)
{
    static const struct fl_span the = FL_SPAN(" the ");
    const char *at = memmem(text.bytes, text.length, the.bytes, the.length);
    if (!at || at == text.bytes) return false;
    const char *number = at + the.length, *behind = text.bytes + text.length;
    const char *blank = memchr(number, ' ', (size_t)(behind - number));
    size_t digits = strspn(number, "0123456789");
    if (!blank || digits == 0 || blank - number != (ptrdiff_t)digits + 2) return false;
    struct fl_span pattern = {blank + 1, (size_t)(behind - blank - 1)};
    if (pattern.length > 1 && pattern.bytes[0] == '"' && behind[-1] == '"')
        pattern = (struct fl_span){pattern.bytes + 1, pattern.length - 2};
    *ret_address = (struct address){{text.bytes, (size_t)(at - text.bytes)}, pattern, 0};
    return fl_span_int64((struct fl_span){number, digits}, &ret_address->number) &&
           ret_address->number > 0 && pattern.length > 0;
}

static bool matches(struct fl_span pattern, const struct picture_event *event)
{
    char whole[LINE_BYTES_MAX];
    if (fl_span_glob(pattern, event->what)) return true;
    size_t length = event->what.length + 1 + event->detail.length;
    if (length > sizeof whole) return false;
    memcpy(whole, event->what.bytes, event->what.length);
    whole[event->what.length] = ' ';
    if (event->detail.length)
        memcpy(whole + event->what.length + 1, event->detail.bytes, event->detail.length);
    return fl_span_glob(pattern, (struct fl_span){whole, length});
}

enum fl_error moment_find(const struct picture_events *events, struct fl_span text,
                          uint32_t *ret_event)
{
    struct address address;
    if (!read_occurrence(text, &address) && !read_ordinal(text, &address)) return FL_EINVAL;
    for (uint32_t i = 0; i < events->count; i++) {
        const struct picture_event *event = &events->events[i];
        if (event->kind != RECORDING_EFFECT || !fl_span_equal(event->who, address.who)) continue;
        if (!address.pattern.length && event->ordinal != (uint64_t)address.number) continue;
        if (address.pattern.length && (!matches(address.pattern, event) || --address.number))
            continue;
        *ret_event = i;
        return FL_OK;
    }
    return FL_ENOTFOUND;
}

/* --- one event --- */
static struct fl_span cut(struct fl_span text)
{
    if (text.length > INDENT_MAX) text.length = INDENT_MAX;
    while (text.length && text.length == INDENT_MAX &&
           ((unsigned char)text.bytes[text.length - 1] & 0x80))
        text.length--;
    return text;
}

enum fl_error moment_format_event(const struct picture_event *event, struct fl_buf *out)
{
    char ordinal[24] = "";
    struct fl_span detail = cut(event->detail), outcome = cut(event->outcome);
    if (event->kind == RECORDING_EFFECT)
        snprintf(ordinal, sizeof ordinal, ".%" PRIu64, event->ordinal);
    enum fl_error err = fl_buf_printf(out, "+%" PRId64 ".%06" PRId64 "s  %.*s%s  %.*s",
                                      event->at_us / FL_SECOND_US, event->at_us % FL_SECOND_US,
                                      FL_SPAN_ARGS(event->who), ordinal, FL_SPAN_ARGS(event->what));
    if (!err && detail.length) err = fl_buf_printf(out, " %.*s", FL_SPAN_ARGS(detail));
    if (!err && outcome.length) err = fl_buf_printf(out, " -> %.*s", FL_SPAN_ARGS(outcome));
    return err;
}
