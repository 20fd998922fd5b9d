/* harness/run/fencing.c - what a handler changes is told to the ledger, which knows whether its job
 * is still its own. */
#include <stdio.h>
#include <string.h>

#include "harness/run/stage.h"

enum { WHAT_BYTES = 256, STALE_SHOWN = 4 };

static void tell(struct node *node, enum ledger_store store, const char *what)
{
    struct ledger *ledger = node->run->ledger;
    const struct effect_fiber *fiber = effect_current_fiber(&node->effects);
    struct ledger_job *job = ledger_find(ledger, fl_span_from(fiber->jid));
    if (job) ledger_changed(ledger, job, node->name, fiber->context->delivery, store, what);
}

void run_tell_write(struct node *node, const struct fake_redis_event *event)
{
    char what[WHAT_BYTES];
    bool named = event->count > 1;
    snprintf(what, sizeof what, "redis %.*s%s%.*s", FL_SPAN_ARGS(event->args[0]), named ? " " : "",
             named ? (int)event->args[1].length : 0, named ? event->args[1].bytes : "");
    tell(node, LEDGER_REDIS, what);
}

void run_tell_change(struct run *run, const struct effect *effect)
{
    struct node *node = run_node(run, effect->context->process);
    bool database = strncmp(effect->label->text, "db ", 3) == 0;
    char what[WHAT_BYTES];
    if (!node || !run->ledger->taken) return;
    int detail = database ? 0 : (int)effect->detail_length; /* a statement names its table */
    snprintf(what, sizeof what, "%s%s%.*s", effect->label->text, detail ? " " : "", detail,
             effect->detail);
    tell(node, database ? LEDGER_DATABASE : LEDGER_OUTSIDE, what);
}

void run_say_stale(const struct run *run, struct fl_buf *out)
{
    uint32_t shown = 0;
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < run->ledger->count && shown < STALE_SHOWN && !err; i++) {
        const struct ledger_job *job = run->ledger->all[i];
        if (!job->stale.count) continue;
        if (shown++) err = fl_buf_append_text(out, "\n          ");
        if (!err) ledger_describe_stale(job, out);
    }
    (void)err; /* a report that does not fit is cut */
}
