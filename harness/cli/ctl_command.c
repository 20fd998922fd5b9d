/* `faultline ctl`: one command to the control channel of a `faultline serve` or `proxy`, and its
 * answer. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/json.h"
#include "harness/cli/commands.h"

enum { COMMAND_BYTES_MAX = 64 * 1024, ANSWER_BYTES_MAX = 1024 * 1024 * 1024 };

struct ctl_command {
    struct cli_reader reader;
    const char *where;
    struct fl_buf command, answer;
    FILE *out;
};

/* --- arguments -----------------------------------------------------------------------------------
 */
static int take_argument(struct ctl_command *ctl, const char *text)
{
    if (!ctl->where) {
        ctl->where = text;
        ctl->reader.only_arguments = 1; /* what follows is the command's, dashes and all */
        return CLI_PASSED;
    }
    if (strchr(text, '\n')) return cli_wrong(&ctl->reader, "expected a command of one line");
    enum fl_error err = ctl->command.length ? fl_buf_append_char(&ctl->command, ' ') : FL_OK;
    if (!err) err = fl_buf_append_text(&ctl->command, text);
    return err ? cli_wrong(&ctl->reader, "%s", fl_error_text(err)) : CLI_PASSED;
}

static int read_arguments(struct ctl_command *ctl, bool *ret_go_on)
{
    int code = CLI_PASSED;
    *ret_go_on = false;
    while (code == CLI_PASSED) {
        switch (cli_next(&ctl->reader)) {
        case CLI_OPTION: break;
        case CLI_ARGUMENT: code = take_argument(ctl, ctl->reader.value); break;
        case CLI_HELP: cli_print_help(&command_ctl, ctl->out); return CLI_PASSED;
        case CLI_WRONG: return CLI_USAGE;
        case CLI_END:
            if (!ctl->command.length)
                return cli_wrong(&ctl->reader, "expected PATH|PORT and a command; `help` is one");
            *ret_go_on = true;
            return CLI_PASSED;
        }
    }
    return code;
}

/* --- asking --------------------------------------------------------------------------------------
 */
static int connect_to(const char *where)
{
    union {
        struct sockaddr any;
        struct sockaddr_in tcp;
        struct sockaddr_un path;
    } address = {0};
    socklen_t size;
    long long port;
    if (fl_span_int64(fl_span_from(where), &port) && port > 0 && port <= UINT16_MAX) {
        address.tcp.sin_family = AF_INET;
        address.tcp.sin_port = htons((uint16_t)port);
        address.tcp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        size = sizeof address.tcp;
    } else if (strlen(where) < sizeof address.path.sun_path) {
        address.path.sun_family = AF_UNIX;
        strcpy(address.path.sun_path, where);
        size = sizeof address.path;
    } else {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, &address.any, size) == 0) return fd;
    int saved_errno = errno;
    close(fd);
    errno = saved_errno;
    return -1;
}

static bool send_all(int fd, struct fl_span bytes)
{
    while (bytes.length) {
        ssize_t sent = send(fd, bytes.bytes, bytes.length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return false;
        bytes = (struct fl_span){bytes.bytes + sent, bytes.length - (size_t)sent};
    }
    return true;
}

/* FL_ELOST: the other side ended without a whole line. */
static enum fl_error receive_line(int fd, struct fl_buf *line)
{
    char bytes[64 * 1024];
    for (;;) {
        ssize_t got = recv(fd, bytes, sizeof bytes, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return FL_ELOST;
        enum fl_error err = fl_buf_append(line, bytes, (size_t)got);
        if (err || bytes[got - 1] == '\n') return err;
    }
}

static bool is_ok(struct fl_span answer)
{
    return fl_span_starts(answer, FL_SPAN("{\"ok\":true"));
}

static int ask(struct ctl_command *ctl, int fd)
{
    enum fl_error err = fl_buf_append_char(&ctl->command, '\n');
    if (!err) err = send_all(fd, fl_buf_span(&ctl->command)) ? FL_OK : FL_ELOST;
    if (!err) err = receive_line(fd, &ctl->answer);
    if (err) {
        fprintf(ctl->reader.err, "faultline ctl: %s: %s\n", ctl->where, fl_error_text(err));
        return CLI_HARNESS_FAULT;
    }
    fwrite(ctl->answer.bytes, 1, ctl->answer.length, ctl->out);
    return is_ok(fl_buf_span(&ctl->answer)) ? CLI_PASSED : CLI_FAILED;
}

static int ctl_main(int argc, char **argv, FILE *out, FILE *err)
{
    bool go_on;
    struct ctl_command ctl = {.command = FL_BUF_INIT(COMMAND_BYTES_MAX),
                              .answer = FL_BUF_INIT(ANSWER_BYTES_MAX),
                              .out = out};
    ctl.reader = cli_reader_init(&command_ctl, argc, argv, err);
    int code = read_arguments(&ctl, &go_on);
    if (go_on) {
        int fd = connect_to(ctl.where);
        if (fd < 0) {
            fprintf(err, "faultline ctl: %s: %s\n", ctl.where, strerror(errno));
            code = CLI_USAGE;
        } else {
            code = ask(&ctl, fd);
            close(fd);
        }
    }
    fl_buf_release(&ctl.command);
    fl_buf_release(&ctl.answer);
    return code;
}

const struct cli_command command_ctl = {
    .name = "ctl",
    .arguments = "PATH|PORT COMMAND...",
    .summary = "Asks the control channel of a `faultline serve` or `faultline proxy`",
    .details =
        "Prints the answer, a line of JSON. Exit status: 0 it was done, 1 it was refused, 2\n"
        "usage, or nobody listens there, 5 the connection broke. `help` lists the commands.\n",
    .run = ctl_main,
};
