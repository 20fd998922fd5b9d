/* harness/check/jobs.c - which job a payload is, and what it is called. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/json.h"
#include "harness/check/ledger.h"

enum { JID_BYTES = 24 };

static struct ledger_job *job_new(struct ledger *ledger, struct fl_span name)
{
    if (ledger->count == ledger->capacity) {
        uint32_t capacity = ledger->capacity ? 2 * ledger->capacity : 64;
        struct ledger_job **all = realloc(ledger->all, capacity * sizeof *all);
        if (!all) return NULL;
        ledger->all = all;
        ledger->capacity = capacity;
    }
    struct ledger_job *job = fl_arena_alloc(&ledger->arena, sizeof *job);
    if (!job) return NULL;
    job->name = fl_arena_copy(&ledger->arena, name);
    job->state = PLAN_STATE_WAITING;
    job->retry_count = -1;
    if (!job->name) return NULL;
    ledger->all[ledger->count++] = job;
    return job;
}

struct ledger_job *ledger_announce_raw(struct ledger *ledger, const char *name,
                                       struct fl_span payload)
{
    struct ledger_job *job = job_new(ledger, fl_span_from(name));
    if (!job || fl_map_put(&ledger->jobs, payload, job, NULL)) return NULL;
    job->of_plan = job->by_bytes = true;
    return job;
}

struct ledger_job *ledger_announce(struct ledger *ledger, const char *name, const char *jid)
{
    struct ledger_job *job = ledger_announce_raw(ledger, name, fl_span_from(jid));
    if (job) job->by_bytes = false;
    return job;
}

void ledger_announce_bulk(struct ledger *ledger, const char **names, uint32_t count)
{
    ledger->next_names = names;
    ledger->next_count = count;
    ledger->bulk_from = ledger->count;
}

/* Those that have not appeared are jobs all the same: they were pushed, and something became of it.
 */
void ledger_bulk_ends(struct ledger *ledger, enum fl_error err)
{
    for (; ledger->next_count; ledger->next_count--) {
        struct ledger_job *job = job_new(ledger, fl_span_from(*ledger->next_names++));
        if (!job) break;
        job->of_plan = true;
    }
    if (ledger->next_count) ledger->failed_for_memory = true;
    ledger->next_count = 0;
    for (uint32_t i = ledger->bulk_from; i < ledger->count; i++)
        if (ledger->all[i]->of_plan && ledger->all[i]->push == LEDGER_PUSH_UNKNOWN)
            ledger_push_ends(ledger->all[i], err);
}

void ledger_push_ends(struct ledger_job *job, enum fl_error err)
{
    bool unheard = err == FL_ELOST || err == FL_ETIMEDOUT || err == FL_EPROTOCOL;
    if (!err) job->push = LEDGER_PUSH_ANSWERED;
    if (err) job->push = unheard ? LEDGER_PUSH_UNHEARD : LEDGER_PUSH_REFUSED;
    if (err && !job->accepted) job->given_up = true;
}

struct ledger_job *ledger_find(const struct ledger *ledger, struct fl_span id)
{
    return fl_map_get(&ledger->jobs, id);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_jid(struct fl_span text)
{
    if (text.length < JID_BYTES) return false;
    for (size_t i = 0; i < JID_BYTES; i++)
        if (!is_hex(text.bytes[i])) return false;
    return true;
}

size_t ledger_rename(const struct ledger *ledger, struct fl_span text, const char **ret_name)
{
    if (!is_jid(text)) return 0;
    const struct ledger_job *job =
        fl_map_get(&ledger->jobs, (struct fl_span){text.bytes, JID_BYTES});
    if (!job) return 0;
    *ret_name = job->name;
    return JID_BYTES;
}

/* Where `mark` begins in the text: its second byte is rare, and memchr is quick. */
static const char *find_mark(struct fl_span text, struct fl_span mark)
{
    const char *end = text.bytes + text.length;
    for (const char *at = text.bytes + 1; at < end; at++) {
        at = memchr(at, mark.bytes[1], (size_t)(end - at));
        if (!at) return NULL;
        if (fl_span_starts((struct fl_span){at - 1, (size_t)(end - at) + 1}, mark)) return at - 1;
    }
    return NULL;
}

/* The jid of an ordinary payload without parsing it: `"jid":"` stands there once. */
static struct fl_span quick_jid(struct fl_span payload)
{
    struct fl_span mark = FL_SPAN("\"jid\":\"");
    struct fl_span none = {NULL, 0};
    if (payload.length < 2 || payload.bytes[0] != '{') return none;
    const char *at = find_mark(payload, mark);
    if (!at) return none;
    struct fl_span rest = {at + mark.length,
                           payload.length - (size_t)(at - payload.bytes) - mark.length};
    if (!is_jid(rest) || rest.length == JID_BYTES || rest.bytes[JID_BYTES] != '"') return none;
    if (find_mark(rest, mark)) return none;
    return (struct fl_span){rest.bytes, JID_BYTES};
}

/* Unquoted raw bytes of a string member; empty when it is none. */
static struct fl_span member(const struct fl_json *json, const char *key)
{
    struct fl_json_at at = fl_json_member(fl_json_root(json), key);
    struct fl_span raw = fl_json_raw(at);
    if (fl_json_type(at) != FL_JSON_STRING || raw.length < 2) return (struct fl_span){NULL, 0};
    return (struct fl_span){raw.bytes + 1, raw.length - 2};
}

static const char *spawned_name(struct ledger *ledger, struct fl_span class, char name[160])
{
    if (!class.length) class = FL_SPAN("payload");
    const char *parent = ledger->actor ? ledger->actor->job : NULL;
    int length = parent ? snprintf(name, 160, "%s.%.*s", parent, FL_SPAN_ARGS(class))
                        : snprintf(name, 160, "%.*s-%llu", FL_SPAN_ARGS(class),
                                   (unsigned long long)++ledger->nameless);
    fl_assert(length >= 0);
    return name;
}

/* The same parent may enqueue a class more than once. */
static bool name_taken(const struct ledger *ledger, const char *name)
{
    for (uint32_t i = ledger->count; i > 0 && ledger->count - i < 64; i--)
        if (strcmp(ledger->all[i - 1]->name, name) == 0) return true;
    return false;
}

void ledger_name_ticks(struct ledger *ledger, ledger_tick_name *name, void *context)
{
    ledger->tick_name = name;
    ledger->tick_context = context;
}

static struct ledger_job *stranger(struct ledger *ledger, struct fl_span jid, struct fl_span class,
                                   const char *session)
{
    char name[LEDGER_NAME_BYTES];
    if (ledger->next_count && strcmp(session, "web") == 0) {
        ledger->next_count--;
        struct ledger_job *job = job_new(ledger, fl_span_from(*ledger->next_names++));
        if (job) job->of_plan = true;
        return job;
    }
    if (ledger->tick_name && jid.length && ledger->tick_name(ledger->tick_context, jid, name))
        return job_new(ledger, fl_span_from(name));
    spawned_name(ledger, class, name);
    size_t length = strlen(name);
    for (int i = 2; name_taken(ledger, name) && length < 150; i++)
        snprintf(name + length, sizeof name - length, "-%d", i);
    struct ledger_job *job = job_new(ledger, fl_span_from(name));
    bool known = ledger->actor && (ledger->actor->job || ledger->actor->is_clock);
    if (job) job->unexpected = !known;
    return job;
}

/* A payload without a quick jid: a nested one, another format, or no JSON at all. */
static struct ledger_job *slow_job_of(struct ledger *ledger, struct fl_span payload,
                                      const char *session)
{
    struct fl_json json;
    struct ledger_job *known = fl_map_get(&ledger->jobs, payload);
    if (fl_json_parse(payload, &json, NULL)) {
        if (known) return known;
        known = stranger(ledger, (struct fl_span){NULL, 0}, (struct fl_span){NULL, 0}, session);
        return known && !fl_map_put(&ledger->jobs, payload, known, NULL) ? known : NULL;
    }
    struct fl_span jid = member(&json, "jid");
    struct ledger_job *by_jid = jid.length ? fl_map_get(&ledger->jobs, jid) : NULL;
    if (by_jid) known = by_jid;
    if (!known) known = stranger(ledger, jid, member(&json, "class"), session);
    struct fl_span key = jid.length ? jid : payload;
    if (known) known->by_bytes = !jid.length;
    if (known && !by_jid && fl_map_put(&ledger->jobs, key, known, NULL)) known = NULL;
    fl_json_release(&json);
    return known;
}

struct ledger_job *ledger_job_of(struct ledger *ledger, struct fl_span payload, const char *session)
{
    struct fl_span jid = quick_jid(payload);
    struct ledger_job *job = jid.length ? fl_map_get(&ledger->jobs, jid) : NULL;
    if (!job) job = slow_job_of(ledger, payload, session);
    if (!job) ledger->failed_for_memory = true;
    return job;
}

static void forget(struct ledger *ledger, const struct ledger_job *job)
{
    uint32_t i = ledger->count - 1;
    while (ledger->all[i] != job)
        i--;
    memmove(&ledger->all[i], &ledger->all[i + 1], (--ledger->count - i) * sizeof(ledger->all[0]));
}

void ledger_adopt(struct ledger *ledger, struct ledger_job *job, struct ledger_job *fresh)
{
    const struct fl_map_entry *entry;
    for (uint32_t cursor = 0; (entry = fl_map_next(&ledger->jobs, &cursor));)
        if (entry->value == fresh && fl_map_put(&ledger->jobs, entry->key, job, NULL))
            ledger->failed_for_memory = true;
    fl_assert(!job->copies);
    job->stands = fresh->stands;
    job->stand_count = fresh->stand_count;
    job->stand_capacity = fresh->stand_capacity;
    job->copies = fresh->copies;
    job->queued = fresh->queued;
    job->by_bytes = fresh->by_bytes;
    forget(ledger, fresh);
}
