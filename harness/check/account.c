#include "harness/check/account.h"

#include <inttypes.h>

#include "core/assert.h"
#include "harness/scenario/words.h"

/* It has stood in Redis, or its client was told that it does. */
static bool was_taken(const struct ledger_job *job)
{
    return job->accepted || job->push == LEDGER_PUSH_ANSWERED;
}

static bool ended(const struct ledger_job *job, enum plan_job_state state)
{
    return job->accepted && job->ended && job->state == state;
}

static bool is_lost(const struct ledger_job *job)
{
    return ended(job, PLAN_STATE_LOST) || (!job->accepted && job->push == LEDGER_PUSH_ANSWERED);
}

/* Its work was done to the end, and then once more. */
static bool is_duplicated(const struct ledger_job *job)
{
    uint32_t well = 0;
    for (uint32_t i = 0; i < job->delivery_count; i++)
        well += job->deliveries[i].run_ended && job->deliveries[i].outcome == FL_DONE;
    return well > 1;
}

/* It outlived a process that had it in hand, or stood still with it. */
static bool is_recovered(const struct ledger_job *job)
{
    for (uint32_t i = 0; i + 1 < job->delivery_count; i++)
        if (job->deliveries[i].tenure == LEDGER_ABANDONED ||
            job->deliveries[i].tenure == LEDGER_TAKEN)
            return job->ended && job->state != PLAN_STATE_LOST;
    return false;
}

bool account_has(const struct ledger_job *job, enum plan_account line)
{
    switch (line) {
    case PLAN_ACCOUNT_PUSHED: return true;
    case PLAN_ACCOUNT_DONE: return ended(job, PLAN_STATE_DONE);
    case PLAN_ACCOUNT_DISCARDED: return ended(job, PLAN_STATE_DISCARDED);
    case PLAN_ACCOUNT_DEAD: return ended(job, PLAN_STATE_DEAD);
    case PLAN_ACCOUNT_DROPPED: return ended(job, PLAN_STATE_DROPPED);
    case PLAN_ACCOUNT_LOST: return is_lost(job);
    case PLAN_ACCOUNT_OPEN: return job->accepted && !job->ended;
    case PLAN_ACCOUNT_UNPUSHED: return !was_taken(job);
    case PLAN_ACCOUNT_DUPLICATED: return is_duplicated(job);
    case PLAN_ACCOUNT_RECOVERED: return is_recovered(job);
    case PLAN_ACCOUNT_UNEXPECTED: return job->unexpected;
    case PLAN_ACCOUNT_INDETERMINATE: return job->push == LEDGER_PUSH_UNHEARD;
    case PLAN_ACCOUNT_STALE: return job->stale.count > 0;
    }
    fl_panic("an account without a line %d", (int)line);
}

bool account_is_undecided(const struct ledger_job *job)
{
    return job->push == LEDGER_PUSH_UNHEARD && !job->accepted;
}

struct account account_of(const struct ledger *ledger)
{
    struct account account = {0};
    for (uint32_t i = 0; i < ledger->count; i++)
        for (int line = 0; line < PLAN_ACCOUNTS; line++) {
            struct account_line *counted = &account.lines[line];
            if (!account_has(ledger->all[i], (enum plan_account)line)) continue;
            if (!counted->count++) counted->first = ledger->all[i]->name;
        }
    return account;
}

bool account_is_notable(const struct account *account)
{
    for (int line = PLAN_ACCOUNT_LOST; line < PLAN_ACCOUNTS; line++)
        if (account->lines[line].count) return true;
    return false;
}

static enum fl_error say(const struct account *account, int line, const char *before,
                         struct fl_buf *out)
{
    const struct account_line *counted = &account->lines[line];
    enum fl_error err = fl_buf_printf(out, "%s%" PRIu64 " %s", before, counted->count,
                                      words_text(&words_accounts, line));
    if (err || line < PLAN_ACCOUNT_LOST) return err;
    return fl_buf_printf(out, " (%s%s)", counted->first, counted->count > 1 ? ", ..." : "");
}

void account_describe(const struct account *account, struct fl_buf *out)
{
    enum fl_error err = say(account, PLAN_ACCOUNT_PUSHED, "", out);
    const char *before = ": ";
    for (int line = PLAN_ACCOUNT_DONE; line < PLAN_ACCOUNTS && !err; line++) {
        if (line == PLAN_ACCOUNT_DUPLICATED) before = "; ";
        if (!account->lines[line].count) continue;
        err = say(account, line, before, out);
        before = ", ";
    }
    (void)err; /* a report that does not fit is cut */
}
