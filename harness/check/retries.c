/* harness/check/retries.c - is a failed job stored for the time that Sidekiq's formula allows, and
 * does its count grow by one each time?
 *
 * The formula is written down here once more: the queue's own would agree with itself. What is
 * drawn is not known, so the time is judged by its range: from the end of the run, by the clock of
 * its process, to the moment at which the entry was stored. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/check/ledger.h"

enum { COUNT_MAX = 100, SLACK_US = 1000 }; /* a larger count is a payload's own, and not judged */

static int64_t base_s(int64_t count)
{
    return count * count * count * count + 15;
}

static int64_t jitter_max_s(int64_t count, bool uniform)
{
    return uniform ? 10 * (count + 1) - 1 : 9 * (count + 1);
}

/* What stands behind `mark`; -1: none, or no small number. */
static int64_t count_in(struct fl_span payload, struct fl_span mark)
{
    const char *end = payload.bytes + payload.length;
    const char *at = memmem(payload.bytes, payload.length, mark.bytes, mark.length);
    if (!at) return -1;
    at += mark.length;
    struct fl_span rest = {at, (size_t)(end - at)};
    if (memmem(rest.bytes, rest.length, mark.bytes, mark.length)) return -1; /* in an argument? */
    int64_t count = 0;
    size_t digits = 0;
    while (digits < rest.length && rest.bytes[digits] >= '0' && rest.bytes[digits] <= '9')
        if (digits++ < 4) count = 10 * count + (rest.bytes[digits - 1] - '0');
    return digits && digits < 4 ? count : -1;
}

/* The newest one of the process: its end is the earliest moment from which the wait can count. */
static const struct ledger_delivery *failed_of(const struct ledger_job *job, const char *process)
{
    for (uint32_t i = job->delivery_count; i > 0; i--)
        if (strcmp(job->deliveries[i - 1].process, process) == 0) return &job->deliveries[i - 1];
    return NULL;
}

static void judge_count(struct ledger *ledger, struct ledger_job *job, int64_t count)
{
    bool follows = job->retry_count < 0 || count == job->retry_count + 1;
    bool repeats = ledger->faults && fault_set_permits_copies(ledger->faults);
    if (follows || (repeats && count <= job->retry_count)) return;
    ledger_violate(ledger, "%s was stored for a retry with retry_count %" PRId64 " after %" PRId64,
                   job->name, count, job->retry_count);
}

static void judge_time(struct ledger *ledger, const struct ledger_job *job, int64_t count,
                       double score, const struct ledger_delivery *delivery)
{
    const struct ledger_actor *actor = ledger->actor;
    int64_t since_us = delivery->run_ended ? delivery->ended_us : delivery->at_us;
    int64_t first_us = actor->wall_us - (ledger->now_us - since_us);
    int64_t at_us = fl_seconds_us(score), least_us = base_s(count) * FL_SECOND_US;
    int64_t most_us = least_us + jitter_max_s(count, actor->jitter_uniform) * FL_SECOND_US;
    if (at_us >= first_us + least_us - SLACK_US && at_us <= actor->wall_us + most_us + SLACK_US)
        return;
    ledger_violate(ledger,
                   "%s was stored for a retry in %" PRId64 " s after failure %" PRId64
                   ", and the formula allows %" PRId64 " s to %" PRId64 " s",
                   job->name, (at_us - actor->wall_us) / FL_SECOND_US, count + 1,
                   least_us / FL_SECOND_US, most_us / FL_SECOND_US);
}

void ledger_judge_retry(struct ledger *ledger, struct ledger_job *job, struct fl_span payload,
                        double score, const char *session)
{
    int64_t count = count_in(payload, FL_SPAN("\"retry_count\":"));
    int64_t over_limit = count_in(payload, FL_SPAN("\"overrated\":"));
    const struct ledger_delivery *delivery = failed_of(job, session);
    bool was_over_limit = over_limit > job->over_limit;
    if (was_over_limit) job->over_limit = over_limit;
    if (was_over_limit) return; /* stored for later without having failed: another formula */
    if (!delivery || count < 0 || count > COUNT_MAX) {
        job->retry_count = -1;
        return;
    }
    judge_count(ledger, job, count);
    bool judged = ledger->actor && ledger->actor->keeps_time && !job->own_waits;
    if (judged) judge_time(ledger, job, count, score, delivery);
    job->retry_count = count;
}
