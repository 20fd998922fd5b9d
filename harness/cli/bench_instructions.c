/* The program itself is started under Valgrind twice, with few runs and with more: the start of the
 * program is in both counts, and not in their difference. Of the processes that are counted, the
 * run worker is the one with the most instructions. */
#include "harness/cli/bench_instructions.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arena.h"

enum { FEW_RUNS = 10, MORE_RUNS = 50, PATH_BYTES = 512, FIXED_ARGUMENTS = 16, LINE_BYTES = 4096 };

extern char **environ;

struct counting {
    const struct bench_sim_order *order;
    struct fl_arena arena;
    char folder[PATH_BYTES], program[PATH_BYTES];
    char *problem;
};

static enum fl_error failed(struct counting *counting, const char *what, const char *why)
{
    snprintf(counting->problem, BENCH_PROBLEM_BYTES, "%.150s: %.100s", what, why);
    return FL_EIO;
}

/* --- the command --- */
static char *text(struct counting *counting, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static char *text(struct counting *counting, const char *format, ...)
{
    struct fl_buf made = FL_BUF_INIT(REQUEST_TEXT_BYTES_MAX);
    va_list args;
    va_start(args, format);
    enum fl_error err = fl_buf_vprintf(&made, format, args);
    va_end(args);
    char *kept = err ? NULL : fl_arena_copy(&counting->arena, fl_buf_span(&made));
    fl_buf_release(&made);
    return kept;
}

/* NULL: no memory. */
static char **arguments(struct counting *counting, uint32_t runs)
{
    const struct bench_sim_order *order = counting->order;
    size_t count = 0, room = FIXED_ARGUMENTS + 2 * (size_t)order->setting_count;
    char **argv = fl_arena_alloc_array(&counting->arena, room, sizeof *argv);
    if (!argv) return NULL;
    argv[count++] = text(counting, "valgrind");
    argv[count++] = text(counting, "--tool=callgrind");
    argv[count++] = text(counting, "--callgrind-out-file=%s/%%p", counting->folder);
    argv[count++] = text(counting, "--trace-children=yes");
    argv[count++] = text(counting, "--soname-synonyms=somalloc=nouserintercepts");
    argv[count++] = counting->program;
    argv[count++] = text(counting, "run");
    argv[count++] = text(counting, "--seeds=%" PRIu64 "..%" PRIu64, order->seed_first,
                         order->seed_first + runs - 1);
    argv[count++] = text(counting, "--jobs=1");
    argv[count++] = text(counting, "--no-verify");
    argv[count++] = text(counting, "--out=%s/out", counting->folder);
    for (uint32_t i = 0; i < order->setting_count; i++)
        argv[count++] =
            text(counting, "--set=%s=%s", order->settings[i].name, order->settings[i].value);
    argv[count++] = text(counting, "--");
    argv[count++] = text(counting, "%s", order->path);
    for (size_t i = 0; i < count; i++)
        if (!argv[i]) return NULL;
    argv[count] = NULL;
    return argv;
}

static int spawn_quietly(char *const argv[], pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int wrong = posix_spawn_file_actions_init(&actions);
    if (wrong) return wrong;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO && !wrong; fd++)
        wrong = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
    if (!wrong) wrong = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return wrong;
}

static enum fl_error play_counted(struct counting *counting, uint32_t runs)
{
    pid_t pid;
    int status;
    char **argv = arguments(counting, runs);
    if (!argv) return failed(counting, "valgrind", fl_error_text(FL_ENOMEM));
    int wrong = spawn_quietly(argv, &pid);
    if (wrong) return failed(counting, "valgrind", strerror(wrong));
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return failed(counting, "valgrind", strerror(errno));
    bool passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return passed ? FL_OK : failed(counting, "valgrind", "the scenario did not pass under it");
}

/* --- the counts --- */
static uint64_t total_in(const char *path)
{
    char line[LINE_BYTES];
    uint64_t total = 0;
    FILE *file = fopen(path, "rb");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "totals: ", 8) == 0) total = strtoull(line + 8, NULL, 10);
    if (file) fclose(file);
    return total;
}

/* The largest total of the folder's files, which are removed; 0: there is none. */
static uint64_t take_largest(const struct counting *counting)
{
    uint64_t largest = 0;
    char path[PATH_BYTES + 256];
    DIR *folder = opendir(counting->folder);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", counting->folder, entry->d_name);
        uint64_t total = total_in(path);
        if (total > largest) largest = total;
        unlink(path);
    }
    if (folder) closedir(folder);
    return largest;
}

static enum fl_error count(struct counting *counting, uint32_t runs, uint64_t *ret_total)
{
    enum fl_error err = play_counted(counting, runs);
    *ret_total = take_largest(counting);
    if (!err && !*ret_total) err = failed(counting, "valgrind", "it counted nothing");
    return err;
}

enum fl_error bench_instructions(const struct bench_sim_order *order,
                                 double *ret_instructions_a_run, char problem[BENCH_PROBLEM_BYTES])
{
    struct counting counting = {.order = order, .arena = FL_ARENA_INIT(0), .problem = problem};
    uint64_t few, more;
    ssize_t length = readlink("/proc/self/exe", counting.program, PATH_BYTES - 1);
    if (length < 0) return failed(&counting, "/proc/self/exe", strerror(errno));
    snprintf(counting.folder, PATH_BYTES, "/tmp/faultline-bench-XXXXXX");
    if (!mkdtemp(counting.folder)) return failed(&counting, counting.folder, strerror(errno));
    enum fl_error err = count(&counting, FEW_RUNS, &few);
    if (!err) err = count(&counting, MORE_RUNS, &more);
    rmdir(counting.folder);
    fl_arena_release(&counting.arena);
    if (!err) *ret_instructions_a_run = (double)(more - few) / (MORE_RUNS - FEW_RUNS);
    return err;
}
