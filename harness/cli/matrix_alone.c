#include "harness/cli/matrix_alone.h"

#include <string.h>

#include "harness/cli/evidence.h"

struct run_request matrix_request(const struct matrix_order *order)
{
    return (struct run_request){.path = order->path,
                                .settings = order->settings,
                                .setting_count = order->setting_count,
                                .seed = order->seed,
                                .seeds = 1,
                                .sweep = -1,
                                .points = 1,
                                .changes = {.bare = true},
                                .wants = RUN_WANTS_STATE | RUN_WANTS_DEEDS};
}

enum fl_error matrix_play_alone(const struct matrix_order *order, struct fl_span lines,
                                struct run_answer *ret_answer, struct fl_buf *message,
                                enum matrix_trouble *trouble)
{
    struct fl_buf line = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    struct run_request request = matrix_request(order);
    struct pool_answer answer;
    uint64_t ticket;
    request.changes.extra = lines;
    request.wants |= RUN_WANTS_STATICS | RUN_WANTS_GUARDS;
    if (order->depth == MATRIX_PAIRS) request.wants |= RUN_WANTS_MOMENTS;
    enum fl_error err = run_request_write(&request, &line);
    if (!err) err = pool_submit(order->pool, -1, fl_buf_span(&line), &ticket);
    fl_buf_release(&line);
    if (!err) err = pool_next(order->pool, &answer);
    if (err) return err;
    if (answer.death == POOL_ANSWERED) return run_answer_read(answer.line, ret_answer);
    *trouble = MATRIX_BAD_INPUT;
    return evidence_of_death(&answer, message);
}

struct fl_span matrix_reason(struct fl_span text)
{
    const char *timeline = memmem(text.bytes, text.length, "\n+", 2);
    if (timeline) text.length = (size_t)(timeline - text.bytes);
    return text;
}
