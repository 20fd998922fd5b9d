#include "posix/postgres_conn.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/assert.h"
#include "core/span.h"

/* The server's own numbers of its types: its headers are not libpq's. */
enum { OID_BOOL = 16, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_NUMERIC = 1700 };

/* --- errors --- */

/* By the SQLSTATE's class, its first two characters, where no code of it is said apart. */
static const struct {
    char state[6];
    enum fl_error err;
} meanings[] = {
    {"22", FL_EINVAL},                          /* data exception: out of range, not UTF-8 */
    {"23", FL_ECONSTRAINT},  {"40", FL_EBUSY},  /* serialization failure, deadlock */
    {"55P03", FL_EBUSY},                        /* lock not available in time */
    {"57014", FL_ETIMEDOUT},                    /* the statement's own time is over */
    {"53100", FL_ENOSPACE},  {"54", FL_EBOUND}, /* program limit exceeded */
};

static enum fl_error error_of_state(const char *state)
{
    for (size_t i = 0; state && i < FL_COUNT(meanings); i++)
        if (strncmp(state, meanings[i].state, strlen(meanings[i].state)) == 0)
            return meanings[i].err;
    return FL_EDB;
}

/* The server's farewell: it goes down, or an operator wants it. Without a state the words are
 * libpq's own, which has lost the connection, though it may not say so yet. */
static bool is_end(const char *state)
{
    return !state || strncmp(state, "57P0", 4) == 0 || strncmp(state, "08", 2) == 0;
}

/* The first line, without "ERROR:  ". */
static void keep_words(struct fl_db_conn *conn, const char *words)
{
    static const char *const levels[] = {"ERROR:  ", "FATAL:  ", "PANIC:  "};
    for (size_t i = 0; i < FL_COUNT(levels); i++)
        if (strncmp(words, levels[i], strlen(levels[i])) == 0) words += strlen(levels[i]);
    snprintf(conn->error, sizeof conn->error, "%.*s", (int)strcspn(words, "\n"), words);
}

bool fl_postgres_in_transaction(const struct fl_db_conn *conn)
{
    PGTransactionStatusType status = PQtransactionStatus(conn->pg);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

enum fl_error fl_postgres_result(struct fl_db_conn *conn, PGresult *result, int64_t *ret_affected)
{
    long long affected = 0;
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
        if (ret_affected && fl_span_int64(fl_span_from(PQcmdTuples(result)), &affected))
            *ret_affected = affected;
        else if (ret_affected)
            *ret_affected = 0;
        PQclear(result);
        return FL_OK;
    }
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    enum fl_error err = error_of_state(state);
    keep_words(conn, result ? PQresultErrorMessage(result) : PQerrorMessage(conn->pg));
    if (!result && PQstatus(conn->pg) == CONNECTION_OK) err = FL_ENOMEM; /* none for the answer */
    if (result ? is_end(state) : err != FL_ENOMEM) conn->broken = true;
    PQclear(result);
    return err;
}

/* --- values --- */

struct params { /* what PQexecParams wants */
    struct fl_arena arena;
    Oid *types;
    const char **texts;
};

static enum fl_error take_value(struct fl_db_conn *conn, const struct fl_db_value *value,
                                struct params *params, size_t i)
{
    char number[24];
    struct fl_span text = value->text;
    params->types[i] = 0; /* as the statement wants it */
    params->texts[i] = NULL;
    if (value->type == FL_DB_NULL) return FL_OK;
    if (value->type == FL_DB_INT64) {
        snprintf(number, sizeof number, "%" PRId64, value->integer);
        params->types[i] = OID_INT8;
        text = fl_span_from(number);
    }
    if (!fl_postgres_may_hold(conn, text)) return FL_EINVAL;
    params->texts[i] = fl_arena_copy(&params->arena, text);
    return params->texts[i] ? FL_OK : FL_ENOMEM;
}

bool fl_postgres_may_hold(struct fl_db_conn *conn, struct fl_span text)
{
    if (!text.length || !memchr(text.bytes, '\0', text.length)) return true;
    snprintf(conn->error, sizeof conn->error, "a text of PostgreSQL cannot hold a NUL");
    return false;
}

static enum fl_error take_values(struct fl_db_conn *conn, const struct fl_db_value *values,
                                 size_t count, struct params *params)
{
    params->types = fl_arena_alloc_array(&params->arena, count, sizeof *params->types);
    params->texts = fl_arena_alloc_array(&params->arena, count, sizeof *params->texts);
    if (!params->types || !params->texts) return FL_ENOMEM;
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < count && !err; i++)
        err = take_value(conn, &values[i], params, i);
    return err;
}

/* --- rows --- */

static bool is_whole_number(Oid type)
{
    return type == OID_INT2 || type == OID_INT4 || type == OID_INT8 || type == OID_NUMERIC;
}

/* A sum of integers is numeric in PostgreSQL; like SQLite's it is a number here while it is one. */
static enum fl_error read_value(const PGresult *result, int row, int column, struct fl_arena *arena,
                                struct fl_db_value *ret_value)
{
    long long number;
    *ret_value = (struct fl_db_value){.type = FL_DB_NULL};
    if (PQgetisnull(result, row, column)) return FL_OK;
    Oid type = PQftype(result, column);
    struct fl_span text = {PQgetvalue(result, row, column),
                           (size_t)PQgetlength(result, row, column)};
    if (type == OID_BOOL || (is_whole_number(type) && fl_span_int64(text, &number))) {
        *ret_value = fl_db_int64(type == OID_BOOL ? fl_span_is(text, "t") : number);
        return FL_OK;
    }
    const char *copy = fl_arena_copy(arena, text);
    if (!copy) return FL_ENOMEM;
    *ret_value = fl_db_text((struct fl_span){copy, text.length});
    return FL_OK;
}

static enum fl_error read_rows(const PGresult *result, struct fl_db_rows *ret_rows)
{
    size_t rows = (size_t)PQntuples(result), columns = (size_t)PQnfields(result);
    if (rows > FL_DB_ROWS_MAX) return FL_EBOUND;
    if (!rows || !columns) return FL_OK;
    struct fl_db_value *values =
        fl_arena_alloc_array(&ret_rows->arena, rows * columns, sizeof *values);
    if (!values) return FL_ENOMEM;
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < rows * columns && !err; i++)
        err = read_value(result, (int)(i / columns), (int)(i % columns), &ret_rows->arena,
                         &values[i]);
    ret_rows->values = values;
    ret_rows->row_count = rows;
    ret_rows->column_count = columns;
    return err;
}

/* --- statements --- */

/* Without values several statements may stand in one text. */
static enum fl_error send(struct fl_db_conn *conn, const char *sql,
                          const struct fl_db_value *values, size_t count, PGresult **ret_result)
{
    struct params params = {.arena = {0}};
    if (!count) {
        *ret_result = PQexec(conn->pg, sql);
        return FL_OK;
    }
    enum fl_error err = take_values(conn, values, count, &params);
    if (!err)
        *ret_result =
            PQexecParams(conn->pg, sql, (int)count, params.types, params.texts, NULL, NULL, 0);
    fl_arena_release(&params.arena);
    return err;
}

static enum fl_error translate(struct fl_db_conn *conn, const char *sql, size_t count,
                               struct fl_buf *out)
{
    size_t wanted;
    enum fl_error err = fl_postgres_placeholders(sql, out, &wanted);
    if (err || (wanted == count && count <= FL_POSTGRES_VALUES_MAX)) return err;
    snprintf(conn->error, sizeof conn->error, "%zu values for %zu placeholders", count, wanted);
    return FL_EDB;
}

enum fl_error fl_postgres_run(struct fl_db_conn *conn, const char *sql,
                              const struct fl_db_value *values, size_t count,
                              struct fl_db_rows *ret_rows, int64_t *ret_affected)
{
    struct fl_buf text = FL_BUF_INIT(FL_POSTGRES_SQL_BYTES_MAX);
    bool in_transaction = fl_postgres_in_transaction(conn);
    PGresult *result = NULL;
    enum fl_error err = translate(conn, sql, count, &text);
    if (!err) err = send(conn, text.bytes, values, count, &result);
    fl_buf_release(&text);
    if (err) return err;
    if (ret_rows && PQresultStatus(result) == PGRES_TUPLES_OK) err = read_rows(result, ret_rows);
    enum fl_error answer = fl_postgres_result(conn, result, ret_affected);
    if (!err) err = answer;
    if (err && ret_rows) fl_db_rows_release(ret_rows);
    if (answer && conn->broken) return in_transaction ? FL_EIO : FL_ELOST;
    return err;
}
