#include "harness/bench/live/live_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIVE_ARGUMENTS_MAX = 16, STOP_TRIES = 1500, TRY_US = 20 * 1000 };

extern char **environ;

/* The folder of the running program. */
static bool beside(const char *name, char path[LIVE_PATH_BYTES], char problem[LIVE_PROBLEM_BYTES])
{
    ssize_t length = readlink("/proc/self/exe", path, LIVE_PATH_BYTES - 1);
    path[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(path, '/');
    size_t used = slash ? (size_t)(slash + 1 - path) : 0;
    snprintf(path + used, LIVE_PATH_BYTES - used, "%s", name);
    if (access(path, R_OK) == 0) return true;
    snprintf(problem, LIVE_PROBLEM_BYTES, "%.200s: %s", path, strerror(errno));
    return false;
}

static bool open_log(enum live_log log, int ends[2])
{
    if (log == LIVE_LOG_READ) return pipe2(ends, O_CLOEXEC) == 0;
    ends[0] = -1;
    ends[1] = open("/dev/null", O_WRONLY | O_CLOEXEC);
    return ends[1] >= 0;
}

static int spawn(char *const argv[], int log, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed) return failed;
    failed = posix_spawn_file_actions_adddup2(&actions, log, STDOUT_FILENO);
    if (!failed) failed = posix_spawn(ret_pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

struct live_program live_noop(int threads)
{
    return (struct live_program){.module = "noop.so", .queue = LIVE_QUEUE, .threads = threads};
}

static bool set_environment(const struct live_redis *redis, const char *database)
{
    if (setenv("REDIS_URL", redis->url, 1) != 0) return false;
    return database ? setenv("FAULTLINE_DB", database, 1) == 0 : unsetenv("FAULTLINE_DB") == 0;
}

static bool find_module(const char *name, char path[LIVE_PATH_BYTES],
                        char problem[LIVE_PROBLEM_BYTES])
{
    if (!strchr(name, '/')) return beside(name, path, problem);
    snprintf(path, LIVE_PATH_BYTES, "%s", name);
    return true;
}

enum fl_error live_worker_start(const struct live_redis *redis, const struct live_program *started,
                                enum live_log log, struct live_worker *ret_worker,
                                char problem[LIVE_PROBLEM_BYTES])
{
    char program[LIVE_PATH_BYTES], module[LIVE_PATH_BYTES], count[16], queue[LIVE_PATH_BYTES];
    struct live_worker worker;
    int ends[2];
    if (!beside("faultline-worker", program, problem) ||
        !find_module(started->module, module, problem))
        return FL_ENOTFOUND;
    snprintf(count, sizeof count, "%d", started->threads);
    snprintf(queue, sizeof queue, "%s", started->queue);
    char *const argv[] = {program, (char[]){"-r"}, module, (char[]){"-c"},
                          count,   (char[]){"-q"}, queue,  NULL};
    if (!set_environment(redis, started->database) || !open_log(log, ends)) {
        snprintf(problem, LIVE_PROBLEM_BYTES, "%s", strerror(errno));
        return FL_EIO;
    }
    int failed = spawn(argv, ends[1], &worker.pid);
    close(ends[1]);
    worker.log = ends[0];
    if (!failed) {
        *ret_worker = worker;
        return FL_OK;
    }
    if (worker.log >= 0) close(worker.log);
    snprintf(problem, LIVE_PROBLEM_BYTES, "%.200s: %s", program, strerror(failed));
    return FL_EIO;
}

enum fl_error live_run(const struct live_redis *redis, const char *const *argv,
                       char problem[LIVE_PROBLEM_BYTES])
{
    char program[LIVE_PATH_BYTES], *given[LIVE_ARGUMENTS_MAX + 1] = {program};
    int ends[2], status = -1;
    pid_t pid;
    for (int i = 1; i < LIVE_ARGUMENTS_MAX && argv[i]; i++) {
        given[i] = strdup(argv[i]);
        if (!given[i]) break;
    }
    bool begun = beside(argv[0], program, problem) && set_environment(redis, NULL) &&
                 open_log(LIVE_LOG_DROPPED, ends);
    if (begun) {
        int failed = spawn(given, ends[1], &pid);
        close(ends[1]);
        if (failed || waitpid(pid, &status, 0) != pid) status = -1;
        if (status != 0) snprintf(problem, LIVE_PROBLEM_BYTES, "%.200s has failed", program);
    }
    for (int i = 1; i < LIVE_ARGUMENTS_MAX; i++)
        free(given[i]);
    return begun && status == 0 ? FL_OK : FL_EIO;
}

int64_t live_worker_memory_kib(const struct live_worker *worker)
{
    char path[64], line[256];
    long long kib = 0;
    snprintf(path, sizeof path, "/proc/%lld/status", (long long)worker->pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %lld kB", &kib) == 1) break;
    if (file) fclose(file);
    return kib;
}

void live_worker_stop(struct live_worker *worker)
{
    if (worker->log >= 0) close(worker->log); /* what it still logs is lost, as it may be */
    kill(worker->pid, SIGTERM);
    for (int i = 0; i < STOP_TRIES; i++) {
        if (waitpid(worker->pid, NULL, WNOHANG) != 0) return;
        nanosleep(&(struct timespec){.tv_nsec = TRY_US * 1000L}, NULL);
    }
    kill(worker->pid, SIGKILL);
    waitpid(worker->pid, NULL, 0);
}

int live_payload(uint32_t number, char ret_payload[LIVE_PAYLOAD_BYTES])
{
    return snprintf(ret_payload, LIVE_PAYLOAD_BYTES,
                    "{\"retry\":true,\"queue\":\"" LIVE_QUEUE "\",\"class\":\"NoopWorker\","
                    "\"args\":[],\"jid\":\"%024x\",\"created_at\":1.0,\"enqueued_at\":1.0}",
                    number);
}

int64_t live_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}
