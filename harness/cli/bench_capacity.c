#include "harness/cli/bench_capacity.h"

#include "harness/bench/waits.h"
#include "harness/cli/evidence.h"
#include "harness/cli/session.h"
#include "harness/pool/pool.h"

enum { REQUEST_BYTES_MAX = 16 * 1024 * 1024 };

static enum fl_error ask(const struct bench_sim_order *order, struct pool *pool, uint64_t seed)
{
    struct fl_buf line = FL_BUF_INIT(REQUEST_BYTES_MAX);
    uint64_t ticket;
    const struct run_request request = {.path = order->path,
                                        .settings = order->settings,
                                        .setting_count = order->setting_count,
                                        .seed = seed,
                                        .seeds = 1,
                                        .sweep = -1,
                                        .points = 1,
                                        .record = true};
    enum fl_error err = run_request_write(&request, &line);
    if (!err) err = pool_submit(pool, 0, fl_buf_span(&line), &ticket);
    fl_buf_release(&line);
    return err;
}

static enum fl_error add_run(struct bench_capacity_result *result, const struct run_item *item,
                             struct fl_buf *problem)
{
    struct waits waits;
    if (item->verdict != RUN_PASSED) {
        enum fl_error err = fl_buf_append_span(problem, item->text);
        return err ? err : FL_EINVAL;
    }
    enum fl_error err = waits_of_trace(item->trace, &waits);
    if (err) return err;
    result->jobs += waits.jobs;
    result->others += waits.others;
    result->again += waits.again;
    bool room = sample_add(&result->wait_median, (double)waits.wait_median_us) &&
                sample_add(&result->wait_p99, (double)waits.wait_p99_us) &&
                sample_add(&result->total_median, (double)waits.total_median_us) &&
                sample_add(&result->total_p99, (double)waits.total_p99_us) &&
                sample_add(&result->service_median, (double)waits.service_median_us) &&
                sample_add(&result->service_p99, (double)waits.service_p99_us) &&
                sample_add(&result->retry_median, (double)waits.retry_median_us) &&
                sample_add(&result->retry_p99, (double)waits.retry_p99_us);
    return room ? FL_OK : FL_EBOUND;
}

static enum fl_error take(struct pool *pool, struct bench_capacity_result *result,
                          struct fl_buf *problem)
{
    struct pool_answer line;
    struct run_answer answer;
    enum fl_error err = pool_next(pool, &line);
    if (err) return err;
    if (line.death != POOL_ANSWERED) {
        err = evidence_of_death(&line, problem);
        return err ? err : FL_EINVAL;
    }
    err = run_answer_read(line.line, &answer);
    if (err) return err;
    if (answer.error)
        err = fl_buf_append_text(problem, answer.error);
    else if (answer.item_count)
        err = add_run(result, &answer.items[0], problem);
    if (!err && answer.error) err = FL_EINVAL;
    run_answer_release(&answer);
    return err;
}

enum fl_error bench_capacity(const struct bench_sim_order *order,
                             struct bench_capacity_result *ret_result, struct fl_buf *problem)
{
    struct bench_capacity_result result = {0};
    struct pool *pool;
    enum fl_error err = pool_new(1, SESSION_HANG_US, &pool);
    if (err) return err;
    for (uint32_t i = 0; i < order->rounds && !err; i++) {
        err = ask(order, pool, order->seed_first + i);
        if (!err) err = take(pool, &result, problem);
    }
    pool_free(pool);
    if (!err) *ret_result = result;
    return err;
}
