/* harness/check/tenure.c - whose a delivery's job is, and what its handler still does once the job
 * has been taken from it.
 *
 * Two owners at a time are legal where a handler bears it: a stale effect is counted, and no
 * violation by itself. It counts from the moment at which the new owner has changed something in
 * the same store: before that no store could have known of him, and none could have refused. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "harness/check/ledger.h"
#include "queue/keys.h"

/* "queue:fl|p1:100:0123456789ab|default" is a list of p1. */
static bool is_list_of(const struct ledger_key *key, const char *process)
{
    const char *owner = key->name + strlen(FL_KEY_PRIVATE_PREFIX);
    size_t length = strlen(process);
    return strncmp(owner, process, length) == 0 && (owner[length] == ':' || owner[length] == '|');
}

/* Of several that the process holds, the oldest: it is settled first. */
static struct ledger_delivery *held_from(struct ledger_job *job, const struct ledger_key *key)
{
    for (uint32_t i = 0; i < job->delivery_count; i++) {
        struct ledger_delivery *delivery = &job->deliveries[i];
        if (delivery->tenure == LEDGER_HELD && is_list_of(key, delivery->process)) return delivery;
    }
    return NULL;
}

void ledger_leaves_private(struct ledger *ledger, struct ledger_job *job,
                           const struct ledger_key *key, const char *session)
{
    struct ledger_delivery *delivery = held_from(job, key);
    if (!delivery) return;
    bool own = strcmp(delivery->process, session) == 0;
    delivery->tenure = own ? LEDGER_SETTLED : LEDGER_TAKEN;
    ledger->taken += !own;
}

/* The first newer delivery that has changed something in the store; 0: none. */
static uint32_t successor_in(const struct ledger_job *job, uint32_t number, enum ledger_store store)
{
    for (uint32_t i = number; i < job->delivery_count; i++)
        if (job->deliveries[i].changed & store) return i + 1;
    return 0;
}

void ledger_changed(struct ledger *ledger, struct ledger_job *job, const char *process,
                    uint32_t number, enum ledger_store store, const char *what)
{
    if (!ledger->taken) return; /* nobody can be stale: nothing is noted, either */
    struct ledger_delivery *delivery = ledger_numbered(job, process, number);
    if (!delivery || !delivery->run_begun || delivery->run_ended) return;
    delivery->changed |= store;
    uint32_t own = (uint32_t)(delivery - job->deliveries) + 1;
    uint32_t successor = delivery->tenure == LEDGER_TAKEN ? successor_in(job, own, store) : 0;
    if (!successor) return;
    struct ledger_stale *stale = &job->stale;
    if (stale->count++) return;
    stale->delivery = own;
    stale->successor = successor;
    snprintf(stale->first, sizeof stale->first, "%s", what);
}

void ledger_describe_stale(const struct ledger_job *job, struct fl_buf *out)
{
    const struct ledger_stale *stale = &job->stale;
    const struct ledger_delivery *own = &job->deliveries[stale->delivery - 1];
    const struct ledger_delivery *successor = &job->deliveries[stale->successor - 1];
    enum fl_error err = fl_buf_printf(out,
                                      "%s#%" PRIu32 " (%s) still did %s after %s#%" PRIu32
                                      " (%s) had taken over: %" PRIu32 " %s in all",
                                      job->name, stale->delivery, own->process, stale->first,
                                      job->name, stale->successor, successor->process, stale->count,
                                      stale->count == 1 ? "effect" : "effects");
    (void)err; /* a report that does not fit is cut */
}
