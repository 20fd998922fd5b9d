/* tests/unit/alloc_sweep.h - fails every allocation of an operation in turn, until it passes.
 *
 * Link with dep_alloc_sweep: the linker then leads malloc, calloc, realloc, strdup and free of the
 * objects linked into the test (not those of shared libraries) through here. */
#ifndef TESTS_UNIT_ALLOC_SWEEP_H
#define TESTS_UNIT_ALLOC_SWEEP_H

#include "core/error.h"

/* Runs `attempt` with its 1st allocation failing, then its 2nd, and so on; each once alone and once
 * with all later ones. Every such run must return FL_ENOMEM and leak nothing; the run in which none
 * failed must return FL_OK. `attempt` releases what it made; an operation that allocates nothing is
 * a mistake of the test. */
void alloc_sweep(enum fl_error (*attempt)(void *context), void *context);
/* Inside `attempt`: allocations from pause to resume neither count nor fail. */
void alloc_sweep_pause(void);
void alloc_sweep_resume(void);

#endif
