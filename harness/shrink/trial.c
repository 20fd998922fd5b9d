#include "harness/shrink/trial.h"

#include "core/assert.h"
#include "harness/cli/evidence.h"

enum { DEATH_BYTES_MAX = 16 * 1024 };

static enum fl_error submit(struct pool *pool, int worker, const char *path,
                            const struct trial *trial, uint64_t *ret_ticket)
{
    struct fl_buf line = FL_BUF_INIT(2 * TRIAL_TEXT_BYTES_MAX);
    const struct run_request request = {.path = path,
                                        .seed = trial->seed,
                                        .seeds = 1,
                                        .sweep = trial->sweep,
                                        .points = 1,
                                        .record = trial->record,
                                        .source = trial->source,
                                        .choices = trial->choices,
                                        .changes = {.extra = trial->text, .instead = true},
                                        .effects_max = trial->effects_max,
                                        .wants = trial->wants};
    enum fl_error err = run_request_write(&request, &line);
    if (!err) err = pool_submit(pool, worker, fl_buf_span(&line), ret_ticket);
    fl_buf_release(&line);
    return err;
}

static enum fl_error take_death(const struct pool_answer *answer, struct trial *trial)
{
    struct fl_buf text = FL_BUF_INIT(DEATH_BYTES_MAX);
    enum fl_error err = evidence_of_death(answer, &text);
    if (!err) err = fingerprint_take(&trial->fingerprint, RUN_CRASHED, fl_buf_span(&text));
    trial->played = !err;
    fl_buf_release(&text);
    return err;
}

static enum fl_error take(const struct pool_answer *answer, struct trial *trial)
{
    if (answer->death != POOL_ANSWERED) return take_death(answer, trial);
    enum fl_error err = run_answer_read(answer->line, &trial->answer);
    if (err || trial->answer.error || !trial->answer.item_count) return err;
    const struct run_item *item = &trial->answer.items[0];
    trial->played = item->verdict != RUN_BAD_INPUT && item->verdict != RUN_SWEPT;
    return fingerprint_take(&trial->fingerprint, item->verdict, item->text);
}

enum fl_error trials_play(struct pool *pool, const char *path, struct trial *trials, uint32_t count)
{
    uint64_t tickets[TRIALS_AT_ONCE_MAX];
    uint32_t sent = 0;
    enum fl_error err = FL_OK;
    fl_assert(count <= TRIALS_AT_ONCE_MAX);
    for (uint32_t i = 0; i < count; i++) {
        trials[i].fingerprint = FINGERPRINT_INIT;
        trials[i].played = false;
        trials[i].answer = (struct run_answer){0};
    }
    while (sent < count && !err) {
        err = submit(pool, (int)sent % pool_workers(pool), path, &trials[sent], &tickets[sent]);
        sent += !err;
    }
    for (uint32_t got = 0; got < sent; got++) { /* all that were sent, so that none is left over */
        struct pool_answer answer;
        enum fl_error taken = pool_next(pool, &answer);
        for (uint32_t i = 0; i < sent && !taken; i++)
            if (tickets[i] == answer.ticket) taken = take(&answer, &trials[i]);
        if (!err) err = taken;
    }
    return err;
}

void trial_release(struct trial *trial)
{
    run_answer_release(&trial->answer);
    fingerprint_release(&trial->fingerprint);
}

const struct run_item *trial_item(const struct trial *trial)
{
    return trial->answer.item_count ? &trial->answer.items[0] : NULL;
}
