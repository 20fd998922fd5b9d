/* tests/conformance/scenarios_on_redis.c - would the suite's runs have been the same on a real
 * Redis?
 *
 *     scenarios_on_redis [--points N] FOLDER...
 *
 * A run is a function of what its server answers. So each scenario is played on the fake, and all
 * that the fake was asked is asked of a redis-server: the same bytes from it, and the same keys in
 * the end, mean the same run and the same verdict. Of a sweep all points are played, or N, spread
 * evenly. Before that, stories with a planted lie must be found out. A run whose scripts ask for
 * the server's time is skipped: a real server's days do not pass in a moment. The last line is "N
 * passed, N failed, N skipped"; exit code 77: there is no redis-server to compare with. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/discover.h"
#include "harness/run/run.h"
#include "harness/scenario/parse.h"
#include "tests/conformance/item.h"
#include "tests/conformance/retelling.h"

enum { EXIT_SKIPPED = 77, MESSAGE_BYTES_MAX = 64 * 1024, POINTS_MAX = 100 * 1000 };

struct outcome {
    enum run_verdict verdict;
    uint64_t hash[2];
};

struct suite {
    struct run_house *house;
    struct retelling retelling;
    struct story story;
    uint32_t points_max;
    struct outcome *alone; /* of each point of a sweep, when nobody watches */
    uint64_t runs;
    bool timed; /* the scenario at hand asks for the server's time */
    unsigned passed, failed, skipped;
};

/* ---- runs ---- */

static struct outcome play(struct suite *suite, const struct plan *plan, int32_t sweep,
                           const struct run_watcher *watcher)
{
    struct outcome outcome = {RUN_HARNESS_FAULT, {0}};
    struct sim_choices *choices;
    struct run_result result;
    if (sim_choices_from_seed(plan->seed_first, &choices)) return outcome;
    const struct run_order order = {.house = suite->house,
                                    .plan = plan,
                                    .choices = choices,
                                    .sweep = sweep,
                                    .watcher = watcher};
    run_play(&order, &result);
    outcome = (struct outcome){result.verdict, {result.trace_hash[0], result.trace_hash[1]}};
    run_result_release(&result);
    sim_choices_free(choices);
    return outcome;
}

static bool play_watched(struct suite *suite, const struct plan *plan, int32_t sweep,
                         struct outcome *ret_outcome)
{
    const struct run_watcher watcher = story_watcher(&suite->story);
    story_clear(&suite->story);
    *ret_outcome = play(suite, plan, sweep, &watcher);
    return !suite->story.broken;
}

static bool fail(const char *id, const struct plan *plan, int32_t sweep, const char *why)
{
    printf("DIFFERENT  %s, seed %" PRIu64, id, plan->seed_first);
    if (sweep >= 0) printf(", sweep %" PRId32, sweep);
    printf("\n   %s\n", why);
    return false;
}

static bool asks_for_time(const struct story *story)
{
    static const struct fl_span call = {"redis.call('TIME')", sizeof "redis.call('TIME')" - 1};
    struct story_event event;
    for (size_t at = 0; story_next(story, &at, &event);)
        if (event.kind == STORY_SENT &&
            memmem(event.bytes.bytes, event.bytes.length, call.bytes, call.length))
            return true;
    return false;
}

/* One run as when nobody watched, and on the real server. */
static bool compare_run(struct suite *suite, const char *id, const struct plan *plan, int32_t sweep,
                        struct outcome alone)
{
    struct outcome watched;
    suite->runs++;
    if (!play_watched(suite, plan, sweep, &watched))
        return fail(id, plan, sweep, "the run cannot be told");
    if (watched.verdict != alone.verdict || watched.hash[0] != alone.hash[0] ||
        watched.hash[1] != alone.hash[1])
        return fail(id, plan, sweep, "a run that is watched is another");
    suite->timed = asks_for_time(&suite->story);
    return suite->timed || retelling_tell(&suite->retelling, &suite->story) ||
           fail(id, plan, sweep, suite->retelling.why);
}

static bool has_sweep(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->fault_count; i++)
        if (plan->faults[i].sweep) return true;
    return false;
}

/* 0: the sweep has none, or no end. */
static int32_t count_points(struct suite *suite, const struct plan *plan)
{
    for (int32_t points = 0; points < POINTS_MAX; points++) {
        suite->alone[points] = play(suite, plan, points, NULL);
        if (suite->alone[points].verdict == RUN_SWEPT) return points;
    }
    return 0;
}

static bool compare_plan(struct suite *suite, const char *id, const struct plan *plan)
{
    if (!has_sweep(plan)) return compare_run(suite, id, plan, -1, play(suite, plan, -1, NULL));
    int32_t points = count_points(suite, plan);
    int64_t chosen = points < (int32_t)suite->points_max ? points : (int64_t)suite->points_max;
    bool same = points > 0 || fail(id, plan, 0, "the sweep meets nothing, or too much");
    for (int64_t i = 0; same && !suite->timed && i < chosen; i++) {
        int32_t point = (int32_t)(i * points / chosen);
        same = compare_run(suite, id, plan, point, suite->alone[point]);
    }
    return same;
}

static struct plan *read_plan(const char *path)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    if (scenario_read(path, NULL, 0, &plan, &message))
        printf("FAILED  %s cannot be read\n   %s\n", path, message.length ? message.bytes : "");
    fl_buf_release(&message);
    return plan;
}

static void compare_scenario(struct suite *suite, const struct discovered_file *file)
{
    struct plan *plan = read_plan(file->path);
    suite->timed = false;
    bool same = plan && compare_plan(suite, file->id, plan);
    suite->skipped += same && suite->timed;
    suite->passed += same && !suite->timed;
    suite->failed += !same;
    scenario_plan_free(plan);
}

/* ---- proof that a difference is found ---- */

static const char proof[] =
    "scenario 1 \"an import is told to the staff and to the user\"\n"
    "processes 1 queues user_notifications staff_notifications default\n"
    "given db business_accounts id=1 name=\"Acme\" email=owner@acme.example\n"
    "given db imports id=7 business_account_id=1 import_type=csv source=import.csv state=pending\n"
    "given file import.csv rows 3\n"
    "enqueue imp-7 ImportProcessorWorker [7]\n"
    "expect imp-7 done\n";

/* Changes the first byte behind `before` in the first event of the kind that has it. */
static bool lie(struct story *story, enum story_kind kind, struct fl_span before)
{
    struct story_event event;
    for (size_t at = 0; story_next(story, &at, &event);) {
        if (event.kind != kind) continue;
        const char *found =
            memmem(event.bytes.bytes, event.bytes.length, before.bytes, before.length);
        if (!found) continue;
        story->bytes.bytes[found + before.length - story->bytes.bytes] ^= 1;
        return true;
    }
    return false;
}

/* The lie must come out when the real server is asked what has `asked` in it. */
static void must_find(struct suite *suite, const struct plan *plan, enum story_kind kind,
                      struct fl_span before, const char *asked)
{
    struct outcome outcome;
    struct retelling *retelling = &suite->retelling;
    bool told = play_watched(suite, plan, -1, &outcome) && outcome.verdict == RUN_PASSED &&
                retelling_tell(retelling, &suite->story);
    bool found = told && lie(&suite->story, kind, before) &&
                 !retelling_tell(retelling, &suite->story) && strstr(retelling->why, asked);
    suite->passed += found;
    suite->failed += !found;
    if (!found) printf("%s  %s\n   %s\n", told ? "NOT FOUND" : "DIFFERENT", asked, retelling->why);
}

static void prove(struct suite *suite)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan;
    if (scenario_parse("proof.scenario", fl_span_from(proof), NULL, 0, &plan, &message)) {
        printf("FAILED  %s\n", message.bytes);
        suite->failed++;
    } else {
        must_find(suite, plan, STORY_ANSWERED, FL_SPAN(":"), "");
        must_find(suite, plan, STORY_ANSWERED, FL_SPAN("\"jid\":\""), "LMOVE");
        must_find(suite, plan, STORY_SENT, FL_SPAN("SADD\r\n$6\r\nqueues\r\n$19\r\n"),
                  "SMEMBERS $6 queues");
        scenario_plan_free(plan);
    }
    fl_buf_release(&message);
}

/* ---- the program ---- */

static bool find_files(int argc, char **argv, struct suite *suite, struct discovered *files)
{
    int i = 1;
    if (argc > 2 && strcmp(argv[1], "--points") == 0) {
        suite->points_max = (uint32_t)strtoul(argv[2], NULL, 10);
        i = 3;
    }
    for (; i < argc; i++)
        if (discover(files, argv[i])) return false;
    return files->count > 0 && suite->points_max > 0;
}

static void compare_all(struct suite *suite, const struct server *server,
                        const struct discovered *files)
{
    suite->alone = malloc(POINTS_MAX * sizeof *suite->alone);
    if (!suite->alone || !retelling_open(&suite->retelling, server) ||
        run_house_new(&suite->house)) {
        suite->failed++;
        return;
    }
    prove(suite);
    for (uint32_t i = 0; i < files->count; i++)
        compare_scenario(suite, &files->files[i]);
    printf("%u scenarios, %" PRIu64 " runs, %" PRIu64 " commands compared, %" PRIu64
           " refused in states that a real server cannot be brought into\n",
           files->count, suite->runs, suite->retelling.commands, suite->retelling.replaced);
}

int main(int argc, char **argv)
{
    struct suite suite = {
        .points_max = POINTS_MAX, .story = story_new(), .retelling = {.control = -1}};
    struct discovered files = {.arena = FL_ARENA_INIT(64 * 1024 * 1024)};
    struct server server;
    if (!find_files(argc, argv, &suite, &files)) {
        fprintf(stderr, "usage: scenarios_on_redis [--points N] FOLDER...\n");
        return 2;
    }
    enum server_start started = server_start(&server);
    if (started == SERVER_STARTED) {
        compare_all(&suite, &server, &files);
        server_stop(&server);
    }
    retelling_close(&suite.retelling);
    run_house_free(suite.house);
    free(suite.alone);
    story_release(&suite.story);
    discover_release(&files);
    if (started != SERVER_STARTED) {
        printf("no redis-server starts\n0 passed, 0 failed, 1 skipped\n");
        return EXIT_SKIPPED;
    }
    printf("%u passed, %u failed, %u skipped\n", suite.passed, suite.failed, suite.skipped);
    return suite.failed ? 1 : 0;
}
