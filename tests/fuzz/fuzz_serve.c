/* The bytes of clients to a real `faultline serve`, over sockets that come and go: it survives any
 * of them, goes on answering, and ends cleanly when it is told to.
 *
 * The program is named by the environment: FAULTLINE. A sanitizer's finding is its exit status. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum {
    CONNECTIONS = 8,
    PATIENCE_MS = 60 * 1000,
    CHECK_EVERY = 1024,
    HANG_UP_EVERY = 61,
    RESTART_EVERY = 4096, /* a client may have set a password, and then nobody else gets far */
};

static struct {
    pid_t pid;
    char path[64];
    int connections[CONNECTIONS];
    unsigned long inputs;
} served;

_Noreturn static void give_up(const char *what)
{
    fprintf(stderr, "fuzz_serve: %s\n", what);
    abort();
}

static int connect_once(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", served.path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) give_up("no socket");
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) return fd;
    close(fd);
    return -1;
}

/* Its first line says that it listens. */
static void start(void)
{
    int out[2];
    char line[256];
    const char *program = getenv("FAULTLINE");
    if (!program || pipe(out) != 0) give_up("FAULTLINE is not set");
    snprintf(served.path, sizeof served.path, "/tmp/fuzz-serve-%ld", (long)getpid());
    served.pid = fork();
    if (served.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(out[1], STDOUT_FILENO);
        execl(program, program, "serve", "--unix", served.path, "--maxmemory", "256mb",
              (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    if (served.pid < 0 || read(out[0], line, sizeof line) <= 0) give_up("it does not start");
    close(out[0]);
    for (int i = 0; i < CONNECTIONS; i++)
        served.connections[i] = -1;
}

/* Ended by us or by a client's SHUTDOWN it is started again; anything else is a finding. */
static void start_again(void)
{
    int status;
    if (waitpid(served.pid, &status, 0) != served.pid || !WIFEXITED(status) || WEXITSTATUS(status))
        give_up("it has died");
    for (int i = 0; i < CONNECTIONS; i++)
        if (served.connections[i] >= 0) close(served.connections[i]);
    start();
}

static void stop(void)
{
    int status;
    kill(served.pid, SIGTERM);
    if (waitpid(served.pid, &status, 0) != served.pid || !WIFEXITED(status) ||
        WEXITSTATUS(status)) {
        fprintf(stderr, "fuzz_serve: it did not end cleanly\n");
        _exit(1);
    }
}

static int connect_again(void)
{
    int fd = connect_once();
    if (fd >= 0) return fd;
    start_again();
    fd = connect_once();
    if (fd < 0) give_up("nobody listens");
    return fd;
}

/* It answers, whatever it answers. */
static void check(void)
{
    char answer[256];
    int fd = connect_again();
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    if (send(fd, "PING\r\n", 6, MSG_NOSIGNAL) == 6 && poll(&ready, 1, PATIENCE_MS) != 1)
        give_up("it does not answer");
    if (recv(fd, answer, sizeof answer, MSG_DONTWAIT) < 0 && errno != ECONNRESET)
        give_up("it does not answer");
    close(fd);
}

static void drop(int *connection)
{
    close(*connection);
    *connection = -1;
}

/* Reads and forgets; false: it has hung up. */
static int drain(int fd)
{
    char bytes[64 * 1024];
    ssize_t got;
    while ((got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        continue;
    return got < 0 && errno == EAGAIN;
}

/* All of it, at the server's pace; false: it has hung up. */
static int send_all(int fd, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        struct pollfd ready = {.fd = fd, .events = POLLIN | POLLOUT};
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN) return 0;
        if (sent < 0 && poll(&ready, 1, PATIENCE_MS) != 1) give_up("it does not read");
        if (sent < 0) sent = 0;
        if (!drain(fd)) return 0;
        bytes += sent;
        length -= (size_t)sent;
    }
    return drain(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (!served.pid) {
        start();
        atexit(stop);
    }
    int *connection = &served.connections[served.inputs++ % CONNECTIONS];
    if (*connection < 0) *connection = connect_again();
    int alive = send_all(*connection, bytes, length);
    if (!alive || served.inputs % HANG_UP_EVERY == 0) drop(connection);
    if (served.inputs % CHECK_EVERY == 0) check();
    if (served.inputs % RESTART_EVERY == 0 && kill(served.pid, SIGTERM) == 0) start_again();
    return 0;
}
