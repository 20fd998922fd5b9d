#include "scripted_pool.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WAITING_MAX = 1024, LINE_BYTES_MAX = 1024 * 1024 };

struct pool {
    int workers;
    uint64_t ticket;
    struct waiting {
        uint64_t ticket;
        int worker;
        struct fl_buf line;
    } waiting[WAITING_MAX];
    size_t count;
    struct fl_buf answer;
};

static const struct script *used;
static uint64_t runs, requests;

void scripted_pool_use(const struct script *script)
{
    used = script;
    runs = requests = 0;
}

uint64_t scripted_pool_runs(void)
{
    return runs;
}

uint64_t scripted_pool_requests(void)
{
    return requests;
}

enum fl_error pool_new(int workers, int64_t hang_limit_us, struct pool **ret_pool)
{
    assert_true(hang_limit_us > 0);
    struct pool *pool = calloc(1, sizeof *pool);
    assert_non_null(pool);
    pool->workers = workers;
    pool->answer = FL_BUF_INIT(LINE_BYTES_MAX);
    *ret_pool = pool;
    return FL_OK;
}

void pool_free(struct pool *pool)
{
    assert_int_equal(pool->count, 0);
    fl_buf_release(&pool->answer);
    free(pool);
}

int pool_workers(const struct pool *pool)
{
    return pool->workers;
}

enum fl_error pool_submit(struct pool *pool, int worker, struct fl_span line, uint64_t *ret_ticket)
{
    assert_true(pool->count < WAITING_MAX);
    assert_true(worker >= 0 && worker < pool->workers);
    struct waiting *waiting = &pool->waiting[pool->count++];
    *waiting = (struct waiting){++pool->ticket, worker, FL_BUF_INIT(LINE_BYTES_MAX)};
    assert_int_equal(fl_buf_append_span(&waiting->line, line), FL_OK);
    *ret_ticket = waiting->ticket;
    requests++;
    return FL_OK;
}

/* False: the worker died. */
static bool play(const struct run_request *request, struct pool_answer *answer, uint64_t seed,
                 int32_t sweep, struct run_answer_writer *writer, enum run_verdict *ret_verdict)
{
    struct scripted_run run = used->play(request, answer->worker, seed, sweep);
    runs++;
    if (run.crashes || run.hangs) {
        answer->death = run.hangs ? POOL_HUNG : POOL_CRASHED;
        answer->signal = run.hangs ? 0 : SIGSEGV;
        snprintf(answer->note.effect, sizeof answer->note.effect, "a#1.2 db COMMIT");
        if (run.symbol) snprintf(answer->note.symbol, sizeof answer->note.symbol, "%s", run.symbol);
        return false;
    }
    run.item.seed = seed;
    run.item.sweep = sweep;
    run.item.trace_hash[0] += seed * 1000 + (uint64_t)(sweep + 1) + 1;
    if (request->record && run.item.trace.length == 0)
        run.item.trace = FL_SPAN("0 a#1.1 redis LREM\n");
    if (request->record && run.item.choices.length == 0) run.item.choices = FL_SPAN("one choice\n");
    run_answer_add(writer, &run.item);
    *ret_verdict = run.item.verdict;
    return true;
}

static void answer_request(struct pool *pool, const struct waiting *waiting,
                           struct pool_answer *answer)
{
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct run_request request;
    enum run_verdict verdict = RUN_PASSED;
    assert_int_equal(run_request_read(fl_buf_span(&waiting->line), &arena, &request), FL_OK);
    struct run_answer_writer writer = run_answer_begin(&pool->answer);
    for (uint32_t i = 0; i < request.seeds && answer->death == POOL_ANSWERED; i++)
        for (uint32_t k = 0; k < request.points; k++) {
            int32_t sweep = request.sweep < 0 ? -1 : request.sweep + (int32_t)k;
            if (!play(&request, answer, request.seed + i, sweep, &writer, &verdict)) break;
            if (verdict == RUN_SWEPT) break;
        }
    assert_int_equal(run_answer_end(&writer, 100), FL_OK);
    fl_arena_release(&arena);
}

enum fl_error pool_next(struct pool *pool, struct pool_answer *ret_answer)
{
    if (pool->count == 0) return FL_ENOTFOUND;
    size_t at = used->last_in_first_out ? pool->count - 1 : 0;
    struct waiting waiting = pool->waiting[at];
    memmove(&pool->waiting[at], &pool->waiting[at + 1],
            (pool->count - at - 1) * sizeof pool->waiting[0]);
    pool->count--;
    *ret_answer = (struct pool_answer){.ticket = waiting.ticket, .worker = waiting.worker};
    fl_buf_truncate(&pool->answer, 0);
    if (used->answer)
        assert_int_equal(fl_buf_append_text(&pool->answer, used->answer), FL_OK);
    else
        answer_request(pool, &waiting, ret_answer);
    ret_answer->line = fl_buf_span(&pool->answer);
    fl_buf_release(&waiting.line);
    return FL_OK;
}
