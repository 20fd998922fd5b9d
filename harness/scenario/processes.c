/* `processes 2 concurrency 1 fetch basic queues critical,10 default,3 timeout 8s ...` */
#include <string.h>

#include "harness/scenario/reading.h"
#include "posix/db_pool.h"

/* NAME or NAME,WEIGHT */
static bool read_queue(struct reading *r, struct fl_queue_option *queue)
{
    const struct token *token = line_take(&r->line);
    const char *comma = memchr(token->text.bytes, ',', token->text.length);
    struct fl_span name = token->text;
    if (comma) {
        name.length = (size_t)(comma - name.bytes);
        struct fl_span digits = {comma + 1, token->text.length - name.length - 1};
        long long weight;
        if (!fl_span_int64(digits, &weight) || weight < 1 || weight > FL_QUEUE_WEIGHT_MAX)
            return reading_problem(r, token, "a weight from 1 to 1000 after the comma");
        queue->weight = (int)weight;
    }
    if (!reading_is_name(name, READING_NAME) || name.length >= FL_QUEUE_NAME_BYTES)
        return reading_problem(r, token, "the name of a queue, or NAME,WEIGHT");
    queue->name = reading_copy(r, name);
    return queue->name != NULL;
}

static bool at_queue(const struct reading *r)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind == TOKEN_STRING) return true;
    return token->kind == TOKEN_WORD && !words_find(&words_process, token->text);
}

/* Up to the next word that is an option; a queue of such a name stands in quotes. */
static bool read_queues(struct reading *r, const struct fl_queue_option **ret_queues,
                        size_t *ret_count)
{
    struct list queues = {0};
    const struct token *first = line_peek(&r->line);
    if (!at_queue(r)) return reading_problem(r, first, "the name of a queue");
    while (at_queue(r)) {
        const struct token *token = line_peek(&r->line);
        if (queues.count == FL_QUEUES_MAX) return reading_problem(r, token, "at most 64 queues");
        struct fl_queue_option *queue = reading_add(r, &queues, sizeof *queue, FL_QUEUES_MAX);
        if (!queue || !read_queue(r, queue)) return false;
    }
    *ret_queues = queues.items;
    *ret_count = queues.count;
    return true;
}

static bool read_int(struct reading *r, const char *what, int64_t low, int64_t high, int *ret)
{
    int64_t number;
    if (!reading_number(r, what, low, high, &number)) return false;
    *ret = (int)number;
    return true;
}

static bool read_capsule(struct reading *r, struct list *capsules)
{
    const struct token *token = line_peek(&r->line);
    struct fl_capsule_option capsule = {0};
    if (token->kind == TOKEN_END || !reading_is_name(token->text, READING_NAME) ||
        token->text.length >= FL_CAPSULE_NAME_BYTES)
        return reading_problem(r, token, "the name of a capsule");
    capsule.name = reading_copy(r, line_take(&r->line)->text);
    if (!capsule.name ||
        !read_int(r, "its job threads, from 1 to 256", 1, FL_CONCURRENCY_MAX,
                  &capsule.concurrency) ||
        !read_queues(r, &capsule.queues, &capsule.queue_count))
        return false;
    if (capsules->count == FL_CAPSULES_MAX) return reading_problem(r, token, "at most 16 capsules");
    struct fl_capsule_option *item = reading_add(r, capsules, sizeof *item, FL_CAPSULES_MAX);
    if (item) *item = capsule;
    return item != NULL;
}

static bool read_wire(struct reading *r, enum fl_wire *ret_wire)
{
    int64_t number;
    if (!reading_number(r, "6, 7 or 8", FL_WIRE_6, FL_WIRE_8, &number)) return false;
    *ret_wire = (enum fl_wire)number;
    return true;
}

static bool read_fetch(struct reading *r, enum fl_fetch *ret_fetch)
{
    int value;
    if (!reading_word(r, &words_fetches, &value)) return false;
    *ret_fetch = (enum fl_fetch)value;
    return true;
}

/* Zero means "the default" in the options, so it cannot be asked for. */
static bool read_time(struct reading *r, int64_t *ret_us)
{
    const struct token *token = line_peek(&r->line);
    if (!reading_duration(r, "a duration, like 25s", ret_us)) return false;
    return *ret_us > 0 || reading_problem(r, token, "a duration above zero");
}

static bool read_memory(struct reading *r, int64_t *ret_bytes)
{
    const struct token *token = line_peek(&r->line);
    if (!reading_size(r, ret_bytes)) return false;
    return *ret_bytes > 0 || reading_problem(r, token, "a size above zero");
}

static bool read_option(struct reading *r, enum word_process option, struct plan_processes *group,
                        struct list *capsules)
{
    struct fl_process_options *options = &group->options;
    switch (option) {
    case WORD_CONCURRENCY:
        return read_int(r, "a number from 1 to 256", 1, FL_CONCURRENCY_MAX, &options->concurrency);
    case WORD_FETCH: return read_fetch(r, &options->fetch);
    case WORD_QUEUES: return read_queues(r, &options->queues, &options->queue_count);
    case WORD_TIMEOUT: return read_time(r, &options->timeout_us);
    case WORD_WIRE: return read_wire(r, &options->wire);
    case WORD_POLL: return read_time(r, &options->average_poll_us);
    case WORD_POOL:
        return read_int(r, "a number from 1 to 64", 1, FL_DB_CONNECTIONS_MAX, &group->connections);
    case WORD_MEMORY: return read_memory(r, &group->memory_max);
    case WORD_MAX_RETRIES:
        return read_int(r, "a number from 1 to 1000", 1, 1000, &options->max_retries);
    case WORD_RELIABLE_PUSH:
        return read_int(r, "a number from 1 to 1000000", 1, 1000 * 1000, &options->reliable_push);
    case WORD_DEAD_MAX:
        return reading_number(r, "a number from 1", 1, INT32_MAX, &options->dead_max_jobs);
    case WORD_DEAD_TIMEOUT: return read_time(r, &options->dead_timeout_us);
    case WORD_CAPSULE: return read_capsule(r, capsules);
    case WORD_METRICS: options->job_metrics = true; return true;
    }
    return false;
}

bool read_processes(struct reading *r)
{
    uint32_t seen = 0, total = 0;
    int option;
    int64_t count;
    struct list capsules = {0};
    const struct token *at = line_peek(&r->line);
    const struct plan_processes *groups = r->processes.items;
    for (uint32_t i = 0; i < r->processes.count; i++)
        total += groups[i].count;
    if (!reading_number(r, "how many, from 1 to 32", 1, PLAN_PROCESSES_MAX, &count)) return false;
    if (count + total > PLAN_PROCESSES_MAX)
        return reading_problem(r, at, "at most 32 processes in all");
    struct plan_processes *group = reading_add(r, &r->processes, sizeof *group, PLAN_PROCESSES_MAX);
    if (!group) return false;
    group->where = reading_where(r, at);
    group->count = (uint32_t)count;
    while (line_peek(&r->line)->kind != TOKEN_END) {
        if (!reading_option(r, &words_process, &seen, &option)) return false;
        if (!read_option(r, (enum word_process)option, group, &capsules)) return false;
        seen &= ~(UINT32_C(1) << WORD_CAPSULE); /* may be repeated */
    }
    group->options.capsules = capsules.items;
    group->options.capsule_count = capsules.count;
    return true;
}
