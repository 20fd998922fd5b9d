#include "told_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"

enum { WORDS_MAX = 16 };

static int64_t now_us(void *self)
{
    return ((struct fixture *)self)->now_us;
}

static void on_command(void *context, const struct fake_redis_event *event)
{
    struct fixture *f = context;
    const struct ledger_actor actor = {.wall_us = f->now_us, .keeps_time = true};
    ledger_observe(f->ledger, event, &actor, f->now_us);
}

void open_fixture(struct fixture *f)
{
    static const struct fl_clock_ops clock = {now_us, now_us};
    *f = (struct fixture){.now_us = 1000000};
    struct fake_redis_options options = {
        .clock = {&clock, f}, .writes_kept = 1, .hooks = {.context = f, .on_command = on_command}};
    f->engine = fake_redis_new(&options);
    assert_non_null(f->engine);
    assert_int_equal(ledger_new(f->engine, NULL, &f->ledger), FL_OK);
    assert_non_null(ledger_announce(f->ledger, "a", JID_A));
}

void close_fixture(struct fixture *f)
{
    fake_redis_free(f->engine);
    ledger_free(f->ledger);
}

static struct fake_redis_session *session(struct fixture *f, const char *name)
{
    for (size_t i = 0;; i++) {
        assert_true(i < FL_COUNT(f->sessions));
        if (f->sessions[i].session && strcmp(f->sessions[i].name, name) == 0)
            return f->sessions[i].session;
        if (f->sessions[i].session) continue;
        snprintf(f->sessions[i].name, sizeof f->sessions[i].name, "%s", name);
        f->sessions[i].session = fake_redis_open(f->engine, name);
        return f->sessions[i].session;
    }
}

static void send_command(struct fixture *f, const char *step)
{
    char copy[512], wire[1024];
    const char *words[WORDS_MAX];
    size_t count = 0, length = 0;
    snprintf(copy, sizeof copy, "%s", step);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    length += (size_t)snprintf(wire, sizeof wire, "*%zu\r\n", count - 1);
    for (size_t i = 1; i < count; i++)
        length += (size_t)snprintf(wire + length, sizeof wire - length, "$%zu\r\n%s\r\n",
                                   strlen(words[i]), words[i]);
    fake_redis_feed(session(f, words[0]), wire, length);
}

void play(struct fixture *f, const char *step)
{
    static const struct {
        const char *verb;
        enum fl_outcome outcome;
    } ends[] = {{"@done", FL_DONE}, {"@discarded", FL_DISCARDED}, {"@failed", FL_FAILED}};
    const char *process = strchr(step, ' ') + 1;
    struct ledger_job *job = ledger_find(f->ledger, FL_SPAN(JID_A));
    uint32_t delivery;
    if (step[0] != '@') send_command(f, step);
    if (strncmp(step, "@begin", 6) == 0) ledger_task_begins(f->ledger, JID_A, process, &delivery);
    if (strncmp(step, "@run", 4) == 0) ledger_run_begins(f->ledger, job, process, 0, f->now_us);
    if (strncmp(step, "@end", 4) == 0) ledger_task_ends(f->ledger, JID_A, process, f->now_us);
    if (strcmp(step, "@failover lose 1") == 0) {
        assert_int_equal(fake_redis_failover(f->engine, 1, NULL), FL_OK);
        memset(f->sessions, 0, sizeof f->sessions);
        ledger_resync(f->ledger, "failover lose 1", f->now_us);
    }
    if (strncmp(step, "@died", 5) == 0) ledger_process_died(f->ledger, process, f->now_us);
    for (size_t i = 0; i < FL_COUNT(ends); i++)
        if (strncmp(step, ends[i].verb, strlen(ends[i].verb)) == 0)
            ledger_run_ends(f->ledger, job, process, 0, ends[i].outcome, f->now_us);
}
