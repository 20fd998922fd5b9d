#include "queue/settings.h"

#include <string.h>

#include "core/time_text.h"
#include "core/utf8.h"

enum { CONCURRENCY_DEFAULT = 5 };

static void fill(struct fl_process_options *options)
{
    if (!options->concurrency) options->concurrency = CONCURRENCY_DEFAULT;
    if (!options->timeout_us) options->timeout_us = 25 * FL_SECOND_US;
    if (!options->wire) options->wire = FL_WIRE_7;
    if (!options->max_retries) options->max_retries = 25;
    if (!options->max_recoveries) options->max_recoveries = 3;
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
    if (options->max_recoveries < 0) return "max_recoveries must not be negative";
    if (options->reliable_push < 0) return "reliable_push must not be negative";
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

/* Whether one of them, from `first` on, has that name. */
static bool has_queue(const struct fl_settings *settings, size_t first, const char *name)
{
    for (size_t i = first; i < settings->queue_count; i++)
        if (strcmp(settings->queues[i].name, name) == 0) return true;
    return false;
}

static const char *add_queues(struct fl_settings *settings, const struct fl_capsule_option *given,
                              size_t first)
{
    static const struct fl_queue_option standard = {.name = "default"};
    size_t count = given->queue_count ? given->queue_count : 1;
    const struct fl_queue_option *queues = given->queue_count ? given->queues : &standard;
    if (count > FL_QUEUES_MAX) return "at most 64 queues";
    for (size_t i = 0; i < count; i++) {
        const char *problem = queue_problem(&queues[i]);
        if (problem) return problem;
        if (has_queue(settings, first, queues[i].name)) continue;
        if (settings->queue_count == FL_QUEUES_MAX) return "at most 64 queues in all capsules";
        if (has_queue(settings, 0, queues[i].name))
            settings->sharers[settings->queue_count] = given->name;
        settings->queues[settings->queue_count++] = queues[i];
    }
    return NULL;
}

static const char *capsule_problem(const struct fl_settings *settings,
                                   const struct fl_capsule_option *given)
{
    struct fl_span name = fl_span_from(given->name);
    if (!name.length || name.length >= FL_CAPSULE_NAME_BYTES)
        return "a capsule's name must have from 1 to 63 bytes";
    if (fl_utf8_valid_prefix(name) != name.length) return "a capsule's name must be UTF-8";
    for (size_t i = 0; i < settings->capsule_count; i++)
        if (strcmp(settings->capsules[i].name, given->name) == 0)
            return "capsules must have names of their own, and \"default\" is taken";
    if (given->concurrency < 0 || given->concurrency > FL_CONCURRENCY_MAX)
        return "a capsule's concurrency must be from 1 to 256";
    return NULL;
}

static const char *add_capsule(struct fl_settings *settings, const struct fl_capsule_option *given)
{
    size_t first = settings->queue_count;
    const char *problem = capsule_problem(settings, given);
    if (!problem) problem = add_queues(settings, given, first);
    if (problem) return problem;
    int concurrency = given->concurrency ? given->concurrency : CONCURRENCY_DEFAULT;
    settings->capsules[settings->capsule_count++] =
        (struct fl_capsule){.name = given->name,
                            .concurrency = concurrency,
                            .first_thread = settings->concurrency,
                            .first_queue = first,
                            .queue_count = settings->queue_count - first};
    settings->concurrency += concurrency;
    return settings->concurrency > FL_CONCURRENCY_MAX ? "at most 256 job threads in all capsules"
                                                      : NULL;
}

static bool is_joined(const char *text, const char *first, const char *second)
{
    size_t length = strlen(first);
    return strncmp(text, first, length) == 0 && text[length] == '|' &&
           strcmp(text + length + 1, second) == 0;
}

/* The private list of a shared queue has the name "queue|capsule": no queue may be called so. */
static const char *sharing_problem(const struct fl_settings *settings)
{
    for (size_t i = 0; i < settings->queue_count; i++)
        for (size_t j = 0; settings->sharers[i] && j < settings->queue_count; j++)
            if (is_joined(settings->queues[j].name, settings->queues[i].name, settings->sharers[i]))
                return "a queue has the name of another one and of its capsule";
    return NULL;
}

static const char *add_capsules(struct fl_settings *settings,
                                const struct fl_process_options *given)
{
    const struct fl_capsule_option standard = {.name = "default",
                                               .queues = given->queues,
                                               .queue_count = given->queue_count,
                                               .concurrency = settings->options.concurrency};
    if (given->capsule_count > FL_CAPSULES_MAX) return "at most 16 capsules beside the default one";
    const char *problem = add_capsule(settings, &standard);
    for (size_t i = 0; !problem && i < given->capsule_count; i++)
        problem = add_capsule(settings, &given->capsules[i]);
    return problem ? problem : sharing_problem(settings);
}

enum fl_error fl_settings_init(struct fl_settings *settings, const struct fl_process_options *given,
                               const char **ret_problem)
{
    *settings = (struct fl_settings){.options = *given};
    fill(&settings->options);
    *ret_problem = numbers_problem(&settings->options);
    if (!*ret_problem) *ret_problem = add_capsules(settings, given);
    if (*ret_problem) return FL_EINVAL;
    settings->options.queues = settings->queues;
    settings->options.queue_count = settings->capsules[0].queue_count;
    settings->facts = fl_wire_facts(settings->options.wire);
    return FL_OK;
}
