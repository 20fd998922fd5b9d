/* A world of given choices is enumerated: each order once, those with the fewest switches first,
 * and "complete" is said when it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/explore/tree.h"

enum { CHOICES = 4, OPTIONS = 3, TEXT_BYTES_MAX = 4096, RUNS_MAX = 1000 };

/* Each run has four choices between three tasks, whatever was chosen. */
static void alternatives(const struct tree *tree, uint32_t node, struct fl_buf *out)
{
    fl_buf_truncate(out, 0);
    for (uint64_t choice = tree_from(tree, node); choice < CHOICES; choice++)
        for (int option = 1; option < OPTIONS; option++)
            assert_int_equal(fl_buf_printf(out, "%d schedule \"world\" \"next\" %d \"task-%d\"\n",
                                           (int)choice, (int)choice, option),
                             FL_OK);
}

static uint32_t switches_of(const struct fl_buf *record)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < record->length; i++)
        lines += record->bytes[i] == '\n';
    return lines - 1; /* instant */
}

struct played {
    char records[RUNS_MAX][256];
    uint32_t count;
};

static void play_all(struct tree *tree, struct played *played)
{
    uint32_t node, switches = 0;
    struct fl_buf record = FL_BUF_INIT(TEXT_BYTES_MAX), told = FL_BUF_INIT(TEXT_BYTES_MAX);
    while (tree_next(tree, &node)) {
        fl_buf_truncate(&record, 0);
        assert_int_equal(tree_write(tree, node, &record), FL_OK);
        assert_true(switches_of(&record) >= switches);
        switches = switches_of(&record);
        assert_true(played->count < RUNS_MAX);
        snprintf(played->records[played->count++], 256, "%s", record.bytes);
        alternatives(tree, node, &told);
        assert_int_equal(tree_take(tree, node, fl_buf_span(&told)), FL_OK);
    }
    fl_buf_release(&record);
    fl_buf_release(&told);
}

static void every_order_is_played_once(void **state)
{
    (void)state;
    static struct played played;
    struct tree *tree;
    int32_t switches;
    assert_int_equal(tree_new(0, &tree), FL_OK);
    assert_int_equal(tree_extent(tree, &switches), TREE_OPEN);
    assert_int_equal(switches, -1);
    play_all(tree, &played);
    assert_int_equal(played.count, 3 * 3 * 3 * 3);
    assert_string_equal(played.records[0], "instant\n");
    for (uint32_t i = 0; i < played.count; i++)
        for (uint32_t k = 0; k < i; k++)
            assert_string_not_equal(played.records[i], played.records[k]);
    assert_int_equal(tree_extent(tree, &switches), TREE_COMPLETE);
    assert_int_equal(switches, CHOICES);
    tree_free(tree);
}

static void a_bound_is_not_called_complete(void **state)
{
    (void)state;
    static struct played played;
    struct tree *tree;
    int32_t switches;
    assert_int_equal(tree_new(2, &tree), FL_OK);
    play_all(tree, &played);
    assert_int_equal(played.count, 1 + 4 * 2 + 6 * 4);
    assert_int_equal(tree_extent(tree, &switches), TREE_BOUNDED);
    assert_int_equal(switches, 2);
    tree_free(tree);
}

static void what_has_been_played_is_complete_up_to_a_number_of_switches(void **state)
{
    (void)state;
    struct tree *tree;
    int32_t switches;
    uint32_t node;
    struct fl_buf told = FL_BUF_INIT(TEXT_BYTES_MAX);
    assert_int_equal(tree_new(0, &tree), FL_OK);
    for (int i = 0; i < 1 + 4 * 2; i++) {
        assert_true(tree_next(tree, &node));
        alternatives(tree, node, &told);
        assert_int_equal(tree_take(tree, node, fl_buf_span(&told)), FL_OK);
    }
    assert_int_equal(tree_extent(tree, &switches), TREE_OPEN);
    assert_int_equal(switches, 1);
    tree_free(tree);
    fl_buf_release(&told);
}

static void a_run_that_cannot_tell_leaves_it_open(void **state)
{
    (void)state;
    struct tree *tree;
    int32_t switches;
    uint32_t node;
    assert_int_equal(tree_new(0, &tree), FL_OK);
    assert_true(tree_next(tree, &node));
    tree_cut(tree);
    assert_false(tree_next(tree, &node));
    assert_int_equal(tree_extent(tree, &switches), TREE_OPEN);
    assert_int_equal(switches, -1);
    tree_free(tree);
}

static void what_is_no_alternative_is_refused(void **state)
{
    (void)state;
    struct tree *tree;
    uint32_t node;
    assert_int_equal(tree_new(0, &tree), FL_OK);
    assert_true(tree_next(tree, &node));
    assert_int_equal(tree_take(tree, node, FL_SPAN("schedule\n")), FL_EPARSE);
    tree_free(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_is_played_once),
        cmocka_unit_test(a_bound_is_not_called_complete),
        cmocka_unit_test(what_has_been_played_is_complete_up_to_a_number_of_switches),
        cmocka_unit_test(a_run_that_cannot_tell_leaves_it_open),
        cmocka_unit_test(what_is_no_alternative_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
