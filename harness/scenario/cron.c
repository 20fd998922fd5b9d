/* `cron NAME WORKER [ARGS] "0 3 * * *" [tz ZONE] [queue NAME]`: jobs that the clock enqueues. */
#include "queue/cron.h"

#include "harness/scenario/reading.h"

bool reading_zone(struct reading *r, const char **ret_zone)
{
    return reading_text(r, "a time zone, like Europe/Berlin or CET-1CEST,M3.5.0,M10.5.0/3",
                        ret_zone);
}

static bool read_line_of_crontab(struct reading *r, struct plan_cron *cron)
{
    const struct token *token = line_peek(&r->line);
    const char *what = "when, in quotes, like \"30 2 * * *\"", *problem;
    struct fl_cron parsed;
    if (token->kind != TOKEN_STRING) return reading_problem(r, token, what);
    if (!reading_text(r, what, &cron->when)) return false;
    return !fl_cron_parse(token->text, &parsed, &problem) ||
           reading_problem_note(r, token, what, problem);
}

static bool read_options(struct reading *r, struct plan_cron *cron)
{
    uint32_t seen = 0;
    int option;
    while (line_peek(&r->line)->kind != TOKEN_END) {
        if (!reading_option(r, &words_cron, &seen, &option)) return false;
        bool read = false;
        switch ((enum word_cron)option) {
        case WORD_CRON_TZ: read = reading_zone(r, &cron->zone); break;
        case WORD_CRON_QUEUE:
            read = reading_name(r, "the name of a queue", READING_NAME, &cron->queue);
            break;
        }
        if (!read) return false;
    }
    return true;
}

bool read_cron(struct reading *r)
{
    struct plan_cron *cron = reading_add(r, &r->crons, sizeof *cron, PLAN_CRONS_MAX);
    if (!cron || !reading_new_job(r, &cron->where, &cron->name)) return false;
    if (!reading_text(r, "the name of a worker", &cron->worker)) return false;
    if (line_peek(&r->line)->kind == TOKEN_JSON && !reading_args(r, &cron->args)) return false;
    return read_line_of_crontab(r, cron) && read_options(r, cron);
}
