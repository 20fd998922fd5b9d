/* tests/conformance/real.h - talking to the real server over a socket. */
#ifndef CONFORMANCE_REAL_H
#define CONFORMANCE_REAL_H

#include <stdbool.h>

#include "core/buf.h"

enum { REAL_PATIENCE_MS = 10000 };

enum real_got { REAL_BYTES, REAL_NOTHING, REAL_END };

bool real_send(int fd, struct fl_span bytes);
/* Appends what arrives within the time. */
enum real_got real_receive(int fd, struct fl_buf *received, int patience_ms);
/* Sends a command and receives its reply. */
bool real_ask(int fd, struct fl_span command, struct fl_buf *ret_answer);

#endif
