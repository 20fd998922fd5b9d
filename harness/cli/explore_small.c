/* Each world is written as a scenario of its own, so that a failure of it can be played, shrunk and
 * kept like any other; one that passes leaves nothing behind. */
#include "harness/cli/explore_small.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/cli/small_worlds.h"
#include "harness/scenario/parse.h"
#include "harness/shrink/moved.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024, TEXT_BYTES_MAX = 16 * 1024 * 1024 };

struct search {
    const struct explore_options *options;
    const struct session_options *session;
    const struct session_play *play;
    struct pool *pool;
    struct small_worlds *worlds;
    FILE *out;
    uint64_t runs;
    uint32_t open; /* worlds whose orders were not all played */
};

/* out/fetch-strict-order-small-3.scenario */
static bool path_of(const struct search *search, uint32_t index, char *path, size_t size)
{
    int length = snprintf(path, size, "%s/", search->session->out_folder);
    if (length < 0 || (size_t)length >= size) return false;
    char *name = path + length;
    int rest = snprintf(name, size - (size_t)length, "%s-small-%" PRIu32 ".scenario",
                        search->play->id, index + 1);
    for (char *at = name; *at; at++)
        if (*at == '/') *at = '-';
    return rest >= 0 && (size_t)rest < size - (size_t)length;
}

static enum fl_error write_world(const struct search *search, uint32_t index, const char *path,
                                 struct small_world *ret_world)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    enum fl_error err = small_worlds_write(search->worlds, index, ret_world, &text);
    FILE *file = err ? NULL : fopen(path, "wb");
    if (!err && !file) err = FL_EIO;
    if (file && fwrite(text.bytes, 1, text.length, file) != text.length) err = FL_EIO;
    if (file && fclose(file) != 0) err = FL_EIO;
    fl_buf_release(&text);
    return err;
}

/* Returns whether the search goes on. */
static bool play_world(struct search *search, uint32_t index, struct small_world world,
                       struct explored_small *explored)
{
    const struct campaign_order order = {
        .pool = search->pool,
        .path = explored->path,
        .strategy = CAMPAIGN_DPOR,
        .seed = search->play->scenario.seed_first,
        .runs = search->options->runs ? search->options->runs : CAMPAIGN_DPOR_RUNS,
        .budget_us = search->options->budget_us,
    };
    if (explored->has_result) campaign_result_release(&explored->result);
    campaign_run(&order, &explored->result);
    explored->has_result = true;
    explored->failed = explored->result.failed > 0;
    search->runs += explored->result.runs;
    search->open += !explored->result.complete;
    if (!explored->failed && !explored->result.problem.length) {
        unlink(explored->path);
        return true;
    }
    fprintf(search->out, "%s: world %" PRIu32 ", of %" PRIu32 " jobs and %" PRIu32 " processes\n",
            search->play->id, index + 1, world.jobs, world.processes);
    campaign_tell(explored->path, &order, &explored->result, search->out);
    return false;
}

static void tell(const struct search *search)
{
    const struct explore_options *options = search->options;
    fprintf(search->out,
            "%s: small, at most %" PRIu32 " jobs and %" PRIu32 " processes: %" PRIu32
            " worlds, %" PRIu64 " runs\n",
            search->play->id, options->jobs_max, options->processes_max,
            small_worlds_count(search->worlds), search->runs);
    if (search->open)
        fprintf(search->out,
                "      not complete: in %" PRIu32 " of the worlds not all was played\n",
                search->open);
    else
        fputs(
            "      complete: all worlds of so many of its jobs, where those that differ in name "
            "and "
            "arguments\n      only count as alike, and so many processes, without faults; in each "
            "every order that\n      makes a difference, as dpor has it\n",
            search->out);
}

static enum fl_error play_all(struct search *search, struct explored_small *explored)
{
    enum fl_error err = FL_OK;
    bool goes_on = true;
    if (mkdir(search->session->out_folder, 0777) != 0 && errno != EEXIST) return FL_EIO;
    for (uint32_t i = 0; i < small_worlds_count(search->worlds) && goes_on && !err; i++) {
        struct small_world world;
        if (!path_of(search, i, explored->path, sizeof explored->path)) return FL_EBOUND;
        err = write_world(search, i, explored->path, &world);
        if (!err) goes_on = play_world(search, i, world, explored);
    }
    if (!err && goes_on) tell(search);
    return err;
}

int explore_small(const struct explore_options *options, const struct session_options *session,
                  const struct session_play *play, struct pool *pool, FILE *out, FILE *err_out,
                  struct explored_small *ret_explored)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct search search = {options, session, play, pool, NULL, out, 0, 0};
    struct plan *plan = NULL;
    *ret_explored = (struct explored_small){0};
    enum fl_error err = scenario_read(play->scenario.path, play->scenario.settings,
                                      play->scenario.setting_count, &plan, &message);
    if (!err && !path_of(&search, 0, ret_explored->path, sizeof ret_explored->path))
        err = FL_EBOUND;
    if (!err) err = moved_plan(plan, ret_explored->path);
    if (!err)
        err = small_worlds_new(plan, options->jobs_max, options->processes_max, &search.worlds);
    if (!err) err = play_all(&search, ret_explored);
    if (err)
        fprintf(err_out, "faultline: the small worlds of %s: %s\n", play->id,
                message.length ? message.bytes : fl_error_text(err));
    small_worlds_free(search.worlds);
    scenario_plan_free(plan);
    fl_buf_release(&message);
    return err ? CLI_HARNESS_FAULT : CLI_PASSED;
}
