/* Many rows at once: COPY into the table itself or, where a key may clash, into a staging table
 * with the same columns, from which one INSERT takes them over. A staging table is temporary, is
 * emptied by the end of the transaction and is made once on each connection. */
#include <inttypes.h>
#include <string.h>

#include "posix/bulk_sql.h"
#include "posix/postgres_conn.h"

enum { PIECE_BYTES = 64 * 1024, PIECE_BYTES_MAX = 64 * 1024 * 1024, NAME_BYTES_MAX = 63 };

/* --- rows as COPY reads them --- */

static const char *escape_of(char c)
{
    switch (c) {
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
    }
}

static size_t plain_length(struct fl_span text)
{
    size_t length = 0;
    while (length < text.length && !escape_of(text.bytes[length]))
        length++;
    return length;
}

static enum fl_error put_text(struct fl_buf *out, struct fl_span text)
{
    enum fl_error err = FL_OK;
    while (text.length && !err) {
        size_t plain = plain_length(text);
        err = fl_buf_append(out, text.bytes, plain);
        if (!err && plain < text.length)
            err = fl_buf_append_text(out, escape_of(text.bytes[plain++]));
        text.bytes += plain;
        text.length -= plain;
    }
    return err;
}

static enum fl_error put_value(struct fl_db_conn *conn, struct fl_buf *out,
                               const struct fl_db_value *value)
{
    switch (value->type) {
    case FL_DB_NULL: return fl_buf_append_text(out, "\\N");
    case FL_DB_INT64: return fl_buf_printf(out, "%" PRId64, value->integer);
    case FL_DB_TEXT: break;
    }
    if (!fl_postgres_may_hold(conn, value->text)) return FL_EINVAL;
    return put_text(out, value->text);
}

static enum fl_error put_row(struct fl_db_conn *conn, struct fl_buf *out,
                             const struct fl_db_value *values, size_t count)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < count && !err; i++) {
        if (i) err = fl_buf_append_char(out, '\t');
        if (!err) err = put_value(conn, out, &values[i]);
    }
    return err ? err : fl_buf_append_char(out, '\n');
}

/* --- one COPY --- */

/* What is wrong with the connection is found when the answer is asked for. */
static enum fl_error put_piece(struct fl_db_conn *conn, struct fl_buf *piece)
{
    int sent = PQputCopyData(conn->pg, piece->bytes, (int)piece->length);
    fl_buf_truncate(piece, 0);
    return sent == 1 ? FL_OK : FL_EIO;
}

static enum fl_error put_rows(struct fl_db_conn *conn, const struct fl_db_bulk *bulk)
{
    struct fl_buf piece = FL_BUF_INIT(PIECE_BYTES_MAX);
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < bulk->row_count && !err; i++) {
        err = put_row(conn, &piece, &bulk->values[i * bulk->column_count], bulk->column_count);
        if (!err && piece.length >= PIECE_BYTES) err = put_piece(conn, &piece);
    }
    if (!err && piece.length) err = put_piece(conn, &piece);
    fl_buf_release(&piece);
    return err;
}

/* A COPY that was begun has to be ended, well or not, before the connection takes anything else. */
static enum fl_error end_copy(struct fl_db_conn *conn, enum fl_error err, int64_t *ret_written)
{
    PQputCopyEnd(conn->pg, err ? "given up" : NULL);
    char words[FL_DB_ERROR_BYTES];
    memcpy(words, conn->error, sizeof words);
    PGresult *result = PQgetResult(conn->pg), *rest;
    enum fl_error answer = fl_postgres_result(conn, result, ret_written);
    while ((rest = PQgetResult(conn->pg)) != NULL)
        PQclear(rest);
    if (!err || conn->broken) return answer;
    if (words[0]) memcpy(conn->error, words, sizeof words);
    return err;
}

static enum fl_error copy_into(struct fl_db_conn *conn, const char *table,
                               const struct fl_db_bulk *bulk, struct fl_buf *sql,
                               int64_t *ret_written)
{
    fl_buf_truncate(sql, 0);
    enum fl_error err = fl_buf_append_text(sql, "COPY ");
    if (!err) err = fl_bulk_sql_name(table, sql);
    if (!err) err = fl_bulk_sql_names(bulk->columns, bulk->column_count, sql);
    if (!err) err = fl_buf_append_text(sql, " FROM STDIN");
    if (err) return err;
    PGresult *result = PQexec(conn->pg, sql->bytes);
    if (PQresultStatus(result) != PGRES_COPY_IN) {
        err = fl_postgres_result(conn, result, NULL);
        return err ? err : FL_EDB;
    }
    PQclear(result);
    return end_copy(conn, put_rows(conn, bulk), ret_written);
}

/* --- the staging table --- */

/* The same name for the same table and columns: what would be too long for PostgreSQL ends in a
 * number made of the rest. */
static enum fl_error name_stage(const struct fl_db_bulk *bulk, struct fl_buf *out)
{
    uint64_t hash = UINT64_C(1469598103934665603); /* FNV-1a */
    for (size_t i = 0; i < bulk->column_count; i++)
        for (const char *at = bulk->columns[i];; at++) {
            hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
            if (!*at) break;
        }
    return fl_buf_printf(out, "faultline_%.32s_%016" PRIx64, bulk->table, hash);
}

static enum fl_error put_columns(const struct fl_db_bulk *bulk, struct fl_buf *sql)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < bulk->column_count && !err; i++) {
        if (i) err = fl_buf_append_char(sql, ',');
        if (!err) err = fl_bulk_sql_name(bulk->columns[i], sql);
    }
    return err;
}

/* " SELECT "a","b" FROM "from"" */
static enum fl_error put_select(const struct fl_db_bulk *bulk, const char *from, struct fl_buf *sql)
{
    enum fl_error err = fl_buf_append_text(sql, " SELECT ");
    if (!err) err = put_columns(bulk, sql);
    if (!err) err = fl_buf_append_text(sql, " FROM ");
    return err ? err : fl_bulk_sql_name(from, sql);
}

static enum fl_error make_stage(struct fl_db_conn *conn, const char *stage,
                                const struct fl_db_bulk *bulk, struct fl_buf *sql)
{
    enum fl_error err = fl_buf_append_text(sql, "CREATE TEMPORARY TABLE IF NOT EXISTS ");
    if (!err) err = fl_bulk_sql_name(stage, sql);
    if (!err) err = fl_buf_append_text(sql, " ON COMMIT DELETE ROWS AS");
    if (!err) err = put_select(bulk, bulk->table, sql);
    if (!err) err = fl_buf_append_text(sql, " WITH NO DATA");
    return err ? err : fl_postgres_run(conn, sql->bytes, NULL, 0, NULL, NULL);
}

static enum fl_error take_over(struct fl_db_conn *conn, const char *stage,
                               const struct fl_db_bulk *bulk, struct fl_buf *sql,
                               int64_t *ret_written)
{
    fl_buf_truncate(sql, 0);
    enum fl_error err = fl_buf_append_text(sql, "INSERT INTO ");
    if (!err) err = fl_bulk_sql_name(bulk->table, sql);
    if (!err) err = fl_bulk_sql_names(bulk->columns, bulk->column_count, sql);
    if (!err) err = put_select(bulk, stage, sql);
    if (!err) err = fl_bulk_sql_clash(bulk, sql);
    return err ? err : fl_postgres_run(conn, sql->bytes, NULL, 0, NULL, ret_written);
}

/* A later bulk of the same transaction finds the stage empty again. */
static enum fl_error empty_stage(struct fl_db_conn *conn, const char *stage, struct fl_buf *sql)
{
    fl_buf_truncate(sql, 0);
    enum fl_error err = fl_buf_append_text(sql, "DELETE FROM ");
    if (!err) err = fl_bulk_sql_name(stage, sql);
    return err ? err : fl_postgres_run(conn, sql->bytes, NULL, 0, NULL, NULL);
}

static enum fl_error copy_by_stage(struct fl_db_conn *conn, const struct fl_db_bulk *bulk,
                                   struct fl_buf *sql, int64_t *ret_written)
{
    struct fl_buf stage = FL_BUF_INIT(NAME_BYTES_MAX);
    enum fl_error err = name_stage(bulk, &stage);
    if (!err) err = make_stage(conn, stage.bytes, bulk, sql);
    if (!err) err = copy_into(conn, stage.bytes, bulk, sql, NULL);
    if (!err) err = take_over(conn, stage.bytes, bulk, sql, ret_written);
    if (!err) err = empty_stage(conn, stage.bytes, sql);
    fl_buf_release(&stage);
    return err;
}

enum fl_error fl_postgres_copy(struct fl_db_conn *conn, const struct fl_db_bulk *bulk,
                               int64_t *ret_written)
{
    struct fl_buf sql = FL_BUF_INIT(FL_BULK_SQL_BYTES_MAX);
    enum fl_error err = bulk->key ? copy_by_stage(conn, bulk, &sql, ret_written)
                                  : copy_into(conn, bulk->table, bulk, &sql, ret_written);
    fl_buf_release(&sql);
    return conn->broken && err ? FL_EIO : err;
}
