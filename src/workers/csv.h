/* src/workers/csv.h - reads CSV (RFC 4180) in pieces of any size, row by row, in constant memory.
 *
 * Fields may be quoted, quotes doubled, and contain line breaks; lines end with LF, CRLF or CR; a
 * byte-order mark at the start and empty lines are skipped; blanks are data. A row that is not
 * well-formed (a quote inside an unquoted field, bytes behind a closing quote, invalid UTF-8, a
 * bound exceeded) is handed over with its problem, and reading goes on behind its line. Only a
 * quote that is never closed ends the file. */
#ifndef WORKERS_CSV_H
#define WORKERS_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

enum { CSV_ROW_BYTES_MAX = 1024 * 1024, CSV_FIELDS_MAX = 1024 };

struct csv_row {
    int64_t number;     /* from 1; the header of a file is row 1 */
    int64_t end_offset; /* of the first byte behind the row and its line end, from the start of the
                           file */
    const struct fl_span *fields; /* unquoted; valid during the call */
    uint32_t field_count;
    struct fl_span raw;  /* the row's bytes as they came, cut at CSV_ROW_BYTES_MAX */
    const char *problem; /* NULL, or a phrase: "a quote inside an unquoted field" */
    uint32_t column;     /* of the problem: the field's number, from 1 */
};

/* Anything but FL_OK ends the reading with that error. */
typedef enum fl_error csv_on_row(void *context, const struct csv_row *row);

enum csv_state {
    CSV_ROW_START,
    CSV_FIELD_START,
    CSV_UNQUOTED,
    CSV_QUOTED,
    CSV_QUOTE_IN_QUOTED, /* a closing quote, or the first of two */
    CSV_AFTER_CR,        /* an LF here still belongs to the line end */
};

struct csv_reader {
    csv_on_row *on_row;
    void *context;
    enum csv_state state;
    int64_t offset;     /* of the next byte to be fed */
    int64_t skip_until; /* bytes before it are dropped */
    int64_t row_number; /* rows handed over so far */
    uint32_t bom_matched;
    struct fl_buf raw,
        text; /* of the current row: as it came, and its fields' bytes without quotes */
    uint32_t field_ends[CSV_FIELDS_MAX];
    uint32_t field_count;
    const char *problem; /* the row's first */
    uint32_t column;
};

/* Borrows `context`. Cannot fail; buffers grow with the rows. */
void csv_reader_init(struct csv_reader *reader, csv_on_row *on_row, void *context);
void csv_reader_release(struct csv_reader *reader);
/* FL_ENOMEM, or what on_row returned; the reader is then of no further use. */
FL_CHECKED enum fl_error csv_feed(struct csv_reader *reader, struct fl_span piece);
/* Inside on_row or between feeds: go on with the row that starts at `offset` (a former end_offset)
 * and has `row_number` rows before it. Bytes up to there may be fed, and are dropped, or left out
 * by csv_jump. */
void csv_skip_to(struct csv_reader *reader, int64_t offset, int64_t row_number);
/* The next byte to be fed is the one before skip_until: that it is there tells a source that is as
 * long as it was from one that has shrunk. */
void csv_jump(struct csv_reader *reader);
/* The input is at its end: hands over a last row without a line end. FL_EPARSE: a quote was never
 * closed; reader->row_number + 1 and reader->column say where it was opened. FL_ENOTFOUND: the
 * input ended before skip_until. */
FL_CHECKED enum fl_error csv_finish(struct csv_reader *reader);

#endif
