#include "redis_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/assert.h"
#include "posix/clock.h"

enum { START_LIMIT_US = 20 * 1000 * 1000 };

static const char socket_name[] = "redis.sock";

static void run_server(const char *folder)
{
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    if (chdir(folder)) _exit(127);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket_name, "--save", "",
           "--appendonly", "no", (char *)NULL);
    _exit(127); /* as a shell says it: there is none */
}

static bool accepts(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return connected;
}

bool redis_server_start(struct redis_server *server)
{
    snprintf(server->folder, sizeof server->folder, "/tmp/faultline-redis-XXXXXX");
    fl_assert(mkdtemp(server->folder) != NULL);
    snprintf(server->url, sizeof server->url, "unix://%s/%s", server->folder, socket_name);
    server->pid = fork();
    fl_assert(server->pid >= 0);
    if (server->pid == 0) run_server(server->folder);
    int64_t limit_us = fl_clock_deadline_us(fl_posix_clock(), START_LIMIT_US);
    while (!accepts(server->url + strlen("unix://"))) {
        fl_assert(fl_clock_mono_us(fl_posix_clock()) < limit_us);
        if (waitpid(server->pid, NULL, WNOHANG) == server->pid) {
            server->pid = 0;
            redis_server_stop(server);
            return false;
        }
        usleep(1000);
    }
    return true;
}

void redis_server_kill(struct redis_server *server)
{
    if (server->pid == 0) return;
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void redis_server_stop(struct redis_server *server)
{
    redis_server_kill(server);
    unlink(server->url + strlen("unix://"));
    rmdir(server->folder);
}
