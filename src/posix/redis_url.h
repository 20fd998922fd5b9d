/* src/posix/redis_url.h - where a Redis is: redis://[[user]:password@]host[:port][/db] or
 * unix://[[user]:password@]/path[?db=n]. */
#ifndef FL_POSIX_REDIS_URL_H
#define FL_POSIX_REDIS_URL_H

#include "core/error.h"

enum { FL_URL_BYTES_MAX = 1024, FL_REDIS_DATABASE_MAX = 65535 };

struct fl_redis_url {
    const char *host, *port;         /* NULL for a unix socket */
    const char *path;                /* of the unix socket; NULL for TCP */
    const char *username, *password; /* percent-decoded; NULL when absent */
    int database;
    char storage[FL_URL_BYTES_MAX + 8]; /* what the pointers above point to: do not copy */
};

/* FL_EINVAL: *ret_problem is a constant sentence that says what is wrong (the URL itself may hold a
 * password and is not repeated). */
FL_CHECKED enum fl_error fl_redis_url_parse(const char *text, struct fl_redis_url *ret_url,
                                            const char **ret_problem);

#endif
