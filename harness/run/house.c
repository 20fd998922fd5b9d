#include "harness/run/house.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/module/find.h"
#include "harness/run/database.h"
#include "harness/run/handlers.h"
#include "harness/trace/digest.h"
#include "harness/world/world.h"
#include "workers/schema.h"

static int64_t no_time(void *self)
{
    (void)self;
    return 0;
}

static enum fl_error furnish(struct run_house *house)
{
    static const struct fl_clock_ops clock = {no_time, no_time};
    struct fake_redis_options options = {.clock = {&clock, NULL}};
    house->engine = fake_redis_new(&options);
    if (!house->engine) return FL_ENOMEM;
    enum fl_error err = sim_stacks_new(SIM_FIBER_STACK_BYTES, &house->stacks);
    if (!err) err = database_template(worker_tables, FL_COUNT(worker_tables), &house->empty);
    if (!err) err = reader_new(house->empty, &house->reader);
    return err == FL_EEXIST ? FL_OK : err; /* another house has it: this one does without */
}

enum fl_error run_house_new(struct run_house **ret_house)
{
    struct run_house *house = calloc(1, sizeof *house);
    if (!house) return FL_ENOMEM;
    house->reference.volatiles = STATE_VOLATILES_INIT;
    house->call_names = SIM_CALL_NAMES_INIT;
    house->reference.text = FL_BUF_INIT(HOUSE_STATE_BYTES_MAX);
    enum fl_error err = furnish(house);
    if (err) {
        run_house_free(house);
        return err;
    }
    *ret_house = house;
    return FL_OK;
}

void run_house_free(struct run_house *house)
{
    if (!house) return;
    for (uint32_t i = 0; i < house->module_count; i++) {
        free(house->modules[i].name);
        handlers_free(house->modules[i].table);
    }
    for (uint32_t i = 0; i < house->zone_count; i++) {
        free(house->zones[i].name);
        fl_zone_free(house->zones[i].zone);
    }
    free(house->libc_zone);
    state_volatiles_release(&house->reference.volatiles);
    sim_call_names_release(&house->call_names);
    fl_buf_release(&house->reference.text);
    reader_free(house->reader);
    fake_disk_free(house->seeded);
    fake_disk_free(house->empty);
    sim_stacks_free(house->stacks);
    fake_redis_free(house->engine);
    free(house);
}

/* --- modules --- */

static const struct house_module *known_module(const struct run_house *house, const char *name)
{
    for (uint32_t i = 0; i < house->module_count; i++)
        if (strcmp(house->modules[i].name, name) == 0) return &house->modules[i];
    return NULL;
}

enum fl_error house_adopt(struct run_house *house, const char *name,
                          const struct fl_worker *workers)
{
    if (house->module_count == SIM_MODULES_MAX) return FL_EBOUND;
    struct house_module module = {
        .name = strdup(name), .workers = workers, .table = handlers_wrap(workers)};
    if (!module.name || !module.table) {
        free(module.name);
        handlers_free(module.table);
        return FL_ENOMEM;
    }
    house->modules[house->module_count++] = module;
    return FL_OK;
}

enum fl_error house_module(struct run_house *house, const char *name, const char *scenario,
                           const struct house_module **ret_module, struct fl_buf *message)
{
    char path[PATH_MAX];
    const struct house_module *known = known_module(house, name);
    if (known) {
        *ret_module = known;
        return FL_OK;
    }
    if (!sim_module_find(name, scenario, path)) {
        enum fl_error err =
            fl_buf_printf(message,
                          "%s: expected a module beside the scenario or the program, found "
                          "no such file",
                          name);
        return err ? err : FL_ENOTFOUND;
    }
    struct sim_module *module;
    enum fl_error err = sim_module_open(path, &module, message);
    if (!err) err = house_adopt(house, name, sim_module_workers(module));
    if (err) return err;
    house->modules[house->module_count - 1].setup = sim_module_setup(module);
    *ret_module = &house->modules[house->module_count - 1];
    return err;
}

/* --- plans --- */

static uint64_t digest_text(uint64_t digest, const char *text)
{
    return digest_span(digest, fl_span_from(text ? text : ""));
}

static uint64_t digest_pairs(uint64_t digest, const struct plan_pair *pairs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        digest = digest_text(digest, pairs[i].name);
        digest = digest_word(digest_span(digest, pairs[i].value), (uint64_t)pairs[i].type);
    }
    return digest;
}

static uint64_t digest_job(uint64_t digest, const struct plan_job *job)
{
    digest = digest_text(digest, job->name);
    digest = digest_text(digest, job->worker);
    digest = digest_span(digest, job->args);
    digest = digest_text(digest, job->queue);
    digest = digest_span(digest, job->retry);
    digest = digest_word(digest, (uint64_t)job->dead);
    digest = digest_word(digest, (uint64_t)job->when_us);
    digest = digest_word(digest, (uint64_t)job->in_us);
    return digest_word(digest, (uint64_t)job->at_us);
}

static uint64_t digest_processes(uint64_t digest, const struct plan_processes *group)
{
    digest = digest_word(digest, group->count);
    digest = digest_word(digest, (uint64_t)group->options.concurrency);
    digest = digest_word(digest, (uint64_t)group->options.fetch);
    digest = digest_word(digest, (uint64_t)group->options.max_retries);
    digest = digest_word(digest, (uint64_t)group->options.reliable_push);
    for (size_t i = 0; i < group->options.queue_count; i++)
        digest = digest_text(digest, group->options.queues[i].name);
    for (size_t i = 0; i < group->options.capsule_count; i++)
        digest = digest_text(digest, group->options.capsules[i].name);
    return digest;
}

static uint64_t digest_cron(uint64_t digest, const struct plan_cron *cron)
{
    digest = digest_text(digest, cron->name);
    digest = digest_text(digest, cron->worker);
    digest = digest_span(digest, cron->args);
    digest = digest_text(digest, cron->when);
    digest = digest_text(digest, cron->zone);
    return digest_text(digest, cron->queue);
}

uint64_t house_plan_digest(const struct plan *plan)
{
    uint64_t digest = digest_text(1, plan->path);
    for (uint32_t i = 0; i < plan->row_count; i++) {
        digest = digest_text(digest, plan->rows[i].table);
        digest = digest_pairs(digest, plan->rows[i].columns, plan->rows[i].column_count);
    }
    for (uint32_t i = 0; i < plan->file_count; i++) {
        digest = digest_text(digest, plan->files[i].name);
        digest = digest_span(digest, plan->files[i].bytes);
        digest = digest_text(digest, plan->files[i].real_path);
        digest = digest_word(digest, (uint64_t)plan->files[i].csv_rows);
    }
    for (uint32_t i = 0; i < plan->http_count; i++)
        for (uint32_t k = 0; k < plan->https[i].answer_count; k++) {
            const struct plan_http_answer *answer = &plan->https[i].answers[k];
            digest = digest_span(digest, answer->body);
            digest = digest_word(digest, (uint64_t)answer->status << 32 ^ answer->times);
            if (answer->retry_after_us)
                digest = digest_word(digest, (uint64_t)answer->retry_after_us);
        }
    for (uint32_t i = 0; i < plan->command_count; i++)
        for (uint32_t k = 0; k < plan->commands[i].count; k++)
            digest = digest_span(digest, plan->commands[i].args[k]);
    for (uint32_t i = 0; i < plan->job_count; i++)
        digest = digest_job(digest, &plan->jobs[i]);
    for (uint32_t i = 0; i < plan->cron_count; i++)
        digest = digest_cron(digest, &plan->crons[i]);
    if (plan->cron_count) digest = digest_word(digest, (uint64_t)plan->horizon_us);
    digest = digest_text(digest, plan->zone);
    for (uint32_t i = 0; i < plan->module_count; i++)
        digest = digest_text(digest, plan->modules[i]);
    for (uint32_t i = 0; i < plan->processes_count; i++)
        digest = digest_processes(digest, &plan->processes[i]);
    digest = digest_word(digest, (uint64_t)plan->start_us);
    for (uint32_t i = 0; i < plan->volatile_count; i++)
        digest = digest_text(digest, plan->volatiles[i]);
    return digest ? digest : 1;
}
