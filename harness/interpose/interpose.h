/* harness/interpose/interpose.h - libc's view of the world, inside a run.
 *
 * A program that links this defines libc's own names. Outside of simulated processes every call
 * passes to the real function. On a fiber of a simulated process clocks, sleeps, random sources and
 * the process's identity are answered by the world, whoever calls. What a handler must not do
 * (forbidden_list.h) ends the run worker when the call comes from a module's code, and passes when
 * it comes from the harness, a fake or a library. A call in tail position of the handler's
 * outermost function looks like its caller's and is not seen. */
#ifndef HARNESS_INTERPOSE_INTERPOSE_H
#define HARNESS_INTERPOSE_INTERPOSE_H

/* Notes "symbol (called by NAME < ITS CALLER ...)" and what is to be done instead for the
 * coordinator, and ends the run worker with POOL_EXIT_FORBIDDEN. */
_Noreturn void sim_forbid(const char *symbol);

#endif
