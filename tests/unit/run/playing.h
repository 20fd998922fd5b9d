/* Runs of small scenarios whose jobs are those of module_run.c, in one house. */
#ifndef TESTS_UNIT_RUN_PLAYING_H
#define TESTS_UNIT_RUN_PLAYING_H

#include "harness/run/run.h"

/* The first two lines of a scenario; its own begin with the third. */
#define HEAD "scenario 1 \"a test\"\nmodule " MODULE_RUN "\n"

extern struct run_house *playing_house;

/* Set-up and tear-down of a group of tests. */
int playing_open_house(void **state);
int playing_close_house(void **state);

struct plan *playing_read(const char *text);
/* With the trace. The caller releases the result, as with all below that have one. */
void play_plan(const struct plan *plan, uint64_t seed, int32_t sweep,
               struct run_result *ret_result);
void play(const char *text, uint64_t seed, int32_t sweep, struct run_result *ret_result);
void play_for_facts(const char *text, unsigned wants, struct run_result *ret_result);
/* As above, but an end with this digest is told as the same. */
void play_for_end(const char *text, uint64_t same_as, struct run_result *ret_result);
/* The first seed. */
void must_pass(const char *text);
void must_end(const char *text, enum run_verdict verdict, uint32_t line, const char *part);

#endif
