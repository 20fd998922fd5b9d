#include "faultline/embedded.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/time_text.h"
#include "posix/ports.h"
#include "queue/process.h"

enum { CONCURRENCY_DEFAULT = 2 };

struct fl_embedded {
    struct fl_posix_options posix_options;
    struct fl_process_options process_options;
    struct fl_queue_option queues[FL_EMBEDDED_QUEUES_MAX];
    const struct fl_worker *tables[1];
    const struct fl_setup *setups[1];
    struct fl_posix *posix;
    struct fl_process *process;
    struct fl_task *task;
    int status;
};

static enum fl_error take_options(struct fl_embedded *e, const struct fl_embedded_options *options)
{
    int concurrency = options->concurrency ? options->concurrency : CONCURRENCY_DEFAULT;
    if (options->queue_count > FL_EMBEDDED_QUEUES_MAX || !options->workers) return FL_EINVAL;
    for (size_t i = 0; i < options->queue_count; i++)
        e->queues[i] = (struct fl_queue_option){options->queues[i].name, options->queues[i].weight};
    e->tables[0] = options->workers;
    e->setups[0] = options->setup;
    e->posix_options =
        (struct fl_posix_options){.redis_url = options->redis_url,
                                  .database = options->database,
                                  .smtp_url = options->smtp_url,
                                  .statsd = options->statsd,
                                  .log_fd = options->log_fd ? options->log_fd : STDERR_FILENO,
                                  .log_level = FL_LOG_INFO};
    e->process_options =
        (struct fl_process_options){.queues = e->queues,
                                    .queue_count = options->queue_count,
                                    .concurrency = concurrency,
                                    .timeout_us = options->timeout_s * FL_SECOND_US,
                                    .tag = options->tag,
                                    .tables = e->tables,
                                    .table_count = 1,
                                    .setups = e->setups,
                                    .setup_count = options->setup != NULL,
                                    .embedded = true};
    return FL_OK;
}

static void run(void *argument)
{
    struct fl_embedded *e = argument;
    e->status = fl_process_run(e->process);
}

static enum fl_error start(struct fl_embedded *e, char problem[FL_EMBEDDED_PROBLEM_BYTES])
{
    enum fl_error err = fl_posix_new(&e->posix_options, &e->posix, problem);
    if (!err) err = fl_posix_check(e->posix, problem);
    if (err) return err;
    const struct fl_ports *ports = fl_posix_ports(e->posix);
    err = fl_process_new(&e->process_options, ports, &e->process);
    if (!err) err = fl_task_spawn(ports->tasks, "main", run, e, &e->task);
    if (err) snprintf(problem, FL_EMBEDDED_PROBLEM_BYTES, "%s", fl_error_text(err));
    return err;
}

static void release(struct fl_embedded *e)
{
    fl_process_free(e->process);
    fl_posix_free(e->posix);
    free(e);
}

enum fl_error fl_embedded_start(const struct fl_embedded_options *options,
                                struct fl_embedded **ret_embedded,
                                char ret_problem[FL_EMBEDDED_PROBLEM_BYTES])
{
    struct fl_embedded *e = calloc(1, sizeof *e);
    enum fl_error err = e ? take_options(e, options) : FL_ENOMEM;
    if (err)
        snprintf(ret_problem, FL_EMBEDDED_PROBLEM_BYTES, "%s", fl_error_text(err));
    else
        err = start(e, ret_problem);
    if (!err)
        *ret_embedded = e;
    else if (e)
        release(e);
    return err;
}

void fl_embedded_quiet(struct fl_embedded *embedded)
{
    fl_process_quiet(embedded->process);
}

enum fl_error fl_embedded_stop(struct fl_embedded *embedded)
{
    fl_process_stop(embedded->process);
    enum fl_error err =
        fl_task_join(fl_posix_ports(embedded->posix)->tasks, embedded->task, FL_NEVER_US);
    if (err) return err;
    int status = embedded->status;
    if (status == FL_PROCESS_ABANDONED) return FL_ETIMEDOUT; /* its threads use all of it */
    release(embedded);
    return status ? FL_EIO : FL_OK;
}
