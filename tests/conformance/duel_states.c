/* What both sides of a duel hold: asked for by commands, key by key; and what the fake says of its
 * own state. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/duel_compare.h"

static bool ask(struct duel *duel, const char *command, struct fl_span key, const char *rest)
{
    struct fl_span args[4] = {fl_span_from(command), key};
    size_t count = 2;
    char copy[64];
    snprintf(copy, sizeof(copy), "%s", rest);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        args[count++] = fl_span_from(word);
    return duel_command(duel, 0, args, count);
}

static bool compare_key(struct duel *duel, struct fl_span name, enum fake_redis_type type)
{
    if (!ask(duel, "TYPE", name, "") || !ask(duel, "PTTL", name, "")) return false;
    switch (type) {
    case FAKE_REDIS_STRING: return ask(duel, "GET", name, "");
    case FAKE_REDIS_LIST: return ask(duel, "LRANGE", name, "0 -1");
    case FAKE_REDIS_SET: return ask(duel, "SMEMBERS", name, "");
    case FAKE_REDIS_HASH: return ask(duel, "HGETALL", name, "");
    case FAKE_REDIS_ZSET: return ask(duel, "ZRANGE", name, "0 -1") && ask(duel, "ZCARD", name, "");
    case FAKE_REDIS_STREAM: return ask(duel, "XRANGE", name, "- +");
    }
    return false;
}

/* SORT, which is no write, makes a sorted set one that may hold -0: a replica has 0 there. */
static void drop_minus_zeros(struct fl_buf *dump)
{
    size_t kept = 0;
    for (size_t i = 0; i < dump->length; i++) {
        bool minus_zero = i + 3 < dump->length && memcmp(dump->bytes + i, ",-0)", 4) == 0;
        dump->bytes[kept++] = dump->bytes[i];
        i += minus_zero;
    }
    dump->length = kept;
}

/* What follows the writes of the fake holds what the fake does: a failover changes nothing. */
static bool is_followed(struct duel *duel)
{
    struct fl_buf before = FL_BUF_INIT(DUEL_RECEIVED_MAX), after = FL_BUF_INIT(DUEL_RECEIVED_MAX);
    bool hashed = fake_redis_state_hash(duel->fake) == fake_redis_state_hash_afresh(duel->fake);
    if (!hashed)
        return duel_differ(duel, 0, FL_SPAN("(the hash of what changed)"), FL_SPAN("(afresh)"));
    enum fl_error err = fake_redis_dump(duel->fake, &before);
    if (!err) err = fake_redis_failover(duel->fake, 0, NULL);
    if (!err) err = fake_redis_dump(duel->fake, &after);
    if (!err) drop_minus_zeros(&before);
    if (!err) drop_minus_zeros(&after);
    bool same = !err && fl_span_equal(fl_buf_span(&before), fl_buf_span(&after)) &&
                fake_redis_state_hash(duel->fake) == fake_redis_state_hash_afresh(duel->fake);
    if (!same) duel_differ(duel, 0, fl_buf_span(&before), fl_buf_span(&after));
    fl_buf_release(&before);
    fl_buf_release(&after);
    return same;
}

bool duel_states(struct duel *duel)
{
    for (size_t i = 0; i < DUEL_CONNECTIONS; i++)
        if (!duel_refresh(duel, i))
            return duel_differ(duel, i, FL_SPAN("(alive)"), FL_SPAN("(dead)"));
    if (!duel_sync(duel)) return false; /* the real server has noticed that they are gone */
    for (unsigned db = 0; db < 2; db++) {
        struct fl_span select[] = {FL_SPAN("SELECT"), db ? FL_SPAN("1") : FL_SPAN("0")};
        if (!duel_command(duel, 0, select, 2) || !ask(duel, "KEYS", FL_SPAN("*"), "")) return false;
        size_t count;
        const struct fake_redis_key *const *keys = fake_redis_keys(duel->fake, db, &count);
        struct fl_span *names = malloc((count + 1) * sizeof(*names));
        enum fake_redis_type *types = malloc((count + 1) * sizeof(*types));
        bool same = names && types;
        for (size_t i = 0; same && i < count; i++) {
            names[i] = fake_redis_key_name(keys[i]);
            types[i] = fake_redis_key_type(keys[i]);
        }
        for (size_t i = 0; same && i < count; i++)
            same = compare_key(duel, names[i], types[i]);
        free(names);
        free(types);
        if (!same) return false;
    }
    return is_followed(duel);
}
