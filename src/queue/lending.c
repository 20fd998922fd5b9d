#include "queue/lending.h"

void fl_lending_init(struct fl_lending *lending, struct fl_db db)
{
    lending->db = db;
    for (int i = 0; i < FL_LENDING_MAX; i++)
        atomic_init(&lending->lent[i], NULL);
}

/* The first entry that holds `from` holds `to` from now on; false: none did. */
static bool exchange(struct fl_lending *lending, struct fl_db_conn *from, struct fl_db_conn *to)
{
    for (int i = 0; i < FL_LENDING_MAX; i++) {
        struct fl_db_conn *expected = from;
        if (atomic_compare_exchange_strong(&lending->lent[i], &expected, to)) return true;
    }
    return false;
}

static enum fl_error checkout(void *self, int64_t deadline_us, struct fl_db_conn **ret_conn)
{
    struct fl_lending *lending = self;
    enum fl_error err = fl_db_checkout(lending->db, deadline_us, ret_conn);
    if (!err) exchange(lending, NULL, *ret_conn);
    return err;
}

static void checkin(void *self, struct fl_db_conn *conn)
{
    struct fl_lending *lending = self;
    exchange(lending, conn, NULL);
    fl_db_checkin(lending->db, conn);
}

static enum fl_error begin(void *self, struct fl_db_conn *conn)
{
    return fl_db_begin(((struct fl_lending *)self)->db, conn);
}

static enum fl_error commit(void *self, struct fl_db_conn *conn)
{
    return fl_db_commit(((struct fl_lending *)self)->db, conn);
}

static void rollback(void *self, struct fl_db_conn *conn)
{
    fl_db_rollback(((struct fl_lending *)self)->db, conn);
}

static enum fl_error execute(void *self, struct fl_db_conn *conn, const char *sql,
                             const struct fl_db_value *values, size_t count, int64_t *ret_affected)
{
    return fl_db_execute(((struct fl_lending *)self)->db, conn, sql, values, count, ret_affected);
}

static enum fl_error query(void *self, struct fl_db_conn *conn, const char *sql,
                           const struct fl_db_value *values, size_t count,
                           struct fl_db_rows *ret_rows)
{
    return fl_db_query(((struct fl_lending *)self)->db, conn, sql, values, count, ret_rows);
}

static enum fl_error bulk_insert(void *self, struct fl_db_conn *conn, const struct fl_db_bulk *bulk,
                                 int64_t *ret_written)
{
    return fl_db_bulk_insert(((struct fl_lending *)self)->db, conn, bulk, ret_written);
}

static const char *last_error(void *self, struct fl_db_conn *conn)
{
    return fl_db_last_error(((struct fl_lending *)self)->db, conn);
}

struct fl_db fl_lending_port(struct fl_lending *lending)
{
    static const struct fl_db_ops ops = {
        .checkout = checkout,
        .checkin = checkin,
        .begin = begin,
        .commit = commit,
        .rollback = rollback,
        .execute = execute,
        .query = query,
        .bulk_insert = bulk_insert,
        .last_error = last_error,
    };
    return lending->db.ops ? (struct fl_db){&ops, lending} : lending->db;
}

int fl_lending_take_back(struct fl_lending *lending)
{
    int count = 0;
    for (int i = 0; i < FL_LENDING_MAX; i++) {
        struct fl_db_conn *conn = atomic_exchange(&lending->lent[i], NULL);
        if (!conn) continue;
        fl_db_checkin(lending->db, conn);
        count++;
    }
    return count;
}
