#include "harness/cli/replay_source.h"

#include <errno.h>
#include <string.h>

#include "harness/scenario/whole_file.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024 };

/* *ret_why: for a person, when it fails. */
static enum fl_error read_file(const char *path, struct fl_buf *out, const char **ret_why)
{
    FILE *file = fopen(path, "rb");
    *ret_why = strerror(errno);
    if (!file) return FL_EIO;
    enum fl_error err = whole_file_read(file, out);
    *ret_why = err == FL_EIO ? strerror(errno) : fl_error_text(err);
    fclose(file);
    return err;
}

/* The run of a scenario's first seed. */
static enum fl_error replay_of_scenario(const char *path, struct replay *ret_replay,
                                        struct fl_buf *message)
{
    struct plan *plan = NULL;
    enum fl_error err = scenario_read(path, NULL, 0, &plan, message);
    if (err) return err;
    *ret_replay = (struct replay){.scenario = path, .seed = plan->seed_first, .sweep = -1};
    scenario_plan_free(plan);
    return FL_OK;
}

bool replay_source_is_scenario(const char *path)
{
    static const char suffix[] = ".scenario";
    size_t length = strlen(path);
    return length >= sizeof suffix && strcmp(path + length - sizeof suffix + 1, suffix) == 0;
}

int replay_source_read(const struct cli_reader *reader, const char *path, struct fl_buf *text,
                       struct fl_arena *arena, struct replay *ret_replay)
{
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    const char *why;
    enum fl_error err = read_file(path, text, &why);
    if (err) return cli_wrong(reader, "expected a replay file, found \"%s\": %s", path, why);
    err = replay_source_is_scenario(path)
              ? replay_of_scenario(path, ret_replay, &message)
              : replay_parse(path, fl_buf_span(text), arena, ret_replay, &message);
    if (err) fprintf(reader->err, "%s\n", message.length ? message.bytes : fl_error_text(err));
    fl_buf_release(&message);
    return err ? CLI_USAGE : CLI_PASSED;
}
