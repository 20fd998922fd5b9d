#include "queue/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "alloc_sweep.h"

static int64_t now_us(void *self)
{
    (void)self;
    return 0;
}

static const struct fl_clock_ops clock_ops = {.wall_us = now_us, .mono_us = now_us};
static const struct fl_clock clock_port = {&clock_ops, NULL};

/* Command n of a batch is "SET key-n n n ... n", with n % 6 values; each text is made in one of the
 * ways that there are. */
static void build(struct fl_commands *batch, size_t count)
{
    static const char *const values[] = {"0", "1", "2", "3", "4", "5"};
    for (size_t n = 0; n < count; n++) {
        char number[32];
        fl_command_begin(batch, "SET");
        snprintf(number, sizeof number, "%zu", n);
        if (n % 2)
            fl_command_joined(batch, "key-", number);
        else
            fl_command_printf(batch, "key-%zu", n);
        for (size_t i = 0; i < n % 6; i++)
            if (i % 2)
                fl_command_int64(batch, (int64_t)(n % 6));
            else
                fl_command_text(batch, values[n % 6]);
    }
}

static enum fl_error check(void *self, const struct fl_command *commands, size_t count,
                           int64_t deadline_us, struct fl_replies *ret_replies)
{
    size_t *seen = self;
    (void)deadline_us;
    for (size_t n = 0; n < count; n++) {
        char key[32];
        snprintf(key, sizeof key, "key-%zu", n);
        assert_int_equal(commands[n].count, 2 + n % 6);
        assert_true(fl_span_is(commands[n].args[0], "SET"));
        assert_true(fl_span_is(commands[n].args[1], key));
        for (size_t i = 0; i < n % 6; i++)
            assert_int_equal(commands[n].args[2 + i].bytes[0], '0' + (char)(n % 6));
    }
    *seen = count;
    *ret_replies = (struct fl_replies){0};
    return FL_OK;
}

static const struct fl_redis_ops redis_ops = {.exec = check};

static enum fl_error run(size_t count, size_t *ret_seen)
{
    struct fl_commands batch = {0};
    struct fl_replies replies;
    build(&batch, count);
    enum fl_error err =
        fl_commands_exec(&batch, (struct fl_redis){&redis_ops, ret_seen}, clock_port, 0, &replies);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}

static void sends_what_was_built_whatever_its_size(void **state)
{
    (void)state;
    for (size_t count = 1; count < 200; count++) {
        size_t seen = 0;
        assert_int_equal(run(count, &seen), FL_OK);
        assert_int_equal(seen, count);
    }
}

static void refuses_a_batch_beyond_the_ports_bound(void **state)
{
    (void)state;
    struct fl_commands batch = {0};
    for (size_t i = 0; i <= FL_REDIS_BATCH_MAX; i++)
        fl_command_begin(&batch, "PING");
    size_t seen = 0;
    struct fl_replies replies;
    assert_int_equal(
        fl_commands_exec(&batch, (struct fl_redis){&redis_ops, &seen}, clock_port, 0, &replies),
        FL_EBOUND);
    assert_int_equal(seen, 0);
    fl_commands_release(&batch);
}

static enum fl_error run_many(void *context)
{
    size_t seen;
    (void)context;
    return run(50, &seen);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_sweep(run_many, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_what_was_built_whatever_its_size),
        cmocka_unit_test(refuses_a_batch_beyond_the_ports_bound),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
