/* tests/unit/posix/postgres_server.h - a real PostgreSQL on a socket of its own, for one test
 * program.
 *
 * The server refuses to run as root: started by root it runs as `postgres` or `nobody`. */
#ifndef TESTS_POSIX_POSTGRES_SERVER_H
#define TESTS_POSIX_POSTGRES_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct postgres_server {
    char folder[64], url[192];
    char programs[192]; /* the folder of initdb and postgres */
    uid_t uid;
    gid_t gid;
    pid_t pid;
};

/* False when there is no PostgreSQL on this machine. Returns once it lets connections in. */
bool postgres_server_start(struct postgres_server *server);
/* Every connection is ended by the server, which is then there again with all that was committed.
 */
void postgres_server_restart(struct postgres_server *server);
void postgres_server_kill(struct postgres_server *server); /* at once: a crash */
void postgres_server_run(struct postgres_server *server);  /* again after that */
void postgres_server_stop(struct postgres_server *server); /* and removes all that it left */

#endif
