/* The trace's lines are "+3d01:02:03.000004  job-3#1          run begins". A push is an LPUSH of
 * the client's, whose payload begins with the job it holds; in a bulk push only the first is seen.
 */
#include "harness/bench/waits.h"

#include <stdlib.h>

#include "core/arena.h"
#include "core/map.h"

enum { NEVER = -1 };

struct job_times {
    int64_t pushed_us, begun_us, ended_us; /* NEVER; of the first run, and of the last */
    int64_t run_us;                        /* when the run under way began; NEVER: none */
};

struct times { /* grows; the reading's owner frees it */
    int64_t *us;
    uint32_t count, capacity;
};

struct reading {
    struct fl_map jobs; /* by name: struct job_times */
    struct fl_arena arena;
    struct times services, retries;
};

struct event {
    int64_t at_us;
    struct fl_span who, rest;
};

/* --- lines --- */
static bool take_number(struct fl_span *text, int64_t *ret_number)
{
    size_t digits = 0;
    int64_t number = 0;
    while (digits < text->length && digits < 15 && text->bytes[digits] >= '0' &&
           text->bytes[digits] <= '9')
        number = number * 10 + (text->bytes[digits++] - '0');
    *text = (struct fl_span){text->bytes + digits, text->length - digits};
    *ret_number = number;
    return digits > 0;
}

static bool take_char(struct fl_span *text, char c)
{
    if (!text->length || text->bytes[0] != c) return false;
    *text = (struct fl_span){text->bytes + 1, text->length - 1};
    return true;
}

static bool take_time(struct fl_span *text, int64_t *ret_us)
{
    int64_t days = 0, hours, minutes, seconds, us;
    if (!take_char(text, '+') || !take_number(text, &hours)) return false;
    if (take_char(text, 'd')) {
        days = hours;
        if (!take_number(text, &hours)) return false;
    }
    bool well = take_char(text, ':') && take_number(text, &minutes) && take_char(text, ':') &&
                take_number(text, &seconds) && take_char(text, '.') && take_number(text, &us);
    if (well) *ret_us = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000000 + us;
    return well;
}

static bool read_event(struct fl_span line, struct event *ret_event)
{
    struct event event;
    size_t length = 0;
    if (!take_time(&line, &event.at_us)) return false;
    while (take_char(&line, ' ')) {
    }
    while (length < line.length && line.bytes[length] != ' ')
        length++;
    event.who = (struct fl_span){line.bytes, length};
    event.rest = (struct fl_span){line.bytes + length, line.length - length};
    while (take_char(&event.rest, ' ')) {
    }
    *ret_event = event;
    return true;
}

/* --- jobs --- */
static enum fl_error job_named(struct reading *reading, struct fl_span name,
                               struct job_times **ret_job)
{
    *ret_job = fl_map_get(&reading->jobs, name);
    if (*ret_job) return FL_OK;
    struct job_times *job = fl_arena_alloc(&reading->arena, sizeof *job);
    if (!job) return FL_ENOMEM;
    *job = (struct job_times){NEVER, NEVER, NEVER, NEVER};
    *ret_job = job;
    return fl_map_put(&reading->jobs, name, job, NULL);
}

static struct fl_span jid_in(struct fl_span text)
{
    static const struct fl_span key = FL_SPAN("\"jid\":\"");
    for (size_t i = 0; i + key.length < text.length; i++) {
        struct fl_span rest = {text.bytes + i, text.length - i};
        if (!fl_span_starts(rest, key)) continue;
        size_t end = key.length;
        while (end < rest.length && rest.bytes[end] != '"')
            end++;
        return (struct fl_span){rest.bytes + key.length, end - key.length};
    }
    return (struct fl_span){NULL, 0};
}

/* "job-3#1" is a delivery of job-3. */
static struct fl_span job_of(struct fl_span who)
{
    size_t length = who.length;
    while (length && who.bytes[length - 1] != '#')
        length--;
    return (struct fl_span){who.bytes, length ? length - 1 : 0};
}

static enum fl_error add_time(struct times *times, int64_t us)
{
    if (times->count == WAITS_RUNS_MAX) return FL_EBOUND;
    if (times->count == times->capacity) {
        uint32_t capacity = times->capacity ? 2 * times->capacity : 64;
        int64_t *grown = realloc(times->us, capacity * sizeof *grown);
        if (!grown) return FL_ENOMEM;
        times->us = grown;
        times->capacity = capacity;
    }
    times->us[times->count++] = us;
    return FL_OK;
}

static enum fl_error take_begin(struct reading *reading, struct job_times *job, int64_t at_us)
{
    bool again = job->ended_us != NEVER && job->run_us == NEVER;
    job->run_us = at_us;
    if (job->begun_us == NEVER) job->begun_us = at_us;
    return again ? add_time(&reading->retries, at_us - job->ended_us) : FL_OK;
}

/* A run that was cut off has no end, and its successor's is its own. */
static enum fl_error take_end(struct reading *reading, struct job_times *job, int64_t at_us)
{
    int64_t began_us = job->run_us;
    job->ended_us = at_us;
    job->run_us = NEVER;
    return began_us != NEVER ? add_time(&reading->services, at_us - began_us) : FL_OK;
}

static enum fl_error take_event(struct reading *reading, const struct event *event)
{
    struct job_times *job;
    bool pushes = fl_span_starts(event->who, FL_SPAN("web")) &&
                  fl_span_starts(event->rest, FL_SPAN("redis LPUSH "));
    bool begins = fl_span_is(event->rest, "run begins");
    bool ends = fl_span_starts(event->rest, FL_SPAN("run ends"));
    struct fl_span name = pushes ? jid_in(event->rest) : job_of(event->who);
    if ((!pushes && !begins && !ends) || !name.length) return FL_OK;
    enum fl_error err = job_named(reading, name, &job);
    if (err) return err;
    if (pushes && job->pushed_us == NEVER) job->pushed_us = event->at_us;
    if (begins) return take_begin(reading, job, event->at_us);
    return ends ? take_end(reading, job, event->at_us) : FL_OK;
}

/* --- figures --- */
static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static int64_t percentile(const int64_t *sorted, uint32_t count, uint32_t of_thousand)
{
    uint64_t rank = ((uint64_t)count * of_thousand + 999) / 1000;
    return count ? sorted[rank ? rank - 1 : 0] : 0;
}

static void sum_up_runs(struct reading *reading, struct waits *waits)
{
    struct times *services = &reading->services, *retries = &reading->retries;
    if (services->count) qsort(services->us, services->count, sizeof *services->us, by_value);
    if (retries->count) qsort(retries->us, retries->count, sizeof *retries->us, by_value);
    waits->runs = services->count;
    waits->again = retries->count;
    waits->service_median_us = percentile(services->us, services->count, 500);
    waits->service_p99_us = percentile(services->us, services->count, 990);
    waits->retry_median_us = percentile(retries->us, retries->count, 500);
    waits->retry_p99_us = percentile(retries->us, retries->count, 990);
}

static enum fl_error sum_up(struct reading *reading, struct waits *ret_waits)
{
    struct waits waits = {0};
    const struct fl_map_entry *entry;
    uint32_t cursor = 0, room = reading->jobs.count;
    int64_t *waited = fl_arena_alloc_array(&reading->arena, room + 1, sizeof *waited);
    int64_t *took = fl_arena_alloc_array(&reading->arena, room + 1, sizeof *took);
    if (!waited || !took) return FL_ENOMEM;
    while ((entry = fl_map_next(&reading->jobs, &cursor)) != NULL) {
        const struct job_times *job = entry->value;
        bool whole = job->pushed_us != NEVER && job->begun_us != NEVER && job->ended_us != NEVER;
        waits.others += !whole;
        if (!whole) continue;
        waited[waits.jobs] = job->begun_us - job->pushed_us;
        took[waits.jobs++] = job->ended_us - job->pushed_us;
    }
    qsort(waited, waits.jobs, sizeof *waited, by_value);
    qsort(took, waits.jobs, sizeof *took, by_value);
    waits.wait_median_us = percentile(waited, waits.jobs, 500);
    waits.wait_p99_us = percentile(waited, waits.jobs, 990);
    waits.total_median_us = percentile(took, waits.jobs, 500);
    waits.total_p99_us = percentile(took, waits.jobs, 990);
    sum_up_runs(reading, &waits);
    *ret_waits = waits;
    return FL_OK;
}

enum fl_error waits_of_trace(struct fl_span trace, struct waits *ret_waits)
{
    struct reading reading = {.jobs = FL_MAP_INIT(WAITS_JOBS_MAX), .arena = FL_ARENA_INIT(0)};
    enum fl_error err = FL_OK;
    while (trace.length && !err) {
        const char *end = memchr(trace.bytes, '\n', trace.length);
        struct fl_span line = {trace.bytes, end ? (size_t)(end - trace.bytes) : trace.length};
        size_t used = line.length + (end ? 1 : 0);
        struct event event;
        if (line.length) err = read_event(line, &event) ? take_event(&reading, &event) : FL_EPARSE;
        trace = (struct fl_span){trace.bytes + used, trace.length - used};
    }
    if (!err) err = sum_up(&reading, ret_waits);
    free(reading.services.us);
    free(reading.retries.us);
    fl_map_release(&reading.jobs);
    fl_arena_release(&reading.arena);
    return err;
}
