/* harness/check/linear_objects.c - what one copy of each object answers.
 *
 * An operation happens at a moment of [earliest, latest]: not before those that it follows. What is
 * set then lives until a moment that is known just as well: until `dies_low` it is certainly there,
 * from `dies_high` on it is certainly gone. */
#include <string.h>

#include "core/assert.h"
#include "harness/check/linear_moment.h"

/* False: it had returned before what it would follow. */
static bool moment_of(const struct linear_operation *operation, const struct linear_state *state,
                      struct linear_moment *ret_moment)
{
    int64_t called_us = operation->called_us;
    ret_moment->earliest_us = called_us > state->now_us ? called_us : state->now_us;
    ret_moment->latest_us = operation->by_us ? operation->by_us : INT64_MAX;
    if (linear_is_answered(operation)) ret_moment->latest_us = operation->returned_us;
    return ret_moment->earliest_us <= ret_moment->latest_us;
}

static int64_t after_us(int64_t moment_us, int64_t span_us)
{
    return !span_us || moment_us > INT64_MAX - span_us ? INT64_MAX : moment_us + span_us;
}

static bool answers(const struct linear_operation *operation, int64_t answer)
{
    return !linear_is_answered(operation) || operation->answer == LINEAR_UNTOLD ||
           operation->answer == answer;
}

/* --- a key: words are whether it is there, its value, and when it dies --- */

enum { THERE, VALUE, DIES_LOW, DIES_HIGH };

static void live(struct linear_state *state, int64_t value, const struct linear_moment *moment,
                 int64_t ttl_us)
{
    state->words[THERE] = 1;
    state->words[VALUE] = value;
    state->words[DIES_LOW] = after_us(moment->earliest_us, ttl_us);
    state->words[DIES_HIGH] = after_us(moment->latest_us, ttl_us);
}

static void die(struct linear_state *state)
{
    state->words[THERE] = state->words[VALUE] = 0;
    state->words[DIES_LOW] = state->words[DIES_HIGH] = 0;
}

static bool found_there(const struct linear_operation *operation,
                        const struct linear_moment *moment, struct linear_state *state)
{
    int64_t value = state->words[VALUE], sum;
    switch (operation->kind) {
    case LINEAR_ACQUIRE: return answers(operation, 0) && linear_is_answered(operation);
    case LINEAR_RELEASE: die(state); return answers(operation, 1);
    case LINEAR_RELEASE_OWN:
        if (value == operation->value) die(state);
        return answers(operation, value == operation->value);
    case LINEAR_EXTEND: live(state, value, moment, operation->ttl_us); return answers(operation, 1);
    case LINEAR_READ: return answers(operation, value);
    case LINEAR_WRITE: live(state, operation->value, moment, operation->ttl_us); return true;
    case LINEAR_ADD:
        if (__builtin_add_overflow(value, operation->value, &sum)) return false;
        state->words[VALUE] = sum; /* its time to live stays */
        return answers(operation, sum);
    case LINEAR_RENEW:
        if (value == operation->value && operation->ttl_us)
            live(state, value, moment, operation->ttl_us);
        return answers(operation, value == operation->value);
    case LINEAR_CLAIM: return answers(operation, value == operation->value);
    case LINEAR_CLEAR: die(state); return true;
    case LINEAR_RETAKE:
    case LINEAR_GONE: return true;
    }
    fl_panic("an operation without a kind %d", (int)operation->kind);
}

static bool found_nothing(const struct linear_operation *operation,
                          const struct linear_moment *moment, struct linear_state *state)
{
    die(state);
    switch (operation->kind) {
    case LINEAR_ACQUIRE:
    case LINEAR_CLAIM:
    case LINEAR_RENEW:
    case LINEAR_RETAKE:
        live(state, operation->value, moment, operation->ttl_us);
        return answers(operation, 1);
    case LINEAR_RELEASE:
    case LINEAR_RELEASE_OWN:
    case LINEAR_EXTEND: return answers(operation, 0);
    case LINEAR_READ: return answers(operation, LINEAR_NOTHING);
    case LINEAR_WRITE: live(state, operation->value, moment, operation->ttl_us); return true;
    case LINEAR_ADD:
        live(state, operation->value, moment, 0);
        return answers(operation, operation->value);
    case LINEAR_CLEAR:
    case LINEAR_GONE: return true;
    }
    fl_panic("an operation without a kind %d", (int)operation->kind);
}

static bool step_key(const struct linear_operation *operation, struct linear_moment *moment,
                     struct linear_state *state)
{
    struct linear_state before = *state;
    bool was_there = state->words[THERE];
    if (was_there && moment->earliest_us < state->words[DIES_HIGH]) {
        struct linear_moment alive = *moment; /* it happens before the key is certainly gone */
        if (alive.latest_us > before.words[DIES_HIGH]) alive.latest_us = before.words[DIES_HIGH];
        if (found_there(operation, &alive, state)) return true;
        *state = before;
    }
    int64_t dead_us = was_there ? before.words[DIES_LOW] : moment->earliest_us;
    if (dead_us > moment->latest_us) return false;
    if (dead_us > moment->earliest_us) moment->earliest_us = dead_us;
    return found_nothing(operation, moment, state);
}

/* --- a mutex: one word is who believes to hold it --- */

enum { BELIEVER };

static bool step_mutex(const struct linear_operation *operation, struct linear_state *state)
{
    int64_t client = (int64_t)operation->client;
    bool own = state->words[BELIEVER] == client;
    switch (operation->kind) {
    case LINEAR_ACQUIRE:
    case LINEAR_CLAIM:
    case LINEAR_RENEW:
        if (!linear_is_answered(operation)) return false; /* who hears nothing believes nothing */
        if (!operation->answer) return true;
        if (state->words[BELIEVER] && !own) return false;
        state->words[BELIEVER] = client;
        return true;
    case LINEAR_WRITE:
        if (state->words[BELIEVER] && !own) return false;
        state->words[BELIEVER] = client;
        return true;
    case LINEAR_RELEASE:
    case LINEAR_RELEASE_OWN:
    case LINEAR_GONE:
        if (own) state->words[BELIEVER] = 0;
        return true;
    case LINEAR_CLEAR: state->words[BELIEVER] = 0; return true;
    case LINEAR_RETAKE:
        if (!state->words[BELIEVER]) state->words[BELIEVER] = client;
        return true;
    case LINEAR_EXTEND:
    case LINEAR_READ:
    case LINEAR_ADD: return true;
    }
    fl_panic("an operation without a kind %d", (int)operation->kind);
}

/* --- slots: three words each (client, dies between), taken ones first; then their number --- */

enum { SLOT_CLIENT, SLOT_DIES_LOW, SLOT_DIES_HIGH, SLOT_WORDS, TAKEN = LINEAR_WORDS - 1 };

static void free_slot(struct linear_state *state, int64_t index)
{
    int64_t taken = --state->words[TAKEN];
    for (int64_t i = index * SLOT_WORDS; i < taken * SLOT_WORDS; i++)
        state->words[i] = state->words[i + SLOT_WORDS];
    for (int i = 0; i < SLOT_WORDS; i++)
        state->words[taken * SLOT_WORDS + i] = 0;
}

static int64_t slot_of(const struct linear_state *state, int64_t client)
{
    for (int64_t i = 0; i < state->words[TAKEN]; i++)
        if (state->words[i * SLOT_WORDS + SLOT_CLIENT] == client) return i;
    return -1;
}

/* The slot that may be free first. */
static int64_t first_to_die(const struct linear_state *state)
{
    int64_t first = 0;
    for (int64_t i = 1; i < state->words[TAKEN]; i++)
        if (state->words[i * SLOT_WORDS + SLOT_DIES_LOW] <
            state->words[first * SLOT_WORDS + SLOT_DIES_LOW])
            first = i;
    return first;
}

static bool take_slot(const struct linear_rules *rules, const struct linear_operation *operation,
                      struct linear_moment *moment, struct linear_state *state)
{
    if (state->words[TAKEN] >= rules->limit) {
        int64_t first = first_to_die(state);
        int64_t free_us = state->words[first * SLOT_WORDS + SLOT_DIES_LOW];
        if (free_us > moment->latest_us || free_us == INT64_MAX) return false;
        if (free_us > moment->earliest_us) moment->earliest_us = free_us;
        free_slot(state, first);
    }
    int64_t *slot = &state->words[state->words[TAKEN]++ * SLOT_WORDS];
    slot[SLOT_CLIENT] = (int64_t)operation->client;
    slot[SLOT_DIES_LOW] = after_us(moment->earliest_us, rules->span_us);
    slot[SLOT_DIES_HIGH] = after_us(moment->latest_us, rules->span_us);
    return true;
}

static bool all_may_be_taken(const struct linear_rules *rules, const struct linear_moment *moment,
                             const struct linear_state *state)
{
    int64_t taken = 0;
    for (int64_t i = 0; i < state->words[TAKEN]; i++)
        taken += state->words[i * SLOT_WORDS + SLOT_DIES_HIGH] > moment->earliest_us;
    return taken >= rules->limit;
}

static bool step_slots(const struct linear_rules *rules, const struct linear_operation *operation,
                       struct linear_moment *moment, struct linear_state *state)
{
    int64_t own = slot_of(state, (int64_t)operation->client);
    switch (operation->kind) {
    case LINEAR_ACQUIRE:
        if (linear_is_refused(operation)) return all_may_be_taken(rules, moment, state);
        return take_slot(rules, operation, moment, state);
    case LINEAR_RELEASE:
    case LINEAR_RELEASE_OWN:
        if (own >= 0) free_slot(state, own);
        return true;
    case LINEAR_EXTEND:
        if (own < 0) return answers(operation, 0);
        free_slot(state, own);
        return take_slot(rules, operation, moment, state) && answers(operation, 1);
    case LINEAR_READ:
    case LINEAR_WRITE:
    case LINEAR_ADD:
    case LINEAR_CLAIM:
    case LINEAR_RENEW:
    case LINEAR_RETAKE:
    case LINEAR_CLEAR:
    case LINEAR_GONE: return true;
    }
    fl_panic("an operation without a kind %d", (int)operation->kind);
}

/* --- a window: when each of the last grants was (between), oldest first; then their number --- */

enum { GRANT_LOW, GRANT_HIGH, GRANT_WORDS };

static void forget_oldest(struct linear_state *state)
{
    int64_t kept = --state->words[TAKEN];
    for (int64_t i = 0; i < kept * GRANT_WORDS; i++)
        state->words[i] = state->words[i + GRANT_WORDS];
}

static void note_grant(const struct linear_moment *moment, struct linear_state *state)
{
    int64_t *grant = &state->words[state->words[TAKEN]++ * GRANT_WORDS];
    grant[GRANT_LOW] = moment->earliest_us;
    grant[GRANT_HIGH] = moment->latest_us;
}

static bool step_window(const struct linear_rules *rules, const struct linear_operation *operation,
                        struct linear_moment *moment, struct linear_state *state)
{
    int64_t amount = linear_amount(operation);
    if (operation->kind != LINEAR_ACQUIRE) return true;
    int64_t over = state->words[TAKEN] + amount - rules->limit; /* so many must be forgotten */
    if (over > state->words[TAKEN]) return linear_is_refused(operation);
    if (linear_is_refused(operation) && over <= 0) return false;
    if (linear_is_refused(operation)) {
        const int64_t *last = &state->words[(over - 1) * GRANT_WORDS];
        return after_us(last[GRANT_HIGH], rules->span_us) > moment->earliest_us;
    }
    for (; over > 0; over--) {
        int64_t free_us = after_us(state->words[GRANT_LOW], rules->span_us);
        if (free_us > moment->latest_us) return false;
        if (free_us > moment->earliest_us) moment->earliest_us = free_us;
        forget_oldest(state);
    }
    for (int64_t i = 0; i < amount; i++)
        note_grant(moment, state);
    return true;
}

/* --- buckets: which one, and how many grants it has given --- */

enum { BUCKET, GRANTED };

static int64_t granted_in(const struct linear_state *state, int64_t bucket)
{
    return state->words[BUCKET] == bucket ? state->words[GRANTED] : 0;
}

static bool step_buckets(const struct linear_rules *rules, const struct linear_operation *operation,
                         struct linear_moment *moment, struct linear_state *state)
{
    int64_t amount = linear_amount(operation);
    if (operation->kind != LINEAR_ACQUIRE) return true;
    int64_t bucket = moment->earliest_us / rules->span_us;
    bool full = granted_in(state, bucket) + amount > rules->limit;
    if (linear_is_refused(operation)) return full;
    if (full) { /* then in the next one, if it can be as late as that */
        bucket++;
        moment->earliest_us = bucket * rules->span_us;
        if (moment->earliest_us > moment->latest_us) return false;
    }
    state->words[GRANTED] = granted_in(state, bucket) + amount;
    state->words[BUCKET] = bucket;
    return true;
}

bool linear_step(const struct linear_rules *rules, const struct linear_operation *operation,
                 struct linear_state *state)
{
    const struct linear_state before = *state;
    struct linear_moment moment;
    bool happens = false;
    if (!moment_of(operation, state, &moment)) return false;
    switch (rules->object) {
    case LINEAR_KEY: happens = step_key(operation, &moment, state); break;
    case LINEAR_MUTEX: happens = step_mutex(operation, state); break;
    case LINEAR_SLOTS: happens = step_slots(rules, operation, &moment, state); break;
    case LINEAR_WINDOW: happens = step_window(rules, operation, &moment, state); break;
    case LINEAR_BUCKETS: happens = step_buckets(rules, operation, &moment, state); break;
    case LINEAR_LEVEL: happens = linear_level_step(rules, operation, &moment, state); break;
    }
    if (memcmp(before.words, state->words, sizeof before.words) != 0)
        state->cause = operation->text;
    state->now_us = moment.earliest_us;
    return happens;
}
