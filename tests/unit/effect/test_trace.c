/* The trace: what moves its hash, what its text says, and whose names stand in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/trace/digest.h"
#include "harness/trace/trace.h"

#define JID "0123456789abcdef01234567"

static size_t rename_jid(void *self, struct fl_span text, const char **ret_name)
{
    (void)self;
    if (!fl_span_starts(text, FL_SPAN(JID))) return 0;
    *ret_name = "imp-7";
    return 24;
}

static const struct trace_naming naming = {rename_jid, NULL};

static const struct trace_event base = {
    .kind = TRACE_EFFECT,
    .at_us = 90061000001,
    .who = "imp-7#1",
    .ordinal = 3,
    .what = "redis LREM",
    .detail = {"q {\"jid\":\"" JID "\"}", 36},
    .outcome = {"1", 1},
    .request = 1,
    .reply = 2,
};

static void one(const struct trace_event *event, uint64_t hash[2])
{
    struct trace *trace;
    assert_int_equal(trace_new(naming, TRACE_KEEP_LAST, &trace), FL_OK);
    trace_add(trace, event);
    trace_hash(trace, hash);
    trace_free(trace);
}

/* Each byte, the length and what was before; wherever the bytes lie, and on every machine. */
static void a_digest_depends_on_every_byte(void **state)
{
    (void)state;
    char text[] = " every byte \xff counts, of fifty or so that a step takes", moved[sizeof text];
    for (size_t length = 0; length < sizeof text - 1; length++) {
        uint64_t digest = digest_span(7, (struct fl_span){text, length});
        memcpy(moved + 1, text, length);
        assert_true(digest_span(7, (struct fl_span){moved + 1, length}) == digest);
        assert_true(digest_span(8, (struct fl_span){text, length}) != digest);
        assert_true(digest_span(7, (struct fl_span){text, length + 1}) != digest);
        for (size_t i = 0; i < length; i++) {
            uint64_t of_seed = digest_span(length, (struct fl_span){text, length});
            text[i] ^= 1;
            assert_true(digest_span(length, (struct fl_span){text, length}) != of_seed);
            assert_true(digest_span(7, (struct fl_span){text, length}) != digest);
            text[i] ^= 1;
        }
    }
    assert_true(digest_span(7, FL_SPAN("pinned")) == UINT64_C(0x6c32f1f1e5e13ac5));
    assert_true(digest_span(7, FL_SPAN("pinned for all machines")) == UINT64_C(0x32163e5d529e508c));
}

static void every_part_of_an_event_moves_the_hash(void **state)
{
    (void)state;
    struct trace_event others[7];
    uint64_t first[2], second[2];
    for (size_t i = 0; i < FL_COUNT(others); i++)
        others[i] = base;
    others[0].kind = TRACE_MARK;
    others[1].at_us++;
    others[2].who = "imp-7#2";
    others[3].ordinal++;
    others[4].what = "redis LPUSH";
    others[5].request++;
    others[6].reply++;
    one(&base, first);
    one(&base, second);
    assert_memory_equal(first, second, sizeof first);
    for (size_t i = 0; i < FL_COUNT(others); i++) {
        one(&others[i], second);
        assert_memory_not_equal(first, second, sizeof first);
    }
}

static void a_line_has_time_who_what_and_names_instead_of_jids(void **state)
{
    (void)state;
    struct trace *trace;
    struct fl_buf out = FL_BUF_INIT(4096);
    assert_int_equal(trace_new(naming, TRACE_KEEP_LAST, &trace), FL_OK);
    trace_add(trace, &base);
    assert_int_equal(trace_timeline(trace, 5, &out), FL_OK);
    assert_string_equal(
        out.bytes, "+1d01:01:01.000001  imp-7#1.3        redis LREM q {\"jid\":\"imp-7\"} -> 1\n");
    fl_buf_release(&out);
    trace_free(trace);
}

static void the_timeline_is_the_last_events_without_the_idle_ones(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d"};
    struct trace *trace;
    struct fl_buf out = FL_BUF_INIT(1024 * 1024);
    assert_int_equal(trace_new(naming, TRACE_KEEP_ALL, &trace), FL_OK);
    for (size_t round = 0; round < TRACE_EVENTS_KEPT; round++)
        for (size_t i = 0; i < FL_COUNT(names); i++)
            trace_add(trace, &(struct trace_event){.who = names[i], .what = "x", .idle = i == 3});
    assert_int_equal(trace_events(trace), 4 * TRACE_EVENTS_KEPT);
    assert_int_equal(trace_timeline(trace, 2, &out), FL_OK);
    assert_string_equal(out.bytes, "+00:00:00.000000  b                x\n"
                                   "+00:00:00.000000  c                x\n");
    fl_buf_truncate(&out, 0);
    assert_int_equal(trace_text(trace, &out), FL_OK);
    size_t lines = 0;
    for (size_t i = 0; i < out.length; i++)
        lines += out.bytes[i] == '\n';
    assert_int_equal(lines, 4 * TRACE_EVENTS_KEPT);
    fl_buf_release(&out);
    trace_free(trace);
}

static void bytes_that_are_no_text_are_shown_by_their_number(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(256);
    assert_int_equal(trace_rename(naming, FL_SPAN("a\n" JID "\x01"), &out), FL_OK);
    assert_string_equal(out.bytes, "a\\x0aimp-7\\x01");
    fl_buf_release(&out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_depends_on_every_byte),
        cmocka_unit_test(every_part_of_an_event_moves_the_hash),
        cmocka_unit_test(a_line_has_time_who_what_and_names_instead_of_jids),
        cmocka_unit_test(the_timeline_is_the_last_events_without_the_idle_ones),
        cmocka_unit_test(bytes_that_are_no_text_are_shown_by_their_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
