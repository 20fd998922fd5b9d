#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "fakes/vfs/fake_disk.h"

enum { CHUNK = FAKE_DISK_CHUNK_BYTES };

static int set_up(void **state)
{
    return fake_disk_new((struct fake_disk **)state);
}

static int tear_down(void **state)
{
    fake_disk_free(*state);
    return 0;
}

static struct fake_file *open_file(struct fake_disk *disk, const char *name)
{
    struct fake_file *file;
    assert_int_equal(fake_disk_open(disk, name, FAKE_DISK_CREATE, &file), FL_OK);
    return file;
}

static void write_text(struct fake_file *file, int64_t offset, const char *text)
{
    assert_int_equal(fake_file_write(file, offset, text, strlen(text)), FL_OK);
}

static void assert_text(const struct fake_file *file, int64_t offset, const char *want)
{
    char bytes[64] = {0};
    assert_int_equal(fake_file_read(file, offset, bytes, strlen(want)), strlen(want));
    assert_string_equal(bytes, want);
}

static void a_write_across_chunks_reads_back_and_the_gap_before_it_is_zero(void **state)
{
    struct fake_file *file = open_file(*state, "a");
    char byte = 'x';
    write_text(file, 2 * CHUNK - 3, "abcdef");
    assert_int_equal(fake_file_size(file), 2 * CHUNK + 3);
    assert_text(file, 2 * CHUNK - 3, "abcdef");
    assert_int_equal(fake_file_read(file, 5, &byte, 1), 1);
    assert_int_equal(byte, 0);
    assert_int_equal(fake_file_read(file, 2 * CHUNK + 3, &byte, 1), 0);
    fake_file_close(file);
}

static void a_cut_file_grows_back_with_zeros(void **state)
{
    struct fake_file *file = open_file(*state, "a");
    char bytes[3] = {'x', 'y', 'z'};
    write_text(file, 0, "abcdef");
    assert_int_equal(fake_file_truncate(file, 2), FL_OK);
    assert_int_equal(fake_file_size(file), 2);
    write_text(file, 5, "!");
    assert_int_equal(fake_file_read(file, 2, bytes, 3), 3);
    assert_memory_equal(bytes, "\0\0\0", 3);
    fake_file_close(file);
}

static void a_copy_and_its_template_do_not_see_each_others_writes(void **state)
{
    struct fake_file *file = open_file(*state, "a"), *copied;
    struct fake_disk *copy;
    write_text(file, 0, "template");
    assert_int_equal(fake_disk_copy(*state, &copy), FL_OK);
    assert_int_equal(fake_disk_open(copy, "a", FAKE_DISK_EXISTING, &copied), FL_OK);
    write_text(copied, 0, "COPY");
    write_text(file, 4, "LATE");
    assert_text(copied, 0, "COPYlate");
    assert_text(file, 0, "tempLATE");
    fake_file_close(copied);
    fake_file_close(file);
    fake_disk_free(copy);
}

static void a_deleted_file_stays_readable_for_who_has_it_open(void **state)
{
    struct fake_file *old = open_file(*state, "a"), *fresh;
    write_text(old, 0, "old");
    assert_int_equal(fake_disk_delete(*state, "a"), FL_OK);
    assert_int_equal(fake_disk_delete(*state, "a"), FL_ENOTFOUND);
    assert_false(fake_disk_exists(*state, "a"));
    fresh = open_file(*state, "a");
    assert_int_equal(fake_file_size(fresh), 0);
    assert_text(old, 0, "old");
    fake_file_close(old);
    fake_file_close(fresh);
}

static void opening_what_is_not_there_makes_nothing(void **state)
{
    struct fake_file *file;
    assert_int_equal(fake_disk_open(*state, "a", FAKE_DISK_EXISTING, &file), FL_ENOTFOUND);
    assert_false(fake_disk_exists(*state, "a"));
}

static void losing_the_unsynced_takes_back_bytes_and_length(void **state)
{
    struct fake_file *file = open_file(*state, "a");
    write_text(file, 0, "durable");
    fake_file_sync(file);
    write_text(file, 0, "CACHED and longer");
    write_text(file, 3 * CHUNK, "far");
    fake_disk_lose_unsynced(*state, NULL, NULL);
    assert_int_equal(fake_file_size(file), 7);
    assert_text(file, 0, "durable");
    fake_file_close(file);
}

static bool keep_second(void *context, const char *file_name, size_t chunk)
{
    (void)context, (void)file_name;
    return chunk == 1;
}

static void each_unsynced_chunk_is_kept_or_lost_by_choice(void **state)
{
    struct fake_file *file = open_file(*state, "a");
    write_text(file, 0, "one");
    write_text(file, CHUNK, "two");
    fake_file_sync(file);
    write_text(file, 0, "ONE");
    write_text(file, CHUNK, "TWO");
    fake_disk_lose_unsynced(*state, keep_second, NULL);
    assert_text(file, 0, "one");
    assert_text(file, CHUNK, "TWO");
    fake_disk_lose_unsynced(*state, NULL, NULL); /* what was kept is durable */
    assert_text(file, CHUNK, "TWO");
    fake_file_close(file);
}

static void files_and_their_size_are_bounded(void **state)
{
    struct fake_file *file = open_file(*state, "a"), *none;
    char name[32];
    assert_int_equal(fake_file_write(file, FAKE_DISK_FILE_BYTES_MAX, "x", 1), FL_ENOSPACE);
    assert_int_equal(fake_file_size(file), 0);
    for (int i = 1; i < FAKE_DISK_FILES_MAX; i++) {
        snprintf(name, sizeof name, "f%d", i);
        fake_file_close(open_file(*state, name));
    }
    assert_int_equal(fake_disk_open(*state, "one more", FAKE_DISK_CREATE, &none), FL_EBOUND);
    fake_file_close(file);
}

#define WITH_DISK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DISK(a_write_across_chunks_reads_back_and_the_gap_before_it_is_zero),
        WITH_DISK(a_cut_file_grows_back_with_zeros),
        WITH_DISK(a_copy_and_its_template_do_not_see_each_others_writes),
        WITH_DISK(a_deleted_file_stays_readable_for_who_has_it_open),
        WITH_DISK(opening_what_is_not_there_makes_nothing),
        WITH_DISK(losing_the_unsynced_takes_back_bytes_and_length),
        WITH_DISK(each_unsynced_chunk_is_kept_or_lost_by_choice),
        WITH_DISK(files_and_their_size_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
