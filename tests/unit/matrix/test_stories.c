#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/matrix/classes.h"
#include "harness/matrix/stories.h"

static void tell(struct matrix_stories *stories, unsigned cells, uint64_t rank, const char *name)
{
    struct fl_buf text = FL_BUF_INIT(MATRIX_STORY_BYTES);
    assert_int_equal(fl_buf_append_text(&text, name), FL_OK);
    matrix_stories_tell(stories, cells, rank, name, &text);
    fl_buf_release(&text);
}

static void the_lowest_rank_is_told_whatever_comes_first(void **state)
{
    static const uint64_t orders[][3] = {{1, 2, 3}, {3, 2, 1}, {2, 1, 3}};
    static const char *const names[] = {"", "one", "two", "three"};
    (void)state;
    for (size_t i = 0; i < FL_COUNT(orders); i++) {
        struct matrix_stories stories;
        matrix_stories_init(&stories);
        for (size_t k = 0; k < 3; k++)
            tell(&stories, MATRIX_LOST, orders[i][k], names[orders[i][k]]);
        const struct matrix_story *worst = matrix_stories_worst(&stories);
        assert_string_equal(worst->name, "one");
        assert_string_equal(worst->text.bytes, "one");
        assert_int_equal(worst->cells, 3);
        matrix_stories_release(&stories);
    }
}

static void a_run_is_told_by_its_gravest_bit(void **state)
{
    struct matrix_stories stories;
    (void)state;
    matrix_stories_init(&stories);
    assert_null(matrix_stories_worst(&stories));
    tell(&stories, MATRIX_SAME, 1, "same");
    assert_null(matrix_stories_worst(&stories));
    tell(&stories, MATRIX_DUPLICATE, 1, "twice");
    tell(&stories, MATRIX_DUPLICATE | MATRIX_STUCK, 2, "stuck");
    assert_string_equal(matrix_stories_worst(&stories)->name, "stuck");
    matrix_stories_release(&stories);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lowest_rank_is_told_whatever_comes_first),
        cmocka_unit_test(a_run_is_told_by_its_gravest_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
