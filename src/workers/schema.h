/* src/workers/schema.h - the tables of the shipped workers, in SQL that SQLite and PostgreSQL
 * share, but for a key that counts by itself. */
#ifndef WORKERS_SCHEMA_H
#define WORKERS_SCHEMA_H

/* `run` counts the runs begun: the last one to begin owns the import, and a stale one's writes do
 * nothing. byte_offset and row_number are the checkpoint: what lies before them is in import_rows
 * or import_rejected_rows. An IN of more than two would make SQLite build a table of the words at
 * every write. data is a JSON object: the header's names and the row's fields. The outbox is what
 * is to be told to whom, written in the transaction that ends the import; messages are the same for
 * all else. A publication's after_row is its checkpoint. */
#define WORKER_TABLES(ID)                                                                          \
    "CREATE TABLE IF NOT EXISTS business_accounts ("                                               \
    " id " ID ","                                                                                  \
    " name TEXT NOT NULL DEFAULT '',"                                                              \
    " email TEXT NOT NULL,"                                                                        \
    " staff_email TEXT NOT NULL DEFAULT 'staff@localhost')",                                       \
                                                                                                   \
        "CREATE TABLE IF NOT EXISTS imports ("                                                     \
        " id " ID ","                                                                              \
        " business_account_id BIGINT NOT NULL,"                                                    \
        " import_type TEXT NOT NULL,"                                                              \
        " source TEXT NOT NULL,"                                                                   \
        " state TEXT NOT NULL DEFAULT 'pending'"                                                   \
        "  CHECK (state = 'pending' OR state = 'processing' OR state = 'completed' OR"             \
        "  state = 'failed'),"                                                                     \
        " error TEXT,"                                                                             \
        " run BIGINT NOT NULL DEFAULT 0,"                                                          \
        " byte_offset BIGINT NOT NULL DEFAULT 0,"                                                  \
        " row_number BIGINT NOT NULL DEFAULT 0,"                                                   \
        " imported_count BIGINT NOT NULL DEFAULT 0,"                                               \
        " rejected_count BIGINT NOT NULL DEFAULT 0)",                                              \
                                                                                                   \
        "CREATE TABLE IF NOT EXISTS import_rows ("                                                 \
        " import_id BIGINT NOT NULL,"                                                              \
        " row_number BIGINT NOT NULL,"                                                             \
        " data TEXT NOT NULL,"                                                                     \
        " PRIMARY KEY (import_id, row_number))",                                                   \
                                                                                                   \
        "CREATE TABLE IF NOT EXISTS import_rejected_rows ("                                        \
        " import_id BIGINT NOT NULL,"                                                              \
        " row_number BIGINT NOT NULL,"                                                             \
        " reason TEXT NOT NULL,"                                                                   \
        " raw TEXT NOT NULL,"                                                                      \
        " PRIMARY KEY (import_id, row_number))",                                                   \
                                                                                                   \
        "CREATE TABLE IF NOT EXISTS outbox ("                                                      \
        " import_id BIGINT NOT NULL,"                                                              \
        " outcome TEXT NOT NULL CHECK (outcome IN ('completed', 'failed')),"                       \
        " audience TEXT NOT NULL CHECK (audience IN ('user', 'staff')),"                           \
        " message TEXT NOT NULL,"                                                                  \
        " state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent')),"             \
        " PRIMARY KEY (import_id, outcome, audience))",                                            \
                                                                                                   \
        "CREATE TABLE IF NOT EXISTS messages ("                                                    \
        " key TEXT PRIMARY KEY,"                                                                   \
        " channel TEXT NOT NULL CHECK (channel = 'mail' OR channel = 'sms'),"                      \
        " audience TEXT NOT NULL DEFAULT 'user',"                                                  \
        " recipient TEXT NOT NULL,"                                                                \
        " subject TEXT NOT NULL DEFAULT '',"                                                       \
        " body TEXT NOT NULL,"                                                                     \
        " state TEXT NOT NULL DEFAULT 'pending'"                                                   \
        "  CHECK (state = 'pending' OR state = 'sent' OR state = 'failed'),"                       \
        " reason TEXT,"                                                                            \
        " sent_at BIGINT)",                                                                        \
                                                                                                   \
        "CREATE TABLE IF NOT EXISTS documents ("                                                   \
        " id " ID ","                                                                              \
        " business_account_id BIGINT NOT NULL,"                                                    \
        " path TEXT NOT NULL,"                                                                     \
        " state TEXT NOT NULL DEFAULT 'pending',"                                                  \
        " byte_count BIGINT,"                                                                      \
        " line_count BIGINT,"                                                                      \
        " checksum TEXT,"                                                                          \
        " error TEXT,"                                                                             \
        " processed_at BIGINT)",                                                                   \
                                                                                                   \
        "CREATE TABLE IF NOT EXISTS account_exports ("                                             \
        " business_account_id BIGINT PRIMARY KEY,"                                                 \
        " version BIGINT NOT NULL,"                                                                \
        " state TEXT NOT NULL,"                                                                    \
        " reason TEXT NOT NULL DEFAULT '')",                                                       \
                                                                                                   \
        "CREATE TABLE IF NOT EXISTS publications ("                                                \
        " import_id BIGINT PRIMARY KEY,"                                                           \
        " after_row BIGINT NOT NULL DEFAULT 0,"                                                    \
        " row_count BIGINT NOT NULL DEFAULT 0)",                                                   \
                                                                                                   \
        "CREATE TABLE IF NOT EXISTS published_rows ("                                              \
        " business_account_id BIGINT NOT NULL,"                                                    \
        " row_number BIGINT NOT NULL,"                                                             \
        " data TEXT NOT NULL,"                                                                     \
        " PRIMARY KEY (business_account_id, row_number))"

/* One statement each; all may be run again on a database that has the tables. */
static const char *const worker_tables[] = {WORKER_TABLES("INTEGER PRIMARY KEY")};
static const char *const worker_tables_postgres[] = {
    WORKER_TABLES("BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY")};

#endif
