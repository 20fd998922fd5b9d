#include "harness/operate/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "queue/commands.h"

enum { LOST_MAX = 3, PATTERN_BYTES_MAX = 64 * 1024 };

/* --- the walk --- */

/* Those of the page that are meant come to its front. */
static enum fl_error choose(const struct fl_criteria *criteria, struct fl_page *page)
{
    size_t kept = 0;
    if (fl_criteria_are_empty(criteria)) return FL_OK;
    for (size_t i = 0; i < page->count; i++) {
        struct fl_payload payload;
        enum fl_error parsed = fl_payload_parse(page->items[i].bytes, &payload);
        if (parsed == FL_ENOMEM) return parsed;
        if (fl_criteria_match(criteria, page->items[i].bytes, parsed ? NULL : &payload))
            page->items[kept++] = page->items[i];
        if (!parsed) fl_payload_release(&payload);
    }
    page->count = kept;
    return FL_OK;
}

static enum fl_error next_page(struct fl_walk *walk, struct fl_page *page)
{
    enum fl_error err = FL_OK;
    for (int attempt = 1; attempt <= LOST_MAX; attempt++) {
        err = fl_walk_next(walk, page);
        if (err != FL_ELOST && err != FL_ETIMEDOUT) break;
        if (attempt < LOST_MAX) fl_page_release(page);
    }
    return err;
}

static enum fl_error visit_page(struct fl_walk *walk, const struct fl_criteria *criteria,
                                operate_visit *visit, void *context, int64_t *seen,
                                char ret_words[OPERATE_PROBLEM_BYTES])
{
    struct fl_page page;
    int64_t taken = 0;
    enum fl_error err = next_page(walk, &page);
    *seen += (int64_t)page.count;
    if (err == FL_EREPLY)
        snprintf(ret_words, OPERATE_PROBLEM_BYTES, "%.*s",
                 FL_SPAN_ARGS(fl_replies_error(&page.replies)));
    if (!err) err = choose(criteria, &page);
    if (!err) err = visit(context, page.items, page.count, *seen, &taken);
    if (!err) fl_walk_took(walk, taken);
    fl_page_release(&page);
    return err;
}

enum fl_error operate_visit_all(const struct fl_reader *reader, const struct fl_place *place,
                                const struct fl_criteria *criteria, operate_visit *visit,
                                void *context, char ret_words[OPERATE_PROBLEM_BYTES])
{
    struct fl_buf pattern = FL_BUF_INIT(PATTERN_BYTES_MAX);
    int64_t seen = 0;
    *ret_words = '\0';
    enum fl_error err = fl_criteria_pattern(criteria, &pattern);
    struct fl_walk walk = fl_walk_begin(reader, place, pattern.length ? pattern.bytes : NULL);
    while (!err && !walk.ended)
        err = visit_page(&walk, criteria, visit, context, &seen, ret_words);
    fl_buf_release(&pattern);
    return err;
}

/* --- the first of them --- */

struct operate_find {
    double key; /* the lowest comes first */
    struct fl_entry entry;
    char *bytes; /* owned: the entry's, and its score's behind them */
};

enum fl_error operate_found_init(struct operate_found *found, const struct fl_place *place,
                                 size_t count_max)
{
    fl_assert(count_max <= OPERATE_FOUND_MAX);
    *found = (struct operate_found){.place = place, .count_max = count_max};
    found->finds = calloc(count_max + 1, sizeof(found->finds[0]));
    return found->finds ? FL_OK : FL_ENOMEM;
}

void operate_found_release(struct operate_found *found)
{
    for (size_t i = 0; i < found->count; i++)
        free(found->finds[i].bytes);
    free(found->finds);
    *found = (struct operate_found){0};
}

struct fl_entry operate_found_at(const struct operate_found *found, size_t i)
{
    return found->finds[i].entry;
}

/* A queue is walked from its newest job, and read from its oldest; the dead are read backwards. */
static double key_of(const struct operate_found *found, const struct fl_entry *entry)
{
    char text[64];
    if (found->place->kind == FL_PLACE_QUEUE) return -(double)found->met;
    snprintf(text, sizeof(text), "%.*s", FL_SPAN_ARGS(entry->score));
    double score = strtod(text, NULL);
    return found->place->kind == FL_PLACE_DEAD ? -score : score;
}

static enum fl_error keep(struct operate_found *found, const struct fl_entry *entry, double key)
{
    size_t length = entry->bytes.length, at = found->count;
    char *bytes = malloc(length + entry->score.length + 1);
    if (!bytes) return FL_ENOMEM;
    memcpy(bytes, entry->bytes.bytes, length);
    if (entry->score.length) memcpy(bytes + length, entry->score.bytes, entry->score.length);
    while (at > 0 && found->finds[at - 1].key > key) {
        found->finds[at] = found->finds[at - 1];
        at--;
    }
    const struct fl_entry copy = {{bytes, length}, {bytes + length, entry->score.length}};
    found->finds[at] = (struct operate_find){key, copy, bytes};
    if (found->count < found->count_max)
        found->count++;
    else
        free(found->finds[found->count].bytes);
    return FL_OK;
}

enum fl_error operate_found_visit(void *context, const struct fl_entry *entries, size_t count,
                                  int64_t seen, int64_t *ret_taken)
{
    struct operate_found *found = context;
    enum fl_error err = FL_OK;
    (void)seen, (void)ret_taken;
    for (size_t i = 0; !err && i < count; i++) {
        double key = key_of(found, &entries[i]);
        found->met++;
        found->total++;
        if (!found->count_max) continue;
        bool first = found->count < found->count_max || key < found->finds[found->count - 1].key;
        if (first) err = keep(found, &entries[i], key);
    }
    return err;
}
