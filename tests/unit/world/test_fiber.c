/* Contexts and their stacks, below the world: on each backend that this build has. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/fiber/context.h"

enum { STACK_BYTES = 64 * 1024, MANY = 100, ROUNDS = 50, DEEP_BYTES = 40 * 1024 };

struct player {
    struct sim_context *referee, mine;
    struct sim_stack *stack;
    int number, turns;
    double sum;
};

static void plays(void *argument)
{
    struct player *player = argument;
    for (player->turns = 0; player->turns < ROUNDS; player->turns++) {
        player->sum += 0.5 * player->number;
        errno = player->number;
        sim_context_switch(&player->mine, player->referee);
        fl_assert(errno == player->number);
    }
    sim_context_leave(&player->mine, player->referee);
}

static void many_contexts_take_turns(enum sim_backend backend)
{
    struct sim_stacks *stacks;
    struct sim_context referee;
    struct player *players = calloc(MANY, sizeof(*players));
    assert_int_equal(sim_stacks_new(STACK_BYTES, &stacks), FL_OK);
    sim_context_adopt(&referee, backend);
    for (int i = 0; i < MANY; i++) {
        players[i] = (struct player){.referee = &referee, .number = i + 1};
        assert_int_equal(sim_stacks_take(stacks, &players[i].stack), FL_OK);
        sim_context_init(&players[i].mine, backend, players[i].stack, plays, &players[i]);
    }
    errno = -1;
    for (int round = 0; round <= ROUNDS; round++) {
        for (int i = 0; i < MANY; i++) {
            sim_context_switch(&referee, &players[i].mine);
        }
    }
    assert_int_equal(errno, -1);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(players[i].turns, ROUNDS);
        assert_true(players[i].sum == 0.5 * ROUNDS * (i + 1));
    }
    sim_stacks_free(stacks);
    free(players);
}

static void digs(void *argument)
{
    struct player *player = argument;
    volatile char depth[DEEP_BYTES];
    for (size_t i = 0; i < sizeof(depth); i++) {
        depth[i] = 'x';
    }
    sim_context_switch(&player->mine, player->referee);
    player->sum = depth[0]; /* never: it is dropped where it stands */
}

/* A dropped context leaves its frames on the stack that the next one starts on. */
static void a_context_can_be_dropped_and_its_stack_used_again(enum sim_backend backend)
{
    struct sim_stacks *stacks;
    struct sim_context referee;
    struct player player = {.referee = &referee};
    assert_int_equal(sim_stacks_new(STACK_BYTES, &stacks), FL_OK);
    sim_context_adopt(&referee, backend);
    struct sim_stack *first = NULL;
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(sim_stacks_take(stacks, &player.stack), FL_OK);
        if (first) assert_ptr_equal(player.stack, first);
        first = player.stack;
        sim_context_init(&player.mine, backend, player.stack, digs, &player);
        sim_context_switch(&referee, &player.mine);
        sim_stacks_give(stacks, player.stack);
    }
    assert_true(player.sum == 0);
    assert_in_range(sim_stacks_high_water_bytes(stacks), DEEP_BYTES, STACK_BYTES);
    sim_stacks_free(stacks);
}

static void many_contexts_on_ucontext(void **state)
{
    (void)state;
    many_contexts_take_turns(SIM_BACKEND_UCONTEXT);
}

static void many_contexts_on_boost(void **state)
{
    (void)state;
    if (!sim_backend_available(SIM_BACKEND_BOOST)) skip();
    many_contexts_take_turns(SIM_BACKEND_BOOST);
}

static void dropping_on_ucontext(void **state)
{
    (void)state;
    a_context_can_be_dropped_and_its_stack_used_again(SIM_BACKEND_UCONTEXT);
}

static void dropping_on_boost(void **state)
{
    (void)state;
    if (!sim_backend_available(SIM_BACKEND_BOOST)) skip();
    a_context_can_be_dropped_and_its_stack_used_again(SIM_BACKEND_BOOST);
}

static void the_guard_lies_below_the_stack_and_nowhere_else(void **state)
{
    (void)state;
    struct sim_stacks *stacks;
    struct sim_stack *stack;
    assert_int_equal(sim_stacks_new(STACK_BYTES, &stacks), FL_OK);
    assert_int_equal(sim_stacks_take(stacks, &stack), FL_OK);
    uintptr_t base = (uintptr_t)stack->base;
    assert_true(sim_stacks_is_guard(stacks, (void *)(base - 1)));
    assert_true(sim_stacks_is_guard(stacks, (void *)(base - 100 * 1024)));
    assert_false(sim_stacks_is_guard(stacks, (void *)base));
    assert_false(sim_stacks_is_guard(stacks, (void *)(base + stack->size)));
    assert_false(sim_stacks_is_guard(stacks, NULL));
    assert_false(sim_stacks_is_guard(stacks, &stacks));
    assert_int_equal(stack->size, STACK_BYTES);
    sim_stacks_free(stacks);
}

static void a_fresh_stack_has_no_high_water_mark(void **state)
{
    (void)state;
    struct sim_stacks *stacks;
    struct sim_stack *stack;
    assert_int_equal(sim_stacks_new(STACK_BYTES, &stacks), FL_OK);
    assert_int_equal(sim_stacks_take(stacks, &stack), FL_OK);
    assert_int_equal(sim_stacks_high_water_bytes(stacks), 0);
    stack->base[STACK_BYTES - 1000] = 1;
    assert_int_equal(sim_stacks_high_water_bytes(stacks), 1000);
    sim_stacks_free(stacks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_contexts_on_ucontext),
        cmocka_unit_test(many_contexts_on_boost),
        cmocka_unit_test(dropping_on_ucontext),
        cmocka_unit_test(dropping_on_boost),
        cmocka_unit_test(the_guard_lies_below_the_stack_and_nowhere_else),
        cmocka_unit_test(a_fresh_stack_has_no_high_water_mark),
    };
    return cmocka_run_group_tests_name("fiber", tests, NULL, NULL);
}
