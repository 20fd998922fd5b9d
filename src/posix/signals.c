#include "posix/signals.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum fl_error fl_signals_init(struct fl_signals *signals, const int *numbers, size_t count)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++)
        sigaddset(&set, numbers[i]);
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signals->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
    signals->end_fd = eventfd(0, EFD_CLOEXEC);
    if (signals->signal_fd >= 0 && signals->end_fd >= 0) return FL_OK;
    fl_signals_release(signals);
    return FL_EIO;
}

void fl_signals_release(struct fl_signals *signals)
{
    if (signals->signal_fd >= 0) close(signals->signal_fd);
    if (signals->end_fd >= 0) close(signals->end_fd);
}

int fl_signals_wait(struct fl_signals *signals, int patience_ms)
{
    struct pollfd entries[] = {{.fd = signals->signal_fd, .events = POLLIN},
                               {.fd = signals->end_fd, .events = POLLIN}};
    struct signalfd_siginfo info;
    for (;;) {
        int ready = poll(entries, 2, patience_ms);
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) return FL_SIGNAL_NONE;
        if (entries[1].revents || !entries[0].revents) return 0;
        if (read(signals->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
            return (int)info.ssi_signo;
    }
}

void fl_signals_end(struct fl_signals *signals)
{
    const uint64_t one = 1;
    while (write(signals->end_fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}
