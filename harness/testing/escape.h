/* harness/testing/escape.h - a test library's assertion that fails inside of a handler.
 *
 * cmocka leaves a failed test by longjmp. A handler, and a command object put in another's place,
 * runs on a fiber's stack: the jump would leave the world in the middle of its step, with one
 * process's memory and clock in force. So longjmp is ours: called by cmocka on a fiber it ends that
 * fiber's process first, and goes on once the world stands still. */
#ifndef HARNESS_TESTING_ESCAPE_H
#define HARNESS_TESTING_ESCAPE_H

struct fl_test;

/* Before the world steps, and after: a jump that was asked for meanwhile happens now. */
void escape_watch(struct fl_test *test);
void escape_finish(void);

#endif
