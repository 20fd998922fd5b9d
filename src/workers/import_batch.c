#include "workers/import_batch.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/json.h"
#include "core/utf8.h"

void import_batch_init(struct import_batch *batch, struct import_store *store,
                       const struct import_record *record)
{
    batch->store = store;
    batch->record = record;
    batch->next = record->progress;
    batch->standing = IMPORT_MINE;
    batch->names = NULL;
    batch->name_count = 0;
    /* A row's JSON can be six times its text (control characters); the last row may come on top. */
    batch->texts = FL_ARENA_INIT(IMPORT_BATCH_BYTES_MAX + 8 * CSV_ROW_BYTES_MAX);
    batch->object = FL_BUF_INIT(8 * CSV_ROW_BYTES_MAX);
    batch->row_count = batch->rejected_count = 0;
    batch->rows = batch->rejected = NULL;
}

void import_batch_release(struct import_batch *batch)
{
    fl_arena_release(&batch->texts);
    fl_buf_release(&batch->object);
    free(batch->rows);
    free(batch->rejected);
    batch->rows = batch->rejected = NULL;
}

static enum fl_error room_for(struct fl_db_value **values, size_t columns)
{
    if (!*values) *values = malloc(IMPORT_BATCH_ROWS * columns * sizeof **values);
    return *values ? FL_OK : FL_ENOMEM;
}

static enum fl_error keep_object(struct import_batch *batch, struct fl_span *ret_text)
{
    char *copy = fl_arena_copy(&batch->texts, fl_buf_span(&batch->object));
    if (!copy) return FL_ENOMEM;
    *ret_text = (struct fl_span){copy, batch->object.length};
    return FL_OK;
}

/* FL_EBOUND: names and fields make an object past the buffer's bound. */
static enum fl_error write_object(struct import_batch *batch, const struct csv_row *row)
{
    fl_buf_truncate(&batch->object, 0);
    enum fl_error err = fl_buf_append_char(&batch->object, '{');
    for (uint32_t i = 0; i < row->field_count && !err; i++) {
        if (i > 0) err = fl_buf_append_char(&batch->object, ',');
        if (!err) err = fl_json_write_string(&batch->object, batch->names[i]);
        if (!err) err = fl_buf_append_char(&batch->object, ':');
        if (!err) err = fl_json_write_string(&batch->object, row->fields[i]);
    }
    return err ? err : fl_buf_append_char(&batch->object, '}');
}

static enum fl_error add_imported(struct import_batch *batch, const struct csv_row *row)
{
    struct fl_span text;
    enum fl_error err = write_object(batch, row);
    if (!err) err = keep_object(batch, &text);
    if (err) return err;
    err = room_for(&batch->rows, IMPORT_ROW_COLUMNS);
    if (err) return err;
    struct fl_db_value *values = batch->rows + batch->row_count++ * IMPORT_ROW_COLUMNS;
    values[0] = fl_db_int64(batch->record->id);
    values[1] = fl_db_int64(row->number);
    values[2] = fl_db_text(text);
    batch->next.imported_count++;
    return FL_OK;
}

/* The row as it came, but for what no text of a database may hold: bytes that are no UTF-8, and
 * NUL, become U+FFFD. */
static enum fl_error write_raw(struct import_batch *batch, struct fl_span raw)
{
    enum fl_error err = FL_OK;
    fl_buf_truncate(&batch->object, 0);
    while (raw.length && !err) {
        const char *nul = memchr(raw.bytes, '\0', raw.length);
        size_t length = nul ? (size_t)(nul - raw.bytes) : raw.length;
        err =
            fl_utf8_append_scrubbed(&batch->object, (struct fl_span){raw.bytes, length}, SIZE_MAX);
        if (nul && !err) err = fl_buf_append_text(&batch->object, "\xEF\xBF\xBD");
        raw.bytes += length + (nul != NULL);
        raw.length -= length + (nul != NULL);
    }
    return err;
}

static enum fl_error add_rejected(struct import_batch *batch, const struct csv_row *row)
{
    fl_buf_truncate(&batch->object, 0);
    enum fl_error err;
    if (row->problem)
        err = fl_buf_printf(&batch->object, "row %lld, column %u: %s", (long long)row->number,
                            row->column, row->problem);
    else
        err = fl_buf_printf(&batch->object, "row %lld: expected %u fields, found %u",
                            (long long)row->number, batch->name_count, row->field_count);
    struct fl_span reason, raw;
    if (!err) err = keep_object(batch, &reason);
    if (!err) err = write_raw(batch, row->raw);
    if (!err) err = keep_object(batch, &raw);
    if (err) return err;
    err = room_for(&batch->rejected, IMPORT_REJECTED_COLUMNS);
    if (err) return err;
    struct fl_db_value *values =
        batch->rejected + batch->rejected_count++ * IMPORT_REJECTED_COLUMNS;
    values[0] = fl_db_int64(batch->record->id);
    values[1] = fl_db_int64(row->number);
    values[2] = fl_db_text(reason);
    values[3] = fl_db_text(raw);
    batch->next.rejected_count++;
    return FL_OK;
}

enum fl_error import_batch_add(struct import_batch *batch, const struct csv_row *row)
{
    fl_assert(batch->names);
    bool wanted = !row->problem && row->field_count == batch->name_count;
    enum fl_error err = wanted ? add_imported(batch, row) : add_rejected(batch, row);
    if (wanted && err == FL_EBOUND) {
        struct csv_row too_large = *row;
        too_large.problem = "the row and the header's names are longer than 8 MiB";
        too_large.column = 1;
        err = add_rejected(batch, &too_large);
    }
    if (err) return err;
    batch->next.byte_offset = row->end_offset;
    batch->next.row_number = row->number;
    bool full = batch->row_count + batch->rejected_count == IMPORT_BATCH_ROWS ||
                batch->texts.bytes_used >= IMPORT_BATCH_BYTES_MAX;
    return full ? import_batch_flush(batch) : FL_OK;
}

enum fl_error import_batch_flush(struct import_batch *batch)
{
    if (batch->row_count + batch->rejected_count == 0) return FL_OK;
    enum fl_error err =
        import_save_batch(batch->store, batch->record, &batch->next, batch->rows, batch->row_count,
                          batch->rejected, batch->rejected_count, &batch->standing);
    if (err) return err;
    batch->row_count = batch->rejected_count = 0;
    fl_arena_release(&batch->texts);
    return batch->standing == IMPORT_MINE ? FL_OK : FL_ECANCELED;
}
