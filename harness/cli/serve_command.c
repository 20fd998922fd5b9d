/* `faultline serve`: the fake Redis for any client, over TCP and unix sockets. */
#include <string.h>

#include "core/time_text.h"
#include "fakes/redis/serve/serve.h"
#include "harness/cli/commands.h"
#include "harness/cli/face_command.h"
#include "harness/scenario/plan.h"

enum { WHERE_BYTES_MAX = 4096, WRITES_KEPT_MAX = 1000 * 1000 };

enum {
    OPT_CLOCK = FACE_OPTIONS_END,
    OPT_VERSION,
    OPT_MAXMEMORY,
    OPT_PASSWORD,
    OPT_WRITES_KEPT,
    OPT_SAVE,
    OPT_TRACK,
    OPT_DEBUG,
};

static const struct cli_option options[] = {
    FACE_OPTION_ROWS,
    {OPT_CLOCK, 0, "clock", "WHICH", "real, or virtual, or virtual@2026-03-29T00:30Z"},
    {OPT_VERSION, 0, "redis-version", "V", "6.2, 7.0 (by default), 7.2 or 7.4"},
    {OPT_MAXMEMORY, 0, "maxmemory", "SIZE", "answer OOM above it: 100mb"},
    {OPT_PASSWORD, 0, "requirepass", "PASSWORD", "ask clients for it"},
    {OPT_SAVE, 0, "save", "FILE", "begin with its keys if it exists, write them to it at the end"},
    {OPT_TRACK, 0, "track", NULL, "keep who has changed each key last, for `writer`"},
    {OPT_WRITES_KEPT, 0, "writes-kept", "N", "so many can be lost by `restart`; 0 by default"},
    {OPT_DEBUG, 0, "allow-debug", NULL, "DEBUG works, and DEBUG SLEEP moves the clock"},
};

static const char details[] =
    "The first line of output says where it listens: with port 0 that is where to find it.\n"
    "A virtual clock stands still until the control channel moves it.\n"
    "Exit status: 0 stopped by SIGTERM, SIGINT or `stop`, 2 usage or bad input, 5 the machine\n"
    "failed.\n";

struct serve_command {
    struct face_command face;
    struct fake_serve_options serve;
};

/* --- options -------------------------------------------------------------------------------------
 */
static int take_clock(struct serve_command *command, const char *text)
{
    static const char instant[] = "virtual@";
    command->serve.virtual_clock = strncmp(text, "virtual", strlen("virtual")) == 0;
    command->serve.virtual_us = PLAN_START_DEFAULT_US;
    command->serve.follows_saved = true;
    if (strcmp(text, "real") == 0 || strcmp(text, "virtual") == 0) return CLI_PASSED;
    command->serve.follows_saved = false;
    if (strncmp(text, instant, strlen(instant)) == 0 &&
        fl_instant_parse(fl_span_from(text + strlen(instant)), &command->serve.virtual_us) == FL_OK)
        return CLI_PASSED;
    return cli_wrong(&command->face.reader,
                     "expected real, virtual or virtual@TIME, like virtual@2026-03-29T00:30Z, "
                     "found \"%s\"",
                     text);
}

static int take_version(struct serve_command *command, const char *text)
{
    static const char *const versions[] = {"6.2.14", "7.0.15", "7.2.7", "7.4.2"};
    const size_t minor = strlen("7.0");
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        if (strncmp(versions[i], text, minor) != 0) continue;
        if (text[minor] != '\0' && strcmp(versions[i], text) != 0) continue;
        command->serve.engine.version = versions[i];
        return CLI_PASSED;
    }
    return cli_wrong(&command->face.reader, "expected 6.2, 7.0, 7.2 or 7.4, found \"%s\"", text);
}

static int take_writes_kept(struct serve_command *command)
{
    int64_t number;
    if (!cli_number(&command->face.reader, command->face.reader.value, 0, WRITES_KEPT_MAX, &number))
        return CLI_USAGE;
    command->serve.engine.writes_kept = (uint64_t)number;
    return CLI_PASSED;
}

static int take_option(struct face_command *face)
{
    struct serve_command *command = (struct serve_command *)face;
    const struct cli_reader *reader = &face->reader;
    switch (reader->id) {
    case OPT_CLOCK: return take_clock(command, reader->value);
    case OPT_VERSION: return take_version(command, reader->value);
    case OPT_PASSWORD: command->serve.password = reader->value; return CLI_PASSED;
    case OPT_SAVE: command->serve.save_path = reader->value; return CLI_PASSED;
    case OPT_TRACK: command->serve.engine.track_keys = true; return CLI_PASSED;
    case OPT_WRITES_KEPT: return take_writes_kept(command);
    case OPT_DEBUG: command->serve.engine.allows_debug = true; return CLI_PASSED;
    case OPT_MAXMEMORY:
        return cli_size(reader, reader->value, &command->serve.engine.memory_max_bytes) ? CLI_PASSED
                                                                                        : CLI_USAGE;
    default: return face_options_take(&face->options, reader);
    }
}

/* --- serving -------------------------------------------------------------------------------------
 */
static enum fl_error serve_until_stopped(const struct face_command *face, struct fake_serve *serve,
                                         char problem[FAKE_FACE_PROBLEM_BYTES])
{
    struct fl_buf where = FL_BUF_INIT(WHERE_BYTES_MAX);
    enum fl_error err = fake_serve_describe(serve, &where);
    if (!err) err = face_options_announce(&face->options, &face->reader, where.bytes, face->out);
    fl_buf_release(&where);
    if (!err) return fake_serve_run(serve, problem);
    snprintf(problem, FAKE_FACE_PROBLEM_BYTES, "%s", fl_error_text(err));
    return err;
}

static int run(struct face_command *face)
{
    struct serve_command *command = (struct serve_command *)face;
    char problem[FAKE_FACE_PROBLEM_BYTES];
    struct fake_serve *serve;
    command->serve.face = face->options.face;
    command->serve.clients_max = face->options.clients_max;
    enum fl_error err = fake_serve_new(&command->serve, &serve, problem);
    if (err) return face_command_fail(face, err, problem);
    err = serve_until_stopped(face, serve, problem);
    fake_serve_free(serve);
    if (!err) return CLI_PASSED;
    (void)face_command_fail(face, err, problem);
    return CLI_HARNESS_FAULT;
}

static int serve_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct serve_command command = {.face = {.take = take_option, .run = run}};
    return face_command_main(&command.face, &command_serve, argc, argv, out, err);
}

const struct cli_command command_serve = {
    .name = "serve",
    .arguments = "",
    .summary = "Serves the fake Redis to any client, over TCP or a unix socket",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = serve_main,
};
