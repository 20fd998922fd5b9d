#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/assert.h"
#include "harness/memory/memory.h"
#include "harness/pool/crash.h"
#include "harness/pool/note.h"
#include "harness/pool/spawn.h"

enum {
    EXIT_BAD_START = 84,
    ARGUMENTS = 5, /* program, flag, socket, note, variety */
    READ_BYTES = 64 * 1024,
    STACK_STEP_BYTES = 1040,
    STACK_STEPS = 13,
    POISON_FIRST = 0xA5,
    POISON_STEP = 37,
};

int pool_is_worker(int argc, char **argv)
{
    return argc == ARGUMENTS && strcmp(argv[1], POOL_WORKER_FLAG) == 0;
}

static bool read_number(const char *text, int *ret_number)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno || end == text || *end || number < 0 || number > INT32_MAX) return false;
    *ret_number = (int)number;
    return true;
}

static bool read_parameters(char **argv, struct pool_parameters *ret)
{
    return read_number(argv[2], &ret->fd) && read_number(argv[3], &ret->note_fd) &&
           read_number(argv[4], &ret->variety);
}

static bool map_note(int fd)
{
    void *note = mmap(NULL, sizeof(struct pool_note), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (note == MAP_FAILED) return false;
    pool_worker_note_set(note);
    return true;
}

static bool send_all(int fd, struct fl_span bytes)
{
    while (bytes.length > 0) {
        ssize_t sent = send(fd, bytes.bytes, bytes.length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes.bytes += sent;
        bytes.length -= (size_t)sent;
    }
    return true;
}

/* One request, without its newline, at the front of `in`; false when there will be no more. */
static bool receive_line(int fd, struct fl_buf *in, size_t *ret_length)
{
    size_t searched = 0;
    for (;;) {
        const char *newline = in->length > searched
                                  ? memchr(in->bytes + searched, '\n', in->length - searched)
                                  : NULL;
        if (newline) {
            *ret_length = (size_t)(newline - in->bytes);
            return true;
        }
        searched = in->length;
        if (fl_buf_reserve(in, READ_BYTES)) return false;
        ssize_t got = recv(fd, in->bytes + in->length, READ_BYTES, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        in->length += (size_t)got;
    }
}

static void clear_note(struct pool_note *note)
{
    note->progress++;
    note->effect[0] = '\0';
    note->symbol[0] = '\0';
    note->remedy[0] = '\0';
    note->where[0] = '\0';
    note->signal = 0;
    note->stack_overflow = 0;
}

static int serve_all(int fd, pool_serve *serve, void *context)
{
    struct fl_buf in = FL_BUF_INIT(POOL_LINE_BYTES_MAX), out = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    size_t length;
    int status = EXIT_SUCCESS;
    while (status == EXIT_SUCCESS && receive_line(fd, &in, &length)) {
        clear_note(pool_worker_note());
        fl_buf_truncate(&out, 0);
        serve(context, (struct fl_span){in.bytes, length}, &out);
        fl_assert(!out.length || !memchr(out.bytes, '\n', out.length));
        fl_buf_consume(&in, length + 1);
        if (fl_buf_append_char(&out, '\n') || !send_all(fd, fl_buf_span(&out)))
            status = EXIT_FAILURE;
    }
    fl_buf_release(&in);
    fl_buf_release(&out);
    return status;
}

/* Everything below stands deeper in the stack by so much: an address on it differs from one worker
 * to the next even where addresses are not randomised. */
static __attribute__((noinline)) int serve_at_depth(int steps, int fd, pool_serve *serve,
                                                    void *context)
{
    volatile char pad[STACK_STEP_BYTES];
    pad[0] = (char)steps;
    int status =
        steps > 0 ? serve_at_depth(steps - 1, fd, serve, context) : serve_all(fd, serve, context);
    return pad[0] == (char)steps ? status : EXIT_FAILURE;
}

int pool_worker_main(int argc, char **argv, pool_serve *serve, void *context)
{
    struct pool_parameters parameters;
    fl_assert(pool_is_worker(argc, argv));
    if (!read_parameters(argv, &parameters) || !map_note(parameters.note_fd) ||
        pool_crash_install())
        return EXIT_BAD_START;
    sim_memory_poison((uint8_t)(POISON_FIRST + parameters.variety * POISON_STEP));
    return serve_at_depth(parameters.variety % STACK_STEPS, parameters.fd, serve, context);
}
