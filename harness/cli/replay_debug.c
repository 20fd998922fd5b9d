/* What gdb knows is in a script of its own: it stops in effect_begins, goes to the next effect, and
 * goes back by running again, for a run is the same each time. */
#include "harness/cli/replay_debug.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/cli/options.h"
#include "harness/cli/request.h"

enum { PATH_BYTES_MAX = 512, REQUEST_BYTES_MAX = 64 * 1024 * 1024, SCRIPT_BYTES_MAX = 64 * 1024 };

static const char commands[] =
    "set pagination off\n"
    "set breakpoint pending on\n"
    "set print thread-events off\n"
    "set disable-randomization on\n"
    "define sim-where\n"
    "  printf \"before %s.%lu %s\\n\", who, ordinal, label\n"
    "end\n"
    "document sim-where\nThe effect that comes next.\nend\n"
    "define sim-next\n"
    "  condition 1\n"
    "  continue\n"
    "  sim-where\n"
    "end\n"
    "document sim-next\nGo on to the next effect of anybody.\nend\n"
    "define sim-back\n"
    "  eval \"condition 1 number == %lu\", number - 1\n"
    "  run\n"
    "  sim-where\n"
    "end\n"
    "document sim-back\nGo back to the effect before, by running again.\nend\n";

static bool write_text(const char *path, struct fl_span text)
{
    FILE *file = fopen(path, "wb");
    if (!file) return false;
    bool whole = fwrite(text.bytes, 1, text.length, file) == text.length;
    return fclose(file) == 0 && whole;
}

static enum fl_error write_request(const struct replay *replay, struct fl_buf *line)
{
    struct run_request request = {.path = replay->scenario,
                                  .settings = replay->settings,
                                  .setting_count = replay->setting_count,
                                  .seed = replay->seed,
                                  .seeds = 1,
                                  .sweep = replay->sweep,
                                  .points = 1};
    if (replay->choices.length) {
        request.source = REQUEST_RECORDED;
        request.choices = replay->choices;
    }
    return run_request_write(&request, line);
}

/* `to` is imp-1#2.7: a name and a number, as the breakpoint compares them. */
static enum fl_error write_script(const struct replay_debug *debug, struct fl_buf *script)
{
    const char *dot = debug->to ? strrchr(debug->to, '.') : NULL;
    enum fl_error err = fl_buf_append_text(script, commands);
    if (!err)
        err = fl_buf_printf(script,
                            "define sim-state\n"
                            "  eval \"shell '%s' replay '%s' --to '%%s.%%lu'\", who, ordinal\n"
                            "end\n"
                            "document sim-state\nWhat is where once that effect is over.\nend\n"
                            "define sim-why\n"
                            "  eval \"shell '%s' replay '%s' --to '%%s.%%lu' --writer '$arg0'\", "
                            "who, ordinal\n"
                            "end\n"
                            "document sim-why\nsim-why KEY: who wrote it last.\nend\n",
                            debug->program, debug->file, debug->program, debug->file);
    if (!err && dot)
        err = fl_buf_printf(script,
                            "break effect_begins if ordinal == %s && $_streq(who, \"%.*s\")\n",
                            dot + 1, (int)(dot - debug->to), debug->to);
    if (!err && !dot) err = fl_buf_append_text(script, "break effect_begins\n");
    return err ? err : fl_buf_append_text(script, "run\nsim-where\n");
}

/* Returns when there is no gdb. */
static void become_gdb(char *script_path, char *request_path)
{
    char program[PATH_BYTES_MAX], gdb[] = "gdb", quiet[] = "-q", script[] = "-x", args[] = "--args";
    char debugged[] = REPLAY_DEBUGGED;
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0) return;
    program[length] = '\0';
    char *const argv[] = {gdb,     quiet,    script,       script_path, args,
                          program, debugged, request_path, NULL};
    execvp(gdb, argv);
}

static bool is_address(const char *to)
{
    const char *dot = strrchr(to, '.');
    return dot && dot > to && dot[1] && strspn(dot + 1, "0123456789") == strlen(dot + 1) &&
           !strpbrk(to, "\"\\\n");
}

int replay_debug(const struct replay *replay, const struct replay_debug *debug, FILE *err_out)
{
    char request_path[PATH_BYTES_MAX], script_path[PATH_BYTES_MAX];
    struct fl_buf request = FL_BUF_INIT(REQUEST_BYTES_MAX), script = FL_BUF_INIT(SCRIPT_BYTES_MAX);
    if (debug->to && !is_address(debug->to)) {
        fprintf(err_out,
                "faultline replay: --gdb: expected an effect by its number, like imp-1#2.7, found "
                "\"%s\"\n",
                debug->to);
        return CLI_USAGE;
    }
    snprintf(request_path, sizeof request_path, "%s/debug.request", debug->folder);
    snprintf(script_path, sizeof script_path, "%s/debug.gdb", debug->folder);
    enum fl_error err = write_request(replay, &request);
    if (!err) err = write_script(debug, &script);
    bool made = mkdir(debug->folder, 0777) == 0 || errno == EEXIST;
    if (!err && (!made || !write_text(request_path, fl_buf_span(&request)) ||
                 !write_text(script_path, fl_buf_span(&script))))
        err = FL_EIO;
    fl_buf_release(&request);
    fl_buf_release(&script);
    if (!err) {
        become_gdb(script_path, request_path);
        err = FL_ENOTFOUND;
    }
    fprintf(err_out, "faultline replay: gdb: %s\n", fl_error_text(err));
    return CLI_HARNESS_FAULT;
}
