#include "tests/conformance/server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char program[] = "/usr/bin/redis-server";

_Noreturn static void become_server(const struct server *server, int log)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* never outlives the test */
    dup2(log, STDOUT_FILENO);
    execl(program, program, "--port", "0", "--unixsocket", server->socket_path, "--dir",
          server->directory, "--save", "", "--appendonly", "no", "--daemonize", "no", "--loglevel",
          "notice", (char *)NULL);
    _exit(127);
}

/* The log says when it is ready; its end says that it is not coming. */
static bool wait_until_ready(int log)
{
    char text[16 * 1024];
    size_t length = 0;
    struct pollfd ready = {.fd = log, .events = POLLIN};
    while (length < sizeof(text) - 1 && poll(&ready, 1, 10 * 1000) == 1) {
        ssize_t got = read(log, text + length, sizeof(text) - 1 - length);
        if (got <= 0) return false;
        length += (size_t)got;
        text[length] = '\0';
        if (strstr(text, "is now ready to accept connections at")) return true;
    }
    return false;
}

enum server_start server_start(struct server *server)
{
    int log[2];
    *server = (struct server){.directory = "/tmp/conformance-XXXXXX"};
    if (access(program, X_OK) != 0) return SERVER_ABSENT;
    if (!mkdtemp(server->directory)) return SERVER_FAILED;
    snprintf(server->socket_path, sizeof(server->socket_path), "%s/socket", server->directory);
    if (pipe2(log, O_CLOEXEC) != 0) return SERVER_FAILED;
    server->pid = fork();
    if (server->pid == 0) become_server(server, log[1]);
    close(log[1]);
    bool ready = server->pid > 0 && wait_until_ready(log[0]);
    close(log[0]); /* it logs no more at this level, and ignores the broken pipe */
    if (ready) return SERVER_STARTED;
    server_stop(server);
    return SERVER_FAILED;
}

void server_adopt(struct server *server, const char *socket_path)
{
    *server = (struct server){0};
    snprintf(server->socket_path, sizeof(server->socket_path), "%s", socket_path);
}

int server_connect(const struct server *server)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", server->socket_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) return fd;
    close(fd);
    return -1;
}

void server_stop(struct server *server)
{
    if (server->pid > 0) {
        kill(server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
    }
    if (!server->directory[0]) return;
    unlink(server->socket_path);
    rmdir(server->directory);
    server->pid = 0;
}
