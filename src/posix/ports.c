#include "posix/ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "posix/clock.h"
#include "posix/curl_http.h"
#include "posix/curl_mail.h"
#include "posix/files.h"
#include "posix/log.h"
#include "posix/postgres_db.h"
#include "posix/process.h"
#include "posix/random.h"
#include "posix/redis_socket.h"
#include "posix/redis_url.h"
#include "posix/sqlite_db.h"
#include "posix/statsd.h"
#include "posix/threads.h"
#include "redis/client.h"

struct fl_posix {
    struct fl_ports ports;
    struct fl_posix_random random;
    struct fl_posix_process process;
    struct fl_threads *threads;
    struct fl_posix_log *log;
    struct fl_redis_url redis_url;
    struct fl_redis_socket redis_socket;
    struct fl_redis_client *redis;
    const char *database; /* its path; NULL with PostgreSQL */
    struct fl_sqlite_db *sqlite;
    struct fl_postgres_db *postgres;
    struct fl_curl_http http;
    struct fl_curl_mail mail;
    struct fl_posix_statsd statsd;
};

static enum fl_error fail(char ret_problem[FL_PROBLEM_BYTES], const char *what, const char *why,
                          enum fl_error err)
{
    snprintf(ret_problem, FL_PROBLEM_BYTES, "%s: %s", what, why);
    return err;
}

static enum fl_error make_machine(struct fl_posix *posix, const struct fl_posix_options *options)
{
    struct fl_ports *ports = &posix->ports;
    ports->clock = fl_posix_clock();
    ports->files = fl_posix_files();
    fl_posix_random_init(&posix->random);
    ports->random = fl_posix_random_port(&posix->random);
    fl_posix_process_init(&posix->process, options->hostname);
    ports->process = fl_posix_process_port(&posix->process);
    enum fl_error err = fl_threads_new(&posix->threads);
    if (err) return err;
    ports->tasks = fl_threads_port(posix->threads);
    struct fl_posix_log_options log = {options->log_fd, options->log_format, options->log_level};
    err = fl_posix_log_new(&log, ports->clock, posix->threads, &posix->log);
    if (!err) ports->log = fl_posix_log_port(posix->log);
    return err;
}

static enum fl_error make_redis(struct fl_posix *posix, const struct fl_posix_options *options,
                                char ret_problem[FL_PROBLEM_BYTES])
{
    const char *text = options->redis_url ? options->redis_url : FL_REDIS_URL_DEFAULT;
    struct fl_redis_url *url = &posix->redis_url;
    const char *problem = NULL;
    enum fl_error err = fl_redis_url_parse(text, url, &problem);
    if (err) return fail(ret_problem, "the URL of Redis", problem, err);
    posix->redis_socket = (struct fl_redis_socket){url, posix->ports.clock};
    struct fl_redis_options redis = {.login = {url->username, url->password, url->database}};
    err = fl_redis_client_new(&redis, fl_redis_socket_transport(&posix->redis_socket),
                              posix->ports.clock, posix->ports.tasks, &posix->redis);
    if (err) return fail(ret_problem, "Redis", fl_error_text(err), err);
    posix->ports.redis = fl_redis_client_port(posix->redis);
    return FL_OK;
}

static enum fl_error make_sqlite(struct fl_posix *posix, const struct fl_posix_options *options,
                                 char ret_problem[FL_PROBLEM_BYTES])
{
    posix->database = options->database;
    enum fl_error err = fl_sqlite_configure(FL_SQLITE_MULTI_THREAD);
    struct fl_sqlite_options sqlite = {
        .path = options->database,
        .journal = FL_SQLITE_WAL,
        .connections_max = options->database_connections,
    };
    if (!err)
        err = fl_sqlite_db_new(&sqlite, posix->ports.clock, posix->ports.tasks, &posix->sqlite);
    if (err) return fail(ret_problem, options->database, fl_error_text(err), err);
    posix->ports.db = fl_sqlite_db_port(posix->sqlite);
    return FL_OK;
}

static enum fl_error make_postgres(struct fl_posix *posix, const struct fl_posix_options *options,
                                   char ret_problem[FL_PROBLEM_BYTES])
{
    struct fl_postgres_options postgres = {.url = options->database,
                                           .connections_max = options->database_connections};
    enum fl_error err = fl_postgres_db_new(&postgres, posix->ports.tasks, &posix->postgres);
    const char *why = fl_error_text(err);
    if (err == FL_EINVAL)
        why = "want postgres://[user[:password]@][host][:port][/name][?key=value]";
    if (err == FL_ENOTFOUND) why = "this program was built without libpq";
    if (err) return fail(ret_problem, "the URL of PostgreSQL", why, err);
    posix->ports.db = fl_postgres_db_port(posix->postgres);
    return FL_OK;
}

static enum fl_error make_database(struct fl_posix *posix, const struct fl_posix_options *options,
                                   char ret_problem[FL_PROBLEM_BYTES])
{
    if (!options->database) return FL_OK;
    return fl_is_postgres_url(options->database) ? make_postgres(posix, options, ret_problem)
                                                 : make_sqlite(posix, options, ret_problem);
}

static enum fl_error make_network(struct fl_posix *posix, const struct fl_posix_options *options,
                                  char ret_problem[FL_PROBLEM_BYTES])
{
    enum fl_error err = fl_curl_configure();
    if (err) return fail(ret_problem, "libcurl", fl_error_text(err), err);
    posix->http.clock = posix->ports.clock;
    posix->ports.http = fl_curl_http_port(&posix->http);
    if (options->smtp_url) {
        if (strncmp(options->smtp_url, "smtp://", 7) && strncmp(options->smtp_url, "smtps://", 8))
            return fail(ret_problem, "the mail server", "want smtp://host:port", FL_EINVAL);
        posix->mail = (struct fl_curl_mail){posix->ports.clock, options->smtp_url};
        posix->ports.mail = fl_curl_mail_port(&posix->mail);
    }
    if (!options->statsd) return FL_OK;
    err = fl_posix_statsd_init(&posix->statsd, options->statsd);
    if (err) return fail(ret_problem, options->statsd, "want host:port of a StatsD server", err);
    posix->ports.statsd = fl_posix_statsd_port(&posix->statsd);
    return FL_OK;
}

enum fl_error fl_posix_new(const struct fl_posix_options *options, struct fl_posix **ret_posix,
                           char ret_problem[FL_PROBLEM_BYTES])
{
    struct fl_posix *posix = calloc(1, sizeof *posix);
    if (!posix) return fail(ret_problem, "start", fl_error_text(FL_ENOMEM), FL_ENOMEM);
    enum fl_error err = make_machine(posix, options);
    if (err) fail(ret_problem, "start", fl_error_text(err), err);
    if (!err) err = make_redis(posix, options, ret_problem);
    if (!err) err = make_database(posix, options, ret_problem);
    if (!err) err = make_network(posix, options, ret_problem);
    if (err) {
        fl_posix_free(posix);
        return err;
    }
    *ret_posix = posix;
    return FL_OK;
}

void fl_posix_free(struct fl_posix *posix)
{
    if (!posix) return;
    if (posix->ports.statsd.ops) fl_posix_statsd_release(&posix->statsd);
    fl_sqlite_db_free(posix->sqlite);
    fl_postgres_db_free(posix->postgres);
    fl_redis_client_free(posix->redis);
    fl_posix_log_free(posix->log);
    fl_threads_free(posix->threads);
    fl_posix_random_release(&posix->random);
    free(posix);
}

const struct fl_ports *fl_posix_ports(const struct fl_posix *posix)
{
    return &posix->ports;
}

static void name_redis(const struct fl_redis_url *url, char *out, size_t size)
{
    if (url->path)
        snprintf(out, size, "unix://%s", url->path);
    else
        snprintf(out, size, "redis://%s:%s/%d", url->host, url->port, url->database);
}

static enum fl_error check_redis(struct fl_posix *posix, int64_t deadline_us,
                                 char ret_problem[FL_PROBLEM_BYTES])
{
    const struct fl_span args[] = {FL_SPAN("PING")};
    const struct fl_command command = {args, 1};
    struct fl_replies replies;
    char where[FL_URL_BYTES_MAX + 64], why[FL_REDIS_PROBLEM_BYTES];
    enum fl_error err = fl_redis_exec(posix->ports.redis, &command, 1, deadline_us, &replies);
    name_redis(&posix->redis_url, where, sizeof where);
    fl_redis_client_problem(posix->redis, why);
    if (!err && replies.items[0].type == FL_REPLY_ERROR) {
        err = FL_EREPLY; /* NOAUTH, LOADING, MASTERDOWN */
        snprintf(why, sizeof why, "%.*s", FL_SPAN_ARGS(replies.items[0].text));
    }
    fl_replies_release(&replies);
    return err ? fail(ret_problem, where, why[0] ? why : fl_error_text(err), err) : FL_OK;
}

static enum fl_error fail_postgres(struct fl_posix *posix, enum fl_error err,
                                   char ret_problem[FL_PROBLEM_BYTES])
{
    char where[FL_POSTGRES_WHERE_BYTES], why[FL_DB_ERROR_BYTES];
    fl_postgres_where(posix->postgres, where);
    fl_postgres_problem(posix->postgres, why);
    return fail(ret_problem, where, why[0] ? why : fl_error_text(err), err);
}

enum fl_error fl_posix_check_database(struct fl_posix *posix, int64_t deadline_us,
                                      char ret_problem[FL_PROBLEM_BYTES])
{
    struct fl_db_conn *conn;
    if (!posix->ports.db.ops) return FL_OK;
    enum fl_error err = fl_db_checkout(posix->ports.db, deadline_us, &conn);
    if (err && posix->postgres) return fail_postgres(posix, err, ret_problem);
    if (err) {
        const char *why = err == FL_EDB ? "not a SQLite database" : "cannot be opened";
        return fail(ret_problem, posix->database, why, err);
    }
    fl_db_checkin(posix->ports.db, conn);
    return FL_OK;
}

enum fl_error fl_posix_check(struct fl_posix *posix, char ret_problem[FL_PROBLEM_BYTES])
{
    int64_t deadline_us = fl_clock_deadline_us(posix->ports.clock, FL_POSIX_CHECK_US);
    enum fl_error err = check_redis(posix, deadline_us, ret_problem);
    return err ? err : fl_posix_check_database(posix, deadline_us, ret_problem);
}
