/* harness/run/stage.h - one run while it is played; for the files of this folder. */
#ifndef HARNESS_RUN_STAGE_H
#define HARNESS_RUN_STAGE_H

#include "core/time_text.h"
#include "fakes/files/fake_files.h"
#include "fakes/http/fake_http.h"
#include "fakes/mail/fake_mail.h"
#include "fakes/statsd/fake_statsd.h"
#include "harness/check/ledger.h"
#include "harness/check/operations.h"
#include "harness/check/state.h"
#include "harness/check/tally.h"
#include "harness/choice/steps.h"
#include "harness/effect/ports.h"
#include "harness/run/database.h"
#include "harness/run/footprint.h"
#include "harness/run/house.h"
#include "harness/run/moments.h"
#include "harness/run/run.h"
#include "harness/run/server.h"
#include "harness/run/swarm.h"
#include "queue/cron.h"
#include "queue/process.h"
#include "redis/client.h"

enum {
    RUN_NODES_MAX = SIM_PROCESSES_MAX - 1,
    RUN_RESTARTS_MAX = 1000,
    RUN_MESSAGE_BYTES = 64 * 1024,
    RUN_TIMELINE_EVENTS = 24,
    RUN_STRUCK_BYTES = 512,
    RUN_LASTING_MAX = 32,
    RUN_WRITES_KEPT = 64 * 1024,
    RUN_GROWTHS_MAX = 8,  /* classes of a process whose memory is watched */
    RUN_GROWTH_RUNS = 16, /* so many runs in a row that leave something are a leak */
};

/* How long a healed run may stand still before it counts as stuck; longer while a task works. */
#define RUN_STILL_US         (30 * FL_MINUTE_US)
#define RUN_STILL_WORKING_US FL_DAY_US
#define RUN_RESTART_US       FL_SECOND_US /* a supervisor's patience */
#define RUN_FOLD_MARGIN_US   (FL_SECOND_US / 10)

struct run;
struct node;
struct recorder;

/* Who is told what happens: a test, which says only later what it wants counted. */
struct run_witness {
    void (*applied)(void *self, const struct effect_context *context,
                    const struct effect_label *label, struct fl_span detail);
    void (*logged)(void *self, struct fl_span line);
};

struct node_modules {
    const struct house_module *items[SIM_MODULES_MAX];
    uint32_t count;
};

/* What a handler's run is measured by: its blocks are known by its number, from 1. */
struct node_work {
    const struct sim_fiber *fiber; /* NULL: this number is free */
    const struct fl_worker *worker;
    bool ended; /* the handler has returned; its job's own memory goes with the task's end */
};

/* How the runs of one class have left the memory of a process, in a row. */
struct node_growth {
    const struct fl_worker *worker; /* NULL: none */
    uint32_t runs;                  /* that have each left something, since `blocks` was known */
    uint64_t blocks;                /* that the process had before the first of them */
    struct sim_memory_rest last;
};

/* One process of the plan, through all its starts; or the client that enqueues, "web". */
struct node {
    struct run *run;
    char name[SIM_NAME_BYTES];
    const struct plan_processes *plan; /* NULL: web */
    struct fl_process_options options;
    struct node_modules modules, next_modules; /* of this start; of the next one */
    const struct fl_worker *tables[SIM_MODULES_MAX];
    const struct fl_setup *setups[SIM_MODULES_MAX];
    void (*main)(struct node *node); /* what it does once its ports are composed */
    struct sim_process *process;     /* of the last start */
    bool alive;
    uint32_t starts;
    int64_t restart_us;       /* when it is to be started again; FL_NEVER_US: not planned */
    int64_t kill_us;          /* when who has asked it to stop loses patience; FL_NEVER_US: never */
    int64_t restart_after_us; /* what a fault asked for, once it dies; -1: nothing */
    bool exited_with[256];
    int64_t memory_peak;
    bool oom_armed;
    uint32_t oom_index;
    const char *oom_within; /* the function whose allocations are counted; NULL: all */
    bool jitter_uniform;    /* of the wire that it writes */
    /* of this start */
    struct node_work works[SIM_MEMORY_WORKS];
    uint32_t working; /* handlers' runs that have not come to their end */
    struct node_growth growths[RUN_GROWTHS_MAX];
    struct fl_process *program; /* its memory; NULL when not running */
    struct fl_ports ports;
    struct effect_process effects;
    struct server_client redis;
    struct fake_http_client http;
    struct fake_mail_client mail;
    struct fake_vfs *mount;
    bool leaving; /* it has been asked to stop, or to take no more */
    bool tears;   /* an operation is under way whose end may be cut off */
};

/* A state or limit of Redis, until it ends. */
struct run_lasting {
    const struct plan_fault *fault;
    int64_t until_us;
};

struct run_crons { /* in the arena; the zones are the house's */
    struct fl_periodic *options;
    struct fl_cron *parsed;
    uint32_t count;
    int64_t next_us;    /* in run time; meaningful unless it is stale */
    int64_t awaited_us; /* until then what has come is to be enqueued; 0: nothing is */
    bool is_stale;      /* a clock has jumped, or a process has come or gone */
};

enum run_stage { RUN_FAULTY, RUN_HEALED };

struct run {
    const struct run_order *order;
    const struct plan *plan;
    struct run_house *house;
    struct run_result *result;
    bool undisturbed; /* without any fault: a reference */
    int64_t start_wall_us;
    struct sim_world *world;
    struct server server;
    struct swarm swarm;         /* whose plan this is, where options are drawn */
    struct sim_steps *steps;    /* of the choices; NULL: not logged */
    struct footprint footprint; /* where they are */
    struct run_lasting lasting[RUN_LASTING_MAX];
    uint32_t lasting_count;
    struct database database;
    struct fake_http *web;
    struct fake_mail *office;
    struct fake_statsd *statsd;
    struct fake_files *files;
    struct trace *trace;
    struct fault_set *faults;
    struct effects effects;
    struct ledger *ledger;
    struct tally *tally;
    struct operations *operations; /* NULL: no claim asks for any */
    struct recorder *recorder;     /* NULL: no recording is wanted */
    struct run_stores *stores;     /* NULL: no moments are wanted; in the arena, as is `touched` */
    struct run_touched *touched;   /* NULL: it is not asked which keys are written over */
    struct fl_map scripts;         /* SHA1 -> name */
    struct fl_map mail_keys;       /* seen */
    struct fl_arena arena;
    struct node_modules modules; /* of the plan's own lines */
    struct run_crons crons;
    struct node *nodes;         /* the workers; then web */
    uint32_t node_count;        /* without web */
    struct sim_waiters planned; /* woken when what is planned has changed */
    enum run_stage stage;
    int64_t healed_us;
    int64_t progress_us; /* the last time at which something was due */
    bool heal_held;      /* `heal when` has come true */
    bool has_histories;  /* of claims on the order of calls, and steps are logged */
    bool has_gauges;     /* of claims on every moment, or of healing */
    uint64_t near_since; /* the ledger's changes + 1 when nothing far off was due; 0: not known */
    bool web_pushing, web_done;
    int64_t web_due_us; /* when the next job is to be pushed */
    int64_t drained_us; /* -1 */
    bool over;
    bool has_torn;    /* a process has died inside a database operation */
    bool keeps_time;  /* no fault of the plan moves a clock */
    bool is_anothers; /* who could go on is asleep (choice/steps.h): nothing is judged */
    bool has_reference;
    bool has_planned;                  /* the fiber for what is planned */
    struct fl_buf struck;              /* the faults that struck, for a report */
    struct fl_buf statics;             /* variables that handlers have changed, a line each */
    struct fl_buf leak;                /* the first leak that was found; empty: none */
    const struct run_witness *witness; /* NULL: none */
    void *witness_self;
};

static inline struct node *node_of_effects(struct effect_process *effects)
{
    return (struct node *)(void *)((char *)effects - offsetof(struct node, effects));
}

/* The first verdict stands; the run is over. */
void run_end(struct run *run, enum run_verdict verdict, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* "p1 is killed" in the trace. */
void run_mark(struct run *run, const char *who, const char *what, const char *detail);

/* run.c: a run that is built but not yet driven; NULL: out of memory. What goes wrong is the
 * verdict in *result, which must have been begun. A run that is built by hand starts its web alone.
 */
enum run_building { RUN_BUILT_WHOLE, RUN_BUILT_BY_HAND };
void run_begin_result(struct run_result *result);
struct run *run_open(const struct run_order *order, struct run_house *house,
                     struct run_result *result);
void run_build(struct run *run, enum run_building building);
void run_close(struct run *run);
/* The files and the answers of the web that this plan gives; it stays as long as the run. */
FL_CHECKED enum fl_error run_give(struct run *run, const struct plan *plan);

/* node.c */
void node_work(struct node *node); /* a worker process's main */
FL_CHECKED enum fl_error node_start(struct node *node);
struct node *run_node(struct run *run, const char *name);
struct node *run_node_of(struct run *run, const struct sim_process *process);
/* From its next start on it has this module, in place of those with one of its job classes. */
FL_CHECKED enum fl_error node_deploy(struct node *node, const struct house_module *module);
/* From now on an allocation of it fails, as the fault says. */
void node_fail_memory(struct node *node, const struct plan_fault *fault);
/* Memory that failed counts as its fault having struck. */
void node_look_at_memory(struct node *node);
/* web.c */
/* FL_EINVAL: some job's class is in no module; that was the verdict. */
FL_CHECKED enum fl_error web_check_classes(struct run *run);
void web_main(struct node *node);
/* Pushes a job under its name, now; in a fiber of any process. */
void web_push(struct node *node, const struct plan_job *job);
/* strange.c: the job's first payload, as it was or spoilt in one of the ways of words_poisons,
 * under the name JOB.WAY. False: it has not been pushed yet, or there is no memory. */
bool run_push_again(struct run *run, const char *job);
bool run_push_spoilt(struct run *run, const char *job, uint64_t way);
/* The jobs that wait in a queue stand the other way round. */
bool run_reorder(struct run *run, const char *queue);
/* actions.c */
struct effect_stage run_effect_stage(struct run *run);
void run_strike_by_time(struct run *run, const struct plan_fault *fault);
void run_describe_fault(const struct plan_fault *fault, struct fl_buf *out);
/* accidents.c */
/* A fault that strikes Redis itself (from PLAN_REFUSE on). */
void run_strike_redis(struct run *run, const struct plan_fault *fault);
/* When the first of what lasts ends, FL_NEVER_US: nothing lasts; and ends what does by then. */
int64_t run_lasting_until_us(const struct run *run);
void run_end_lasting(struct run *run, int64_t until_us);
/* build.c: jobs and processes by the scenario's names. */
struct trace_naming run_naming(struct run *run);
/* facts.c: what is wanted of the run is noted while it is played, and collected at its end. */
void run_note_effect(struct run *run, const struct effect *effect,
                     const struct effect_outcome *outcome);
void run_note_strike(struct run *run, const struct fault_strike *strike,
                     const struct effect *effect);
void run_note_failed_allocation(struct run *run, const struct sim_memory *memory);
void run_collect_facts(struct run *run);
/* recorder.c: the recording, when one is wanted, is told what happens. */
FL_CHECKED enum fl_error run_record_begin(struct run *run);
void run_record_given(struct run *run); /* what there is before anything happens */
void run_record_command(struct run *run, const struct fake_redis_event *event);
void run_record_effect(struct run *run, const struct effect *effect,
                       const struct effect_outcome *outcome);
/* What follows changes something by itself: what has changed before is not its doing. */
void run_record_until_now(struct run *run);
/* Once it has been carried out, or before, when that may not return; `at` NULL: by time. */
void run_record_fault(struct run *run, const struct plan_fault *fault, const char *at);
void run_record_end(struct run *run);
void run_record_close(struct run *run);
/* crons.c */
FL_CHECKED enum fl_error run_build_crons(struct run *run);
FL_CHECKED enum fl_error run_set_libc_zone(struct run *run);
/* When, in run time, the clock of some process comes to something to enqueue; FL_NEVER_US. */
int64_t run_next_tick_us(struct run *run);
/* Called as time passes: whether it has come to something to enqueue. */
bool run_passes_tick(struct run *run);
/* What has come has not been enqueued yet, and may still be: that takes its time. */
bool run_awaits_tick(const struct run *run);
/* Whether a job of this jid comes from the clock, and its name. */
bool run_name_tick(struct run *run, struct fl_span jid, char name[LEDGER_NAME_BYTES]);
/* gauges.c: what Redis or the database hold now. The value is told where there is a buffer. */
bool run_gauge_holds(struct run *run, const struct plan_gauge *gauge, struct fl_buf *found);
struct fault_gauges run_fault_gauges(struct run *run);
/* After an effect: which claims on every moment have been broken, and whether it heals. */
void run_watch_gauges(struct run *run, const struct effect *effect);
/* fencing.c: the running handler has changed something. */
void run_tell_write(struct node *node, const struct fake_redis_event *event);
void run_tell_change(struct run *run, const struct effect *effect);
/* What owners have changed of jobs that had been taken from them, for a report; "" otherwise. */
void run_say_stale(const struct run *run, struct fl_buf *out);
/* leaks.c: the running fiber calls a handler, which returns, and then ends its work on the job. */
void run_measure(struct node *node, const struct fl_worker *worker);
void run_measured(struct node *node);
void run_end_measure(struct node *node);
void run_forget_measures(struct node *node); /* the process is dead */
/* The handler of the running fiber has ended; what it has kept is a leak. */
void run_look_for_loans(struct node *node);
/* The first leak that was found, told as a failure. */
void run_judge_leaks(struct run *run);
/* Locks of unique jobs that jobs have kept beyond their end. */
void run_judge_locks(struct run *run);
/* statics.c: the process's variables, before it ends; those of all that live. */
void run_note_statics(struct node *node);
void run_note_all_statics(struct run *run);
/* guards.c: a handler's task has written; the handler has returned. */
void run_note_guard(struct node *node, const struct fake_redis_event *event);
void run_settle_guards(struct node *node, const struct fl_job *job, const struct fl_worker *worker);
/* drive.c */
void run_drive(struct run *run);
/* When the first job of the schedule or the retry set is due, in run time; FL_NEVER_US. */
int64_t run_set_due_us(const struct run *run, const char *name);
/* moments.c: an effect is about to happen, which gets the number of the moment; it is over, and the
 * number of that moment is returned. 0: it is not told. */
void run_note_arrival(struct run *run, struct effect *effect);
uint32_t run_note_closing(struct run *run, const struct effect *effect,
                          const struct effect_outcome *outcome);
/* It is about to be paused. */
void run_note_pause(struct node *node);
/* The handler of the running fiber has returned: of all it has heard, this is left. */
void run_forget_heard(struct node *node, const struct fl_job *job, enum fl_outcome outcome);
/* For stores.c. False: there are too many, or no memory. */
bool run_note_key_change(struct run *run, const struct run_key_change *change);
/* overwritten.c: from here on; a command; at the end. */
void run_begin_touching(struct run *run);
void run_touch(struct run *run, const struct fake_redis_event *event);
void run_collect_overwritten(struct run *run);
void run_collect_overwritten_by_wake(struct run *run);
uint64_t run_key_digest(struct fl_span name);
/* idle.c: before time passes. */
void run_prolong_pops(struct run *run);
/* keyring.c */
extern const struct fl_keyring run_keyring;

/* judge.c */
void run_judge(struct run *run);
/* Of the job system, not of an application. */
bool run_is_queue_key(const struct run *run, struct fl_span name);
/* The first fault that never struck, told as a failure. */
void run_judge_faults(struct run *run);
/* An expectation of `plan`, which the tally was made for. False: `found` says what is the case. */
bool run_holds(struct run *run, const struct plan *plan, const struct tally *tally, uint32_t index,
               struct fl_buf *found);
FL_CHECKED enum fl_error run_collect_state(struct run *run, struct state *state);
/* A key of the queue's, and one that a process keeps about itself. */
bool run_is_queue_key(const struct run *run, struct fl_span name);
bool run_is_of_a_process(const struct run *run, struct fl_span name);
/* reference.c: the undisturbed state of this plan stands in the house; false: it cannot be had. */
bool run_reference(struct run_house *house, const struct plan *plan);
/* run.c: without any fault, `later_us` after the plan's start; its final state is added. */
void run_play_undisturbed(const struct run_order *order, int64_t later_us, struct state *state,
                          enum run_verdict *ret_verdict);
/* pending.c */
void run_say_pending(struct run *run, struct fl_buf *out);
/* waits.c: "lock:7 holds a (done)". */
FL_CHECKED enum fl_error run_say_key(struct run *run, const struct fake_redis_key *key,
                                     struct fl_buf *out);
/* What the task waits for, who has it, and what it did last. */
FL_CHECKED enum fl_error run_say_wait(struct run *run, const struct node *node,
                                      const struct effect_fiber *worker, struct fl_buf *out);

#endif
