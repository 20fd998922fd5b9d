/* The program: a run worker when the pool has started it as one, a command otherwise. */
#include <signal.h>
#include <stdio.h>

#include "harness/cli/commands.h"
#include "harness/cli/serve.h"
#include "harness/pool/pool.h"
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

int main(int argc, char **argv)
{
    fl_posix_open_standard_streams();
    if (pool_is_worker(argc, argv)) return worker_main(argc, argv);
    signal(SIGPIPE, SIG_IGN); /* a reader that has gone is a failed write, which is told */
    int code = faultline_main(argc, argv, stdout, stderr);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("faultline: the standard output could not be written\n", stderr);
        code = CLI_HARNESS_FAULT;
    }
    return code;
}
