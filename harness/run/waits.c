/* harness/run/waits.c - what the task of a stuck job waits for, and who has it. */
#include <string.h>

#include "harness/run/stage.h"

enum { HOLDERS_SHOWN = 4 };

/* --- the database --- */

static const char *name_of(const struct node *node, const struct sim_fiber *fiber)
{
    for (uint32_t i = 0; i < node->effects.fiber_count; i++)
        if (node->effects.fibers[i].fiber == fiber) return node->effects.fibers[i].context->name;
    return "?";
}

struct holders {
    const struct sim_fiber *but; /* NULL: none */
    bool in_transaction;         /* only those */
    uint32_t count;
    enum fl_error err;
    struct fl_buf *out;
};

static void say_holders(struct holders *holders, const struct node *node)
{
    const struct effect_process *effects = &node->effects;
    for (uint32_t i = 0; node->alive && i < effects->lent_count && !holders->err; i++) {
        const struct effect_lent *lent = &effects->lent[i];
        bool asked = lent->thing && lent->loan == EFFECT_LOAN_CONNECTION &&
                     lent->fiber != holders->but &&
                     (lent->in_transaction || !holders->in_transaction);
        if (!asked || holders->count++ >= HOLDERS_SHOWN) continue;
        holders->err = fl_buf_printf(holders->out, "%s%s (%s%s)", holders->count > 1 ? ", " : "",
                                     name_of(node, lent->fiber), node->name,
                                     sim_process_paused(node->process) ? ", paused" : "");
    }
}

/* Connections are a process's own; a transaction is in the way of all processes. */
static enum fl_error say_database(struct run *run, const struct node *node,
                                  const struct effect_fiber *worker, struct fl_buf *out)
{
    const char *waits_for = sim_fiber_waiting_for(worker->fiber);
    const struct effect_last *last = &worker->context->last;
    bool pool = waits_for && strcmp(waits_for, "database") == 0;
    bool lock = !pool && last->is_open && strncmp(last->label->text, "db ", 3) == 0;
    struct holders holders = {
        .but = lock ? worker->fiber : NULL, .in_transaction = lock, .out = out};
    if (!pool && !lock) return FL_OK;
    if (pool)
        holders.err = fl_buf_printf(out, "; the connections of %s are held by ", node->name);
    else
        holders.err = fl_buf_append_text(out, "; a transaction is held open by ");
    if (pool) say_holders(&holders, node);
    for (uint32_t i = 0; lock && i < run->node_count; i++)
        say_holders(&holders, &run->nodes[i]);
    if (!holders.err && !holders.count) holders.err = fl_buf_append_text(out, "nobody");
    return holders.err;
}

/* --- keys --- */

static struct fl_span first_word(const struct effect_last *last)
{
    const char *blank = memchr(last->detail, ' ', last->detail_length);
    return (struct fl_span){last->detail,
                            blank ? (size_t)(blank - last->detail) : last->detail_length};
}

static enum fl_error say_value(struct run *run, struct fl_span value, struct fl_buf *out)
{
    const struct ledger_job *job = ledger_find(run->ledger, value);
    enum fl_error err = trace_rename(run_naming(run), value, out);
    return err || !job ? err : fl_buf_printf(out, " (%s)", ledger_state_text(job->state));
}

enum fl_error run_say_key(struct run *run, const struct fake_redis_key *key, struct fl_buf *out)
{
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element value;
    enum fl_error err = fl_buf_append_span(out, fake_redis_key_name(key));
    if (err || fake_redis_key_type(key) != FAKE_REDIS_STRING) return err;
    if (!fake_redis_next(key, &cursor, &value)) return FL_OK;
    err = fl_buf_append_text(out, " holds ");
    return err ? err : say_value(run, value.member, out);
}

/* A string that the last command asked for: a lock, as like as not. */
static enum fl_error say_asked(struct run *run, const struct effect_last *last, struct fl_buf *out)
{
    struct fl_span name = first_word(last);
    if (strncmp(last->label->text, "redis ", 6) != 0 || !name.length) return FL_OK;
    const struct fake_redis_key *key = fake_redis_find(run->house->engine, 0, name);
    if (!key || fake_redis_key_type(key) != FAKE_REDIS_STRING) return FL_OK;
    int64_t dies_us = fake_redis_key_expires_us(key);
    enum fl_error err = fl_buf_append_text(out, "; ");
    if (!err) err = run_say_key(run, key, out);
    if (!err && dies_us == FL_NEVER_US) err = fl_buf_append_text(out, ", and nothing ends it");
    if (err || dies_us == FL_NEVER_US) return err;
    err = fl_buf_append_text(out, ", until +");
    return err ? err : fl_duration_format(out, dies_us - run->start_wall_us);
}

enum fl_error run_say_wait(struct run *run, const struct node *node,
                           const struct effect_fiber *worker, struct fl_buf *out)
{
    const struct effect_last *last = &worker->context->last;
    const char *waits_for = sim_fiber_waiting_for(worker->fiber);
    enum fl_error err = fl_buf_printf(out, ", whose %s waits for %s", sim_fiber_role(worker->fiber),
                                      waits_for ? waits_for : "nothing");
    if (err || !last->label) return err;
    struct fl_span detail = {last->detail, last->detail_length};
    err = fl_buf_printf(out, ", %s %s%s", last->is_open ? "in" : "after", last->label->text,
                        detail.length ? " " : "");
    if (!err) err = trace_rename(run_naming(run), detail, out);
    if (!err) err = say_database(run, node, worker, out);
    return err ? err : say_asked(run, last, out);
}
