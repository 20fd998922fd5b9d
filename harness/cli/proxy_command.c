/* `faultline proxy`: faults on the wire before a real Redis. */
#include "fakes/redis/serve/proxy.h"
#include "harness/cli/commands.h"
#include "harness/cli/face_command.h"

enum { WHERE_BYTES_MAX = 4096 };
enum { OPT_UPSTREAM = FACE_OPTIONS_END };

static const struct cli_option options[] = {
    {OPT_UPSTREAM, 0, "upstream", "HOST:PORT|PATH", "the real Redis"},
    FACE_OPTION_ROWS,
};

static const char details[] =
    "The first line of output says where it listens. Faults are added by --script or by the\n"
    "control channel: `faultline ctl PATH fault lose-ack command lpush`.\n"
    "Exit status: 0 stopped by SIGTERM, SIGINT or `stop`, 2 usage or bad input, 5 the machine\n"
    "failed.\n";

struct proxy_command {
    struct face_command face;
    const char *upstream;
};

static int take_option(struct face_command *face)
{
    struct proxy_command *command = (struct proxy_command *)face;
    if (face->reader.id != OPT_UPSTREAM) return face_options_take(&face->options, &face->reader);
    command->upstream = face->reader.value;
    return CLI_PASSED;
}

static int check_options(struct face_command *face)
{
    const struct proxy_command *command = (const struct proxy_command *)face;
    if (command->upstream) return CLI_PASSED;
    return cli_wrong(&face->reader, "expected --upstream HOST:PORT");
}

static enum fl_error pass_until_stopped(const struct face_command *face, struct fake_proxy *proxy)
{
    struct fl_buf where = FL_BUF_INIT(WHERE_BYTES_MAX);
    enum fl_error err = fake_proxy_describe(proxy, &where);
    if (!err) err = face_options_announce(&face->options, &face->reader, where.bytes, face->out);
    fl_buf_release(&where);
    return err ? err : fake_proxy_run(proxy);
}

static int run(struct face_command *face)
{
    const struct proxy_command *command = (const struct proxy_command *)face;
    char problem[FAKE_FACE_PROBLEM_BYTES];
    struct fake_proxy *proxy;
    const struct fake_proxy_options proxy_options = {.face = face->options.face,
                                                     .upstream = command->upstream,
                                                     .clients_max = face->options.clients_max};
    enum fl_error err = fake_proxy_new(&proxy_options, &proxy, problem);
    if (err) return face_command_fail(face, err, problem);
    err = pass_until_stopped(face, proxy);
    fake_proxy_free(proxy);
    if (!err) return CLI_PASSED;
    (void)face_command_fail(face, err, fl_error_text(err));
    return CLI_HARNESS_FAULT;
}

static int proxy_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct proxy_command command = {
        .face = {.take = take_option, .check = check_options, .run = run}};
    return face_command_main(&command.face, &command_proxy, argc, argv, out, err);
}

const struct cli_command command_proxy = {
    .name = "proxy",
    .arguments = "",
    .summary = "Passes a real Redis on to its clients, with faults on the wire",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = details,
    .run = proxy_main,
};
