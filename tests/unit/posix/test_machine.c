/* The ports with little to them: clock, chance, files, process and metrics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "core/assert.h"
#include "posix/clock.h"
#include "posix/files.h"
#include "posix/process.h"
#include "posix/random.h"
#include "posix/statsd.h"

static void a_deadline_never_overflows(void **state)
{
    (void)state;
    struct fl_clock clock = fl_posix_clock();
    assert_int_equal(fl_clock_deadline_us(clock, FL_NEVER_US), FL_NEVER_US);
    int64_t first_us = fl_clock_mono_us(clock);
    assert_true(fl_clock_mono_us(clock) >= first_us);
    assert_true(fl_clock_wall_us(clock) > INT64_C(1600000000000000));
}

static void chance_stays_below_its_bound_and_reaches_every_value(void **state)
{
    (void)state;
    struct fl_posix_random random;
    unsigned seen = 0;
    fl_posix_random_init(&random);
    for (int i = 0; i < 1000; i++) {
        uint64_t value = fl_random_below(fl_posix_random_port(&random), "test", 7);
        assert_true(value < 7);
        seen |= 1U << value;
    }
    assert_int_equal(seen, 0x7f); /* misses one of seven with a chance of 1e-66 */
    fl_posix_random_release(&random);
}

static void bytes_beyond_the_buffer_are_not_repeated(void **state)
{
    (void)state;
    struct fl_posix_random random;
    uint8_t bytes[4 * FL_RANDOM_BUFFER_BYTES];
    fl_posix_random_init(&random);
    fl_random_bytes(fl_posix_random_port(&random), "test", bytes, sizeof bytes);
    for (size_t i = 1; i < 4; i++)
        assert_memory_not_equal(bytes, bytes + i * FL_RANDOM_BUFFER_BYTES, FL_RANDOM_BUFFER_BYTES);
    fl_posix_random_release(&random);
}

static void a_file_is_read_from_its_offset_to_its_end(void **state)
{
    (void)state;
    char path[] = "/tmp/faultline-file-XXXXXX", text[16];
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "hello world", 11), 11);
    close(fd);
    struct fl_files files = fl_posix_files();
    struct fl_file_handle *handle;
    size_t length = 0;
    assert_int_equal(fl_file_open(files, path, 6, &handle), FL_OK);
    assert_int_equal(fl_file_read(files, handle, text, sizeof text, &length), FL_OK);
    assert_int_equal(length, 5);
    assert_memory_equal(text, "world", 5);
    assert_int_equal(fl_file_read(files, handle, text, sizeof text, &length), FL_OK);
    assert_int_equal(length, 0);
    fl_file_close(files, handle);
    assert_int_equal(fl_file_remove(files, path), FL_OK);
    assert_int_equal(fl_file_remove(files, path), FL_ENOTFOUND);
    assert_int_equal(fl_file_remove(files, "/tmp"), FL_EINVAL);
}

static void what_is_no_file_is_told_apart(void **state)
{
    (void)state;
    struct fl_files files = fl_posix_files();
    struct fl_file_handle *handle;
    assert_int_equal(fl_file_open(files, "/tmp/faultline-none", 0, &handle), FL_ENOTFOUND);
    assert_int_equal(fl_file_open(files, "/tmp", 0, &handle), FL_EINVAL);
    assert_int_equal(fl_file_open(files, "/dev/null", 0, &handle), FL_EINVAL);
}

static void this_process_exists_and_has_a_size(void **state)
{
    (void)state;
    struct fl_posix_process process;
    fl_posix_process_init(&process, "web.1");
    struct fl_process_port port = fl_posix_process_port(&process);
    assert_string_equal(port.ops->hostname(port.self), "web.1");
    assert_int_equal(port.ops->pid(port.self), getpid());
    assert_true(port.ops->rss_kib(port.self) > 100);
    assert_true(port.ops->pid_exists(port.self, getpid()));
    assert_false(port.ops->pid_exists(port.self, INT32_MAX));
    fl_posix_process_init(&process, NULL);
    assert_true(strlen(port.ops->hostname(port.self)) > 0);
}

/* A process of its own has no streams: what it opens then is none of them. */
static void closed_standard_streams_are_opened(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0) {
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
            close(fd);
        fl_posix_open_standard_streams();
        int next = dup(STDIN_FILENO);
        _exit(next > STDERR_FILENO && write(STDERR_FILENO, "x", 1) == 1 ? 0 : 1);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_metric_is_one_datagram(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int sink = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    fl_assert(bind(sink, (const struct sockaddr *)&address, sizeof address) == 0);
    fl_assert(getsockname(sink, (struct sockaddr *)&address, &size) == 0);
    char where[32], text[128];
    struct fl_posix_statsd statsd;
    snprintf(where, sizeof where, "127.0.0.1:%d", ntohs(address.sin_port));
    assert_int_equal(fl_posix_statsd_init(&statsd, where), FL_OK);
    fl_statsd_send(fl_posix_statsd_port(&statsd),
                   &(struct fl_metric){FL_METRIC_TIMING_MS, "import.time", 21, "queue:default"});
    ssize_t length = recv(sink, text, sizeof text - 1, 0);
    assert_true(length > 0);
    text[length] = '\0';
    assert_string_equal(text, "import.time:21|ms|#queue:default");
    fl_posix_statsd_release(&statsd);
    close(sink);
}

static void a_wrong_metrics_address_is_refused(void **state)
{
    (void)state;
    struct fl_posix_statsd statsd;
    assert_int_equal(fl_posix_statsd_init(&statsd, "localhost"), FL_EINVAL);
    assert_int_equal(fl_posix_statsd_init(&statsd, "localhost:"), FL_EINVAL);
    assert_int_equal(fl_posix_statsd_init(&statsd, ":8125"), FL_EINVAL);
    assert_int_equal(fl_posix_statsd_init(&statsd, "localhost:statsd"), FL_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_never_overflows),
        cmocka_unit_test(chance_stays_below_its_bound_and_reaches_every_value),
        cmocka_unit_test(bytes_beyond_the_buffer_are_not_repeated),
        cmocka_unit_test(a_file_is_read_from_its_offset_to_its_end),
        cmocka_unit_test(what_is_no_file_is_told_apart),
        cmocka_unit_test(this_process_exists_and_has_a_size),
        cmocka_unit_test(closed_standard_streams_are_opened),
        cmocka_unit_test(a_metric_is_one_datagram),
        cmocka_unit_test(a_wrong_metrics_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
