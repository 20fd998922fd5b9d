#include "rows.h"

#include "ports/clock.h"
#include "queue/lending.h"

enum { CONNECTIONS = 3 };

/* A pool that counts what comes back. */
struct pool {
    int taken, returned;
    int conns[CONNECTIONS];
};

static enum fl_error checkout(void *self, int64_t deadline_us, struct fl_db_conn **ret_conn)
{
    struct pool *pool = self;
    (void)deadline_us;
    if (pool->taken == CONNECTIONS) return FL_ETIMEDOUT;
    *ret_conn = (void *)&pool->conns[pool->taken++];
    return FL_OK;
}

static void checkin(void *self, struct fl_db_conn *conn)
{
    (void)conn;
    ((struct pool *)self)->returned++;
}

static const struct fl_db_ops ops = {.checkout = checkout, .checkin = checkin};

static struct fl_db_conn *take(struct fl_db db)
{
    struct fl_db_conn *conn;
    assert_int_equal(fl_db_checkout(db, FL_NEVER_US, &conn), FL_OK);
    return conn;
}

static void what_is_kept_is_taken_back_once(void **state)
{
    (void)state;
    struct pool pool = {0};
    struct fl_lending lending;
    fl_lending_init(&lending, (struct fl_db){&ops, &pool});
    struct fl_db db = fl_lending_port(&lending);
    struct fl_db_conn *first = take(db);
    take(db);
    fl_db_checkin(db, first);
    assert_int_equal(pool.returned, 1);
    assert_int_equal(fl_lending_take_back(&lending), 1);
    assert_int_equal(pool.returned, 2);
    assert_int_equal(fl_lending_take_back(&lending), 0);
    assert_int_equal(pool.returned, 2);
}

static void a_checkout_that_failed_is_no_loan(void **state)
{
    (void)state;
    struct pool pool = {.taken = CONNECTIONS};
    struct fl_lending lending;
    struct fl_db_conn *conn;
    fl_lending_init(&lending, (struct fl_db){&ops, &pool});
    assert_int_equal(fl_db_checkout(fl_lending_port(&lending), 0, &conn), FL_ETIMEDOUT);
    assert_int_equal(fl_lending_take_back(&lending), 0);
}

static void no_database_stays_none(void **state)
{
    (void)state;
    struct fl_lending lending;
    fl_lending_init(&lending, (struct fl_db){0});
    assert_null(fl_lending_port(&lending).ops);
    assert_int_equal(fl_lending_take_back(&lending), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_taken_back_once),
        cmocka_unit_test(a_checkout_that_failed_is_no_loan),
        cmocka_unit_test(no_database_stays_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
