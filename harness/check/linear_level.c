/* harness/check/linear_level.c - a bucket that leaks: what it holds goes down evenly, and a grant
 * needs room for what it takes.
 *
 * A unit is what leaks in a microsecond, divided by the limit: whole numbers hold any level. When
 * each grant was is known between two moments. Of what flows out evenly there is least at any later
 * time when all came as early as they could, and most when all came as late: these two levels are
 * kept, a grant is judged by the lower one, a refusal by the higher one. */
#include "core/assert.h"
#include "harness/check/linear_moment.h"

/* What there is at least, and when; what there is at most, and when. */
enum { LOW, LOW_AT, HIGH, HIGH_AT };

static int64_t capacity_of(const struct linear_rules *rules)
{
    return rules->limit * rules->span_us;
}

/* The queue's script has the level as a double, and rounds waits up to a microsecond. */
static int64_t tolerance_of(const struct linear_rules *rules)
{
    return 2 * rules->limit + (capacity_of(rules) >> 40) + 1;
}

static int64_t leaked(const struct linear_rules *rules, int64_t level, int64_t span_us)
{
    if (span_us >= level / rules->limit + 1) return 0;
    return level - span_us * rules->limit;
}

/* The least at the moment, which is never before the one that is kept. */
static int64_t low_at(const struct linear_rules *rules, const struct linear_state *state,
                      int64_t at_us)
{
    return leaked(rules, state->words[LOW], at_us - state->words[LOW_AT]);
}

/* The most at the moment. What may have come later than that has come by then, and has not leaked:
 * that much more than what is kept, and in doubt all that it holds. */
static int64_t high_at(const struct linear_rules *rules, const struct linear_state *state,
                       int64_t at_us)
{
    int64_t since_us = at_us - state->words[HIGH_AT], more;
    if (since_us >= 0) return leaked(rules, state->words[HIGH], since_us);
    if (__builtin_mul_overflow(-since_us, rules->limit, &more) || more > capacity_of(rules))
        more = capacity_of(rules);
    return state->words[HIGH] + more;
}

/* Corrections may overdraw it, as often as they like. */
static int64_t within_bounds(int64_t level)
{
    if (level < 0) return 0;
    return level < 4 * LINEAR_LEVEL_MAX ? level : 4 * LINEAR_LEVEL_MAX;
}

static void add(const struct linear_rules *rules, int64_t amount,
                const struct linear_moment *moment, struct linear_state *state)
{
    int64_t low = low_at(rules, state, moment->earliest_us) + amount;
    int64_t high = high_at(rules, state, moment->latest_us) + amount;
    state->words[LOW] = within_bounds(low);
    state->words[LOW_AT] = moment->earliest_us;
    state->words[HIGH] = within_bounds(high);
    state->words[HIGH_AT] = moment->latest_us;
}

static bool grant(const struct linear_rules *rules, int64_t amount, struct linear_moment *moment,
                  struct linear_state *state)
{
    int64_t room = capacity_of(rules) + tolerance_of(rules) - amount;
    int64_t over = low_at(rules, state, moment->earliest_us) - room;
    if (over > 0) moment->earliest_us += (over + rules->limit - 1) / rules->limit;
    if (moment->earliest_us > moment->latest_us) return false;
    add(rules, amount, moment, state);
    int64_t full = capacity_of(rules) + tolerance_of(rules); /* a grant leaves no more than that */
    if (state->words[HIGH] > full) state->words[HIGH] = full;
    return true;
}

static bool may_refuse(const struct linear_rules *rules, int64_t amount,
                       const struct linear_moment *moment, const struct linear_state *state)
{
    int64_t high = high_at(rules, state, moment->earliest_us);
    return high > 0 && high + tolerance_of(rules) + amount > capacity_of(rules);
}

bool linear_level_step(const struct linear_rules *rules, const struct linear_operation *operation,
                       struct linear_moment *moment, struct linear_state *state)
{
    fl_assert(rules->limit >= 1 && rules->span_us <= LINEAR_LEVEL_MAX / rules->limit);
    if (operation->kind == LINEAR_ADD) {
        add(rules, operation->value * rules->span_us, moment, state);
        return true;
    }
    if (operation->kind != LINEAR_ACQUIRE) return true;
    int64_t amount = linear_amount(operation) * rules->span_us;
    if (linear_is_refused(operation)) return may_refuse(rules, amount, moment, state);
    return grant(rules, amount, moment, state);
}
