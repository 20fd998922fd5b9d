/* scenarios/workers/events.c - leaves in Redis what it was told of its process, in order; and fails
 * at everything but the start. */
#include <faultline/events.h>
#include <faultline/middleware.h>

static enum fl_error add(const struct fl_occasion *occasion, const char *list, const char *what)
{
    const struct fl_span args[] = {FL_SPAN("RPUSH"), fl_span_from(list), fl_span_from(what)};
    const struct fl_command command = {args, 3};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(occasion->ports->clock, 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(occasion->ports->redis, &command, 1, deadline_us, &replies);
    fl_replies_release(&replies);
    return err;
}

static enum fl_error tell(const struct fl_occasion *occasion)
{
    switch (occasion->event) {
    case FL_EVENT_STARTUP: return add(occasion, "told", "startup");
    case FL_EVENT_QUIET: return add(occasion, "told", "quiet");
    case FL_EVENT_SHUTDOWN: return add(occasion, "told", "shutdown");
    case FL_EVENT_EXIT: return add(occasion, "told", "exit");
    case FL_EVENT_HEARTBEAT: return add(occasion, "told", "heartbeat");
    case FL_EVENT_LEADER: return add(occasion, "led", "leader");
    case FL_EVENT_BEAT: break;
    }
    return FL_OK;
}

static enum fl_error stumble(const struct fl_occasion *occasion)
{
    return occasion->event == FL_EVENT_STARTUP ? FL_OK : FL_EIO;
}

static enum fl_error configure(struct fl_config *config)
{
    static const enum fl_event all[] = {FL_EVENT_STARTUP, FL_EVENT_QUIET,     FL_EVENT_SHUTDOWN,
                                        FL_EVENT_EXIT,    FL_EVENT_HEARTBEAT, FL_EVENT_BEAT,
                                        FL_EVENT_LEADER};
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < sizeof all / sizeof all[0]; i++) {
        err = fl_config_on_event(config, all[i], stumble);
        if (!err) err = fl_config_on_event(config, all[i], tell);
        if (!err) err = fl_config_on_event(config, all[i], stumble);
    }
    return err;
}

const struct fl_setup fl_setup = {.configure = configure};

static enum fl_outcome rest(struct fl_job *job)
{
    fl_task_sleep_until(fl_job_tasks(job),
                        fl_clock_deadline_us(fl_job_clock(job), 3 * INT64_C(1000000)));
    return FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "RestWorker", .perform = rest, .retry = FL_RETRY_DEFAULT},
    {0},
};
