#include "queue/settings.h"

#include <string.h>

#include "core/time_text.h"
#include "core/utf8.h"

static void fill(struct fl_process_options *options)
{
    if (!options->concurrency) options->concurrency = 5;
    if (!options->timeout_us) options->timeout_us = 25 * FL_SECOND_US;
    if (!options->wire) options->wire = FL_WIRE_7;
    if (!options->max_retries) options->max_retries = 25;
    if (!options->dead_max_jobs) options->dead_max_jobs = 10000;
    if (!options->dead_timeout_us) options->dead_timeout_us = 180 * FL_DAY_US;
    if (!options->average_poll_us) options->average_poll_us = 5 * FL_SECOND_US;
    if (!options->tag) options->tag = "";
}

static const char *numbers_problem(const struct fl_process_options *options)
{
    if (options->concurrency < 1 || options->concurrency > FL_CONCURRENCY_MAX)
        return "concurrency must be from 1 to 256";
    if (options->timeout_us < 0) return "timeout must not be negative";
    if (options->max_retries < 0) return "max_retries must not be negative";
    if (options->dead_max_jobs < 0) return "dead_max_jobs must not be negative";
    if (options->dead_timeout_us < 0) return "dead_timeout must not be negative";
    if (options->average_poll_us < 0 || options->average_poll_us > FL_DAY_US)
        return "average_scheduled_poll_interval must be at most a day";
    if (options->own_poll_us < 0 || options->own_poll_us > FL_DAY_US)
        return "poll_interval_average must be at most a day";
    if (options->wire != FL_WIRE_6 && options->wire != FL_WIRE_7 && options->wire != FL_WIRE_8)
        return "wire must be 6, 7 or 8";
    if (options->fetch != FL_FETCH_RELIABLE && options->fetch != FL_FETCH_BASIC)
        return "fetch must be reliable or basic";
    return NULL;
}

static const char *queue_problem(const struct fl_queue_option *queue)
{
    struct fl_span name = fl_span_from(queue->name);
    if (!name.length || name.length >= FL_QUEUE_NAME_BYTES)
        return "a queue's name must have from 1 to 127 bytes";
    if (fl_utf8_valid_prefix(name) != name.length) return "a queue's name must be UTF-8";
    if (queue->weight < 0 || queue->weight > FL_QUEUE_WEIGHT_MAX)
        return "a queue's weight must be from 0 to 1000";
    return NULL;
}

static bool has_queue(const struct fl_settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->options.queue_count; i++)
        if (strcmp(settings->queues[i].name, name) == 0) return true;
    return false;
}

static const char *add_queues(struct fl_settings *settings, const struct fl_process_options *given)
{
    settings->options.queues = settings->queues;
    settings->options.queue_count = 0;
    if (given->queue_count > FL_QUEUES_MAX) return "at most 64 queues";
    for (size_t i = 0; i < given->queue_count; i++) {
        const char *problem = queue_problem(&given->queues[i]);
        if (problem) return problem;
        if (has_queue(settings, given->queues[i].name)) continue;
        settings->queues[settings->options.queue_count++] = given->queues[i];
    }
    if (!settings->options.queue_count)
        settings->queues[settings->options.queue_count++] =
            (struct fl_queue_option){.name = "default"};
    return NULL;
}

enum fl_error fl_settings_init(struct fl_settings *settings, const struct fl_process_options *given,
                               const char **ret_problem)
{
    *settings = (struct fl_settings){.options = *given};
    fill(&settings->options);
    *ret_problem = numbers_problem(&settings->options);
    if (!*ret_problem) *ret_problem = add_queues(settings, given);
    if (*ret_problem) return FL_EINVAL;
    settings->facts = fl_wire_facts(settings->options.wire);
    return FL_OK;
}
