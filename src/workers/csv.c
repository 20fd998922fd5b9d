/* A small state machine takes the bytes that mean something one by one, and the runs of data
 * between them whole: pieces may end anywhere, so no state lives on the stack. A row is gathered
 * twice, raw (for the record of rejected rows) and unquoted; both are bounded, and a row beyond the
 * bound keeps being scanned, without being stored, to find its end. */
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

/* Keeps what fits, and notes that the row has become too long to keep. */
static enum fl_error keep(struct csv_reader *reader, struct fl_buf *buf, struct fl_span span)
{
    size_t room = buf->length_max - buf->length;
    if (span.length > room) {
        note_problem(reader, "the row is longer than 1 MiB");
        span.length = room;
    }
    return fl_buf_append_span(buf, span);
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
    return keep(reader, &reader->text, (struct fl_span){&c, 1});
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
    case CSV_QUOTE_IN_QUOTED:
        reader->state = CSV_QUOTED;
        return keep(reader, &reader->text, FL_SPAN("\""));
    case CSV_UNQUOTED:
        note_problem(reader, "a quote inside an unquoted field");
        return keep(reader, &reader->text, FL_SPAN("\""));
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
    enum fl_error err = keep(reader, &reader->raw, (struct fl_span){&c, 1});
    if (err) return err;
    if (c == '"') return take_quote(reader);
    if (c == ',' && reader->state != CSV_QUOTED) {
        end_field(reader);
        reader->state = CSV_FIELD_START;
        return FL_OK;
    }
    return take_data(reader, c);
}

/* Bytes at the front that are data whatever they are followed by. */
static size_t data_run(const struct csv_reader *reader, struct fl_span piece)
{
    size_t length = 0;
    if (reader->state == CSV_QUOTED) {
        const char *quote = memchr(piece.bytes, '"', piece.length);
        return quote ? (size_t)(quote - piece.bytes) : piece.length;
    }
    if (reader->state != CSV_UNQUOTED) return 0;
    while (length < piece.length && piece.bytes[length] != ',' && piece.bytes[length] != '"' &&
           piece.bytes[length] != '\n' && piece.bytes[length] != '\r')
        length++;
    return length;
}

/* The first bytes of a file that may still become a byte-order mark are held back; here they turn
 * out to be data. */
static enum fl_error give_back_held_bytes(struct csv_reader *reader)
{
    uint32_t held = reader->bom_matched;
    enum fl_error err = FL_OK;
    if (held == sizeof byte_order_mark) return FL_OK;
    reader->bom_matched = sizeof byte_order_mark;
    for (uint32_t i = 0; i < held && !err; i++)
        err = take(reader, (char)byte_order_mark[i]);
    return err;
}

/* Takes from the front of a piece; *ret_taken bytes of it, at least one. */
static enum fl_error take_some(struct csv_reader *reader, struct fl_span piece, size_t *ret_taken)
{
    if (reader->bom_matched < sizeof byte_order_mark) {
        *ret_taken = 1;
        if ((unsigned char)piece.bytes[0] == byte_order_mark[reader->bom_matched]) {
            reader->bom_matched++;
            reader->offset++;
            return FL_OK;
        }
        enum fl_error err = give_back_held_bytes(reader);
        if (err) return err;
    }
    size_t run = data_run(reader, piece);
    *ret_taken = run ? run : 1;
    reader->offset += (int64_t)*ret_taken;
    if (!run) return take(reader, piece.bytes[0]);
    struct fl_span data = {piece.bytes, run};
    enum fl_error err = keep(reader, &reader->raw, data);
    return err ? err : keep(reader, &reader->text, data);
}

enum fl_error csv_feed(struct csv_reader *reader, struct fl_span piece)
{
    while (piece.length > 0) {
        size_t taken;
        if (reader->offset < reader->skip_until) {
            int64_t left = reader->skip_until - reader->offset;
            taken = left < (int64_t)piece.length ? (size_t)left : piece.length;
            reader->offset += (int64_t)taken;
        } else {
            enum fl_error err = take_some(reader, piece, &taken);
            if (err) return err;
        }
        piece.bytes += taken;
        piece.length -= taken;
    }
    return FL_OK;
}

void csv_skip_to(struct csv_reader *reader, int64_t offset, int64_t row_number)
{
    fl_assert(offset >= reader->offset);
    reader->skip_until = offset;
    reader->row_number = row_number;
    if (offset > 0) reader->bom_matched = sizeof byte_order_mark;
}

void csv_jump(struct csv_reader *reader)
{
    if (reader->offset + 1 < reader->skip_until) reader->offset = reader->skip_until - 1;
}

enum fl_error csv_finish(struct csv_reader *reader)
{
    if (reader->offset < reader->skip_until) return FL_ENOTFOUND;
    enum fl_error err = give_back_held_bytes(reader);
    if (err) return err;
    if (reader->state == CSV_QUOTED) return FL_EPARSE;
    if (reader->state == CSV_ROW_START || reader->state == CSV_AFTER_CR) return FL_OK;
    reader->state = CSV_ROW_START;
    return end_row(reader, reader->offset);
}
