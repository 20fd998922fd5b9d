/* Words stand in one column, as a person would write them; texts are quoted only where they must.
 */
#include "harness/scenario/format.h"

#include <inttypes.h>

#include "core/time_text.h"
#include "harness/scenario/printing.h"
#include "harness/scenario/words.h"

/* --- the whole --- */
static void format_why(struct printing *p, const char *why)
{
    while (why && *why) {
        size_t length = strcspn(why, "\n");
        print_text(p, "why      %.*s\n", (int)length, why);
        why += length + (why[length] == '\n');
    }
}

static void format_times(struct printing *p, const struct plan *plan)
{
    if (plan->start_us != PLAN_START_DEFAULT_US || plan->zone) {
        print_text(p, "start    ");
        if (!p->err) p->err = fl_instant_format(p->out, plan->start_us);
        if (plan->zone) print_text(p, " tz ");
        if (plan->zone) print_word(p, fl_span_from(plan->zone));
        print_text(p, "\n");
    }
    if (plan->horizon_us != PLAN_HORIZON_DEFAULT_US || plan->cron_count) {
        print_text(p, "horizon  ");
        print_duration(p, plan->horizon_us);
        print_text(p, "\n");
    }
    if (plan->tolerates) print_text(p, "tolerates %" PRIu32 " down\n", plan->down_max);
    if (!plan->fold_idle) print_text(p, "idle     exact\n");
    if (plan->fifo) print_text(p, "schedule fifo\n");
    if (plan->instant) print_text(p, "schedule instant\n");
}

void print_explore(struct printing *p, const struct plan_explore *explore)
{
    if (explore->strategy == PLAN_EXPLORE_NOTHING) return;
    print_text(p, "explore  %s", words_text(&words_strategies, (int)explore->strategy));
    if (explore->depth) print_text(p, " depth %" PRIu32, explore->depth);
    if (explore->runs) print_text(p, " runs %" PRIu64, explore->runs);
    if (explore->budget_us) print_text(p, " budget ");
    if (explore->budget_us) print_duration(p, explore->budget_us);
    if (explore->swarm) print_text(p, " swarm");
    print_text(p, "\n");
}

static void format_head(struct printing *p, const struct plan *plan)
{
    print_text(p, "scenario 1 ");
    print_quoted(p, fl_span_from(plan->title));
    print_text(p, "\n");
    format_why(p, plan->why);
    if (plan->seed_first != plan->seed_last)
        print_text(p, "seeds    %" PRIu64 "..%" PRIu64 "\n", plan->seed_first, plan->seed_last);
    else if (plan->seed_first != 1)
        print_text(p, "seed     %" PRIu64 "\n", plan->seed_first);
    format_times(p, plan);
    print_explore(p, &plan->explore);
    for (uint32_t i = 0; i < plan->module_count; i++) {
        print_text(p, "module   ");
        print_word(p, fl_span_from(plan->modules[i]));
        print_text(p, "\n");
    }
}

/* --- processes --- */
static void format_queue(struct printing *p, const struct fl_queue_option *queue)
{
    struct fl_span name = fl_span_from(queue->name);
    print_text(p, " ");
    if (words_find(&words_process, name))
        print_quoted(p, name);
    else
        print_word(p, name);
    if (queue->weight) print_text(p, ",%d", queue->weight);
}

static void format_time_option(struct printing *p, enum word_process option, int64_t us)
{
    if (us == 0) return;
    print_text(p, " %s ", words_text(&words_process, (int)option));
    print_duration(p, us);
}

static void format_capsule(struct printing *p, const struct fl_capsule_option *capsule)
{
    print_text(p, " capsule ");
    print_word(p, fl_span_from(capsule->name));
    print_text(p, " %d", capsule->concurrency);
    for (size_t i = 0; i < capsule->queue_count; i++)
        format_queue(p, &capsule->queues[i]);
}

static void format_processes(struct printing *p, const struct plan_processes *group)
{
    const struct fl_process_options *options = &group->options;
    print_text(p, "processes %u", group->count);
    if (options->concurrency) print_text(p, " concurrency %d", options->concurrency);
    if (options->fetch == FL_FETCH_BASIC) print_text(p, " fetch basic");
    if (options->queue_count) print_text(p, " queues");
    for (size_t i = 0; i < options->queue_count; i++)
        format_queue(p, &options->queues[i]);
    format_time_option(p, WORD_TIMEOUT, options->timeout_us);
    if (options->wire) print_text(p, " wire %d", (int)options->wire);
    format_time_option(p, WORD_POLL, options->average_poll_us);
    if (group->connections) print_text(p, " pool %d", group->connections);
    if (group->memory_max) {
        print_text(p, " memory ");
        print_size(p, group->memory_max);
    }
    if (options->max_retries) print_text(p, " max-retries %d", options->max_retries);
    if (options->reliable_push) print_text(p, " reliable-push %d", options->reliable_push);
    if (options->dead_max_jobs) print_text(p, " dead-max %" PRId64, options->dead_max_jobs);
    format_time_option(p, WORD_DEAD_TIMEOUT, options->dead_timeout_us);
    for (size_t i = 0; i < options->capsule_count; i++)
        format_capsule(p, &options->capsules[i]);
    if (options->job_metrics) print_text(p, " metrics");
    print_text(p, "\n");
}

/* --- what is given --- */
static void format_answer(struct printing *p, const struct plan_http_answer *answer)
{
    if (answer->status == 0) {
        print_text(p, "timeout ");
        print_duration(p, answer->delay_us);
    } else {
        print_text(p, "%d", answer->status);
    }
    if (answer->body.length) {
        print_text(p, " ");
        print_quoted(p, answer->body);
    }
    if (answer->retry_after_us) {
        print_text(p, " retry-after ");
        print_duration(p, answer->retry_after_us);
    }
    if (answer->times != 1) print_text(p, " x%u", answer->times);
}

static void format_http(struct printing *p, const struct plan_given_http *http)
{
    print_text(p, "given    http %s ", http->method);
    print_word(p, fl_span_from(http->url));
    for (uint32_t i = 0; i < http->answer_count; i++) {
        print_text(p, i ? " then " : " -> ");
        format_answer(p, &http->answers[i]);
    }
    print_text(p, "\n");
}

/* `@` paths are relative to the scenario's folder, so the folder's part goes. */
static const char *beside(const struct plan *plan, const char *path)
{
    const char *slash = strrchr(plan->path, '/');
    size_t folder = slash ? (size_t)(slash - plan->path) + 1 : 0;
    return strncmp(path, plan->path, folder) == 0 ? path + folder : path;
}

static void format_file(struct printing *p, const struct plan *plan,
                        const struct plan_given_file *file)
{
    print_text(p, "given    file ");
    print_word(p, fl_span_from(file->name));
    print_text(p, " ");
    if (file->csv_rows != -1) {
        print_text(p, "rows %" PRId64, file->csv_rows);
    } else if (file->real_path) {
        print_text(p, "@");
        print_word(p, fl_span_from(beside(plan, file->real_path)));
    } else {
        print_quoted(p, file->bytes);
    }
    print_text(p, "\n");
}

static void format_given(struct printing *p, const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->row_count; i++) {
        print_text(p, "given    db %s", plan->rows[i].table);
        print_pairs(p, plan->rows[i].columns, plan->rows[i].column_count);
        print_text(p, "\n");
    }
    for (uint32_t i = 0; i < plan->command_count; i++) {
        print_text(p, "given    redis");
        for (uint32_t k = 0; k < plan->commands[i].count; k++) {
            print_text(p, " ");
            print_word(p, plan->commands[i].args[k]);
        }
        print_text(p, "\n");
    }
    for (uint32_t i = 0; i < plan->http_count; i++)
        format_http(p, &plan->https[i]);
    for (uint32_t i = 0; i < plan->file_count; i++)
        format_file(p, plan, &plan->files[i]);
}

/* --- jobs --- */
static void format_push(struct printing *p, const struct plan_job *job)
{
    print_word(p, fl_span_from(job->worker));
    print_text(p, " ");
    print_json(p, job->args);
    if (job->in_us != -1) {
        print_text(p, " in ");
        print_duration(p, job->in_us);
    }
    if (job->at_us != -1) {
        print_text(p, " at ");
        print_offset(p, job->at_us);
    }
    if (job->queue) {
        print_text(p, " queue ");
        print_word(p, fl_span_from(job->queue));
    }
    if (job->retry.length) print_text(p, " retry %.*s", FL_SPAN_ARGS(job->retry));
    if (job->dead != FL_DEAD_DEFAULT)
        print_text(p, " dead %s", job->dead == FL_DEAD_KEEP ? "true" : "false");
}

void print_enqueue(struct printing *p, const struct plan_job *job)
{
    print_text(p, job->bulk ? "enqueue-bulk " : "enqueue  ");
    print_word(p, fl_span_from(job->name));
    print_text(p, " ");
    if (job->kind == PLAN_PUSH_RAW) {
        print_text(p, "raw queue ");
        print_word(p, fl_span_from(job->queue));
        print_text(p, " ");
        print_quoted(p, job->args);
    } else {
        format_push(p, job);
    }
    if (job->when_us) {
        print_text(p, " when ");
        print_offset(p, job->when_us);
    }
}

static void format_cron(struct printing *p, const struct plan_cron *cron)
{
    print_text(p, "cron     %s ", cron->name);
    print_word(p, fl_span_from(cron->worker));
    if (cron->args.length) print_text(p, " ");
    print_json(p, cron->args);
    print_text(p, " ");
    print_quoted(p, fl_span_from(cron->when));
    if (cron->zone) print_text(p, " tz ");
    if (cron->zone) print_word(p, fl_span_from(cron->zone));
    if (cron->queue) print_text(p, " queue %s", cron->queue);
    print_text(p, "\n");
}

/* --- choices --- */
static void format_choice(struct printing *p, const struct plan_choice *choice)
{
    print_text(p, "choice   %s ", words_text(&words_choices, (int)choice->kind));
    print_word(p, fl_span_from(choice->stream));
    print_text(p, " ");
    print_word(p, fl_span_from(choice->label));
    print_text(p, " %" PRIu32 " ", choice->occurrence);
    if (choice->name)
        print_word(p, fl_span_from(choice->name));
    else
        print_text(p, "%" PRIu64, choice->number);
    print_text(p, "\n");
}

/* --- all --- */
static void format_rest(struct printing *p, const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->choice_count; i++)
        format_choice(p, &plan->choices[i]);
    for (uint32_t i = 0; i < plan->fault_count;) {
        i += print_faults(p, &plan->faults[i], plan->fault_count - i);
        print_text(p, "\n");
    }
    if (plan->heal_after_fault) {
        print_text(p, "heal     ");
        print_duration(p, plan->heal_after_us);
        print_text(p, " after fault %s\n", plan->heal_after_fault);
    }
    if (plan->heal_when) {
        print_text(p, "heal     when ");
        print_gauge(p, plan->heal_when);
        print_text(p, "\n");
    }
    if (plan->heal_us != -1) {
        print_text(p, "heal     at ");
        print_offset(p, plan->heal_us);
        print_text(p, "\n");
    }
    for (uint32_t i = 0; i < plan->expect_count; i++) {
        print_expect(p, &plan->expects[i]);
        print_text(p, "\n");
    }
    for (uint32_t i = 0; i < plan->volatile_count; i++)
        print_text(p, "volatile db %s\n", plan->volatiles[i]);
}

static void print_limit(struct printing *p, enum word_alerts option, int limit, const char *unit)
{
    if (limit) print_text(p, " %s %d%s", words_text(&words_alerts, (int)option), limit, unit);
}

static void format_alerts(struct printing *p, const struct plan *plan)
{
    const struct fl_alert_options *alerts = &plan->alerts;
    if (!plan->has_alerts) return;
    print_text(p, "alerts  ");
    print_limit(p, WORD_ALERTS_FAILURE_RATE, alerts->failure_percent, "");
    print_limit(p, WORD_ALERTS_FAILURE_JOBS, alerts->failure_jobs, "");
    print_limit(p, WORD_ALERTS_LATENCY, alerts->latency_s, "s");
    print_limit(p, WORD_ALERTS_DEAD, alerts->dead_growth, "");
    print_limit(p, WORD_ALERTS_SILENT, alerts->silent_processes, "");
    print_limit(p, WORD_ALERTS_PROCESSES, alerts->processes_min, "");
    print_limit(p, WORD_ALERTS_WINDOW, alerts->window_s, "s");
    if (alerts->webhook) print_text(p, " %s ", words_text(&words_alerts, WORD_ALERTS_WEBHOOK));
    if (alerts->webhook) print_word(p, fl_span_from(alerts->webhook));
    print_text(p, "\n");
}

enum fl_error scenario_format(const struct plan *plan, struct fl_buf *out)
{
    struct printing p = {.out = out};
    format_head(&p, plan);
    for (uint32_t i = 0; i < plan->processes_count; i++)
        format_processes(&p, &plan->processes[i]);
    format_given(&p, plan);
    for (uint32_t i = 0; i < plan->job_count; i++) {
        print_enqueue(&p, &plan->jobs[i]);
        print_text(&p, "\n");
    }
    for (uint32_t i = 0; i < plan->cron_count; i++)
        format_cron(&p, &plan->crons[i]);
    format_alerts(&p, plan);
    format_rest(&p, plan);
    return p.err;
}

enum fl_error scenario_format_fault(const struct plan_fault *fault, struct fl_buf *out)
{
    struct printing p = {.out = out};
    print_fault(&p, fault);
    return p.err;
}
