/* harness/matrix/modes.h - the ways in which one effect is disturbed, and the line of scenario
 * language that does it. */
#ifndef HARNESS_MATRIX_MODES_H
#define HARNESS_MATRIX_MODES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "harness/run/facts.h"

enum matrix_mode {
    MATRIX_KILL_BEFORE,
    MATRIX_KILL_AFTER,
    MATRIX_ERROR_BEFORE,
    MATRIX_REPLY_LOST,
    MATRIX_STALL,
    MATRIX_TERM,
    MATRIX_MALLOC,
    MATRIX_NEW_BEFORE, /* killed, and all processes go on with another module */
    MATRIX_NEW_AFTER,
    MATRIX_MODES,
};

enum {
    MATRIX_ALL_MODES = (1 << MATRIX_NEW_BEFORE) - 1, /* of one module */
    /* A cut and what becomes of it with either module. */
    MATRIX_UPGRADE_MODES = 1 << MATRIX_KILL_BEFORE | 1 << MATRIX_KILL_AFTER |
                           1 << MATRIX_NEW_BEFORE | 1 << MATRIX_NEW_AFTER,
};

const char *matrix_mode_text(enum matrix_mode mode); /* "kill<" */
/* "kill<,stall" as bits; 0: an unknown word. */
unsigned matrix_modes_parse(const char *text);
/* The names, comma-separated. */
void matrix_modes_list(char *out, size_t capacity);
/* Whether it can happen to this effect; `processes` that work in the scenario. */
bool matrix_mode_applies(enum matrix_mode mode, const struct run_effect *effect,
                         uint32_t processes);
/* The process that a mode strikes dies: what it knew is gone. */
bool matrix_mode_kills(enum matrix_mode mode);
/* It takes the place of the effect's answer. */
bool matrix_mode_answers(enum matrix_mode mode);
/* All go on with another module. */
bool matrix_mode_renews(enum matrix_mode mode);
/* "fault kill process-of hello when hello#1 the 1st "db COMMIT" before restart after 1s\n".
 * `module` is that of a mode that renews; else it may be NULL. */
FL_CHECKED enum fl_error matrix_mode_write(enum matrix_mode mode, const struct run_effect *effect,
                                           const char *module, struct fl_buf *out);

#endif
