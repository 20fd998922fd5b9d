/* Who a simulated process is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "harness/interpose/real.h"
#include "harness/world/running.h"
#include "harness/world/world.h"

enum { PID_OF_INIT = 1 };

pid_t getpid(void)
{
    static void *real;
    const struct sim_process *process = sim_running_process();
    if (!process) return ((pid_t(*)(void))sim_real(&real, "getpid"))();
    return (pid_t)sim_process_pid(process);
}

pid_t gettid(void)
{
    static void *real;
    const struct sim_process *process = sim_running_process();
    if (!process) return ((pid_t(*)(void))sim_real(&real, "gettid"))();
    return (pid_t)sim_process_pid(process);
}

pid_t getppid(void)
{
    static void *real;
    if (!sim_running_process()) return ((pid_t(*)(void))sim_real(&real, "getppid"))();
    return PID_OF_INIT;
}

int gethostname(char *ret_name, size_t room)
{
    static void *real;
    const struct sim_process *process = sim_running_process();
    if (!process) return ((int (*)(char *, size_t))sim_real(&real, "gethostname"))(ret_name, room);
    if ((size_t)snprintf(ret_name, room, "%s", sim_process_hostname(process)) < room) return 0;
    errno = ENAMETOOLONG;
    return -1;
}

int uname(struct utsname *ret_name)
{
    static void *real;
    const struct sim_process *process = sim_running_process();
    int result = ((int (*)(struct utsname *))sim_real(&real, "uname"))(ret_name);
    if (process && result == 0)
        snprintf(ret_name->nodename, sizeof(ret_name->nodename), "%s",
                 sim_process_hostname(process));
    return result;
}
