#include "harness/cli/matrix_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/scenario/format.h"

enum fl_error matrix_file_of_worker(const struct matrix_worker *worker, struct fl_buf *out)
{
    enum fl_error err = fl_buf_printf(
        out, "scenario 1 \"%s has one end, wherever it is disturbed\"\n", worker->name);
    if (!err && worker->module) err = fl_buf_printf(out, "module   %s\n", worker->module);
    if (!err)
        err = fl_buf_printf(out, "processes %s\n", worker->processes ? worker->processes : "2");
    for (uint32_t i = 0; i < worker->given_count && !err; i++)
        err = fl_buf_printf(out, "given    %s\n", worker->given[i]);
    /* Processes of no other queues would never see the job of a class that has one of its own. */
    const char *queue = worker->processes ? "" : " queue default";
    return err ? err
               : fl_buf_printf(out,
                               "enqueue  job %s %s%s\n"
                               "expect   class effectively-once\n",
                               worker->name, worker->args, queue);
}

/* Requests are not part of the state: each is counted. */
static enum fl_error claim_requests(const struct run_facts *facts, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < facts->receipt_count && !err; i++) {
        const struct run_receipt *receipt = &facts->receipts[i];
        if (!fl_span_starts(receipt->what, FL_SPAN("http "))) continue;
        err = fl_buf_printf(out, "expect effect \"%.*s\" exactly %" PRIu32 "\n",
                            FL_SPAN_ARGS(receipt->what), receipt->count);
    }
    return err;
}

static enum fl_error claim_jobs(const struct run_facts *facts, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < facts->job_count && !err; i++)
        if (facts->jobs[i].of_plan)
            err = fl_buf_printf(out, "expect %.*s %.*s\n", FL_SPAN_ARGS(facts->jobs[i].name),
                                FL_SPAN_ARGS(facts->jobs[i].state));
    return err;
}

enum fl_error matrix_file_of_cell(const char *path, const struct scenario_setting *settings,
                                  uint32_t setting_count, struct fl_span lines,
                                  const struct run_facts *undisturbed, struct fl_buf *out,
                                  struct fl_buf *message)
{
    struct fl_buf extra = FL_BUF_INIT(PLAN_BYTES_MAX);
    struct scenario_changes changes = {.bare = true};
    struct plan *plan;
    enum fl_error err = fl_buf_append_span(&extra, lines);
    if (!err) err = claim_jobs(undisturbed, &extra);
    if (!err) err = claim_requests(undisturbed, &extra);
    if (!err) err = fl_buf_append_text(&extra, "expect state same-as reference\n");
    changes.extra = fl_buf_span(&extra);
    if (!err) err = scenario_read_changed(path, &changes, settings, setting_count, &plan, message);
    if (!err) {
        plan->explore = (struct plan_explore){0}; /* a cell is a single run */
        err = scenario_format(plan, out);
        scenario_plan_free(plan);
    }
    fl_buf_release(&extra);
    return err;
}

bool matrix_file_write(const char *folder, const char *path, struct fl_span text)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) return false;
    FILE *file = fopen(path, "wb");
    if (!file) return false;
    bool whole = fwrite(text.bytes, 1, text.length, file) == text.length;
    return fclose(file) == 0 && whole;
}
