/* harness/check/account.h - the account of a run's jobs: how many were pushed, and what became of
 * them all.
 *
 * Ends add up to what was pushed. The rest are facts beside the ends; a job may be in several. */
#ifndef HARNESS_CHECK_ACCOUNT_H
#define HARNESS_CHECK_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "harness/check/ledger.h"
#include "harness/scenario/plan.h"

struct account_line {
    uint64_t count;
    const char *first; /* a job's name, borrowed from the ledger; NULL: none */
};

struct account {
    struct account_line lines[PLAN_ACCOUNTS];
};

struct account account_of(const struct ledger *ledger);
/* Of one job: is it in that line? */
bool account_has(const struct ledger_job *job, enum plan_account line);
/* Its client cannot know whether it was stored, and nothing that came later tells: it has never
 * stood in Redis, and no other push of it was answered. */
bool account_is_undecided(const struct ledger_job *job);
/* "10 pushed: 9 done, 1 lost (note-3); 1 recovered (note-4)". */
void account_describe(const struct account *account, struct fl_buf *out);
/* There is more to tell than that jobs were pushed and have ended. */
bool account_is_notable(const struct account *account);

#endif
