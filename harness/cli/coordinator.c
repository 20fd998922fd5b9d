/* A few batches more than there are workers are in flight, taken from the scenarios in order, so
 * that the end of one scenario overlaps with the beginning of the next. A batch is sent to two
 * workers; once both have answered, the answers are compared and given to the scenario's course. A
 * failure's run is then played once more to get its trace and choices, before the scenario is
 * finished. */
#include "harness/cli/coordinator.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/cli/evidence.h"

enum { FLIGHTS_PER_WORKER = 2, FLIGHTS_MAX = FLIGHTS_PER_WORKER * POOL_WORKERS_MAX };

enum phase { PHASE_RUNNING, PHASE_RECORDING, PHASE_RECORDED };

struct scene { /* one scenario in play */
    const struct coordinator_scenario *scenario;
    struct course course;
    enum phase phase;
    bool begun;
    int workers[2];           /* on which a difference was seen */
    struct run_answer record; /* of the run to show */
    bool has_record;
};

struct flight { /* one batch, on its way */
    bool used, recording;
    uint32_t scene;
    struct course_batch batch;
    uint32_t copies, answered;
    uint64_t tickets[2];
    int workers[2];
    bool has[2];
    struct run_answer answers[2];
    enum course_outcome death; /* COURSE_PASSED: none died */
    uint32_t deaths;           /* what that counts for */
    struct fl_buf death_text;
};

struct coordinator {
    struct pool *pool;
    const struct coordinator_options *options;
    const struct coordinator_sink *sink;
    struct scene *scenes;
    uint32_t scene_count, first_open; /* scenes before it are finished */
    struct flight flights[FLIGHTS_MAX];
    uint32_t flight_count, flight_limit;
    uint32_t loads[POOL_WORKERS_MAX]; /* copies that each worker has */
    uint64_t runs;
};

/* --- sending --- */
/* The least loaded worker other than `but`. */
static int pick_worker(const struct coordinator *c, int but)
{
    int best = -1;
    for (int i = 0; i < pool_workers(c->pool); i++) {
        if (i == but) continue;
        if (best < 0 || c->loads[i] < c->loads[best]) best = i;
    }
    return best < 0 ? but : best;
}

static struct flight *free_flight(struct coordinator *c)
{
    if (c->flight_count >= c->flight_limit) return NULL;
    for (uint32_t i = 0; i < c->flight_limit; i++)
        if (!c->flights[i].used) return &c->flights[i];
    return NULL;
}

static enum fl_error write_request(const struct coordinator *c, const struct flight *flight,
                                   struct fl_buf *line)
{
    const struct coordinator_scenario *scenario = c->scenes[flight->scene].scenario;
    unsigned wants = c->options->record_wants;
    if (flight->copies == 2) wants |= RUN_WANTS_ALLOCATIONS; /* two plays that differ */
    struct run_request request = {
        .path = scenario->path,
        .settings = scenario->settings,
        .setting_count = scenario->setting_count,
        .seed = flight->batch.seed,
        .seeds = flight->batch.seeds,
        .sweep = flight->batch.sweep,
        .points = flight->batch.points,
        .record = flight->recording,
        .source = scenario->source,
        .choices = scenario->choices,
        .depth = scenario->depth,
        .horizon = scenario->horizon,
        .wants = flight->recording ? wants : RUN_WANTS_NOTHING,
    };
    return run_request_write(&request, line);
}

/* `workers` NULL: any two. */
static enum fl_error send_flight(struct coordinator *c, struct flight *flight, const int *workers)
{
    struct fl_buf line = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    enum fl_error err = write_request(c, flight, &line);
    int last = -1;
    for (uint32_t i = 0; !err && i < flight->copies; i++) {
        int worker = workers ? workers[i] : pick_worker(c, last);
        err = pool_submit(c->pool, worker, fl_buf_span(&line), &flight->tickets[i]);
        if (err) break;
        flight->workers[i] = last = worker;
        c->loads[worker]++;
    }
    fl_buf_release(&line);
    return err;
}

static void begin_flight(struct coordinator *c, struct flight *flight, uint32_t scene,
                         const struct course_batch *batch, uint32_t copies)
{
    *flight = (struct flight){.used = true, .scene = scene, .batch = *batch, .copies = copies};
    flight->death_text = FL_BUF_INIT(COURSE_TEXT_BYTES_MAX);
    c->flight_count++;
}

static void end_flight(struct coordinator *c, struct flight *flight)
{
    for (uint32_t i = 0; i < 2; i++)
        if (flight->has[i]) run_answer_release(&flight->answers[i]);
    fl_buf_release(&flight->death_text);
    flight->used = false;
    c->flight_count--;
}

static void begin_scene(struct scene *scene)
{
    const struct coordinator_scenario *s = scene->scenario;
    if (scene->begun) return;
    scene->begun = true;
    if (s->single)
        course_init_single(&scene->course, s->seed_first, s->sweep);
    else
        course_init(&scene->course, s->seed_first, s->seed_last, s->sweeps);
    scene->course.partial |= s->partial;
    scene->course.pairs = s->pairs;
    if (s->never.length) course_add_elsewhere(&scene->course, s->elsewhere, s->never);
}

/* A scenario's first run goes alone: if it hangs, only one has. */
static bool awaits_first(const struct course *course)
{
    return course->runs == 0 && course->outstanding > 0;
}

/* Sends from the first scenario that has anything to send; false: none has, or no room. */
static enum fl_error send_next(struct coordinator *c, bool *ret_sent)
{
    struct flight *flight = free_flight(c);
    *ret_sent = false;
    for (uint32_t i = c->first_open; flight && i < c->scene_count; i++) {
        struct course_batch batch;
        struct scene *scene = &c->scenes[i];
        begin_scene(scene);
        if (scene->phase != PHASE_RUNNING || awaits_first(&scene->course)) continue;
        if (!course_next(&scene->course, &batch)) continue;
        begin_flight(c, flight, i, &batch, (uint32_t)c->options->plays);
        *ret_sent = true;
        return send_flight(c, flight, NULL);
    }
    return FL_OK;
}

/* --- recording --- */
/* A run that ended its worker is not played again: it would only do so once more. */
static bool worth_recording(const struct coordinator *c, const struct course *course)
{
    switch (course_outcome(course)) {
    case COURSE_PASSED: return c->options->record_all;
    case COURSE_INDETERMINATE:
    case COURSE_FAILED:
    case COURSE_STUCK: return course->runs > 0;
    case COURSE_NONDETERMINISM: return true;
    case COURSE_CRASHED:
    case COURSE_BAD_INPUT:
    case COURSE_HARNESS_FAULT: return false;
    }
    return false;
}

static struct course_batch batch_to_record(const struct scene *scene)
{
    const struct course *course = &scene->course;
    struct course_batch batch = {course->failure.seed, 1, course->failure.sweep, 1};
    if (course_outcome(course) != COURSE_PASSED) return batch;
    batch.seed = scene->scenario->seed_first;
    batch.sweep =
        scene->scenario->single ? scene->scenario->sweep : (scene->scenario->sweeps ? 0 : -1);
    return batch;
}

static enum fl_error begin_recording(struct coordinator *c, uint32_t index)
{
    struct scene *scene = &c->scenes[index];
    bool differ = course_outcome(&scene->course) == COURSE_NONDETERMINISM;
    struct course_batch batch = batch_to_record(scene);
    struct flight *flight = free_flight(c);
    fl_assert(flight); /* one has just ended */
    begin_flight(c, flight, index, &batch, differ ? 2 : 1);
    flight->recording = true;
    scene->phase = PHASE_RECORDING;
    return send_flight(c, flight, differ ? scene->workers : NULL);
}

static enum fl_error take_record(struct coordinator *c, struct flight *flight)
{
    struct scene *scene = &c->scenes[flight->scene];
    enum fl_error err = FL_OK;
    scene->phase = PHASE_RECORDED;
    bool both = flight->has[0] && flight->has[1] && flight->answers[0].item_count &&
                flight->answers[1].item_count;
    if (both && flight->copies == 2) {
        struct fl_buf *text = &scene->course.failure.text;
        err = fl_buf_append_char(text, '\n');
        if (!err)
            err =
                evidence_of_plays(&flight->answers[0].items[0], &flight->answers[1].items[0], text);
    }
    if (flight->has[0] && flight->answers[0].item_count) {
        scene->record = flight->answers[0];
        scene->has_record = true;
        flight->has[0] = false; /* handed over */
    }
    return err;
}

/* --- answers --- */
static struct flight *flight_of(struct coordinator *c, uint64_t ticket, uint32_t *ret_copy)
{
    for (uint32_t i = 0; i < c->flight_limit; i++)
        for (uint32_t copy = 0; c->flights[i].used && copy < c->flights[i].copies; copy++)
            if (c->flights[i].tickets[copy] == ticket) {
                *ret_copy = copy;
                return &c->flights[i];
            }
    fl_panic("an answer to a request that was never made");
}

static enum fl_error store(struct flight *flight, uint32_t copy, const struct pool_answer *answer)
{
    enum fl_error err = FL_OK;
    flight->answered++;
    if (answer->death != POOL_ANSWERED) {
        if (flight->death == COURSE_PASSED) err = evidence_of_death(answer, &flight->death_text);
        flight->death = COURSE_CRASHED;
        flight->deaths = answer->death == POOL_HUNG ? COURSE_HANG_DEATHS : 1;
        return err;
    }
    err = run_answer_read(answer->line, &flight->answers[copy]);
    flight->has[copy] = !err;
    const char *error = err ? "a run worker's answer cannot be read" : flight->answers[copy].error;
    if (err == FL_ENOMEM || !error) return err;
    flight->death = COURSE_HARNESS_FAULT;
    flight->deaths = 1;
    fl_buf_truncate(&flight->death_text, 0);
    return fl_buf_append_text(&flight->death_text, error);
}

/* Aims at batches of COORDINATOR_BATCH_US: long enough to hide the way, short enough to share. */
static void adapt_batch(struct course *course, const struct run_answer *answer)
{
    if (answer->item_count == 0) return;
    int64_t each_us = answer->took_us / answer->item_count;
    int64_t size = COORDINATOR_BATCH_US / (each_us > 0 ? each_us : 1);
    if (size > REQUEST_RUNS_MAX) size = REQUEST_RUNS_MAX;
    course->batch_size = size < 1 ? 1 : (uint32_t)size;
}

static enum fl_error take_difference(struct scene *scene, const struct flight *flight,
                                     const struct run_item *item)
{
    char one[RUN_HASH_TEXT_BYTES], other[RUN_HASH_TEXT_BYTES] = "none";
    struct fl_buf text = FL_BUF_INIT(4096);
    size_t index = (size_t)(item - flight->answers[0].items);
    bool paired = index < flight->answers[0].item_count && index < flight->answers[1].item_count;
    run_hash_text(item->trace_hash, one);
    if (paired) run_hash_text(flight->answers[1].items[index].trace_hash, other);
    memcpy(scene->workers, flight->workers, sizeof scene->workers);
    enum fl_error err = fl_buf_printf(&text,
                                      "expected  the same run, played by two run workers, to have "
                                      "one trace\nfound     %s and %s",
                                      one, other);
    if (!err) course_take_difference(&scene->course, &flight->batch, item, text.bytes);
    fl_buf_release(&text);
    return err;
}

static enum fl_error settle(struct coordinator *c, struct flight *flight)
{
    struct scene *scene = &c->scenes[flight->scene];
    struct course *course = &scene->course;
    if (flight->recording) return take_record(c, flight);
    if (flight->death != COURSE_PASSED) {
        course_take_death(course, &flight->batch, flight->death, flight->deaths,
                          flight->death_text.bytes);
        return FL_OK;
    }
    const struct run_answer *answer = &flight->answers[0];
    const struct run_item *differing =
        flight->copies == 2 ? evidence_difference(answer, &flight->answers[1]) : NULL;
    if (differing) return take_difference(scene, flight, differing);
    adapt_batch(course, answer);
    course->real_us += answer->took_us;
    course_take(course, &flight->batch, answer->items, answer->item_count);
    c->runs += answer->item_count;
    return course->err;
}

/* --- scenarios --- */
static void finish_scene(struct coordinator *c, uint32_t index)
{
    struct scene *scene = &c->scenes[index];
    struct coordinator_record record = {0};
    if (scene->has_record) {
        const struct run_item *item = &scene->record.items[0];
        record = (struct coordinator_record){
            .trace = item->trace,
            .choices = item->choices,
            .recording = item->recording,
            .misses = item->misses,
        };
    }
    c->sink->finished(c->sink->context, index, &scene->course, scene->has_record ? &record : NULL);
    if (scene->has_record) run_answer_release(&scene->record);
    scene->has_record = false;
}

static enum fl_error after_answer(struct coordinator *c, uint32_t index)
{
    struct scene *scene = &c->scenes[index];
    if (scene->phase == PHASE_RUNNING && course_done(&scene->course)) {
        course_finish(&scene->course);
        scene->phase = PHASE_RECORDED;
        if (worth_recording(c, &scene->course)) return begin_recording(c, index);
    }
    while (c->first_open < c->scene_count && c->scenes[c->first_open].phase == PHASE_RECORDED)
        finish_scene(c, c->first_open++);
    return FL_OK;
}

static enum fl_error take_answer(struct coordinator *c)
{
    struct pool_answer answer;
    uint32_t copy;
    enum fl_error err = pool_next(c->pool, &answer);
    if (err) return err;
    struct flight *flight = flight_of(c, answer.ticket, &copy);
    c->loads[flight->workers[copy]]--;
    err = store(flight, copy, &answer);
    if (err || flight->answered < flight->copies) return err;
    uint32_t scene = flight->scene;
    err = settle(c, flight);
    end_flight(c, flight);
    if (!err) err = after_answer(c, scene);
    if (!err) c->sink->progress(c->sink->context, c->first_open, c->runs);
    return err;
}

static enum fl_error play_all(struct coordinator *c)
{
    enum fl_error err = FL_OK;
    while (!err && c->first_open < c->scene_count) {
        bool sent = true;
        while (!err && sent)
            err = send_next(c, &sent);
        if (!err) err = take_answer(c);
    }
    return err;
}

static void release(struct coordinator *c)
{
    for (uint32_t i = 0; i < c->flight_limit; i++)
        if (c->flights[i].used) end_flight(c, &c->flights[i]);
    for (uint32_t i = 0; i < c->scene_count; i++) {
        if (c->scenes[i].has_record) run_answer_release(&c->scenes[i].record);
        if (c->scenes[i].begun) course_release(&c->scenes[i].course);
    }
    free(c->scenes);
    free(c);
}

enum fl_error coordinator_run(struct pool *pool, const struct coordinator_options *options,
                              const struct coordinator_scenario *scenarios, uint32_t count,
                              const struct coordinator_sink *sink)
{
    struct coordinator *c = calloc(1, sizeof *c);
    struct scene *scenes = calloc(count + 1, sizeof *scenes);
    if (!c || !scenes) {
        free(c);
        free(scenes);
        return FL_ENOMEM;
    }
    c->pool = pool;
    c->options = options;
    c->sink = sink;
    c->scenes = scenes;
    c->scene_count = count;
    c->flight_limit = FLIGHTS_PER_WORKER * (uint32_t)pool_workers(pool);
    fl_assert(c->flight_limit <= FLIGHTS_MAX);
    for (uint32_t i = 0; i < count; i++)
        scenes[i].scenario = &scenarios[i];
    enum fl_error err = play_all(c);
    release(c);
    return err;
}
