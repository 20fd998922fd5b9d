/* What it prints goes to a file without a name, not through a pipe: a pipe would be waited for as
 * long as any grandchild holds it. */
#include "harness/selftest/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/assert.h"

extern char **environ;

void child_word(struct child *child, const char *word)
{
    fl_assert(child->count < CHILD_WORDS_MAX);
    child->words[child->count++] = word;
    child->words[child->count] = NULL;
}

static int spawn(const struct child *child, const char *folder, int output, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0) return ENOMEM;
    int problem = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (!problem) problem = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!problem) problem = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (!problem) problem = posix_spawn_file_actions_adddup2(&actions, output, 2);
    if (!problem)
        problem = posix_spawnp(ret_pid, child->words[0], &actions, NULL,
                               (char *const *)(uintptr_t)child->words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return problem;
}

static enum fl_error take_output(FILE *file, struct fl_buf *output)
{
    char chunk[4096];
    size_t length;
    enum fl_error err = FL_OK;
    rewind(file);
    while (!err && (length = fread(chunk, 1, sizeof chunk, file)) > 0)
        err = fl_buf_append(output, chunk, length);
    return err == FL_EBOUND ? FL_OK : err;
}

enum fl_error child_run(const struct child *child, const char *folder, struct fl_buf *output,
                        int *ret_status)
{
    pid_t pid;
    int status = 0;
    FILE *file = tmpfile();
    if (!file) return FL_EIO;
    int problem = spawn(child, folder, fileno(file), &pid);
    while (!problem && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) problem = errno;
    enum fl_error err = problem == ENOMEM ? FL_ENOMEM : problem ? FL_EIO : FL_OK;
    if (!err) err = take_output(file, output);
    fclose(file);
    if (!err) *ret_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return err;
}
