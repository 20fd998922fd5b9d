#include "harness/operate/request.h"

#include <string.h>

#include "core/time_text.h"
#include "harness/scenario/nearest.h"
#include "ports/clock.h"

/* --- options --- */

static int take_time(struct operate_request *request)
{
    struct fl_span text = fl_span_from(request->reader.value);
    bool in = request->reader.id == OPERATE_OPT_IN;
    enum fl_error err =
        in ? fl_duration_parse(text, &request->in_us) : fl_instant_parse(text, &request->at_us);
    if (err == FL_OK) return CLI_PASSED;
    return cli_wrong(&request->reader, "expected %s, found \"%s\"",
                     in ? "a duration, like 5m" : "an instant, like 2026-03-29T00:30Z",
                     request->reader.value);
}

static int take_queue(struct operate_request *request, const char *name, const char **ret_queue)
{
    size_t length = strlen(name);
    *ret_queue = name;
    if (length && length < FL_QUEUE_NAME_BYTES) return CLI_PASSED;
    return cli_wrong(&request->reader, "expected a queue's name of 1 to %d bytes, found \"%s\"",
                     FL_QUEUE_NAME_BYTES - 1, name);
}

static int take_option(struct operate_request *request)
{
    const struct cli_reader *reader = &request->reader;
    switch ((enum operate_option)reader->id) {
    case OPERATE_OPT_CLASS: request->criteria.worker = reader->value; break;
    case OPERATE_OPT_TEXT: request->criteria.text = reader->value; break;
    case OPERATE_OPT_ALL: request->all = true; break;
    case OPERATE_OPT_LIMIT:
        if (cli_number(reader, reader->value, 0, OPERATE_LIMIT_MAX, &request->limit)) break;
        return CLI_USAGE;
    case OPERATE_OPT_OFFSET:
        if (cli_number(reader, reader->value, 0, OPERATE_OFFSET_MAX, &request->offset)) break;
        return CLI_USAGE;
    case OPERATE_OPT_TO: return take_queue(request, reader->value, &request->to);
    case OPERATE_OPT_IN:
    case OPERATE_OPT_AT: return take_time(request);
    case OPERATE_OPT_YES: request->yes = true; break;
    case OPERATE_OPT_JSON: request->json = true; break;
    case OPERATE_OPT_REDIS: request->redis_url = reader->value; break;
    }
    return CLI_PASSED;
}

/* --- arguments: a verb, for queues a name, jids --- */

static int take_verb(struct operate_request *request, const char *text)
{
    struct nearest nearest = nearest_to(fl_span_from(text));
    request->verb_given = true;
    for (size_t i = 0; i < request->word_count; i++) {
        nearest_offer(&nearest, request->words[i].name);
        if (strcmp(request->words[i].name, text) != 0) continue;
        request->verb = request->words[i].verb;
        return CLI_PASSED;
    }
    if (!nearest.best)
        return cli_wrong(&request->reader, "expected what to do, found \"%s\"", text);
    return cli_wrong(&request->reader, "expected what to do, found \"%s\"; did you mean \"%s\"?",
                     text, nearest.best);
}

static int take_argument(struct operate_request *request, const char *text)
{
    if (!request->verb_given) return take_verb(request, text);
    if (request->of_queues && !request->place.queue)
        return take_queue(request, text, &request->place.queue);
    if (request->criteria.jid_count == OPERATE_JIDS_MAX)
        return cli_wrong(&request->reader, "expected at most %d jids", OPERATE_JIDS_MAX);
    request->jids[request->criteria.jid_count++] = text;
    return CLI_PASSED;
}

/* --- what belongs together --- */

static bool changes_chosen(enum operate_verb verb)
{
    switch (verb) {
    case OPERATE_RETRY:
    case OPERATE_DELETE:
    case OPERATE_KILL:
    case OPERATE_MOVE:
    case OPERATE_RESCHEDULE: return true;
    case OPERATE_LIST:
    case OPERATE_SHOW:
    case OPERATE_CLEAR:
    case OPERATE_PAUSE:
    case OPERATE_UNPAUSE: return false;
    }
    return false;
}

static int check(const struct operate_request *request)
{
    const struct cli_reader *reader = &request->reader;
    bool chosen = !fl_criteria_are_empty(&request->criteria);
    if (request->of_queues && request->verb != OPERATE_LIST && !request->place.queue)
        return cli_wrong(reader, "expected the name of a queue");
    if (changes_chosen(request->verb) && !chosen && !request->all)
        return cli_wrong(reader, "expected jids, --class, --text or --all");
    if (request->all && chosen) return cli_wrong(reader, "expected either --all or some of them");
    if (request->verb == OPERATE_CLEAR && chosen)
        return cli_wrong(reader, "clear removes all; delete removes some");
    if (request->verb == OPERATE_MOVE && !request->to)
        return cli_wrong(reader, "expected --to QUEUE");
    if (request->verb == OPERATE_RESCHEDULE && (request->in_us >= 0) == (request->at_us != 0))
        return cli_wrong(reader, "expected either --in or --at");
    if (chosen && request->offset + request->limit > 10 * OPERATE_LIMIT_MAX)
        return cli_wrong(reader, "expected --offset and --limit up to %d together",
                         10 * OPERATE_LIMIT_MAX);
    return CLI_PASSED;
}

int operate_request_read(struct operate_request *request, FILE *out, bool *ret_go_on)
{
    int code = CLI_PASSED;
    *ret_go_on = false;
    request->verb = request->words[0].verb;
    request->limit = 25;
    request->in_us = -1;
    request->criteria.jids = request->jids;
    while (code == CLI_PASSED) {
        switch (cli_next(&request->reader)) {
        case CLI_OPTION: code = take_option(request); break;
        case CLI_ARGUMENT: code = take_argument(request, request->reader.value); break;
        case CLI_HELP: cli_print_help(request->reader.command, out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            code = check(request);
            *ret_go_on = code == CLI_PASSED;
            return code;
        }
    }
    return code;
}
