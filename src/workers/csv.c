/* One byte at a time through a small state machine: pieces may end anywhere, so no state lives on
 * the stack. A row is gathered twice, raw (for the record of rejected rows) and unquoted; both are
 * bounded, and a row beyond the bound keeps being scanned, without being stored, to find its end.
 */
#include "workers/csv.h"

#include "core/assert.h"
#include "core/utf8.h"

static const unsigned char byte_order_mark[] = {0xEF, 0xBB, 0xBF};

void csv_reader_init(struct csv_reader *reader, csv_on_row *on_row, void *context)
{
    *reader = (struct csv_reader){
        .on_row = on_row,
        .context = context,
        .raw = FL_BUF_INIT(CSV_ROW_BYTES_MAX),
        .text = FL_BUF_INIT(CSV_ROW_BYTES_MAX),
    };
}

void csv_reader_release(struct csv_reader *reader)
{
    fl_buf_release(&reader->raw);
    fl_buf_release(&reader->text);
}

static void note_problem(struct csv_reader *reader, const char *problem)
{
    if (reader->problem) return;
    reader->problem = problem;
    reader->column = reader->field_count + 1;
}

/* Keeps a byte, or notes that the row has become too long to keep. */
static enum fl_error keep(struct csv_reader *reader, struct fl_buf *buf, char c)
{
    enum fl_error err = fl_buf_append_char(buf, c);
    if (err == FL_EBOUND) {
        note_problem(reader, "the row is longer than 1 MiB");
        return FL_OK;
    }
    return err;
}

static void end_field(struct csv_reader *reader)
{
    if (reader->field_count == CSV_FIELDS_MAX) {
        note_problem(reader, "more than 1024 fields");
        return;
    }
    reader->field_ends[reader->field_count++] = (uint32_t)reader->text.length;
}

static void check_utf8(struct csv_reader *reader, const struct fl_span *fields)
{
    for (uint32_t i = 0; i < reader->field_count && !reader->problem; i++) {
        if (fl_utf8_valid_prefix(fields[i]) == fields[i].length) continue;
        reader->problem = "invalid UTF-8";
        reader->column = i + 1;
    }
}

static void begin_row(struct csv_reader *reader)
{
    fl_buf_truncate(&reader->raw, 0);
    fl_buf_truncate(&reader->text, 0);
    reader->field_count = 0;
    reader->problem = NULL;
    reader->column = 0;
}

static enum fl_error end_row(struct csv_reader *reader, int64_t end_offset)
{
    end_field(reader);
    struct fl_span fields[CSV_FIELDS_MAX];
    uint32_t start = 0;
    for (uint32_t i = 0; i < reader->field_count; i++) {
        uint32_t end = reader->field_ends[i];
        fields[i] =
            (struct fl_span){reader->text.bytes ? reader->text.bytes + start : "", end - start};
        start = end;
    }
    check_utf8(reader, fields);
    struct csv_row row = {
        .number = ++reader->row_number,
        .end_offset = end_offset,
        .fields = fields,
        .field_count = reader->field_count,
        .raw = fl_buf_span(&reader->raw),
        .problem = reader->problem,
        .column = reader->column,
    };
    enum fl_error err = reader->on_row(reader->context, &row);
    begin_row(reader);
    return err;
}

/* The state after `c`, which is neither a delimiter, a quote nor a line end. */
static enum fl_error take_data(struct csv_reader *reader, char c)
{
    if (reader->state == CSV_QUOTE_IN_QUOTED) note_problem(reader, "text behind a closing quote");
    if (reader->state != CSV_QUOTED) reader->state = CSV_UNQUOTED;
    return keep(reader, &reader->text, c);
}

static enum fl_error take_quote(struct csv_reader *reader)
{
    switch (reader->state) {
    case CSV_ROW_START:
    case CSV_FIELD_START:
        reader->state = CSV_QUOTED;
        reader->column = reader->problem ? reader->column : reader->field_count + 1;
        return FL_OK;
    case CSV_QUOTED: reader->state = CSV_QUOTE_IN_QUOTED; return FL_OK;
    case CSV_QUOTE_IN_QUOTED: reader->state = CSV_QUOTED; return keep(reader, &reader->text, '"');
    case CSV_UNQUOTED:
        note_problem(reader, "a quote inside an unquoted field");
        return keep(reader, &reader->text, '"');
    case CSV_AFTER_CR: break;
    }
    fl_panic("a line end is handled before its next byte");
}

static enum fl_error take_line_end(struct csv_reader *reader, char c)
{
    bool empty = reader->state == CSV_ROW_START;
    enum fl_error err = empty ? FL_OK : end_row(reader, reader->offset);
    reader->state = c == '\r' ? CSV_AFTER_CR : CSV_ROW_START;
    return err;
}

static enum fl_error take(struct csv_reader *reader, char c)
{
    if (reader->state == CSV_AFTER_CR) {
        reader->state = CSV_ROW_START;
        if (c == '\n') return FL_OK;
    }
    if (reader->state != CSV_QUOTED && (c == '\n' || c == '\r')) return take_line_end(reader, c);
    enum fl_error err = keep(reader, &reader->raw, c);
    if (err) return err;
    if (c == '"') return take_quote(reader);
    if (c == ',' && reader->state != CSV_QUOTED) {
        end_field(reader);
        reader->state = CSV_FIELD_START;
        return FL_OK;
    }
    return take_data(reader, c);
}

/* Whether the file's first bytes are a byte-order mark is known at the third of them: until then
 * they are held back, and given to the row when it turns out that they are none. */
static enum fl_error take_first_bytes(struct csv_reader *reader, char c)
{
    if ((unsigned char)c == byte_order_mark[reader->bom_matched]) {
        reader->bom_matched++;
        return FL_OK;
    }
    uint32_t held = reader->bom_matched;
    reader->bom_matched = sizeof byte_order_mark;
    for (uint32_t i = 0; i < held; i++) {
        enum fl_error err = take(reader, (char)byte_order_mark[i]);
        if (err) return err;
    }
    return take(reader, c);
}

enum fl_error csv_feed(struct csv_reader *reader, struct fl_span piece)
{
    for (size_t i = 0; i < piece.length; i++) {
        if (reader->offset++ < reader->skip_until) continue;
        enum fl_error err = reader->bom_matched < sizeof byte_order_mark
                                ? take_first_bytes(reader, piece.bytes[i])
                                : take(reader, piece.bytes[i]);
        if (err) return err;
    }
    return FL_OK;
}

void csv_skip_to(struct csv_reader *reader, int64_t offset, int64_t row_number)
{
    fl_assert(offset >= reader->offset);
    reader->skip_until = offset;
    reader->row_number = row_number;
}

void csv_jump(struct csv_reader *reader)
{
    if (reader->offset >= reader->skip_until) return;
    reader->offset = reader->skip_until;
    reader->bom_matched = sizeof byte_order_mark;
}

enum fl_error csv_finish(struct csv_reader *reader)
{
    if (reader->state == CSV_QUOTED) return FL_EPARSE;
    if (reader->state == CSV_ROW_START || reader->state == CSV_AFTER_CR) return FL_OK;
    reader->state = CSV_ROW_START;
    return end_row(reader, reader->offset);
}
