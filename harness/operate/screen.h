/* harness/operate/screen.h - the whole terminal, taken and given back: plain ANSI, which tmux and
 * every emulator of the last decades obey. */
#ifndef HARNESS_OPERATE_SCREEN_H
#define HARNESS_OPERATE_SCREEN_H

#include <stdbool.h>
#include <termios.h>

#include "core/buf.h"

struct screen {
    struct termios before;
    int signals; /* a signalfd for resizing and for what ends a program */
};

/* Before any thread is started: signals are read by screen_wait from then on. */
void screen_watch_signals(void);
/* Standard input and output are the terminal; false when they are none. */
bool screen_open(struct screen *screen);
void screen_close(struct screen *screen);
void screen_size(size_t *ret_columns, size_t *ret_rows);
/* Draws lines over what is there. */
void screen_draw(struct fl_span lines);

enum screen_event { SCREEN_TIMEOUT, SCREEN_TYPED, SCREEN_RESIZED, SCREEN_ENDED };
enum { SCREEN_TYPED_MAX = 64 };
/* Waits at most so long; SCREEN_TYPED has filled `ret_typed`. */
enum screen_event screen_wait(const struct screen *screen, int timeout_ms,
                              char ret_typed[SCREEN_TYPED_MAX], size_t *ret_length);

#endif
