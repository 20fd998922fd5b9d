/* Which failures count as the same one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/shrink/fingerprint.h"

struct row {
    const char *name;
    enum run_verdict wanted_verdict;
    const char *wanted;
    enum run_verdict verdict;
    const char *text;
    bool same;
};

#define MAILS "expected  effect \"mail *\" exactly 1\nfound     "
#define STATE "expected  state same-as reference\nfound     "

static struct row rows[] = {
    {"fingerprint: itself", RUN_FAILED, MAILS "0", RUN_FAILED, MAILS "0", true},
    {"fingerprint: another verdict", RUN_FAILED, MAILS "0", RUN_STUCK, MAILS "0", false},
    {"fingerprint: another claim", RUN_FAILED, MAILS "0", RUN_FAILED,
     "expected  effect \"mail *\" exactly 2\nfound     0", false},
    {"fingerprint: none is not many", RUN_FAILED, MAILS "0", RUN_FAILED, MAILS "3", false},
    {"fingerprint: one is not many", RUN_FAILED, MAILS "1", RUN_FAILED, MAILS "2", false},
    {"fingerprint: many is many", RUN_FAILED, MAILS "17 of a-1", RUN_FAILED, MAILS "2 of a-1",
     true},
    {"fingerprint: numbers in names say nothing", RUN_FAILED, MAILS "2 for note-19", RUN_FAILED,
     MAILS "2 for note-1", true},
    {"fingerprint: numbers in brackets say nothing", RUN_FAILED,
     MAILS "imp-1: done (3 deliveries, 2 runs)", RUN_FAILED,
     MAILS "imp-1: done (1 deliveries, 1 runs)", true},
    {"fingerprint: words do", RUN_FAILED, MAILS "imp-1: done (3 runs)", RUN_FAILED,
     MAILS "imp-1: dead (3 runs)", false},
    {"fingerprint: fewer kinds of differences", RUN_FAILED, STATE "- db a id=1\n+ db b id=7\n+ x",
     RUN_FAILED, STATE "+ x\n- db a id=3\n- db a id=4", true},
    {"fingerprint: a new kind of difference", RUN_FAILED, STATE "- db a id=1", RUN_FAILED,
     STATE "- db a id=1\n+ db a id=1", false},
    {"fingerprint: what struck and the timeline do not count", RUN_FAILED,
     MAILS "0\nstruck    kill p1\n+00:00:01.000000  p1  x", RUN_FAILED,
     MAILS "0\n+00:00:01.000000  p2  y", true},
    {"fingerprint: where a handler crashed counts", RUN_CRASHED,
     "expected  a handler that returns\nfound     SIGSEGV in crash, after a#1.1 redis INCR",
     RUN_CRASHED, "expected  a handler that returns\nfound     SIGSEGV in main, before any effect",
     false},
    {"fingerprint: the last effect of a crash does not", RUN_CRASHED,
     "expected  a handler that returns\nfound     SIGSEGV in crash, after a#1.1 redis INCR",
     RUN_CRASHED, "expected  a handler that returns\nfound     SIGSEGV in crash, before any effect",
     true},
    {"fingerprint: stuck without a word", RUN_STUCK, "expected  an end", RUN_STUCK,
     "expected  an end", true},
};

static void told_apart(void **state)
{
    const struct row *row = *state;
    struct fingerprint wanted = FINGERPRINT_INIT, found = FINGERPRINT_INIT;
    assert_int_equal(fingerprint_take(&wanted, row->wanted_verdict, fl_span_from(row->wanted)),
                     FL_OK);
    assert_int_equal(fingerprint_take(&found, row->verdict, fl_span_from(row->text)), FL_OK);
    assert_int_equal(fingerprint_matches(&wanted, &found), row->same);
    fingerprint_release(&wanted);
    fingerprint_release(&found);
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof rows[0]];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tests[i] = (struct CMUnitTest){rows[i].name, told_apart, NULL, NULL, &rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
