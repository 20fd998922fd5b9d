/* A command is matched rule by rule, cheapest matcher first. What a rule has of its own (a counter,
 * a dice, the end of its refusal) stands beside the copy of it, so that one rule never moves the
 * chance of another. */
#include "fakes/redis/wire/wire.h"

#include <stdlib.h>

#include "core/arena.h"
#include "core/assert.h"
#include "core/error.h"
#include "fakes/redis/engine/dice.h"
#include "fakes/redis/fake_redis.h"

enum { NAME_BYTES_MAX = 64 };

struct wire_rule {
    struct fake_wire_rule rule; /* its texts in the arena, its command in lower case */
    struct fl_arena arena;
    uint32_t id;
    uint64_t matched, fired;
    struct fake_dice dice;
    int64_t refuses_until_us; /* INT64_MIN: refuses nothing */
};

struct fake_wire {
    struct wire_rule **rules; /* owned; room for FAKE_WIRE_RULES_MAX */
    size_t count;
    uint32_t last_id;
    uint64_t seed;
};

struct fake_wire *fake_wire_new(uint64_t seed)
{
    struct fake_wire *wire = calloc(1, sizeof *wire);
    if (wire) wire->seed = seed;
    return wire;
}

static void rule_free(struct wire_rule *rule)
{
    fl_arena_release(&rule->arena);
    free(rule);
}

void fake_wire_clear(struct fake_wire *wire)
{
    for (size_t i = 0; i < wire->count; i++)
        rule_free(wire->rules[i]);
    free(wire->rules);
    wire->rules = NULL;
    wire->count = 0;
}

void fake_wire_free(struct fake_wire *wire)
{
    if (!wire) return;
    fake_wire_clear(wire);
    free(wire);
}

/* ---- adding and removing ---- */

static bool makes_sense(const struct fake_wire_rule *rule)
{
    for (size_t i = 0; i < rule->text.length; i++)
        if (rule->text.bytes[i] == '\r' || rule->text.bytes[i] == '\n') return false;
    if (rule->verb == FAKE_WIRE_ERROR && !rule->text.length) return false;
    if (rule->verb == FAKE_WIRE_SLICE && !rule->bytes) return false;
    return rule->duration_us >= 0 && rule->chance_of <= rule->chance_in &&
           (!rule->chance_in || rule->chance_of);
}

static bool keep(struct fl_arena *arena, struct fl_span *span)
{
    if (!span->length) {
        *span = (struct fl_span){0};
        return true;
    }
    span->bytes = fl_arena_copy(arena, *span);
    return span->bytes;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool keep_lower(struct fl_arena *arena, struct fl_span *span)
{
    if (!span->length) return keep(arena, span);
    char *copy = fl_arena_copy(arena, *span);
    if (!copy) return false;
    for (size_t i = 0; i < span->length; i++)
        copy[i] = lower(copy[i]);
    span->bytes = copy;
    return true;
}

/* NULL: out of memory. */
static struct wire_rule *rule_new(const struct fake_wire_rule *from)
{
    struct wire_rule *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    made->rule = *from;
    made->refuses_until_us = INT64_MIN;
    struct fl_arena *arena = &made->arena;
    if (keep(arena, &made->rule.text) && keep_lower(arena, &made->rule.command) &&
        keep(arena, &made->rule.key) && keep(arena, &made->rule.argument) &&
        keep(arena, &made->rule.client))
        return made;
    rule_free(made);
    return NULL;
}

enum fl_error fake_wire_add(struct fake_wire *wire, const struct fake_wire_rule *rule,
                            uint32_t *ret_id)
{
    if (!makes_sense(rule)) return FL_EINVAL;
    if (wire->count == FAKE_WIRE_RULES_MAX) return FL_EBOUND;
    if (!wire->rules) wire->rules = calloc(FAKE_WIRE_RULES_MAX, sizeof *wire->rules);
    struct wire_rule *made = wire->rules ? rule_new(rule) : NULL;
    if (!made) return FL_ENOMEM;
    made->id = ++wire->last_id;
    struct fake_dice seeds = {wire->seed + made->id};
    made->dice.state = fake_dice_roll(&seeds);
    wire->rules[wire->count++] = made;
    *ret_id = made->id;
    return FL_OK;
}

bool fake_wire_remove(struct fake_wire *wire, uint32_t id)
{
    for (size_t i = 0; i < wire->count; i++) {
        if (wire->rules[i]->id != id) continue;
        rule_free(wire->rules[i]);
        wire->count--;
        for (; i < wire->count; i++)
            wire->rules[i] = wire->rules[i + 1];
        return true;
    }
    return false;
}

size_t fake_wire_count(const struct fake_wire *wire)
{
    return wire->count;
}

struct fake_wire_status fake_wire_at(const struct fake_wire *wire, size_t i)
{
    fl_assert(i < wire->count);
    const struct wire_rule *rule = wire->rules[i];
    return (struct fake_wire_status){rule->id, &rule->rule, rule->matched, rule->fired};
}

/* ---- matching ---- */

struct request {
    struct fl_span client;
    const struct fl_span *args;
    size_t count;
    char name[NAME_BYTES_MAX]; /* in lower case: "script load x" up to the first two words */
    size_t name_length, both_length;
};

static void request_init(struct request *request, struct fl_span client, const struct fl_span *args,
                         size_t count)
{
    *request = (struct request){.client = client, .args = args, .count = count};
    for (size_t word = 0; word < 2 && word < count; word++) {
        if (word && request->both_length < NAME_BYTES_MAX)
            request->name[request->both_length++] = ' ';
        for (size_t i = 0; i < args[word].length && request->both_length < NAME_BYTES_MAX; i++)
            request->name[request->both_length++] = lower(args[word].bytes[i]);
        if (!word) request->name_length = request->both_length;
    }
}

static bool glob(struct fl_span pattern, struct fl_span text)
{
    return !pattern.length || fl_span_glob(pattern, text);
}

/* Any of the names will do. */
static bool client_matches(struct fl_span pattern, struct fl_span names)
{
    if (glob(pattern, names)) return true;
    const char *blank;
    while (names.length && (blank = memchr(names.bytes, ' ', names.length))) {
        struct fl_span name = {names.bytes, (size_t)(blank - names.bytes)};
        if (fl_span_glob(pattern, name)) return true;
        names = (struct fl_span){blank + 1, names.length - name.length - 1};
    }
    return names.length && fl_span_glob(pattern, names);
}

static bool command_matches(struct fl_span pattern, const struct request *request)
{
    if (!pattern.length) return true;
    bool two_words = memchr(pattern.bytes, ' ', pattern.length);
    return fl_span_glob(pattern, (struct fl_span){request->name, two_words ? request->both_length
                                                                           : request->name_length});
}

static bool key_matches(struct fl_span pattern, const struct request *request)
{
    if (!pattern.length) return true;
    struct fl_span key;
    for (size_t i = 0; fake_redis_key_of(request->args, request->count, i, &key); i++)
        if (fl_span_glob(pattern, key)) return true;
    return false;
}

static bool argument_matches(struct fl_span pattern, const struct request *request)
{
    if (!pattern.length) return true;
    for (size_t i = 1; i < request->count; i++)
        if (fl_span_glob(pattern, request->args[i])) return true;
    return false;
}

static bool is_about_connecting(const struct fake_wire_rule *rule)
{
    return rule->verb == FAKE_WIRE_REFUSE && !rule->command.length && !rule->key.length &&
           !rule->argument.length;
}

/* One more match: does the rule fire? */
static bool fires(struct wire_rule *rule)
{
    const struct fake_wire_rule *is = &rule->rule;
    uint64_t nth = is->nth ? is->nth : 1, every = is->every ? is->every : 1;
    rule->matched++;
    if (rule->matched < nth || (rule->matched - nth) % every) return false;
    if (is->times && rule->fired >= is->times) return false;
    if (is->chance_in && fake_dice_roll(&rule->dice) % is->chance_in >= is->chance_of) return false;
    rule->fired++;
    return true;
}

static bool fires_at(struct wire_rule *rule, const struct request *request)
{
    const struct fake_wire_rule *is = &rule->rule;
    return !is_about_connecting(is) && command_matches(is->command, request) &&
           client_matches(is->client, request->client) && key_matches(is->key, request) &&
           argument_matches(is->argument, request) && fires(rule);
}

/* ---- deciding ---- */

static void stop_request(struct fake_wire_decision *decision, enum fake_wire_request request,
                         struct fl_span answer)
{
    bool goes_on =
        decision->request == FAKE_WIRE_PASSES ||
        (decision->request == FAKE_WIRE_PASSES_TWICE && request != FAKE_WIRE_PASSES_TWICE);
    if (!goes_on) return;
    decision->request = request;
    decision->answer = answer;
}

static void end_reply(struct fake_wire_decision *decision, enum fake_wire_ending ending,
                      size_t bytes_max)
{
    if (decision->ending != FAKE_WIRE_WHOLE) return;
    decision->ending = ending;
    decision->reply_bytes_max = bytes_max;
}

static int64_t later(int64_t us, int64_t by_us)
{
    int64_t sum_us;
    return __builtin_add_overflow(us, by_us, &sum_us) ? INT64_MAX : sum_us;
}

static void take_part(struct wire_rule *rule, int64_t now_us, struct fake_wire_decision *decision)
{
    const struct fake_wire_rule *is = &rule->rule;
    const struct fl_span none = {0};
    switch (is->verb) {
    case FAKE_WIRE_ERROR: stop_request(decision, FAKE_WIRE_IS_ANSWERED, is->text); break;
    case FAKE_WIRE_DELAY:
        decision->request_delay_us = later(decision->request_delay_us, is->duration_us);
        break;
    case FAKE_WIRE_DELAY_REPLY:
        decision->reply_delay_us = later(decision->reply_delay_us, is->duration_us);
        break;
    case FAKE_WIRE_DROP: stop_request(decision, FAKE_WIRE_IS_DROPPED, none); break;
    case FAKE_WIRE_STALL: end_reply(decision, FAKE_WIRE_STALLS, 0); break;
    case FAKE_WIRE_RESET: stop_request(decision, FAKE_WIRE_BREAKS, none); break;
    case FAKE_WIRE_LOSE_ACK: end_reply(decision, FAKE_WIRE_RESETS, 0); break;
    case FAKE_WIRE_CUT_REPLY: end_reply(decision, FAKE_WIRE_CLOSES, is->bytes); break;
    case FAKE_WIRE_SLICE:
        if (decision->slice_bytes) break;
        decision->slice_bytes = is->bytes;
        decision->slice_pause_us = is->duration_us;
        break;
    case FAKE_WIRE_REPEAT: stop_request(decision, FAKE_WIRE_PASSES_TWICE, none); break;
    case FAKE_WIRE_REFUSE: rule->refuses_until_us = later(now_us, is->duration_us); break;
    }
}

struct fake_wire_decision fake_wire_command(struct fake_wire *wire, struct fl_span client,
                                            const struct fl_span *args, size_t count,
                                            int64_t now_us)
{
    struct fake_wire_decision decision = {.reply_bytes_max = SIZE_MAX};
    if (!wire->count || !count) return decision;
    struct request request;
    request_init(&request, client, args, count);
    for (size_t i = 0; i < wire->count; i++)
        if (fires_at(wire->rules[i], &request)) take_part(wire->rules[i], now_us, &decision);
    return decision;
}

bool fake_wire_refuses(struct fake_wire *wire, struct fl_span client, int64_t now_us)
{
    bool refused = false;
    for (size_t i = 0; i < wire->count; i++) {
        struct wire_rule *rule = wire->rules[i];
        if (rule->rule.verb != FAKE_WIRE_REFUSE || !client_matches(rule->rule.client, client))
            continue;
        bool still = now_us < rule->refuses_until_us;
        if (!still && is_about_connecting(&rule->rule) && fires(rule)) {
            rule->refuses_until_us = later(now_us, rule->rule.duration_us);
            still = true;
        }
        refused |= still;
    }
    return refused;
}

size_t fake_wire_piece(const struct fake_wire_decision *decision, size_t sent, size_t available)
{
    if (sent >= decision->reply_bytes_max) return 0;
    size_t piece = decision->reply_bytes_max - sent;
    if (piece > available) piece = available;
    if (decision->slice_bytes && piece > decision->slice_bytes) piece = decision->slice_bytes;
    return piece;
}
