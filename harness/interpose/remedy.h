/* harness/interpose/remedy.h - what a handler does instead of a call that it must not make. */
#ifndef HARNESS_INTERPOSE_REMEDY_H
#define HARNESS_INTERPOSE_REMEDY_H

/* A sentence of one line; NULL: the function is not forbidden. */
const char *sim_remedy_of(const char *symbol);

#endif
