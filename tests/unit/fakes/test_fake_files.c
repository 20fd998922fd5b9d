#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "fakes/files/fake_files.h"

static int set_up(void **state)
{
    return fake_files_new((struct fake_files **)state);
}

static int tear_down(void **state)
{
    fake_files_free(*state);
    return 0;
}

/* Reads from `offset` to the end, `step` bytes at a time. */
static size_t read_all(struct fake_files *set, const char *name, int64_t offset, size_t step,
                       char *out, size_t capacity)
{
    struct fl_files files = fake_files_port(set);
    struct fl_file_handle *handle;
    size_t length = 0, got;
    assert_int_equal(fl_file_open(files, name, offset, &handle), FL_OK);
    do {
        assert_true(length + step < capacity);
        assert_int_equal(fl_file_read(files, handle, out + length, step, &got), FL_OK);
        length += got;
    } while (got);
    fl_file_close(files, handle);
    out[length] = '\0';
    return length;
}

static void given_bytes_are_read_from_any_offset(void **state)
{
    char out[64];
    assert_int_equal(fake_files_add_bytes(*state, "a.csv", FL_SPAN("name\nAda\n")), FL_OK);
    read_all(*state, "a.csv", 0, 4, out, sizeof out);
    assert_string_equal(out, "name\nAda\n");
    read_all(*state, "a.csv", 5, 1, out, sizeof out);
    assert_string_equal(out, "Ada\n");
    assert_int_equal(read_all(*state, "a.csv", 9, 4, out, sizeof out), 0);
    assert_int_equal(read_all(*state, "a.csv", 900, 4, out, sizeof out), 0);
}

static void a_name_given_again_takes_the_place_of_the_former(void **state)
{
    char out[64];
    assert_int_equal(fake_files_add_bytes(*state, "a", FL_SPAN("old")), FL_OK);
    assert_int_equal(fake_files_add_bytes(*state, "a", FL_SPAN("new")), FL_OK);
    read_all(*state, "a", 0, 4, out, sizeof out);
    assert_string_equal(out, "new");
}

static void generated_rows_are_the_same_in_pieces_of_any_size(void **state)
{
    static const char want[] = "name,email\n"
                               "Person 00000001,person00000001@example.org\n"
                               "Person 00000002,person00000002@example.org\n";
    char out[256];
    assert_int_equal(fake_files_add_rows(*state, "big.csv", 2), FL_OK);
    for (size_t step = 1; step < 100; step++) {
        read_all(*state, "big.csv", 0, step, out, sizeof out);
        assert_string_equal(out, want);
    }
    for (size_t offset = 0; offset < sizeof want; offset++) {
        read_all(*state, "big.csv", (int64_t)offset, 64, out, sizeof out);
        assert_string_equal(out, want + offset);
    }
}

static void a_file_of_many_rows_costs_nothing_to_make(void **state)
{
    char out[64];
    assert_int_equal(fake_files_add_rows(*state, "big.csv", FAKE_FILES_ROWS_MAX), FL_OK);
    read_all(*state, "big.csv", 11 + INT64_C(43) * (FAKE_FILES_ROWS_MAX - 1), 20, out, sizeof out);
    assert_string_equal(out, "Person 99999999,person99999999@example.org\n");
    assert_int_equal(fake_files_add_rows(*state, "big.csv", FAKE_FILES_ROWS_MAX + INT64_C(1)),
                     FL_EBOUND);
}

static void a_real_file_is_read_when_it_is_asked_for(void **state)
{
    char path[] = "/tmp/fake_files_XXXXXX", out[64];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(fake_files_add_real(*state, "real.csv", path), FL_OK);
    assert_int_equal(write(fd, "written later", 13), 13);
    read_all(*state, "real.csv", 8, 4, out, sizeof out);
    assert_string_equal(out, "later");
    close(fd);
    unlink(path);
}

static void what_cannot_be_read_is_refused(void **state)
{
    struct fl_file_handle *handle;
    assert_int_equal(fake_files_add_real(*state, "a", "/no/such/file"), FL_ENOTFOUND);
    assert_int_equal(fake_files_add_real(*state, "a", "/tmp"), FL_EINVAL);
    assert_int_equal(fl_file_open(fake_files_port(*state), "a", 0, &handle), FL_ENOTFOUND);
}

static void a_removed_file_is_gone_but_for_who_has_it_open(void **state)
{
    struct fl_files files = fake_files_port(*state);
    struct fl_file_handle *handle, *other;
    char byte;
    size_t length = 0;
    assert_int_equal(fake_files_add_bytes(*state, "a", FL_SPAN("x")), FL_OK);
    assert_int_equal(fl_file_open(files, "a", 0, &handle), FL_OK);
    assert_int_equal(fl_file_remove(files, "a"), FL_OK);
    assert_int_equal(fl_file_remove(files, "a"), FL_ENOTFOUND);
    assert_int_equal(fl_file_open(files, "a", 0, &other), FL_ENOTFOUND);
    assert_int_equal(fl_file_read(files, handle, &byte, 1, &length), FL_OK);
    assert_int_equal(length, 1);
    fl_file_close(files, handle);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILES(given_bytes_are_read_from_any_offset),
        WITH_FILES(a_name_given_again_takes_the_place_of_the_former),
        WITH_FILES(generated_rows_are_the_same_in_pieces_of_any_size),
        WITH_FILES(a_file_of_many_rows_costs_nothing_to_make),
        WITH_FILES(a_real_file_is_read_when_it_is_asked_for),
        WITH_FILES(a_removed_file_is_gone_but_for_who_has_it_open),
        WITH_FILES(what_cannot_be_read_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
