/* scenarios/workers/chains.c - a module with middleware around its jobs and its pushes, and with
 * handlers that are told of deaths. */
#include <faultline/middleware.h>
#include <string.h>

/* Adds `member` to a set of the application's. */
static enum fl_error note(struct fl_job *job, const char *set, const char *member)
{
    const struct fl_span args[] = {FL_SPAN("SADD"), fl_span_from(set), fl_span_from(member)};
    const struct fl_command command = {args, 3};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err;
}

static enum fl_outcome failed(struct fl_job *job, enum fl_error err)
{
    if (err == FL_ENOMEM)
        return fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
}

/* --- around jobs --- */

/* Notes who has been here, before and behind the handler. */
static enum fl_outcome doorman(struct fl_job *job, const struct fl_next_job *next)
{
    enum fl_error err = note(job, "entered", fl_job_jid(job));
    if (err) return failed(job, err);
    enum fl_outcome outcome = fl_run_next(job, next);
    if (outcome != FL_DONE) return outcome;
    err = note(job, "left", fl_job_jid(job));
    return err ? failed(job, err) : FL_DONE;
}

/* By the first argument: "skip" is passed over, "stumble" fails in here, the first time. */
static enum fl_outcome judge(struct fl_job *job, const struct fl_next_job *next)
{
    const char *word;
    enum fl_error err = fl_job_text(job, 0, &word);
    if (err == FL_ENOMEM) return failed(job, err);
    if (!err && strcmp(word, "skip") == 0) return FL_DONE;
    if (!err && strcmp(word, "stumble") == 0 && fl_job_retry_count(job) < 0)
        return fl_fail(job, FL_TRANSIENT, "MiddlewareError", "the judge stumbles");
    return fl_run_next(job, next);
}

/* --- around pushes --- */

/* By the arguments' text: what says "forbidden" is stopped, what says "slow" goes to that queue. */
static enum fl_error porter(struct fl_push *push, const struct fl_next_push *next)
{
    if (memmem(push->args.bytes, push->args.length, "forbidden", 9)) return FL_ECANCELED;
    if (memmem(push->args.bytes, push->args.length, "slow", 4)) push->queue = "slow";
    push->tags = FL_SPAN("[\"by-the-porter\"]");
    return fl_push_next(push, next);
}

/* --- deaths --- */

static void mourn(struct fl_job *job)
{
    if (note(job, "mourned", fl_job_jid(job)))
        fl_job_log(job, FL_LOG_ERROR, "could not be mourned");
}

static void stumble_at_the_grave(struct fl_job *job)
{
    fl_fail(job, FL_TRANSIENT, "GraveError", "did not find the way to %s", fl_job_error_class(job));
}

static enum fl_error configure(struct fl_config *config)
{
    static const struct fl_middleware outer = {.name = "doorman", .around_job = doorman};
    static const struct fl_middleware inner = {.name = "judge", .around_job = judge};
    static const struct fl_middleware pushes = {.name = "porter", .around_push = porter};
    enum fl_error err = fl_chain_add(fl_config_server(config), &inner);
    if (!err) err = fl_chain_insert_before(fl_config_server(config), "judge", &outer);
    if (!err) err = fl_chain_add(fl_config_client(config), &pushes);
    if (!err) err = fl_config_on_death(config, stumble_at_the_grave);
    if (!err) err = fl_config_on_death(config, mourn);
    return err;
}

const struct fl_setup fl_setup = {.configure = configure};

/* --- the jobs --- */

static enum fl_outcome visit(struct fl_job *job)
{
    const char *word;
    enum fl_error err = fl_job_text(job, 0, &word);
    if (!err) err = note(job, "visited", word);
    return err == FL_EINVAL ? fl_fail(job, FL_PERMANENT, "ArgumentError", "want a word")
           : err            ? failed(job, err)
                            : FL_DONE;
}

static enum fl_outcome fail_perform(struct fl_job *job)
{
    return fl_fail(job, FL_TRANSIENT, "RuntimeError", "fails every time");
}

static int64_t discard_in(struct fl_job *job, int64_t retry_count)
{
    (void)job, (void)retry_count;
    return FL_RETRY_IN_DISCARD;
}

/* Pushes a visit for each of its arguments, under jids that follow from it. */
static enum fl_outcome invite(struct fl_job *job)
{
    uint32_t count = fl_json_length(fl_job_args(job));
    for (uint32_t i = 0; i < count; i++) {
        char jid[25];
        struct fl_buf args = FL_BUF_INIT(256), key = FL_BUF_INIT(256);
        enum fl_error err = fl_buf_printf(
            &args, "[%.*s]", FL_SPAN_ARGS(fl_json_raw(fl_json_element(fl_job_args(job), i))));
        if (!err) err = fl_buf_printf(&key, "%s %u", fl_job_jid(job), (unsigned)i);
        if (!err) {
            fl_jid_derive(fl_buf_span(&key), jid);
            const struct fl_push push = {
                .worker = "VisitWorker", .args = fl_buf_span(&args), .jid = jid};
            err = fl_job_push(job, &push);
        }
        fl_buf_release(&args);
        fl_buf_release(&key);
        if (err && err != FL_ECANCELED) return failed(job, err);
    }
    return FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "VisitWorker", .perform = visit, .retry = FL_RETRY_DEFAULT},
    {.name = "InviteWorker", .perform = invite, .retry = FL_RETRY_DEFAULT},
    {.name = "OnceWorker", .perform = fail_perform, .retry = 0},
    {.name = "NeverWorker", .perform = fail_perform, .retry = FL_RETRY_NEVER},
    {.name = "DeadFalseWorker", .perform = fail_perform, .retry = 0, .dead = FL_DEAD_DROP},
    {.name = "DiscardedWorker",
     .perform = fail_perform,
     .retry = FL_RETRY_DEFAULT,
     .retry_in = discard_in},
    {0},
};
