/* harness/shrink/lower.c - edits inside lines: options are left out, numbers and texts get smaller.
 *
 * A proposal's number is that of the line times the number of things that can be done to one. */
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/shrink/edits.h"

static void *copy_of(const void *items, uint32_t count, size_t item_bytes, struct fl_arena *arena)
{
    void *copy = fl_arena_alloc_array(arena, count + 1, item_bytes);
    if (copy && count) memcpy(copy, items, count * item_bytes);
    return copy;
}

/* Whether that took something away. */
static bool lower_int(int64_t *value, int64_t to)
{
    if (*value <= to) return false;
    *value = to;
    return true;
}

/* Half of it, in whole units of the kind that it has. */
static bool halve_us(int64_t *us)
{
    static const int64_t units[] = {FL_DAY_US, FL_HOUR_US, FL_MINUTE_US, FL_SECOND_US, 1000, 1};
    for (size_t i = 0; i < FL_COUNT(units); i++) {
        if (*us % units[i] != 0 && *us < 10 * units[i]) continue;
        int64_t half_us = *us / 2 / units[i] * units[i];
        return half_us > 0 && lower_int(us, half_us);
    }
    return false;
}

/* --- processes --- */
enum { PROCESS_EDITS = 14 };

static void lower_processes(struct plan_processes *group, uint32_t what)
{
    struct fl_process_options *options = &group->options;
    switch (what) {
    case 0: *options = (struct fl_process_options){.fetch = options->fetch}; break;
    case 1: group->count = 1; break;
    case 2: group->count = (group->count + 1) / 2; break;
    case 3: group->count -= group->count > 1; break;
    case 4: options->queue_count = 0; break;
    case 5: options->concurrency = 0; break;
    case 6: options->timeout_us = 0; break;
    case 7: options->wire = 0; break;
    case 8: options->average_poll_us = 0; break;
    case 9: group->memory_max = group->connections = 0; break;
    case 10: options->max_retries = options->reliable_push = 0; break;
    case 11: options->dead_max_jobs = options->dead_timeout_us = 0; break;
    case 12: options->capsule_count = 0; break;
    default: options->fetch = FL_FETCH_RELIABLE; break;
    }
}

enum edit edit_processes(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    uint32_t line = number / PROCESS_EDITS;
    if (line >= plan->processes_count) return EDIT_PAST_END;
    struct plan_processes *copy =
        copy_of(plan->processes, plan->processes_count, sizeof *copy, arena);
    if (!copy) return EDIT_NO_MEMORY;
    plan->processes = copy;
    lower_processes(&copy[line], number % PROCESS_EDITS);
    return EDIT_MADE;
}

/* --- jobs --- */
enum { JOB_EDITS = 7 };

static void lower_job(struct plan_job *job, uint32_t what)
{
    switch (what) {
    case 0: job->in_us = -1; break;
    case 1: job->at_us = -1; break;
    case 2: job->when_us = 0; break;
    case 3:
        if (job->kind == PLAN_PUSH) job->queue = NULL;
        break;
    case 4: job->retry = (struct fl_span){0}; break;
    case 5: job->dead = FL_DEAD_DEFAULT; break;
    default: job->bulk = false; break;
    }
}

enum edit edit_jobs(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    uint32_t line = number / JOB_EDITS;
    if (line >= plan->job_count) return EDIT_PAST_END;
    struct plan_job *copy = copy_of(plan->jobs, plan->job_count, sizeof *copy, arena);
    if (!copy) return EDIT_NO_MEMORY;
    plan->jobs = copy;
    lower_job(&copy[line], number % JOB_EDITS);
    return EDIT_MADE;
}

/* --- faults --- */
enum { FAULT_EDITS = 13 };

static bool lower_fault(struct plan_fault *fault, uint32_t what)
{
    struct plan_address *address = &fault->address;
    int64_t number = (int64_t)fault->number;
    bool lowered = false;
    switch (what) {
    case 0:
        lowered = fault->times != 1;
        fault->times = 1;
        break;
    case 1:
        lowered = fault->restart_after_us != -1;
        fault->restart_after_us = -1;
        break;
    case 2:
        lowered = fault->name != NULL;
        fault->name = NULL;
        break;
    case 3:
        lowered = address->after_fault != NULL;
        address->after_fault = NULL;
        break;
    case 4:
        lowered = address->nth > 1;
        if (lowered) address->nth = 1;
        break;
    case 5:
        lowered = address->nth > 1;
        if (lowered) address->nth--;
        break;
    case 6:
        lowered = address->moment != PLAN_BEFORE;
        address->moment = PLAN_BEFORE;
        break;
    case 7:
        lowered = fault->amount_max_us || (fault->amount_us > 0 && halve_us(&fault->amount_us));
        fault->amount_max_us = 0;
        break;
    case 8: lowered = address->at_us > 0 && halve_us(&address->at_us); break;
    case 9:
        lowered = fault->verb != PLAN_REDIS && fault->verb != PLAN_POISON &&
                  lower_int(&number, number > 2 ? number / 2 : 1);
        fault->number = (uint64_t)number;
        break;
    case 10:
        lowered = address->gauge != NULL;
        address->gauge = NULL;
        break;
    case 11: /* nobody loses patience */
        lowered = fault->verb == PLAN_TERM && lower_int(&fault->amount_us, 0);
        break;
    default:
        lowered = fault->oom_nth > 1;
        if (lowered) fault->oom_nth--;
        break;
    }
    return lowered;
}

enum edit edit_faults(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    uint32_t line = number / FAULT_EDITS;
    if (line >= plan->fault_count) return EDIT_PAST_END;
    struct plan_fault *copy = copy_of(plan->faults, plan->fault_count, sizeof *copy, arena);
    if (!copy) return EDIT_NO_MEMORY;
    plan->faults = copy;
    return lower_fault(&copy[line], number % FAULT_EDITS) ? EDIT_MADE : EDIT_VOID;
}

/* --- what is given --- */
/* One column of one row. */
enum edit edit_rows(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    uint32_t line = 0;
    while (line < plan->row_count && number >= plan->rows[line].column_count)
        number -= plan->rows[line++].column_count;
    if (line >= plan->row_count) return EDIT_PAST_END;
    if (plan->rows[line].column_count == 1) return EDIT_VOID;
    struct plan_given_row *copy = copy_of(plan->rows, plan->row_count, sizeof *copy, arena);
    if (!copy) return EDIT_NO_MEMORY;
    struct plan_pair *columns =
        copy_of(copy[line].columns, copy[line].column_count, sizeof *columns, arena);
    if (!columns) return EDIT_NO_MEMORY;
    memmove(columns + number, columns + number + 1,
            (copy[line].column_count - number - 1) * sizeof *columns);
    copy[line].columns = columns;
    copy[line].column_count--;
    plan->rows = copy;
    return EDIT_MADE;
}

/* The last answer goes; or all but the last; or the last's text. */
enum edit edit_answers(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    uint32_t line = number / 3;
    if (line >= plan->http_count) return EDIT_PAST_END;
    struct plan_given_http *copy = copy_of(plan->https, plan->http_count, sizeof *copy, arena);
    if (!copy) return EDIT_NO_MEMORY;
    struct plan_given_http *http = &copy[line];
    struct plan_http_answer *answers =
        copy_of(http->answers, http->answer_count, sizeof *answers, arena);
    if (!answers) return EDIT_NO_MEMORY;
    http->answers = answers;
    plan->https = copy;
    if (number % 3 == 2) {
        struct plan_http_answer *last = &answers[http->answer_count - 1];
        bool had = last->body.length > 0;
        last->body.length = 0;
        return had ? EDIT_MADE : EDIT_VOID;
    }
    if (http->answer_count < 2) return EDIT_VOID;
    if (number % 3 == 1) answers[0] = answers[http->answer_count - 1];
    http->answer_count = number % 3 == 1 ? 1 : http->answer_count - 1;
    answers[http->answer_count - 1].times = 1;
    return EDIT_MADE;
}

enum edit edit_files(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    uint32_t line = number / 3;
    if (line >= plan->file_count) return EDIT_PAST_END;
    struct plan_given_file *copy = copy_of(plan->files, plan->file_count, sizeof *copy, arena);
    if (!copy) return EDIT_NO_MEMORY;
    struct plan_given_file *file = &copy[line];
    plan->files = copy;
    if (file->csv_rows > 0) {
        int64_t to[] = {1, file->csv_rows / 2, file->csv_rows - 1};
        return to[number % 3] > 0 && lower_int(&file->csv_rows, to[number % 3]) ? EDIT_MADE
                                                                                : EDIT_VOID;
    }
    size_t length = file->bytes.length, to[] = {0, length / 2, length ? length - 1 : 0};
    if (!length) return EDIT_VOID;
    file->bytes.length = to[number % 3];
    return EDIT_MADE;
}
