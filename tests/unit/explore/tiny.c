#include "tiny.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/choice/steps.h"

static const char *const names[TINY_CLIENTS_MAX] = {"p1/main", "p2/main", "p3/main", "p4/main"};

static void touch(void *context, uint64_t object, enum sim_touch touch)
{
    struct tiny *tiny = context;
    struct sim_steps *steps = tiny->choices ? sim_choices_steps(tiny->choices) : NULL;
    sim_steps_touch(steps, object, touch);
    if (tiny->access_count < 256)
        tiny->accesses[tiny->access_count++] = (struct sim_access){object, touch};
}

static void on_command(void *context, const struct fake_redis_event *event)
{
    struct tiny *tiny = context;
    if (tiny->blind_to && fl_span_is(event->args[0], tiny->blind_to)) return;
    footprint_command(&tiny->footprint, event, touch, tiny);
}

static void on_output(void *context, struct fake_redis_session *session)
{
    struct tiny *tiny = context;
    for (uint32_t i = 0; i < TINY_CLIENTS_MAX; i++)
        if (tiny->sessions[i] == session && tiny->choices)
            sim_steps_wake(sim_choices_steps(tiny->choices), names[i]);
}

void tiny_init(struct tiny *tiny)
{
    *tiny = (struct tiny){.clock = {.wall_us = INT64_C(1700000000000000)}};
    tiny->options = (struct fake_redis_options){
        .clock = fake_clock_port(&tiny->clock),
        .seed = 1,
        .track_keys = true,
        .hooks = {.context = tiny, .on_command = on_command, .on_output = on_output}};
    tiny->engine = fake_redis_new(&tiny->options);
    assert_non_null(tiny->engine);
}

void tiny_release(struct tiny *tiny)
{
    fake_redis_free(tiny->engine);
}

void tiny_begin(struct tiny *tiny, uint32_t clients)
{
    fake_redis_reset(tiny->engine, &tiny->options);
    tiny->footprint = (struct footprint){0};
    tiny->access_count = 0;
    memset(tiny->sessions, 0, sizeof tiny->sessions);
    memset(tiny->next, 0, sizeof tiny->next);
    for (uint32_t i = 0; i < clients; i++)
        tiny->sessions[i] = fake_redis_open(tiny->engine, names[i]);
}

void tiny_say(struct tiny *tiny, uint32_t client, const char *batch)
{
    tiny->access_count = 0;
    fake_redis_feed(tiny->sessions[client], batch, strlen(batch));
    fake_redis_feed(tiny->sessions[client], "\r\n", 2);
}

void tiny_end(struct tiny *tiny, uint32_t clients, struct fl_buf *outcome)
{
    assert_int_equal(fake_redis_dump(tiny->engine, outcome), FL_OK);
    for (uint32_t i = 0; i < clients; i++) {
        assert_int_equal(fl_buf_printf(outcome, "%s heard\n", names[i]), FL_OK);
        assert_int_equal(fl_buf_append_span(outcome, fake_redis_output(tiny->sessions[i])), FL_OK);
    }
}

/* A client that waits for an element takes part again once it has it. */
static size_t ready(const struct tiny *tiny, const struct tiny_plan *plan, const char **ret_tasks,
                    uint32_t *ret_clients)
{
    size_t count = 0;
    for (uint32_t i = 0; i < plan->clients; i++) {
        bool more = tiny->next[i] < TINY_BATCHES_MAX && plan->batches[i][tiny->next[i]];
        if (!more || fake_redis_blocked(tiny->sessions[i])) continue;
        ret_tasks[count] = names[i];
        ret_clients[count++] = i;
    }
    return count;
}

void tiny_play(struct tiny *tiny, const struct tiny_plan *plan, struct sim_choices *choices,
               struct fl_buf *outcome)
{
    struct sim_steps *steps = sim_choices_steps(choices);
    const char *tasks[TINY_CLIENTS_MAX];
    uint32_t clients[TINY_CLIENTS_MAX];
    size_t count;
    tiny->choices = choices;
    tiny_begin(tiny, plan->clients);
    while ((count = ready(tiny, plan, tasks, clients))) {
        uint64_t choice = count > 1 ? sim_choices_scheduled(choices) : SIM_STEP_NO_CHOICE;
        if (steps && !sim_steps_begin(steps, tasks, count, 0)) break;
        size_t chosen =
            sim_choose_name(choices, SIM_CHOICE_SCHEDULE, "world", "next", tasks, count);
        if (steps) sim_steps_run(steps, chosen, choice);
        uint32_t client = clients[chosen];
        tiny_say(tiny, client, plan->batches[client][tiny->next[client]++]);
    }
    sim_steps_end(steps);
    if (!count) tiny_end(tiny, plan->clients, outcome);
    tiny->choices = NULL;
}
