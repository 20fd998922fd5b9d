/* faultline/transaction.h - a database transaction whose jobs are pushed once it is committed, and
 * not at all when it is rolled back.
 *
 *     struct fl_transaction *tx;
 *     err = fl_transaction_begin(job, conn, &tx);
 *     if (err) return ...;
 *     err = fl_db_execute(db, conn, "INSERT INTO orders ...", ...);
 *     if (!err) err = fl_transaction_push(tx, &push, NULL);
 *     if (err) fl_transaction_rollback(tx); else err = fl_transaction_commit(tx);
 *
 * Database and Redis are two systems: a process that dies after the commit and before the last push
 * leaves jobs unpushed. The job that did it is run again (it is not acknowledged yet), so a handler
 * that then sees its row and pushes once more, under jids that follow from the work, loses nothing.
 * One that takes the row for a sign that all is done loses the push. */
#ifndef FAULTLINE_TRANSACTION_H
#define FAULTLINE_TRANSACTION_H

#include "faultline/worker.h"

enum { FL_TRANSACTION_PUSHES_MAX = 1000, FL_TRANSACTION_BYTES_MAX = 16 * 1024 * 1024 };

struct fl_transaction;

/* Borrows job and connection until commit or rollback, one of which must follow. Errors as of
 * fl_db_begin, and FL_ENOMEM; then nothing has begun. */
FL_CHECKED enum fl_error fl_transaction_begin(struct fl_job *job, struct fl_db_conn *conn,
                                              struct fl_transaction **ret_tx);
/* Copies the push and sends nothing. It has its jid from now on, which ret_jid may be NULL for.
 * FL_EINVAL: its arguments are not well-formed, or its own jid is longer than 24 bytes (a log line
 * says so); FL_EBOUND: past FL_TRANSACTION_PUSHES_MAX or _BYTES_MAX. */
FL_CHECKED enum fl_error fl_transaction_push(struct fl_transaction *tx, const struct fl_push *push,
                                             char ret_jid[25]);
/* Commits, then pushes in the order of the calls; releases the transaction in every case. An error
 * of the commit is returned, and nothing is pushed: after FL_ELOST the rows may be there all the
 * same. After the commit the first error of a push is returned (as of fl_job_push; FL_EEXIST and
 * FL_ECANCELED are none here), and those behind it are not tried: fail transiently, and push again
 * in the next run. */
FL_CHECKED enum fl_error fl_transaction_commit(struct fl_transaction *tx);
/* Rolls back and forgets the pushes; NULL is fine. */
void fl_transaction_rollback(struct fl_transaction *tx);

#endif
