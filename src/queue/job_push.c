/* src/queue/job_push.c - what handlers push: with the options of the class, those of the call over
 * them, and through the client's middleware. */
#include "queue/job_push.h"

#include <stdio.h>

#include "queue/args_check.h"
#include "queue/push_buffer.h"

struct fl_client_job fl_job_describe_push(const struct fl_job_world *world,
                                          const struct fl_push *push,
                                          char retry[FL_RETRY_TEXT_BYTES])
{
    const struct fl_worker *worker = fl_registry_find(world->registry, push->worker);
    struct fl_client_job job = fl_client_job_of(worker, push->worker, push->args, retry);
    if (push->queue) job.queue = push->queue;
    if (push->retry.length) job.retry = push->retry;
    if (push->backtrace_lines) job.backtrace_lines = push->backtrace_lines;
    if (push->dead != FL_DEAD_DEFAULT) job.dead = push->dead;
    if (push->retry_for_s) job.retry_for_s = push->retry_for_s;
    if (push->expires_in_s) job.expires_in_s = push->expires_in_s;
    job.retry_queue = push->retry_queue;
    job.tags = push->tags;
    job.jid = push->jid;
    job.at_us = push->at_us;
    return job;
}

struct fl_client fl_job_client(const struct fl_job_world *world)
{
    return (struct fl_client){.clock = world->ports->clock,
                              .random = world->ports->random,
                              .redis = world->ports->redis,
                              .wire = world->wire,
                              .keyring = world->keyring};
}

static enum fl_error push_last(void *context, const struct fl_push *push)
{
    const struct fl_job_world *world = context;
    const struct fl_client client = fl_job_client(world);
    char retry[FL_RETRY_TEXT_BYTES];
    const struct fl_client_job job = fl_job_describe_push(world, push, retry);
    return world->buffer ? fl_push_buffered(world->buffer, &job)
                         : fl_client_push(&client, &job, NULL);
}

const struct fl_chain *fl_job_chain(const struct fl_job_world *world)
{
    return world->config && world->config->client.count ? &world->config->client : NULL;
}

static enum fl_error push_one(const struct fl_job_world *world, const struct fl_push *push)
{
    struct fl_job_world *context = (struct fl_job_world *)(uintptr_t)world; /* only read */
    const struct fl_chain *chain = fl_job_chain(world);
    struct fl_push changed = *push;
    char jid[FL_JID_BYTES];
    if (!chain) return push_last(context, push);
    if (!push->jid) {
        fl_client_fresh_jid(world->ports->random, jid);
        changed.jid = jid;
    }
    return fl_chain_push(chain, &changed, push_last, context);
}

/* Where a wrong argument is wrong; other options are few and short. */
static void log_refusal(const struct fl_job *job, const struct fl_push *push, struct fl_span args)
{
    char problem[FL_ARGS_PROBLEM_BYTES];
    if (fl_args_check(args, problem) == FL_EINVAL)
        fl_job_log(job, FL_LOG_ERROR, "%s was not pushed: %s", push->worker, problem);
    else
        fl_job_log(job, FL_LOG_ERROR, "%s was not pushed: an option of it is not well-formed",
                   push->worker);
}

enum fl_error fl_job_push(struct fl_job *job, const struct fl_push *push)
{
    enum fl_error err = push_one(job->world, push);
    if (err == FL_EINVAL) log_refusal(job, push, push->args);
    return err;
}

static enum fl_error push_each(struct fl_job *job, const struct fl_push *push,
                               const struct fl_span *args, size_t count, size_t *pushed)
{
    struct fl_push one = *push;
    enum fl_error err = FL_OK;
    one.jid = NULL;
    for (; !err && *pushed < count; *pushed += !err) {
        one.args = args[*pushed];
        err = fl_job_push(job, &one);
        if (err == FL_ECANCELED || err == FL_EEXIST) err = FL_OK;
    }
    return err;
}

enum fl_error fl_job_push_bulk(struct fl_job *job, const struct fl_push *push,
                               const struct fl_span *args, size_t count, size_t slice,
                               size_t *ret_pushed)
{
    const struct fl_client client = fl_job_client(job->world);
    char retry[FL_RETRY_TEXT_BYTES];
    size_t pushed = 0;
    enum fl_error err;
    if (fl_job_chain(job->world) || job->world->buffer) {
        err = push_each(job, push, args, count, &pushed);
    } else {
        struct fl_client_job many = fl_job_describe_push(job->world, push, retry);
        many.slice = slice;
        err = fl_client_push_bulk(&client, &many, args, count, &pushed);
        if (err == FL_EINVAL && pushed < count) {
            size_t wrong = pushed;
            char problem[FL_ARGS_PROBLEM_BYTES];
            while (wrong + 1 < count && fl_args_check(args[wrong], problem) != FL_EINVAL)
                wrong++;
            log_refusal(job, push, args[wrong]);
        }
    }
    if (ret_pushed) *ret_pushed = pushed;
    return err;
}
