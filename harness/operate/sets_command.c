/* `faultline retries`, `dead` and `scheduled`: the jobs that wait in one of Sidekiq's three sets.
 */
#include "harness/cli/commands.h"
#include "harness/operate/entries.h"

static const struct operate_word retries_words[] = {
    {"list", OPERATE_LIST},     {"show", OPERATE_SHOW}, {"retry", OPERATE_RETRY},
    {"delete", OPERATE_DELETE}, {"kill", OPERATE_KILL}, {"reschedule", OPERATE_RESCHEDULE},
    {"clear", OPERATE_CLEAR},
};
static const struct operate_word dead_words[] = {
    {"list", OPERATE_LIST},     {"show", OPERATE_SHOW},   {"retry", OPERATE_RETRY},
    {"delete", OPERATE_DELETE}, {"clear", OPERATE_CLEAR},
};
static const struct operate_word scheduled_words[] = {
    {"list", OPERATE_LIST},     {"show", OPERATE_SHOW}, {"enqueue", OPERATE_RETRY},
    {"delete", OPERATE_DELETE}, {"kill", OPERATE_KILL}, {"reschedule", OPERATE_RESCHEDULE},
    {"clear", OPERATE_CLEAR},
};

static const struct cli_option dead_options[] = {
    OPERATE_OPTIONS_OF_ENTRIES,
    {OPERATE_OPT_TO, 0, "to", "QUEUE", "retry: in this queue, instead of the job's own"},
    OPERATE_OPTIONS_OF_ALL,
};
static const struct cli_option timed_options[] = {
    OPERATE_OPTIONS_OF_ENTRIES,
    {OPERATE_OPT_TO, 0, "to", "QUEUE", "retry or enqueue: in this queue, not the job's own"},
    {OPERATE_OPT_IN, 0, "in", "5m", "reschedule: so long from now"},
    {OPERATE_OPT_AT, 0, "at", "TIME", "reschedule: at this instant, like 2026-03-29T00:30Z"},
    OPERATE_OPTIONS_OF_ALL,
};

static int run(const struct cli_command *command, enum fl_place_kind kind,
               const struct operate_word *words, size_t word_count, int argc, char **argv,
               FILE *out, FILE *err)
{
    bool go_on;
    struct operate_link link;
    struct operate_request request = {.reader = cli_reader_init(command, argc, argv, err),
                                      .words = words,
                                      .word_count = word_count,
                                      .place = {.kind = kind}};
    int code = operate_request_read(&request, out, &go_on);
    if (!go_on) return code;
    code = operate_open(&link, &request.reader, request.redis_url, out);
    if (code == CLI_PASSED) code = operate_entries(&link, &request);
    operate_close(&link);
    return code;
}

static int retries_main(int argc, char **argv, FILE *out, FILE *err)
{
    return run(&command_retries, FL_PLACE_RETRIES, retries_words,
               sizeof retries_words / sizeof retries_words[0], argc, argv, out, err);
}

static int dead_main(int argc, char **argv, FILE *out, FILE *err)
{
    return run(&command_dead, FL_PLACE_DEAD, dead_words, sizeof dead_words / sizeof dead_words[0],
               argc, argv, out, err);
}

static int scheduled_main(int argc, char **argv, FILE *out, FILE *err)
{
    return run(&command_scheduled, FL_PLACE_SCHEDULED, scheduled_words,
               sizeof scheduled_words / sizeof scheduled_words[0], argc, argv, out, err);
}

#define WHICH                                                                                      \
    "Changes want jids, --class, --text or --all, and ask before they begin. Each job is moved\n"  \
    "in one step, and only as it was read: with its bytes and its time.\n"

const struct cli_command command_retries = {
    .name = "retries",
    .arguments = "[list|show|retry|delete|kill|reschedule|clear] [JID]...",
    .summary = "Lists or changes the jobs that have failed and wait to be tried again",
    .options = timed_options,
    .option_count = sizeof timed_options / sizeof timed_options[0],
    .details = "`retry` enqueues now and does not use up an attempt; `kill` moves to the dead "
               "set.\n" WHICH,
    .run = retries_main,
};

const struct cli_command command_dead = {
    .name = "dead",
    .arguments = "[list|show|retry|delete|clear] [JID]...",
    .summary = "Lists or changes the jobs that will not be tried again by themselves",
    .options = dead_options,
    .option_count = sizeof dead_options / sizeof dead_options[0],
    .details = "`retry` enqueues now and does not use up an attempt. What is no job can be shown "
               "and deleted.\n" WHICH,
    .run = dead_main,
};

const struct cli_command command_scheduled = {
    .name = "scheduled",
    .arguments = "[list|show|enqueue|delete|kill|reschedule|clear] [JID]...",
    .summary = "Lists or changes the jobs that wait for their time",
    .options = timed_options,
    .option_count = sizeof timed_options / sizeof timed_options[0],
    .details = "`kill` moves to the dead set.\n" WHICH,
    .run = scheduled_main,
};
