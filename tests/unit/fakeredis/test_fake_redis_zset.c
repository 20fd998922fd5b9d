/* A sorted set against a plain array of its members: thousands of additions, moves and removals,
 * and after them the same order, ranks, bounds and names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fakes/redis/engine/dice.h"
#include "fakes/redis/values/zset.h"

enum { NAMES = 3000, STEPS = 60 * 1000, CHECK_EVERY = 2000, PICK_EVERY = 20 * 1000 };

struct model {
    char names[NAMES][32];
    double scores[NAMES];
    bool present[NAMES];
    unsigned order[NAMES]; /* those that are present, as they should be told */
    unsigned count;
};

/* One in eight is longer than an entry has room for. */
static void name_all(struct model *model)
{
    for (unsigned i = 0; i < NAMES; i++)
        snprintf(model->names[i], sizeof(model->names[i]), i % 8 ? "m%u" : "a-long-member-%u", i);
}

static int by_score_then_name(const void *a, const void *b, void *context)
{
    const struct model *model = context;
    unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
    double x = model->scores[left], y = model->scores[right];
    if (x != y) return x < y ? -1 : 1;
    return strcmp(model->names[left], model->names[right]);
}

static void sort_model(struct model *model)
{
    model->count = 0;
    for (unsigned i = 0; i < NAMES; i++)
        if (model->present[i]) model->order[model->count++] = i;
    qsort_r(model->order, model->count, sizeof(*model->order), by_score_then_name, model);
}

static bool is_below(const void *context, const struct fake_entry *member)
{
    return member->score < *(const double *)context;
}

static void check_bounds(const struct fake_zset *zset, const struct model *model)
{
    for (double score = -1; score < 1100; score += 37) {
        unsigned want = 0;
        while (want < model->count && model->scores[model->order[want]] < score)
            want++;
        assert_int_equal(fake_zset_rank(zset, fake_zset_bound(zset, is_below, &score)), want);
    }
}

static void check_all(const struct fake_zset *zset, struct model *model)
{
    struct fake_zcursor forwards = {0}, backwards = fake_zset_end(zset);
    sort_model(model);
    assert_int_equal(fake_zset_count(zset), model->count);
    for (unsigned rank = 0; rank < model->count; rank++) {
        unsigned id = model->order[rank], last = model->order[model->count - 1 - rank];
        const struct fake_entry *member = fake_zset_next(zset, &forwards);
        assert_non_null(member);
        assert_true(fl_span_is(fake_entry_key(member), model->names[id]));
        assert_true(member->score == model->scores[id]);
        assert_ptr_equal(fake_zset_find(zset, fl_span_from(model->names[id])), member);
        assert_int_equal(fake_zset_rank(zset, fake_zset_place(zset, member)), rank);
        struct fake_zcursor sought = fake_zset_seek(zset, rank);
        assert_ptr_equal(fake_zset_next(zset, &sought), member);
        member = fake_zset_previous(zset, &backwards);
        assert_true(member && fl_span_is(fake_entry_key(member), model->names[last]));
    }
    assert_null(fake_zset_next(zset, &forwards));
    assert_null(fake_zset_previous(zset, &backwards));
    check_bounds(zset, model);
}

struct plan {
    const char *name;
    unsigned scores; /* how many different ones */
    unsigned added;  /* of a hundred steps; the others remove */
};

static void step(struct fake_heap *heap, struct fake_zset *zset, struct model *model,
                 struct fake_dice *dice, const struct plan *plan)
{
    unsigned id = (unsigned)(fake_dice_roll(dice) % NAMES);
    double score = (double)(fake_dice_roll(dice) % plan->scores);
    struct fake_entry *member = fake_zset_find(zset, fl_span_from(model->names[id]));
    assert_int_equal(member != NULL, model->present[id]);
    if (fake_dice_roll(dice) % 100 >= plan->added) {
        if (member) fake_zset_remove(heap, zset, member);
        model->present[id] = false;
        return;
    }
    if (member)
        assert_true(fake_zset_move(heap, zset, member, score));
    else
        assert_non_null(fake_zset_add(heap, zset, fl_span_from(model->names[id]), score));
    model->scores[id] = score;
    model->present[id] = true;
}

static void keeps_its_order(void **state)
{
    const struct plan *plan = *state;
    struct fake_heap heap = {0};
    struct fake_zset zset = {0};
    struct fake_dice dice = {.state = 5};
    struct model *model = calloc(1, sizeof(*model));
    assert_non_null(model);
    name_all(model);
    for (unsigned i = 1; i <= STEPS; i++) {
        step(&heap, &zset, model, &dice, plan);
        if (i % PICK_EVERY == 0 && fake_zset_count(&zset))
            fake_zset_pick(&zset, fake_dice_roll(&dice));
        if (i % CHECK_EVERY == 0) check_all(&zset, model);
    }
    fake_zset_release(&heap, &zset);
    assert_int_equal(heap.used_bytes, 0);
    free(model);
}

static void is_empty_at_both_ends(void **state)
{
    (void)state;
    struct fake_heap heap = {0};
    struct fake_zset zset = {0};
    assert_null(fake_zset_first(&zset));
    assert_null(fake_zset_last(&zset));
    struct fake_entry *member = fake_zset_add(&heap, &zset, FL_SPAN("one"), 1);
    assert_ptr_equal(fake_zset_first(&zset), member);
    assert_ptr_equal(fake_zset_last(&zset), member);
    fake_zset_remove(&heap, &zset, member);
    assert_null(fake_zset_first(&zset));
    assert_null(fake_zset_last(&zset));
    assert_int_equal(fake_zset_rank(&zset, fake_zset_end(&zset)), 0);
    fake_zset_release(&heap, &zset);
}

int main(void)
{
    static struct plan many_scores = {"keeps its order with a thousand scores", 1000, 60};
    static struct plan few_scores = {"keeps its order with three scores", 3, 70};
    static struct plan few_members = {"keeps its order while most are removed", 1000, 8};
    const struct CMUnitTest tests[] = {
        {many_scores.name, keeps_its_order, NULL, NULL, &many_scores},
        {few_scores.name, keeps_its_order, NULL, NULL, &few_scores},
        {few_members.name, keeps_its_order, NULL, NULL, &few_members},
        cmocka_unit_test(is_empty_at_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
