/* harness/world/world.h - one simulated run: a clock, an event heap, fibers, and processes that can
 * die.
 *
 * One OS thread. Time is microseconds since the run began and moves only when no fiber is ready;
 * timers are ordered by (time, sequence). Which of several ready fibers runs next is a choice.
 * Everything that blocks does so through sim_wait or sim_sleep_until. */
#ifndef HARNESS_WORLD_WORLD_H
#define HARNESS_WORLD_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "faultline/worker.h"
#include "harness/choice/choices.h"
#include "harness/fiber/context.h"
#include "harness/memory/memory.h"
#include "ports/ports.h"

enum {
    SIM_CLOCK_RATE_MAX = 1000,
    SIM_PROCESSES_MAX = 64,     /* alive at the same time */
    SIM_STARTS_MAX = 64 * 1024, /* in one world: a handle is never reused */
    SIM_FIBERS_MAX = 8192,
    SIM_NAME_BYTES = 64,
    SIM_FIBER_STACK_BYTES = 1024 * 1024, /* a thread has more in production: 8 MiB as a rule */
};

struct sim_world;
struct sim_process;
struct sim_fiber;
struct sim_image;

struct sim_world_options {
    struct sim_choices *choices; /* borrowed */
    int64_t start_wall_us;       /* wall time at now = 0 */
    uint64_t steps_max;          /* fiber switches; 0: 50 million */
    struct sim_stacks *stacks; /* borrowed, of SIM_FIBER_STACK_BYTES, shared by many runs; NULL: the
                                  world makes its own, which costs a few mappings a fiber */
    enum sim_backend backend;  /* of the fibers' switches */
};

FL_CHECKED enum fl_error sim_world_new(const struct sim_world_options *options,
                                       struct sim_world **ret_world);
/* Kills what still lives, frees all. */
void sim_world_free(struct sim_world *world);
int64_t sim_world_now_us(const struct sim_world *world);
struct sim_choices *sim_world_choices(const struct sim_world *world);
const struct sim_stacks *sim_world_stacks(const struct sim_world *world);

enum sim_step {
    SIM_STEP_RAN,    /* one fiber ran until it waited or ended */
    SIM_STEP_IDLE,   /* no fiber is ready and no timer is set */
    SIM_STEP_BOUND,  /* steps_max is used up */
    SIM_STEP_ASLEEP, /* who could run must not, see choice/steps.h */
    SIM_STEP_LATER,  /* the next timer lies after `until_us`; time stands at until_us */
};
/* From outside any fiber. Runs one fiber; moves time to the next timer when none is ready. */
enum sim_step sim_world_step(struct sim_world *world, int64_t until_us);
/* The instant of the next timer; FL_NEVER_US when none. A ready fiber counts as now. */
int64_t sim_world_next_us(const struct sim_world *world);
/* Up to when the running fiber may let time pass by itself, see sim_world_pass; at first not at
 * all.
 */
void sim_world_let_pass(struct sim_world *world, int64_t until_us);
/* Time passes for the running fiber without a step, since nobody else could do anything until that
 * instant. False: it has to wait like everybody else. */
bool sim_world_pass(struct sim_world *world, int64_t until_us, const char *what);

/* Moves now and every pending timer `delta_us` ahead, as if all machines had been suspended
 * together. */
void sim_world_fold(struct sim_world *world, int64_t delta_us);

/* --- fibers --- */
/* A fiber of `process` (NULL: of the harness itself, e.g. the scenario's own timed events). With
 * ret_fiber NULL its handle goes with its end; otherwise it stays valid until the end is joined
 * (task port), its process dies, or the world is freed. */
FL_CHECKED enum fl_error sim_fiber_spawn(struct sim_world *world, struct sim_process *process,
                                         const char *role, fl_task_main *main, void *argument,
                                         struct sim_fiber **ret_fiber);
struct sim_fiber *sim_fiber_current(const struct sim_world *world); /* NULL outside */
struct sim_process *sim_fiber_process(const struct sim_fiber *fiber);
const char *sim_fiber_role(const struct sim_fiber *fiber);
/* How often it has looked at the wall clock so far. */
uint64_t sim_fiber_times_asked(const struct sim_fiber *fiber);
const char *sim_fiber_name(const struct sim_fiber *fiber); /* "p1/fetch"; the harness's: its role */
const char *sim_fiber_jid(const struct sim_fiber *fiber);  /* fl_task_set_context; NULL: none */
/* What a waiting fiber waits for, for "pending because": a constant or long-lived text. */
const char *sim_fiber_waiting_for(const struct sim_fiber *fiber);
/* The fibers of a process (NULL: of the harness) in the order of their spawning: the one after
 * `fiber`, the first after NULL, NULL after the last. */
struct sim_fiber *sim_fiber_next(const struct sim_world *world, const struct sim_process *process,
                                 const struct sim_fiber *fiber);
/* Panics, naming both, when the running fiber holds a monitor: for every port but the task's. */
void sim_world_assert_no_monitor(const struct sim_world *world, const char *port);

/* A place to wait, first come first woken. Zeroed is ready. */
struct sim_waiters {
    struct sim_fiber *first, *last;
};
/* In a fiber. FL_OK: woken; FL_ETIMEDOUT at the deadline (run time, not wall). */
enum fl_error sim_wait(struct sim_world *world, struct sim_waiters *waiters, int64_t deadline_us,
                       const char *what);
void sim_wake_all(struct sim_world *world, struct sim_waiters *waiters);
/* Whoever waits here waits until then instead. */
void sim_wait_until(struct sim_world *world, const struct sim_waiters *waiters,
                    int64_t deadline_us);
void sim_sleep_until(struct sim_world *world, int64_t deadline_us, const char *what);

/* --- processes --- */
enum sim_end {
    SIM_END_ALIVE,
    SIM_END_EXITED,    /* returned or called exit through its port: see the status */
    SIM_END_KILLED,    /* SIGKILL */
    SIM_END_OOMKILLED, /* over its memory limit, or by a fault */
};

struct sim_process_options {
    const char *name;     /* "p1"; copied */
    const char *hostname; /* copied; NULL: its name, a machine for each process */
    int64_t memory_max;   /* bytes; 0: no limit */
    fl_task_main *main;   /* its first fiber, role "main"; the process exits 0 when it returns */
    void *argument;       /* harness memory */
};

/* A fresh one: own memory, own module images (reset to their state after load). A jump of the wall
 * clock outlives the process: the next one of the same name starts with it. */
FL_CHECKED enum fl_error sim_process_start(struct sim_world *world,
                                           const struct sim_process_options *options,
                                           struct sim_process **ret_process);
/* Drops it as a kernel would: fibers never run again, hooks run (connections and locks close), its
 * memory is freed. Called from one of its own fibers it does not return. The handle lives as long
 * as the world. */
void sim_process_kill(struct sim_process *process, enum sim_end how);
/* As if its program had called exit: from now on like sim_process_kill. */
void sim_process_exit(struct sim_process *process, int status);
/* No fiber of it runs until the instant (run time); timers that came meanwhile fire then. Called
 * from one of its own fibers it returns when the pause is over. */
void sim_process_pause(struct sim_process *process, int64_t until_us);
/* Its wall clock jumps. */
void sim_process_clock_jump(struct sim_process *process, int64_t delta_us);
/* From now on its wall clock goes of/in times as fast as the world; its monotonic one does not. It
 * outlives the process as a jump does. Both are from 1 to SIM_CLOCK_RATE_MAX. */
void sim_process_clock_rate(struct sim_process *process, uint32_t of, uint32_t in);
/* When, in run time, its wall clock shows this, if nothing befalls it before. */
int64_t sim_process_shows_us(const struct sim_process *process, int64_t wall_us);
enum sim_end sim_process_end(const struct sim_process *process, int *ret_status);
const char *sim_process_name(const struct sim_process *process);
const char *sim_process_hostname(const struct sim_process *process);
/* NULL once it is dead. */
struct sim_memory *sim_process_memory(const struct sim_process *process);
const struct sim_image *sim_process_image(const struct sim_process *process);
int64_t sim_process_pid(const struct sim_process *process); /* 100, 101, ...: one for each start */
bool sim_process_paused(const struct sim_process *process);
/* Told when a pause of it ends, as long as it still counts as paused; not in a fiber. */
void sim_process_on_wake(struct sim_process *process, void (*hook)(void *context), void *context);
/* Of a paused one; FL_NEVER_US: until somebody wakes it. */
int64_t sim_process_paused_until_us(const struct sim_process *process);
/* Runs once at its death, whatever the cause, in harness memory; last registered first. */
typedef void sim_death_hook(void *context);
FL_CHECKED enum fl_error sim_process_on_death(struct sim_process *process, sim_death_hook *hook,
                                              void *context);
/* The ports that the world itself implements: clock, random, tasks, process. The others are zero.
 */
struct fl_ports sim_process_ports(struct sim_process *process);

#endif
