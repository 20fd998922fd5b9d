#include "posix/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *hostname(void *self)
{
    return ((struct fl_posix_process *)self)->hostname;
}

static int64_t pid(void *self)
{
    (void)self;
    return getpid();
}

/* The second number of /proc/self/statm: resident pages. */
static int64_t rss_kib(void *self)
{
    (void)self;
    char text[128];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0) return 0;
    text[length] = '\0';
    char *second = NULL;
    strtoll(text, &second, 10);
    return strtoll(second, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

static bool pid_exists(void *self, int64_t other)
{
    (void)self;
    if (other <= 0 || other > INT32_MAX) return true; /* no pid of this host: cannot be told */
    return kill((pid_t)other, 0) == 0 || errno != ESRCH;
}

/* The log writes its lines at once, so there is nothing to flush. */
static void end(void *self, int status)
{
    (void)self;
    _exit(status);
}

static const struct fl_process_ops ops = {
    .hostname = hostname,
    .pid = pid,
    .rss_kib = rss_kib,
    .pid_exists = pid_exists,
    .exit = end,
};

void fl_posix_process_init(struct fl_posix_process *process, const char *name)
{
    if (name)
        snprintf(process->hostname, sizeof process->hostname, "%s", name);
    else if (gethostname(process->hostname, sizeof process->hostname))
        snprintf(process->hostname, sizeof process->hostname, "localhost");
    process->hostname[sizeof process->hostname - 1] = '\0';
}

struct fl_process_port fl_posix_process_port(struct fl_posix_process *process)
{
    return (struct fl_process_port){&ops, process};
}

void fl_posix_open_standard_streams(void)
{
    int fd; /* open takes the lowest number that is free */
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) close(fd);
}
