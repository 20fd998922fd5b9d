/* `enqueue imp-7 ImportProcessorWorker [7] in 5m queue low_priority retry 3 dead false` */
#include <stdio.h>
#include <string.h>

#include "harness/scenario/reading.h"

/* The name is new, and means nothing else in an address or a claim. */
static bool check_name(struct reading *r, const struct token *token)
{
    if (words_find(&words_expects, token->text) || reading_is_process(token->text))
        return reading_problem(r, token, "a name that is no word of the language and no process");
    struct plan_where *first = fl_map_get(&r->job_names, token->text);
    if (!first) return true;
    char note[48];
    snprintf(note, sizeof note, "line %u has it already", first->line);
    return reading_problem_note(r, token, "a new name for the job", note);
}

static bool remember_name(struct reading *r, struct plan_where at, const char *name)
{
    struct plan_where *where = fl_arena_alloc(&r->plan->arena, sizeof *where);
    if (where) *where = at;
    enum fl_error err = FL_ENOMEM;
    if (where) err = fl_map_put(&r->job_names, fl_span_from(name), where, NULL);
    if (err) r->err = err;
    return !err;
}

bool reading_new_job(struct reading *r, struct plan_where *ret_where, const char **ret_name)
{
    const struct token *token = line_peek(&r->line);
    *ret_where = reading_where(r, token);
    return reading_name(r, "a name for the job: letters, digits, - _ . :", READING_NAME,
                        ret_name) &&
           check_name(r, token) && remember_name(r, *ret_where, *ret_name);
}

bool reading_args(struct reading *r, struct fl_span *ret_args)
{
    const struct token *token = line_peek(&r->line);
    if (!reading_json(r, "the arguments as a JSON array, like [7]", ret_args)) return false;
    return ret_args->bytes[0] == '[' ||
           reading_problem(r, token, "the arguments as a JSON array, like [7]");
}

/* --- options --- */
static bool read_at(struct reading *r, int64_t *ret_us)
{
    const struct token *token = line_peek(&r->line);
    if (!reading_jump(r, ret_us)) return false;
    return *ret_us != -1 || reading_problem(r, token, "a jump other than -1us");
}

static bool read_retry(struct reading *r, struct fl_span *ret_retry)
{
    const struct token *token = line_take(&r->line);
    long long number;
    bool count = fl_span_int64(token->text, &number) && number >= 0 && number <= INT32_MAX;
    if (!count && !token_is(token, "true") && !token_is(token, "false"))
        return reading_problem(r, token, "a number of retries, true or false");
    *ret_retry = token->text;
    return true;
}

static bool read_dead(struct reading *r, enum fl_dead_setting *ret_dead)
{
    int yes;
    if (!reading_word(r, &words_booleans, &yes)) return false;
    *ret_dead = yes ? FL_DEAD_KEEP : FL_DEAD_DROP;
    return true;
}

static bool read_option(struct reading *r, enum word_enqueue option, struct plan_job *job)
{
    switch (option) {
    case WORD_PUSH_IN: return reading_duration(r, "a duration, like 5m", &job->in_us);
    case WORD_PUSH_AT: return read_at(r, &job->at_us);
    case WORD_PUSH_WHEN: return reading_offset(r, &job->when_us);
    case WORD_PUSH_QUEUE: return reading_name(r, "the name of a queue", READING_NAME, &job->queue);
    case WORD_PUSH_RETRY: return read_retry(r, &job->retry);
    case WORD_PUSH_DEAD: return read_dead(r, &job->dead);
    }
    return false;
}

static bool read_options(struct reading *r, struct plan_job *job)
{
    uint32_t seen = 0;
    int option;
    while (line_peek(&r->line)->kind != TOKEN_END) {
        const struct token *token = line_peek(&r->line);
        if (!reading_option(r, &words_enqueue, &seen, &option)) return false;
        if (!read_option(r, (enum word_enqueue)option, job)) return false;
        if (job->in_us != -1 && job->at_us != -1)
            return reading_problem(r, token, "either in or at");
    }
    return true;
}

/* --- kinds --- */
static bool read_raw(struct reading *r, struct plan_job *job)
{
    job->kind = PLAN_PUSH_RAW;
    if (!reading_expect(r, "queue")) return false;
    if (!reading_name(r, "the name of a queue", READING_NAME, &job->queue)) return false;
    const struct token *token = line_peek(&r->line);
    if (token->kind == TOKEN_END) return reading_problem(r, token, "the payload in quotes");
    job->args = line_take(&r->line)->text;
    if (line_skip(&r->line, "when") && !reading_offset(r, &job->when_us)) return false;
    return reading_end(r, NULL);
}

static bool read_push(struct reading *r, struct plan_job *job)
{
    static const char class_what[] = "the name of a worker";
    const struct token *token = line_peek(&r->line);
    if (token->kind == TOKEN_JSON) return reading_problem(r, token, class_what);
    if (!reading_text(r, class_what, &job->worker)) return false;
    return reading_args(r, &job->args) && read_options(r, job);
}

static bool read_job(struct reading *r, bool bulk)
{
    struct plan_job *job = reading_add(r, &r->jobs, sizeof *job, PLAN_JOBS_MAX);
    if (!job) return false;
    job->in_us = job->at_us = -1;
    job->bulk = bulk;
    if (!reading_new_job(r, &job->where, &job->name)) return false;
    if (!bulk && line_skip(&r->line, "raw")) return read_raw(r, job);
    return read_push(r, job);
}

bool read_enqueue(struct reading *r)
{
    return read_job(r, false);
}

bool read_enqueue_bulk(struct reading *r)
{
    return read_job(r, true);
}
