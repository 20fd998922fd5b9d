/* src/queue/limiter.c - one key and one script for each kind of limit. A script answers 0, or after
 * how many microseconds it is worth asking again. */
#include "faultline/limiter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "queue/client.h"
#include "queue/commands.h"
#include "queue/job.h"
#include "queue/keys.h"
#include "queue/script.h"

enum { KEY_BYTES = FL_LIMITER_NAME_BYTES + 32, NUMBER_BYTES = 24, PAUSE_MAX_US = 250 * 1000 };

static const struct {
    const char *word;
    enum fl_script script;
} kinds[] = {
    [FL_LIMIT_CONCURRENT] = {"concurrent", FL_SCRIPT_LIMIT_CONCURRENT},
    [FL_LIMIT_BUCKET] = {"bucket", FL_SCRIPT_LIMIT_BUCKET},
    [FL_LIMIT_WINDOW] = {"window", FL_SCRIPT_LIMIT_WINDOW},
    [FL_LIMIT_LEAKY] = {"leaky", FL_SCRIPT_LIMIT_LEAKY},
    [FL_LIMIT_POINTS] = {"points", FL_SCRIPT_LIMIT_LEAKY},
};

static bool is_name(const char *name)
{
    size_t known = name ? strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789_-")
                        : 0;
    return known && !name[known] && known < FL_LIMITER_NAME_BYTES;
}

static bool makes_sense(const struct fl_limiter *limiter, int64_t used)
{
    return (size_t)limiter->kind < FL_COUNT(kinds) && is_name(limiter->name) &&
           limiter->size >= 1 && limiter->size <= FL_LIMIT_SIZE_MAX && limiter->period_us >= 1 &&
           limiter->period_us <= FL_LIMIT_PERIOD_MAX && used >= 1 && used <= limiter->size &&
           (limiter->kind != FL_LIMIT_CONCURRENT || used == 1);
}

static struct fl_span key_of(const struct fl_limiter *limiter, char out[KEY_BYTES])
{
    int length = snprintf(out, KEY_BYTES, FL_KEY_LIMITER_PREFIX "%s:%s", kinds[limiter->kind].word,
                          limiter->name);
    return (struct fl_span){out, (size_t)length};
}

static struct fl_span print_number(char out[NUMBER_BYTES], int64_t value)
{
    int digits = snprintf(out, NUMBER_BYTES, "%" PRId64, value);
    return (struct fl_span){out, (size_t)digits};
}

static enum fl_error ask(struct fl_job *job, const struct fl_permit *permit, int64_t *ret_wait_us)
{
    const struct fl_limiter *limiter = permit->limiter;
    const struct fl_ports *ports = job->world->ports;
    char key[KEY_BYTES], size[NUMBER_BYTES], period[NUMBER_BYTES], used[NUMBER_BYTES];
    const struct fl_span keys[] = {key_of(limiter, key)};
    const struct fl_span args[] = {print_number(size, limiter->size),
                                   print_number(period, limiter->period_us),
                                   print_number(used, permit->used), fl_span_from(permit->token)};
    return fl_script_call(kinds[limiter->kind].script, ports->redis, ports->clock, keys, 1, args,
                          FL_COUNT(args), ret_wait_us, NULL);
}

/* A holder may let go long before its time: it is worth asking now and then. */
static void pause_for(const struct fl_job *job, int64_t wait_us, int64_t deadline_us)
{
    struct fl_clock clock = fl_job_clock(job);
    int64_t until_us = fl_clock_deadline_us(clock, wait_us < PAUSE_MAX_US ? wait_us : PAUSE_MAX_US);
    fl_task_sleep_until(fl_job_tasks(job), until_us < deadline_us ? until_us : deadline_us);
}

enum fl_error fl_limit_take(struct fl_job *job, const struct fl_limiter *limiter, int64_t used,
                            struct fl_permit *ret_permit)
{
    struct fl_clock clock = fl_job_clock(job);
    struct fl_permit permit = {.limiter = limiter, .used = used};
    *ret_permit = (struct fl_permit){0};
    if (!makes_sense(limiter, used)) return FL_EINVAL;
    fl_client_fresh_jid(job->world->ports->random, permit.token);
    int64_t deadline_us = fl_clock_deadline_us(clock, limiter->wait_us);
    for (;;) {
        int64_t wait_us;
        enum fl_error err = ask(job, &permit, &wait_us);
        if (err) return err;
        if (!wait_us) break;
        if (fl_clock_mono_us(clock) >= deadline_us || fl_job_stopping(job)) return FL_EBUSY;
        pause_for(job, wait_us, deadline_us);
    }
    *ret_permit = permit;
    return FL_OK;
}

static enum fl_error give_back(struct fl_job *job, const struct fl_permit *permit)
{
    const struct fl_ports *ports = job->world->ports;
    char key[KEY_BYTES];
    const struct fl_span args[] = {FL_SPAN("ZREM"), key_of(permit->limiter, key),
                                   fl_span_from(permit->token)};
    struct fl_replies replies;
    enum fl_error err =
        fl_command_exec(&(struct fl_command){args, 3}, ports->redis, ports->clock, &replies);
    fl_replies_release(&replies);
    return err;
}

static enum fl_error correct(struct fl_job *job, const struct fl_permit *permit, int64_t used)
{
    const struct fl_ports *ports = job->world->ports;
    char key[KEY_BYTES], size[NUMBER_BYTES], period[NUMBER_BYTES], more[NUMBER_BYTES];
    const struct fl_span keys[] = {key_of(permit->limiter, key)};
    const struct fl_span args[] = {print_number(size, permit->limiter->size),
                                   print_number(period, permit->limiter->period_us),
                                   print_number(more, used - permit->used)};
    int64_t ignored;
    if (used == permit->used) return FL_OK;
    return fl_script_call(FL_SCRIPT_LIMIT_CORRECT, ports->redis, ports->clock, keys, 1, args,
                          FL_COUNT(args), &ignored, NULL);
}

enum fl_error fl_limit_settle(struct fl_job *job, struct fl_permit *permit, int64_t really_used)
{
    struct fl_permit held = *permit;
    if (!held.limiter) return FL_OK;
    *permit = (struct fl_permit){0};
    if (really_used < 0 || really_used > FL_LIMIT_SIZE_MAX) return FL_EINVAL;
    switch (held.limiter->kind) {
    case FL_LIMIT_CONCURRENT: return give_back(job, &held);
    case FL_LIMIT_POINTS: return correct(job, &held, really_used);
    case FL_LIMIT_BUCKET:
    case FL_LIMIT_WINDOW:
    case FL_LIMIT_LEAKY: break;
    }
    return FL_OK;
}
