/* harness/run/crons.c - what the clock enqueues: as options of the processes, as names of the jobs
 * that come of it, and as time that must not be folded away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/assert.h"
#include "core/civil.h"
#include "harness/run/stage.h"
#include "posix/zone_database.h"
#include "queue/client.h"
#include "queue/periodic.h"

enum { SECONDS_OF_DAY = 24 * 3600 };

/* --- zones --- */

static enum fl_error make_zone(const char *name, struct fl_zone **ret_zone,
                               char problem[FL_ZONE_PROBLEM_BYTES])
{
    enum fl_error err = fl_zone_from_rule(fl_span_from(name), ret_zone);
    if (err != FL_EPARSE) return err;
    return fl_zone_load(name, ret_zone, problem);
}

/* Read once for all runs of the house. */
static enum fl_error zone_of(struct run *run, const char *name, uint32_t line,
                             const struct fl_zone **ret_zone)
{
    struct run_house *house = run->house;
    char problem[FL_ZONE_PROBLEM_BYTES] = "";
    struct house_zone fresh = {0};
    *ret_zone = NULL;
    if (!name) return FL_OK;
    for (uint32_t i = 0; i < house->zone_count; i++)
        if (strcmp(house->zones[i].name, name) == 0) *ret_zone = house->zones[i].zone;
    if (*ret_zone) return FL_OK;
    enum fl_error err = house->zone_count < HOUSE_ZONES_MAX ? FL_OK : FL_EBOUND;
    if (!err) err = make_zone(name, &fresh.zone, problem);
    if (!err && !(fresh.name = strdup(name))) err = FL_ENOMEM;
    if (err) {
        fl_zone_free(fresh.zone);
        run_end(run, RUN_BAD_INPUT, line, "expected  a time zone of this machine\nfound     %s",
                problem[0] ? problem : fl_error_text(err));
        return err;
    }
    house->zones[house->zone_count++] = fresh;
    *ret_zone = fresh.zone;
    return FL_OK;
}

/* localtime() of a handler reads the environment. */
enum fl_error run_set_libc_zone(struct run *run)
{
    const char *wanted = run->plan->zone ? run->plan->zone : "UTC";
    struct run_house *house = run->house;
    const char *known = house->libc_zone ? house->libc_zone : "UTC";
    if (strcmp(known, wanted) == 0) return FL_OK;
    char *copy = strdup(wanted);
    if (!copy || setenv("TZ", wanted, 1)) {
        free(copy);
        return FL_ENOMEM;
    }
    tzset();
    free(house->libc_zone);
    house->libc_zone = copy;
    return FL_OK;
}

/* --- building --- */

static enum fl_error build_cron(struct run *run, const struct plan_cron *plan,
                                struct fl_periodic *option, struct fl_cron *parsed)
{
    const char *problem;
    *option = (struct fl_periodic){.cron = plan->when,
                                   .worker = plan->worker,
                                   .args = plan->args,
                                   .queue = plan->queue,
                                   .name = plan->name};
    enum fl_error err = fl_cron_parse(fl_span_from(plan->when), parsed, &problem);
    if (err) return err;
    return zone_of(run, plan->zone ? plan->zone : run->plan->zone, plan->where.line, &option->zone);
}

enum fl_error run_build_crons(struct run *run)
{
    const struct plan *plan = run->plan;
    struct run_crons *crons = &run->crons;
    if (!plan->cron_count) return FL_OK;
    crons->options = fl_arena_alloc_array(&run->arena, plan->cron_count, sizeof *crons->options);
    crons->parsed = fl_arena_alloc_array(&run->arena, plan->cron_count, sizeof *crons->parsed);
    if (!crons->options || !crons->parsed) return FL_ENOMEM;
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < plan->cron_count && !err; i++)
        err = build_cron(run, &plan->crons[i], &crons->options[i], &crons->parsed[i]);
    crons->count = plan->cron_count;
    crons->is_stale = true;
    return err;
}

/* --- time --- */

/* By the clock that comes to it first. */
static int64_t find_next_us(const struct run *run)
{
    int64_t first_us = FL_NEVER_US;
    for (uint32_t i = 0; i < run->crons.count; i++)
        for (uint32_t k = 0; k < run->node_count; k++) {
            const struct node *node = &run->nodes[k];
            if (!node->alive || !node->ports.clock.ops) continue;
            int64_t wall_us = fl_clock_wall_us(node->ports.clock);
            int64_t tick_us =
                fl_cron_next_us(&run->crons.parsed[i], run->crons.options[i].zone, wall_us);
            if (tick_us == FL_NEVER_US) continue;
            int64_t shows_us = sim_process_shows_us(node->process, tick_us);
            if (shows_us < first_us) first_us = shows_us;
        }
    return first_us;
}

int64_t run_next_tick_us(struct run *run)
{
    struct run_crons *crons = &run->crons;
    if (!crons->count) return FL_NEVER_US;
    if (crons->is_stale) crons->next_us = find_next_us(run);
    crons->is_stale = false;
    return crons->next_us;
}

bool run_passes_tick(struct run *run)
{
    int64_t next_us = run_next_tick_us(run);
    if (next_us > sim_world_now_us(run->world)) return false;
    run->crons.awaited_us = next_us + FL_PERIODIC_LATE_US;
    run->crons.is_stale = true;
    return true;
}

bool run_awaits_tick(const struct run *run)
{
    return sim_world_now_us(run->world) < run->crons.awaited_us;
}

/* --- names --- */

/* "nightly:2026-03-29T03:00", as the wall clocks of its zone show it. */
static void write_name(const struct fl_periodic *option, int64_t tick_s,
                       char name[LEDGER_NAME_BYTES])
{
    int64_t local_s = tick_s + fl_zone_offset_s(option->zone, tick_s);
    int64_t days = local_s / SECONDS_OF_DAY, seconds = local_s % SECONDS_OF_DAY;
    struct fl_civil date = fl_civil_from_days(days);
    snprintf(name, LEDGER_NAME_BYTES, "%.100s:%04lld-%02d-%02dT%02lld:%02lld", option->name,
             (long long)date.year, date.month, date.day, (long long)(seconds / 3600),
             (long long)(seconds / 60 % 60));
}

/* A tick is enqueued at most so late after it, by the clock of whichever process. */
static bool name_by(const struct run *run, uint32_t cron, int64_t wall_us, struct fl_span jid,
                    char name[LEDGER_NAME_BYTES])
{
    const struct fl_periodic *option = &run->crons.options[cron];
    int64_t tick_us = wall_us - FL_PERIODIC_LATE_US - FL_MINUTE_US;
    for (;;) {
        char key[LEDGER_NAME_BYTES + 64], text[FL_JID_BYTES];
        tick_us = fl_cron_next_us(&run->crons.parsed[cron], option->zone, tick_us);
        if (tick_us > wall_us) return false;
        long long tick_s = (long long)(tick_us / FL_SECOND_US);
        int length = snprintf(key, sizeof key, "periodic %.100s %lld", option->name, tick_s);
        fl_jid_derive((struct fl_span){key, (size_t)length}, text);
        if (!fl_span_is(jid, text)) continue;
        write_name(option, tick_s, name);
        return true;
    }
}

bool run_name_tick(struct run *run, struct fl_span jid, char name[LEDGER_NAME_BYTES])
{
    for (uint32_t i = 0; i < run->crons.count; i++)
        for (uint32_t k = 0; k < run->node_count; k++) {
            const struct node *node = &run->nodes[k];
            if (!node->alive || !node->ports.clock.ops) continue;
            if (!name_by(run, i, fl_clock_wall_us(node->ports.clock), jid, name)) continue;
            run->crons.awaited_us = 0;
            return true;
        }
    return false;
}
