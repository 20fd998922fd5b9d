#include "postgres_server.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/assert.h"
#include "posix/clock.h"

enum { START_LIMIT_US = 60 * 1000 * 1000, POLL_US = 10 * 1000 };

/* The newest of those that Debian installs beside each other. */
static bool find_programs(struct postgres_server *server)
{
    glob_t found;
    bool any = glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) == 0;
    if (any) {
        const char *last = found.gl_pathv[found.gl_pathc - 1];
        snprintf(server->programs, sizeof server->programs, "%.*s",
                 (int)(strlen(last) - strlen("/initdb")), last);
        globfree(&found);
    }
    return any;
}

static void choose_user(struct postgres_server *server)
{
    server->uid = getuid();
    server->gid = getgid();
    if (server->uid != 0) return;
    const struct passwd *user = getpwnam("postgres");
    if (!user) user = getpwnam("nobody");
    fl_assert(user != NULL);
    server->uid = user->pw_uid;
    server->gid = user->pw_gid;
    fl_assert(chown(server->folder, server->uid, server->gid) == 0);
}

/* Starts one of its programs as its user, with its output dropped; does not wait. */
static pid_t start_program(const struct postgres_server *server, const char *const *argv)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", server->programs, argv[0]);
    pid_t pid = fork();
    fl_assert(pid >= 0);
    if (pid > 0) return pid;
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    if (getuid() == 0 && (setgroups(0, NULL) || setgid(server->gid) || setuid(server->uid)))
        _exit(127);
    if (chdir(server->folder)) _exit(127);
    execv(path, (char *const *)(uintptr_t)argv);
    _exit(127);
}

void postgres_server_run(struct postgres_server *server)
{
    const char *const argv[] = {"postgres", "-D", "data",      "-k", server->folder,       "-h",
                                "",         "-c", "fsync=off", "-c", "max_connections=40", NULL};
    server->pid = start_program(server, argv);
    int64_t limit_us = fl_clock_deadline_us(fl_posix_clock(), START_LIMIT_US);
    while (PQping(server->url) != PQPING_OK) {
        fl_assert(fl_clock_mono_us(fl_posix_clock()) < limit_us);
        fl_assert(waitpid(server->pid, NULL, WNOHANG) == 0);
        usleep(POLL_US);
    }
}

bool postgres_server_start(struct postgres_server *server)
{
    const char *const argv[] = {"initdb", "-D",         "data", "-A",       "trust", "-U", "tester",
                                "-N",     "--encoding", "UTF8", "--locale", "C",     NULL};
    int status = 0;
    if (!find_programs(server)) return false;
    snprintf(server->folder, sizeof server->folder, "/tmp/faultline-postgres-XXXXXX");
    fl_assert(mkdtemp(server->folder) != NULL);
    choose_user(server);
    snprintf(server->url, sizeof server->url, "postgresql:///postgres?host=%s&user=tester",
             server->folder);
    fl_assert(waitpid(start_program(server, argv), &status, 0) > 0);
    fl_assert(WIFEXITED(status));
    fl_assert(WEXITSTATUS(status) == 0);
    postgres_server_run(server);
    return true;
}

static void end(struct postgres_server *server, int number)
{
    if (!server->pid) return;
    kill(server->pid, number);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void postgres_server_restart(struct postgres_server *server)
{
    end(server, SIGINT); /* "fast": it does not wait for its clients */
    postgres_server_run(server);
}

/* SIGQUIT: all its processes end without tidying up, and the next start recovers from the log. */
void postgres_server_kill(struct postgres_server *server)
{
    end(server, SIGQUIT);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

void postgres_server_stop(struct postgres_server *server)
{
    end(server, SIGINT);
    nftw(server->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
