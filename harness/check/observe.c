/* harness/check/observe.c - what an executed command means for the jobs.
 *
 * The commands that a queue uses are followed one by one; any other that changes a key of the
 * queue's makes us look at the key's contents again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/assert.h"
#include "core/decimal.h"
#include "harness/check/ledger.h"

struct observation {
    struct ledger *ledger;
    const struct fake_redis_event *event;
    const char *session;
};

/* The index-th bulk string of a reply, or the reply itself when it is one; empty: no such. */
static struct fl_span bulk(struct fl_span reply, size_t index)
{
    const char *at = reply.bytes, *end = reply.bytes + reply.length;
    if (at < end && *at == '*') at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
    while (at < end && *at == '$') {
        char *after;
        long length = strtol(at + 1, &after, 10);
        if (length < 0 || after + 2 + length > end) break;
        if (index-- == 0) return (struct fl_span){after + 2, (size_t)length};
        at = after + 2 + length + 2;
    }
    return (struct fl_span){NULL, 0};
}

static uint32_t integer(struct fl_span reply)
{
    return reply.length > 1 && reply.bytes[0] == ':' ? (uint32_t)strtoul(reply.bytes + 1, NULL, 10)
                                                     : 0;
}

/* NULL: no memory. */
static struct ledger_job *add(const struct observation *at, struct ledger_key *key,
                              struct fl_span payload, uint32_t count)
{
    struct ledger *ledger = at->ledger;
    struct ledger_job *job = ledger_job_of(ledger, payload, at->session);
    if (!job) return NULL;
    ledger_add(ledger, job, key, count);
    if (!ledger->keep_payloads || job->first_queue || key->place != LEDGER_QUEUE) return job;
    job->first_queue = key->name;
    job->payload = (struct fl_span){fl_arena_copy(&ledger->arena, payload), payload.length};
    return job;
}

static void take(const struct observation *at, struct ledger_key *key, struct fl_span payload,
                 uint32_t count, enum ledger_removal removal)
{
    struct ledger_job *job = ledger_job_of(at->ledger, payload, at->session);
    if (job) ledger_remove(at->ledger, job, key, count, removal, at->session);
}

static struct ledger_key *key_at(const struct observation *at, size_t index)
{
    if (index >= at->event->count) return NULL;
    return ledger_key_of(at->ledger, at->event->args[index]);
}

static bool observe_push(const struct observation *at)
{
    struct ledger_key *key = key_at(at, 1);
    for (size_t i = 2; key && i < at->event->count; i++)
        add(at, key, at->event->args[i], 1);
    return true;
}

static void moved(const struct observation *at, struct ledger_key *from, struct ledger_key *to,
                  struct fl_span payload)
{
    struct ledger_job *job = ledger_job_of(at->ledger, payload, at->session);
    if (!job) return;
    if (from) ledger_remove(at->ledger, job, from, 1, LEDGER_MOVED, at->session);
    if (to) ledger_add(at->ledger, job, to, 1);
    if (from && from->place == LEDGER_QUEUE && to && to->place == LEDGER_PRIVATE)
        ledger_deliver(at->ledger, job, at->session, false);
}

/* LMOVE, RPOPLPUSH and their blocking forms: source and destination first, the element answered. */
static bool observe_move(const struct observation *at)
{
    struct fl_span payload = bulk(at->event->reply_bytes, 0);
    struct ledger_key *from = key_at(at, 1), *to = key_at(at, 2);
    if (payload.bytes && (from || to)) moved(at, from, to, payload);
    return true;
}

static bool observe_blocking_pop(const struct observation *at)
{
    struct fl_span name = bulk(at->event->reply_bytes, 0);
    struct fl_span payload = bulk(at->event->reply_bytes, 1);
    struct ledger_key *key = payload.bytes ? ledger_key_of(at->ledger, name) : NULL;
    if (!key) return true;
    struct ledger_job *job = ledger_job_of(at->ledger, payload, at->session);
    if (!job) return true;
    ledger_remove(at->ledger, job, key, 1, LEDGER_POPPED, at->session);
    if (key->place == LEDGER_QUEUE) ledger_deliver(at->ledger, job, at->session, true);
    return true;
}

static bool observe_lrem(const struct observation *at)
{
    struct ledger_key *key = key_at(at, 1);
    uint32_t count = integer(at->event->reply_bytes);
    if (!key || at->event->count < 4) return true;
    enum ledger_removal removal = key->place == LEDGER_PRIVATE ? LEDGER_ACKNOWLEDGED : LEDGER_MOVED;
    take(at, key, at->event->args[3], count, removal);
    return true;
}

/* Options are words; the first score is a number. */
static size_t zadd_scores(const struct fake_redis_event *event)
{
    size_t i = 2;
    while (i < event->count && event->args[i].length && strchr("NXGLC", event->args[i].bytes[0]) &&
           !strchr("0123456789.", event->args[i].bytes[0]))
        i++;
    return i;
}

/* `pair` is a score and its member. */
static void judge_retry(const struct observation *at, struct ledger_job *job,
                        const struct fl_span *pair)
{
    char text[64];
    double score;
    if (!fl_decimal_parse(pair[0], &score)) {
        snprintf(text, sizeof text, "%.*s", FL_SPAN_ARGS(pair[0]));
        score = strtod(text, NULL);
    }
    ledger_judge_retry(at->ledger, job, pair[1], score, at->session);
}

static bool observe_zadd(const struct observation *at)
{
    struct ledger_key *key = key_at(at, 1);
    size_t first = zadd_scores(at->event);
    size_t members = (at->event->count - first) / 2;
    uint32_t added = integer(at->event->reply_bytes);
    if (!key || added == 0) return true;
    if (added != members) return false;
    for (size_t i = 0; i < members; i++) {
        const struct fl_span *pair = &at->event->args[first + 2 * i];
        struct ledger_job *job = add(at, key, pair[1], 1);
        if (job && key->place == LEDGER_RETRY) judge_retry(at, job, pair);
    }
    return true;
}

static bool observe_zrem(const struct observation *at)
{
    struct ledger_key *key = key_at(at, 1);
    uint32_t removed = integer(at->event->reply_bytes);
    if (!key) return true;
    if (removed != at->event->count - 2) return false;
    for (size_t i = 2; i < at->event->count; i++)
        take(at, key, at->event->args[i], 1, LEDGER_MOVED);
    return true;
}

/* A push that replaces another takes that one away and its lock with it, in one step. */
static bool observe_hdel(const struct observation *at)
{
    if (at->event->count < 3 || !fl_span_starts(at->event->args[1], FL_SPAN("uniquejobs:")))
        return true;
    for (size_t i = 2; i < at->event->count; i++) {
        struct ledger_job *job = ledger_find(at->ledger, at->event->args[i]);
        if (job && job->touched) job->replaced = true;
    }
    return true;
}

/* Key by key what really stands there. */
static void look_again(const struct observation *at, struct ledger_key *key)
{
    struct ledger *ledger = at->ledger;
    for (uint32_t i = 0; i < ledger->count; i++) {
        struct ledger_job *job = ledger->all[i];
        for (uint32_t k = 0; k < job->stand_count; k++)
            if (job->stands[k].key == key && job->stands[k].count)
                ledger_remove(ledger, job, key, job->stands[k].count,
                              key->place == LEDGER_DEAD ? LEDGER_TRIMMED : LEDGER_MOVED,
                              at->session);
    }
    const struct fake_redis_key *real =
        ledger->engine ? fake_redis_find(ledger->engine, at->event->db, fl_span_from(key->name))
                       : NULL;
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    while (real && fake_redis_next(real, &cursor, &element))
        add(at, key, element.member, 1);
}

static void look_everywhere(const struct observation *at, bool all_keys)
{
    uint32_t cursor = 0;
    const struct fl_map_entry *entry;
    while ((entry = fl_map_next(&at->ledger->keys, &cursor))) {
        bool named = all_keys;
        for (size_t i = 1; i < at->event->count && !named; i++)
            named = fl_span_equal(entry->key, at->event->args[i]);
        if (named) look_again(at, entry->value);
    }
}

static const struct {
    struct fl_span name;
    bool (*observe)(const struct observation *at); /* false: look at the keys again */
} followed[] = {
    {FL_SPAN("LPUSH"), observe_push},         {FL_SPAN("RPUSH"), observe_push},
    {FL_SPAN("LMOVE"), observe_move},         {FL_SPAN("BLMOVE"), observe_move},
    {FL_SPAN("RPOPLPUSH"), observe_move},     {FL_SPAN("BRPOPLPUSH"), observe_move},
    {FL_SPAN("BRPOP"), observe_blocking_pop}, {FL_SPAN("BLPOP"), observe_blocking_pop},
    {FL_SPAN("LREM"), observe_lrem},          {FL_SPAN("ZADD"), observe_zadd},
    {FL_SPAN("ZREM"), observe_zrem},          {FL_SPAN("HDEL"), observe_hdel},
};

static bool is_name(struct fl_span text, struct fl_span name)
{
    return text.length == name.length && strncasecmp(text.bytes, name.bytes, name.length) == 0;
}

/* A container of other commands: those were reported themselves. */
static bool is_container(struct fl_span name)
{
    return is_name(name, FL_SPAN("EVAL")) || is_name(name, FL_SPAN("EVALSHA")) ||
           is_name(name, FL_SPAN("EXEC"));
}

static void observe_write(const struct observation *at)
{
    struct fl_span name = at->event->args[0];
    if (is_container(name)) return;
    for (size_t i = 0; i < FL_COUNT(followed); i++) {
        if (!is_name(name, followed[i].name)) continue;
        if (!followed[i].observe(at)) look_everywhere(at, false);
        return;
    }
    bool flushed = is_name(name, FL_SPAN("FLUSHALL")) || is_name(name, FL_SPAN("FLUSHDB"));
    look_everywhere(at, flushed);
}

void ledger_observe(struct ledger *ledger, const struct fake_redis_event *event,
                    const struct ledger_actor *actor, int64_t now_us)
{
    struct observation at = {ledger, event, ledger_session(ledger, event->session_name)};
    if (!at.session) return;
    ledger->actor = actor;
    ledger->now_us = now_us;
    if (event->wrote && event->db == 0) observe_write(&at);
    if (event->origin == FAKE_REDIS_DIRECT || event->origin == FAKE_REDIS_SERVED)
        ledger_settle(ledger);
}
