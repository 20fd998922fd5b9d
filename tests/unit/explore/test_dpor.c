/* What the reduction leaves out makes no difference: over many tiny worlds of real commands it
 * finds exactly the outcomes that all orders have, in no more runs; and where a conflict is
 * declared away, it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/choice/steps.h"
#include "harness/explore/dpor.h"
#include "harness/explore/seen.h"
#include "harness/explore/tree.h"
#include "tiny.h"

enum { TEXT_BYTES_MAX = 1024 * 1024, RUNS_MAX = 100 * 1000 };

struct found {
    struct seen outcomes;
    uint64_t sum; /* of the digests of different outcomes: equal sets, equal sums */
    uint32_t runs, cut_short;
    bool complete;
};

static void note(struct found *found, const struct fl_buf *outcome)
{
    bool is_new;
    uint64_t digest = seen_digest(fl_buf_span(outcome));
    assert_int_equal(seen_add(&found->outcomes, digest, &is_new), FL_OK);
    if (is_new) found->sum += digest;
}

static struct sim_choices *read(const struct fl_buf *record)
{
    struct sim_choices *choices;
    uint32_t line = 0;
    assert_int_equal(sim_choices_from_text(fl_buf_span(record), &choices, &line), FL_OK);
    return choices;
}

static struct found by_dpor(struct tiny *tiny, const struct tiny_plan *plan)
{
    struct found found = {0};
    struct dpor *dpor;
    uint32_t node;
    struct fl_buf record = FL_BUF_INIT(TEXT_BYTES_MAX), steps = FL_BUF_INIT(TEXT_BYTES_MAX),
                  outcome = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(dpor_new(&dpor), FL_OK);
    while (dpor_next(dpor, &node)) {
        bool whole;
        fl_buf_truncate(&record, 0);
        fl_buf_truncate(&steps, 0);
        fl_buf_truncate(&outcome, 0);
        assert_int_equal(dpor_write(dpor, node, &record), FL_OK);
        struct sim_choices *choices = read(&record);
        tiny_play(tiny, plan, choices, &outcome);
        assert_int_equal(sim_steps_format(sim_choices_steps(choices), &steps), FL_OK);
        assert_int_equal(dpor_take(dpor, node, fl_buf_span(&steps), &whole), FL_OK);
        assert_int_equal(whole, !sim_steps_are_asleep(sim_choices_steps(choices)));
        if (whole) note(&found, &outcome);
        sim_choices_free(choices);
        assert_true(++found.runs < RUNS_MAX);
    }
    found.complete = dpor_complete(dpor);
    found.cut_short = dpor_sums(dpor).cut_short;
    dpor_free(dpor);
    fl_buf_release(&record);
    fl_buf_release(&steps);
    fl_buf_release(&outcome);
    return found;
}

static struct found by_all_orders(struct tiny *tiny, const struct tiny_plan *plan)
{
    struct found found = {0};
    struct tree *tree;
    uint32_t node;
    struct fl_buf record = FL_BUF_INIT(TEXT_BYTES_MAX), others = FL_BUF_INIT(TEXT_BYTES_MAX),
                  outcome = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(tree_new(0, &tree), FL_OK);
    while (tree_next(tree, &node)) {
        fl_buf_truncate(&record, 0);
        fl_buf_truncate(&others, 0);
        fl_buf_truncate(&outcome, 0);
        assert_int_equal(tree_write(tree, node, &record), FL_OK);
        struct sim_choices *choices = read(&record);
        sim_choices_list_alternatives(choices, tree_from(tree, node), &others);
        tiny_play(tiny, plan, choices, &outcome);
        assert_int_equal(tree_take(tree, node, fl_buf_span(&others)), FL_OK);
        note(&found, &outcome);
        sim_choices_free(choices);
        assert_true(++found.runs < RUNS_MAX);
    }
    tree_free(tree);
    fl_buf_release(&record);
    fl_buf_release(&others);
    fl_buf_release(&outcome);
    return found;
}

static const char *const pool[] = {
    "SET a 1",
    "SET a 2",
    "GET a",
    "INCR a",
    "APPEND b x",
    "GET b",
    "DEL a b",
    "EXISTS a",
    "EXPIRE a 100",
    "TTL a",
    "SADD s one",
    "SADD s two",
    "SMEMBERS s",
    "SREM s one",
    "LPUSH q job",
    "RPUSH q other",
    "RPOP q",
    "LMOVE q r RIGHT LEFT",
    "BLMOVE q r RIGHT LEFT 0",
    "BLPOP q 0",
    "LLEN q",
    "LREM r 1 job",
    "ZADD z 1 m",
    "ZRANGE z 0 -1",
    "HSET h f 1",
    "HGETALL h",
    "MULTI\r\nINCR a\r\nINCR b\r\nEXEC",
    "WATCH a\r\nGET a",
    "MULTI\r\nSET a 3\r\nEXEC",
    "EVAL \"return redis.call('GET', KEYS[1])\" 1 a",
    "EVAL \"if redis.call('EXISTS', KEYS[1]) == 0 then return redis.call('SET', KEYS[2], 'x') "
    "end\" 2 a b",
    "EVAL \"return #redis.call('KEYS', '*')\" 0", /* their order is nobody's business */
    "FLUSHALL",
    "DBSIZE",
    "PING",
    "SELECT 1\r\nSET a 9",
};

static uint32_t drawn(uint64_t *state, uint32_t bound)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(seen_mix(*state) % bound);
}

static void compare(struct tiny *tiny, uint32_t clients, uint32_t batches, uint32_t worlds,
                    uint64_t seed)
{
    uint32_t fewer = 0;
    for (uint32_t world = 0; world < worlds; world++) {
        struct tiny_plan plan = {.clients = clients};
        for (uint32_t i = 0; i < clients; i++)
            for (uint32_t k = 0; k < batches; k++)
                plan.batches[i][k] = pool[drawn(&seed, FL_COUNT(pool))];
        struct found reduced = by_dpor(tiny, &plan), all = by_all_orders(tiny, &plan);
        assert_true(reduced.complete);
        if (reduced.sum != all.sum || reduced.outcomes.count != all.outcomes.count)
            for (uint32_t i = 0; i < clients * batches; i++)
                print_error("client %u: %s\n", i / batches, plan.batches[i / batches][i % batches]);
        assert_int_equal(reduced.outcomes.count, all.outcomes.count);
        assert_true(reduced.sum == all.sum);
        assert_true(reduced.runs - reduced.cut_short <= all.runs);
        fewer += reduced.runs < all.runs;
        seen_release(&reduced.outcomes);
        seen_release(&all.outcomes);
    }
    assert_true(fewer > worlds / 2);
}

static void tiny_worlds_have_the_outcomes_of_all_their_orders(void **state)
{
    struct tiny *tiny = *state;
    compare(tiny, 2, 3, 300, 1);
    compare(tiny, 3, 2, 200, 2);
    compare(tiny, 2, 5, 40, 3);
    compare(tiny, 4, 1, 100, 4);
    compare(tiny, 3, 3, 10, 5);
}

static const struct tiny_plan counter = {.clients = 2,
                                         .batches = {{"SET a 1", "GET a"}, {"INCR a", "SET b 1"}}};

static void a_conflict_that_is_declared_away_is_caught(void **state)
{
    struct tiny *tiny = *state;
    struct found all = by_all_orders(tiny, &counter), seeing = by_dpor(tiny, &counter);
    tiny->blind_to = "INCR";
    struct found blind = by_dpor(tiny, &counter);
    tiny->blind_to = NULL;
    assert_int_equal(all.outcomes.count, 3);
    assert_int_equal(seeing.outcomes.count, 3);
    assert_int_equal(blind.outcomes.count, 1);
    seen_release(&all.outcomes);
    seen_release(&seeing.outcomes);
    seen_release(&blind.outcomes);
}

static void clients_that_share_nothing_need_one_run(void **state)
{
    static const struct tiny_plan apart = {.clients = 4,
                                           .batches = {{"SET a 1", "GET a", "DEL a"},
                                                       {"LPUSH q x", "RPOP q"},
                                                       {"SADD s x", "SMEMBERS s"},
                                                       {"GET t", "GET u"}}};
    struct found found = by_dpor(*state, &apart);
    assert_int_equal(found.runs, 1);
    assert_true(found.complete);
    seen_release(&found.outcomes);
}

static void readers_do_not_conflict(void **state)
{
    static const struct tiny_plan readers = {
        .clients = 3, .batches = {{"GET a", "RPOP q"}, {"GET a", "RPOP q"}, {"TTL a", "LLEN q"}}};
    struct found found = by_dpor(*state, &readers);
    assert_int_equal(found.runs, 1);
    seen_release(&found.outcomes);
}

/* Three orders of two writers and a reader would do; each of the writers' orders is one. */
static void as_many_runs_as_classes_of_orders(void **state)
{
    static const struct tiny_plan writers = {
        .clients = 2, .batches = {{"SET a 1", "GET x"}, {"SET a 2", "GET y"}}};
    static const struct tiny_plan three = {.clients = 3,
                                           .batches = {{"SET a 1"}, {"SET a 2"}, {"SET a 3"}}};
    struct found found = by_dpor(*state, &writers);
    assert_int_equal(found.runs, 2);
    seen_release(&found.outcomes);
    found = by_dpor(*state, &three);
    assert_int_equal(found.runs - found.cut_short, 6);
    seen_release(&found.outcomes);
}

static void what_is_no_list_of_steps_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "step\n",
        "step - 0 r1\n",                      /* no such name */
        "name p1/main\nstep - 0 x1\n",        /* no such letter */
        "name p1/main\nstep - 0 r\n",         /* no digest */
        "name p1/main\nstep 99999999999 0\n", /* no number of a choice */
        "name p1/main\nstep - 0, r1\n",       /* no task behind the comma */
        "name p1/main\ntime\nstep - 0 r1\n",  /* no digest */
        "nonsense\n",
    };
    for (size_t i = 0; i < FL_COUNT(wrong); i++) {
        struct dpor *dpor;
        uint32_t node;
        bool whole;
        assert_int_equal(dpor_new(&dpor), FL_OK);
        assert_true(dpor_next(dpor, &node));
        assert_int_equal(dpor_take(dpor, node, fl_span_from(wrong[i]), &whole), FL_EPARSE);
        dpor_free(dpor);
    }
}

static void a_run_that_cannot_tell_leaves_it_open(void **state)
{
    (void)state;
    struct dpor *dpor;
    uint32_t node;
    assert_int_equal(dpor_new(&dpor), FL_OK);
    assert_true(dpor_next(dpor, &node));
    assert_false(dpor_next(dpor, &node));
    assert_false(dpor_complete(dpor));
    dpor_cut(dpor);
    assert_false(dpor_complete(dpor));
    dpor_free(dpor);
}

/* Two tasks that conflict, at two instants, whatever came before: the second instant is explored
 * after one order of the first. */
static void the_same_state_has_one_future(void **state)
{
    (void)state;
    static const char names[] = "name p1/main\nname p2/main\n";
    struct fl_buf told = FL_BUF_INIT(TEXT_BYTES_MAX), record = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct dpor *dpor;
    uint32_t node, runs = 0;
    bool whole;
    assert_int_equal(dpor_new(&dpor), FL_OK);
    for (; dpor_next(dpor, &node); runs++) {
        fl_buf_truncate(&told, 0);
        fl_buf_truncate(&record, 0);
        assert_int_equal(dpor_write(dpor, node, &record), FL_OK);
        bool first = !strstr(record.bytes, "0 \"p2/main\""),
             second = !strstr(record.bytes, "1 \"p2/main\"");
        assert_int_equal(fl_buf_printf(&told, "%sstep 0 %s w1\nstep - %d w1\n", names,
                                       first ? "0,1" : "1,0", first),
                         FL_OK);
        assert_int_equal(fl_buf_printf(&told, "time abc\nstep 1 %s w1\nstep - %d w1\n",
                                       second ? "0,1" : "1,0", second),
                         FL_OK);
        assert_int_equal(dpor_take(dpor, node, fl_buf_span(&told), &whole), FL_OK);
    }
    assert_int_equal(runs, 3);
    assert_int_equal(dpor_sums(dpor).instants, 1);
    assert_true(dpor_complete(dpor));
    dpor_free(dpor);
    fl_buf_release(&told);
    fl_buf_release(&record);
}

static int setup(void **state)
{
    static struct tiny tiny;
    tiny_init(&tiny);
    *state = &tiny;
    return 0;
}

static int teardown(void **state)
{
    tiny_release(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiny_worlds_have_the_outcomes_of_all_their_orders),
        cmocka_unit_test(a_conflict_that_is_declared_away_is_caught),
        cmocka_unit_test(clients_that_share_nothing_need_one_run),
        cmocka_unit_test(readers_do_not_conflict),
        cmocka_unit_test(as_many_runs_as_classes_of_orders),
        cmocka_unit_test(what_is_no_list_of_steps_is_refused),
        cmocka_unit_test(a_run_that_cannot_tell_leaves_it_open),
        cmocka_unit_test(the_same_state_has_one_future),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
