/* harness/run/gauges.c - what Redis and the database hold at this moment, measured without changing
 * it: no command is sent, no key dies of being looked at, and the rows are read from a copy of the
 * disk, so that no lock of the run is met and what is not committed does not count. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/run/stage.h"
#include "harness/scenario/printing.h"

enum { LINE_BYTES_MAX = 64 * 1024 };

struct reading { /* of one gauge: a number, or a text */
    int64_t number;
    struct fl_span text;
};

/* --- Redis --- */

static bool is_type(const struct fake_redis_key *key, enum plan_measure measure)
{
    enum fake_redis_type type = fake_redis_key_type(key);
    switch (measure) {
    case PLAN_GAUGE_LLEN: return type == FAKE_REDIS_LIST;
    case PLAN_GAUGE_SCARD:
    case PLAN_GAUGE_SISMEMBER: return type == FAKE_REDIS_SET;
    case PLAN_GAUGE_ZCARD: return type == FAKE_REDIS_ZSET;
    case PLAN_GAUGE_HLEN:
    case PLAN_GAUGE_HGET: return type == FAKE_REDIS_HASH;
    case PLAN_GAUGE_STRLEN:
    case PLAN_GAUGE_GET: return type == FAKE_REDIS_STRING;
    case PLAN_GAUGE_EXISTS:
    case PLAN_GAUGE_TTL: return true;
    case PLAN_GAUGE_ROWS: return false;
    }
    return false;
}

static int64_t left_us(const struct run *run, const struct fake_redis_key *key)
{
    int64_t expires_us = fake_redis_key_expires_us(key);
    if (expires_us == FL_NEVER_US) return FL_NEVER_US;
    int64_t left_us =
        expires_us - wall_clock_shows_us(&run->server.clock, sim_world_now_us(run->world));
    return left_us > 0 ? left_us : 0;
}

static void read_key(const struct run *run, const struct plan_gauge *gauge,
                     const struct fake_redis_key *key, struct reading *reading)
{
    if (!is_type(key, gauge->measure)) return;
    if (gauge->measure == PLAN_GAUGE_EXISTS) {
        reading->number++;
    } else if (gauge->measure == PLAN_GAUGE_TTL) {
        int64_t us = left_us(run, key);
        if (us > reading->number) reading->number = us;
    } else if (gauge->measure == PLAN_GAUGE_SISMEMBER) {
        reading->number += fake_redis_set_has(key, fl_span_from(gauge->field));
    } else if (gauge->measure == PLAN_GAUGE_GET) {
        if (!fake_redis_string(key, &reading->text)) reading->text = (struct fl_span){0};
    } else if (gauge->measure == PLAN_GAUGE_HGET) {
        if (!fake_redis_hash_get(key, fl_span_from(gauge->field), &reading->text))
            reading->text = (struct fl_span){0};
    } else {
        reading->number += (int64_t)fake_redis_length(key);
    }
}

static void read_keys(struct run *run, const struct plan_gauge *gauge, struct reading *reading)
{
    struct fl_span pattern = fl_span_from(gauge->key);
    if (!strpbrk(gauge->key, "*?[\\")) {
        const struct fake_redis_key *key = fake_redis_find(run->house->engine, 0, pattern);
        if (key) read_key(run, gauge, key, reading);
        return;
    }
    size_t count;
    const struct fake_redis_key *const *keys = fake_redis_keys(run->house->engine, 0, &count);
    for (size_t i = 0; i < count; i++)
        if (fl_span_glob(pattern, fake_redis_key_name(keys[i])))
            read_key(run, gauge, keys[i], reading);
}

/* --- the database --- */

static void read_rows(struct run *run, const struct plan_gauge *gauge, struct reading *reading)
{
    struct database copy;
    struct fl_buf message = FL_BUF_INIT(LINE_BYTES_MAX);
    database_rest(&run->database); /* one connection of the harness at a time */
    enum fl_error err = database_open(run->database.disk, run->database.clock, &copy);
    if (!err)
        err = database_count(&copy, gauge->key, gauge->columns, gauge->column_count,
                             &reading->number, &message);
    if (err)
        run_end(run, err == FL_EINVAL ? RUN_BAD_INPUT : RUN_HARNESS_FAULT, gauge->where.line,
                "expected  rows that can be counted\nfound     %s",
                message.length ? message.bytes : fl_error_text(err));
    database_close(&copy);
    fl_buf_release(&message);
}

/* --- one gauge --- */

static bool compares(enum plan_relation relation, int64_t found, int64_t wanted)
{
    switch (relation) {
    case PLAN_RELATION_EQUAL: return found == wanted;
    case PLAN_RELATION_UNEQUAL: return found != wanted;
    case PLAN_RELATION_BELOW: return found < wanted;
    case PLAN_RELATION_AT_MOST: return found <= wanted;
    case PLAN_RELATION_ABOVE: return found > wanted;
    case PLAN_RELATION_AT_LEAST: return found >= wanted;
    case PLAN_RELATION_CONTAINS: break;
    }
    return false;
}

static bool text_holds(const struct plan_gauge *gauge, struct fl_span found)
{
    struct fl_span wanted = fl_span_from(gauge->text);
    if (gauge->relation == PLAN_RELATION_CONTAINS)
        return !wanted.length ||
               (found.length && memmem(found.bytes, found.length, wanted.bytes, wanted.length));
    return fl_span_equal(found, wanted) == (gauge->relation == PLAN_RELATION_EQUAL);
}

static bool is_of_text(const struct plan_gauge *gauge)
{
    return gauge->measure == PLAN_GAUGE_GET || gauge->measure == PLAN_GAUGE_HGET;
}

static void say(struct printing *p, const struct plan_gauge *gauge, const struct reading *reading)
{
    if (is_of_text(gauge))
        print_quoted(p, reading->text);
    else if (gauge->measure != PLAN_GAUGE_TTL)
        print_text(p, "%" PRId64, reading->number);
    else if (reading->number == FL_NEVER_US)
        print_text(p, "for ever");
    else
        print_duration(p, reading->number);
}

bool run_gauge_holds(struct run *run, const struct plan_gauge *gauge, struct fl_buf *found)
{
    struct reading reading = {0};
    if (gauge->measure == PLAN_GAUGE_ROWS)
        read_rows(run, gauge, &reading);
    else
        read_keys(run, gauge, &reading);
    bool holds;
    long long number;
    if (gauge->text)
        holds = text_holds(gauge, reading.text);
    else if (is_of_text(gauge))
        holds = fl_span_int64(reading.text, &number) &&
                compares(gauge->relation, number, gauge->number);
    else
        holds = compares(gauge->relation, reading.number, gauge->number);
    struct printing p = {.out = found};
    if (!holds && found) say(&p, gauge, &reading);
    return holds;
}

static bool holds_now(void *self, const struct plan_gauge *gauge)
{
    sim_steps_touch_unseen(((struct run *)self)->steps, SIM_EVERYTHING, SIM_WRITES);
    return run_gauge_holds(self, gauge, NULL);
}

/* One that has been asked to stop, or to take no more, is on its way. */
static uint32_t down_now(void *self)
{
    const struct run *run = self;
    uint32_t down = 0;
    for (uint32_t i = 0; i < run->node_count; i++) {
        const struct node *node = &run->nodes[i];
        down += !node->alive || node->leaving || sim_process_paused(node->process);
    }
    return down;
}

struct fault_gauges run_fault_gauges(struct run *run)
{
    return (struct fault_gauges){holds_now, down_now, run};
}

/* --- after each effect --- */

/* Rows change by statements alone, and looking at them costs a copy of the disk. */
static bool may_have_changed(const struct plan_gauge *gauge, const struct effect *effect)
{
    const char *label = effect->label->text;
    if (gauge->measure != PLAN_GAUGE_ROWS) return true;
    return strncmp(label, "db ", 3) == 0 && strncmp(label, "db SELECT", 9) != 0;
}

static void judge(struct run *run, const struct plan_expect *expect, const struct effect *effect)
{
    struct fl_buf found = FL_BUF_INIT(LINE_BYTES_MAX), wanted = FL_BUF_INIT(LINE_BYTES_MAX);
    struct printing p = {.out = &wanted};
    if (!run_gauge_holds(run, expect->gauge, &found)) {
        print_gauge(&p, expect->gauge);
        run_end(run, RUN_FAILED, expect->where.line,
                "expected  always %s\nfound     %s after %s.%" PRIu64 " %s",
                wanted.length ? wanted.bytes : "", found.length ? found.bytes : "otherwise",
                effect->context->name, effect->ordinal, effect->label->text);
    }
    fl_buf_release(&found);
    fl_buf_release(&wanted);
}

void run_watch_gauges(struct run *run, const struct effect *effect)
{
    const struct plan *plan = run->plan;
    sim_steps_touch_unseen(run->steps, SIM_EVERYTHING, SIM_WRITES);
    for (uint32_t i = 0; i < plan->expect_count; i++)
        if (plan->expects[i].always && may_have_changed(plan->expects[i].gauge, effect))
            judge(run, &plan->expects[i], effect);
    if (!plan->heal_when || run->heal_held || run->stage != RUN_FAULTY) return;
    if (!may_have_changed(plan->heal_when, effect)) return;
    run->heal_held = run_gauge_holds(run, plan->heal_when, NULL);
    if (run->heal_held) sim_wake_all(run->world, &run->planned);
}
