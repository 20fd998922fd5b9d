/* `faultline push`: puts one job into a real Redis, as the production client does. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"
#include "core/time_text.h"
#include "faultline/worker.h"
#include "harness/cli/commands.h"
#include "harness/scenario/nearest.h"
#include "posix/key_file.h"
#include "posix/module.h"
#include "posix/ports.h"
#include "queue/client.h"

enum { OPT_IN, OPT_AT, OPT_QUEUE, OPT_REDIS, OPT_REQUIRE, OPT_WIRE };

static const struct cli_option options[] = {
    {OPT_IN, 0, "in", "5m", "run it so long from now"},
    {OPT_AT, 0, "at", "TIME", "run it at this instant, like 2026-03-29T00:30Z"},
    {OPT_QUEUE, 'q', "queue", "NAME", "instead of the worker's own, or default"},
    {OPT_REDIS, 0, "redis", "URL", "instead of REDIS_URL, or " FL_REDIS_URL_DEFAULT},
    {OPT_REQUIRE, 'r', "require", "MODULE", "a module that knows the worker's queue and retries"},
    {OPT_WIRE, 0, "wire", "6|7|8", "the Sidekiq line whose format is written; 7 by default"},
};

struct push_command {
    struct cli_reader reader;
    struct fl_client_job job;
    const char *keys; /* the file; NULL: none */
    struct fl_keyring keyring;
    const char *redis_url, *module;
    int64_t in_us; /* -1: none */
    enum fl_wire wire;
    char retry[FL_RETRY_TEXT_BYTES];
    FILE *out;
};

/* --- arguments --- */
static int take_option(struct push_command *push)
{
    const struct cli_reader *reader = &push->reader;
    struct fl_span text = fl_span_from(reader->value);
    int64_t number;
    switch (reader->id) {
    case OPT_IN:
        if (fl_duration_parse(text, &push->in_us) == FL_OK) return CLI_PASSED;
        return cli_wrong(reader, "expected a duration, like 5m, found \"%s\"", reader->value);
    case OPT_AT:
        if (fl_instant_parse(text, &push->job.at_us) == FL_OK) return CLI_PASSED;
        return cli_wrong(reader, "expected an instant, like 2026-03-29T00:30Z, found \"%s\"",
                         reader->value);
    case OPT_QUEUE:
        push->job.queue = reader->value;
        if (text.length && text.length < FL_QUEUE_NAME_BYTES) return CLI_PASSED;
        return cli_wrong(reader, "expected a queue's name of 1 to %d bytes, found \"%s\"",
                         FL_QUEUE_NAME_BYTES - 1, reader->value);
    case OPT_REDIS: push->redis_url = reader->value; return CLI_PASSED;
    case OPT_REQUIRE: push->module = reader->value; return CLI_PASSED;
    default:
        if (!cli_number(reader, reader->value, FL_WIRE_6, FL_WIRE_8, &number)) return CLI_USAGE;
        push->wire = (enum fl_wire)number;
        return CLI_PASSED;
    }
}

static int take_args(struct push_command *push, const char *text)
{
    struct fl_json json;
    struct fl_json_error error = {0};
    enum fl_error err = fl_json_parse(fl_span_from(text), &json, &error);
    if (err == FL_EPARSE)
        return cli_wrong(&push->reader, "expected %s at column %u of \"%s\"", error.expected,
                         error.column, text);
    if (err) return cli_wrong(&push->reader, "%s", fl_error_text(err));
    bool array = fl_json_type(fl_json_root(&json)) == FL_JSON_ARRAY;
    fl_json_release(&json);
    if (!array)
        return cli_wrong(&push->reader, "expected a JSON array, like [7], found \"%s\"", text);
    push->job.args = fl_span_from(text);
    return CLI_PASSED;
}

static int take_argument(struct push_command *push, const char *text)
{
    if (!push->job.worker) {
        push->job.worker = text;
        return *text ? CLI_PASSED : cli_wrong(&push->reader, "expected the name of a worker");
    }
    if (!push->job.args.bytes) return take_args(push, text);
    return cli_wrong(&push->reader, "expected WORKER and JSON_ARGS, found also \"%s\"", text);
}

static int check_arguments(const struct push_command *push)
{
    if (!push->job.worker) return cli_wrong(&push->reader, "expected WORKER and JSON_ARGS");
    if (!push->job.args.bytes)
        return cli_wrong(&push->reader, "expected the arguments as a JSON array, like '[7]'");
    if (push->in_us >= 0 && push->job.at_us)
        return cli_wrong(&push->reader, "expected either --in or --at");
    return CLI_PASSED;
}

static int read_arguments(struct push_command *push, bool *ret_go_on)
{
    int code = CLI_PASSED;
    *ret_go_on = false;
    while (code == CLI_PASSED) {
        switch (cli_next(&push->reader)) {
        case CLI_OPTION: code = take_option(push); break;
        case CLI_ARGUMENT: code = take_argument(push, push->reader.value); break;
        case CLI_HELP: cli_print_help(&command_push, push->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            code = check_arguments(push);
            *ret_go_on = code == CLI_PASSED;
            return code;
        }
    }
    return code;
}

/* --- the worker's own options --- */
static void take_worker(struct push_command *push, const struct fl_worker *worker)
{
    struct fl_client_job job =
        fl_client_job_of(worker, push->job.worker, push->job.args, push->retry);
    job.at_us = push->job.at_us;
    if (push->job.queue) job.queue = push->job.queue;
    push->job = job;
}

static int load_worker(struct push_command *push)
{
    struct fl_module module;
    char problem[FL_MODULE_PROBLEM_BYTES];
    struct nearest nearest = nearest_to(fl_span_from(push->job.worker));
    if (fl_module_load(push->module, &module, problem))
        return cli_wrong(&push->reader, "%s", problem);
    for (const struct fl_worker *worker = module.workers; worker->name; worker++) {
        nearest_offer(&nearest, worker->name);
        if (strcmp(worker->name, push->job.worker) != 0) continue;
        take_worker(push, worker);
        return CLI_PASSED;
    }
    if (!nearest.best)
        return cli_wrong(&push->reader, "%s has no worker \"%s\"", push->module, push->job.worker);
    return cli_wrong(&push->reader, "%s has no worker \"%s\"; did you mean \"%s\"?", push->module,
                     push->job.worker, nearest.best);
}

/* --- the push --- */
static int send_job(struct push_command *push, const struct fl_ports *ports)
{
    char jid[FL_JID_BYTES];
    const struct fl_client client = {.clock = ports->clock,
                                     .random = ports->random,
                                     .redis = ports->redis,
                                     .wire = push->wire,
                                     .keyring = push->keys ? &push->keyring : NULL};
    if (push->in_us >= 0) push->job.at_us = fl_clock_wall_us(ports->clock) + push->in_us;
    enum fl_error err = fl_client_push(&client, &push->job, jid);
    if (err == FL_EINVAL)
        return cli_wrong(&push->reader, "expected names in UTF-8 and a job of at most %d bytes",
                         FL_PAYLOAD_BYTES_MAX);
    if (err == FL_ENOTFOUND)
        return cli_wrong(&push->reader,
                         "%s encrypts its arguments: FAULTLINE_ENCRYPTION_KEYS names "
                         "no file of keys",
                         push->job.worker);
    if (err) {
        fprintf(push->reader.err, "faultline push: Redis: %s\n", fl_error_text(err));
        return CLI_FAILED;
    }
    fprintf(push->out, "%s\n", jid);
    return CLI_PASSED;
}

static int push_job(struct push_command *push)
{
    char problem[FL_PROBLEM_BYTES] = "";
    struct fl_posix *posix;
    if (push->keys && fl_key_file_read(push->keys, &push->keyring, problem))
        return cli_wrong(&push->reader, "%s", problem);
    const struct fl_posix_options posix_options = {
        .redis_url = push->redis_url, .log_fd = STDERR_FILENO, .log_level = FL_LOG_WARN};
    if (fl_posix_new(&posix_options, &posix, problem) != FL_OK)
        return cli_wrong(&push->reader, "%s", problem);
    int code = CLI_FAILED;
    if (fl_posix_check(posix, problem) == FL_OK)
        code = send_job(push, fl_posix_ports(posix));
    else
        fprintf(push->reader.err, "faultline push: %s\n", problem);
    fl_posix_free(posix);
    return code;
}

static int push_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on;
    struct push_command push = {.in_us = -1,
                                .out = out,
                                .redis_url = getenv("REDIS_URL"),
                                .keys = getenv("FAULTLINE_ENCRYPTION_KEYS")};
    push.reader = cli_reader_init(&command_push, argc, argv, err);
    int code = read_arguments(&push, &go_on);
    if (!go_on) return code;
    if (push.module) code = load_worker(&push);
    if (code == CLI_PASSED) code = push_job(&push);
    return code;
}

const struct cli_command command_push = {
    .name = "push",
    .arguments = "WORKER JSON_ARGS",
    .summary = "Puts one job into a real Redis, and prints its jid",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = push_main,
};
