/* The program: a run worker when the pool has started it as one, a command otherwise. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/commands.h"
#include "harness/cli/replay_debug.h"
#include "harness/cli/serve.h"
#include "harness/pool/pool.h"
#include "harness/scenario/whole_file.h"
#include "posix/process.h"

static int worker_main(int argc, char **argv)
{
    struct serve *serve;
    signal(SIGPIPE, SIG_DFL); /* handlers live as in any program */
    if (serve_new(&serve) != FL_OK) return CLI_HARNESS_FAULT;
    int status = pool_worker_main(argc, argv, serve_request, serve);
    serve_free(serve);
    return status;
}

/* One request from a file, played in this process: what a debugger runs. */
static int debugged_main(const char *path)
{
    struct fl_buf line = FL_BUF_INIT(POOL_LINE_BYTES_MAX),
                  answer = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    struct serve *serve;
    FILE *file = fopen(path, "rb");
    if (!file || whole_file_read(file, &line) || serve_new(&serve)) return CLI_HARNESS_FAULT;
    fclose(file);
    serve_request(serve, fl_buf_span(&line), &answer);
    puts("faultline: the run is over");
    serve_free(serve);
    fl_buf_release(&line);
    fl_buf_release(&answer);
    return CLI_PASSED;
}

int main(int argc, char **argv)
{
    fl_posix_open_standard_streams();
    if (argc == 3 && strcmp(argv[1], REPLAY_DEBUGGED) == 0) return debugged_main(argv[2]);
    if (pool_is_worker(argc, argv)) return worker_main(argc, argv);
    signal(SIGPIPE, SIG_IGN); /* a reader that has gone is a failed write, which is told */
    int code = faultline_main(argc, argv, stdout, stderr);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("faultline: the standard output could not be written\n", stderr);
        code = CLI_HARNESS_FAULT;
    }
    return code;
}
