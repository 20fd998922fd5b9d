#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "posix/key_file.h"

#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static char path[] = "/tmp/faultline-keys-XXXXXX";

static int setup(void **state)
{
    (void)state;
    strcpy(path, "/tmp/faultline-keys-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_file(const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void expect_problem(enum fl_error want, const char *words)
{
    char problem[FL_KEY_FILE_PROBLEM_BYTES] = "";
    struct fl_keyring keyring;
    assert_int_equal(fl_key_file_read(path, &keyring, problem), want);
    if (!strstr(problem, words)) fail_msg("%s", problem);
    assert_null(strstr(problem, "0203"));
}

static void keys_are_read_from_a_file_of_ones_own(void **state)
{
    char problem[FL_KEY_FILE_PROBLEM_BYTES];
    struct fl_keyring keyring;
    (void)state;
    write_file("1 " HEX "\n", 0600);
    assert_int_equal(fl_key_file_read(path, &keyring, problem), FL_OK);
    assert_int_equal(keyring.active, 1);
}

static void a_file_that_others_can_read_is_refused(void **state)
{
    (void)state;
    write_file("1 " HEX "\n", 0640);
    expect_problem(FL_EINVAL, "can be read by others: chmod 600 it");
}

static void a_line_that_makes_no_sense_is_named_and_not_quoted(void **state)
{
    (void)state;
    write_file("# keys\n1 " HEX "00\n", 0600);
    expect_problem(FL_EINVAL, ":2: wants a version and 64 hex digits");
    write_file("# keys\n", 0600);
    expect_problem(FL_EINVAL, "has no key of the active version");
}

static void what_is_no_file_is_refused(void **state)
{
    char problem[FL_KEY_FILE_PROBLEM_BYTES];
    struct fl_keyring keyring;
    (void)state;
    assert_int_equal(fl_key_file_read("/tmp", &keyring, problem), FL_EINVAL);
    assert_non_null(strstr(problem, "/tmp is no file"));
    assert_int_equal(fl_key_file_read("/nowhere/keys", &keyring, problem), FL_ENOTFOUND);
    assert_non_null(strstr(problem, "/nowhere/keys: No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_are_read_from_a_file_of_ones_own, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_others_can_read_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_that_makes_no_sense_is_named_and_not_quoted, setup,
                                        teardown),
        cmocka_unit_test(what_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
