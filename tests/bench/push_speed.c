/* tests/bench/push_speed.c - jobs a second that one client pushes in bulk: push_speed URL JOBS.
 *
 * Payloads are made anew, as an application would have them: a class, a text of 100 bytes and a
 * number as arguments, about 300 bytes in all. Prints their number a second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time_text.h"
#include "posix/ports.h"
#include "queue/client.h"

enum { EACH = 1000, ARGS_BYTES = 160 };

static int push_all(const struct fl_client *client, size_t jobs)
{
    static char texts[EACH][ARGS_BYTES];
    struct fl_span args[EACH];
    char filler[101];
    memset(filler, 'x', sizeof filler - 1);
    filler[100] = '\0';
    const struct fl_client_job job = {.worker = "NoopWorker"};
    for (size_t first = 0; first < jobs; first += EACH) {
        for (size_t i = 0; i < EACH; i++) {
            int length = snprintf(texts[i], ARGS_BYTES, "[\"%s\",%zu]", filler, first + i);
            args[i] = (struct fl_span){texts[i], (size_t)length};
        }
        enum fl_error err = fl_client_push_bulk(client, &job, args, EACH, NULL);
        if (!err) continue;
        fprintf(stderr, "push_speed: %s\n", fl_error_text(err));
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    char problem[FL_PROBLEM_BYTES];
    struct fl_posix *posix;
    if (argc != 3) return 2;
    const struct fl_posix_options options = {
        .redis_url = argv[1], .log_fd = 2, .log_level = FL_LOG_WARN};
    if (fl_posix_new(&options, &posix, problem) || fl_posix_check(posix, problem)) {
        fprintf(stderr, "push_speed: %s\n", problem);
        return 1;
    }
    const struct fl_ports *ports = fl_posix_ports(posix);
    const struct fl_client client = {
        .clock = ports->clock, .random = ports->random, .redis = ports->redis, .wire = FL_WIRE_7};
    size_t jobs = strtoul(argv[2], NULL, 10);
    int64_t began_us = fl_clock_mono_us(ports->clock);
    int status = push_all(&client, jobs);
    int64_t took_us = fl_clock_mono_us(ports->clock) - began_us;
    if (!status) printf("%.0f\n", (double)jobs * FL_SECOND_US / (double)took_us);
    fl_posix_free(posix);
    return status;
}
