/* Effects, receipts and jobs travel as flat arrays, so many values for each: a list of effects has
 * hundreds, and most of a key would be its name. */
#include "harness/cli/request_facts.h"

#include "core/assert.h"

enum {
    EFFECT_VALUES = 11,
    STRIKE_VALUES = 9,
    RECEIPT_VALUES = 3,
    JOB_VALUES = 3,
    GUARD_VALUES = 6,
    MOMENT_VALUES = 6,
    CHANGE_VALUES = 2,
    TEXT_BYTES_MAX = 1024 * 1024
};
enum { FLAG_APPLIED = 1, FLAG_IDLE = 2 };

/* --- writing --- */

static enum fl_error write_effects(const struct run_facts *facts, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < facts->effect_count; i++) {
        const struct run_effect *effect = &facts->effects[i];
        fl_json_put_string(&w, NULL, effect->who);
        fl_json_put_string(&w, NULL, effect->job);
        fl_json_put_string(&w, NULL, effect->process);
        fl_json_put_string(&w, NULL, effect->role);
        fl_json_put_string(&w, NULL, effect->what);
        fl_json_put_string(&w, NULL, effect->detail);
        fl_json_put_int64(&w, NULL, (int64_t)effect->ordinal);
        fl_json_put_int64(&w, NULL, effect->occurrence);
        fl_json_put_int64(&w, NULL,
                          (effect->applied ? FLAG_APPLIED : 0) | (effect->idle ? FLAG_IDLE : 0));
        fl_json_put_int64(&w, NULL, effect->before);
        fl_json_put_int64(&w, NULL, effect->after);
    }
    return fl_json_end(&w);
}

static enum fl_error write_strikes(const struct run_facts *facts, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < facts->struck_at_count; i++) {
        const struct run_strike *strike = &facts->struck_at[i];
        fl_json_put_int64(&w, NULL, strike->line);
        fl_json_put_int64(&w, NULL, strike->column);
        fl_json_put_bool(&w, NULL, strike->after);
        fl_json_put_string(&w, NULL, strike->job);
        fl_json_put_int64(&w, NULL, strike->delivery);
        fl_json_put_string(&w, NULL, strike->process);
        fl_json_put_string(&w, NULL, strike->role);
        fl_json_put_string(&w, NULL, strike->what);
        fl_json_put_int64(&w, NULL, strike->occurrence);
    }
    return fl_json_end(&w);
}

static enum fl_error write_receipts(const struct run_facts *facts, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < facts->receipt_count; i++) {
        fl_json_put_string(&w, NULL, facts->receipts[i].what);
        fl_json_put_string(&w, NULL, facts->receipts[i].key);
        fl_json_put_int64(&w, NULL, facts->receipts[i].count);
    }
    return fl_json_end(&w);
}

static enum fl_error write_jobs(const struct run_facts *facts, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < facts->job_count; i++) {
        fl_json_put_string(&w, NULL, facts->jobs[i].name);
        fl_json_put_string(&w, NULL, facts->jobs[i].state);
        fl_json_put_bool(&w, NULL, facts->jobs[i].of_plan);
    }
    return fl_json_end(&w);
}

static enum fl_error write_guards(const struct run_facts *facts, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < facts->guard_count; i++) {
        const struct run_guard *guard = &facts->guards[i];
        fl_json_put_string(&w, NULL, guard->key);
        fl_json_put_string(&w, NULL, guard->job);
        fl_json_put_int64(&w, NULL, guard->at_us);
        fl_json_put_int64(&w, NULL, guard->ends_us);
        fl_json_put_int64(&w, NULL, guard->span_us);
        fl_json_put_int64(&w, NULL, guard->retries);
    }
    return fl_json_end(&w);
}

static enum fl_error write_moments(const struct run_facts *facts, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < facts->moment_count; i++) {
        fl_json_put_int64(&w, NULL, (int64_t)facts->moments[i].alive);
        fl_json_put_int64(&w, NULL, (int64_t)facts->moments[i].dead);
        fl_json_put_int64(&w, NULL, (int64_t)facts->moments[i].aside);
        fl_json_put_int64(&w, NULL, (int64_t)facts->moments[i].aside_dead);
        fl_json_put_int64(&w, NULL, (int64_t)facts->moments[i].memory);
        fl_json_put_int64(&w, NULL, facts->moments[i].changes);
    }
    return fl_json_end(&w);
}

static enum fl_error write_changes(const struct run_facts *facts, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < facts->key_change_count; i++) {
        fl_json_put_int64(&w, NULL, (int64_t)facts->key_changes[i].key);
        fl_json_put_int64(&w, NULL, (int64_t)facts->key_changes[i].value);
    }
    return fl_json_end(&w);
}

static enum fl_error write_keys(const uint64_t *keys, uint32_t count, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < count; i++)
        fl_json_put_int64(&w, NULL, (int64_t)keys[i]);
    return fl_json_end(&w);
}

/* What an answer has only where it was asked for. */
static void write_worlds(const struct run_facts *facts, struct fl_json_writer *w,
                         struct fl_buf *out)
{
    if (facts->moment_count) {
        fl_json_key(w, "moments");
        if (!w->err) w->err = write_moments(facts, out);
        fl_json_put_int64(w, "struck_moment", facts->struck_moment);
    }
    if (facts->key_change_count) {
        fl_json_key(w, "key_changes");
        if (!w->err) w->err = write_changes(facts, out);
    }
    if (facts->overwritten_count) {
        fl_json_key(w, "overwritten");
        if (!w->err) w->err = write_keys(facts->overwritten, facts->overwritten_count, out);
    }
    if (!facts->woke) return;
    fl_json_put_int64(w, "woke", facts->woke);
    fl_json_key(w, "overwritten_by_wake");
    if (!w->err)
        w->err = write_keys(facts->overwritten_by_wake, facts->overwritten_by_wake_count, out);
}

enum fl_error run_facts_write(const struct run_facts *facts, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_bool(&w, "drained", facts->drained);
    if (facts->end) fl_json_put_int64(&w, "end", (int64_t)facts->end);
    if (facts->same) fl_json_put_bool(&w, "same", true);
    if (facts->asked_time) fl_json_put_bool(&w, "asked_time", true);
    fl_json_put_bool(&w, "struck", facts->struck);
    fl_json_put_int64(&w, "strikes", facts->strikes);
    fl_json_put_int64(&w, "struck_after", facts->struck_after);
    if (facts->failed_at.length) fl_json_put_string(&w, "failed_at", facts->failed_at);
    if (facts->statics.length) fl_json_put_string(&w, "statics", facts->statics);
    fl_json_key(&w, "effects");
    if (!w.err) w.err = write_effects(facts, out);
    if (facts->struck_at_count) {
        fl_json_key(&w, "struck_at");
        if (!w.err) w.err = write_strikes(facts, out);
    }
    fl_json_key(&w, "receipts");
    if (!w.err) w.err = write_receipts(facts, out);
    fl_json_key(&w, "jobs");
    if (!w.err) w.err = write_jobs(facts, out);
    if (facts->guard_count) {
        fl_json_key(&w, "guards");
        if (!w.err) w.err = write_guards(facts, out);
    }
    write_worlds(facts, &w, out);
    return fl_json_end(&w);
}

/* --- reading --- */

struct values { /* of one flat array, taken one after another */
    struct fl_json_at array;
    uint32_t next;
    struct fl_arena *arena;
    enum fl_error err; /* sticks */
};

static struct fl_span take_text(struct values *values)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_span none = {"", 0};
    struct fl_json_at at = fl_json_element(values->array, values->next++);
    if (!values->err) values->err = fl_json_string(at, &text);
    const char *copy = values->err ? NULL : fl_arena_copy(values->arena, fl_buf_span(&text));
    size_t length = text.length;
    if (!values->err && !copy) values->err = FL_ENOMEM;
    fl_buf_release(&text);
    return copy ? (struct fl_span){copy, length} : none;
}

static int64_t take_int(struct values *values)
{
    int64_t number = 0;
    struct fl_json_at at = fl_json_element(values->array, values->next++);
    if (!fl_json_int64(at, &number) && !values->err) values->err = FL_EPARSE;
    return number;
}

static bool take_bool(struct values *values)
{
    return fl_json_type(fl_json_element(values->array, values->next++)) == FL_JSON_TRUE;
}

static enum fl_error read_effects(struct values values, struct run_facts *facts)
{
    facts->effect_count = fl_json_length(values.array) / EFFECT_VALUES;
    facts->effects =
        fl_arena_alloc_array(values.arena, facts->effect_count + 1, sizeof *facts->effects);
    if (!facts->effects) return FL_ENOMEM;
    for (uint32_t i = 0; i < facts->effect_count && !values.err; i++) {
        struct run_effect *effect = &facts->effects[i];
        effect->who = take_text(&values);
        effect->job = take_text(&values);
        effect->process = take_text(&values);
        effect->role = take_text(&values);
        effect->what = take_text(&values);
        effect->detail = take_text(&values);
        effect->ordinal = (uint64_t)take_int(&values);
        effect->occurrence = (uint32_t)take_int(&values);
        int64_t flags = take_int(&values);
        effect->applied = flags & FLAG_APPLIED;
        effect->idle = flags & FLAG_IDLE;
        effect->before = (uint32_t)take_int(&values);
        effect->after = (uint32_t)take_int(&values);
    }
    return values.err;
}

static enum fl_error read_strikes(struct values values, struct run_facts *facts)
{
    facts->struck_at_count = fl_json_length(values.array) / STRIKE_VALUES;
    facts->struck_at =
        fl_arena_alloc_array(values.arena, facts->struck_at_count + 1, sizeof *facts->struck_at);
    if (!facts->struck_at) return FL_ENOMEM;
    for (uint32_t i = 0; i < facts->struck_at_count && !values.err; i++) {
        struct run_strike *strike = &facts->struck_at[i];
        strike->line = (uint32_t)take_int(&values);
        strike->column = (uint32_t)take_int(&values);
        strike->after = take_bool(&values);
        strike->job = take_text(&values);
        strike->delivery = (uint32_t)take_int(&values);
        strike->process = take_text(&values);
        strike->role = take_text(&values);
        strike->what = take_text(&values);
        strike->occurrence = (uint32_t)take_int(&values);
    }
    return values.err;
}

static enum fl_error read_receipts(struct values values, struct run_facts *facts)
{
    facts->receipt_count = fl_json_length(values.array) / RECEIPT_VALUES;
    facts->receipts =
        fl_arena_alloc_array(values.arena, facts->receipt_count + 1, sizeof *facts->receipts);
    if (!facts->receipts) return FL_ENOMEM;
    for (uint32_t i = 0; i < facts->receipt_count && !values.err; i++) {
        facts->receipts[i].what = take_text(&values);
        facts->receipts[i].key = take_text(&values);
        facts->receipts[i].count = (uint32_t)take_int(&values);
    }
    return values.err;
}

static enum fl_error read_jobs(struct values values, struct run_facts *facts)
{
    facts->job_count = fl_json_length(values.array) / JOB_VALUES;
    facts->jobs = fl_arena_alloc_array(values.arena, facts->job_count + 1, sizeof *facts->jobs);
    if (!facts->jobs) return FL_ENOMEM;
    for (uint32_t i = 0; i < facts->job_count && !values.err; i++) {
        facts->jobs[i].name = take_text(&values);
        facts->jobs[i].state = take_text(&values);
        facts->jobs[i].of_plan = take_bool(&values);
    }
    return values.err;
}

static enum fl_error read_guards(struct values values, struct run_facts *facts)
{
    facts->guard_count = fl_json_length(values.array) / GUARD_VALUES;
    facts->guards =
        fl_arena_alloc_array(values.arena, facts->guard_count + 1, sizeof *facts->guards);
    if (!facts->guards) return FL_ENOMEM;
    for (uint32_t i = 0; i < facts->guard_count && !values.err; i++) {
        struct run_guard *guard = &facts->guards[i];
        guard->key = take_text(&values);
        guard->job = take_text(&values);
        guard->at_us = take_int(&values);
        guard->ends_us = take_int(&values);
        guard->span_us = take_int(&values);
        guard->retries = take_int(&values);
    }
    return values.err;
}

static enum fl_error read_moments(struct values values, struct run_facts *facts)
{
    facts->moment_count = fl_json_length(values.array) / MOMENT_VALUES;
    facts->moments =
        fl_arena_alloc_array(values.arena, facts->moment_count + 1, sizeof *facts->moments);
    if (!facts->moments) return FL_ENOMEM;
    for (uint32_t i = 0; i < facts->moment_count && !values.err; i++) {
        facts->moments[i].alive = (uint64_t)take_int(&values);
        facts->moments[i].dead = (uint64_t)take_int(&values);
        facts->moments[i].aside = (uint64_t)take_int(&values);
        facts->moments[i].aside_dead = (uint64_t)take_int(&values);
        facts->moments[i].memory = (uint64_t)take_int(&values);
        facts->moments[i].changes = (uint32_t)take_int(&values);
    }
    return values.err;
}

static enum fl_error read_changes(struct values values, struct run_facts *facts)
{
    facts->key_change_count = fl_json_length(values.array) / CHANGE_VALUES;
    facts->key_changes =
        fl_arena_alloc_array(values.arena, facts->key_change_count + 1, sizeof *facts->key_changes);
    if (!facts->key_changes) return FL_ENOMEM;
    for (uint32_t i = 0; i < facts->key_change_count && !values.err; i++) {
        facts->key_changes[i].key = (uint64_t)take_int(&values);
        facts->key_changes[i].value = (uint64_t)take_int(&values);
    }
    return values.err;
}

static enum fl_error read_keys(struct values values, uint64_t **ret_keys, uint32_t *ret_count)
{
    uint32_t count = fl_json_length(values.array);
    *ret_keys = fl_arena_alloc_array(values.arena, count + 1, sizeof(uint64_t));
    if (!*ret_keys) return FL_ENOMEM;
    for (uint32_t i = 0; i < count && !values.err; i++)
        (*ret_keys)[i] = (uint64_t)take_int(&values);
    *ret_count = count;
    return values.err;
}

/* Each number is one of a moment that there is. */
static bool are_moments(const struct run_facts *facts)
{
    if (facts->woke > facts->moment_count) return false;
    for (uint32_t i = 0; i < facts->moment_count; i++)
        if (facts->moments[i].changes > facts->key_change_count) return false;
    for (uint32_t i = 0; i < facts->effect_count; i++)
        if (facts->effects[i].before > facts->moment_count ||
            facts->effects[i].after > facts->moment_count)
            return false;
    return true;
}

static enum fl_error read_worlds(struct fl_json_at at, struct values values,
                                 struct run_facts *facts)
{
    enum fl_error err = FL_OK;
    int64_t struck_moment, woke;
    values.array = fl_json_member(at, "moments");
    if (fl_json_exists(values.array)) err = read_moments(values, facts);
    if (fl_json_int64(fl_json_member(at, "struck_moment"), &struck_moment))
        facts->struck_moment = (uint32_t)struck_moment;
    values.array = fl_json_member(at, "key_changes");
    if (!err && fl_json_exists(values.array)) err = read_changes(values, facts);
    values.array = fl_json_member(at, "overwritten");
    if (!err && fl_json_exists(values.array))
        err = read_keys(values, &facts->overwritten, &facts->overwritten_count);
    values.array = fl_json_member(at, "overwritten_by_wake");
    if (!err && fl_json_exists(values.array))
        err = read_keys(values, &facts->overwritten_by_wake, &facts->overwritten_by_wake_count);
    if (fl_json_int64(fl_json_member(at, "woke"), &woke)) facts->woke = (uint32_t)woke;
    return err || are_moments(facts) ? err : FL_EPARSE;
}

/* Untouched where there is none. */
static enum fl_error read_text(struct fl_json_at at, struct fl_arena *arena,
                               struct fl_span *ret_text)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    if (!fl_json_exists(at)) return FL_OK;
    enum fl_error err = fl_json_string(at, &text);
    const char *copy = err ? NULL : fl_arena_copy(arena, fl_buf_span(&text));
    if (!err && !copy) err = FL_ENOMEM;
    if (!err) *ret_text = fl_span_from(copy);
    fl_buf_release(&text);
    return err;
}

enum fl_error run_facts_read(struct fl_json_at at, struct fl_arena *arena,
                             const struct run_facts **ret_facts)
{
    int64_t struck_after, strikes = 0, end = 0;
    struct run_facts *facts = fl_arena_alloc(arena, sizeof *facts);
    if (!facts) return FL_ENOMEM;
    facts->drained = fl_json_type(fl_json_member(at, "drained")) == FL_JSON_TRUE;
    fl_json_int64(fl_json_member(at, "end"), &end);
    facts->end = (uint64_t)end;
    facts->same = fl_json_type(fl_json_member(at, "same")) == FL_JSON_TRUE;
    facts->asked_time = fl_json_type(fl_json_member(at, "asked_time")) == FL_JSON_TRUE;
    facts->struck = fl_json_type(fl_json_member(at, "struck")) == FL_JSON_TRUE;
    if (!fl_json_int64(fl_json_member(at, "struck_after"), &struck_after) || struck_after < 0)
        return FL_EPARSE;
    facts->struck_after = (uint32_t)struck_after;
    fl_json_int64(fl_json_member(at, "strikes"), &strikes);
    facts->strikes = (uint32_t)strikes;
    enum fl_error err = read_text(fl_json_member(at, "failed_at"), arena, &facts->failed_at);
    if (!err) err = read_text(fl_json_member(at, "statics"), arena, &facts->statics);
    struct values values = {.array = fl_json_member(at, "effects"), .arena = arena};
    if (!err) err = read_effects(values, facts);
    values.array = fl_json_member(at, "struck_at");
    if (!err && fl_json_exists(values.array)) err = read_strikes(values, facts);
    values.array = fl_json_member(at, "receipts");
    if (!err) err = read_receipts(values, facts);
    values.array = fl_json_member(at, "jobs");
    if (!err) err = read_jobs(values, facts);
    values.array = fl_json_member(at, "guards");
    if (!err && fl_json_exists(values.array)) err = read_guards(values, facts);
    if (!err) err = read_worlds(at, values, facts);
    if (err == FL_EINVAL) err = FL_EPARSE; /* a value that is no string */
    if (!err) *ret_facts = facts;
    return err;
}
