#include "tests/conformance/real.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "tests/conformance/item.h"

enum { RECEIVE_BYTES = 64 * 1024 };

bool real_send(int fd, struct fl_span bytes)
{
    while (bytes.length) {
        ssize_t sent = send(fd, bytes.bytes, bytes.length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes = item_rest(bytes, (size_t)sent);
    }
    return true;
}

enum real_got real_receive(int fd, struct fl_buf *received, int patience_ms)
{
    char bytes[RECEIVE_BYTES];
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    if (poll(&ready, 1, patience_ms) != 1) return REAL_NOTHING;
    ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
    if (got <= 0) return REAL_END;
    return fl_buf_append(received, bytes, (size_t)got) ? REAL_END : REAL_BYTES;
}

bool real_ask(int fd, struct fl_span command, struct fl_buf *answer)
{
    bool done = real_send(fd, command);
    while (done && !item_length(fl_buf_span(answer)))
        done = real_receive(fd, answer, REAL_PATIENCE_MS) == REAL_BYTES;
    return done;
}
