#include "typed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/cli/commands.h"

enum { ARGS_MAX = 12 };

/* What the program does with the outside are only names among the commands here. */
static int nothing(int argc, char **argv, FILE *out, FILE *err)
{
    (void)argc, (void)argv, (void)out, (void)err;
    return CLI_PASSED;
}
const struct cli_command command_push = {
    .name = "push", .arguments = "", .summary = "Pushes", .run = nothing};
const struct cli_command command_serve = {
    .name = "serve", .arguments = "", .summary = "Serves", .run = nothing};
const struct cli_command command_proxy = {
    .name = "proxy", .arguments = "", .summary = "Passes on", .run = nothing};
const struct cli_command command_ctl = {
    .name = "ctl", .arguments = "", .summary = "Asks", .run = nothing};
const struct cli_command command_bench = {
    .name = "bench", .arguments = "", .summary = "Measures", .run = nothing};
const struct cli_command command_queues = {
    .name = "queues", .arguments = "", .summary = "Operates", .run = nothing};
const struct cli_command command_retries = {
    .name = "retries", .arguments = "", .summary = "Operates", .run = nothing};
const struct cli_command command_scheduled = {
    .name = "scheduled", .arguments = "", .summary = "Operates", .run = nothing};
const struct cli_command command_dead = {
    .name = "dead", .arguments = "", .summary = "Operates", .run = nothing};
const struct cli_command command_processes = {
    .name = "processes", .arguments = "", .summary = "Operates", .run = nothing};
const struct cli_command command_top = {
    .name = "top", .arguments = "", .summary = "Operates", .run = nothing};
const struct cli_command command_stats = {
    .name = "stats", .arguments = "", .summary = "Operates", .run = nothing};

void typed_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

int typed_setup(void **state)
{
    static struct typed fixture;
    fixture = (struct typed){.folder = "/tmp/faultline-cli-XXXXXX"};
    assert_non_null(mkdtemp(fixture.folder));
    assert_int_equal(chdir(fixture.folder), 0);
    assert_int_equal(mkdir("scenarios", 0777), 0);
    assert_int_equal(mkdir("scenarios/a", 0777), 0);
    typed_write("scenarios/a/one.scenario",
                "scenario 1 \"one\"\nset rows 3\nenqueue j W []\nexpect j done\n");
    typed_write("scenarios/a/seeds.scenario",
                "scenario 1 \"seeds\"\nseeds 1..100\nenqueue j W []\nexpect j done\n");
    typed_write("scenarios/b.scenario",
                "scenario 1 \"b\"\nenqueue j W []\n"
                "sweep kill p1 when j step * before,after\nexpect j done\n");
    *state = &fixture;
    return 0;
}

int typed_teardown(void **state)
{
    struct typed *f = *state;
    char command[128];
    free(f->out);
    free(f->err);
    f->out = f->err = NULL;
    assert_int_equal(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -r %s", f->folder);
    return system(command);
}

void faultline(struct typed *f, const char *arguments)
{
    char *text = strdup(arguments), *argv[ARGS_MAX] = {NULL}, *rest = NULL;
    char program[] = "faultline";
    size_t length;
    int argc = 0;
    argv[argc++] = program;
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    free(f->out);
    free(f->err);
    FILE *out = tmpfile();
    FILE *err = open_memstream(&f->err, &length);
    f->code = faultline_main(argc, argv, out, err);
    fclose(err);
    f->out = calloc(1, 1024 * 1024);
    rewind(out);
    assert_true(fread(f->out, 1, 1024 * 1024 - 1, out) < 1024 * 1024 - 1);
    fclose(out);
    free(text);
}

struct scripted_run eighteen_points(const struct run_request *request, int worker, uint64_t seed,
                                    int32_t sweep)
{
    struct scripted_run run = {.item.effects = 100, .item.virtual_us = 3600 * INT64_C(1000000)};
    (void)request, (void)worker, (void)seed;
    if (sweep >= 18) run.item.verdict = RUN_SWEPT;
    return run;
}

void use(struct script *script)
{
    scripted_pool_use(script);
}
