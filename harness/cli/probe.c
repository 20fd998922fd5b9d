#include "harness/cli/probe.h"

#include "harness/cli/evidence.h"

enum { REQUEST_BYTES_MAX = 16 * 1024 * 1024, DEATH_BYTES_MAX = 16 * 1024 };

static enum fl_error submit(struct pool *pool, const struct probe_order *order, enum probe_run run,
                            uint64_t *ret_ticket)
{
    struct fl_buf line = FL_BUF_INIT(REQUEST_BYTES_MAX);
    const struct run_request request = {.path = order->path,
                                        .settings = order->settings,
                                        .setting_count = order->setting_count,
                                        .seed = order->seed,
                                        .seeds = 1,
                                        .sweep = -1,
                                        .points = 1,
                                        .source = REQUEST_SEEDED,
                                        .changes.bare = run == PROBE_UNDISTURBED,
                                        .wants = RUN_WANTS_ALL};
    enum fl_error err = run_request_write(&request, &line);
    if (!err)
        err = pool_submit(pool, (int)run % pool_workers(pool), fl_buf_span(&line), ret_ticket);
    fl_buf_release(&line);
    return err;
}

static enum fl_error take(struct pool *pool, const uint64_t tickets[PROBE_RUNS],
                          struct probe *probe)
{
    struct pool_answer answer;
    enum fl_error err = pool_next(pool, &answer);
    if (err) return err;
    int run = answer.ticket == tickets[PROBE_DISTURBED] ? PROBE_DISTURBED : PROBE_UNDISTURBED;
    if (answer.death != POOL_ANSWERED) return evidence_of_death(&answer, &probe->deaths[run]);
    return run_answer_read(answer.line, &probe->answers[run]);
}

enum fl_error probe_play(struct pool *pool, const struct probe_order *order,
                         struct probe *ret_probe)
{
    struct probe probe = {0};
    uint64_t tickets[PROBE_RUNS] = {0};
    enum fl_error err = FL_OK;
    int asked = 0;
    for (int run = 0; run < PROBE_RUNS; run++)
        probe.deaths[run] = FL_BUF_INIT(DEATH_BYTES_MAX);
    while (asked < PROBE_RUNS && !err) {
        err = submit(pool, order, (enum probe_run)asked, &tickets[asked]);
        asked += !err;
    }
    while (asked-- > 0) { /* all that were asked, so that the next probe's are its own */
        enum fl_error taken = take(pool, tickets, &probe);
        if (!err) err = taken;
    }
    if (err)
        probe_release(&probe);
    else
        *ret_probe = probe;
    return err;
}

void probe_release(struct probe *probe)
{
    for (int run = 0; run < PROBE_RUNS; run++) {
        run_answer_release(&probe->answers[run]);
        fl_buf_release(&probe->deaths[run]);
    }
}

const struct run_item *probe_item(const struct probe *probe, enum probe_run run,
                                  const char **ret_why)
{
    const struct run_answer *answer = &probe->answers[run];
    const struct run_item *item = answer->item_count ? &answer->items[0] : NULL;
    *ret_why = probe->deaths[run].length ? probe->deaths[run].bytes : answer->error;
    if (item && item->facts && item->verdict != RUN_BAD_INPUT && item->verdict != RUN_HARNESS_FAULT)
        return item;
    if (item && item->text.length) *ret_why = item->text.bytes;
    if (!*ret_why) *ret_why = "found     no answer";
    return NULL;
}
