/* src/posix/ports.h - all real ports of a program, made from a few options. */
#ifndef FL_POSIX_PORTS_H
#define FL_POSIX_PORTS_H

#include "core/error.h"
#include "ports/ports.h"
#include "posix/log_line.h"

enum { FL_PROBLEM_BYTES = 1600, FL_POSIX_CHECK_US = 3 * 1000 * 1000 };

#define FL_REDIS_URL_DEFAULT "redis://localhost:6379/0"

/* Strings are borrowed for the ports' life; NULL where the program does without. */
struct fl_posix_options {
    const char *redis_url; /* NULL: FL_REDIS_URL_DEFAULT */
    const char *database;  /* path of a SQLite file, or postgres://... */
    const char *smtp_url;  /* smtp://host:port */
    const char *statsd;    /* host:port */
    const char *hostname;  /* NULL: the machine's */
    int database_connections;
    int log_fd;
    enum fl_log_format log_format;
    enum fl_log_level log_level;
};

struct fl_posix; /* opaque: layout in ports.c */

/* Once in a program, on its main thread and before any other. Connects to nothing yet, so a server
 * that is down is no error here. On failure `ret_problem` says what is wrong and with which option.
 */
FL_CHECKED enum fl_error fl_posix_new(const struct fl_posix_options *options,
                                      struct fl_posix **ret_posix,
                                      char ret_problem[FL_PROBLEM_BYTES]);
/* Once every task is joined and every connection is back; NULL is fine. */
void fl_posix_free(struct fl_posix *posix);
const struct fl_ports *fl_posix_ports(const struct fl_posix *posix);
/* Whether Redis answers and the database, if there is one, opens. On failure `ret_problem` says
 * which does not and why, without the URL's password. */
FL_CHECKED enum fl_error fl_posix_check(struct fl_posix *posix, char ret_problem[FL_PROBLEM_BYTES]);
/* The latter alone; FL_OK too when there is none. */
FL_CHECKED enum fl_error fl_posix_check_database(struct fl_posix *posix, int64_t deadline_us,
                                                 char ret_problem[FL_PROBLEM_BYTES]);

#endif
