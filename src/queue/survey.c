#include "queue/survey.h"

#include <stdlib.h>

#include "core/assert.h"
#include "core/json.h"
#include "core/time_text.h"
#include "queue/commands.h"
#include "queue/keys.h"
#include "queue/wire.h"

/* --- the first exchange: totals, and which queues there are --- */

enum { PROCESSED, FAILED, SCHEDULED, RETRIES, DEAD, PROCESSES, QUEUES, PAUSED, FIRST_COUNT };

static const char *const first_commands[FIRST_COUNT][2] = {
    [PROCESSED] = {"GET", FL_KEY_STAT_PROCESSED},
    [FAILED] = {"GET", FL_KEY_STAT_FAILED},
    [SCHEDULED] = {"ZCARD", FL_KEY_SCHEDULE},
    [RETRIES] = {"ZCARD", FL_KEY_RETRY},
    [DEAD] = {"ZCARD", FL_KEY_DEAD},
    [PROCESSES] = {"SCARD", FL_KEY_PROCESSES},
    [QUEUES] = {"SMEMBERS", FL_KEY_QUEUES},
    [PAUSED] = {"SMEMBERS", FL_KEY_PAUSED},
};

/* An integer reply, or a string that holds one; what is missing counts 0. */
static int64_t number(const struct fl_reply *reply)
{
    long long value;
    if (reply->type == FL_REPLY_INTEGER) return reply->integer;
    if (reply->type == FL_REPLY_STRING && fl_span_int64(reply->text, &value)) return value;
    return 0;
}

static enum fl_error read_totals(struct fl_redis redis, struct fl_clock clock,
                                 struct fl_survey *survey)
{
    struct fl_commands batch = {0};
    for (int i = 0; i < FIRST_COUNT; i++) {
        fl_command_begin(&batch, first_commands[i][0]);
        fl_command_text(&batch, first_commands[i][1]);
    }
    enum fl_error err = fl_commands_exec(&batch, redis, clock, 0, &survey->names);
    fl_commands_release(&batch);
    if (err) return err;
    const struct fl_reply *items = survey->names.items;
    survey->processed = number(&items[PROCESSED]);
    survey->failed = number(&items[FAILED]);
    survey->scheduled = number(&items[SCHEDULED]);
    survey->retries = number(&items[RETRIES]);
    survey->dead = number(&items[DEAD]);
    survey->processes = number(&items[PROCESSES]);
    return FL_OK;
}

/* --- the second: each queue --- */

static int by_name(const void *a, const void *b)
{
    const struct fl_queue_view *left = a, *right = b;
    return fl_span_compare(left->name, right->name);
}

static bool contains(const struct fl_reply *names, struct fl_span name)
{
    for (size_t i = 0; i < names->count; i++)
        if (fl_span_equal(names->elements[i].text, name)) return true;
    return false;
}

static enum fl_error list_queues(struct fl_survey *survey)
{
    const struct fl_reply *names = &survey->names.items[QUEUES];
    if (names->count > FL_SURVEY_QUEUES_MAX) return FL_EBOUND;
    if (!names->count) return FL_OK;
    survey->queues = calloc(names->count, sizeof(survey->queues[0]));
    if (!survey->queues) return FL_ENOMEM;
    survey->queue_count = names->count;
    for (size_t i = 0; i < names->count; i++) {
        struct fl_span name = names->elements[i].text;
        bool paused = contains(&survey->names.items[PAUSED], name);
        survey->queues[i] = (struct fl_queue_view){.name = name, .paused = paused};
    }
    qsort(survey->queues, survey->queue_count, sizeof(survey->queues[0]), by_name);
    return FL_OK;
}

/* A name may be longer than those that Faultline makes. */
static void add_queue_key(struct fl_commands *batch, const char *command, struct fl_span name)
{
    struct fl_buf key = FL_BUF_INIT(64 * 1024);
    fl_command_begin(batch, command);
    enum fl_error err = fl_buf_append_text(&key, FL_KEY_QUEUE_PREFIX);
    if (!err) err = fl_buf_append_span(&key, name);
    const char *copy = err ? NULL : fl_arena_copy(&batch->arena, fl_buf_span(&key));
    if (!copy && !batch->err) batch->err = err ? err : FL_ENOMEM;
    fl_command_arg(batch, (struct fl_span){copy, key.length});
    fl_buf_release(&key);
}

static enum fl_error read_queues(struct fl_redis redis, struct fl_clock clock,
                                 struct fl_survey *survey)
{
    struct fl_commands batch = {0};
    for (size_t i = 0; i < survey->queue_count; i++) {
        add_queue_key(&batch, "LLEN", survey->queues[i].name);
        add_queue_key(&batch, "LINDEX", survey->queues[i].name);
        fl_command_text(&batch, "-1");
    }
    enum fl_error err = fl_commands_exec(&batch, redis, clock, 0, &survey->sizes);
    fl_commands_release(&batch);
    for (size_t i = 0; !err && i < survey->queue_count; i++) {
        const struct fl_reply *size = &survey->sizes.items[2 * i], *next = size + 1;
        survey->queues[i].size = number(size);
        survey->enqueued += survey->queues[i].size;
        err = fl_job_latency(next->text, survey->at_us, &survey->queues[i].latency_us);
    }
    return err;
}

enum fl_error fl_survey_take(struct fl_redis redis, struct fl_clock clock,
                             struct fl_survey *ret_survey)
{
    *ret_survey = (struct fl_survey){0};
    enum fl_error err = read_totals(redis, clock, ret_survey);
    if (!err) err = list_queues(ret_survey);
    ret_survey->at_us = fl_clock_wall_us(clock);
    return err ? err : read_queues(redis, clock, ret_survey);
}

void fl_survey_release(struct fl_survey *survey)
{
    fl_replies_release(&survey->names);
    fl_replies_release(&survey->sizes);
    free(survey->queues);
    *survey = (struct fl_survey){0};
}

struct fl_span fl_survey_problem(const struct fl_survey *survey)
{
    struct fl_span words = fl_replies_error(&survey->names);
    return words.length ? words : fl_replies_error(&survey->sizes);
}

/* --- one job --- */

enum fl_error fl_job_latency(struct fl_span job, int64_t now_us, int64_t *ret_latency_us)
{
    struct fl_json json;
    int64_t at_us = now_us;
    enum fl_error err = fl_json_parse(job, &json, NULL);
    *ret_latency_us = 0;
    if (err) return err == FL_ENOMEM ? err : FL_OK;
    struct fl_json_at root = fl_json_root(&json);
    if (!fl_wire_read_time(fl_json_member(root, "enqueued_at"), &at_us))
        fl_wire_read_time(fl_json_member(root, "created_at"), &at_us);
    fl_json_release(&json);
    *ret_latency_us = now_us - at_us;
    return FL_OK;
}

/* --- the days before --- */

static enum fl_error add_day(struct fl_commands *batch, const char *prefix, int64_t day_us)
{
    struct fl_buf day = FL_BUF_INIT(32);
    enum fl_error err = fl_day_format(&day, day_us);
    fl_command_begin(batch, "GET");
    if (!err) fl_command_joined(batch, prefix, day.bytes);
    fl_buf_release(&day);
    return err;
}

enum fl_error fl_history_read(struct fl_redis redis, struct fl_clock clock, int days,
                              struct fl_day_count *ret_days)
{
    struct fl_commands batch = {0};
    struct fl_replies replies = {0};
    int64_t today_us = fl_clock_wall_us(clock) / FL_DAY_US * FL_DAY_US;
    enum fl_error err = FL_OK;
    fl_assert(days >= 1 && days <= FL_HISTORY_DAYS_MAX);
    for (int i = 0; !err && i < days; i++) {
        err = add_day(&batch, FL_KEY_STAT_PROCESSED ":", today_us - i * FL_DAY_US);
        if (!err) err = add_day(&batch, FL_KEY_STAT_FAILED ":", today_us - i * FL_DAY_US);
    }
    if (!err) err = fl_commands_exec(&batch, redis, clock, 0, &replies);
    for (int i = 0; !err && i < days; i++)
        ret_days[i] = (struct fl_day_count){.day_us = today_us - i * FL_DAY_US,
                                            .processed = number(&replies.items[2 * i]),
                                            .failed = number(&replies.items[2 * i + 1])};
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}
