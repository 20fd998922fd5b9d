/* Job classes for the tests of runs. */
#include <faultline/worker.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { BATCH = 64 };

/* Sends 64 commands in one batch and logs what came back. */
static enum fl_outcome batch_perform(struct fl_job *job)
{
    struct fl_command commands[BATCH];
    struct fl_span args[BATCH][3];
    char numbers[BATCH][8];
    for (int i = 0; i < BATCH; i++) {
        int length = snprintf(numbers[i], sizeof numbers[i], "%d", i + 1);
        args[i][0] = FL_SPAN("SADD");
        args[i][1] = FL_SPAN("batch");
        args[i][2] = (struct fl_span){numbers[i], (size_t)length};
        commands[i] = (struct fl_command){args[i], 3};
    }
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), commands, BATCH, deadline_us, &replies);
    size_t refused = 0;
    for (size_t i = 0; i < replies.count; i++)
        refused += replies.items[i].type == FL_REPLY_ERROR;
    fl_job_log(job, FL_LOG_INFO, "batch: %s, %zu replies, %zu errors", fl_error_name(err),
               replies.count, refused);
    fl_replies_release(&replies);
    return FL_DONE;
}

static enum fl_error note(struct fl_job *job, const char *set)
{
    const struct fl_span args[] = {FL_SPAN("SADD"), fl_span_from(set), FL_SPAN("x")};
    const struct fl_command command = {args, 3};
    struct fl_replies replies = {0};
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
    fl_replies_release(&replies);
    return err;
}

static enum fl_outcome plain_perform(struct fl_job *job)
{
    if (note(job, "first") || note(job, "second"))
        return fl_fail(job, FL_TRANSIENT, "RedisError", "no note");
    return FL_DONE;
}

enum { WORDS_MAX = 8 };

static size_t split(const char *text, struct fl_span words[WORDS_MAX])
{
    size_t count = 0;
    while (*text && count < WORDS_MAX) {
        size_t length = strcspn(text, " ");
        words[count++] = (struct fl_span){text, length};
        text += length + (text[length] == ' ');
    }
    return count;
}

/* Its arguments are commands. */
static enum fl_outcome say_perform(struct fl_job *job)
{
    int64_t deadline_us = fl_clock_deadline_us(fl_job_clock(job), 5 * INT64_C(1000000));
    const char *text;
    for (uint32_t i = 0; fl_job_text(job, i, &text) == FL_OK; i++) {
        struct fl_span words[WORDS_MAX];
        struct fl_command command = {words, split(text, words)};
        struct fl_replies replies = {0};
        enum fl_error err = fl_redis_exec(fl_job_redis(job), &command, 1, deadline_us, &replies);
        bool refused = !err && replies.items[0].type == FL_REPLY_ERROR;
        fl_replies_release(&replies);
        if (err || refused) return fl_fail(job, FL_TRANSIENT, "RedisError", "no answer");
    }
    return FL_DONE;
}

/* The same effects, and lines about them; it also looks at the clock. */
static enum fl_outcome chatty_perform(struct fl_job *job)
{
    fl_job_log(job, FL_LOG_INFO, "it begins at %lld",
               (long long)fl_clock_wall_us(fl_job_clock(job)));
    enum fl_error err = note(job, "first");
    fl_job_log(job, FL_LOG_INFO, "the first is noted: %s", fl_error_name(err));
    if (!err) err = note(job, "second");
    fl_job_log(job, FL_LOG_INFO, "the second is noted: %s", fl_error_name(err));
    if (err) return fl_fail(job, FL_TRANSIENT, "RedisError", "no note");
    return FL_DONE;
}

/* Two effects that may take ten seconds; whoever measures that by the wall clock is wrong. */
static enum fl_outcome within_ten_seconds(struct fl_job *job, int64_t (*now_us)(struct fl_clock))
{
    int64_t began_us = now_us(fl_job_clock(job));
    if (note(job, "first") || note(job, "second"))
        return fl_fail(job, FL_TRANSIENT, "RedisError", "no note");
    int64_t took_us = now_us(fl_job_clock(job)) - began_us;
    if (took_us < 0 || took_us > 10 * INT64_C(1000000))
        return fl_fail(job, FL_TRANSIENT, "TimeoutError", "it has taken too long");
    return FL_DONE;
}

static enum fl_outcome wall_clock_perform(struct fl_job *job)
{
    return within_ten_seconds(job, fl_clock_wall_us);
}

static enum fl_outcome monotonic_perform(struct fl_job *job)
{
    return within_ten_seconds(job, fl_clock_mono_us);
}

static enum fl_outcome local_perform(struct fl_job *job)
{
    time_t now = (time_t)(fl_clock_wall_us(fl_job_clock(job)) / 1000000);
    struct tm local;
    char text[32] = "";
    if (localtime_r(&now, &local)) strftime(text, sizeof text, "%H:%M %Z", &local);
    fl_job_log(job, FL_LOG_INFO, "it is %s", text);
    return FL_DONE;
}

const struct fl_worker fl_workers[] = {
    {.name = "BatchWorker", .perform = batch_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "PlainWorker", .perform = plain_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "SayWorker", .perform = say_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "LocalWorker", .perform = local_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "ChattyWorker", .perform = chatty_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "WallClockWorker", .perform = wall_clock_perform, .retry = FL_RETRY_DEFAULT},
    {.name = "MonotonicWorker", .perform = monotonic_perform, .retry = FL_RETRY_DEFAULT},
    {0},
};
