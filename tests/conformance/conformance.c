/* tests/conformance/conformance.c - does the fake answer as redis-server 7.0 does?
 *
 *     conformance [--commands N | --seconds N] [--seed N] [--sequences N] [--protocol 3]
 *                 [--real SOCKET] [TABLE...]
 *
 * Compares with a redis-server of its own, or with whoever listens on the socket. Runs the tables,
 * then random sequences until so many commands have been compared or the seconds are over (15,
 * unless commands are given; both given: too few commands by then is a failure), and ends with the
 * line "N passed, N failed, N skipped". With protocol 3 every connection of the tables begins with
 * HELLO 3. Exit code 77: there is no redis-server to compare with. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/conformance/duel.h"
#include "tests/conformance/explore.h"
#include "tests/conformance/line.h"

enum { EXIT_SKIPPED = 77, DIFFERENCES_MAX = 10 };

struct options {
    double seconds;
    uint64_t commands; /* 0: as many as there is time for */
    uint64_t seed, sequences;
    const char *real;
    bool protocol3;
    int first_table;
};

struct tally {
    unsigned passed, failed;
    uint64_t sequences;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool parse_options(int argc, char **argv, struct options *options)
{
    *options = (struct options){.seconds = NAN, .seed = 1, .sequences = UINT64_MAX};
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--seconds") == 0)
            options->seconds = strtod(argv[i + 1], NULL);
        else if (strcmp(argv[i], "--commands") == 0)
            options->commands = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--protocol") == 0)
            options->protocol3 = strcmp(argv[i + 1], "3") == 0;
        else if (strcmp(argv[i], "--seed") == 0)
            options->seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--sequences") == 0)
            options->sequences = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--real") == 0)
            options->real = argv[i + 1];
        else
            return false;
    }
    options->first_table = i;
    if (isnan(options->seconds)) options->seconds = options->commands ? INFINITY : 15;
    return i == argc || argv[i][0] != '-';
}

/* Both servers are fresh: all connections speak the protocol that was asked for. */
static bool greet(struct duel *duel, const struct options *options, struct line *scratch)
{
    bool same = true;
    for (unsigned i = 0; options->protocol3 && same && i < DUEL_CONNECTIONS; i++) {
        char hello[] = {(char)('0' + i), '>', ' ', 'H', 'E', 'L', 'L', 'O', ' ', '3'};
        same = line_run(duel, (struct fl_span){hello, sizeof(hello)}, scratch);
    }
    return same;
}

static bool run_line(struct duel *duel, const struct options *options, struct fl_span text,
                     struct line *scratch)
{
    return line_run(duel, text, scratch) &&
           (!fl_span_is(text, "!reset") || greet(duel, options, scratch));
}

/* Goes on behind a difference, so that one run shows them all. */
static unsigned run_lines(struct duel *duel, const struct options *options, const char *path,
                          FILE *file, struct line *scratch)
{
    static const unsigned shown_max = 20;
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length;
    unsigned number = 0, differences = 0;
    while ((length = getline(&text, &capacity, file)) >= 0) {
        number++;
        while (length && (text[length - 1] == '\n' || text[length - 1] == '\r'))
            length--;
        if (run_line(duel, options, (struct fl_span){text, (size_t)length}, scratch)) continue;
        if (differences++ < shown_max)
            printf("DIFFERENT  %s:%u  %.*s\n   %s\n", path, number, (int)length, text, duel->why);
        if (!duel_reset(duel) || !greet(duel, options, scratch)) break;
    }
    free(text);
    if (!duel_states(duel) && differences++ < shown_max)
        printf("DIFFERENT  %s in the end\n   %s\n", path, duel->why);
    return differences;
}

static void run_table(struct duel *duel, const struct options *options, const char *path,
                      struct tally *tally, struct line *scratch)
{
    FILE *file = fopen(path, "r");
    unsigned differences = 1;
    if (!file)
        printf("FAIL  %s: cannot be read\n", path);
    else if (duel_reset(duel) && greet(duel, options, scratch))
        differences = run_lines(duel, options, path, file, scratch);
    if (file) fclose(file);
    if (differences)
        tally->failed++;
    else
        tally->passed++;
}

static void run_sequences(struct duel *duel, const struct options *options, struct tally *tally,
                          struct line *scratch)
{
    double end_s = now_s() + options->seconds;
    unsigned differences = 0;
    uint64_t commands_before = duel->commands, wanted = options->commands;
    for (; tally->sequences < options->sequences && now_s() < end_s; tally->sequences++) {
        if (wanted && duel->commands - commands_before >= wanted) break;
        if (explore_sequence(duel, options->seed + tally->sequences, scratch) != EXPLORE_SAME &&
            ++differences == DIFFERENCES_MAX)
            break;
    }
    bool too_few = duel->commands - commands_before < wanted;
    if (too_few) printf("FAIL  fewer than %llu random commands\n", (unsigned long long)wanted);
    if (differences || too_few)
        tally->failed++;
    else
        tally->passed++;
}

int main(int argc, char **argv)
{
    struct options options;
    struct server server;
    struct duel duel;
    struct tally tally = {0};
    if (!parse_options(argc, argv, &options)) {
        fprintf(stderr,
                "usage: conformance [--commands N | --seconds N] [--seed N] [--sequences N] "
                "[--protocol 3] [--real SOCKET] [TABLE...]\n");
        return 2;
    }
    enum server_start start = SERVER_STARTED;
    if (options.real)
        server_adopt(&server, options.real);
    else
        start = server_start(&server);
    if (start != SERVER_STARTED) {
        printf(start == SERVER_ABSENT ? "no redis-server is installed\n"
                                      : "redis-server does not start\n");
        printf("0 passed, 0 failed, 1 skipped\n");
        return EXIT_SKIPPED;
    }
    struct line *scratch = malloc(sizeof(*scratch));
    if (scratch && duel_open(&duel, &server)) {
        for (int i = options.first_table; i < argc; i++)
            run_table(&duel, &options, argv[i], &tally, scratch);
        run_sequences(&duel, &options, &tally, scratch);
        printf("%llu commands compared, %llu random sequences from seed %llu\n",
               (unsigned long long)duel.commands, (unsigned long long)tally.sequences,
               (unsigned long long)options.seed);
    } else {
        tally.failed++;
    }
    duel_close(&duel);
    free(scratch);
    server_stop(&server);
    printf("%u passed, %u failed, 0 skipped\n", tally.passed, tally.failed);
    return tally.failed ? 1 : 0;
}
