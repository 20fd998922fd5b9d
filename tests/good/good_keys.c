/* Ways to change Redis so that a run that comes again changes nothing. The first argument is a
 * name. Each is known to be good: whatever accuses one of them is wrong itself. */
#include <faultline/worker.h>

enum { TIMEOUT_US = 10 * 1000 * 1000 };

static enum fl_error exec(struct fl_job *job, const struct fl_command *commands, size_t count)
{
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), TIMEOUT_US);
    enum fl_error err = fl_redis_exec(fl_job_redis(job), commands, count, deadline_us, &replies);
    for (size_t i = 0; !err && i < replies.count; i++)
        if (replies.items[i].type == FL_REPLY_ERROR) err = FL_EREPLY;
    fl_replies_release(&replies);
    return err;
}

static enum fl_outcome end(struct fl_job *job, enum fl_error err)
{
    if (!err) return FL_DONE;
    if (err == FL_ENOMEM) return fl_fail(job, FL_SYSTEM, "NoMemoryError", "%s", fl_error_text(err));
    return fl_fail(job, FL_TRANSIENT, "RedisError", "%s", fl_error_text(err));
}

static enum fl_error name_of(struct fl_job *job, struct fl_span *ret_name)
{
    const char *name;
    enum fl_error err = fl_job_text(job, 0, &name);
    if (!err) *ret_name = fl_span_from(name);
    return err;
}

/* --- a member of a set is there or not --- */

static enum fl_outcome set_member(struct fl_job *job)
{
    struct fl_span name;
    enum fl_error err = name_of(job, &name);
    if (err) return end(job, err);
    const struct fl_span args[] = {FL_SPAN("SADD"), FL_SPAN("members"), name};
    return end(job, exec(job, &(struct fl_command){args, 3}, 1));
}

/* --- an idempotency key and the effect that it guards are one script --- */

static const char count_once[] = "if redis.call('HSETNX',KEYS[1],ARGV[1],'1')==1 then\n"
                                 "redis.call('INCR',KEYS[2])\n"
                                 "end\n"
                                 "return 1\n";

static enum fl_outcome idempotency_key(struct fl_job *job)
{
    const struct fl_span args[] = {FL_SPAN("EVAL"),  {count_once, sizeof count_once - 1},
                                   FL_SPAN("2"),     FL_SPAN("seen"),
                                   FL_SPAN("count"), fl_span_from(fl_job_jid(job))};
    return end(job, exec(job, &(struct fl_command){args, 6}, 1));
}

/* --- several writes that say what is, in one transaction --- */

static enum fl_outcome transaction(struct fl_job *job)
{
    struct fl_span name;
    enum fl_error err = name_of(job, &name);
    if (err) return end(job, err);
    const struct fl_span multi[] = {FL_SPAN("MULTI")}, exec_word[] = {FL_SPAN("EXEC")};
    const struct fl_span hset[] = {FL_SPAN("HSET"), FL_SPAN("profile"), FL_SPAN("name"), name};
    const struct fl_span zadd[] = {FL_SPAN("ZADD"), FL_SPAN("names"), FL_SPAN("1"), name};
    const struct fl_command commands[] = {{multi, 1}, {hset, 4}, {zadd, 4}, {exec_word, 1}};
    return end(job, exec(job, commands, 4));
}

const struct fl_worker fl_workers[] = {
    {.name = "SetMemberWorker", .perform = set_member, .retry = FL_RETRY_DEFAULT},
    {.name = "IdempotencyKeyWorker", .perform = idempotency_key, .retry = FL_RETRY_DEFAULT},
    {.name = "TransactionWorker", .perform = transaction, .retry = FL_RETRY_DEFAULT},
    {0},
};
