/* The page as markup: that texts stay texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/picture/html.h"
#include "harness/picture/page.h"

#define HOSTILE_JSON "</script><script>alert(1)</script><img src=x onerror=alert(1)>\\\" ' & {{js}}"
#define HOSTILE      "</script><script>alert(1)</script><img src=x onerror=alert(1)>\" ' & {{js}}"

static const char hostile[] =
    "{\"head\":true,\"title\":\"" HOSTILE_JSON "\",\"why\":\"" HOSTILE_JSON "\",\"faults\":[{"
    "\"line\":3,\"sweep\":false,\"text\":\"" HOSTILE_JSON "\"}],\"claims\":[{\"line\":4,\"text\":"
    "\"" HOSTILE_JSON "\"}]}\n"
    "{\"t\":1,\"k\":\"effect\",\"w\":\"" HOSTILE_JSON "\",\"p\":\"" HOSTILE_JSON
    "\",\"r\":\"" HOSTILE_JSON "\",\"j\":\"" HOSTILE_JSON "\",\"n\":1,\"o\":1,\"l\":\"redis "
    "SET\",\"x\":\"" HOSTILE_JSON "\",\"y\":\"" HOSTILE_JSON "\",\"d\":[[0,\"" HOSTILE_JSON
    "\",\"" HOSTILE_JSON "\",0,[\"" HOSTILE_JSON "\"],[\"" HOSTILE_JSON "\"]]]}\n"
    "{\"end\":true,\"t\":1,\"left_out\":0,\"differences\":[\"- " HOSTILE_JSON "\"]}\n";

static void write_page(const char *recording, enum fl_error want, struct fl_buf *out)
{
    const struct picture_about about = {
        .path = HOSTILE,
        .failed_line = 4,
        .seed = 1,
        .text = FL_SPAN("expected  " HOSTILE "\nfound     " HOSTILE "\n+00:00 timeline\n"),
        .swept_at = FL_SPAN(HOSTILE),
        .replay = FL_SPAN(HOSTILE),
    };
    *out = FL_BUF_INIT(PICTURE_BYTES_MAX);
    assert_int_equal(picture_write(&about, fl_span_from(recording), out), want);
}

static uint32_t count(const char *text, const char *part)
{
    uint32_t found = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        found++;
    return found;
}

static void no_text_becomes_markup(void **state)
{
    (void)state;
    struct fl_buf out;
    write_page(hostile, FL_OK, &out);
    assert_int_equal(count(out.bytes, "<script"), 2); /* the data and the script */
    assert_int_equal(count(out.bytes, "</script>"), 2);
    assert_null(strstr(out.bytes, "<img"));
    assert_null(strstr(out.bytes, "{{css}}"));
    assert_non_null(strstr(out.bytes, "&lt;img src=x onerror=alert(1)&gt;&quot; &#39; &amp;"));
    assert_non_null(strstr(out.bytes, "\\u003c/script>"));
    fl_buf_release(&out);
}

static void control_characters_do_not_reach_the_page(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(1024);
    struct html html = {.out = &out};
    html_text(&html, FL_SPAN("a\x01\x7f\nb"));
    assert_int_equal(html.err, FL_OK);
    assert_string_equal(out.bytes, "a\xEF\xBF\xBD\xEF\xBF\xBD\nb");
    fl_buf_release(&out);
}

static void the_timeline_of_the_report_is_not_told_twice(void **state)
{
    (void)state;
    struct fl_buf out;
    write_page(hostile, FL_OK, &out);
    assert_null(strstr(out.bytes, "timeline"));
    fl_buf_release(&out);
}

static void what_is_no_recording_is_refused(void **state)
{
    static const char *const texts[] = {"no json\n", "{\"t\":1,\"k\":\"dance\"}\n",
                                        "{\"t\":1,\"k\":\"mark\",\"l\":7}\n"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct fl_buf out;
        write_page(texts[i], FL_EPARSE, &out);
        fl_buf_release(&out);
    }
}

static void an_empty_run_is_a_page_too(void **state)
{
    (void)state;
    struct fl_buf out;
    write_page("{\"head\":true,\"title\":\"t\",\"faults\":[],\"claims\":[]}\n", FL_OK, &out);
    assert_non_null(strstr(out.bytes, "</html>"));
    fl_buf_release(&out);
}

static struct duration_case {
    const char *name;
    int64_t us;
    const char *want;
} durations[] = {
    {"duration: days and hours", INT64_C(14) * 86400000000 + INT64_C(3) * 3600000000 + 5,
     "14 d 3 h"},
    {"duration: whole hours", INT64_C(7200000000), "2 h"},
    {"duration: minutes and seconds", INT64_C(549000000), "9 min 9 s"},
    {"duration: of seconds a tenth", 28548000, "28.5 s"},
    {"duration: milliseconds", 7999, "7 ms"},
    {"duration: less", 12, "0 ms"},
};

static void duration_row(void **state)
{
    const struct duration_case *row = *state;
    struct fl_buf out = FL_BUF_INIT(64);
    struct html html = {.out = &out};
    html_duration(&html, row->us);
    assert_string_equal(out.bytes, row->want);
    fl_buf_release(&out);
}

int main(void)
{
    enum { DURATIONS = sizeof durations / sizeof durations[0] };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_becomes_markup),
        cmocka_unit_test(control_characters_do_not_reach_the_page),
        cmocka_unit_test(the_timeline_of_the_report_is_not_told_twice),
        cmocka_unit_test(what_is_no_recording_is_refused),
        cmocka_unit_test(an_empty_run_is_a_page_too),
    };
    struct CMUnitTest rows[DURATIONS];
    for (size_t i = 0; i < DURATIONS; i++)
        rows[i] = (struct CMUnitTest){durations[i].name, duration_row, NULL, NULL, &durations[i]};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return cmocka_run_group_tests_name("durations", rows, NULL, NULL) + failed;
}
