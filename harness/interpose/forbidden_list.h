/* harness/interpose/forbidden_list.h - what a handler must not call: it would act on the harness's
 * own process, wait outside of virtual time, or touch the real world past the ports.
 *
 * libc's calls of its own functions cannot be caught, so every way in is listed, by what is to be
 * done instead (remedy.c). Included by the assembly as well: macros only. */
#ifndef HARNESS_INTERPOSE_FORBIDDEN_LIST_H
#define HARNESS_INTERPOSE_FORBIDDEN_LIST_H

/* clang-format off */
/* the process's end */
#define SIM_FORBIDDEN_ENDS(X)                                                                      \
    X(exit) X(_exit) X(_Exit) X(quick_exit) X(abort)
/* other processes */
#define SIM_FORBIDDEN_PROCESSES(X)                                                                 \
    X(fork) X(vfork) X(_Fork) X(clone) X(execl) X(execlp) X(execle) X(execv) X(execve) X(execvp)   \
    X(execvpe) X(execveat) X(fexecve) X(posix_spawn) X(posix_spawnp) X(system) X(popen)            \
    X(daemon) X(syscall) X(wait) X(waitpid) X(waitid) X(wait3) X(wait4) X(kill) X(killpg)          \
    X(raise) X(ptrace)
/* threads */
#define SIM_FORBIDDEN_THREADS(X)                                                                   \
    X(pthread_create) X(pthread_exit) X(pthread_cancel) X(pthread_kill) X(thrd_create)             \
    X(thrd_exit)
/* signals and timers */
#define SIM_FORBIDDEN_SIGNALS(X)                                                                   \
    X(signal) X(sigaction) X(sigset) X(sysv_signal) X(siginterrupt) X(sigaltstack)                 \
    X(sigprocmask) X(pthread_sigmask) X(sigsuspend) X(sigpause) X(sigwait) X(sigwaitinfo)          \
    X(sigtimedwait) X(pause) X(alarm) X(ualarm) X(setitimer) X(timer_create) X(timer_settime)      \
    X(timerfd_create) X(signalfd) X(settimeofday) X(clock_settime) X(adjtime) X(times)             \
    X(getrusage)
/* the network */
#define SIM_FORBIDDEN_NETWORK(X)                                                                   \
    X(socket) X(socketpair) X(connect) X(bind) X(listen) X(accept) X(accept4) X(getaddrinfo)       \
    X(gethostbyname) X(gethostbyname2) X(gethostbyaddr) X(getnameinfo) X(epoll_create)             \
    X(epoll_create1) X(epoll_wait) X(epoll_pwait) X(inotify_init) X(inotify_init1)
/* files */
#define SIM_FORBIDDEN_FILES(X)                                                                     \
    X(open) X(open64) X(openat) X(openat64) X(creat) X(creat64) X(__open_2) X(__open64_2)          \
    X(__openat_2) X(__openat64_2) X(fopen) X(fopen64) X(freopen) X(freopen64) X(opendir)           \
    X(scandir) X(scandir64) X(nftw) X(nftw64) X(ftw) X(ftw64) X(glob) X(glob64) X(stat)            \
    X(stat64) X(lstat) X(lstat64) X(fstatat) X(fstatat64) X(statx) X(access) X(faccessat)          \
    X(readlink) X(readlinkat) X(realpath) X(rename) X(renameat) X(renameat2) X(unlink)             \
    X(unlinkat) X(remove) X(rmdir) X(mkdir) X(mkdirat) X(link) X(linkat) X(symlink) X(symlinkat)   \
    X(truncate) X(truncate64) X(chmod) X(fchmodat) X(chown) X(lchown) X(fchownat) X(utimes)        \
    X(utimensat) X(mkstemp) X(mkstemp64) X(mkostemp) X(mkostemp64) X(mkdtemp) X(tmpfile)           \
    X(tmpfile64) X(tmpnam) X(tempnam) X(mkfifo) X(mkfifoat) X(mknod) X(mknodat) X(pipe) X(pipe2)   \
    X(shm_open) X(shm_unlink) X(sem_open) X(mq_open) X(memfd_create)
/* what all simulated processes share */
#define SIM_FORBIDDEN_SHARED(X)                                                                    \
    X(setenv) X(unsetenv) X(putenv) X(clearenv) X(setlocale) X(uselocale) X(chdir) X(fchdir)       \
    X(chroot) X(umask) X(setrlimit) X(setrlimit64) X(prctl) X(setuid) X(setgid) X(openlog)         \
    X(syslog) X(initstate) X(setstate) X(seed48) X(lcong48) X(on_exit)
/* what differs from machine to machine */
#define SIM_FORBIDDEN_MACHINE(X)                                                                   \
    X(sysinfo) X(getloadavg) X(getifaddrs) X(getlogin) X(getpwnam) X(getpwnam_r) X(getpwuid)       \
    X(getpwuid_r) X(getgrnam) X(getgrnam_r) X(getgrgid) X(getgrgid_r)
/* code that comes and goes */
#define SIM_FORBIDDEN_CODE(X)                                                                      \
    X(dlopen) X(dlmopen) X(dlclose)
#define SIM_FORBIDDEN_LIST(X)                                                                      \
    SIM_FORBIDDEN_ENDS(X) SIM_FORBIDDEN_PROCESSES(X) SIM_FORBIDDEN_THREADS(X)                      \
    SIM_FORBIDDEN_SIGNALS(X) SIM_FORBIDDEN_NETWORK(X) SIM_FORBIDDEN_FILES(X)                       \
    SIM_FORBIDDEN_SHARED(X) SIM_FORBIDDEN_MACHINE(X) SIM_FORBIDDEN_CODE(X)
/* clang-format on */

#endif
