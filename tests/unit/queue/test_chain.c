#include "rows.h"

#include <stdio.h>
#include <string.h>

#include "queue/chain.h"

static enum fl_outcome through(struct fl_job *job, const struct fl_next_job *next)
{
    return fl_run_next(job, next);
}

static enum fl_error on(struct fl_push *push, const struct fl_next_push *next)
{
    return fl_push_next(push, next);
}

#define LINK(n)                                                                                    \
    {                                                                                              \
        .name = n, .around_job = through, .around_push = on                                        \
    }
static const struct fl_middleware a = LINK("a"), b = LINK("b"), c = LINK("c"), other_b = LINK("b");

static void expect(const struct fl_chain *chain, const char *want)
{
    char names[FL_CHAIN_MAX + 1] = "";
    for (size_t i = 0; i < chain->count; i++)
        names[i] = chain->links[i]->name[0];
    assert_string_equal(names, want);
}

static struct fl_config abc(void)
{
    struct fl_config config;
    fl_config_init(&config);
    assert_int_equal(fl_chain_add(&config.server, &a), FL_OK);
    assert_int_equal(fl_chain_add(&config.server, &b), FL_OK);
    assert_int_equal(fl_chain_add(&config.server, &c), FL_OK);
    return config;
}

/* --- the order --- */

static void links_stand_in_the_order_of_their_adding(void **state)
{
    (void)state;
    struct fl_config config = abc();
    expect(fl_config_server(&config), "abc");
    assert_int_equal(fl_config_client(&config)->count, 0);
}

static void who_is_added_again_moves_to_the_end(void **state)
{
    (void)state;
    struct fl_config config = abc();
    assert_int_equal(fl_chain_add(&config.server, &a), FL_OK);
    expect(&config.server, "bca");
}

static void a_name_stands_once_and_the_later_link_holds(void **state)
{
    (void)state;
    struct fl_config config = abc();
    assert_int_equal(fl_chain_prepend(&config.server, &other_b), FL_OK);
    expect(&config.server, "bac");
    assert_ptr_equal(config.server.links[0], &other_b);
}

static struct insert_case {
    const char *name;
    const char *anchor;
    bool after;
    const char *want;
} inserts[] = {
    {"insert: before another", "a", false, "cab"},
    {"insert: behind another", "a", true, "acb"},
    {"insert: before one that is not there: before all", "x", false, "cab"},
    {"insert: behind one that is not there: behind all", "x", true, "abc"},
    {"insert: before itself", "c", false, "cab"},
};

static void insert_row(void **state)
{
    const struct insert_case *row = *state;
    struct fl_config config = abc();
    assert_int_equal(row->after ? fl_chain_insert_after(&config.server, row->anchor, &c)
                                : fl_chain_insert_before(&config.server, row->anchor, &c),
                     FL_OK);
    expect(&config.server, row->want);
}

static void links_can_be_taken_out(void **state)
{
    (void)state;
    struct fl_config config = abc();
    fl_chain_remove(&config.server, "b");
    fl_chain_remove(&config.server, "x");
    expect(&config.server, "ac");
    assert_true(fl_chain_has(&config.server, "c"));
    assert_false(fl_chain_has(&config.server, "b"));
    fl_chain_clear(&config.server);
    expect(&config.server, "");
}

static void a_full_chain_takes_no_other_but_lets_one_move(void **state)
{
    static char names[FL_CHAIN_MAX + 1][8];
    static struct fl_middleware links[FL_CHAIN_MAX + 1];
    (void)state;
    struct fl_config config;
    fl_config_init(&config);
    for (size_t i = 0; i <= FL_CHAIN_MAX; i++) {
        snprintf(names[i], sizeof(names[i]), "%zu", i);
        links[i] = (struct fl_middleware){.name = names[i], .around_push = on};
        enum fl_error want = i < FL_CHAIN_MAX ? FL_OK : FL_EBOUND;
        assert_int_equal(fl_chain_add(&config.client, &links[i]), want);
    }
    assert_int_equal(fl_chain_prepend(&config.client, &links[7]), FL_OK);
    assert_ptr_equal(config.client.links[0], &links[7]);
    assert_ptr_equal(config.client.links[FL_CHAIN_MAX - 1], &links[FL_CHAIN_MAX - 1]);
}

static void a_link_without_a_function_for_this_side_is_refused(void **state)
{
    (void)state;
    const struct fl_middleware jobs_only = {.name = "j", .around_job = through};
    const struct fl_middleware nameless = {.around_job = through};
    struct fl_config config = abc();
    assert_int_equal(fl_chain_add(&config.client, &jobs_only), FL_EINVAL);
    assert_int_equal(fl_chain_add(&config.server, &nameless), FL_EINVAL);
    expect(&config.server, "abc");
}

/* --- the way through --- */

/* The job is none: only its address goes through. */
static char trail[32];

static void mark(char sign)
{
    size_t length = strlen(trail);
    trail[length] = sign;
    trail[length + 1] = '\0';
}

static enum fl_outcome bracket(struct fl_job *job, const struct fl_next_job *next)
{
    mark('(');
    enum fl_outcome outcome = fl_run_next(job, next);
    mark(')');
    return outcome;
}

static enum fl_outcome twice(struct fl_job *job, const struct fl_next_job *next)
{
    (void)fl_run_next(job, next);
    return fl_run_next(job, next);
}

static enum fl_outcome past(struct fl_job *job, const struct fl_next_job *next)
{
    (void)job, (void)next;
    mark('-');
    return FL_DONE;
}

static enum fl_outcome handler(struct fl_job *job)
{
    (void)job;
    mark('h');
    return FL_DISCARDED;
}

static void run_through(fl_around_job *inner, const char *want, enum fl_outcome want_outcome)
{
    const struct fl_middleware outer_link = {.name = "outer", .around_job = bracket};
    const struct fl_middleware inner_link = {.name = "inner", .around_job = inner};
    const struct fl_worker worker = {.name = "W", .perform = handler};
    struct fl_config config;
    trail[0] = '\0';
    fl_config_init(&config);
    assert_int_equal(fl_chain_add(&config.server, &outer_link), FL_OK);
    assert_int_equal(fl_chain_add(&config.server, &inner_link), FL_OK);
    assert_int_equal(fl_chain_run(&config.server, NULL, &worker), want_outcome);
    assert_string_equal(trail, want);
}

static void jobs_go_through_all_links_and_come_back_through_them(void **state)
{
    (void)state;
    run_through(bracket, "((h))", FL_DISCARDED);
    run_through(twice, "(hh)", FL_DISCARDED);
    run_through(past, "(-)", FL_DONE);
}

static enum fl_error redirect(struct fl_push *push, const struct fl_next_push *next)
{
    push->queue = "elsewhere";
    return fl_push_next(push, next);
}

static enum fl_error stop(struct fl_push *push, const struct fl_next_push *next)
{
    (void)push, (void)next;
    return FL_OK;
}

static enum fl_error last(void *context, const struct fl_push *push)
{
    const char **queue = context;
    *queue = push->queue;
    return FL_ELOST;
}

static void a_push_is_what_the_links_have_made_of_it(void **state)
{
    (void)state;
    const struct fl_middleware link = {.name = "redirect", .around_push = redirect};
    struct fl_config config;
    struct fl_push push = {.worker = "W", .args = FL_SPAN("[]"), .queue = "here"};
    const char *queue = NULL;
    fl_config_init(&config);
    assert_int_equal(fl_chain_add(&config.client, &link), FL_OK);
    assert_int_equal(fl_chain_push(&config.client, &push, last, &queue), FL_ELOST);
    assert_string_equal(queue, "elsewhere");
}

static void who_does_not_call_the_next_stops_the_push(void **state)
{
    (void)state;
    const struct fl_middleware link = {.name = "stop", .around_push = stop};
    struct fl_config config;
    struct fl_push push = {.worker = "W", .args = FL_SPAN("[]")};
    const char *queue = NULL;
    fl_config_init(&config);
    assert_int_equal(fl_chain_add(&config.client, &link), FL_OK);
    assert_int_equal(fl_chain_push(&config.client, &push, last, &queue), FL_ECANCELED);
    assert_null(queue);
}

/* --- setups --- */

static enum fl_error set_up_a(struct fl_config *config)
{
    return fl_chain_add(fl_config_server(config), &a);
}

static enum fl_error set_up_badly(struct fl_config *config)
{
    (void)config;
    return FL_EINVAL;
}

static void the_first_setup_that_fails_is_told(void **state)
{
    (void)state;
    const struct fl_setup good = {set_up_a}, bad = {set_up_badly};
    const struct fl_setup *const setups[] = {&good, &bad, &good};
    struct fl_config config;
    size_t index = 9;
    fl_config_init(&config);
    assert_int_equal(fl_config_set_up(&config, setups, 3, &index), FL_EINVAL);
    assert_int_equal(index, 1);
    expect(&config.server, "a");
}

static void nobody(struct fl_job *job)
{
    (void)job;
}

static void there_are_so_many_death_handlers_and_no_more(void **state)
{
    (void)state;
    struct fl_config config;
    fl_config_init(&config);
    for (int i = 0; i < FL_DEATH_HANDLERS_MAX; i++)
        assert_int_equal(fl_config_on_death(&config, nobody), FL_OK);
    assert_int_equal(fl_config_on_death(&config, nobody), FL_EBOUND);
}

static enum fl_error nothing_to_do(const struct fl_occasion *occasion)
{
    (void)occasion;
    return FL_OK;
}

static void there_are_so_many_event_handlers_and_no_more(void **state)
{
    (void)state;
    struct fl_config config;
    fl_config_init(&config);
    for (int i = 0; i < FL_EVENT_HANDLERS_MAX; i++)
        assert_int_equal(fl_config_on_event(&config, FL_EVENT_BEAT, nothing_to_do), FL_OK);
    assert_int_equal(fl_config_on_event(&config, FL_EVENT_QUIET, nothing_to_do), FL_EBOUND);
    const struct fl_events events = {.wishes = &config.events};
    assert_true(fl_events_wanted(&events, FL_EVENT_BEAT));
    assert_false(fl_events_wanted(&events, FL_EVENT_QUIET));
}

int main(void)
{
    struct rows rows = {0};
    rows_add(&rows, insert_row, inserts, FL_COUNT(inserts), sizeof(inserts[0]));
    const struct CMUnitTest others[] = {
        cmocka_unit_test(links_stand_in_the_order_of_their_adding),
        cmocka_unit_test(who_is_added_again_moves_to_the_end),
        cmocka_unit_test(a_name_stands_once_and_the_later_link_holds),
        cmocka_unit_test(links_can_be_taken_out),
        cmocka_unit_test(a_full_chain_takes_no_other_but_lets_one_move),
        cmocka_unit_test(a_link_without_a_function_for_this_side_is_refused),
        cmocka_unit_test(jobs_go_through_all_links_and_come_back_through_them),
        cmocka_unit_test(a_push_is_what_the_links_have_made_of_it),
        cmocka_unit_test(who_does_not_call_the_next_stops_the_push),
        cmocka_unit_test(the_first_setup_that_fails_is_told),
        cmocka_unit_test(there_are_so_many_death_handlers_and_no_more),
        cmocka_unit_test(there_are_so_many_event_handlers_and_no_more),
    };
    for (size_t i = 0; i < FL_COUNT(others); i++)
        rows.tests[rows.count++] = others[i];
    return rows_run(&rows, "chain");
}
