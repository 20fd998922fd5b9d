/* Handlers that crash, hang, overflow their stack or exit are verdicts, and the next request is
 * answered. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/time_text.h"
#include "harness/module/image.h"
#include "harness/pool/pool.h"
#include "tests/unit/world/one_process.h"

#define HANG_LIMIT_US (600 * INT64_C(1000)) /* real time: a busy machine must fit in */
enum { BIG_BYTES = 3 * 1000 * 1000, GONE_WITHIN_MS = 10 * 1000, PROGRESS_STEPS = 4 };

/* --- the worker's side --- */

static fl_perform *worker_named(struct fl_span name)
{
    struct fl_buf message = FL_BUF_INIT(4096);
    struct sim_module *module;
    enum fl_error err = sim_module_open(MODULE_CRASH, &module, &message);
    if (err) fl_panic("%s", message.bytes);
    const struct fl_worker *worker = sim_module_workers(module);
    while (worker->name && !fl_span_is(name, worker->name)) {
        worker++;
    }
    return worker->perform;
}

static void performs(void *argument)
{
    fl_perform *const *perform = argument;
    (void)(*perform)(argument);
}

static void play_handler(fl_perform *perform)
{
    struct one_process one;
    struct pool_note *note = pool_worker_note();
    snprintf(note->effect, sizeof(note->effect), "job#1.1 redis LMOVE");
    one_process_start(&one, performs, &perform);
    one_process_play(&one);
    one_process_end(&one);
}

/* Longer than the limit for a hang, each step of it shorter. */
static void make_slow_progress(void)
{
    for (int i = 0; i < PROGRESS_STEPS; i++) {
        pool_worker_note()->progress++;
        poll(NULL, 0, (int)(HANG_LIMIT_US / 1000 / 2));
    }
}

static enum fl_error append_big(struct fl_buf *answer)
{
    enum fl_error err = FL_OK;
    for (int i = 0; !err && i < BIG_BYTES; i++) {
        err = fl_buf_append_char(answer, 'x');
    }
    return err;
}

static enum fl_error append_surroundings(struct fl_buf *answer)
{
    char local;
    unsigned char *volatile fresh = malloc(1);
    int poison = *fresh;
    free(fresh);
    return fl_buf_printf(answer, "%zu %lu %d", strlen(getenv("FAULTLINE_PAD")),
                         (unsigned long)(uintptr_t)&local, poison);
}

/* Busy when its coordinator dies: it does not see the end of its requests. */
static void become_an_orphan(void)
{
    kill(getppid(), SIGKILL);
    for (volatile bool endless = true; endless;) {
    }
}

static void serve(void *context, struct fl_span request, struct fl_buf *answer)
{
    (void)context;
    enum fl_error err = FL_OK;
    fl_perform *perform = worker_named(request);
    if (perform) {
        play_handler(perform);
    } else if (fl_span_is(request, "progress")) {
        make_slow_progress();
    } else if (fl_span_is(request, "big")) {
        err = append_big(answer);
    } else if (fl_span_is(request, "surroundings")) {
        err = append_surroundings(answer);
    } else if (fl_span_is(request, "orphan")) {
        become_an_orphan();
    } else if (fl_span_is(request, "pid")) {
        err = fl_buf_printf(answer, "%d", (int)getpid());
    }
    if (!err && answer->length == 0) err = fl_buf_append_text(answer, "answered");
    fl_assert(!err);
}

/* --- the coordinator's side --- */

static int open_pool(void **state)
{
    struct pool *pool;
    if (pool_new(2, HANG_LIMIT_US, &pool)) return -1;
    *state = pool;
    return 0;
}

static int close_pool(void **state)
{
    pool_free(*state);
    return 0;
}

static struct pool_answer ask(struct pool *pool, int worker, const char *request)
{
    struct pool_answer answer;
    uint64_t ticket;
    assert_int_equal(pool_submit(pool, worker, fl_span_from(request), &ticket), FL_OK);
    assert_int_equal(pool_next(pool, &answer), FL_OK);
    assert_int_equal(answer.ticket, ticket);
    if (worker >= 0) assert_int_equal(answer.worker, worker);
    return answer;
}

static struct death_case {
    const char *name;
    enum pool_death death;
    int signal, stack_overflow;
    const char *where, *symbol;
} deaths[] = {
    {"segfaults", POOL_CRASHED, SIGSEGV, 0, "segfaults", ""},
    {"loops", POOL_HUNG, SIGQUIT, 0, "loops", ""},
    {"turns deaf", POOL_HUNG, SIGKILL, 0, "", ""},
    {"overflows", POOL_CRASHED, SIGSEGV, 1, "recurse", ""},
    {"traps", POOL_CRASHED, SIGILL, 0, "traps", ""},
    {"exits", POOL_CRASHED, 0, 0, "", "exit (called by exits)"},
    {"aborts", POOL_CRASHED, 0, 0, "", "abort (called by aborts)"},
};

static void death_row(void **state)
{
    const struct death_case *row = *state;
    struct pool *pool;
    assert_int_equal(pool_new(1, HANG_LIMIT_US, &pool), FL_OK);
    for (int twice = 0; twice < 2; twice++) {
        struct pool_answer answer = ask(pool, -1, row->name);
        assert_int_equal(answer.death, row->death);
        assert_int_equal(answer.signal, row->signal);
        assert_int_equal(answer.note.stack_overflow, row->stack_overflow);
        assert_string_equal(answer.note.where, row->where);
        assert_string_equal(answer.note.symbol, row->symbol);
        assert_string_equal(answer.note.effect, "job#1.1 redis LMOVE");
        answer = ask(pool, -1, "succeeds");
        assert_int_equal(answer.death, POOL_ANSWERED);
        assert_true(fl_span_is(answer.line, "answered"));
    }
    pool_free(pool);
}

static void a_worker_that_makes_progress_is_not_hung(void **state)
{
    assert_int_equal(ask(*state, 0, "progress").death, POOL_ANSWERED);
}

static void a_long_answer_arrives_whole(void **state)
{
    struct pool_answer answer = ask(*state, -1, "big");
    assert_int_equal(answer.line.length, BIG_BYTES);
    assert_int_equal(answer.line.bytes[BIG_BYTES - 1], 'x');
}

static void every_request_is_answered_once(void **state)
{
    bool seen[301] = {false};
    struct pool_answer answer;
    uint64_t ticket;
    for (int i = 0; i < 300; i++) {
        const char *request = i % 50 == 7 ? "exits" : "succeeds";
        assert_int_equal(pool_submit(*state, i % 3 - 1, fl_span_from(request), &ticket), FL_OK);
    }
    for (int i = 0; i < 300; i++) {
        assert_int_equal(pool_next(*state, &answer), FL_OK);
        assert_in_range(answer.ticket, 1, 300);
        assert_false(seen[answer.ticket]);
        seen[answer.ticket] = true;
        assert_int_equal(answer.death,
                         (answer.ticket - 1) % 50 == 7 ? POOL_CRASHED : POOL_ANSWERED);
    }
    assert_int_equal(pool_next(*state, &answer), FL_ENOTFOUND);
}

static void two_workers_differ_in_their_surroundings(void **state)
{
    unsigned long pad[2], stack[2];
    int poison[2];
    for (int i = 0; i < 2; i++) {
        struct pool_answer answer = ask(*state, i, "surroundings");
        assert_int_equal(sscanf(answer.line.bytes, "%lu %lu %d", &pad[i], &stack[i], &poison[i]),
                         3);
    }
    assert_int_not_equal(pad[0], pad[1]);
    assert_int_not_equal(stack[0], stack[1]);
    assert_int_not_equal(poison[0], poison[1]);
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory)) {
        count++;
    }
    closedir(directory);
    return count;
}

static void nothing_is_left_of_a_pool(void **state)
{
    (void)state;
    size_t before = open_descriptors();
    struct pool *pool;
    uint64_t ticket;
    assert_int_equal(pool_new(3, HANG_LIMIT_US, &pool), FL_OK);
    ask(pool, -1, "segfaults");
    ask(pool, -1, "exits");
    assert_int_equal(pool_submit(pool, -1, FL_SPAN("loops"), &ticket), FL_OK);
    pool_free(pool);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static enum fl_error ask_once(void)
{
    struct pool *pool;
    uint64_t ticket;
    struct pool_answer answer;
    enum fl_error err = pool_new(1, HANG_LIMIT_US, &pool);
    if (err) return err;
    err = pool_submit(pool, -1, FL_SPAN("succeeds"), &ticket);
    if (!err) err = pool_next(pool, &answer);
    if (!err && answer.death != POOL_ANSWERED) err = FL_ELOST; /* no room to read its answer */
    pool_free(pool);
    return err;
}

static void each_allocation_that_fails_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    bool has_failed = true;
    size_t before = open_descriptors();
    for (uint64_t nth = 1; has_failed; nth++) {
        struct sim_memory *memory = sim_memory_new(0);
        struct sim_memory *caller = sim_memory_switch(memory);
        sim_memory_fail(memory, nth, false);
        enum fl_error err = ask_once();
        sim_memory_switch(caller);
        has_failed = sim_memory_has_failed(memory);
        assert_int_equal(err != FL_OK, has_failed);
        assert_int_equal(sim_memory_bytes(memory), 0);
        sim_memory_free(memory);
        assert_int_equal(open_descriptors(), before);
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_closed_standard_error_is_not_taken_by_a_socket(void **state)
{
    (void)state;
    struct pool *pool;
    uint64_t ticket;
    struct pool_answer answer = {.death = POOL_CRASHED};
    int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(STDERR_FILENO);
    enum fl_error err = pool_new(1, HANG_LIMIT_US, &pool);
    if (!err) err = pool_submit(pool, -1, FL_SPAN("succeeds"), &ticket);
    if (!err) err = pool_next(pool, &answer);
    bool is_taken = fcntl(STDERR_FILENO, F_GETFD) >= 0;
    dup2(kept, STDERR_FILENO);
    close(kept);
    assert_int_equal(err, FL_OK);
    assert_int_equal(answer.death, POOL_ANSWERED);
    assert_false(is_taken);
    pool_free(pool);
}

/* In a child: tells the pid of a worker, which kills it when told to. */
static _Noreturn void coordinate_an_orphan(int channel)
{
    struct pool *pool;
    uint64_t ticket;
    struct pool_answer answer;
    char go;
    if (pool_new(1, HANG_LIMIT_US, &pool) || pool_submit(pool, -1, FL_SPAN("pid"), &ticket) ||
        pool_next(pool, &answer))
        _exit(1);
    int pid = atoi(answer.line.bytes);
    if (write(channel, &pid, sizeof(pid)) != sizeof(pid) || read(channel, &go, 1) != 1 ||
        pool_submit(pool, -1, FL_SPAN("orphan"), &ticket))
        _exit(1);
    (void)!pool_next(pool, &answer);
    _exit(1);
}

static void the_death_of_the_coordinator_ends_its_workers(void **state)
{
    (void)state;
    int pair[2], worker, status;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    pid_t coordinator = fork();
    if (coordinator == 0) coordinate_an_orphan(pair[1]);
    assert_int_equal(read(pair[0], &worker, sizeof(worker)), sizeof(worker));
    int handle = (int)syscall(SYS_pidfd_open, worker, 0);
    assert_true(handle >= 0);
    assert_int_equal(write(pair[0], "g", 1), 1);
    assert_int_equal(waitpid(coordinator, &status, 0), coordinator);
    assert_true(WIFSIGNALED(status));
    struct pollfd fd = {.fd = handle, .events = POLLIN};
    int gone = poll(&fd, 1, GONE_WITHIN_MS);
    if (gone != 1) kill(worker, SIGKILL);
    assert_int_equal(gone, 1);
    close(handle);
    close(pair[0]);
    close(pair[1]);
}

int main(int argc, char **argv)
{
    if (pool_is_worker(argc, argv)) return pool_worker_main(argc, argv, serve, NULL);
    struct CMUnitTest tests[FL_COUNT(deaths) + 8];
    for (size_t i = 0; i < FL_COUNT(deaths); i++) {
        tests[i] = (struct CMUnitTest){deaths[i].name, death_row, NULL, NULL, &deaths[i]};
    }
    const struct CMUnitTest others[] = {
        cmocka_unit_test_setup_teardown(a_worker_that_makes_progress_is_not_hung, open_pool,
                                        close_pool),
        cmocka_unit_test_setup_teardown(a_long_answer_arrives_whole, open_pool, close_pool),
        cmocka_unit_test_setup_teardown(every_request_is_answered_once, open_pool, close_pool),
        cmocka_unit_test_setup_teardown(two_workers_differ_in_their_surroundings, open_pool,
                                        close_pool),
        cmocka_unit_test(nothing_is_left_of_a_pool),
        cmocka_unit_test(each_allocation_that_fails_is_an_error_and_leaves_nothing),
        cmocka_unit_test(a_closed_standard_error_is_not_taken_by_a_socket),
        cmocka_unit_test(the_death_of_the_coordinator_ends_its_workers),
    };
    memcpy(&tests[FL_COUNT(deaths)], others, sizeof(others));
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
