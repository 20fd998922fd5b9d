/* What a handler sees when it calls libc past the ports. Each listed function is called from a
 * dlopened module: the virtual ones in this process, the forbidden ones in a run worker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/time_text.h"
#include "harness/interpose/forbidden_list.h"
#include "harness/interpose/remedy.h"
#include "harness/module/image.h"
#include "harness/pool/pool.h"
#include "tests/unit/world/module_calls.h"
#include "tests/unit/world/one_process.h"

#define HANG_LIMIT_US (20 * FL_SECOND_US)
#define START_S       (ONE_PROCESS_START_US / FL_SECOND_US)

static fl_perform *calls_libc(void)
{
    struct fl_buf message = FL_BUF_INIT(4096);
    struct sim_module *module;
    enum fl_error err = sim_module_open(MODULE_CALLS, &module, &message);
    if (err) fl_panic("%s", message.bytes);
    return sim_module_workers(module)[0].perform;
}

struct call {
    fl_perform *perform;
    struct call_result result;
    enum fl_outcome outcome;
    int64_t took_us;
};

static void performs(void *argument)
{
    struct call *call = argument;
    call->outcome = call->perform((struct fl_job *)(void *)&call->result);
}

static struct call make_call(const char *name)
{
    struct call call = {.perform = calls_libc(), .outcome = FL_DISCARDED};
    snprintf(call.result.text, sizeof(call.result.text), "%s", name);
    struct one_process one;
    one_process_start(&one, performs, &call);
    one_process_play(&one);
    call.took_us = sim_world_now_us(one.world);
    one_process_end(&one);
    return call;
}

static struct clock_case {
    const char *name;
    int64_t want;
} clocks[] = {
    {"virtual time", START_S},
    {"virtual gettimeofday", START_S},
    {"virtual clock_gettime", START_S},
    {"virtual timespec_get", START_S},
    {"virtual clock", 1000000},
    {"virtual monotonic", 5},
    {"virtual getpid", 100},
    {"virtual gettid", 100},
    {"virtual getppid", 1},
};

static void clock_row(void **state)
{
    const struct clock_case *row = *state;
    assert_int_equal(make_call(row->name).result.number, row->want);
}

static const char *sleeps[] = {"virtual sleep",      "virtual usleep",
                               "virtual nanosleep",  "virtual clock_nanosleep",
                               "virtual thrd_sleep", "virtual clock_nanosleep_until",
                               "virtual poll",       "virtual ppoll",
                               "virtual select",     "virtual pselect"};

static void a_sleep_takes_virtual_time_only(void **state)
{
    (void)state;
    time_t before = time(NULL);
    for (size_t i = 0; i < FL_COUNT(sleeps); i++) {
        assert_int_equal(make_call(sleeps[i]).took_us, 100 * FL_SECOND_US);
    }
    assert_in_range(time(NULL) - before, 0, 60);
}

static const char *sources[] = {
    "virtual rand",           "virtual random",     "virtual lrand48",
    "virtual mrand48",        "virtual drand48",    "virtual arc4random",
    "virtual arc4random_buf", "virtual getentropy", "virtual arc4random_uniform",
    "virtual getrandom"};

/* Equal in two runs of one seed; were it libc's own it would be so only for the seeded ones, and
 * those would give what srand(1) gives. */
static void chance_comes_from_the_choices(void **state)
{
    (void)state;
    srand(1);
    int unseen = rand();
    for (size_t i = 0; i < FL_COUNT(sources); i++) {
        int64_t drawn = make_call(sources[i]).result.number;
        assert_int_equal(make_call(sources[i]).result.number, drawn);
        assert_int_not_equal(drawn, 0);
        assert_int_not_equal(drawn, unseen);
    }
}

static void a_process_has_the_hostname_of_its_machine(void **state)
{
    (void)state;
    assert_string_equal(make_call("virtual gethostname").result.text, "host-1");
    assert_string_equal(make_call("virtual uname").result.text, "host-1");
}

static void outside_of_a_run_libc_is_itself(void **state)
{
    (void)state;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    assert_in_range(time(NULL) - now.tv_sec + 1, 0, 3); /* time's clock is the coarse one */
    assert_true(time(NULL) > START_S + 365 * 86400);
    assert_int_not_equal(getpid(), 100);
    assert_int_equal(access("/", F_OK), 0);
}

static void calls_what_is_forbidden(void *argument)
{
    *(int *)argument = access("/", F_OK);
    FILE *file = fopen("/dev/null", "r");
    if (file) fclose(file);
}

static void code_that_is_no_modules_passes_inside_a_run(void **state)
{
    (void)state;
    int result = -1;
    struct one_process one;
    one_process_start(&one, calls_what_is_forbidden, &result);
    one_process_play(&one);
    one_process_end(&one);
    assert_int_equal(result, 0);
}

/* --- forbidden --- */

static void serve(void *context, struct fl_span request, struct fl_buf *answer)
{
    (void)context;
    char name[128];
    snprintf(name, sizeof(name), "%.*s", FL_SPAN_ARGS(request));
    (void)make_call(name);
    enum fl_error err = fl_buf_append_text(answer, "it returned");
    fl_assert(!err);
}

static int open_pool(void **state)
{
    struct pool *pool;
    if (pool_new(1, HANG_LIMIT_US, &pool)) return -1;
    *state = pool;
    return 0;
}

static int close_pool(void **state)
{
    pool_free(*state);
    return 0;
}

static void expect_forbidden(struct pool *pool, const char *worker, const char *note)
{
    struct pool_answer answer;
    uint64_t ticket;
    assert_int_equal(pool_submit(pool, -1, fl_span_from(worker), &ticket), FL_OK);
    assert_int_equal(pool_next(pool, &answer), FL_OK);
    assert_int_equal(answer.death, POOL_CRASHED);
    assert_string_equal(answer.note.symbol, note);
    assert_true(answer.note.remedy[0]);
    assert_int_equal(answer.status, POOL_EXIT_FORBIDDEN);
}

static void a_remedy_is_of_the_kind_of_what_was_called(void **state)
{
    (void)state;
    assert_non_null(strstr(sim_remedy_of("fopen"), "fl_job_files"));
    assert_non_null(strstr(sim_remedy_of("connect"), "fl_job_http"));
    assert_non_null(strstr(sim_remedy_of("select"), "fl_job_http"));
    assert_non_null(strstr(sim_remedy_of("_exit"), "fl_fail"));
    assert_null(sim_remedy_of("strlen"));
}

static void each_forbidden_function_ends_the_run_and_is_named(void **state)
{
    static const char *const names[] = {
#define NAME(name) #name,
        SIM_FORBIDDEN_LIST(NAME)
#undef NAME
    };
    for (size_t i = 0; i < FL_COUNT(names); i++) {
        char note[POOL_NOTE_BYTES];
        snprintf(note, sizeof(note), "%s (called by calls_libc)", names[i]);
        expect_forbidden(*state, names[i], note);
    }
    expect_forbidden(*state, "virtual poll_descriptors",
                     "poll (called by calls_poll_descriptors < calls_libc)");
}

int main(int argc, char **argv)
{
    if (pool_is_worker(argc, argv)) return pool_worker_main(argc, argv, serve, NULL);
    struct CMUnitTest tests[FL_COUNT(clocks) + 7];
    size_t count = 0;
    for (; count < FL_COUNT(clocks); count++) {
        tests[count] =
            (struct CMUnitTest){clocks[count].name, clock_row, NULL, NULL, &clocks[count]};
    }
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_sleep_takes_virtual_time_only),
        cmocka_unit_test(chance_comes_from_the_choices),
        cmocka_unit_test(a_process_has_the_hostname_of_its_machine),
        cmocka_unit_test(outside_of_a_run_libc_is_itself),
        cmocka_unit_test(code_that_is_no_modules_passes_inside_a_run),
        cmocka_unit_test(a_remedy_is_of_the_kind_of_what_was_called),
        cmocka_unit_test_setup_teardown(each_forbidden_function_ends_the_run_and_is_named,
                                        open_pool, close_pool),
    };
    memcpy(&tests[count], others, sizeof(others));
    return cmocka_run_group_tests_name("interpose", tests, NULL, NULL);
}
