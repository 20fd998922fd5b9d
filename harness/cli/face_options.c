#include "harness/cli/face_options.h"

#include <errno.h>
#include <string.h>

enum {
    SCRIPT_BYTES_MAX = 1024 * 1024,
    LINE_BYTES_MAX = 1024 * 1024,
    CLIENTS_MAX = 1000 * 1000,
};

/* ---- words ---- */

static bool split(void *context, struct fl_span text, struct fl_span words[FAKE_RULE_WORDS_MAX],
                  size_t *ret_count, char problem[FAKE_RULE_PROBLEM_BYTES])
{
    struct face_options *options = context;
    struct line_error error = {0};
    fl_arena_release(&options->arena);
    options->line.source = text;
    enum fl_error err =
        line_split(&options->line, 0, NULL, &options->arena, &options->scratch, &error);
    if (err == FL_EPARSE)
        snprintf(problem, FAKE_RULE_PROBLEM_BYTES, "column %u: expected %s", error.column,
                 error.expected);
    else if (err)
        snprintf(problem, FAKE_RULE_PROBLEM_BYTES, "%s", fl_error_text(err));
    if (err) return false;
    if (options->line.copies != 1 || options->line.count > FAKE_RULE_WORDS_MAX) {
        snprintf(problem, FAKE_RULE_PROBLEM_BYTES, "expected one fault of at most %d words",
                 FAKE_RULE_WORDS_MAX);
        return false;
    }
    for (uint32_t i = 0; i < options->line.count; i++)
        words[i] = options->line.tokens[i].text;
    *ret_count = options->line.count;
    return true;
}

void face_options_init(struct face_options *options)
{
    *options = (struct face_options){
        .face = {.script_path = "", .seed = 1, .rule_reader = {split, options}},
        .script = FL_BUF_INIT(SCRIPT_BYTES_MAX),
        .scratch = FL_BUF_INIT(LINE_BYTES_MAX),
        .arena = FL_ARENA_INIT(LINE_BYTES_MAX),
    };
}

void face_options_release(struct face_options *options)
{
    fl_buf_release(&options->script);
    fl_buf_release(&options->scratch);
    fl_arena_release(&options->arena);
    line_release(&options->line);
}

/* ---- options ---- */

static int read_script(struct face_options *options, const struct cli_reader *reader)
{
    char bytes[4096];
    size_t got;
    enum fl_error err = FL_OK;
    FILE *file = fopen(reader->value, "rb");
    if (!file) return cli_wrong(reader, "%s: %s", reader->value, strerror(errno));
    while (!err && (got = fread(bytes, 1, sizeof bytes, file)) > 0)
        err = fl_buf_append(&options->script, bytes, got);
    bool failed = ferror(file);
    fclose(file);
    if (failed) return cli_wrong(reader, "%s: cannot be read", reader->value);
    if (err) return cli_wrong(reader, "%s: %s", reader->value, fl_error_text(err));
    options->face.script_path = reader->value;
    return CLI_PASSED;
}

static int take_number(struct face_options *options, const struct cli_reader *reader)
{
    int64_t number;
    int64_t low = reader->id == FACE_MAXCLIENTS;
    int64_t high = reader->id == FACE_PORT         ? UINT16_MAX
                   : reader->id == FACE_MAXCLIENTS ? CLIENTS_MAX
                                                   : INT64_MAX;
    if (!cli_number(reader, reader->value, low, high, &number)) return CLI_USAGE;
    if (reader->id == FACE_PORT) {
        options->face.port = (int)number;
        options->has_port = true;
    } else if (reader->id == FACE_SEED) {
        options->face.seed = (uint64_t)number;
    } else {
        options->clients_max = (size_t)number;
    }
    return CLI_PASSED;
}

int face_options_take(struct face_options *options, const struct cli_reader *reader)
{
    switch (reader->id) {
    case FACE_BIND: options->face.host = reader->value; return CLI_PASSED;
    case FACE_UNIX: options->face.unix_path = reader->value; return CLI_PASSED;
    case FACE_CONTROL: options->face.control = reader->value; return CLI_PASSED;
    case FACE_RECORD: options->face.record_path = reader->value; return CLI_PASSED;
    case FACE_QUIET: options->quiet = true; return CLI_PASSED;
    case FACE_SCRIPT: return read_script(options, reader);
    default: return take_number(options, reader);
    }
}

void face_options_end(struct face_options *options, int stop_fd)
{
    if (options->face.unix_path && !options->has_port) options->face.port = -1;
    options->face.script = fl_buf_span(&options->script);
    options->face.stop_fd = stop_fd;
}

enum fl_error face_options_announce(const struct face_options *options,
                                    const struct cli_reader *reader, const char *where, FILE *out)
{
    if (options->quiet) return FL_OK;
    fprintf(out, "faultline %s: %s\n", reader->command->name, where);
    return fflush(out) ? FL_EIO : FL_OK;
}
