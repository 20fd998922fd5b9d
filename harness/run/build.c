/* harness/run/build.c - a plan becomes a world: modules, server, watchers, outside, database,
 * processes; and what the server tells of the commands it has executed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/effect/label.h"
#include "harness/run/stage.h"
#include "queue/script.h"
#include "queue/wire.h"

enum { SHA1_CHARACTERS = 40 };

/* --- hooks of the fake server --- */

static bool moves_clocks(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->fault_count; i++)
        if (plan->faults[i].verb == PLAN_CLOCK) return true;
    return false;
}

/* The process whose task has sent the command; NULL: none. */
static struct node *acting(struct run *run)
{
    const struct sim_fiber *fiber = sim_fiber_current(run->world);
    return fiber ? run_node_of(run, sim_fiber_process(fiber)) : NULL;
}

static void observe_write(struct run *run, const struct fake_redis_event *event)
{
    struct node *node = acting(run);
    struct ledger_actor actor = {.keeps_time = run->keeps_time};
    int64_t now_us = sim_world_now_us(run->world);
    if (!node) {
        ledger_observe(run->ledger, event, NULL, now_us);
        return;
    }
    const struct effect_context *context = effect_process_context(&node->effects);
    actor.job = context->job;
    actor.is_clock = context->role && strcmp(context->role, "periodic") == 0;
    actor.wall_us = fl_clock_wall_us(node->effects.inner.clock);
    actor.jitter_uniform = node->jitter_uniform;
    ledger_observe(run->ledger, event, &actor, now_us);
    if (context->job && run->ledger->taken) run_tell_write(node, event);
    if (context->job) run_note_guard(node, event);
}

static void learn_script(struct run *run, const struct fake_redis_event *event)
{
    struct fl_span sha = {event->reply_bytes.bytes + 5, SHA1_CHARACTERS}; /* $40\r\n */
    struct fl_span name = effect_script_name(event->args[2]);
    if (event->reply_bytes.length < 5 + SHA1_CHARACTERS || !name.length) return;
    char *kept = fl_arena_copy(&run->arena, name);
    enum fl_error err = kept ? fl_map_put(&run->scripts, sha, kept, NULL) : FL_ENOMEM;
    (void)err; /* a script without a name is called by none */
}

static void touch(void *context, uint64_t object, enum sim_touch touch)
{
    struct run *run = context;
    if (object == SIM_EVERYTHING)
        sim_steps_touch_unseen(run->steps, object, touch);
    else
        sim_steps_touch(run->steps, object, touch);
}

static void on_command(void *context, const struct fake_redis_event *event)
{
    struct run *run = context;
    if (run->steps) footprint_command(&run->footprint, event, touch, run);
    if (run->touched) run_touch(run, event);
    if (run->stores && footprint_changes_an_expiry(event)) run->stores->stale = true;
    if (!event->wrote && event->origin != FAKE_REDIS_DIRECT && event->origin != FAKE_REDIS_SERVED)
        return;
    if (event->count == 3 && fl_span_is(event->args[0], "SCRIPT") &&
        event->reply == FAKE_REDIS_REPLY_BULK)
        learn_script(run, event);
    if (event->wrote)
        observe_write(run, event);
    else
        ledger_observe(run->ledger, event, NULL, sim_world_now_us(run->world));
    if (run->ledger->violation[0])
        sim_world_let_pass(run->world, INT64_MIN); /* the run is to end */
    run_record_command(run, event);
}

static void on_output(void *context, struct fake_redis_session *session)
{
    server_on_output(&((struct run *)context)->server, session);
}

static void on_expired(void *context, unsigned db, struct fl_span key)
{
    const struct run_watcher *watcher = ((struct run *)context)->order->watcher;
    watcher->expired(watcher->self, db, key);
}

/* Jobs by their jids, processes by their identities: "p1:100:0123456789ab" is p1. */
static size_t rename_word(void *self, struct fl_span text, const char **ret_name)
{
    const struct run *run = self;
    size_t length = ledger_rename(run->ledger, text, ret_name);
    if (length) return length;
    for (uint32_t i = 0; i < run->node_count; i++) {
        const struct node *node = &run->nodes[i];
        length = strlen(node->name);
        if (text.length <= length || memcmp(text.bytes, node->name, length) != 0 ||
            text.bytes[length] != ':')
            continue;
        size_t digits = length + 1;
        while (digits < text.length && text.bytes[digits] >= '0' && text.bytes[digits] <= '9')
            digits++;
        if (digits == length + 1 || digits == text.length || text.bytes[digits] != ':') continue;
        size_t nonce = digits + 1;
        while (nonce < text.length && memchr("0123456789abcdef", text.bytes[nonce], 16))
            nonce++;
        *ret_name = node->name;
        return nonce;
    }
    return 0;
}

struct trace_naming run_naming(struct run *run)
{
    return (struct trace_naming){rename_word, run};
}

/* --- building --- */

static enum fl_error give_file(struct run *run, const struct plan_given_file *file)
{
    enum fl_error err;
    if (file->real_path)
        err = fake_files_add_real(run->files, file->name, file->real_path);
    else if (file->csv_rows >= 0)
        err = fake_files_add_rows(run->files, file->name, file->csv_rows);
    else
        err = fake_files_add_bytes(run->files, file->name, file->bytes);
    if (err)
        run_end(run, RUN_BAD_INPUT, file->where.line,
                "expected  a file that can be read\nfound     %s: %s",
                file->real_path ? file->real_path : file->name, fl_error_text(err));
    return err;
}

static struct fake_http_answer answer_of(const struct plan_http_answer *answer)
{
    return (struct fake_http_answer){
        .kind = answer->status ? FAKE_HTTP_STATUS : FAKE_HTTP_TIMEOUT,
        .status = answer->status,
        .body = answer->body,
        .retry_after_s = answer->retry_after_us / FL_SECOND_US,
        .delay_us = answer->delay_us,
        .times = answer->times,
    };
}

static enum fl_error give_answers(struct run *run, const struct plan_given_http *given)
{
    struct fake_http_answer *answers =
        fl_arena_alloc_array(&run->arena, given->answer_count, sizeof *answers);
    if (!answers) return FL_ENOMEM;
    for (uint32_t i = 0; i < given->answer_count; i++)
        answers[i] = answer_of(&given->answers[i]);
    return fake_http_stub(run->web, given->method, given->url, answers, given->answer_count);
}

static enum fl_error give_command(struct run *run, const struct plan_given_command *command)
{
    struct fl_buf reply = FL_BUF_INIT(PLAN_BYTES_MAX);
    enum fl_error err =
        server_ask_command(&run->server, "given", command->args, command->count, &reply);
    if (!err && reply.length && reply.bytes[0] == '-') {
        run_end(run, RUN_BAD_INPUT, command->where.line,
                "expected  a command that Redis executes\nfound     %.*s",
                (int)strcspn(reply.bytes + 1, "\r"), reply.bytes + 1);
        err = FL_EINVAL;
    }
    fl_buf_release(&reply);
    return err;
}

enum fl_error run_give(struct run *run, const struct plan *plan)
{
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < plan->command_count && !err; i++)
        err = give_command(run, &plan->commands[i]);
    for (uint32_t i = 0; i < plan->file_count && !err; i++)
        err = give_file(run, &plan->files[i]);
    for (uint32_t i = 0; i < plan->http_count && !err; i++)
        err = give_answers(run, &plan->https[i]);
    return err;
}

static enum fl_error build_outside(struct run *run)
{
    enum fl_error err = fake_http_new(database_scope(), &run->web);
    if (!err) err = fake_mail_new(database_scope(), &run->office);
    if (!err) err = fake_statsd_new(database_scope(), &run->statsd);
    if (!err) err = fake_files_new(&run->files);
    return err ? err : run_give(run, run->plan);
}

/* The rows of the plan are put into a template once, not into every run's database. */
static enum fl_error seed_template(struct run *run)
{
    struct run_house *house = run->house;
    uint64_t digest = house_plan_digest(run->order->plan);
    struct database database;
    if (house->seeded_plan == digest) return FL_OK;
    enum fl_error err = database_open(house->empty, server_clock(&run->server), &database);
    for (uint32_t i = 0; i < run->plan->row_count && !err; i++) {
        struct fl_buf message = FL_BUF_INIT(RUN_MESSAGE_BYTES);
        err = database_insert(&database, &run->plan->rows[i], &message);
        if (err)
            run_end(run, RUN_BAD_INPUT, run->plan->rows[i].where.line,
                    "expected  a row that table %s takes\nfound     %s", run->plan->rows[i].table,
                    message.length ? message.bytes : fl_error_text(err));
        fl_buf_release(&message);
    }
    database_rest(&database);
    if (err) {
        database_close(&database);
        return err;
    }
    fake_disk_free(house->seeded);
    house->seeded = database.disk;
    house->seeded_plan = digest;
    return FL_OK;
}

static enum fl_error open_module(struct run *run, const char *name, uint32_t line,
                                 const struct house_module **ret_module)
{
    struct fl_buf message = FL_BUF_INIT(RUN_MESSAGE_BYTES);
    enum fl_error err = house_module(run->house, name, run->plan->path, ret_module, &message);
    if (err)
        run_end(run, RUN_BAD_INPUT, line, "%s",
                message.length ? message.bytes : fl_error_text(err));
    fl_buf_release(&message);
    return err;
}

/* Those that are deployed later, too: none is opened in the middle of a run. */
static enum fl_error build_modules(struct run *run)
{
    static const char *const shipped[] = {"workers.so"};
    const struct plan *plan = run->plan;
    const char *const *names = plan->module_count ? plan->modules : shipped;
    const struct house_module *ignored;
    enum fl_error err = FL_OK;
    run->modules.count = plan->module_count ? plan->module_count : 1;
    for (uint32_t i = 0; i < run->modules.count && !err; i++)
        err = open_module(run, names[i], plan->module_wheres ? plan->module_wheres[i].line : 0,
                          &run->modules.items[i]);
    for (uint32_t i = 0; i < plan->fault_count && !err; i++)
        if (plan->faults[i].verb == PLAN_DEPLOY)
            err = open_module(run, plan->faults[i].text, plan->faults[i].where.line, &ignored);
    return err ? err : web_check_classes(run);
}

static void furnish_node(struct run *run, struct node *node, const char *name,
                         const struct plan_processes *plan)
{
    node->run = run;
    node->plan = plan;
    node->restart_us = node->kill_us = FL_NEVER_US;
    node->restart_after_us = -1;
    snprintf(node->name, sizeof node->name, "%s", name);
    node->main = plan ? node_work : web_main;
    if (!plan) return;
    node->options = plan->options;
    node->options.keyring = &run_keyring;
    enum fl_wire wire = plan->options.wire ? plan->options.wire : FL_WIRE_7;
    node->jitter_uniform = fl_wire_facts(wire)->jitter_uniform;
    node->next_modules = run->modules;
    node->options.periodic = run->crons.options;
    node->options.periodic_count = run->crons.count;
    if (run->plan->has_alerts) node->options.alerts = &run->plan->alerts;
}

static enum fl_error build_nodes(struct run *run)
{
    static const struct plan_processes standard = {.count = 1};
    const struct plan *plan = run->plan;
    const struct plan_processes *groups = plan->processes_count ? plan->processes : &standard;
    uint32_t group_count = plan->processes_count ? plan->processes_count : 1;
    uint32_t total = 0, next = 0;
    for (uint32_t i = 0; i < group_count; i++)
        total += groups[i].count;
    if (total > RUN_NODES_MAX) {
        run_end(run, RUN_BAD_INPUT, groups[0].where.line,
                "expected  at most %d processes\nfound     %u", RUN_NODES_MAX, total);
        return FL_EBOUND;
    }
    run->nodes = calloc(total + 1, sizeof *run->nodes);
    if (!run->nodes) return FL_ENOMEM;
    run->node_count = total;
    for (uint32_t i = 0; i < group_count; i++)
        for (uint32_t k = 0; k < groups[i].count; k++) {
            char name[16];
            snprintf(name, sizeof name, "p%u", next + 1);
            furnish_node(run, &run->nodes[next++], name, &groups[i]);
        }
    furnish_node(run, &run->nodes[total], "web", NULL);
    return FL_OK;
}

static enum fl_error know_scripts(struct run *run)
{
    for (int i = 0; i < FL_SCRIPT_COUNT; i++) {
        struct fl_span name = effect_script_name(fl_script_text((enum fl_script)i));
        char *kept = fl_arena_copy(&run->arena, name);
        if (!kept) return FL_ENOMEM;
        if (!name.length) continue;
        enum fl_error err = fl_map_put(&run->scripts, fl_script_sha((enum fl_script)i), kept, NULL);
        if (err) return err;
    }
    return FL_OK;
}

static bool keeps_payloads(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->fault_count; i++)
        if (plan->faults[i].verb == PLAN_DUPLICATE || plan->faults[i].verb == PLAN_POISON)
            return true;
    return false;
}

static bool name_tick(void *self, struct fl_span jid, char name[LEDGER_NAME_BYTES])
{
    return run_name_tick(self, jid, name);
}

/* Claims on what came before what, whoever did it. */
static bool has_histories(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->expect_count; i++)
        if (plan->expects[i].kind == PLAN_EXPECT_LINEARIZABLE ||
            plan->expects[i].kind == PLAN_EXPECT_EXCLUSIVE)
            return true;
    return false;
}

static bool has_gauges(const struct plan *plan)
{
    bool any = plan->heal_when != NULL;
    for (uint32_t i = 0; i < plan->expect_count; i++)
        any |= plan->expects[i].always;
    return any;
}

static enum fl_error build_moments(struct run *run)
{
    unsigned wants = run->undisturbed ? 0 : run->order->wants;
    if (wants & RUN_WANTS_MOMENTS) {
        run->stores = fl_arena_alloc(&run->arena, sizeof *run->stores);
        if (!run->stores) return FL_ENOMEM;
        memset(run->stores, 0, sizeof *run->stores);
    }
    if (wants & RUN_WANTS_OVERWRITTEN) {
        run->touched = fl_arena_alloc(&run->arena, sizeof *run->touched);
        if (!run->touched) return FL_ENOMEM;
        memset(run->touched, 0, sizeof *run->touched);
    }
    return FL_OK;
}

static enum fl_error build_watchers(struct run *run)
{
    enum trace_keep keep = run->order->want_trace ? TRACE_KEEP_ALL : TRACE_KEEP_LAST;
    enum fl_error err = trace_new(run_naming(run), keep, &run->trace);
    if (!err) err = fault_set_new(run->plan, run->order->sweep, run->order->choices, &run->faults);
    if (err == FL_EINVAL)
        run_end(run, RUN_BAD_INPUT, 0, "expected  at most one sweep\nfound     more than one");
    if (!err) fault_set_ask(run->faults, run_fault_gauges(run));
    if (!err && run->undisturbed) fault_set_heal(run->faults);
    if (!err) err = ledger_new(run->house->engine, run->faults, &run->ledger);
    if (!err && run->crons.count) ledger_name_ticks(run->ledger, name_tick, run);
    if (!err) run->ledger->keep_payloads = keeps_payloads(run->plan);
    run->keeps_time = !moves_clocks(run->plan);
    if (!err) err = tally_new(run->plan, &run->tally);
    run->has_gauges = has_gauges(run->plan) && !run->undisturbed;
    run->has_histories = run->steps && has_histories(run->plan);
    if (!err) err = operations_new(run->plan, run->start_wall_us, &run->operations);
    if (!err) err = know_scripts(run);
    if (!err) err = run_record_begin(run);
    if (!err) err = build_moments(run);
    if (err) return err;
    effects_init(&run->effects, run->world, run->trace, run->faults, run_effect_stage(run),
                 pool_worker_note());
    if (run->swarm.latency_times > 1) run->effects.latency_times = run->swarm.latency_times;
    run->effects.follows_commands = run->operations != NULL;
    run->effects.tells_arrivals = run->stores || run->touched;
    return FL_OK;
}

/* As many as a fault may want to lose; none where there is no such fault. */
static uint64_t writes_kept(const struct plan *plan)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < plan->fault_count; i++) {
        const struct plan_fault *fault = &plan->faults[i];
        if (fault->verb != PLAN_FAILOVER && fault->verb != PLAN_REDIS_RESTART) continue;
        bool counted = fault->verb == PLAN_FAILOVER || fault->kept == PLAN_KEPT_BUT_LAST;
        bool kept = fault->kept == PLAN_KEPT_AOF || fault->kept == PLAN_KEPT_RDB;
        uint64_t wanted = counted ? fault->number : kept ? RUN_WRITES_KEPT : 0;
        if (wanted > most) most = wanted;
    }
    return most;
}

static enum fl_error build_world(struct run *run)
{
    struct sim_world_options options = {.choices = run->order->choices,
                                        .start_wall_us = run->start_wall_us,
                                        .stacks = run->house->stacks};
    enum fl_error err = sim_world_new(&options, &run->world);
    if (err) return err;
    server_init(&run->server, run->house->engine, run->world, run->start_wall_us);
    run->server.watcher = run->order->watcher;
    struct fake_redis_options redis = {
        .clock = server_clock(&run->server),
        .seed = 1,
        .writes_kept = writes_kept(run->plan),
        .track_keys = run->steps != NULL,
        .hooks = {.context = run,
                  .on_command = on_command,
                  .on_expired = run->order->watcher ? on_expired : NULL,
                  .on_output = on_output}};
    fake_redis_reset(run->house->engine, &redis);
    sqlite3_randomness(0, NULL);
    return FL_OK;
}

static enum fl_error draw_swarm(struct run *run)
{
    if (run->undisturbed || !sim_choices_swarm(run->order->choices)) return FL_OK;
    enum fl_error err = swarm_draw(run->plan, run->order->choices, &run->arena, &run->swarm);
    if (err) return err;
    run->plan = &run->swarm.plan;
    run->start_wall_us = run->plan->start_us;
    return FL_OK;
}

static enum fl_error build(struct run *run, enum run_building building)
{
    enum fl_error err = draw_swarm(run);
    if (!err) err = build_modules(run);
    if (!err) err = run_build_crons(run);
    if (!err) err = run_set_libc_zone(run);
    if (!err) err = build_world(run);
    if (!err) err = build_nodes(run);
    if (!err) err = build_watchers(run);
    if (!err) err = build_outside(run);
    if (!err) err = seed_template(run);
    if (!err) err = database_open(run->house->seeded, server_clock(&run->server), &run->database);
    if (!err) run->database.reader = run->house->reader;
    if (!err) run_record_given(run);
    uint32_t first = building == RUN_BUILT_BY_HAND ? run->node_count : 0;
    for (uint32_t i = first; i <= run->node_count && !err; i++)
        err = node_start(&run->nodes[i]);
    return err;
}

void run_build(struct run *run, enum run_building building)
{
    enum fl_error err = build(run, building);
    if (err) run_end(run, RUN_HARNESS_FAULT, 0, "the run cannot be built: %s", fl_error_text(err));
}
