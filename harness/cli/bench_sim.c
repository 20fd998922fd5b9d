/* Processor time, not real time: what else the machine does makes the figure less exact, but not
 * another one. The first batch warms the worker's caches and is not counted. */
#include "harness/cli/bench_sim.h"

#include "harness/cli/evidence.h"
#include "harness/cli/session.h"
#include "harness/pool/pool.h"

enum { REQUEST_BYTES_MAX = 16 * 1024 * 1024, BATCH_US = 50 * 1000 };

struct sim_bench {
    const struct bench_sim_order *order;
    struct pool *pool;
    struct fl_buf *problem;
    uint32_t batch_size;
    uint64_t next_seed;
    int32_t next_point;
};

struct batch_sums {
    uint64_t runs, effects;
    int64_t used_us;
};

static enum fl_error ask(struct sim_bench *bench)
{
    const struct bench_sim_order *order = bench->order;
    struct fl_buf line = FL_BUF_INIT(REQUEST_BYTES_MAX);
    uint64_t ticket;
    const struct run_request request = {.path = order->path,
                                        .settings = order->settings,
                                        .setting_count = order->setting_count,
                                        .seed = bench->next_seed,
                                        .seeds = order->sweeps ? 1 : bench->batch_size,
                                        .sweep = order->sweeps ? bench->next_point : -1,
                                        .points = order->sweeps ? bench->batch_size : 1};
    enum fl_error err = run_request_write(&request, &line);
    if (!err) err = pool_submit(bench->pool, 0, fl_buf_span(&line), &ticket);
    fl_buf_release(&line);
    return err;
}

/* What comes after this batch: more seeds; or more points, and after the last one the first. */
static void move_on(struct sim_bench *bench, bool sweep_ended)
{
    if (!bench->order->sweeps) bench->next_seed += bench->batch_size;
    if (bench->order->sweeps) bench->next_point += (int32_t)bench->batch_size;
    if (sweep_ended) bench->next_point = 0;
}

static enum fl_error add_items(struct sim_bench *bench, const struct run_answer *answer,
                               struct batch_sums *sums)
{
    bool ended = false;
    for (uint32_t i = 0; i < answer->item_count; i++) {
        const struct run_item *item = &answer->items[i];
        if (item->verdict == RUN_SWEPT) {
            ended = true;
        } else if (item->verdict != RUN_PASSED) {
            enum fl_error err = fl_buf_append_span(bench->problem, item->text);
            return err ? err : FL_EINVAL;
        } else {
            sums->runs++;
            sums->effects += item->effects;
        }
    }
    move_on(bench, ended);
    sums->used_us += answer->used_us;
    return FL_OK;
}

/* The next batch is to take BATCH_US. */
static void adapt(struct sim_bench *bench, const struct run_answer *answer)
{
    if (!answer->item_count) return;
    int64_t each_us = answer->used_us / answer->item_count;
    int64_t size = BATCH_US / (each_us > 0 ? each_us : 1);
    if (size > REQUEST_RUNS_MAX) size = REQUEST_RUNS_MAX;
    bench->batch_size = size < 1 ? 1 : (uint32_t)size;
}

static enum fl_error play_batch(struct sim_bench *bench, struct batch_sums *sums)
{
    struct pool_answer line;
    struct run_answer answer;
    enum fl_error err = ask(bench);
    if (!err) err = pool_next(bench->pool, &line);
    if (err) return err;
    if (line.death != POOL_ANSWERED) {
        err = evidence_of_death(&line, bench->problem);
        return err ? err : FL_EINVAL;
    }
    err = run_answer_read(line.line, &answer);
    if (err) return err;
    if (answer.error) {
        err = fl_buf_append_text(bench->problem, answer.error);
        if (!err) err = FL_EINVAL;
    } else {
        err = add_items(bench, &answer, sums);
        adapt(bench, &answer);
    }
    run_answer_release(&answer);
    return err;
}

static enum fl_error play_round(struct sim_bench *bench, struct bench_sim_result *result)
{
    struct batch_sums sums = {0};
    enum fl_error err = FL_OK;
    bench->next_seed = bench->order->seed_first; /* every round plays the same runs */
    bench->next_point = 0;
    while (!err && sums.used_us < bench->order->round_us)
        err = play_batch(bench, &sums);
    if (err) return err;
    double seconds = (double)sums.used_us / 1e6;
    if (!sample_add(&result->runs, (double)sums.runs / seconds) ||
        !sample_add(&result->effects, (double)sums.effects / seconds))
        return FL_EBOUND;
    result->effects_a_run = sums.effects / (sums.runs ? sums.runs : 1);
    return FL_OK;
}

enum fl_error bench_sim(const struct bench_sim_order *order, struct bench_sim_result *ret_result,
                        struct fl_buf *problem)
{
    struct sim_bench bench = {.order = order, .problem = problem, .batch_size = 1};
    struct bench_sim_result result = {0};
    struct batch_sums warming = {0};
    enum fl_error err = pool_new(1, SESSION_HANG_US, &bench.pool);
    if (err) return err;
    bench.next_seed = order->seed_first;
    err = play_batch(&bench, &warming);
    for (uint32_t i = 0; i < order->rounds && !err; i++)
        err = play_round(&bench, &result);
    pool_free(bench.pool);
    if (!err) *ret_result = result;
    return err;
}
