#include "workers/csv.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "core/assert.h"

/* Rows are compared as text: "1[a|b]" is row 1 with two fields, "2!3:why" row 2 with a problem in
 * its third field. */
/* FL_SPAN, in the form that a constant table can hold. */
#define CSV(literal)                                                                               \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }

static struct csv_case {
    const char *name;
    struct fl_span input;
    const char *want;
    enum fl_error end;
} cases[] = {
    {"csv: nothing", CSV(""), "", FL_OK},
    {"csv: one row", CSV("a,b\n"), "1[a|b]", FL_OK},
    {"csv: no line end at the end", CSV("a,b\nc,d"), "1[a|b]2[c|d]", FL_OK},
    {"csv: LF", CSV("a\nb\n"), "1[a]2[b]", FL_OK},
    {"csv: CRLF", CSV("a\r\nb\r\n"), "1[a]2[b]", FL_OK},
    {"csv: CR", CSV("a\rb\r"), "1[a]2[b]", FL_OK},
    {"csv: line ends mixed", CSV("a\rb\r\nc\nd"), "1[a]2[b]3[c]4[d]", FL_OK},
    {"csv: empty lines are skipped", CSV("\n\na\r\n\r\n\rb\n\n"), "1[a]2[b]", FL_OK},
    {"csv: empty fields", CSV(",,\n"), "1[||]", FL_OK},
    {"csv: empty last field", CSV("a,\nb,"), "1[a|]2[b|]", FL_OK},
    {"csv: blanks are data", CSV(" a , b \n \n"), "1[ a | b ]2[ ]", FL_OK},
    {"csv: quoted", CSV("\"a\",\"b\"\n"), "1[a|b]", FL_OK},
    {"csv: quoted empty is a field", CSV("\"\"\n"), "1[]", FL_OK},
    {"csv: comma in quotes", CSV("\"a,b\",c\n"), "1[a,b|c]", FL_OK},
    {"csv: LF in quotes", CSV("\"a\nb\",c\n"), "1[a\nb|c]", FL_OK},
    {"csv: CRLF in quotes", CSV("\"a\r\nb\"\r\nc"), "1[a\r\nb]2[c]", FL_OK},
    {"csv: doubled quote", CSV("\"a\"\"b\"\n"), "1[a\"b]", FL_OK},
    {"csv: nothing but a doubled quote", CSV("\"\"\"\"\n"), "1[\"]", FL_OK},
    {"csv: quoted at the end of the input", CSV("\"a\""), "1[a]", FL_OK},
    {"csv: byte-order mark", CSV("\xEF\xBB\xBFname\n"), "1[name]", FL_OK},
    {"csv: byte-order mark before a quote", CSV("\xEF\xBB\xBF\"a\"\n"), "1[a]", FL_OK},
    {"csv: byte-order mark later is data", CSV("a\n\xEF\xBB\xBF\n"), "1[a]2[\uFEFF]", FL_OK},
    {"csv: half a byte-order mark", CSV("\xEF\xBB"), "1!1:invalid UTF-8", FL_OK},
    {"csv: begins like a byte-order mark", CSV("\uFB01x,y\n"), "1[\uFB01x|y]", FL_OK},
    {"csv: UTF-8", CSV("\u00fc,\U0001F600\n"), "1[\u00fc|\U0001F600]", FL_OK},
    {"csv: invalid UTF-8", CSV("ok,\xff\nc,d\n"),
     "1!2:invalid UTF-8"
     "2[c|d]",
     FL_OK},
    {"csv: Latin-1", CSV("M\xfcller\n"), "1!1:invalid UTF-8", FL_OK},
    {"csv: NUL is data", CSV("a\0b\n"), "1[a", FL_OK},
    {"csv: quote in an unquoted field", CSV("a,b\"c\nd,e\n"),
     "1!2:a quote inside an unquoted field2[d|e]", FL_OK},
    {"csv: text behind a closing quote", CSV("\"a\"b,c\nd,e\n"),
     "1!1:text behind a closing quote2[d|e]", FL_OK},
    {"csv: blank behind a closing quote", CSV("\"a\" ,c\n"), "1!1:text behind a closing quote",
     FL_OK},
    {"csv: quote never closed", CSV("a,b\nc,\"d\ne,f\n"), "1[a|b]", FL_EPARSE},
    {"csv: semicolons are data", CSV("a;b\n"), "1[a;b]", FL_OK},
};

static enum fl_error print_row(void *context, const struct csv_row *row)
{
    struct fl_buf *out = context;
    assert_int_equal(fl_buf_printf(out, "%d", (int)row->number), FL_OK);
    if (row->problem) return fl_buf_printf(out, "!%u:%s", row->column, row->problem);
    for (uint32_t i = 0; i < row->field_count; i++) {
        assert_int_equal(fl_buf_append_char(out, i ? '|' : '['), FL_OK);
        assert_int_equal(fl_buf_append_span(out, row->fields[i]), FL_OK);
    }
    return fl_buf_append_char(out, ']');
}

/* Cut in two at `cut`, and the second part into pieces of `piece` bytes. */
static enum fl_error read_cut(struct fl_span input, size_t cut, size_t piece, struct fl_buf *out)
{
    struct csv_reader reader;
    csv_reader_init(&reader, print_row, out);
    enum fl_error err = csv_feed(&reader, (struct fl_span){input.bytes, cut});
    for (size_t at = cut; at < input.length && !err; at += piece) {
        size_t left = input.length - at;
        err = csv_feed(&reader, (struct fl_span){input.bytes + at, left < piece ? left : piece});
    }
    if (!err) err = csv_finish(&reader);
    csv_reader_release(&reader);
    return err;
}

static void csv_case_row(void **state)
{
    const struct csv_case *row = *state;
    for (size_t cut = 0; cut <= row->input.length; cut++) {
        for (size_t piece = 1; piece <= row->input.length + 1; piece++) {
            struct fl_buf out = FL_BUF_INIT(1000);
            assert_int_equal(fl_buf_append_text(&out, ""), FL_OK);
            assert_int_equal(read_cut(row->input, cut, piece, &out), row->end);
            assert_string_equal(out.bytes, row->want);
            fl_buf_release(&out);
        }
    }
}

static const char table[] =
    "\xEF\xBB\xBFname,note\r\nann,\"a\r\nb\"\n\"b\"\"b\",x\rcid,\n\n\xff,y\n\xEF\xBB\xBF"
    "dot,z";
enum { TABLE_ROWS = 6 };

struct recorder {
    struct fl_buf out;
    int64_t ends[TABLE_ROWS];
    size_t starts[TABLE_ROWS + 1]; /* where each row begins in `out` */
    size_t count;
};

static enum fl_error record_row(void *context, const struct csv_row *row)
{
    struct recorder *recorder = context;
    enum fl_error err = print_row(&recorder->out, row);
    recorder->ends[recorder->count++] = row->end_offset;
    recorder->starts[recorder->count] = recorder->out.length;
    return err;
}

/* A later run feeds what the earlier one has taken, or jumps over it. */
enum resuming { RESUME_BY_FEEDING, RESUME_BY_JUMPING };

static void resume(int64_t offset, int64_t row_number, enum resuming how, struct fl_buf *out)
{
    struct csv_reader reader;
    struct fl_span rest = fl_span_from(table);
    csv_reader_init(&reader, print_row, out);
    csv_skip_to(&reader, offset, row_number);
    if (how == RESUME_BY_JUMPING) {
        csv_jump(&reader);
        rest.bytes += reader.offset;
        rest.length -= (size_t)reader.offset;
    }
    assert_int_equal(csv_feed(&reader, rest), FL_OK);
    assert_int_equal(csv_finish(&reader), FL_OK);
    csv_reader_release(&reader);
}

static void goes_on_behind_any_row(void **state)
{
    (void)state;
    struct recorder all = {.out = FL_BUF_INIT(1000)};
    struct csv_reader reader;
    csv_reader_init(&reader, record_row, &all);
    assert_int_equal(csv_feed(&reader, fl_span_from(table)), FL_OK);
    assert_int_equal(csv_finish(&reader), FL_OK);
    csv_reader_release(&reader);
    assert_int_equal(all.count, TABLE_ROWS);
    for (size_t i = 0; i < TABLE_ROWS; i++) {
        for (enum resuming how = RESUME_BY_FEEDING; how <= RESUME_BY_JUMPING; how++) {
            struct fl_buf out = FL_BUF_INIT(1000);
            assert_int_equal(fl_buf_append_text(&out, ""), FL_OK);
            resume(all.ends[i], (int64_t)i + 1, how, &out);
            assert_string_equal(out.bytes, all.out.bytes + all.starts[i + 1]);
            fl_buf_release(&out);
        }
    }
    fl_buf_release(&all.out);
}

static void notices_that_the_input_has_shrunk(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(100);
    struct csv_reader reader;
    csv_reader_init(&reader, print_row, &out);
    csv_skip_to(&reader, 10, 3);
    assert_int_equal(csv_feed(&reader, FL_SPAN("123456789")), FL_OK);
    assert_int_equal(csv_finish(&reader), FL_ENOTFOUND);
    csv_reader_init(&reader, print_row, &out);
    csv_skip_to(&reader, 10, 3);
    csv_jump(&reader);
    assert_int_equal(csv_finish(&reader), FL_ENOTFOUND);
    csv_reader_release(&reader);
    fl_buf_release(&out);
}

static void a_row_past_its_bound_is_a_problem_and_reading_goes_on(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(1000);
    struct csv_reader reader;
    char piece[4096];
    memset(piece, 'x', sizeof piece);
    csv_reader_init(&reader, print_row, &out);
    for (int i = 0; i < 3 * CSV_ROW_BYTES_MAX / (int)sizeof piece; i++)
        assert_int_equal(csv_feed(&reader, (struct fl_span){piece, sizeof piece}), FL_OK);
    assert_int_equal(csv_feed(&reader, FL_SPAN("\nb\n")), FL_OK);
    assert_string_equal(out.bytes, "1!1:the row is longer than 1 MiB2[b]");
    assert_true(reader.raw.capacity <= CSV_ROW_BYTES_MAX + 1);
    csv_reader_release(&reader);
    fl_buf_release(&out);
}

static void a_field_past_their_bound_is_a_problem(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(1000 * 1000);
    struct csv_reader reader;
    csv_reader_init(&reader, print_row, &out);
    for (int i = 1; i < CSV_FIELDS_MAX; i++)
        assert_int_equal(csv_feed(&reader, FL_SPAN(",")), FL_OK);
    assert_int_equal(csv_feed(&reader, FL_SPAN("\n")), FL_OK);
    assert_null(strchr(out.bytes, '!'));
    for (int i = 0; i < CSV_FIELDS_MAX; i++)
        assert_int_equal(csv_feed(&reader, FL_SPAN(",")), FL_OK);
    assert_int_equal(csv_feed(&reader, FL_SPAN("\n")), FL_OK);
    assert_string_equal(strchr(out.bytes, '!'), "!1025:more than 1024 fields");
    csv_reader_release(&reader);
    fl_buf_release(&out);
}

static void says_where_an_open_quote_began(void **state)
{
    (void)state;
    struct fl_buf out = FL_BUF_INIT(100);
    struct csv_reader reader;
    csv_reader_init(&reader, print_row, &out);
    assert_int_equal(csv_feed(&reader, FL_SPAN("a,b\nc,d\ne,\"f\ng,h\n")), FL_OK);
    assert_int_equal(csv_finish(&reader), FL_EPARSE);
    assert_int_equal(reader.row_number + 1, 3);
    assert_int_equal(reader.column, 2);
    csv_reader_release(&reader);
    fl_buf_release(&out);
}

static enum fl_error refuse_row(void *context, const struct csv_row *row)
{
    (void)context;
    return row->number == 2 ? FL_ECANCELED : FL_OK;
}

static void stops_with_the_error_of_the_receiver(void **state)
{
    (void)state;
    struct csv_reader reader;
    csv_reader_init(&reader, refuse_row, NULL);
    assert_int_equal(csv_feed(&reader, FL_SPAN("a\nb\nc\n")), FL_ECANCELED);
    csv_reader_release(&reader);
}

static enum fl_error read_table(void *context)
{
    (void)context;
    struct fl_buf out = FL_BUF_INIT(1000);
    enum fl_error err = fl_buf_reserve(&out, 500); /* print_row asserts its own appends */
    if (!err) err = read_cut(fl_span_from(table), 0, 7, &out);
    fl_buf_release(&out);
    return err;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    alloc_sweep(read_table, NULL);
}

int main(void)
{
    const struct CMUnitTest single[] = {
        cmocka_unit_test(goes_on_behind_any_row),
        cmocka_unit_test(notices_that_the_input_has_shrunk),
        cmocka_unit_test(a_row_past_its_bound_is_a_problem_and_reading_goes_on),
        cmocka_unit_test(a_field_past_their_bound_is_a_problem),
        cmocka_unit_test(says_where_an_open_quote_began),
        cmocka_unit_test(stops_with_the_error_of_the_receiver),
        cmocka_unit_test(every_allocation_may_fail),
    };
    struct CMUnitTest tests[FL_COUNT(cases) + FL_COUNT(single)];
    size_t n = 0;
    for (size_t i = 0; i < FL_COUNT(cases); i++)
        tests[n++] = (struct CMUnitTest){cases[i].name, csv_case_row, NULL, NULL, &cases[i]};
    for (size_t i = 0; i < FL_COUNT(single); i++)
        tests[n++] = single[i];
    return _cmocka_run_group_tests("csv", tests, n, NULL, NULL);
}
