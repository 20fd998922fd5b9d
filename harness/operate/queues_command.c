/* `faultline queues`: how many jobs wait where and for how long, and what can be done with them. */
#include <inttypes.h>

#include "core/assert.h"
#include "core/json.h"
#include "harness/cli/commands.h"
#include "harness/operate/entries.h"
#include "harness/operate/table.h"
#include "harness/operate/words.h"
#include "queue/commands.h"
#include "queue/survey.h"

static const struct operate_word words[] = {
    {"list", OPERATE_LIST},   {"show", OPERATE_SHOW},       {"delete", OPERATE_DELETE},
    {"kill", OPERATE_KILL},   {"move", OPERATE_MOVE},       {"clear", OPERATE_CLEAR},
    {"pause", OPERATE_PAUSE}, {"unpause", OPERATE_UNPAUSE},
};

static const struct cli_option options[] = {
    OPERATE_OPTIONS_OF_ENTRIES,
    {OPERATE_OPT_TO, 0, "to", "QUEUE", "move: there"},
    OPERATE_OPTIONS_OF_ALL,
};

/* --- list --- */

static enum fl_error print_json(FILE *out, const struct fl_queue_view *queue)
{
    struct fl_buf line = FL_BUF_INIT(1024 * 1024), seconds = FL_BUF_INIT(64);
    struct fl_json_writer object = fl_json_begin_object(&line);
    fl_json_put_string(&object, "name", queue->name);
    fl_json_put_int64(&object, "size", queue->size);
    enum fl_error err = fl_buf_printf(&seconds, "%.3f", (double)queue->latency_us / 1e6);
    if (!err) fl_json_put_raw(&object, "latency_s", fl_buf_span(&seconds));
    fl_json_put_bool(&object, "paused", queue->paused);
    if (!err) err = fl_json_end(&object);
    if (!err) fprintf(out, "%s\n", line.bytes);
    fl_buf_release(&line);
    fl_buf_release(&seconds);
    return err;
}

static void add_row(struct operate_table *table, const struct fl_queue_view *queue)
{
    char size[OPERATE_WORD_BYTES], latency[OPERATE_WORD_BYTES];
    operate_number(queue->size, size);
    operate_duration(queue->latency_us, latency);
    operate_table_add(table, OPERATE_PLAIN, queue->name);
    operate_table_add(table, OPERATE_PLAIN, fl_span_from(size));
    operate_table_add(table, OPERATE_PLAIN, queue->size ? fl_span_from(latency) : FL_SPAN("-"));
    operate_table_add(table, OPERATE_BAD, queue->paused ? FL_SPAN("paused") : FL_SPAN(""));
}

static enum fl_error print_queues(const struct operate_link *link,
                                  const struct operate_request *request,
                                  const struct fl_survey *survey)
{
    static const struct operate_column columns[] = {{"QUEUE", OPERATE_LEFT, 60},
                                                    {"JOBS", OPERATE_RIGHT, 0},
                                                    {"LATENCY", OPERATE_RIGHT, 0},
                                                    {"", OPERATE_LEFT, 0}};
    struct operate_table table = operate_table_init(columns, FL_COUNT(columns));
    size_t from = (size_t)request->offset, to = from + (size_t)request->limit;
    enum fl_error err = FL_OK;
    if (to > survey->queue_count) to = survey->queue_count;
    for (size_t i = from; !err && i < to; i++) {
        if (request->json)
            err = print_json(link->out, &survey->queues[i]);
        else
            add_row(&table, &survey->queues[i]);
    }
    if (!err && !request->json) {
        if (from < to) err = operate_table_print(&table, link->out, link->colour, link->width);
        fprintf(link->out, "%zu of %zu queues\n", from < to ? to - from : 0, survey->queue_count);
    }
    operate_table_release(&table);
    return err;
}

static int list(const struct operate_link *link, const struct operate_request *request)
{
    struct fl_survey survey;
    enum fl_error err = fl_survey_take(link->ports->redis, link->ports->clock, &survey);
    if (!err) err = print_queues(link, request, &survey);
    int code = err ? operate_failed(link, err, fl_survey_problem(&survey)) : CLI_PASSED;
    fl_survey_release(&survey);
    return code;
}

/* --- pause --- */

static int pause_queue(const struct operate_link *link, const struct operate_request *request)
{
    bool pause = request->verb == OPERATE_PAUSE;
    const struct fl_span args[] = {pause ? FL_SPAN("SADD") : FL_SPAN("SREM"),
                                   FL_SPAN(FL_KEY_PAUSED), fl_span_from(request->place.queue)};
    struct fl_replies replies;
    enum fl_error err = fl_command_exec(&(struct fl_command){args, FL_COUNT(args)},
                                        link->ports->redis, link->ports->clock, &replies);
    int code = CLI_PASSED;
    if (err)
        code = operate_failed(link, err, fl_replies_error(&replies));
    else
        fprintf(link->out, "%s %s%s\n", request->place.queue, pause ? "is paused" : "goes on",
                replies.items[0].integer ? "" : ", as it did before");
    fl_replies_release(&replies);
    return code;
}

/* --- the command --- */

static int obey(const struct operate_link *link, const struct operate_request *request)
{
    switch (request->verb) {
    case OPERATE_LIST:
        if (fl_criteria_are_empty(&request->criteria) && !request->place.queue)
            return list(link, request);
        return cli_wrong(&request->reader, "`list` names the queues; `show QUEUE` lists its jobs");
    case OPERATE_PAUSE:
    case OPERATE_UNPAUSE: return pause_queue(link, request);
    case OPERATE_SHOW:
    case OPERATE_RETRY:
    case OPERATE_DELETE:
    case OPERATE_KILL:
    case OPERATE_MOVE:
    case OPERATE_RESCHEDULE:
    case OPERATE_CLEAR: return operate_entries(link, request);
    }
    fl_panic("verb %d", (int)request->verb);
}

static int queues_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on;
    struct operate_link link;
    struct operate_request request = {.reader = cli_reader_init(&command_queues, argc, argv, err),
                                      .words = words,
                                      .word_count = sizeof words / sizeof words[0],
                                      .of_queues = true,
                                      .place = {.kind = FL_PLACE_QUEUE}};
    int code = operate_request_read(&request, out, &go_on);
    if (!go_on) return code;
    code = operate_open(&link, &request.reader, request.redis_url, out);
    if (code == CLI_PASSED) code = obey(&link, &request);
    operate_close(&link);
    return code;
}

const struct cli_command command_queues = {
    .name = "queues",
    .arguments = "[list|show|delete|kill|move|clear|pause|unpause] [QUEUE] [JID]...",
    .summary = "Lists the queues, or shows and changes the jobs of one",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details =
        "`kill` moves jobs to the dead set, `move` to another queue; `clear` forgets the queue.\n"
        "`pause` is obeyed by every process within 12 s. Changes of jobs want jids, --class, "
        "--text\nor --all, and ask before they begin. Each job is moved in one step.\n",
    .run = queues_main,
};
