/* harness/world/state.h - the layouts of world, fiber and process, for the files of this folder.
 *
 * Inside, time `t` stands still while the world is folded: now = t + folded. Timers are kept in t,
 * so that a fold moves all of them at once. */
#ifndef HARNESS_WORLD_STATE_H
#define HARNESS_WORLD_STATE_H

#include "harness/choice/steps.h"
#include "harness/module/image.h"
#include "harness/world/timers.h"
#include "harness/world/wall_clock.h"
#include "harness/world/world.h"

enum sim_fiber_state {
    SIM_FIBER_READY,
    SIM_FIBER_RUNNING,
    SIM_FIBER_WAITING,
    SIM_FIBER_HELD, /* would be ready, but its process is paused: stands in its `held` */
    SIM_FIBER_ENDED,
};

struct sim_fiber_list {
    struct sim_fiber *first, *last;
};

struct sim_fiber {
    struct sim_world *world;
    struct sim_process *process; /* NULL: the harness's */
    enum sim_fiber_state state;
    struct sim_fiber *next, *previous; /* of the same process, or free */
    struct sim_context context;
    struct sim_stack *stack; /* NULL once ended */
    fl_task_main *main;
    void *argument;
    struct sim_memory *owner; /* of its allocations, while it does not run */
    unsigned work;            /* that they are for, likewise */
    bool has_handle, is_process_main;
    char role[SIM_NAME_BYTES];
    char name[2 * SIM_NAME_BYTES];
    char jid[SIM_NAME_BYTES]; /* "": none */
    uint64_t times_asked;     /* how often it has looked at the wall clock */
    /* waiting */
    const char *waiting_for;
    struct sim_waiters *waiters; /* NULL: only for its timer */
    struct sim_fiber *next_waiter, *previous_waiter;
    struct sim_timer timer;
    enum fl_error wait_result;
    struct sim_waiters joiners;
    /* monitors */
    struct fl_monitor *monitor; /* the one entered last */
    uint32_t monitors_held;
};

struct sim_hook {
    sim_death_hook *run;
    void *context;
};

struct sim_process {
    struct sim_world *world;
    struct sim_process *previous; /* the one started before */
    char name[SIM_NAME_BYTES], hostname[SIM_NAME_BYTES];
    int64_t pid;
    enum sim_end end;
    int status;
    enum sim_end ending; /* asked for by its own running fiber, not carried out yet */
    struct sim_fiber_list fibers;
    struct sim_memory *memory;
    struct sim_image *image;
    struct fl_monitor *monitors;
    struct sim_hook *hooks;
    size_t hook_count, hook_capacity;
    struct wall_clock wall;
    uint64_t byte_draws;
    bool paused;
    struct sim_timer pause_end;
    void (*on_wake)(void *context); /* NULL: nobody asks */
    void *on_wake_context;
    struct sim_waiters held; /* in the order in which they would have become ready */
};

struct fl_monitor {
    struct sim_process *process;
    struct fl_monitor *next, *previous; /* of the process */
    struct sim_fiber *holder;
    struct sim_waiters waiters;
    char name[SIM_NAME_BYTES];
};

struct sim_world {
    struct sim_choices *choices;
    uint32_t next_place;     /* of the choice who runs next */
    struct sim_steps *steps; /* the choices'; NULL: not logged */
    bool counts_turns;       /* they want to hear of turns that nobody else could have had */
    int64_t start_wall_us;
    uint64_t step_count, steps_max;
    enum sim_backend backend;
    struct sim_stacks *stacks, *own_stacks;
    int64_t t_us, folded_us;
    int64_t passes_until_us; /* see sim_world_let_pass */
    struct sim_timers timers;
    struct sim_context scheduler;
    struct sim_fiber *current;
    struct sim_fiber **ready;
    const char **ready_names; /* in step with `ready` */
    size_t ready_count, ready_capacity;
    struct sim_fiber_list fibers; /* the harness's own */
    struct sim_fiber *free_fibers;
    uint32_t fiber_count;
    struct sim_process *last_process;
    uint32_t process_count, start_count;
};

/* fibers.c */
void sim_fiber_make_ready(struct sim_fiber *fiber);
struct sim_fiber *sim_world_take_ready(struct sim_world *world, size_t at);
void sim_fiber_unready(struct sim_fiber *fiber);
void sim_fiber_release_held(struct sim_process *process);
void sim_fiber_drop(struct sim_fiber *fiber); /* wherever it stands, but not the running one */
void sim_fiber_to_scheduler(struct sim_fiber *fiber); /* returns when it is run again */
_Noreturn void sim_fiber_never_return(struct sim_fiber *fiber);
int64_t sim_world_to_t(const struct sim_world *world, int64_t deadline_us);
/* As sim_wait, with a deadline in t. */
enum fl_error sim_fiber_wait(struct sim_fiber *fiber, struct sim_waiters *waiters,
                             int64_t deadline_t_us, const char *what);
/* processes.c */
void sim_process_reap(struct sim_process *process, enum sim_end how);

#endif
