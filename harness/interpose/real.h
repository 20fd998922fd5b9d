/* harness/interpose/real.h - the functions that ours hide. */
#ifndef HARNESS_INTERPOSE_REAL_H
#define HARNESS_INTERPOSE_REAL_H

/* What the name means after this program in the search order: a sanitizer's wrapper, or libc's own.
 * Looked up once and kept in *slot. Panics when nobody has it. */
void *sim_real(void **slot, const char *name);

#endif
