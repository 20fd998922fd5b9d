/* harness/run/node.c - one process of the plan: its ports composed, started, dead, started again.
 */
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "harness/run/stage.h"
#include "posix/sqlite_db.h"

enum { NODE_NO_STATUS = 1 };

struct node *run_node(struct run *run, const char *name)
{
    for (uint32_t i = 0; i <= run->node_count; i++)
        if (strcmp(run->nodes[i].name, name) == 0) return &run->nodes[i];
    return NULL;
}

struct node *run_node_of(struct run *run, const struct sim_process *process)
{
    for (uint32_t i = 0; i <= run->node_count; i++)
        if (run->nodes[i].process == process) return &run->nodes[i];
    return NULL;
}

/* --- the ports of one start, in the process's own memory --- */

static enum fl_error add_redis(struct node *node, struct fl_ports *ports)
{
    struct fl_redis_client *client;
    struct fl_redis_options options = {0};
    enum fl_error err = fl_redis_client_new(&options, server_transport(&node->redis), ports->clock,
                                            ports->tasks, &client);
    if (!err) ports->redis = fl_redis_client_port(client);
    return err;
}

static enum fl_error add_database(struct node *node, struct fl_ports *ports)
{
    struct fl_sqlite_db *db;
    struct fl_sqlite_options options = {.path = DATABASE_PATH,
                                        .vfs = fake_vfs_name(node->mount),
                                        .journal = FL_SQLITE_DELETE,
                                        .connections_max = node->plan->connections};
    enum fl_error err = fl_sqlite_db_new(&options, ports->clock, ports->tasks, &db);
    if (!err) ports->db = fl_sqlite_db_port(db);
    return err;
}

static enum fl_error compose(struct node *node)
{
    struct run *run = node->run;
    struct fl_ports ports = sim_process_ports(node->process);
    node->redis.clock = ports.clock;
    node->http = (struct fake_http_client){run->web, node->name, ports.clock, ports.tasks};
    node->mail = (struct fake_mail_client){run->office, node->name, ports.clock};
    enum fl_error err = add_redis(node, &ports);
    if (!err && node->plan) err = add_database(node, &ports);
    if (err) return err;
    ports.http = fake_http_port(&node->http);
    ports.mail = fake_mail_port(&node->mail);
    ports.statsd = fake_statsd_port(run->statsd);
    ports.files = fake_files_port(run->files);
    struct effect_wire wire = server_wire(&run->server);
    struct sim_memory *owner = sim_memory_switch(NULL);
    effect_process_init(&node->effects, &run->effects, node->process, node->name, &ports, wire);
    node->ports = effect_ports(&node->effects);
    sim_memory_switch(owner);
    return FL_OK;
}

void node_work(struct node *node)
{
    enum fl_error err = fl_process_new(&node->options, &node->ports, &node->program);
    if (err == FL_EINVAL)
        run_end(node->run, RUN_BAD_INPUT, node->plan->where.line,
                "expected  options of a process that the queue accepts\n"
                "found     an option that is out of its range");
    sim_process_exit(node->process, err ? NODE_NO_STATUS : fl_process_run(node->program));
}

static void node_main(void *argument)
{
    struct node *node = argument;
    if (compose(node))
        sim_process_exit(node->process, NODE_NO_STATUS);
    else
        node->main(node);
}

/* --- starts and ends --- */

void node_look_at_memory(struct node *node)
{
    struct sim_memory *memory = sim_process_memory(node->process);
    if (!memory) return;
    if (sim_memory_peak(memory) > node->memory_peak) node->memory_peak = sim_memory_peak(memory);
    if (!node->oom_armed || !sim_memory_has_failed(memory)) return;
    node->oom_armed = false;
    struct run *run = node->run;
    const struct plan_fault *fault = fault_set_oom(run->faults, node->oom_index);
    fault_set_oom_fired(run->faults, node->oom_index, sim_world_now_us(run->world));
    struct effect_stage stage = run_effect_stage(run);
    stage.ops->struck(stage.self, &(struct fault_strike){fault, PLAN_BEFORE}, NULL,
                      "in its memory");
    run_note_failed_allocation(run, memory);
}

static const char *how_it_ended(const struct node *node, char text[32])
{
    int status = 0;
    switch (sim_process_end(node->process, &status)) {
    case SIM_END_ALIVE: return "is stopped by the end of the run";
    case SIM_END_KILLED: return "is killed";
    case SIM_END_OOMKILLED: return "is killed for its memory";
    case SIM_END_EXITED: break;
    }
    snprintf(text, 32, "exits with %d", status);
    return text;
}

static void plan_restart(struct node *node)
{
    struct run *run = node->run;
    int64_t now_us = sim_world_now_us(run->world);
    if (node->restart_after_us >= 0)
        node->restart_us = now_us + node->restart_after_us;
    else if (run->stage == RUN_HEALED && node->plan && node->starts < RUN_RESTARTS_MAX)
        node->restart_us = now_us + RUN_RESTART_US;
    node->restart_after_us = -1;
    sim_wake_all(run->world, &run->planned);
}

/* In harness memory, before the process's own is freed. */
static void died(void *context)
{
    struct node *node = context;
    struct run *run = node->run;
    char text[32];
    int status = 0;
    node_look_at_memory(node);
    if (!run->over) run_note_statics(node);
    run_forget_measures(node);
    node->alive = false;
    node->kill_us = FL_NEVER_US;
    run->crons.is_stale = true;
    node->program = NULL;
    server_close_all(&node->redis);
    fake_vfs_unmount(node->mount);
    node->mount = NULL;
    node->tears = node->leaving = false;
    for (uint32_t i = 0; i < node->effects.fiber_count; i++)
        if (node->effects.fibers[i].jid[0]) run->ledger->working--;
    node->effects.fiber_count = 0;
    if (run->over) return;
    if (sim_process_end(node->process, &status) == SIM_END_EXITED)
        node->exited_with[status & 0xff] = true;
    if (node->plan) run_mark(run, node->name, "process", how_it_ended(node, text));
    if (run->operations)
        operations_died(run->operations, node->name, fl_clock_wall_us(server_clock(&run->server)));
    ledger_process_died(run->ledger, node->name, sim_world_now_us(run->world));
    if (node->plan) plan_restart(node);
}

static bool is_within(void *context, void *const *frames, size_t count)
{
    struct node *node = context;
    return sim_call_passes(&node->run->house->call_names, frames, count, node->oom_within);
}

void node_fail_memory(struct node *node, const struct plan_fault *fault)
{
    struct sim_memory *memory = sim_process_memory(node->process);
    node->oom_within = fault->within;
    sim_memory_fail_where(memory, fault->within ? is_within : NULL, node);
    sim_memory_fail(memory, fault->oom_nth, fault->oom_mode == PLAN_FOREVER);
}

static void arm_memory(struct node *node)
{
    struct run *run = node->run;
    const struct plan_fault *fault;
    for (uint32_t i = 0; !run->undisturbed && (fault = fault_set_oom(run->faults, i)); i++) {
        bool meant =
            fault->target == PLAN_TARGET_ALL ||
            (fault->target == PLAN_TARGET_PROCESS && strcmp(fault->target_name, node->name) == 0);
        if (!meant || node->oom_armed || fault_set_oom_has_fired(run->faults, i)) continue;
        node_fail_memory(node, fault);
        node->oom_armed = true;
        node->oom_index = i;
        node->restart_after_us = fault->restart_after_us;
    }
}

/* --- modules --- */

static bool share_a_class(const struct house_module *one, const struct house_module *other)
{
    for (const struct fl_worker *a = one->workers; a->name; a++)
        for (const struct fl_worker *b = other->workers; b->name; b++)
            if (strcmp(a->name, b->name) == 0) return true;
    return false;
}

enum fl_error node_deploy(struct node *node, const struct house_module *module)
{
    struct node_modules next = {0};
    for (uint32_t i = 0; i < node->next_modules.count; i++)
        if (!share_a_class(node->next_modules.items[i], module))
            next.items[next.count++] = node->next_modules.items[i];
    if (next.count == SIM_MODULES_MAX) return FL_EBOUND;
    next.items[next.count++] = module;
    node->next_modules = next;
    return FL_OK;
}

/* The options belong to its program as long as that runs. */
static void take_modules(struct node *node)
{
    node->modules = node->next_modules;
    node->options.setup_count = 0;
    for (uint32_t i = 0; i < node->modules.count; i++) {
        const struct house_module *module = node->modules.items[i];
        node->tables[i] = module->table;
        if (module->setup) node->setups[node->options.setup_count++] = module->setup;
    }
    node->options.setups = node->setups;
    node->options.tables = node->tables;
    node->options.table_count = node->modules.count;
}

enum fl_error node_start(struct node *node)
{
    struct run *run = node->run;
    fl_assert(!node->alive);
    take_modules(node);
    node->restart_us = FL_NEVER_US;
    node->oom_armed = false;
    node->redis = (struct server_client){.server = &run->server, .name = node->name};
    if (node->plan) {
        struct fake_vfs_options mount = {.disk = run->database.disk,
                                         .name = node->name,
                                         .clock = server_clock(&run->server),
                                         .scope = database_scope()};
        enum fl_error err = fake_vfs_mount(&mount, &node->mount);
        if (err) return err;
    }
    struct sim_process_options options = {.name = node->name,
                                          .memory_max = node->plan ? node->plan->memory_max : 0,
                                          .main = node_main,
                                          .argument = node};
    enum fl_error err = sim_process_start(run->world, &options, &node->process);
    if (!err) err = sim_process_on_death(node->process, died, node);
    if (err) return err;
    node->alive = true;
    run->crons.is_stale = true;
    node->starts++;
    node->redis.process = node->process;
    if (node->plan) {
        arm_memory(node);
        run_mark(run, node->name, "process", node->starts > 1 ? "starts again" : "starts");
    }
    return FL_OK;
}
