#include "harness/operate/screen.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define ALTERNATE_ON  "\033[?1049h\033[?25l"
#define ALTERNATE_OFF "\033[?25h\033[?1049l"

enum { ROWS_USUAL = 24, COLUMNS_USUAL = 80 };

static void watched(sigset_t *ret_signals)
{
    sigemptyset(ret_signals);
    sigaddset(ret_signals, SIGWINCH);
    sigaddset(ret_signals, SIGINT);
    sigaddset(ret_signals, SIGTERM);
    sigaddset(ret_signals, SIGHUP);
}

void screen_watch_signals(void)
{
    sigset_t signals;
    watched(&signals);
    sigprocmask(SIG_BLOCK, &signals, NULL);
}

bool screen_open(struct screen *screen)
{
    sigset_t signals;
    if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &screen->before) != 0) return false;
    watched(&signals);
    screen->signals = signalfd(-1, &signals, SFD_CLOEXEC);
    if (screen->signals < 0) return false;
    struct termios raw = screen->before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
    fputs(ALTERNATE_ON, stdout);
    fflush(stdout);
    return true;
}

void screen_close(struct screen *screen)
{
    fputs(ALTERNATE_OFF, stdout);
    fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &screen->before);
    close(screen->signals);
}

void screen_size(size_t *ret_columns, size_t *ret_rows)
{
    struct winsize size = {0};
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;
    *ret_columns = known ? size.ws_col : COLUMNS_USUAL;
    *ret_rows = known ? size.ws_row : ROWS_USUAL;
}

/* No line break behind the last line: it would scroll. */
void screen_draw(struct fl_span lines)
{
    fputs("\033[H", stdout);
    while (lines.length) {
        const char *end = memchr(lines.bytes, '\n', lines.length);
        size_t length = end ? (size_t)(end - lines.bytes) : lines.length;
        size_t used = end ? length + 1 : length;
        fwrite(lines.bytes, 1, length, stdout);
        lines = (struct fl_span){lines.bytes + used, lines.length - used};
        fputs(lines.length ? "\033[K\n" : "\033[K", stdout);
    }
    fputs("\033[J", stdout);
    fflush(stdout);
}

static enum screen_event heard(const struct screen *screen)
{
    struct signalfd_siginfo signal;
    if (read(screen->signals, &signal, sizeof(signal)) != sizeof(signal)) return SCREEN_ENDED;
    return signal.ssi_signo == SIGWINCH ? SCREEN_RESIZED : SCREEN_ENDED;
}

enum screen_event screen_wait(const struct screen *screen, int timeout_ms,
                              char ret_typed[SCREEN_TYPED_MAX], size_t *ret_length)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = screen->signals, .events = POLLIN}};
    if (poll(fds, 2, timeout_ms) <= 0) return SCREEN_TIMEOUT;
    if (fds[1].revents) return heard(screen);
    ssize_t length = read(STDIN_FILENO, ret_typed, SCREEN_TYPED_MAX);
    if (length <= 0) return SCREEN_ENDED; /* the terminal has gone */
    *ret_length = (size_t)length;
    return SCREEN_TYPED;
}
