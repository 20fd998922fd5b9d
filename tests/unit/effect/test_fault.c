/* Where faults strike: one fault, a list of effects, and the effects around which it strikes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/fault/fault.h"
#include "harness/scenario/words.h"

enum { EFFECTS_MAX = 8 };

/* "context label detail": "a#1 SADD notes", "p1/fetch LMOVE q", "web LPUSH q"; each a second after
 * the one before. */
struct strike_case {
    const char *name;
    struct plan_fault fault;
    int32_t sweep;
    const char *effects[EFFECTS_MAX];
    const char *want; /* a letter an effect: '.' nothing, 'b' before, 'a' after */
};

#define ADDRESS(...) .address = {.at_us = -1, .after_us = -1, __VA_ARGS__}

static struct strike_case strikes[] = {
    {"every effect, once", {.times = 1, ADDRESS()}, -1, {"a#1 X", "a#1 X"}, "b."},
    {"by pattern",
     {.times = 1, ADDRESS(.pattern = "redis LPUSH queue:*")},
     -1,
     {"a#1 LPUSH list", "a#1 LPUSH queue:a"},
     ".b"},
    {"after",
     {.times = 1, ADDRESS(.pattern = "redis X", .moment = PLAN_AFTER)},
     -1,
     {"a#1 Y", "a#1 X"},
     ".a"},
    {"the 2nd",
     {.times = 1, ADDRESS(.pattern = "redis X", .nth = 2)},
     -1,
     {"a#1 X", "a#1 Y", "b#1 X", "a#1 X"},
     "..b."},
    {"the 2nd of a job's delivery",
     {.times = 1, ADDRESS(.pattern = "redis X", .nth = 2, .job = "a", .delivery = 2)},
     -1,
     {"a#1 X", "a#1 X", "b#2 X", "a#2 X", "a#2 X"},
     "....b"},
    {"twice", {.times = 2, ADDRESS(.job = "a")}, -1, {"a#1 X", "b#1 X", "a#1 X", "a#1 X"}, "b.b."},
    {"always", {.times = 0, ADDRESS(.job = "a")}, -1, {"a#1 X", "b#1 X", "a#1 X", "a#1 X"}, "b.bb"},
    {"by a job's glob",
     {.times = 0, ADDRESS(.job = "note-*")},
     -1,
     {"note-1#1 X", "mail#1 X"},
     "b."},
    {"by process",
     {.times = 0, ADDRESS(.process = "p1")},
     -1,
     {"p2/fetch X", "p1/fetch X", "web X"},
     ".b."},
    {"by process and role",
     {.times = 0, ADDRESS(.process = "p1", .role = "poller")},
     -1,
     {"p1/fetch X", "p1/poller X"},
     ".b"},
    {"the client", {.times = 0, ADDRESS(.process = "web")}, -1, {"p1/fetch X", "web X"}, ".b"},
    {"a process's jobs are its own", {.times = 0, ADDRESS(.process = "p1")}, -1, {"a#1 X"}, "b"},
    {"from an instant on",
     {.verb = PLAN_ERROR, .times = 1, .address = {.at_us = 2500000, .after_us = -1}},
     -1,
     {"a#1 X", "a#1 X", "a#1 X", "a#1 X"},
     "...b"},
    {"sweep: not played in the reference",
     {.sweep = true, ADDRESS(.each_step = true)},
     -1,
     {"a#1 X", "a#1 Y"},
     ".."},
    {"sweep: its first point",
     {.sweep = true, ADDRESS(.each_step = true, .moment = PLAN_BEFORE_AND_AFTER)},
     0,
     {"a#1 X", "a#1 Y"},
     "b."},
    {"sweep: its second point",
     {.sweep = true, ADDRESS(.each_step = true, .moment = PLAN_BEFORE_AND_AFTER)},
     1,
     {"a#1 X", "a#1 Y"},
     "a."},
    {"sweep: its fourth point",
     {.sweep = true, ADDRESS(.each_step = true, .moment = PLAN_BEFORE_AND_AFTER)},
     3,
     {"a#1 X", "a#1 Y"},
     ".a"},
    {"sweep: of one job, at one moment",
     {.sweep = true, ADDRESS(.each_step = true, .job = "b", .moment = PLAN_AFTER)},
     1,
     {"a#1 X", "b#1 Y", "a#1 X", "b#1 Z"},
     "...a"},
    {"sweep: past its last point",
     {.sweep = true, ADDRESS(.each_step = true)},
     5,
     {"a#1 X", "a#1 Y"},
     ".."},
};

struct fixture {
    struct plan plan;
    struct sim_choices *choices;
    struct fault_set *set;
    struct effect_identities identities;
    int64_t now_us;
};

static void open_fixture(struct fixture *f, const struct plan_fault *faults, uint32_t count,
                         int32_t sweep)
{
    *f = (struct fixture){.plan = {.faults = faults, .fault_count = count}};
    assert_int_equal(sim_choices_simplest(&f->choices), FL_OK);
    assert_int_equal(fault_set_new(&f->plan, sweep, f->choices, &f->set), FL_OK);
    effect_identities_init(&f->identities);
}

static void close_fixture(struct fixture *f)
{
    effect_identities_release(&f->identities);
    fault_set_free(f->set);
    sim_choices_free(f->choices);
}

static struct effect_context *context_of(struct fixture *f, const char *name)
{
    char copy[64];
    snprintf(copy, sizeof copy, "%s", name);
    char *mark = strpbrk(copy, "#/");
    if (!mark) return effect_context(&f->identities, copy, "main", NULL, 0);
    char kind = *mark;
    *mark = '\0';
    if (kind == '/') return effect_context(&f->identities, copy, mark + 1, NULL, 0);
    return effect_context(&f->identities, "p1", "thread-1", copy, (uint32_t)atoi(mark + 1));
}

static void play(struct fixture *f, const char *effect, struct fault_strikes *ret_strikes)
{
    char who[64], command[64], label[80], detail[64] = "";
    sscanf(effect, "%63s %63s %63[^\n]", who, command, detail);
    snprintf(label, sizeof label, "redis %s", command);
    struct effect_context *context = context_of(f, who);
    fault_set_at_effect(f->set, &f->identities, context,
                        effect_label(&f->identities, fl_span_from(label)), fl_span_from(detail),
                        f->now_us, ret_strikes);
    f->now_us += 1000000;
}

static void strike_row(void **state)
{
    const struct strike_case *row = *state;
    struct fixture f;
    struct fault_strikes found;
    char got[EFFECTS_MAX + 1] = "";
    open_fixture(&f, &row->fault, 1, row->sweep);
    for (size_t i = 0; i < EFFECTS_MAX && row->effects[i]; i++) {
        play(&f, row->effects[i], &found);
        assert_in_range(found.count, 0, 1);
        got[i] = '.';
        if (found.count) got[i] = found.items[0].moment == PLAN_AFTER ? 'a' : 'b';
    }
    assert_string_equal(got, row->want);
    bool struck = strpbrk(row->want, "ab") != NULL;
    assert_int_equal(fault_set_swept(f.set), row->fault.sweep && struck);
    if (!row->fault.sweep) assert_int_equal(fault_set_never_fired(f.set) == NULL, struck);
    close_fixture(&f);
}

static void nothing_strikes_once_the_run_is_healed(void **state)
{
    (void)state;
    const struct plan_fault always = {.times = 0, ADDRESS()};
    struct fixture f;
    struct fault_strikes found;
    open_fixture(&f, &always, 1, -1);
    play(&f, "a#1 X", &found);
    assert_int_equal(found.count, 1);
    fault_set_heal(f.set);
    play(&f, "a#1 X", &found);
    assert_int_equal(found.count, 0);
    close_fixture(&f);
}

static void a_fault_by_time_needs_no_effect(void **state)
{
    (void)state;
    const struct plan_fault kill = {
        .verb = PLAN_KILL, .times = 1, .address = {.at_us = 5, .after_us = -1}};
    struct fixture f;
    open_fixture(&f, &kill, 1, -1);
    assert_int_equal(fault_set_next_us(f.set, 0), 5);
    assert_null(fault_set_take_due(f.set, 4));
    assert_false(fault_set_spent(f.set, 0));
    assert_non_null(fault_set_take_due(f.set, 5));
    assert_null(fault_set_take_due(f.set, 6));
    assert_true(fault_set_spent(f.set, 0));
    assert_true(fault_set_permits_copies(f.set));
    close_fixture(&f);
}

static void one_fault_may_wait_for_another(void **state)
{
    (void)state;
    const struct plan_fault faults[] = {
        {.name = "f1", .verb = PLAN_DELAY, .times = 1, ADDRESS(.job = "a")},
        {.verb = PLAN_KILL,
         .times = 1,
         .address = {.at_us = -1, .after_us = 2000000, .after_fault = "f1"}},
    };
    struct fixture f;
    struct fault_strikes found;
    open_fixture(&f, faults, 2, -1);
    assert_true(fault_set_next_us(f.set, 0) == FL_NEVER_US);
    play(&f, "b#1 X", &found);
    play(&f, "a#1 X", &found); /* at one second */
    assert_int_equal(fault_set_next_us(f.set, 0), 3000000);
    assert_null(fault_set_take_due(f.set, 2999999));
    assert_int_equal(fault_set_take_due(f.set, 3000000)->verb, PLAN_KILL);
    close_fixture(&f);
}

static void a_delay_explains_no_second_copy(void **state)
{
    (void)state;
    const struct plan_fault delay = {.verb = PLAN_DELAY, .times = 1, ADDRESS()};
    struct fixture f;
    struct fault_strikes found;
    open_fixture(&f, &delay, 1, -1);
    play(&f, "a#1 X", &found);
    assert_int_equal(found.count, 1);
    assert_false(fault_set_permits_copies(f.set));
    close_fixture(&f);
}

static void chance_is_a_choice(void **state)
{
    (void)state;
    /* The simplest choice is 0, which lies below any chance above nothing. */
    const struct plan_fault faults[] = {{.times = 0, ADDRESS(.chance_of = 1, .chance_in = 50)},
                                        {.times = 0, ADDRESS(.chance_of = 0, .chance_in = 50)}};
    struct fixture f;
    struct fault_strikes found;
    open_fixture(&f, faults, 2, -1);
    play(&f, "a#1 X", &found);
    assert_int_equal(found.count, 1);
    assert_null(fault_set_never_fired(f.set)); /* chance owes nothing */
    close_fixture(&f);
}

static void parts_strike_where_the_first_does(void **state)
{
    (void)state;
    const struct plan_fault faults[] = {
        {.verb = PLAN_CLOCK, .times = 2, ADDRESS(.pattern = "redis X", .moment = PLAN_AFTER)},
        {.verb = PLAN_EVICT, .times = 2, .follows = true, ADDRESS(.pattern = "redis X")},
        {.verb = PLAN_KILL, .times = 2, .follows = true, ADDRESS(.pattern = "redis X")},
    };
    struct fixture f;
    struct fault_strikes found;
    open_fixture(&f, faults, 3, -1);
    play(&f, "a#1 Y", &found);
    assert_int_equal(found.count, 0);
    for (int times = 0; times < 2; times++) {
        assert_false(fault_set_spent(f.set, 0));
        play(&f, "a#1 X", &found);
        assert_int_equal(found.count, 3);
        assert_int_equal(found.items[1].fault->verb, PLAN_EVICT);
        assert_int_equal(found.items[2].fault->verb, PLAN_KILL);
        assert_int_equal(found.items[2].moment, PLAN_AFTER);
    }
    assert_true(fault_set_spent(f.set, 0));
    play(&f, "a#1 X", &found);
    assert_int_equal(found.count, 0);
    close_fixture(&f);
}

static void parts_are_no_second_draw(void **state)
{
    (void)state;
    const struct plan_fault faults[] = {
        {.times = 0, ADDRESS(.chance_of = 0, .chance_in = 50)},
        {.times = 0, .follows = true, ADDRESS(.chance_of = 50, .chance_in = 50)}};
    struct fixture f;
    struct fault_strikes found;
    open_fixture(&f, faults, 2, -1);
    play(&f, "a#1 X", &found);
    assert_int_equal(found.count, 0);
    close_fixture(&f);
}

static void parts_of_a_sweep_are_one_sweep(void **state)
{
    (void)state;
    const struct plan_fault faults[] = {
        {.verb = PLAN_CLOCK, .times = 1, .sweep = true, ADDRESS(.each_step = true)},
        {.verb = PLAN_KILL, .times = 1, .sweep = true, .follows = true, ADDRESS(.each_step = true)},
    };
    struct fixture f;
    struct fault_strikes found;
    open_fixture(&f, faults, 2, 1);
    play(&f, "a#1 X", &found);
    assert_int_equal(found.count, 0);
    play(&f, "a#1 X", &found);
    assert_int_equal(found.count, 2);
    assert_true(fault_set_swept(f.set));
    close_fixture(&f);
}

static void parts_by_time_are_due_together(void **state)
{
    (void)state;
    const struct plan_fault faults[] = {
        {.verb = PLAN_FLUSHALL, .times = 1, .address = {.at_us = 2000000, .after_us = -1}},
        {.verb = PLAN_KILL, .times = 1, .follows = true, .address = {.at_us = 2000000}},
    };
    struct fixture f;
    open_fixture(&f, faults, 2, -1);
    assert_null(fault_set_take_due(f.set, 1999999));
    assert_int_equal(fault_set_take_due(f.set, 2000000)->verb, PLAN_FLUSHALL);
    assert_int_equal(fault_set_take_due(f.set, 2000000)->verb, PLAN_KILL);
    close_fixture(&f);
}

static void a_fault_is_spent_when_it_strikes_no_more(void **state)
{
    (void)state;
    const struct plan_fault twice = {.name = "f", .verb = PLAN_DELAY, .times = 2, ADDRESS()};
    struct fixture f;
    struct fault_strikes found;
    open_fixture(&f, &twice, 1, -1);
    play(&f, "a#1 X", &found);
    assert_true(fault_set_spent_us(f.set, "f") == FL_NEVER_US);
    play(&f, "a#1 X", &found); /* at one second */
    assert_int_equal(fault_set_spent_us(f.set, "f"), 1000000);
    assert_true(fault_set_spent_us(f.set, "g") == FL_NEVER_US);
    close_fixture(&f);
}

static void a_fault_ends_at_its_time(void **state)
{
    (void)state;
    const struct plan_fault faults[] = {
        {.verb = PLAN_DELAY, .times = 0, ADDRESS(.pattern = "redis X", .until_us = 1000000)}};
    struct fixture f;
    struct fault_strikes found;
    open_fixture(&f, faults, 1, -1);
    assert_int_equal(fault_set_next_end_us(f.set, 0), 1000001);
    play(&f, "a#1 X", &found);
    assert_int_equal(found.count, 1);
    play(&f, "a#1 X", &found); /* at one second */
    assert_int_equal(found.count, 1);
    play(&f, "a#1 X", &found);
    assert_int_equal(found.count, 0);
    assert_false(fault_set_spent(f.set, 1000000));
    assert_true(fault_set_spent(f.set, 1000001));
    assert_true(fault_set_next_end_us(f.set, 1000001) == FL_NEVER_US);
    close_fixture(&f);
}

static void two_sweeps_are_refused(void **state)
{
    (void)state;
    const struct plan_fault faults[] = {{.sweep = true}, {.sweep = true}};
    const struct plan plan = {.faults = faults, .fault_count = 2};
    struct fault_set *set;
    assert_int_equal(fault_set_new(&plan, 0, NULL, &set), FL_EINVAL);
}

static void a_sweep_that_counts_stays_at_its_place(void **state)
{
    (void)state;
    const struct plan_fault cut = {
        .verb = PLAN_CUT_REPLY, .sweep = true, .counts = true, ADDRESS(.pattern = "redis *")};
    struct fixture f;
    struct fault_strikes found;
    open_fixture(&f, &cut, 1, 6);
    play(&f, "a#1 GET", &found);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.items[0].fault->number, 6);
    play(&f, "a#1 GET", &found);
    assert_int_equal(found.count, 0);
    assert_true(fault_set_swept(f.set) && fault_set_counts_to_the_end(f.set));
    close_fixture(&f);
}

static void a_sweep_over_poisons_ends_with_their_table(void **state)
{
    (void)state;
    const struct plan_fault poison = {.verb = PLAN_POISON,
                                      .sweep = true,
                                      .counts = true,
                                      .text = "a",
                                      ADDRESS(.pattern = "redis *")};
    struct fixture f;
    struct fault_strikes found;
    open_fixture(&f, &poison, 1, (int32_t)words_poisons.count - 1);
    play(&f, "a#1 GET", &found);
    assert_int_equal(found.count, 1);
    close_fixture(&f);
    open_fixture(&f, &poison, 1, (int32_t)words_poisons.count);
    play(&f, "a#1 GET", &found);
    assert_int_equal(found.count, 0);
    assert_false(fault_set_swept(f.set));
    close_fixture(&f);
}

static void an_allocation_sweep_counts_up(void **state)
{
    (void)state;
    const struct plan_fault oom = {.verb = PLAN_OOM, .sweep = true, ADDRESS()};
    struct fixture f;
    open_fixture(&f, &oom, 1, 6);
    assert_int_equal(fault_set_oom(f.set, 0)->oom_nth, 7);
    assert_null(fault_set_oom(f.set, 1));
    assert_false(fault_set_swept(f.set));
    fault_set_oom_fired(f.set, 0, 1);
    assert_true(fault_set_swept(f.set));
    close_fixture(&f);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(nothing_strikes_once_the_run_is_healed),
        cmocka_unit_test(a_fault_by_time_needs_no_effect),
        cmocka_unit_test(one_fault_may_wait_for_another),
        cmocka_unit_test(a_delay_explains_no_second_copy),
        cmocka_unit_test(chance_is_a_choice),
        cmocka_unit_test(parts_strike_where_the_first_does),
        cmocka_unit_test(parts_are_no_second_draw),
        cmocka_unit_test(parts_of_a_sweep_are_one_sweep),
        cmocka_unit_test(parts_by_time_are_due_together),
        cmocka_unit_test(a_fault_is_spent_when_it_strikes_no_more),
        cmocka_unit_test(a_fault_ends_at_its_time),
        cmocka_unit_test(two_sweeps_are_refused),
        cmocka_unit_test(a_sweep_that_counts_stays_at_its_place),
        cmocka_unit_test(a_sweep_over_poisons_ends_with_their_table),
        cmocka_unit_test(an_allocation_sweep_counts_up),
    };
    struct CMUnitTest tests[FL_COUNT(strikes) + FL_COUNT(others)];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(strikes); i++)
        tests[count++] = (struct CMUnitTest){strikes[i].name, strike_row, NULL, NULL, &strikes[i]};
    for (size_t i = 0; i < FL_COUNT(others); i++)
        tests[count++] = others[i];
    return _cmocka_run_group_tests("faults", tests, count, NULL, NULL);
}
