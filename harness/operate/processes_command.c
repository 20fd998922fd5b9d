/* `faultline processes`: who works, on what, and what operators say to them through Redis. */
#include <inttypes.h>
#include <string.h>

#include "core/assert.h"
#include "core/json.h"
#include "core/time_text.h"
#include "harness/cli/commands.h"
#include "harness/operate/link.h"
#include "harness/operate/table.h"
#include "harness/operate/words.h"
#include "harness/scenario/nearest.h"
#include "queue/commands.h"
#include "queue/fleet.h"

enum {
    OPT_ALL,
    OPT_YES,
    OPT_JSON,
    OPT_REDIS,
    IDENTITIES_MAX = 100,
    JSON_BYTES_MAX = 64 * 1024 * 1024
};

static const struct cli_option options[] = {
    {OPT_ALL, 0, "all", NULL, "quiet, stop or dump every one of them"},
    {OPT_YES, 'y', "yes", NULL, "do not ask"},
    {OPT_JSON, 0, "json", NULL, "lines of JSON, for programs"},
    {OPT_REDIS, 0, "redis", "URL", "instead of REDIS_URL, or " FL_REDIS_URL_DEFAULT},
};

enum verb { LIST, WORK, QUIET, STOP, DUMP };
static const char *const verbs[] = {
    [LIST] = "list", [WORK] = "work", [QUIET] = "quiet", [STOP] = "stop", [DUMP] = "dump"};

struct processes_command {
    struct cli_reader reader;
    const char *redis_url;
    bool verb_given, all, yes, json;
    enum verb verb;
    const char *identities[IDENTITIES_MAX]; /* or their beginnings */
    size_t identity_count;
};

/* --- list --- */

static enum fl_error process_json(FILE *out, const struct fl_process_view *view)
{
    struct fl_buf text = FL_BUF_INIT(JSON_BYTES_MAX);
    struct fl_json_writer object = fl_json_begin_object(&text);
    fl_json_put_string(&object, "identity", view->identity);
    fl_json_put_string(&object, "hostname", fl_span_from(view->hostname));
    fl_json_put_int64(&object, "pid", view->pid);
    fl_json_put_string(&object, "tag", fl_span_from(view->tag));
    fl_json_put_string(&object, "version", fl_span_from(view->version));
    fl_json_put_string(&object, "queues", fl_span_from(view->queues));
    fl_json_put_string(&object, "labels", fl_span_from(view->labels));
    fl_json_put_int64(&object, "concurrency", view->concurrency);
    fl_json_put_int64(&object, "busy", view->busy);
    fl_json_put_int64(&object, "rss_kib", view->rss_kib);
    fl_json_put_int64(&object, "rtt_us", view->rtt_us);
    fl_json_put_int64(&object, "started_ms", view->started_us / 1000);
    fl_json_put_int64(&object, "beat_ms", view->beat_us / 1000);
    fl_json_put_bool(&object, "quiet", view->quiet);
    fl_json_put_bool(&object, "embedded", view->embedded);
    fl_json_put_bool(&object, "leads", view->leads);
    fl_json_put_bool(&object, "silent", view->silent);
    enum fl_error err = fl_json_end(&object);
    if (!err) fprintf(out, "%s\n", text.bytes);
    fl_buf_release(&text);
    return err;
}

static const char *state_of(const struct fl_process_view *view)
{
    if (view->silent) return "silent";
    if (view->quiet) return view->leads ? "quiet, leads" : "quiet";
    return view->leads ? "leads" : "";
}

static void process_row(struct operate_table *table, const struct fl_process_view *view,
                        int64_t now_us)
{
    char started[OPERATE_WORD_BYTES] = "-", beat[OPERATE_WORD_BYTES] = "-",
         rss[OPERATE_WORD_BYTES] = "-";
    if (view->started_us) operate_relative(view->started_us, now_us, started);
    if (view->beat_us) operate_relative(view->beat_us, now_us, beat);
    if (view->rss_kib) operate_kib(view->rss_kib, rss);
    operate_table_add(table, OPERATE_PLAIN, view->identity);
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(view->tag));
    operate_table_printf(table, OPERATE_PLAIN, "%" PRId64 "/%" PRId64, view->busy,
                         view->concurrency);
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(rss));
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(started));
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(beat));
    operate_table_add(table, OPERATE_BAD, fl_span_from(state_of(view)));
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(view->queues));
}

static enum fl_error list(const struct operate_link *link, const struct processes_command *command,
                          const struct fl_fleet *fleet)
{
    static const struct operate_column columns[] = {
        {"PROCESS", OPERATE_LEFT, 64}, {"TAG", OPERATE_LEFT, 16},    {"BUSY", OPERATE_RIGHT, 0},
        {"MEMORY", OPERATE_RIGHT, 0},  {"STARTED", OPERATE_LEFT, 0}, {"BEAT", OPERATE_LEFT, 0},
        {"STATE", OPERATE_LEFT, 0},    {"QUEUES", OPERATE_LEFT, 0}};
    struct operate_table table = operate_table_init(columns, FL_COUNT(columns));
    int64_t now_us = fl_clock_wall_us(link->ports->clock);
    enum fl_error err = FL_OK;
    size_t shown = fleet->count < OPERATE_ROWS_MAX ? fleet->count : OPERATE_ROWS_MAX;
    for (size_t i = 0; !err && command->json && i < fleet->count; i++)
        err = process_json(link->out, &fleet->items[i]);
    if (!command->json) {
        for (size_t i = 0; i < shown; i++)
            process_row(&table, &fleet->items[i], now_us);
        if (shown) err = operate_table_print(&table, link->out, link->colour, link->width);
        fprintf(link->out, "%zu of %zu processes\n", shown, fleet->count);
    }
    operate_table_release(&table);
    return err;
}

/* --- work --- */

static enum fl_error work_json(FILE *out, const struct fl_work_view *view)
{
    struct fl_buf text = FL_BUF_INIT(JSON_BYTES_MAX);
    struct fl_json_writer object = fl_json_begin_object(&text);
    fl_json_put_string(&object, "identity", view->identity);
    fl_json_put_string(&object, "tid", view->tid);
    fl_json_put_string(&object, "queue", fl_span_from(view->queue));
    fl_json_put_string(&object, "jid", fl_span_from(view->jid));
    fl_json_put_string(&object, "class", fl_span_from(view->worker));
    fl_json_put_raw(&object, "args", *view->args ? fl_span_from(view->args) : FL_SPAN("null"));
    fl_json_put_int64(&object, "run_at", view->run_at_us / FL_SECOND_US);
    enum fl_error err = fl_json_end(&object);
    if (!err) fprintf(out, "%s\n", text.bytes);
    fl_buf_release(&text);
    return err;
}

static void work_row(struct operate_table *table, const struct fl_work_view *view, int64_t now_us)
{
    char age[OPERATE_WORD_BYTES] = "-";
    if (view->run_at_us) operate_duration(now_us - view->run_at_us, age);
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(age));
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(view->jid));
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(view->worker));
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(view->queue));
    operate_table_add(table, OPERATE_PLAIN, view->identity);
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(view->args));
}

static enum fl_error print_work(const struct operate_link *link,
                                const struct processes_command *command,
                                const struct fl_fleet *fleet, struct fl_work *work)
{
    static const struct operate_column columns[] = {
        {"FOR", OPERATE_RIGHT, 0},   {"JID", OPERATE_LEFT, 32},     {"CLASS", OPERATE_LEFT, 40},
        {"QUEUE", OPERATE_LEFT, 24}, {"PROCESS", OPERATE_LEFT, 64}, {"ARGS", OPERATE_LEFT, 0}};
    struct operate_table table = operate_table_init(columns, FL_COUNT(columns));
    int64_t now_us = fl_clock_wall_us(link->ports->clock);
    enum fl_error err = fl_work_read(link->ports->redis, link->ports->clock, fleet, work);
    size_t shown = work->count < OPERATE_ROWS_MAX ? work->count : OPERATE_ROWS_MAX;
    for (size_t i = 0; !err && command->json && i < work->count; i++)
        err = work_json(link->out, &work->items[i]);
    if (!err && !command->json) {
        for (size_t i = 0; i < shown; i++)
            work_row(&table, &work->items[i], now_us);
        if (shown) err = operate_table_print(&table, link->out, link->colour, link->width);
        fprintf(link->out, "%zu of %zu running jobs, as of the last heartbeats\n", shown,
                work->count);
    }
    operate_table_release(&table);
    return err;
}

/* --- orders --- */

static bool is_meant(const struct processes_command *command, const struct fl_process_view *view)
{
    for (size_t i = 0; i < command->identity_count; i++)
        if (fl_span_starts(view->identity, fl_span_from(command->identities[i]))) return true;
    return command->all;
}

/* Each name must mean one process: an order is not sent to whoever happens to begin alike. */
static int check_names(const struct processes_command *command, const struct fl_fleet *fleet)
{
    for (size_t i = 0; i < command->identity_count; i++) {
        size_t found = 0;
        for (size_t k = 0; k < fleet->count; k++)
            found += fl_span_starts(fleet->items[k].identity, fl_span_from(command->identities[i]));
        if (found == 1) continue;
        fprintf(command->reader.err, "faultline processes: %s process begins with \"%s\"\n",
                found ? "more than one" : "no", command->identities[i]);
        return CLI_FAILED;
    }
    return CLI_PASSED;
}

static enum fl_error order_one(const struct operate_link *link,
                               const struct processes_command *command,
                               const struct fl_process_view *view, size_t *sent)
{
    static const enum fl_order orders[] = {
        [QUIET] = FL_ORDER_QUIET, [STOP] = FL_ORDER_STOP, [DUMP] = FL_ORDER_DUMP};
    const char *why = view->embedded ? "it is part of another program, which must say it"
                      : view->silent ? "it does not beat any more"
                                     : NULL;
    if (why) {
        fprintf(command->reader.err, "faultline processes: %.*s: %s\n",
                FL_SPAN_ARGS(view->identity), why);
        return FL_OK;
    }
    enum fl_error err = fl_fleet_order(link->ports->redis, link->ports->clock, view->identity,
                                       orders[command->verb]);
    if (err) return err;
    fprintf(link->out, "%s %.*s: heard with its next heartbeat\n", verbs[command->verb],
            FL_SPAN_ARGS(view->identity));
    ++*sent;
    return FL_OK;
}

static int order(const struct operate_link *link, const struct processes_command *command,
                 const struct fl_fleet *fleet)
{
    char question[64];
    size_t meant = 0, sent = 0;
    int code = check_names(command, fleet);
    for (size_t i = 0; i < fleet->count; i++)
        meant += is_meant(command, &fleet->items[i]);
    snprintf(question, sizeof(question), "%s %zu process%s?",
             command->verb == QUIET ? "Quiet" : "Stop", meant, meant == 1 ? "" : "es");
    if (code == CLI_PASSED && command->verb != DUMP)
        code = operate_confirm(link, command->yes, question);
    if (code != CLI_PASSED) return code;
    for (size_t i = 0; i < fleet->count; i++) {
        if (!is_meant(command, &fleet->items[i])) continue;
        enum fl_error err = order_one(link, command, &fleet->items[i], &sent);
        if (err) return operate_failed(link, err, FL_SPAN(""));
    }
    return sent == meant ? CLI_PASSED : CLI_FAILED;
}

/* --- the command --- */

static int obey(const struct operate_link *link, const struct processes_command *command)
{
    struct fl_fleet fleet;
    struct fl_work work = {0};
    int code = CLI_PASSED;
    enum fl_error err = fl_fleet_read(link->ports->redis, link->ports->clock, &fleet);
    if (!err) {
        switch (command->verb) {
        case LIST: err = list(link, command, &fleet); break;
        case WORK: err = print_work(link, command, &fleet, &work); break;
        case QUIET:
        case STOP:
        case DUMP: code = order(link, command, &fleet); break;
        }
    }
    if (err) {
        struct fl_span words = fl_replies_error(&fleet.members);
        if (!words.length) words = fl_replies_error(&fleet.hashes);
        if (!words.length) words = fl_replies_error(&work.hashes);
        code = operate_failed(link, err, words);
    }
    fl_work_release(&work);
    fl_fleet_release(&fleet);
    return code;
}

static int take_option(struct processes_command *command)
{
    switch (command->reader.id) {
    case OPT_ALL: command->all = true; break;
    case OPT_YES: command->yes = true; break;
    case OPT_JSON: command->json = true; break;
    default: command->redis_url = command->reader.value; break;
    }
    return CLI_PASSED;
}

static int take_argument(struct processes_command *command, const char *text)
{
    struct nearest nearest = nearest_to(fl_span_from(text));
    if (command->verb_given) {
        if (command->identity_count == IDENTITIES_MAX || !*text)
            return cli_wrong(&command->reader, "expected from 1 to %d processes", IDENTITIES_MAX);
        command->identities[command->identity_count++] = text;
        return CLI_PASSED;
    }
    command->verb_given = true;
    for (size_t i = 0; i < FL_COUNT(verbs); i++) {
        nearest_offer(&nearest, verbs[i]);
        command->verb = (enum verb)i;
        if (strcmp(verbs[i], text) == 0) return CLI_PASSED;
    }
    return cli_wrong(&command->reader, "expected what to do, found \"%s\"%s%s%s", text,
                     nearest.best ? "; did you mean \"" : "", nearest.best ? nearest.best : "",
                     nearest.best ? "\"?" : "");
}

static int check(const struct processes_command *command)
{
    bool orders = command->verb != LIST && command->verb != WORK;
    if (orders && command->all == (command->identity_count > 0))
        return cli_wrong(&command->reader, "expected the beginnings of some identities, or --all");
    if (!orders && command->identity_count)
        return cli_wrong(&command->reader, "`%s` lists them all", verbs[command->verb]);
    return CLI_PASSED;
}

static int processes_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct processes_command command = {.reader =
                                            cli_reader_init(&command_processes, argc, argv, err)};
    struct operate_link link;
    int code = CLI_PASSED;
    for (enum cli_token token;
         code == CLI_PASSED && (token = cli_next(&command.reader)) != CLI_END;) {
        if (token == CLI_HELP) {
            cli_print_help(&command_processes, out);
            return CLI_PASSED;
        }
        if (token == CLI_WRONG) return CLI_USAGE;
        code = token == CLI_OPTION ? take_option(&command)
                                   : take_argument(&command, command.reader.value);
    }
    if (code == CLI_PASSED) code = check(&command);
    if (code != CLI_PASSED) return code;
    code = operate_open(&link, &command.reader, command.redis_url, out);
    if (code == CLI_PASSED) code = obey(&link, &command);
    operate_close(&link);
    return code;
}

const struct cli_command command_processes = {
    .name = "processes",
    .arguments = "[list|work|quiet|stop|dump] [PROCESS]...",
    .summary = "Lists the worker processes or what they run, or tells them to be quiet, to stop, "
               "to dump",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details =
        "PROCESS is an identity, or a beginning that only one has. `quiet`: take no more jobs;\n"
        "`stop`: finish within the grace period and end; `dump`: log what each thread does. Said\n"
        "through Redis, heard with the next heartbeat (10 s; 5 s in line 6), by Sidekiq's too.\n",
    .run = processes_main,
};
