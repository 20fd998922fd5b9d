/* Drawing a picture fails cleanly at every allocation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "harness/picture/moment.h"
#include "harness/picture/page.h"

static const char recording[] =
    "{\"head\":true,\"title\":\"a test\",\"faults\":[{\"line\":3,\"text\":\"kill p1\"}],"
    "\"claims\":[{\"line\":4,\"text\":\"expect a done\",\"job\":\"a\"}]}\n"
    "{\"t\":0,\"k\":\"mark\",\"w\":\"p1\",\"p\":\"p1\",\"l\":\"process\",\"x\":\"starts\"}\n"
    "{\"t\":5,\"k\":\"effect\",\"w\":\"p1/fetch\",\"p\":\"p1\",\"r\":\"fetch\",\"o\":1,"
    "\"l\":\"redis LMOVE\",\"y\":\"1\",\"d\":[[0,\"q\",\"list\",0,[],[\"a\"]]],\"c\":[]}\n"
    "{\"t\":9000000,\"k\":\"effect\",\"w\":\"p1/fetch\",\"p\":\"p1\",\"r\":\"fetch\",\"o\":2,"
    "\"l\":\"redis LMOVE\",\"y\":\"1\",\"d\":[[0,\"q\",null,0,[\"a\"],[]]]}\n"
    "{\"end\":true,\"t\":9,\"left_out\":0,\"differences\":[\"- db users id=1\"]}\n";

static enum fl_error draw(void *context)
{
    const struct picture_about about = {.path = "a.scenario",
                                        .failed_line = 4,
                                        .text = FL_SPAN("expected  a done\nfound     nothing\n")};
    struct fl_buf out = FL_BUF_INIT(PICTURE_BYTES_MAX);
    (void)context;
    enum fl_error err = picture_write(&about, fl_span_from(recording), &out);
    fl_buf_release(&out);
    return err;
}

static enum fl_error show(void *context)
{
    struct fl_arena arena = FL_ARENA_INIT(0);
    struct fl_buf out = FL_BUF_INIT(PICTURE_BYTES_MAX);
    struct picture_events events;
    uint32_t event, writer;
    (void)context;
    enum fl_error err = picture_read(fl_span_from(recording), &arena, &events);
    if (!err) err = moment_find(&events, FL_SPAN("p1/fetch.2"), &event);
    if (!err) err = moment_format(&events, event, &arena, &out);
    if (!err) err = moment_writer(&events, event, FL_SPAN("q"), &writer);
    if (!err) err = moment_format_event(&events.events[writer], &out);
    fl_buf_release(&out);
    fl_arena_release(&arena);
    return err;
}

static void a_moment_fails_cleanly_at_every_allocation(void **state)
{
    (void)state;
    alloc_sweep(show, NULL);
}

static void a_picture_fails_cleanly_at_every_allocation(void **state)
{
    (void)state;
    alloc_sweep(draw, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_fails_cleanly_at_every_allocation),
        cmocka_unit_test(a_moment_fails_cleanly_at_every_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
