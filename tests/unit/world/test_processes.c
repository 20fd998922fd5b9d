/* What the world promises of a process: its death, its end, its pauses, its clock and its memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "tests/unit/world/told_world.h"

static void dies_in_the_middle(void *argument)
{
    struct told_world *f = argument;
    tell(f, "before");
    sim_process_kill(f->process, SIM_END_KILLED);
    tell(f, "after");
}

static void hook_a(void *context)
{
    tell(context, "hook-a");
}

static void hook_b(void *context)
{
    tell(context, "hook-b");
}

static void a_process_that_kills_itself_stops_there_and_its_hooks_run_last_first(void **state)
{
    struct told_world *f = *state;
    f->process = start(f, "p1", dies_in_the_middle);
    assert_int_equal(sim_process_on_death(f->process, hook_a, f), FL_OK);
    assert_int_equal(sim_process_on_death(f->process, hook_b, f), FL_OK);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "before@0 hook-b@0 hook-a@0 ");
    assert_int_equal(sim_process_end(f->process, NULL), SIM_END_KILLED);
}

static void exits_7(void *argument)
{
    struct told_world *f = argument;
    struct fl_process_port port = sim_process_ports(f->process).process;
    port.ops->exit(port.self, 7);
    tell(f, "after");
}

static void an_exit_ends_the_process_with_its_status(void **state)
{
    struct told_world *f = *state;
    int status;
    f->process = start(f, "p1", exits_7);
    play(f, FL_NEVER_US);
    assert_int_equal(sim_process_end(f->process, &status), SIM_END_EXITED);
    assert_int_equal(status, 7);
    assert_string_equal(f->story, "");
}

static void returns(void *argument)
{
    tell(argument, "main");
}

static void the_return_of_main_ends_the_process(void **state)
{
    struct told_world *f = *state;
    int status = -1;
    f->process = start(f, "p1", returns);
    play(f, FL_NEVER_US);
    assert_int_equal(sim_process_end(f->process, &status), SIM_END_EXITED);
    assert_int_equal(status, 0);
}

static void ticks_every_10(void *argument)
{
    struct told_world *f = argument;
    for (int64_t at_us = 10; at_us <= 50; at_us += 10) {
        sim_sleep_until(f->world, at_us, "the next tick");
        tell(f, "tick");
    }
}

static void a_paused_process_catches_up_when_the_pause_is_over(void **state)
{
    struct told_world *f = *state;
    f->process = start(f, "p1", ticks_every_10);
    play(f, 15);
    sim_process_pause(f->process, 35);
    assert_true(sim_process_paused(f->process));
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "tick@10 tick@35 tick@35 tick@40 tick@50 ");
}

static void a_process_paused_while_it_was_ready_does_not_run(void **state)
{
    struct told_world *f = *state;
    f->process = start(f, "p1", returns);
    sim_process_pause(f->process, 100);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "main@100 ");
}

static void a_paused_process_can_be_killed(void **state)
{
    struct told_world *f = *state;
    f->process = start(f, "p1", returns);
    sim_process_pause(f->process, 100);
    play(f, 50);
    sim_process_kill(f->process, SIM_END_KILLED);
    assert_int_equal(play(f, FL_NEVER_US), SIM_STEP_IDLE);
    assert_int_equal(sim_world_now_us(f->world), 50);
    assert_string_equal(f->story, "");
}

static void pauses_itself(void *argument)
{
    struct told_world *f = argument;
    tell(f, "before");
    sim_process_pause(f->process, 100);
    tell(f, "after");
}

static void a_process_can_be_paused_from_within(void **state)
{
    struct told_world *f = *state;
    f->process = start(f, "p1", pauses_itself);
    play(f, FL_NEVER_US);
    assert_string_equal(f->story, "before@0 after@100 ");
}

static void sleeps_for_ever(void *argument)
{
    struct told_world *f = argument;
    sim_sleep_until(f->world, FL_NEVER_US, "nothing");
}

static void pids_exist_on_their_own_host_while_the_process_lives(void **state)
{
    struct told_world *f = *state;
    f->process = start(f, "p1", sleeps_for_ever);
    f->other = start(f, "p2", sleeps_for_ever);
    struct fl_process_port port = sim_process_ports(f->process).process;
    assert_true(port.ops->pid_exists(port.self, sim_process_pid(f->process)));
    assert_false(port.ops->pid_exists(port.self, sim_process_pid(f->other)));
    int64_t former_pid = sim_process_pid(f->process);
    sim_process_kill(f->process, SIM_END_KILLED);
    f->process = start(f, "p1", sleeps_for_ever);
    port = sim_process_ports(f->process).process;
    assert_false(port.ops->pid_exists(port.self, former_pid));
}

static void a_clock_jump_moves_the_wall_clock_and_outlives_the_process(void **state)
{
    struct told_world *f = *state;
    f->process = start(f, "p1", sleeps_for_ever);
    f->other = start(f, "p2", sleeps_for_ever);
    struct fl_clock mine = sim_process_ports(f->process).clock;
    struct fl_clock others = sim_process_ports(f->other).clock;
    int64_t mono_us = fl_clock_mono_us(mine);
    sim_process_clock_jump(f->process, 3600);
    assert_int_equal(fl_clock_wall_us(mine), fl_clock_wall_us(others) + 3600);
    assert_int_equal(fl_clock_mono_us(mine), mono_us);
    sim_process_kill(f->process, SIM_END_KILLED);
    f->process = start(f, "p1", sleeps_for_ever);
    mine = sim_process_ports(f->process).clock;
    assert_int_equal(fl_clock_wall_us(mine), fl_clock_wall_us(others) + 3600);
}

static void a_clock_s_rate_moves_the_wall_clock_from_then_on_and_outlives_the_process(void **state)
{
    struct told_world *f = *state;
    f->process = start(f, "p1", sleeps_for_ever);
    struct fl_clock mine = sim_process_ports(f->process).clock;
    int64_t start_us = fl_clock_wall_us(mine), mono_us = fl_clock_mono_us(mine);
    sim_world_fold(f->world, 1000);
    sim_process_clock_rate(f->process, 3, 2);
    assert_int_equal(fl_clock_wall_us(mine), start_us + 1000);
    assert_int_equal(sim_process_shows_us(f->process, start_us + 4000),
                     sim_world_now_us(f->world) + 2000);
    sim_world_fold(f->world, 2000);
    assert_int_equal(fl_clock_wall_us(mine), start_us + 1000 + 3000);
    sim_process_clock_rate(f->process, 1, 2);
    sim_process_kill(f->process, SIM_END_KILLED);
    sim_world_fold(f->world, 1000);
    f->process = start(f, "p1", sleeps_for_ever);
    mine = sim_process_ports(f->process).clock;
    assert_int_equal(fl_clock_wall_us(mine), start_us + 4000 + 500);
    assert_true(fl_clock_mono_us(mine) >= mono_us);
}

static void allocates_too_much(void *argument)
{
    struct told_world *f = argument;
    void *volatile much = malloc(100000);
    sim_sleep_until(f->world, 10, "with too much memory");
    free(much);
    tell(f, "after");
}

static void a_process_over_its_memory_limit_is_killed_for_it(void **state)
{
    struct told_world *f = *state;
    const struct sim_process_options options = {
        .name = "p1", .memory_max = 70000, .main = allocates_too_much, .argument = f};
    assert_int_equal(sim_process_start(f->world, &options, &f->process), FL_OK);
    play(f, FL_NEVER_US);
    assert_int_equal(sim_process_end(f->process, NULL), SIM_END_OOMKILLED);
    assert_string_equal(f->story, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(a_process_that_kills_itself_stops_there_and_its_hooks_run_last_first),
        WITH_WORLD(an_exit_ends_the_process_with_its_status),
        WITH_WORLD(the_return_of_main_ends_the_process),
        WITH_WORLD(a_paused_process_catches_up_when_the_pause_is_over),
        WITH_WORLD(a_process_paused_while_it_was_ready_does_not_run),
        WITH_WORLD(a_paused_process_can_be_killed),
        WITH_WORLD(a_process_can_be_paused_from_within),
        WITH_WORLD(pids_exist_on_their_own_host_while_the_process_lives),
        WITH_WORLD(a_clock_s_rate_moves_the_wall_clock_from_then_on_and_outlives_the_process),
        WITH_WORLD(a_clock_jump_moves_the_wall_clock_and_outlives_the_process),
        WITH_WORLD(a_process_over_its_memory_limit_is_killed_for_it),
    };
    return cmocka_run_group_tests_name("processes", tests, NULL, NULL);
}
