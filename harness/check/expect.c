/* harness/check/expect.c - one function a kind of expectation.
 *
 * What a report cannot hold any more is cut: appends to `found` are not checked one by one. */
#include "harness/check/expect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/check/account.h"

enum { PHRASE_BYTES = 512, NEVER_RUN = 0, NAMES_SHOWN = 8 };

static void say(struct fl_buf *found, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct fl_buf *found, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    enum fl_error err = fl_buf_vprintf(found, format, args);
    va_end(args);
    (void)err;
}

static void say_duration(struct fl_buf *found, int64_t us)
{
    if (us < 0) say(found, "-");
    if (fl_duration_format(found, us < 0 ? -us : us)) say(found, "?");
}

static bool compares(enum plan_compare compare, int64_t found, int64_t want)
{
    switch (compare) {
    case PLAN_EXACTLY: return found == want;
    case PLAN_AT_MOST: return found <= want;
    case PLAN_AT_LEAST: return found >= want;
    }
    return false;
}

/* The next job of that name or glob from *cursor on; NULL: no more. */
static const struct ledger_job *next_job(const struct ledger *ledger, const char *glob,
                                         uint32_t *cursor)
{
    while (*cursor < ledger->count) {
        const struct ledger_job *job = ledger->all[(*cursor)++];
        if (fl_span_glob(fl_span_from(glob), fl_span_from(job->name))) return job;
    }
    return NULL;
}

static bool no_such_job(const char *glob, struct fl_buf *found)
{
    say(found, "no job %s was ever pushed", glob);
    return false;
}

static bool holds_state(const struct expect_sources *s, const struct plan_expect *expect,
                        struct fl_buf *found)
{
    uint32_t cursor = 0, seen = 0;
    const struct ledger_job *job;
    while ((job = next_job(s->ledger, expect->job, &cursor))) {
        seen++;
        if (job->accepted && job->state == expect->state) continue;
        say(found, "%s: ", job->name);
        ledger_describe(job, found);
        say(found, " (%" PRIu32 " deliveries, %" PRIu32 " runs)", job->delivery_count, job->runs);
        return false;
    }
    return seen ? true : no_such_job(expect->job, found);
}

static bool holds_number(const struct expect_sources *s, const struct plan_expect *expect,
                         struct fl_buf *found)
{
    uint32_t cursor = 0, seen = 0;
    const struct ledger_job *job;
    while ((job = next_job(s->ledger, expect->job, &cursor))) {
        bool runs = expect->kind == PLAN_EXPECT_RUNS;
        int64_t number = runs ? job->runs : job->delivery_count;
        seen++;
        if (compares(expect->compare, number, expect->number)) continue;
        say(found, "%" PRId64 " %s of %s", number, runs ? "runs" : "deliveries", job->name);
        return false;
    }
    return seen ? true : no_such_job(expect->job, found);
}

static bool holds_jobs(const struct expect_sources *s, const struct plan_expect *expect,
                       struct fl_buf *found)
{
    uint32_t cursor = 0, shown = 0;
    int64_t jobs = 0;
    const struct ledger_job *job;
    while ((job = next_job(s->ledger, expect->job, &cursor)))
        jobs += job->accepted;
    if (compares(expect->compare, jobs, expect->number)) return true;
    say(found, "%" PRId64 " jobs", jobs);
    for (cursor = 0; shown < NAMES_SHOWN && (job = next_job(s->ledger, expect->job, &cursor));)
        if (job->accepted) say(found, "%s%s", shown++ ? ", " : ": ", job->name);
    return false;
}

/* The nth run from 1; NULL: there were fewer. */
static const struct ledger_delivery *run(const struct ledger_job *job, uint32_t nth)
{
    for (uint32_t i = 0; i < job->delivery_count; i++)
        if (job->deliveries[i].run_begun && --nth == 0) return &job->deliveries[i];
    return NULL;
}

static bool within(int64_t us, const struct plan_expect *expect)
{
    return us >= expect->low_us && us <= expect->high_us;
}

static bool holds_gap(const struct expect_sources *s, const struct plan_expect *expect,
                      struct fl_buf *found)
{
    uint32_t cursor = 0, seen = 0;
    const struct ledger_job *job;
    while ((job = next_job(s->ledger, expect->job, &cursor))) {
        const struct ledger_delivery *from = run(job, expect->gap_from);
        const struct ledger_delivery *to = run(job, expect->gap_to);
        seen++;
        if (!from || !to || !from->run_ended) {
            say(found, "%s has %" PRIu32 " runs%s", job->name, job->runs,
                from && !from->run_ended ? ", and that one never ended" : "");
            return false;
        }
        if (within(to->begun_us - from->ended_us, expect)) continue;
        say(found, "a gap of ");
        say_duration(found, to->begun_us - from->ended_us);
        say(found, " for %s", job->name);
        return false;
    }
    return seen ? true : no_such_job(expect->job, found);
}

static bool holds_start(const struct expect_sources *s, const struct plan_expect *expect,
                        struct fl_buf *found)
{
    uint32_t cursor = 0, seen = 0;
    const struct ledger_job *job;
    while ((job = next_job(s->ledger, expect->job, &cursor))) {
        const struct ledger_delivery *first = run(job, 1);
        seen++;
        if (first && within(first->begun_us, expect)) continue;
        say(found, first ? "%s starts at " : "%s never starts", job->name);
        if (first) say_duration(found, first->begun_us);
        return false;
    }
    return seen ? true : no_such_job(expect->job, found);
}

/* The last run that has begun has ended, and then. */
static bool holds_end(const struct expect_sources *s, const struct plan_expect *expect,
                      struct fl_buf *found)
{
    uint32_t cursor = 0, seen = 0;
    const struct ledger_job *job;
    while ((job = next_job(s->ledger, expect->job, &cursor))) {
        const struct ledger_delivery *last = job->runs ? run(job, job->runs) : NULL;
        bool ended = last && last->run_ended;
        seen++;
        if (ended && within(last->ended_us, expect)) continue;
        say(found, ended ? "%s ends at " : "%s never ends", job->name);
        if (ended) say_duration(found, last->ended_us);
        return false;
    }
    return seen ? true : no_such_job(expect->job, found);
}

static bool holds_order(const struct expect_sources *s, const struct plan_expect *expect,
                        struct fl_buf *found)
{
    const struct ledger_job *job, *last = NULL, *first = NULL;
    uint32_t cursor = 0;
    while ((job = next_job(s->ledger, expect->job, &cursor)))
        if (!last || job->start_order == NEVER_RUN ||
            (last->start_order != NEVER_RUN && job->start_order > last->start_order))
            last = job;
    cursor = 0;
    while ((job = next_job(s->ledger, expect->other_job, &cursor)))
        if (job->start_order != NEVER_RUN && (!first || job->start_order < first->start_order))
            first = job;
    if (!last) return no_such_job(expect->job, found);
    if (last->start_order == NEVER_RUN) {
        say(found, "%s never starts", last->name);
        return false;
    }
    if (!first || last->start_order < first->start_order) return true;
    say(found, "%s starts before %s", first->name, last->name);
    return false;
}

static bool holds_for_each_job(const struct expect_sources *s, uint32_t index, struct fl_buf *found)
{
    const struct plan_expect *expect = &s->plan->expects[index];
    for (uint32_t i = 0; i < s->plan->job_count; i++) {
        const char *job = s->plan->jobs[i].name;
        int64_t count = tally_count_of_job(s->tally, index, job);
        if (compares(expect->compare, count, expect->number)) continue;
        say(found, "%" PRId64 " for %s", count, job);
        return false;
    }
    return true;
}

static bool holds_count(const struct expect_sources *s, uint32_t index, struct fl_buf *found)
{
    const struct plan_expect *expect = &s->plan->expects[index];
    if (expect->for_each_job) return holds_for_each_job(s, index, found);
    int64_t count = tally_count(s->tally, index);
    if (compares(expect->compare, count, expect->number)) return true;
    say(found, "%" PRId64, count);
    return false;
}

static void say_rows(const struct expect_sources *s, const struct plan_expect *expect,
                     struct fl_buf *found)
{
    /* The first pair is the one that names the record. */
    uint32_t count = expect->column_count ? 1 : 0;
    size_t before = found->length;
    if (s->ops->show_rows(s->self, expect->text, expect->columns, count, found)) return;
    if (found->length == before) say(found, "no such row");
}

static bool holds_rows(const struct expect_sources *s, const struct plan_expect *expect,
                       struct fl_buf *found)
{
    int64_t rows = 0;
    enum fl_error err =
        s->ops->rows(s->self, expect->text, expect->columns, expect->column_count, &rows, found);
    if (err) {
        if (!found->length) say(found, "%s", fl_error_text(err));
        return false;
    }
    if (expect->has_count) {
        if (compares(expect->compare, rows, expect->number)) return true;
        say(found, "%" PRId64 " rows", rows);
        return false;
    }
    if (rows > 0) return true;
    say_rows(s, expect, found);
    return false;
}

static bool holds_reply(const struct expect_sources *s, const struct plan_expect *expect,
                        struct fl_buf *found)
{
    size_t before = found->length;
    if (s->ops->redis(s->self, expect->argv, expect->argc, found)) say(found, "no answer");
    struct fl_span reply = {found->bytes + before, found->length - before};
    return fl_span_is(reply, expect->text);
}

static bool holds_exit(const struct expect_sources *s, const struct plan_expect *expect,
                       struct fl_buf *found)
{
    char bytes[PHRASE_BYTES];
    struct fl_buf statuses = FL_BUF_INIT(sizeof bytes);
    bool holds = s->ops->exited(s->self, expect->text, expect->number, &statuses);
    if (!holds && statuses.length)
        say(found, "%s exited with %s", expect->text, statuses.bytes);
    else if (!holds)
        say(found, "%s has not exited", expect->text);
    fl_buf_release(&statuses);
    return holds;
}

static bool holds_drained(const struct expect_sources *s, const struct plan_expect *expect,
                          struct fl_buf *found)
{
    if (s->drained_us >= 0 && s->drained_us <= expect->high_us) return true;
    say(found, s->drained_us < 0 ? "never drained" : "drained after ");
    if (s->drained_us >= 0) say_duration(found, s->drained_us);
    return false;
}

static bool holds_memory(const struct expect_sources *s, const struct plan_expect *expect,
                         struct fl_buf *found)
{
    int64_t peak = s->ops->memory_peak(s->self, expect->text);
    if (compares(expect->compare, peak, expect->number)) return true;
    say(found, "%s held %" PRId64 " bytes", expect->text, peak);
    return false;
}

static bool holds_account(const struct expect_sources *s, const struct plan_expect *expect,
                          struct fl_buf *found)
{
    struct account account = account_of(s->ledger);
    if (compares(expect->compare, (int64_t)account.lines[expect->account].count, expect->number))
        return true;
    account_describe(&account, found);
    return false;
}

bool expect_holds(const struct expect_sources *s, uint32_t index, struct fl_buf *found)
{
    const struct plan_expect *expect = &s->plan->expects[index];
    switch (expect->kind) {
    case PLAN_EXPECT_JOB: return holds_state(s, expect, found);
    case PLAN_EXPECT_RUNS:
    case PLAN_EXPECT_DELIVERIES: return holds_number(s, expect, found);
    case PLAN_EXPECT_JOBS: return holds_jobs(s, expect, found);
    case PLAN_EXPECT_GAP: return holds_gap(s, expect, found);
    case PLAN_EXPECT_STARTS: return holds_start(s, expect, found);
    case PLAN_EXPECT_ENDS: return holds_end(s, expect, found);
    case PLAN_EXPECT_ORDER: return holds_order(s, expect, found);
    case PLAN_EXPECT_EFFECT:
    case PLAN_EXPECT_LOG: return holds_count(s, index, found);
    case PLAN_EXPECT_DB: return holds_rows(s, expect, found);
    case PLAN_EXPECT_REDIS: return holds_reply(s, expect, found);
    case PLAN_EXPECT_STATE: return s->ops->same_state(s->self, found);
    case PLAN_EXPECT_EXIT: return holds_exit(s, expect, found);
    case PLAN_EXPECT_DRAINED: return holds_drained(s, expect, found);
    case PLAN_EXPECT_ACCOUNT: return holds_account(s, expect, found);
    case PLAN_EXPECT_LINEARIZABLE:
        return s->ops->explains(s->self, LINEAR_KEY, expect->text, found);
    case PLAN_EXPECT_EXCLUSIVE: return s->ops->explains(s->self, LINEAR_MUTEX, expect->text, found);
    case PLAN_EXPECT_RELEASED: return s->ops->released(s->self, expect->text, found);
    case PLAN_EXPECT_STATELESS: return s->ops->stateless(s->self, found);
    case PLAN_EXPECT_MEMORY: return holds_memory(s, expect, found);
    case PLAN_EXPECT_GAUGE: return s->ops->gauge(s->self, expect->gauge, found);
    case PLAN_EXPECT_CLASS: return true; /* of many runs: judged by who plays them */
    }
    return false;
}
