/* Numbers as Redis reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fakes/redis/engine/dice.h"
#include "fakes/redis/values/number.h"

/* Of fractions too, and at the borders of what is read without strtod. */
static void reads_numbers_as_strtod_does(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "0",   "-0",    "-0.0", "5.",  ".5",   "-.5",  "999999999999999",   "1000000000000000",
        "1e3", "0x1p3", "+1",   "007", "0.00", "1.50", "0.000000000000001", "9007199254740993"};
    struct fake_dice dice = {.state = 3};
    char text[64];
    for (unsigned i = 0; i < 200 * 1000; i++) {
        uint64_t whole = fake_dice_roll(&dice) >> (1 + fake_dice_roll(&dice) % 63);
        int places = (int)(fake_dice_roll(&dice) % 18);
        if (i < sizeof(odd) / sizeof(odd[0]))
            snprintf(text, sizeof(text), "%s", odd[i]);
        else
            snprintf(text, sizeof(text), "%s%llu.%0*llu", i % 2 ? "-" : "",
                     (unsigned long long)(whole % 1000000), places,
                     (unsigned long long)fake_dice_roll(&dice) % 1000000);
        double value = 1, want = strtod(text, NULL);
        assert_true(fake_double_parse(fl_span_from(text), &value));
        assert_memory_equal(&value, &want, sizeof(value));
    }
    static const char *const none[] = {"", "-", ".", "-.", "1.2.3", "1-", "--1", " 1", "1 ", "nan"};
    for (unsigned i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        double value;
        assert_false(fake_double_parse(fl_span_from(none[i]), &value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers_as_strtod_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
