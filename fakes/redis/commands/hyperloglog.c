/* The commands that count distinct elements: PFADD and its kin. */
#include <stdio.h>

#include "core/assert.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/hll.h"

/* False: an error was written. An absent key is NULL. */
static bool find_hll(struct fake_call *call, struct fl_span name, struct fake_redis_key **ret_key)
{
    if (!fake_call_find(call, name, FAKE_REDIS_STRING, ret_key)) return false;
    if (!*ret_key || fake_hll_is(fake_str_span((*ret_key)->string))) return true;
    fake_reply_error(call->out, "WRONGTYPE Key is not a valid HyperLogLog string value.");
    return false;
}

static bool find_or_create(struct fake_call *call, struct fl_span name,
                           struct fake_redis_key **ret_key, bool *ret_created)
{
    if (!find_hll(call, name, ret_key)) return false;
    *ret_created = !*ret_key;
    if (*ret_key) {
        (*ret_key)->raw = true; /* edited in place from now on */
        return true;
    }
    struct fake_str *hll = fake_hll_new(fake_call_heap(call));
    *ret_key = hll ? fake_key_create(call->db, name, FAKE_REDIS_STRING) : NULL;
    if (!*ret_key) {
        fake_str_free(fake_call_heap(call), hll);
        fake_call_oom(call);
        return false;
    }
    (*ret_key)->string = hll;
    (*ret_key)->raw = true;
    return true;
}

/* False: an error was written, and a key that was just created is gone. */
static bool went_well(struct fake_call *call, enum fake_hll_outcome outcome,
                      struct fake_redis_key *key, bool created)
{
    if (outcome == FAKE_HLL_SAME || outcome == FAKE_HLL_CHANGED) return true;
    if (created) fake_key_delete(call->db, key);
    if (outcome == FAKE_HLL_OOM)
        fake_call_oom(call);
    else
        fake_reply_error(call->out, "INVALIDOBJ Corrupted HLL object detected");
    return false;
}

static void changed(struct fake_call *call, struct fake_redis_key *key)
{
    fake_hll_make_stale(key->string);
    fake_key_touch(call->db, key->name);
    fake_key_notify(call->db, FAKE_NOTIFY_STRING, "pfadd", key->name);
}

void fake_cmd_pfadd(struct fake_call *call)
{
    struct fake_redis_key *key;
    bool created;
    if (!find_or_create(call, call->args[1], &key, &created)) return;
    bool updated = created;
    for (size_t i = 2; i < call->count; i++) {
        enum fake_hll_outcome outcome =
            fake_hll_add(fake_call_heap(call), &key->string, call->args[i]);
        if (!went_well(call, outcome, key, created)) return;
        updated |= outcome == FAKE_HLL_CHANGED;
    }
    if (updated) changed(call, key);
    fake_reply_int(call->out, updated);
}

/* ---- several at once ---- */

/* Registers of their own, all 0; NULL: OOM was answered. */
static uint8_t *new_registers(struct fake_call *call)
{
    uint8_t *registers = fake_alloc_zeroed(fake_call_heap(call), FAKE_HLL_REGISTERS);
    if (!registers) fake_call_oom(call);
    return registers;
}

static void free_registers(struct fake_call *call, uint8_t *registers)
{
    fake_release(fake_call_heap(call), registers, FAKE_HLL_REGISTERS);
}

/* Merges what the arguments from 1 on name; absent keys are empty. False: an error was written. */
static bool merge_all(struct fake_call *call, uint8_t *registers, bool *ret_any_dense)
{
    *ret_any_dense = false;
    for (size_t i = 1; i < call->count; i++) {
        struct fake_redis_key *key;
        if (!find_hll(call, call->args[i], &key)) return false;
        bool merges = call->command->flags & FAKE_CMD_WRITE; /* and reads even its target first */
        if (!key && merges) fake_key_missed(call->db, call->args[i]);
        if (!key) continue;
        struct fl_span hll = fake_str_span(key->string);
        *ret_any_dense |= fake_hll_is_dense(hll);
        if (!fake_hll_merge(hll, registers)) return went_well(call, FAKE_HLL_CORRUPT, key, false);
    }
    return true;
}

static void count_union(struct fake_call *call)
{
    bool any_dense;
    uint8_t *registers = new_registers(call);
    if (registers && merge_all(call, registers, &any_dense))
        fake_reply_int(call->out, (int64_t)fake_hll_estimate(registers));
    free_registers(call, registers);
}

/* The estimate of a single one is kept in it, which is a change of its value. */
static void count_one(struct fake_call *call)
{
    struct fake_redis_key *key;
    uint64_t estimate;
    if (!find_hll(call, call->args[1], &key)) return;
    if (!key) {
        fake_reply_int(call->out, 0);
        return;
    }
    key->raw = true;
    if (!fake_hll_kept(fake_str_span(key->string), &estimate)) {
        uint8_t *registers = new_registers(call);
        if (!registers) return;
        bool whole = fake_hll_merge(fake_str_span(key->string), registers);
        estimate = whole ? fake_hll_estimate(registers) : 0;
        free_registers(call, registers);
        if (!went_well(call, whole ? FAKE_HLL_SAME : FAKE_HLL_CORRUPT, key, false)) return;
        fake_hll_keep(key->string, estimate);
        fake_key_touch(call->db, key->name);
    }
    fake_reply_int(call->out, (int64_t)estimate);
}

void fake_cmd_pfcount(struct fake_call *call)
{
    if (call->count > 2)
        count_union(call);
    else
        count_one(call);
}

static enum fake_hll_outcome raise_all(struct fake_call *call, struct fake_redis_key *key,
                                       const uint8_t *registers)
{
    enum fake_hll_outcome outcome = FAKE_HLL_SAME;
    for (uint32_t i = 0; i < FAKE_HLL_REGISTERS; i++) {
        if (!registers[i]) continue;
        outcome = fake_hll_raise(fake_call_heap(call), &key->string, i, registers[i]);
        if (outcome == FAKE_HLL_CORRUPT || outcome == FAKE_HLL_OOM) return outcome;
    }
    return FAKE_HLL_SAME;
}

void fake_cmd_pfmerge(struct fake_call *call)
{
    struct fake_redis_key *key;
    bool any_dense, created;
    uint8_t *registers = new_registers(call);
    if (registers && merge_all(call, registers, &any_dense) &&
        find_or_create(call, call->args[1], &key, &created)) {
        enum fake_hll_outcome outcome =
            any_dense ? fake_hll_make_dense(fake_call_heap(call), &key->string) : FAKE_HLL_SAME;
        if (outcome == FAKE_HLL_CHANGED || outcome == FAKE_HLL_SAME)
            outcome = raise_all(call, key, registers);
        if (went_well(call, outcome, key, created)) {
            changed(call, key);
            fake_reply_ok(call->out);
        }
    }
    free_registers(call, registers);
}

/* ---- for those who look inside ---- */

static void reply_registers(struct fake_call *call, struct fake_redis_key *key)
{
    uint8_t *registers = new_registers(call);
    if (!registers) return;
    (void)fake_hll_merge(fake_str_span(key->string), registers); /* dense: cannot be corrupt */
    fake_reply_array(call->out, FAKE_HLL_REGISTERS);
    for (uint32_t i = 0; i < FAKE_HLL_REGISTERS; i++)
        fake_reply_int(call->out, registers[i]);
    free_registers(call, registers);
}

static void make_dense(struct fake_call *call, struct fake_redis_key *key,
                       enum fake_hll_outcome *ret_outcome)
{
    key->raw = true;
    *ret_outcome = fake_hll_make_dense(fake_call_heap(call), &key->string);
    if (*ret_outcome == FAKE_HLL_CHANGED) fake_key_touch(call->db, key->name);
}

static void reply_runs(struct fake_call *call, struct fl_span hll)
{
    struct fl_buf text = FL_BUF_INIT(FAKE_HLL_REGISTERS * 16);
    struct fake_hll_run run;
    enum fl_error err = FL_OK;
    size_t place = FAKE_HLL_FIRST_RUN;
    for (; !err && fake_hll_run_at(hll, place, &run); place += run.bytes) {
        const char *blank = place == FAKE_HLL_FIRST_RUN ? "" : " ";
        if (run.value)
            err =
                fl_buf_printf(&text, "%sv:%u,%u", blank, (unsigned)run.value, (unsigned)run.count);
        else
            err = fl_buf_printf(&text, "%s%c:%u", blank, run.bytes == 1 ? 'z' : 'Z',
                                (unsigned)run.count);
    }
    if (err)
        fake_call_oom(call);
    else
        fake_reply_bulk(call->out, fl_buf_span(&text));
    fl_buf_release(&text);
}

void fake_cmd_pfdebug(struct fake_call *call)
{
    struct fake_redis_key *key;
    enum fake_hll_outcome outcome;
    struct fl_span subcommand = call->args[1];
    if (!find_hll(call, call->args[2], &key)) return;
    if (!key) {
        fake_reply_error(call->out, "ERR The specified key does not exist");
        return;
    }
    struct fl_span hll = fake_str_span(key->string);
    if (fake_arg_is(subcommand, "getreg")) {
        make_dense(call, key, &outcome);
        if (went_well(call, outcome, key, false)) reply_registers(call, key);
    } else if (fake_arg_is(subcommand, "todense")) {
        make_dense(call, key, &outcome);
        if (went_well(call, outcome, key, false))
            fake_reply_int(call->out, outcome == FAKE_HLL_CHANGED);
    } else if (fake_arg_is(subcommand, "encoding")) {
        fake_reply_status(call->out, fake_hll_is_dense(hll) ? "dense" : "sparse");
    } else if (!fake_arg_is(subcommand, "decode")) {
        fake_reply_errorf(call->out, "ERR Unknown PFDEBUG subcommand '%.*s'",
                          FL_SPAN_ARGS(subcommand));
    } else if (fake_hll_is_dense(hll)) {
        fake_reply_error(call->out, "ERR HLL encoding is not sparse");
    } else {
        reply_runs(call, hll);
    }
}

/* Redis counts a few hundred thousand elements here; our tests do that. */
void fake_cmd_pfselftest(struct fake_call *call)
{
    fake_reply_ok(call->out);
}
