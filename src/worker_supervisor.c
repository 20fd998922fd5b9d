/* src/worker_supervisor.c - each worker starts this program anew, and does not only fork: so a
 * rolling restart brings a new program, new modules and a new file. */
#include "worker_supervisor.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "posix/clock.h"
#include "posix/crew.h"

enum {
    LINES_MAX = FL_CREW_LEAVING_MAX, /* workers that may say something */
    GRACE_DEFAULT_S = 25,
    GRACE_MORE_S = 10, /* beyond the workers' own, for giving back what is not done */
    NOT_EXECUTED = 127,
    STATUS_BYTES = 128,
};

/* What a worker says comes here. */
struct line {
    int pid, fd; /* fd -1: free */
};

struct supervisor {
    const struct worker_supervisor_options *options;
    struct fl_crew crew;
    sigset_t before; /* the signals that were blocked when it began */
    int signal_fd;
    struct line lines[LINES_MAX];
    bool ready_told, stop_told;
};

static int64_t now_us(void)
{
    return fl_clock_mono_us(fl_posix_clock());
}

static void say(void *self, const char *text)
{
    (void)self;
    fprintf(stderr, "faultline-worker: %s\n", text);
}

/* --- starting one --- */

static struct line *free_line(struct supervisor *s)
{
    for (size_t i = 0; i < LINES_MAX; i++)
        if (s->lines[i].fd < 0) return &s->lines[i];
    return NULL;
}

/* In the child; ends with its supervisor. */
_Noreturn static void become_worker(const struct supervisor *s, size_t place, int fd, pid_t parent)
{
    char text[32];
    int mine = dup(fd); /* the copy stays open in the new program */
    snprintf(text, sizeof text, "%d:%zu", mine, place);
    sigprocmask(SIG_SETMASK, &s->before, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(0);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    if (mine >= 0 && setenv(WORKER_SUPERVISED, text, 1) == 0)
        execvp(s->options->argv[0], s->options->argv);
    _exit(NOT_EXECUTED);
}

static int start_one(void *self, size_t place)
{
    struct supervisor *s = self;
    struct line *line = free_line(s);
    int fds[2];
    if (!line || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds)) return 0;
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) become_worker(s, place, fds[1], parent);
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        return 0;
    }
    *line = (struct line){(int)pid, fds[0]};
    return (int)pid;
}

static void send_one(void *self, int pid, int number)
{
    (void)self;
    kill(pid, number);
}

static int64_t rss_of(void *self, int pid)
{
    char path[64];
    long long pages = 0;
    (void)self;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    if (fscanf(file, "%*d %lld", &pages) != 1) pages = 0;
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static const struct fl_crew_ops ops = {start_one, send_one, rss_of, say};

/* --- what is heard --- */

static void hear(struct supervisor *s, struct line *line)
{
    char text[1024];
    ssize_t length = recv(line->fd, text, sizeof text - 1, 0);
    if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR)) {
        close(line->fd);
        line->fd = -1;
    }
    if (length <= 0) return;
    text[length] = '\0';
    if (strstr(text, "READY=1")) fl_crew_ready(&s->crew, line->pid, now_us());
    if (strstr(text, "WATCHDOG=1")) fl_crew_heard(&s->crew, line->pid, now_us());
}

static void reap(struct supervisor *s)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        fl_crew_exited(&s->crew, (int)pid,
                       WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
                       now_us());
}

static void forward(const struct supervisor *s, int number)
{
    for (size_t i = 0; i < s->crew.count; i++)
        if (s->crew.places[i].current.pid) kill(s->crew.places[i].current.pid, number);
}

static void obey(struct supervisor *s, int number)
{
    switch (number) {
    case SIGCHLD: reap(s); break;
    case SIGUSR2: fl_crew_roll(&s->crew); break;
    case SIGTSTP: fl_crew_quiet(&s->crew); break;
    case SIGTTIN: forward(s, SIGTTIN); break;
    default: fl_crew_stop(&s->crew, now_us()); break;
    }
}

/* --- the service manager --- */

static void tell_manager(struct supervisor *s)
{
    char text[STATUS_BYTES];
    size_t ready = fl_crew_ready_count(&s->crew);
    bool all = !s->ready_told && ready == s->crew.count;
    bool stop = !s->stop_told && s->crew.state == FL_CREW_STOPPING;
    snprintf(text, sizeof text, "STATUS=%zu of %zu workers ready\nWATCHDOG=1%s%s", ready,
             s->crew.count, all ? "\nREADY=1" : "", stop ? "\nSTOPPING=1" : "");
    fl_notify_send(&s->options->notify, text);
    s->ready_told |= all;
    s->stop_told |= stop;
}

/* --- the run --- */

static int patience_ms(const struct supervisor *s)
{
    int64_t now = now_us(), due_us = fl_crew_due_us(&s->crew, now);
    int64_t watchdog_us = s->options->notify.watchdog_us / 2;
    if (due_us != INT64_MAX) due_us -= now;
    if (watchdog_us && watchdog_us < due_us) due_us = watchdog_us;
    if (due_us <= 0) return 0;
    return due_us > 3600 * FL_SECOND_US ? -1 : (int)(due_us / 1000) + 1;
}

/* Waits for something to happen, and takes it up. */
static void turn(struct supervisor *s)
{
    struct pollfd entries[1 + LINES_MAX];
    struct line *heard[LINES_MAX];
    struct signalfd_siginfo info;
    nfds_t count = 1;
    entries[0] = (struct pollfd){.fd = s->signal_fd, .events = POLLIN};
    for (size_t i = 0; i < LINES_MAX; i++) {
        if (s->lines[i].fd < 0) continue;
        heard[count - 1] = &s->lines[i];
        entries[count++] = (struct pollfd){.fd = s->lines[i].fd, .events = POLLIN};
    }
    if (poll(entries, count, patience_ms(s)) > 0) {
        for (nfds_t i = 1; i < count; i++) /* who is ready and then dies was ready */
            if (entries[i].revents) hear(s, heard[i - 1]);
        if (entries[0].revents && read(s->signal_fd, &info, sizeof info) == sizeof info)
            obey(s, (int)info.ssi_signo);
    }
    fl_crew_tick(&s->crew, now_us());
    tell_manager(s);
}

static int open_signals(sigset_t *ret_before)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGTSTP, SIGTTIN, SIGUSR2, SIGCHLD};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < FL_COUNT(numbers); i++)
        sigaddset(&set, numbers[i]);
    sigprocmask(SIG_BLOCK, &set, ret_before);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static void release(struct supervisor *s)
{
    for (size_t i = 0; i < LINES_MAX; i++)
        if (s->lines[i].fd >= 0) close(s->lines[i].fd);
    close(s->signal_fd);
    free(s);
}

int worker_supervisor_run(const struct worker_supervisor_options *options)
{
    struct supervisor *s = calloc(1, sizeof *s);
    int grace_s = options->timeout_s ? options->timeout_s : GRACE_DEFAULT_S;
    if (!s) return EXIT_FAILURE;
    s->options = options;
    s->crew = (struct fl_crew){.ops = &ops,
                               .self = s,
                               .count = (size_t)options->processes,
                               .memory_max_kib = INT64_C(1024) * options->memory_max_mib,
                               .grace_us = (grace_s + GRACE_MORE_S) * FL_SECOND_US,
                               .looked_us = now_us()};
    for (size_t i = 0; i < LINES_MAX; i++)
        s->lines[i].fd = -1;
    s->signal_fd = open_signals(&s->before);
    if (s->signal_fd < 0) {
        say(NULL, "cannot watch for signals");
        free(s);
        return EXIT_FAILURE;
    }
    fl_crew_tick(&s->crew, now_us());
    while (!fl_crew_has_ended(&s->crew))
        turn(s);
    int status = s->crew.status;
    release(s);
    return status;
}
