#include "harness/interpose/remedy.h"

#include <stddef.h>
#include <string.h>

#include "core/assert.h"
#include "harness/interpose/forbidden_list.h"

#define NAME(name) #name,
static const char *const ends[] = {SIM_FORBIDDEN_ENDS(NAME)};
static const char *const processes[] = {SIM_FORBIDDEN_PROCESSES(NAME)};
static const char *const threads[] = {SIM_FORBIDDEN_THREADS(NAME)};
static const char *const signals[] = {SIM_FORBIDDEN_SIGNALS(NAME)};
static const char *const network[] = {SIM_FORBIDDEN_NETWORK(NAME)};
static const char *const file[] = {SIM_FORBIDDEN_FILES(NAME)};
static const char *const shared[] = {SIM_FORBIDDEN_SHARED(NAME)};
static const char *const machine[] = {SIM_FORBIDDEN_MACHINE(NAME)};
static const char *const code[] = {SIM_FORBIDDEN_CODE(NAME)};
/* Forbidden when they are given descriptors; without any they sleep. */
static const char *const waits[] = {"poll", "ppoll", "select", "pselect"};
#undef NAME

static const struct group {
    const char *const *names;
    size_t count;
    const char *remedy;
} groups[] = {
    {ends, FL_COUNT(ends), "return from the handler: fl_fail, or fl_discard when nothing is to do"},
    {processes, FL_COUNT(processes),
     "ask a service through fl_job_http, or do it in the handler: other processes are not played"},
    {threads, FL_COUNT(threads), "work in the handler's own thread, or push a job for each part"},
    {signals, FL_COUNT(signals),
     "sleep with fl_task_sleep_until, ask fl_job_stopping whether the process is to end"},
    {network, FL_COUNT(network), "fl_job_http, fl_job_redis, fl_job_db or fl_job_mailer"},
    {waits, FL_COUNT(waits), "fl_job_http, fl_job_redis, fl_job_db or fl_job_mailer"},
    {file, FL_COUNT(file), "read files through fl_job_files, keep data in fl_job_db"},
    {shared, FL_COUNT(shared),
     "all jobs of a process share it: pass what you need as an argument, log with fl_job_log"},
    {machine, FL_COUNT(machine), "pass it as an argument: it differs from machine to machine"},
    {code, FL_COUNT(code), "link the module with what it needs"},
};

const char *sim_remedy_of(const char *symbol)
{
    for (size_t i = 0; i < FL_COUNT(groups); i++)
        for (size_t k = 0; k < groups[i].count; k++)
            if (strcmp(groups[i].names[k], symbol) == 0) return groups[i].remedy;
    return NULL;
}
