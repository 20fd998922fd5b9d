/* harness/run/left.c - what the first fault of a run has left behind.
 *
 * Once nobody works on a job any more, what is still to come depends on what Redis, the database
 * and the outside hold: what a run has left is a digest of these, taken when it first comes to
 * rest. Times are left out, since they differ between any two runs: those in payloads, scores of
 * what waits, lifetimes. What the run does from there is digested too: where something else lived
 * on in a process, it does something else. */
#include <string.h>

#include "core/json.h"
#include "harness/run/stage.h"
#include "harness/trace/digest.h"
#include "queue/keys.h"

/* --- at rest --- */

/* A process has a job in hand though no task works on it: one that it fetched ahead, or whose
 * acknowledgement is on its way. */
static bool holds_a_job(const struct run *run, struct fl_span key)
{
    struct fl_span prefix = FL_SPAN(FL_KEY_PRIVATE_PREFIX);
    if (!fl_span_starts(key, prefix)) return false;
    struct fl_span owner = {key.bytes + prefix.length, key.length - prefix.length};
    for (uint32_t i = 0; i < run->node_count; i++) {
        const struct node *node = &run->nodes[i];
        if (node->alive && fl_span_starts(owner, fl_span_from(fl_process_identity(node->program))))
            return true;
    }
    return false;
}

static bool somebody_is_at_it(const struct run *run)
{
    if (run->ledger->working || run->web_pushing || !run->web_done) return true;
    for (uint32_t i = 0; i < run->node_count; i++) {
        const struct node *node = &run->nodes[i];
        if (!node->alive) continue;
        if (!node->program || node->oom_armed || node->effects.passing ||
            sim_process_paused(node->process))
            return true;
    }
    return false;
}

/* --- the digest --- */

/* They say when, not what. */
static bool is_time(struct fl_span key)
{
    static const char *const names[] = {"created_at", "enqueued_at", "failed_at", "retried_at",
                                        "at"};
    for (size_t i = 0; i < FL_COUNT(names); i++)
        if (fl_span_is(key, names[i])) return true;
    return false;
}

static uint64_t add_payload(uint64_t digest, struct fl_span bytes)
{
    struct fl_json json;
    if (fl_json_parse(bytes, &json, NULL)) return digest_span(digest, bytes);
    struct fl_json_at root = fl_json_root(&json);
    if (fl_json_type(root) != FL_JSON_OBJECT) digest = digest_span(digest, bytes);
    for (uint32_t i = 0; fl_json_type(root) == FL_JSON_OBJECT && i < fl_json_length(root); i++) {
        struct fl_span key;
        struct fl_json_at value = fl_json_pair(root, i, &key);
        if (is_time(key)) continue;
        digest = digest_span(digest, key);
        digest = digest_span(digest, fl_json_raw(value));
    }
    fl_json_release(&json);
    return digest;
}

/* What processes say of themselves, and counts that are written with the next heartbeat. */
static bool is_housekeeping(const struct run *run, struct fl_span key)
{
    static const char *const prefixes[] = {"stat:", FL_KEY_PROCESSES, FL_KEY_FETCHERS,
                                           FL_KEY_PROCESS_CLEANUP};
    for (size_t i = 0; i < FL_COUNT(prefixes); i++)
        if (fl_span_starts(key, fl_span_from(prefixes[i]))) return true;
    return run_is_of_a_process(run, key);
}

static uint64_t add_key(uint64_t digest, const struct fake_redis_key *key)
{
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    digest = digest_span(digest, fake_redis_key_name(key));
    digest = digest_word(digest, (uint64_t)fake_redis_key_type(key));
    while (fake_redis_next(key, &cursor, &element)) {
        digest = add_payload(digest, element.member);
        digest = digest_span(digest, element.value);
    }
    return digest;
}

static uint64_t add_queue(uint64_t digest, const struct run *run)
{
    size_t count;
    const struct fake_redis_key *const *keys = fake_redis_keys(run->house->engine, 0, &count);
    uint64_t sum = 0; /* of keys in any order */
    for (size_t i = 0; i < count; i++) {
        struct fl_span name = fake_redis_key_name(keys[i]);
        if (run_is_queue_key(run, name) && !is_housekeeping(run, name)) sum += add_key(0, keys[i]);
    }
    return digest_word(digest, sum);
}

static uint64_t add_processes(uint64_t digest, const struct run *run)
{
    for (uint32_t i = 0; i < run->node_count; i++) {
        const struct node *node = &run->nodes[i];
        digest = digest_word(digest, node->alive);
        digest = digest_word(digest, node->restart_us != FL_NEVER_US);
        digest = digest_word(digest, node->kill_us != FL_NEVER_US);
    }
    return digest;
}

void run_note_left(struct run *run)
{
    struct run_facts *facts = &run->result->facts;
    struct state state = {0};
    struct fl_buf text = FL_BUF_INIT(HOUSE_STATE_BYTES_MAX);
    size_t count;
    if (!(run->order->wants & RUN_WANTS_LEFT) || !facts->struck || facts->rested) return;
    if (somebody_is_at_it(run)) return;
    const struct fake_redis_key *const *keys = fake_redis_keys(run->house->engine, 0, &count);
    for (size_t i = 0; i < count; i++)
        if (holds_a_job(run, fake_redis_key_name(keys[i]))) return;
    enum fl_error err = run_collect_state(run, &state);
    if (!err) err = state_format(&state, &run->house->reference.volatiles, &text);
    if (!err) {
        uint64_t digest = digest_span(facts->outside, fl_buf_span(&text));
        facts->left = add_processes(add_queue(digest, run), run);
        facts->rested = true;
        facts->rested_after = facts->effect_count;
    }
    state_release(&state);
    fl_buf_release(&text);
}

void run_note_left_effect(struct run *run, const struct effect *effect,
                          const struct effect_outcome *outcome)
{
    struct run_facts *facts = &run->result->facts;
    const char *label = effect->label->text;
    if (facts->rested) {
        uint64_t digest = digest_span(outcome->applied, fl_span_from(effect->context->name));
        facts->left += digest_span(digest, fl_span_from(label)); /* tasks take turns in any order */
    } else if (strncmp(label, "redis ", 6) != 0 && strncmp(label, "db ", 3) != 0) {
        facts->outside = digest_span(facts->outside, fl_span_from(label));
        facts->outside = digest_word(facts->outside, outcome->request);
    }
}
