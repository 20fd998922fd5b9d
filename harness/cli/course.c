#include "harness/cli/course.h"

#include "core/assert.h"

void course_init(struct course *course, uint64_t seed_first, uint64_t seed_last, bool sweeps)
{
    *course = (struct course){.seed_first = seed_first,
                              .seed_last = seed_last,
                              .sweeps = sweeps,
                              .batch_size = 1,
                              .next_seed = seed_first};
    course->failure.text = FL_BUF_INIT(COURSE_TEXT_BYTES_MAX);
    course->failure.swept_at = FL_BUF_INIT(COURSE_TEXT_BYTES_MAX);
    course->never = NEVER_INIT;
}

void course_init_single(struct course *course, uint64_t seed, int32_t sweep)
{
    course_init(course, seed, seed, false);
    course->exhausted = course->partial = true;
    course->retries[course->retry_count++] = (struct course_batch){seed, 1, sweep, 1};
}

void course_release(struct course *course)
{
    fl_buf_release(&course->failure.text);
    fl_buf_release(&course->failure.swept_at);
    never_release(&course->never);
}

/* --- what comes next --- */
static void advance_seed(struct course *course, uint64_t by)
{
    if (course->seed_last - course->next_seed < by)
        course->exhausted = true;
    else
        course->next_seed += by;
    course->next_point = 0;
    course->sweep_ended = false;
}

static struct course_batch next_seeds(struct course *course, uint32_t size)
{
    uint64_t left = course->seed_last - course->next_seed;
    uint32_t count = left < size ? (uint32_t)left + 1 : size;
    struct course_batch batch = {course->next_seed, count, -1, 1};
    advance_seed(course, count);
    return batch;
}

/* Points are handed out ahead of what is known: those beyond the last come back as such. */
static struct course_batch next_points(struct course *course, uint32_t size)
{
    struct course_batch batch = {course->next_seed, 1, (int32_t)course->next_point, size};
    int64_t most = course->pairs ? (int64_t)COURSE_PAIR_ROWS_MAX * PLAN_PAIR_COLUMNS
                                 : (int64_t)COURSE_POINTS_MAX;
    course->next_point += size;
    if (course->next_point >= most) advance_seed(course, 1);
    return batch;
}

/* The first run of the batch that died last. */
static struct course_batch next_retry(struct course *course)
{
    struct course_batch *rest = &course->retries[course->retry_count - 1];
    struct course_batch one = {rest->seed, 1, rest->sweep, 1};
    if (rest->points > 1) {
        rest->sweep++;
        rest->points--;
    } else if (rest->seeds > 1) {
        rest->seed++;
        rest->seeds--;
    } else {
        course->retry_count--;
    }
    return one;
}

bool course_next(struct course *course, struct course_batch *ret_batch)
{
    uint32_t size = course->batch_size;
    if (size < 1) size = 1;
    if (size > REQUEST_RUNS_MAX) size = REQUEST_RUNS_MAX;
    if (course->deaths >= COURSE_DEATHS_MAX) return false;
    if (course->retry_count > 0) {
        *ret_batch = next_retry(course);
    } else {
        if (!course->exhausted && course->sweep_ended) advance_seed(course, 1);
        if (course->exhausted) return false;
        *ret_batch = course->sweeps ? next_points(course, size) : next_seeds(course, size);
    }
    course->outstanding++;
    return true;
}

static bool all_handed_out(const struct course *course)
{
    bool last = course->sweep_ended && course->next_seed == course->seed_last;
    return course->retry_count == 0 && (course->exhausted || last);
}

bool course_stopped(const struct course *course)
{
    return course->deaths >= COURSE_DEATHS_MAX && !all_handed_out(course);
}

bool course_done(const struct course *course)
{
    if (course->outstanding > 0) return false;
    return course->deaths >= COURSE_DEATHS_MAX || all_handed_out(course);
}

/* --- what came --- */
static enum course_outcome outcome_of(enum run_verdict verdict)
{
    switch (verdict) {
    case RUN_PASSED:
    case RUN_SWEPT: return COURSE_PASSED;
    case RUN_FAILED: return COURSE_FAILED;
    case RUN_STUCK: return COURSE_STUCK;
    case RUN_CRASHED: return COURSE_CRASHED;
    case RUN_BAD_INPUT: return COURSE_BAD_INPUT;
    case RUN_HARNESS_FAULT: return COURSE_HARNESS_FAULT;
    }
    return COURSE_HARNESS_FAULT;
}

static bool goes_before(const struct course_failure *old, enum course_outcome outcome,
                        uint64_t seed, int32_t sweep)
{
    if (outcome != old->outcome) return outcome > old->outcome;
    if (seed != old->seed) return seed < old->seed;
    return sweep < old->sweep;
}

static void note_failure(struct course *course, enum course_outcome outcome,
                         const struct run_item *item, struct fl_span text)
{
    struct course_failure *failure = &course->failure;
    course->failed += outcome != COURSE_INDETERMINATE;
    course->indeterminate += outcome == COURSE_INDETERMINATE;
    if (!goes_before(failure, outcome, item->seed, item->sweep)) return;
    failure->outcome = outcome;
    failure->seed = item->seed;
    failure->sweep = item->sweep;
    failure->trace_hash[0] = item->trace_hash[0];
    failure->trace_hash[1] = item->trace_hash[1];
    failure->failed_line = item->failed_line;
    fl_buf_truncate(&failure->text, 0);
    fl_buf_truncate(&failure->swept_at, 0);
    if (text.length > COURSE_TEXT_BYTES_MAX) text.length = COURSE_TEXT_BYTES_MAX;
    enum fl_error err = fl_buf_append_span(&failure->text, text);
    if (!err) err = fl_buf_append_span(&failure->swept_at, item->swept_at);
    if (err) course->err = err;
}

/* splitmix64's last step: a sum of mixed hashes does not depend on the order of the runs. */
static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/* The hash of a scenario of one run is that run's own. */
static void add_hash(struct course *course, const struct run_item *item)
{
    bool only = course->seed_first == course->seed_last && !course->sweeps;
    uint64_t salt = mix(item->seed * UINT64_C(0x9e3779b97f4a7c15) + (uint32_t)item->sweep);
    for (int i = 0; i < 2; i++)
        course->trace_hash[i] += only ? item->trace_hash[i] : mix(item->trace_hash[i] ^ salt);
}

static void add_never(struct course *course, struct fl_span told)
{
    enum fl_error err = never_take(&course->never, told);
    if (err) course->err = err;
}

void course_add_elsewhere(struct course *course, uint64_t runs, struct fl_span never)
{
    course->partial = false;
    course->elsewhere += runs;
    add_never(course, never);
}

/* Of pairs, a row may end before the whole does: in column 0 the first fault strikes alone. */
static void end_sweep(struct course *course, uint64_t seed, int32_t sweep)
{
    if (seed != course->next_seed) return;
    if (!course->pairs || sweep % PLAN_PAIR_COLUMNS == 0) {
        course->sweep_ended = true;
        return;
    }
    int64_t next_row = (sweep / PLAN_PAIR_COLUMNS + INT64_C(1)) * PLAN_PAIR_COLUMNS;
    if (course->next_point < next_row) course->next_point = next_row;
}

void course_take(struct course *course, const struct course_batch *batch,
                 const struct run_item *items, uint32_t count)
{
    fl_assert(course->outstanding > 0);
    course->outstanding--;
    for (uint32_t i = 0; i < count; i++) {
        const struct run_item *item = &items[i];
        if (item->verdict == RUN_SWEPT) {
            if (course->sweeps)
                end_sweep(course, batch->seed, item->sweep);
            else
                note_failure(
                    course, COURSE_BAD_INPUT, item,
                    FL_SPAN("expected  a point of the sweep\nfound     one behind its last"));
            return;
        }
        course->runs++;
        course->effects += item->effects;
        course->virtual_us += item->virtual_us;
        add_hash(course, item);
        if (item->verdict == RUN_PASSED || item->verdict == RUN_FAILED)
            add_never(course, item->never);
        if (item->verdict == RUN_PASSED && !item->indeterminate) continue;
        note_failure(course, item->indeterminate ? COURSE_INDETERMINATE : outcome_of(item->verdict),
                     item, item->text);
        /* What cannot be played once cannot be played at the next point either. */
        if (item->verdict == RUN_BAD_INPUT || item->verdict == RUN_HARNESS_FAULT)
            course->deaths = COURSE_DEATHS_MAX;
    }
}

void course_take_death(struct course *course, const struct course_batch *batch,
                       enum course_outcome outcome, uint32_t deaths, const char *text)
{
    fl_assert(course->outstanding > 0);
    course->outstanding--;
    if (batch->seeds * batch->points > 1 && course->retry_count < COURSE_RETRIES_MAX) {
        course->retries[course->retry_count++] = *batch;
        return;
    }
    struct run_item item = {.seed = batch->seed, .sweep = batch->sweep};
    course->runs++;
    course->deaths += deaths;
    note_failure(course, outcome, &item, fl_span_from(text));
}

void course_take_difference(struct course *course, const struct course_batch *batch,
                            const struct run_item *item, const char *text)
{
    fl_assert(course->outstanding > 0);
    (void)batch;
    course->outstanding--;
    course->runs++;
    course->deaths = COURSE_DEATHS_MAX; /* nothing that follows can be trusted */
    note_failure(course, COURSE_NONDETERMINISM, item, fl_span_from(text));
}

static void finish_sometimes(struct course *course)
{
    struct fl_buf text = FL_BUF_INIT(COURSE_TEXT_BYTES_MAX);
    struct run_item item = {.seed = course->seed_first, .sweep = -1};
    struct fl_span claim;
    if (course->partial || course->failed) return;
    if (!never_first(&course->never, &item.failed_line, &claim)) return;
    enum fl_error err =
        fl_buf_printf(&text, "expected  sometimes %.*s\nfound     never, in %llu runs",
                      FL_SPAN_ARGS(claim), (unsigned long long)(course->runs + course->elsewhere));
    if (err) course->err = err;
    note_failure(course, COURSE_FAILED, &item, fl_buf_span(&text));
    fl_buf_release(&text);
}

void course_finish(struct course *course)
{
    struct run_item item = {.seed = course->seed_first, .sweep = -1};
    finish_sometimes(course);
    if (!course->sweeps || course->runs > 0 || course->failed > 0) return;
    note_failure(course, COURSE_FAILED, &item,
                 FL_SPAN("expected  the sweep to meet at least one effect\nfound     none"));
}

enum course_outcome course_outcome(const struct course *course)
{
    return course->failure.outcome;
}
