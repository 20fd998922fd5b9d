#include "fakes/redis/serve/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct fake_control_peer {
    struct fake_watch watch;
    struct fake_control *control;
    struct fake_control_peer *next;
    struct fl_buf in, out;
};

/* ---- what commands use ---- */

void fake_control_wrong(struct fake_control_call *call, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(call->error, sizeof call->error, format, args);
    va_end(args);
}

static struct fl_span trim(struct fl_span text)
{
    while (text.length && strchr(" \t\r", text.bytes[0]))
        text = (struct fl_span){text.bytes + 1, text.length - 1};
    while (text.length && strchr(" \t\r", text.bytes[text.length - 1]))
        text.length--;
    return text;
}

static struct fl_span take_word(struct fl_span *text)
{
    size_t length = 0;
    while (length < text->length && text->bytes[length] != ' ' && text->bytes[length] != '\t')
        length++;
    struct fl_span word = {text->bytes, length};
    *text = trim((struct fl_span){text->bytes + length, text->length - length});
    return word;
}

struct fl_span fake_control_word(struct fake_control_call *call)
{
    return take_word(&call->rest);
}

bool fake_control_number(struct fake_control_call *call, long long low, long long high,
                         long long *ret_number)
{
    struct fl_span word = fake_control_word(call);
    if (fl_span_int64(word, ret_number) && *ret_number >= low && *ret_number <= high) return true;
    fake_control_wrong(call, "expected a number from %lld to %lld, found \"%.*s\"", low, high,
                       FL_SPAN_ARGS(word));
    return false;
}

void fake_control_end(struct fake_control_call *call, struct fl_json_writer *nested)
{
    enum fl_error err = fl_json_end(nested);
    if (err && !call->answer->err) call->answer->err = err;
}

/* ---- answering ---- */

static void describe(const struct fake_control *control, struct fake_control_call *call)
{
    fl_json_key(call->answer, "commands");
    struct fl_json_writer all = fl_json_begin_object(call->answer->out);
    for (size_t i = 0; control->tables[i]; i++)
        for (const struct fake_control_command *row = control->tables[i]; row->name; row++) {
            char name[128];
            snprintf(name, sizeof name, "%s%s%s", row->name, *row->syntax ? " " : "", row->syntax);
            fl_json_put_string(&all, name, fl_span_from(row->means));
        }
    fake_control_end(call, &all);
}

const struct fake_control_command *fake_control_find(const struct fake_control *control,
                                                     struct fl_span line)
{
    struct fl_span name = take_word(&line);
    for (size_t i = 0; control->tables[i]; i++)
        for (const struct fake_control_command *row = control->tables[i]; row->name; row++)
            if (fl_span_is(name, row->name)) return row;
    return NULL;
}

static void run(struct fake_control *control, struct fl_span line, struct fake_control_call *call)
{
    const struct fake_control_command *command = fake_control_find(control, line);
    struct fl_span name = take_word(&line);
    call->rest = line;
    if (fl_span_is(name, "help"))
        describe(control, call);
    else if (command && line.length && !*command->syntax)
        fake_control_wrong(call, "%s takes nothing, found \"%.*s\"", command->name,
                           FL_SPAN_ARGS(line));
    else if (command)
        command->run(call);
    else
        fake_control_wrong(call, "expected a command, found \"%.*s\"; help lists them",
                           FL_SPAN_ARGS(name));
}

static enum fl_error answer_error(struct fl_buf *out, const char *text)
{
    struct fl_json_writer writer = fl_json_begin_object(out);
    fl_json_put_bool(&writer, "ok", false);
    fl_json_put_string(&writer, "error", fl_span_from(text));
    return fl_json_end(&writer);
}

static enum fl_error answer_line(struct fake_control *control, struct fl_span line,
                                 struct fl_buf *out)
{
    size_t mark = out->length;
    struct fl_json_writer writer = fl_json_begin_object(out);
    fl_json_put_bool(&writer, "ok", true);
    struct fake_control_call call = {.context = control->context, .answer = &writer};
    run(control, line, &call);
    enum fl_error err = fl_json_end(&writer);
    if (err || call.error[0]) {
        fl_buf_truncate(out, mark);
        err = answer_error(out, call.error[0] ? call.error : fl_error_text(err));
    }
    return err ? err : fl_buf_append_char(out, '\n');
}

bool fake_control_do(struct fake_control *control, struct fl_span line,
                     char error[FAKE_CONTROL_ERROR_BYTES])
{
    struct fl_buf answer = FL_BUF_INIT(FAKE_CONTROL_ANSWER_BYTES_MAX);
    struct fl_json_writer writer = fl_json_begin_object(&answer);
    struct fake_control_call call = {.context = control->context, .answer = &writer};
    run(control, line, &call);
    fl_buf_release(&answer);
    snprintf(error, FAKE_CONTROL_ERROR_BYTES, "%s", call.error);
    return !error[0];
}

/* ---- connections ---- */

static void hang_up(struct fake_control_peer *peer)
{
    struct fake_control *control = peer->control;
    struct fake_control_peer **at = &control->first;
    while (*at != peer)
        at = &(*at)->next;
    *at = peer->next;
    control->count--;
    fake_loop_remove(control->loop, &peer->watch);
    close(peer->watch.fd);
    fl_buf_release(&peer->in);
    fl_buf_release(&peer->out);
    free(peer);
}

/* A browser that was talked into sending us something: not one of its lines may count. */
static bool is_http(struct fl_span line)
{
    return fl_span_starts(line, FL_SPAN("POST ")) || fl_span_starts(line, FL_SPAN("GET ")) ||
           fl_span_starts(line, FL_SPAN("PUT ")) || fl_span_starts(line, FL_SPAN("Host:"));
}

/* False: it is to be hung up on. */
static bool answer_lines(struct fake_control_peer *peer)
{
    const char *newline;
    while (peer->in.length && (newline = memchr(peer->in.bytes, '\n', peer->in.length))) {
        size_t length = (size_t)(newline - peer->in.bytes);
        struct fl_span line = trim((struct fl_span){peer->in.bytes, length});
        if (is_http(line)) return false;
        if (line.length && answer_line(peer->control, line, &peer->out) != FL_OK) return false;
        fl_buf_consume(&peer->in, length + 1);
    }
    return true;
}

static bool send_answers(struct fake_control_peer *peer)
{
    while (peer->out.length) {
        ssize_t sent =
            send(peer->watch.fd, peer->out.bytes, peer->out.length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno != EAGAIN) return false;
        if (sent < 0) break;
        fl_buf_consume(&peer->out, (size_t)sent);
    }
    unsigned wanted = FAKE_READY_READ | (peer->out.length ? FAKE_READY_WRITE : 0u);
    return fake_loop_want(peer->control->loop, &peer->watch, wanted) == FL_OK;
}

/* False: it is to be hung up on. *ret_more: there may be more to read. */
static bool receive(struct fake_control_peer *peer, bool *ret_more)
{
    char bytes[16 * 1024];
    ssize_t got = recv(peer->watch.fd, bytes, sizeof bytes, MSG_DONTWAIT);
    *ret_more = got > 0;
    if (got == 0) return false;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    return fl_buf_append(&peer->in, bytes, (size_t)got) == FL_OK && answer_lines(peer);
}

/* What was sent before the end is answered, as far as the other side still listens: `nc -N`. */
static void on_ready(struct fake_watch *watch, unsigned ready)
{
    struct fake_control_peer *peer = (struct fake_control_peer *)(void *)watch;
    bool more = true, alive = true;
    if (!(ready & (FAKE_READY_READ | FAKE_READY_HANGUP))) more = false;
    while (alive && more) {
        alive = receive(peer, &more);
        if (!(ready & FAKE_READY_HANGUP)) break;
    }
    if (!send_answers(peer) || !alive) hang_up(peer);
}

static void on_connection(void *context, int fd, const char *name)
{
    struct fake_control *control = context;
    struct fake_control_peer *peer =
        control->count < FAKE_CONTROL_CONNECTIONS_MAX ? calloc(1, sizeof *peer) : NULL;
    (void)name;
    if (peer) {
        *peer = (struct fake_control_peer){.watch = {fd, FAKE_READY_READ, on_ready},
                                           .control = control,
                                           .in = FL_BUF_INIT(FAKE_CONTROL_LINE_BYTES_MAX),
                                           .out = FL_BUF_INIT(FAKE_CONTROL_ANSWER_BYTES_MAX)};
        if (fake_loop_add(control->loop, &peer->watch) == FL_OK) {
            peer->next = control->first;
            control->first = peer;
            control->count++;
            return;
        }
    }
    free(peer);
    close(fd);
}

enum fl_error fake_control_open(struct fake_control *control, const char *where)
{
    long long port;
    control->listener = (struct fake_listener){
        .loop = control->loop, .on_connection = on_connection, .context = control};
    if (!fl_span_int64(fl_span_from(where), &port))
        return fake_listener_open_unix(&control->listener, where);
    if (port < 0 || port > UINT16_MAX) return FL_EINVAL;
    return fake_listener_open_tcp(&control->listener, "127.0.0.1", (uint16_t)port);
}

void fake_control_close(struct fake_control *control)
{
    fake_listener_close(&control->listener);
    while (control->first)
        hang_up(control->first);
}
