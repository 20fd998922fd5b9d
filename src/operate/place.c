#include "operate/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/json.h"
#include "queue/commands.h"
#include "queue/moves.h"
#include "queue/wire.h"

/* A walk through a set by ZSCAN; of what does not match only the server knows. */
enum { WALK_JOBS = 100, WALK_SCANNED = 100, WALK_SCANNED_FOR_PATTERN = 1000 };

struct fl_span fl_place_key(const struct fl_place *place, char out[FL_KEY_BYTES])
{
    switch (place->kind) {
    case FL_PLACE_QUEUE: return fl_queue_key(place->queue, out);
    case FL_PLACE_RETRIES: return FL_SPAN(FL_KEY_RETRY);
    case FL_PLACE_SCHEDULED: return FL_SPAN(FL_KEY_SCHEDULE);
    case FL_PLACE_DEAD: return FL_SPAN(FL_KEY_DEAD);
    }
    fl_panic("place %d", (int)place->kind);
}

bool fl_entry_score_us(const struct fl_entry *entry, int64_t *ret_us)
{
    struct fl_json json;
    struct fl_buf text = FL_BUF_INIT(64);
    bool is_time = false;
    /* With a point, whatever the server leaves out: a score is seconds in every line. */
    bool whole = !memchr(entry->score.bytes ? entry->score.bytes : "", '.', entry->score.length);
    enum fl_error err = fl_buf_append_span(&text, entry->score);
    if (!err && whole) err = fl_buf_append_text(&text, ".0");
    if (!err && fl_json_parse(fl_buf_span(&text), &json, NULL) == FL_OK) {
        is_time = fl_wire_read_time(fl_json_root(&json), ret_us);
        fl_json_release(&json);
    }
    fl_buf_release(&text);
    return is_time;
}

void fl_page_release(struct fl_page *page)
{
    fl_replies_release(&page->replies);
    free(page->items);
    *page = (struct fl_page){0};
}

/* --- one command, and its entries --- */

static enum fl_error ask(const struct fl_reader *reader, const struct fl_place *place,
                         const char *command, const int64_t *numbers, size_t number_count,
                         struct fl_replies *ret_replies)
{
    char key[FL_KEY_BYTES];
    struct fl_commands batch = {0};
    fl_command_begin(&batch, command);
    fl_command_arg(&batch, fl_place_key(place, key));
    for (size_t i = 0; i < number_count; i++)
        fl_command_int64(&batch, numbers[i]);
    if (number_count && place->kind != FL_PLACE_QUEUE) fl_command_text(&batch, "WITHSCORES");
    enum fl_error err = fl_commands_exec(&batch, reader->redis, reader->clock, 0, ret_replies);
    fl_commands_release(&batch);
    return err;
}

enum fl_error fl_place_size(const struct fl_reader *reader, const struct fl_place *place,
                            int64_t *ret_size, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    struct fl_replies replies;
    const char *command = place->kind == FL_PLACE_QUEUE ? "LLEN" : "ZCARD";
    enum fl_error err = ask(reader, place, command, NULL, 0, &replies);
    if (!err) *ret_size = replies.items[0].integer;
    if (err == FL_EREPLY && ret_error)
        snprintf(ret_error, FL_SCRIPT_ERROR_BYTES, "%.*s", FL_SPAN_ARGS(replies.items[0].text));
    fl_replies_release(&replies);
    return err;
}

enum direction { AS_SENT, BACKWARDS };

/* Members alone, or each with its score behind it. */
static enum fl_error fill(struct fl_page *page, const struct fl_reply *list,
                          const struct fl_place *place, enum direction direction)
{
    size_t words = place->kind == FL_PLACE_QUEUE ? 1 : 2, count = list->count / words;
    if (list->type != FL_REPLY_ARRAY || list->count % words) return FL_EPROTOCOL;
    if (!count) return FL_OK;
    page->items = calloc(count, sizeof(page->items[0]));
    if (!page->items) return FL_ENOMEM;
    page->count = count;
    for (size_t i = 0; i < count; i++) {
        const struct fl_reply *at = &list->elements[i * words];
        size_t to = direction == AS_SENT ? i : count - 1 - i;
        page->items[to].bytes = at->text;
        if (words == 2) page->items[to].score = at[1].text;
    }
    return FL_OK;
}

enum fl_error fl_place_page(const struct fl_reader *reader, const struct fl_place *place,
                            int64_t offset, int64_t limit, struct fl_page *ret_page)
{
    *ret_page = (struct fl_page){0};
    fl_assert(limit <= FL_PAGE_MAX && offset >= 0);
    if (limit < 1) return FL_OK;
    bool queue = place->kind == FL_PLACE_QUEUE;
    const int64_t forward[] = {offset, offset + limit - 1};
    const int64_t from_tail[] = {-offset - limit, -offset - 1};
    const char *command = queue ? "LRANGE" : place->kind == FL_PLACE_DEAD ? "ZREVRANGE" : "ZRANGE";
    enum fl_error err =
        ask(reader, place, command, queue ? from_tail : forward, 2, &ret_page->replies);
    return err ? err
               : fill(ret_page, &ret_page->replies.items[0], place, queue ? BACKWARDS : AS_SENT);
}

/* --- walking --- */

struct fl_walk fl_walk_begin(const struct fl_reader *reader, const struct fl_place *place,
                             const char *pattern)
{
    return (struct fl_walk){.reader = reader, .place = place, .pattern = pattern, .cursor = "0"};
}

/* From the newest on: jobs that are taken meanwhile leave at the other end, and those that come
 * only push what was seen into view again. */
static enum fl_error walk_queue(struct fl_walk *walk, struct fl_page *page)
{
    const int64_t range[] = {walk->offset, walk->offset + WALK_JOBS - 1};
    enum fl_error err = ask(walk->reader, walk->place, "LRANGE", range, 2, &page->replies);
    if (!err) err = fill(page, &page->replies.items[0], walk->place, AS_SENT);
    if (err) return err;
    walk->offset += (int64_t)page->count;
    walk->ended = page->count < WALK_JOBS;
    return FL_OK;
}

static enum fl_error scan(const struct fl_walk *walk, struct fl_replies *ret_replies)
{
    char key[FL_KEY_BYTES];
    struct fl_commands batch = {0};
    fl_command_begin(&batch, "ZSCAN");
    fl_command_arg(&batch, fl_place_key(walk->place, key));
    fl_command_text(&batch, walk->cursor);
    if (walk->pattern) {
        fl_command_text(&batch, "MATCH");
        fl_command_text(&batch, walk->pattern);
    }
    fl_command_text(&batch, "COUNT");
    fl_command_int64(&batch, walk->pattern ? WALK_SCANNED_FOR_PATTERN : WALK_SCANNED);
    enum fl_error err =
        fl_commands_exec(&batch, walk->reader->redis, walk->reader->clock, 0, ret_replies);
    fl_commands_release(&batch);
    return err;
}

static enum fl_error walk_set(struct fl_walk *walk, struct fl_page *page)
{
    enum fl_error err = scan(walk, &page->replies);
    if (err) return err;
    const struct fl_reply *answer = &page->replies.items[0];
    if (answer->type != FL_REPLY_ARRAY || answer->count != 2) return FL_EPROTOCOL;
    struct fl_span next = answer->elements[0].text;
    if (next.length >= FL_CURSOR_BYTES) return FL_EPROTOCOL;
    err = fill(page, &answer->elements[1], walk->place, AS_SENT);
    if (err) return err;
    memcpy(walk->cursor, next.bytes, next.length);
    walk->cursor[next.length] = '\0';
    walk->ended = fl_span_is(next, "0");
    return FL_OK;
}

enum fl_error fl_walk_next(struct fl_walk *walk, struct fl_page *ret_page)
{
    *ret_page = (struct fl_page){0};
    if (walk->ended) return FL_OK;
    return walk->place->kind == FL_PLACE_QUEUE ? walk_queue(walk, ret_page)
                                               : walk_set(walk, ret_page);
}

void fl_walk_took(struct fl_walk *walk, int64_t count)
{
    if (walk->place->kind != FL_PLACE_QUEUE) return;
    walk->offset -= count < walk->offset ? count : walk->offset;
}
