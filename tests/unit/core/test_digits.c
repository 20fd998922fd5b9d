#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/digits.h"

static void writes_what_printf_writes(void **state)
{
    (void)state;
    const int64_t values[] = {
        0, 1, 9, 10, -1, -10, 123456789, INT64_MAX, 100, INT64_MIN, -INT64_MAX + 1};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char out[FL_DIGITS_BYTES], want[32];
        int length = snprintf(want, sizeof want, "%" PRId64, values[i]);
        struct fl_span digits = fl_digits(values[i], out);
        assert_int_equal(digits.length, length);
        assert_memory_equal(digits.bytes, want, (size_t)length);
        assert_true(digits.bytes >= out && digits.bytes + digits.length == out + sizeof out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(writes_what_printf_writes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
