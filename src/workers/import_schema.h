/* src/workers/import_schema.h - the tables of the import system, in SQL that SQLite and PostgreSQL
 * share. */
#ifndef WORKERS_IMPORT_SCHEMA_H
#define WORKERS_IMPORT_SCHEMA_H

/* One statement each; all may be run again on a database that has the tables. */
static const char *const import_schema[] = {
    "CREATE TABLE IF NOT EXISTS business_accounts ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL DEFAULT '',"
    " email TEXT NOT NULL,"
    " staff_email TEXT NOT NULL DEFAULT 'staff@localhost')",

    /* `run` counts the runs begun: the last one to begin owns the import, and a stale one's writes
     * do nothing. byte_offset and row_number are the checkpoint: what lies before them is in
     * import_rows or import_rejected_rows. An IN of more than two would make SQLite build a table
     * of the words at every write. */
    "CREATE TABLE IF NOT EXISTS imports ("
    " id INTEGER PRIMARY KEY,"
    " business_account_id INTEGER NOT NULL,"
    " import_type TEXT NOT NULL,"
    " source TEXT NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'pending'"
    "  CHECK (state = 'pending' OR state = 'processing' OR state = 'completed' OR state = "
    "'failed'),"
    " error TEXT,"
    " run INTEGER NOT NULL DEFAULT 0,"
    " byte_offset INTEGER NOT NULL DEFAULT 0,"
    " row_number INTEGER NOT NULL DEFAULT 0,"
    " imported_count INTEGER NOT NULL DEFAULT 0,"
    " rejected_count INTEGER NOT NULL DEFAULT 0)",

    /* data is a JSON object: the header's names and the row's fields. */
    "CREATE TABLE IF NOT EXISTS import_rows ("
    " import_id INTEGER NOT NULL,"
    " row_number INTEGER NOT NULL,"
    " data TEXT NOT NULL,"
    " PRIMARY KEY (import_id, row_number))",

    "CREATE TABLE IF NOT EXISTS import_rejected_rows ("
    " import_id INTEGER NOT NULL,"
    " row_number INTEGER NOT NULL,"
    " reason TEXT NOT NULL,"
    " raw TEXT NOT NULL,"
    " PRIMARY KEY (import_id, row_number))",

    /* What is to be told to whom, written in the transaction that ends the import. */
    "CREATE TABLE IF NOT EXISTS outbox ("
    " import_id INTEGER NOT NULL,"
    " outcome TEXT NOT NULL CHECK (outcome IN ('completed', 'failed')),"
    " audience TEXT NOT NULL CHECK (audience IN ('user', 'staff')),"
    " message TEXT NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent')),"
    " PRIMARY KEY (import_id, outcome, audience))",
};

#endif
