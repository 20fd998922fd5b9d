/* What the tasks of stuck jobs wait for, and who has it. Each run stands still for a day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "playing.h"

static void a_lock_whose_holder_was_killed(void **state)
{
    (void)state;
    must_end(
        HEAD "processes 1 concurrency 1\nenqueue a SpinWorker []\n"
             "fault kill process-of a when a#1 the 1st \"redis SET lock*\" after restart after 5s\n"
             "expect a done\n",
        RUN_STUCK, 0, "redis SET lock:1 a NX; lock:1 holds a (waiting), and nothing ends it\n");
}

static void a_transaction_that_another_process_holds_open(void **state)
{
    (void)state;
    must_end(HEAD "processes 2 concurrency 1\nenqueue a HoldTransactionWorker []\n"
                  "enqueue b BeginForeverWorker [] in 10s\nexpect * done\n",
             RUN_STUCK, 0, "in db BEGIN; a transaction is held open by a#1 (p");
}

static void a_pool_whose_connections_are_all_taken(void **state)
{
    (void)state;
    must_end(HEAD "processes 1 concurrency 1\nenqueue a TakeAllWorker []\nexpect a done\n",
             RUN_STUCK, 0,
             "after redis INCR taken; the connections of p1 are held by a#1 (p1), a#1 (p1)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_whose_holder_was_killed),
        cmocka_unit_test(a_transaction_that_another_process_holds_open),
        cmocka_unit_test(a_pool_whose_connections_are_all_taken),
    };
    return cmocka_run_group_tests(tests, playing_open_house, playing_close_house);
}
