/* src/core/assert.h - the programmer's failures: always on, and they end the process.
 *
 * fl_assert is for what must hold, fl_maybe documents what may or may not hold, fl_panic ends with
 * a sentence. The world failing is never an assertion: that is an enum fl_error. */
#ifndef FL_CORE_ASSERT_H
#define FL_CORE_ASSERT_H

_Noreturn void fl_assert_failed(const char *condition, const char *file, int line);
_Noreturn void fl_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define fl_assert(condition)                                                                       \
    ((condition) ? (void)0 : fl_assert_failed(#condition, __FILE__, __LINE__))
#define fl_maybe(condition) ((void)(condition))

#define FL_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
