#include "harness/cli/bench_real.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/module/find.h"
#include "harness/scenario/parse.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024, CONCURRENCY_USUAL = 5 };

/* What stands in the way of playing it for real; NULL: nothing. */
static const char *obstacle(const struct plan *plan)
{
    if (plan->fault_count || plan->cron_count) return "faults and lines `cron`";
    if (plan->processes_count > 1 || (plan->processes_count && plan->processes[0].count > 1))
        return "more than one process";
    if (plan->row_count || plan->http_count || plan->file_count) return "lines `given`";
    if (plan->module_count != 1) return "any number of modules but one";
    if (!plan->job_count || plan->job_count > ARRIVALS_MAX) return "that number of jobs";
    for (uint32_t i = 0; i < plan->job_count; i++) {
        const struct plan_job *job = &plan->jobs[i];
        if (job->kind != PLAN_PUSH || job->in_us >= 0 || job->at_us != -1 || job->queue)
            return "jobs with `in`, `at`, `queue` or raw bytes";
    }
    return NULL;
}

static int by_time(const void *a, const void *b)
{
    int64_t left = ((const struct arrival *)a)->at_us, right = ((const struct arrival *)b)->at_us;
    return (left > right) - (left < right);
}

static struct arrival *arrivals_of(const struct plan *plan)
{
    struct arrival *arrivals = calloc(plan->job_count, sizeof *arrivals);
    for (uint32_t i = 0; arrivals && i < plan->job_count; i++)
        arrivals[i] = (struct arrival){.at_us = plan->jobs[i].when_us,
                                       .worker = plan->jobs[i].worker,
                                       .args = plan->jobs[i].args};
    if (arrivals) qsort(arrivals, plan->job_count, sizeof *arrivals, by_time);
    return arrivals;
}

static struct live_program program_of(const struct plan *plan, const char *module)
{
    struct live_program program = {
        .module = module, .queue = "default", .threads = CONCURRENCY_USUAL};
    if (!plan->processes_count) return program;
    const struct fl_process_options *options = &plan->processes[0].options;
    if (options->concurrency) program.threads = options->concurrency;
    if (options->queue_count) program.queue = options->queues[0].name;
    return program;
}

static enum fl_error measure(const struct plan *plan, uint32_t rounds, const char *redis_url,
                             struct arrivals_result *ret_result, char problem[LIVE_PROBLEM_BYTES])
{
    char module[PATH_MAX];
    const char *wrong = obstacle(plan);
    if (wrong) {
        snprintf(problem, LIVE_PROBLEM_BYTES, "--real cannot play %s", wrong);
        return FL_EINVAL;
    }
    if (!sim_module_find(plan->modules[0], plan->path, module)) {
        snprintf(problem, LIVE_PROBLEM_BYTES, "no module %.200s", plan->modules[0]);
        return FL_EINVAL;
    }
    struct arrival *arrivals = arrivals_of(plan);
    const struct arrivals_order order = {.redis_url = redis_url,
                                         .program = program_of(plan, module),
                                         .arrivals = arrivals,
                                         .count = plan->job_count,
                                         .rounds = rounds};
    enum fl_error err = FL_ENOMEM;
    if (arrivals) err = arrivals_measure(&order, ret_result, problem);
    free(arrivals);
    return err;
}

enum fl_error bench_real(const struct bench_sim_order *order, const char *redis_url,
                         struct arrivals_result *ret_result, char problem[LIVE_PROBLEM_BYTES])
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    enum fl_error err =
        scenario_read(order->path, order->settings, order->setting_count, &plan, &message);
    if (err)
        snprintf(problem, LIVE_PROBLEM_BYTES, "%.200s",
                 message.length ? message.bytes : fl_error_text(err));
    else
        err = measure(plan, order->rounds, redis_url, ret_result, problem);
    scenario_plan_free(plan);
    fl_buf_release(&message);
    return err;
}
