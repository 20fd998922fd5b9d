/* A program of its own purpose with a worker process in it: what it reads, a line at a time, is
 * what it does with that. `embedding REDIS_URL GRACE_S` */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faultline/embedded.h"

extern const struct fl_worker fl_workers[]; /* tally.c */

static void obey(struct fl_embedded **embedded, const char *line)
{
    if (strcmp(line, "quiet\n") == 0) fl_embedded_quiet(*embedded);
    if (strcmp(line, "stop\n") == 0) {
        printf("%s\n", fl_error_text(fl_embedded_stop(*embedded)));
        *embedded = NULL;
    }
    if (strcmp(line, "hello\n") == 0) printf("hello\n");
}

int main(int argc, char **argv)
{
    char problem[FL_EMBEDDED_PROBLEM_BYTES], line[64];
    struct fl_embedded *embedded;
    if (argc != 3) return 2;
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    const struct fl_embedded_options options = {
        .workers = fl_workers, .redis_url = argv[1], .timeout_s = atoi(argv[2]), .tag = "inside"};
    if (fl_embedded_start(&options, &embedded, problem)) {
        printf("%s\n", problem);
        return 1;
    }
    printf("started\n");
    while (fgets(line, sizeof line, stdin))
        obey(&embedded, line);
    return embedded ? 3 : 0;
}
