/* An import that is killed at each of its effects, and one whose allocations fail in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "core/assert.h"
#include "import_seven.h"

/* --- killed anywhere --- */

static void given_2500_rows(struct outside *o)
{
    given_import(o, "csv", "people.csv");
    assert_int_equal(fake_files_add_rows(o->files, "people.csv", 2500), FL_OK);
}

static void given_xlsx(struct outside *o)
{
    given_import(o, "xlsx", "people.xlsx");
}

static void given_a_feed_that_is_down(struct outside *o)
{
    static const struct fake_http_answer down = {.status = 500};
    given_feed(o, &down, 1);
}

static struct kill_case {
    const char *name;
    void (*given)(struct outside *o);
    const char *state, *error;
    int64_t rows, effects_min;
} kills[] = {
    {"killed anywhere: a file of three batches", given_2500_rows, "completed", "", 2500, 20},
    {"killed anywhere: an unsupported type", given_xlsx, "failed", "Unsupported import type: xlsx",
     0, 10},
    {"killed anywhere: a feed that stays down", given_a_feed_that_is_down, "failed",
     "Processing failed after 5 attempts", 0, 40},
};

/* False when there were fewer effects than that. */
static bool survives_a_kill(const struct kill_case *row, int64_t cut_at, bool after)
{
    struct outside o;
    outside_open(&o);
    row->given(&o);
    o.cut_at = cut_at;
    o.cut = after ? CUT_AFTER : CUT_BEFORE;
    (void)outside_drain(&o, WORKER, "[7]");
    outside_drain_pushes(&o);
    bool was_cut = o.effects >= cut_at;
    expect_state(&o, row->state);
    expect_error(&o, row->error);
    assert_int_equal(outside_number(&o, ROWS), row->rows);
    assert_int_equal(outside_number(&o, "SELECT count(*) FROM outbox"), 2);
    assert_int_equal(outside_number(&o, "SELECT count(*) FROM outbox WHERE state = 'sent'"), 2);
    outside_close(&o);
    return was_cut;
}

static void kill_row(void **state)
{
    const struct kill_case *row = *state;
    int64_t cut_at = 1;
    while (survives_a_kill(row, cut_at, false))
        assert_true(survives_a_kill(row, cut_at++, true));
    assert_true(cut_at > row->effects_min);
}

/* --- out of memory --- */

struct starved {
    void (*given)(struct outside *o);
    const char *worker, *args;
};

static void given_rows_good_and_bad(struct outside *o)
{
    given_file(o, "a,b\n1,2\n3\n\"4\",5\n");
}

static void given_something_to_tell(struct outside *o)
{
    given_file(o, "a\n1\n");
    assert_int_equal(outside_deliver(o, WORKER, "[7]", -1), OUTSIDE_DONE);
}

static enum fl_error deliver_starved(void *context)
{
    const struct starved *starved = context;
    struct outside o;
    alloc_sweep_pause();
    outside_open(&o);
    starved->given(&o);
    struct fl_json args;
    assert_int_equal(fl_json_parse(fl_span_from(starved->args), &args, NULL), FL_OK);
    alloc_sweep_resume();
    enum outside_end end = outside_deliver_parsed(&o, starved->worker, &args, -1);
    alloc_sweep_pause();
    fl_json_release(&args);
    outside_close(&o);
    alloc_sweep_resume();
    if (end == OUTSIDE_DONE) return FL_OK;
    return end == OUTSIDE_RETRY && o.failure == FL_SYSTEM ? FL_ENOMEM : FL_EIO;
}

static void every_allocation_of_an_import_may_fail(void **state)
{
    (void)state;
    alloc_sweep(deliver_starved, &(struct starved){given_rows_good_and_bad, WORKER, "[7]"});
}

static void every_allocation_of_a_notification_may_fail(void **state)
{
    (void)state;
    alloc_sweep(deliver_starved, &(struct starved){given_something_to_tell,
                                                   "UserNotificationWorker", "[7,\"completed\"]"});
}

int main(void)
{
    const struct CMUnitTest single[] = {
        cmocka_unit_test(every_allocation_of_an_import_may_fail),
        cmocka_unit_test(every_allocation_of_a_notification_may_fail),
    };
    struct CMUnitTest tests[FL_COUNT(single) + FL_COUNT(kills)];
    size_t n = 0;
    for (size_t i = 0; i < FL_COUNT(single); i++)
        tests[n++] = single[i];
    for (size_t i = 0; i < FL_COUNT(kills); i++)
        tests[n++] = (struct CMUnitTest){kills[i].name, kill_row, NULL, NULL, &kills[i]};
    return _cmocka_run_group_tests("import_cuts", tests, n, NULL, NULL);
}
