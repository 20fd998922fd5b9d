/* Histories of concurrent operations: which of them some order explains, and what is told of the
 * others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/check/linear.h"

enum { OPERATIONS_MAX = 8, NEVER = 0 };

/* What client `who` asks at `from`, is answered at `to` (or NEVER), in microseconds. */
#define OP(what, who, with, ttl, from, to, said)                                                   \
    {                                                                                              \
        .kind = LINEAR_##what, .called = (from), .called_us = (from),                              \
        .returned = (to) == NEVER ? LINEAR_UNANSWERED : (to), .returned_us = (to),                 \
        .client = (who), .value = (with), .ttl_us = (ttl), .answer = (said),                       \
        .text = #what " of " #who                                                                  \
    }
#define ACQUIRE(who, ttl, from, to, said) OP(ACQUIRE, who, who, ttl, from, to, said)
#define RELEASE(who, from, to, said)      OP(RELEASE, who, 0, 0, from, to, said)
#define RELEASE_OWN(who, from, to, said)  OP(RELEASE_OWN, who, who, 0, from, to, said)
#define GONE(who, at)                     OP(GONE, who, 0, 0, at, (at) + 1, 0)
#define READ(who, from, to, said)         OP(READ, who, 0, 0, from, to, said)
#define WRITE(who, with, from, to)        OP(WRITE, who, with, 0, from, to, 1)
#define ADD(who, with, from, to, said)    OP(ADD, who, with, 0, from, to, said)

static struct linear_case {
    const char *name;
    struct linear_rules rules;
    struct linear_operation operations[OPERATIONS_MAX];
    const char *found; /* a part of what is told; NULL: it is ordered */
} cases[] = {
    {"register: what was written is read",
     {LINEAR_KEY},
     {WRITE(1, 7, 1, 2), READ(2, 3, 4, 7)},
     NULL},
    {"register: nothing, before anything was written",
     {LINEAR_KEY},
     {READ(2, 1, 2, LINEAR_NOTHING), WRITE(1, 7, 3, 4)},
     NULL},
    {"register: an overwritten value is read",
     {LINEAR_KEY},
     {WRITE(1, 7, 1, 2), WRITE(1, 8, 3, 4), READ(2, 5, 6, 7)},
     "READ of 2\n          after WRITE of 1"},
    {"register: beside a write, either value",
     {LINEAR_KEY},
     {WRITE(1, 7, 1, 2), WRITE(1, 8, 3, 9), READ(2, 4, 5, 8), READ(3, 6, 7, 8)},
     NULL},
    {"register: the new value, and then the old one",
     {LINEAR_KEY},
     {WRITE(1, 7, 1, 2), WRITE(1, 8, 3, 9), READ(2, 4, 5, 8), READ(3, 6, 7, 7)},
     "no order of 4 operations allows\n          READ of 3"},
    {"register: a write that was never answered may come late",
     {LINEAR_KEY},
     {WRITE(1, 7, 1, 2), WRITE(1, 8, 3, NEVER), READ(2, 4, 5, 7), READ(3, 6, 7, 8)},
     NULL},
    {"register: or never",
     {LINEAR_KEY},
     {WRITE(1, 7, 1, 2), WRITE(1, 8, 3, NEVER), READ(2, 4, 5, 7), READ(3, 6, 7, 7)},
     NULL},
    {"register: but it does not come undone",
     {LINEAR_KEY},
     {WRITE(1, 7, 1, 2), WRITE(1, 8, 3, NEVER), READ(2, 4, 5, 8), READ(3, 6, 7, 7)},
     "READ of 3"},
    {"counter: each sum once", {LINEAR_KEY}, {ADD(1, 1, 1, 4, 2), ADD(2, 1, 2, 3, 1)}, NULL},
    {"counter: a sum twice", {LINEAR_KEY}, {ADD(1, 1, 1, 4, 1), ADD(2, 1, 2, 3, 1)}, "ADD of"},
    {"counter: a sum that an unanswered one explains",
     {LINEAR_KEY},
     {ADD(1, 1, 1, NEVER, 0), ADD(2, 1, 2, 3, 2)},
     NULL},
    {"counter: a sum that nothing explains",
     {LINEAR_KEY},
     {ADD(1, 1, 1, 2, 1), ADD(2, 1, 3, 4, 3)},
     "ADD of 2"},
    {"lock: taken, refused, released, taken",
     {LINEAR_KEY},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(2, 0, 3, 4, 0), RELEASE_OWN(1, 5, 6, 1),
      ACQUIRE(2, 0, 7, 8, 1)},
     NULL},
    {"lock: taken twice",
     {LINEAR_KEY},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(2, 0, 3, 4, 1)},
     "ACQUIRE of 2\n          after ACQUIRE of 1"},
    {"lock: refused though nobody has it",
     {LINEAR_KEY},
     {ACQUIRE(1, 0, 1, 2, 1), RELEASE(1, 3, 4, 1), ACQUIRE(2, 0, 5, 6, 0)},
     "ACQUIRE of 2"},
    {"lock: what is not its own is not deleted",
     {LINEAR_KEY},
     {ACQUIRE(1, 0, 1, 2, 1), RELEASE_OWN(2, 3, 4, 0), ACQUIRE(3, 0, 5, 6, 0)},
     NULL},
    {"lease: taken again once it is over",
     {LINEAR_KEY},
     {ACQUIRE(1, 10, 1, 2, 1), ACQUIRE(2, 10, 20, 21, 1)},
     NULL},
    {"lease: taken again before it is over",
     {LINEAR_KEY},
     {ACQUIRE(1, 10, 1, 2, 1), ACQUIRE(2, 10, 5, 6, 1)},
     "ACQUIRE of 2"},
    {"lease: in doubt it may be over, or not",
     {LINEAR_KEY},
     {ACQUIRE(1, 10, 1, 6, 1), ACQUIRE(2, 10, 12, 13, 1)},
     NULL},
    {"lease: in doubt it may not be over yet",
     {LINEAR_KEY},
     {ACQUIRE(1, 10, 1, 6, 1), ACQUIRE(2, 10, 12, 13, 0)},
     NULL},
    {"lease: an extended one lasts",
     {LINEAR_KEY},
     {ACQUIRE(1, 10, 1, 2, 1), OP(EXTEND, 1, 0, 50, 8, 9, 1), ACQUIRE(2, 10, 20, 21, 1)},
     "ACQUIRE of 2"},
    {"lease: an unanswered taking explains a refusal",
     {LINEAR_KEY},
     {ACQUIRE(1, 10, 1, NEVER, 0), ACQUIRE(2, 10, 5, 6, 0)},
     NULL},
    {"mutex: one after the other",
     {LINEAR_MUTEX},
     {ACQUIRE(1, 10, 1, 2, 1), RELEASE(1, 3, 4, 1), ACQUIRE(2, 10, 5, 6, 1)},
     NULL},
    {"mutex: a lease that is over while its holder works",
     {LINEAR_MUTEX},
     {ACQUIRE(1, 10, 1, 2, 1), ACQUIRE(2, 10, 20, 21, 1), RELEASE(1, 30, 31, 1)},
     "ACQUIRE of 2"},
    {"mutex: a lease that is over, and its holder dead",
     {LINEAR_MUTEX},
     {ACQUIRE(1, 10, 1, 2, 1), GONE(1, 3), ACQUIRE(2, 10, 20, 21, 1)},
     NULL},
    {"mutex: another deletes it",
     {LINEAR_MUTEX},
     {ACQUIRE(1, 0, 1, 2, 1), RELEASE(2, 3, 4, 1), ACQUIRE(3, 0, 5, 6, 1)},
     "ACQUIRE of 3"},
    {"slots: as many as there are",
     {LINEAR_SLOTS, 2, 0},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(2, 0, 3, 4, 1), ACQUIRE(3, 0, 5, 6, 0), RELEASE(1, 7, 8, 1),
      ACQUIRE(3, 0, 9, 10, 1)},
     NULL},
    {"slots: one more",
     {LINEAR_SLOTS, 2, 0},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(2, 0, 3, 4, 1), ACQUIRE(3, 0, 5, 6, 1)},
     "ACQUIRE of 3"},
    {"slots: refused though one is free",
     {LINEAR_SLOTS, 2, 0},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(3, 0, 5, 6, 0)},
     "ACQUIRE of 3"},
    {"slots: the place of a dead holder is free again in time",
     {LINEAR_SLOTS, 1, 10},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(2, 0, 5, 6, 0), ACQUIRE(2, 0, 13, 14, 1)},
     NULL},
    {"slots: and not before",
     {LINEAR_SLOTS, 1, 10},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(2, 0, 5, 6, 1)},
     "ACQUIRE of 2"},
    {"window: as many as it grants",
     {LINEAR_WINDOW, 2, 10},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(2, 0, 3, 4, 1), ACQUIRE(3, 0, 5, 6, 0),
      ACQUIRE(3, 0, 12, 13, 1)},
     NULL},
    {"window: one more within the span",
     {LINEAR_WINDOW, 2, 10},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(2, 0, 8, 9, 1), ACQUIRE(3, 0, 9, 10, 1)},
     "ACQUIRE of 3"},
    {"buckets: each begins anew",
     {LINEAR_BUCKETS, 2, 10},
     {ACQUIRE(1, 0, 7, 8, 1), ACQUIRE(2, 0, 8, 9, 1), ACQUIRE(3, 0, 10, 11, 1),
      ACQUIRE(4, 0, 11, 12, 1), ACQUIRE(5, 0, 13, 14, 0)},
     NULL},
    {"buckets: one more in the same",
     {LINEAR_BUCKETS, 2, 10},
     {ACQUIRE(1, 0, 11, 12, 1), ACQUIRE(2, 0, 12, 13, 1), ACQUIRE(3, 0, 14, 15, 1)},
     "ACQUIRE of 3"},
    {"level: what leaks makes room",
     {LINEAR_LEVEL, 2, 100},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(2, 0, 3, 4, 1), ACQUIRE(3, 0, 5, 6, 0),
      ACQUIRE(3, 0, 55, 56, 1)},
     NULL},
    {"level: one more than it holds",
     {LINEAR_LEVEL, 2, 100},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(2, 0, 3, 4, 1), ACQUIRE(3, 0, 20, 21, 1)},
     "ACQUIRE of 3"},
    {"level: refused though there is room",
     {LINEAR_LEVEL, 3, 100},
     {ACQUIRE(1, 0, 1, 2, 1), ACQUIRE(2, 0, 3, 4, 0)},
     "ACQUIRE of 2"},
    {"level: an unanswered grant explains a refusal",
     {LINEAR_LEVEL, 1, 100},
     {ACQUIRE(1, 0, 1, NEVER, 0), ACQUIRE(2, 0, 90, 91, 0)},
     NULL},
    {"level: in doubt it has leaked since the call",
     {LINEAR_LEVEL, 1, 100},
     {ACQUIRE(1, 0, 1, 80, 1), ACQUIRE(2, 0, 110, 111, 1)},
     NULL},
    {"level: in doubt it has leaked since the return only",
     {LINEAR_LEVEL, 1, 100},
     {ACQUIRE(1, 0, 1, 80, 1), ACQUIRE(2, 0, 110, 111, 0)},
     NULL},
    {"level: and not longer",
     {LINEAR_LEVEL, 1, 100},
     {ACQUIRE(1, 0, 1, 80, 1), ACQUIRE(2, 0, 190, 191, 0)},
     "ACQUIRE of 2"},
    {"level: a correction gives room back",
     {LINEAR_LEVEL, 1, 100},
     {ACQUIRE(1, 0, 1, 2, 1), ADD(1, -1, 3, 4, 0), ACQUIRE(2, 0, 5, 6, 1)},
     NULL},
    {"level: a correction overdraws it",
     {LINEAR_LEVEL, 1, 100},
     {ADD(1, 2, 3, 4, 0), ACQUIRE(2, 0, 150, 151, 0), ACQUIRE(2, 0, 170, 171, 1)},
     "ACQUIRE of 2"},
};

static uint32_t count_of(const struct linear_operation *operations)
{
    uint32_t count = 0;
    while (count < OPERATIONS_MAX && operations[count].text)
        count++;
    return count;
}

static void case_row(void **state)
{
    const struct linear_case *row = *state;
    struct fl_buf found = FL_BUF_INIT(4096);
    enum linear_verdict verdict;
    assert_int_equal(
        linear_check(&row->rules, row->operations, count_of(row->operations), &verdict, &found),
        FL_OK);
    assert_int_equal(verdict, row->found ? LINEAR_DISORDERED : LINEAR_ORDERED);
    if (row->found && !strstr(found.bytes, row->found))
        fail_msg("expected \"%s\" in \"%s\"", row->found, found.bytes);
    fl_buf_release(&found);
}

/* --- random histories, judged by trying every order --- */

enum { SMALL = 6, HISTORIES = 4000 };

static bool some_order(const struct linear_rules *rules, const struct linear_operation *operations,
                       unsigned done, const struct linear_state *before)
{
    bool all = true;
    for (uint32_t i = 0; i < SMALL; i++)
        all &= (done >> i & 1) || operations[i].returned == LINEAR_UNANSWERED;
    if (all) return true;
    for (uint32_t i = 0; i < SMALL; i++) {
        struct linear_state after = *before;
        bool first = !(done >> i & 1);
        for (uint32_t k = 0; k < SMALL && first; k++)
            first = (done >> k & 1) || operations[k].returned > operations[i].called;
        if (first && linear_step(rules, &operations[i], &after) &&
            some_order(rules, operations, done | 1u << i, &after))
            return true;
    }
    return false;
}

static uint32_t draw(uint64_t *seed, uint32_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*seed >> 33) % bound;
}

static struct linear_operation random_operation(uint64_t *seed, uint32_t index)
{
    static const enum linear_kind kinds[] = {LINEAR_ACQUIRE, LINEAR_RELEASE_OWN, LINEAR_READ,
                                             LINEAR_WRITE,   LINEAR_ADD,         LINEAR_CLAIM,
                                             LINEAR_RENEW,   LINEAR_RETAKE,      LINEAR_CLEAR};
    struct linear_operation operation = {.kind = kinds[draw(seed, FL_COUNT(kinds))],
                                         .client = 1 + draw(seed, 3),
                                         .called = 20 * draw(seed, 8) + 2 * index,
                                         .text = "?"};
    operation.value = operation.kind == LINEAR_ADD ? 1 : (int64_t)operation.client;
    operation.called_us = (int64_t)operation.called;
    operation.returned = operation.called + 1 + 20 * draw(seed, 3);
    operation.returned_us = (int64_t)operation.returned;
    operation.ttl_us = draw(seed, 4) ? 0 : 30;
    operation.answer = draw(seed, 3);
    if (operation.kind == LINEAR_READ && draw(seed, 2)) operation.answer = LINEAR_NOTHING;
    if (!draw(seed, 6)) operation.returned = LINEAR_UNANSWERED;
    return operation;
}

static void finds_an_order_where_trying_all_of_them_does(void **state)
{
    static const struct linear_rules rules[] = {
        {LINEAR_KEY, 0, 0}, {LINEAR_MUTEX, 0, 0}, {LINEAR_SLOTS, 2, 24}, {LINEAR_LEVEL, 1, 60}};
    uint64_t seed = 1;
    unsigned ordered = 0;
    (void)state;
    for (uint32_t i = 0; i < HISTORIES; i++) {
        struct linear_operation operations[SMALL];
        struct fl_buf found = FL_BUF_INIT(4096);
        const struct linear_state start = {0};
        enum linear_verdict verdict;
        for (uint32_t k = 0; k < SMALL; k++)
            operations[k] = random_operation(&seed, k);
        const struct linear_rules *rule = &rules[i % FL_COUNT(rules)];
        bool wanted = some_order(rule, operations, 0, &start);
        assert_int_equal(linear_check(rule, operations, SMALL, &verdict, &found), FL_OK);
        assert_int_equal(verdict, wanted ? LINEAR_ORDERED : LINEAR_DISORDERED);
        ordered += wanted;
        fl_buf_release(&found);
    }
    assert_in_range(ordered, HISTORIES / 20, HISTORIES - HISTORIES / 20); /* both happen */
}

static void a_long_history_is_judged(void **state)
{
    enum { LONG = 4000 };
    struct linear_operation *operations = calloc(LONG, sizeof *operations);
    struct fl_buf found = FL_BUF_INIT(4096);
    const struct linear_rules rules = {LINEAR_KEY, 0, 0};
    enum linear_verdict verdict;
    (void)state;
    assert_non_null(operations);
    for (int i = 0; i < LONG; i++)
        operations[i] = (struct linear_operation)ADD(1, 1, 10u * (unsigned)i + 1,
                                                     10u * (unsigned)i + 15, i + 1);
    assert_int_equal(linear_check(&rules, operations, LONG, &verdict, &found), FL_OK);
    assert_int_equal(verdict, LINEAR_ORDERED);
    operations[LONG - 1].answer = 1;
    assert_int_equal(linear_check(&rules, operations, LONG, &verdict, &found), FL_OK);
    assert_int_equal(verdict, LINEAR_DISORDERED);
    free(operations);
    fl_buf_release(&found);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(cases) + 2];
    size_t count = 0;
    for (; count < FL_COUNT(cases); count++)
        tests[count] = (struct CMUnitTest){cases[count].name, case_row, NULL, NULL, &cases[count]};
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(finds_an_order_where_trying_all_of_them_does);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_long_history_is_judged);
    return _cmocka_run_group_tests("linear", tests, count, NULL, NULL);
}
