/* src/queue/lending.h - which connections a handler has in hand, so that none outlives its run.
 *
 * The handler's database port goes through here. What it has not returned when it ends, well or
 * not, goes back to the pool, its transaction rolled back: one that was kept would be missing until
 * the process dies. A handler's own tasks may use it at the same time. */
#ifndef FL_QUEUE_LENDING_H
#define FL_QUEUE_LENDING_H

#include <stdatomic.h>
#include <stdbool.h>

#include "ports/db.h"

enum { FL_LENDING_MAX = 16 }; /* connections at a time; one more is not watched */

struct fl_lending {
    struct fl_db db;
    _Atomic(struct fl_db_conn *) lent[FL_LENDING_MAX];
};

void fl_lending_init(struct fl_lending *lending, struct fl_db db);
/* Without operations when there is no database. */
struct fl_db fl_lending_port(struct fl_lending *lending);
/* Returns what is still out; how many those were. */
int fl_lending_take_back(struct fl_lending *lending);

#endif
