#include "harness/pool/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/assert.h"

enum { PAD_STEP_BYTES = 112, PAD_STEPS = 61, EXIT_CANNOT_START = 85, LAST_WORDS_MS = 500 };

/* By its path where that is still this program (Valgrind would hand out itself otherwise). */
static void own_path(char path[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = '\0';
    if (access(path, X_OK)) snprintf(path, PATH_MAX, "/proc/self/exe");
}

/* The caller's environment and a variable whose only meaning is its length. */
static char **padded_environment(int variety)
{
    extern char **environ;
    size_t count = 0;
    while (environ[count]) {
        count++;
    }
    size_t pad = (size_t)(variety % PAD_STEPS + 1) * PAD_STEP_BYTES;
    char **copy = malloc((count + 2) * sizeof(char *));
    char *variable = malloc(sizeof("FAULTLINE_PAD=") + pad);
    if (!copy || !variable) {
        free(copy);
        free(variable);
        return NULL;
    }
    strcpy(variable, "FAULTLINE_PAD=");
    memset(variable + strlen("FAULTLINE_PAD="), 'x', pad);
    variable[strlen("FAULTLINE_PAD=") + pad] = '\0';
    copy[0] = variable;
    memcpy(copy + 1, environ, (count + 1) * sizeof(char *));
    return copy;
}

struct recipe { /* made before the fork: the child only calls what is async-signal-safe */
    char path[PATH_MAX];
    char fd[16], note_fd[16], variety[16];
    char **environment;
    pid_t parent;
};

static _Noreturn void become_worker(const struct recipe *recipe, int fd, int note_fd)
{
    char *const argv[] = {(char *)(uintptr_t)recipe->path,    (char *)(uintptr_t)POOL_WORKER_FLAG,
                          (char *)(uintptr_t)recipe->fd,      (char *)(uintptr_t)recipe->note_fd,
                          (char *)(uintptr_t)recipe->variety, NULL};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != recipe->parent) _exit(EXIT_CANNOT_START); /* it died before the line above */
    int nothing = open("/dev/null", O_RDWR);
    bool mute = fcntl(STDERR_FILENO, F_GETFD) < 0;
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
        (mute && dup2(nothing, STDERR_FILENO) < 0) || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        _exit(EXIT_CANNOT_START);
    if (nothing > STDERR_FILENO) close(nothing);
    fcntl(fd, F_SETFD, 0);
    fcntl(note_fd, F_SETFD, 0);
    execve(recipe->path, argv, recipe->environment);
    _exit(EXIT_CANNOT_START);
}

static enum fl_error fork_worker(int variety, int fd, int note_fd, pid_t *ret_pid)
{
    struct recipe recipe = {.parent = getpid(), .environment = padded_environment(variety)};
    if (!recipe.environment) return FL_ENOMEM;
    own_path(recipe.path);
    snprintf(recipe.fd, sizeof(recipe.fd), "%d", fd);
    snprintf(recipe.note_fd, sizeof(recipe.note_fd), "%d", note_fd);
    snprintf(recipe.variety, sizeof(recipe.variety), "%d", variety);
    pid_t pid = fork();
    if (pid == 0) become_worker(&recipe, fd, note_fd);
    free(recipe.environment[0]);
    free(recipe.environment);
    if (pid < 0) return FL_EIO;
    *ret_pid = pid;
    return FL_OK;
}

/* A coordinator without standard streams would be given their numbers, and the worker's own streams
 * are put there: it would print into its own requests, and hold the end whose closing ends it. */
static int above_standard_streams(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO) return fd;
    int above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    return above;
}

static struct pool_note *map_note(int *ret_fd)
{
    int fd = above_standard_streams(memfd_create("faultline-note", MFD_CLOEXEC));
    if (fd < 0) return NULL;
    void *note = MAP_FAILED;
    if (ftruncate(fd, sizeof(struct pool_note)) == 0)
        note = mmap(NULL, sizeof(struct pool_note), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (note == MAP_FAILED) {
        close(fd);
        return NULL;
    }
    *ret_fd = fd;
    return note;
}

enum fl_error pool_child_start(int variety, struct pool_child *ret_child)
{
    int pair[2], note_fd;
    struct pool_child child = {.fd = -1};
    child.note = map_note(&note_fd);
    if (!child.note) return FL_ENOMEM;
    enum fl_error err = FL_EIO;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) goto out;
    child.fd = above_standard_streams(pair[0]);
    int worker_fd = above_standard_streams(pair[1]);
    if (child.fd >= 0 && worker_fd >= 0) err = fork_worker(variety, worker_fd, note_fd, &child.pid);
    if (worker_fd >= 0) close(worker_fd);
    if (err && child.fd >= 0) close(child.fd);
out:
    close(note_fd);
    if (err) {
        munmap(child.note, sizeof(*child.note));
    } else {
        *ret_child = child;
    }
    return err;
}

void pool_child_ask_where(const struct pool_child *child)
{
    struct pollfd end = {.fd = child->fd, .events = POLLIN};
    kill(child->pid, POOL_SIGNAL_HUNG);
    poll(&end, 1, LAST_WORDS_MS); /* its socket closes when it is dead */
}

int pool_child_stop(struct pool_child *child, enum pool_stop how)
{
    int status = 0;
    fl_assert(child->pid > 0);
    close(child->fd);
    if (how == POOL_STOP_NOW) kill(child->pid, SIGKILL);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    munmap(child->note, sizeof(*child->note));
    *child = (struct pool_child){.fd = -1};
    return status;
}
