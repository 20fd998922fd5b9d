/* faultline-import: makes the record of a CSV import and enqueues its job; shows how it stands. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/assert.h"
#include "posix/options.h"
#include "posix/ports.h"
#include "posix/postgres_db.h"
#include "posix/process.h"
#include "queue/client.h"
#include "workers/schema.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 2, EMAIL_BYTES = 96, CHECKOUT_US = 5 * 1000 * 1000 };

static const struct fl_option options[] = {
    {"db", 'd', "DATABASE", "a SQLite file, made when absent, or postgres://... (FAULTLINE_DB)"},
    {"account", 'a', "N", "the business account that imports (1)"},
    {"email", 'm', "ADDRESS", "its address, when the account is new (account-N@localhost)"},
    {"type", 't', "TYPE", "the type of the import (csv)"},
    {"help", 'h', NULL, "print this"},
};

static const char usage[] =
    "faultline-import create --db DATABASE [option...] PATH|URL   make an import and enqueue its "
    "job\n"
    "faultline-import show --db DATABASE ID                       print how it stands\n"
    "\n"
    "The job goes to the Redis of REDIS_URL; faultline-worker -r workers.so with the same "
    "database\n"
    "runs it.\n"
    "\n";

struct request {
    const char *database, *email, *type;
    int account;
    bool help;
};

struct session {
    struct fl_posix *posix;
    const struct fl_ports *ports;
    struct fl_db_conn *conn;
};

_Noreturn static void fail(int status, const char *what, const char *why)
{
    fprintf(stderr, "faultline-import: %s%s%s\n", what, why ? ": " : "", why ? why : "");
    exit(status);
}

static bool take_option(void *context, const struct fl_option *option, const char *value,
                        char problem[FL_OPTION_PROBLEM_BYTES])
{
    struct request *request = context;
    switch (option->letter) {
    case 'd': request->database = value; return true;
    case 'a': return fl_option_int(option, value, 1, INT_MAX, &request->account, problem);
    case 'm': request->email = value; return true;
    case 't': request->type = value; return true;
    default: request->help = true; return true;
    }
}

/* --- the database --- */

static void check(const struct session *session, enum fl_error err, const char *what)
{
    if (!err) return;
    const char *words = fl_db_last_error(session->ports->db, session->conn);
    fail(STATUS_FAILED, what, *words ? words : fl_error_text(err));
}

static void make_tables(const struct session *session, const char *const *schema)
{
    for (size_t i = 0; i < FL_COUNT(worker_tables); i++)
        check(session, fl_db_execute(session->ports->db, session->conn, schema[i], NULL, 0, NULL),
              "the tables");
}

static void open_session(struct session *session, const struct request *request)
{
    struct fl_posix_options opts = {
        .redis_url = getenv("REDIS_URL"),
        .database = request->database,
        .log_fd = STDERR_FILENO,
        .log_level = FL_LOG_WARN,
    };
    char problem[FL_PROBLEM_BYTES];
    enum fl_error err = fl_posix_new(&opts, &session->posix, problem);
    if (err) fail(err == FL_EINVAL ? STATUS_USAGE : STATUS_FAILED, problem, NULL);
    session->ports = fl_posix_ports(session->posix);
    int64_t deadline_us = fl_clock_deadline_us(session->ports->clock, CHECKOUT_US);
    err = fl_posix_check_database(session->posix, deadline_us, problem);
    if (!err) err = fl_db_checkout(session->ports->db, deadline_us, &session->conn);
    if (err) fail(STATUS_FAILED, problem, NULL);
    make_tables(session,
                fl_is_postgres_url(request->database) ? worker_tables_postgres : worker_tables);
}

static void close_session(struct session *session)
{
    fl_db_checkin(session->ports->db, session->conn);
    fl_posix_free(session->posix);
}

/* --- create --- */

static void check_url(const char *url, size_t scheme_length)
{
    struct fl_span scheme = {url, scheme_length};
    if (!fl_span_is(scheme, "http") && !fl_span_is(scheme, "https"))
        fail(STATUS_USAGE, url, "want a path, or a URL of http or https");
    const char *host = url + scheme_length + strlen("://");
    if (!*host || *host == '/' || *host == ':') fail(STATUS_USAGE, url, "the URL names no host");
    if (strlen(url) >= PATH_MAX) fail(STATUS_USAGE, url, "the URL is too long");
}

/* A URL as it is, a file by its full path, since the worker runs elsewhere. */
static void find_source(const char *operand, char ret_source[PATH_MAX])
{
    struct stat status;
    size_t scheme_length = strspn(operand, "abcdefghijklmnopqrstuvwxyz");
    if (strncmp(operand + scheme_length, "://", 3) == 0) {
        check_url(operand, scheme_length);
        strcpy(ret_source, operand);
        return;
    }
    if (!realpath(operand, ret_source) || stat(ret_source, &status))
        fail(STATUS_USAGE, operand, "no such file");
    if (!S_ISREG(status.st_mode)) fail(STATUS_USAGE, operand, "not a regular file");
}

static int64_t insert_import(const struct session *session, const struct request *request,
                             const char *source)
{
    struct fl_db db = session->ports->db;
    char email[EMAIL_BYTES];
    snprintf(email, sizeof email, "account-%d@localhost", request->account);
    const struct fl_db_value account[] = {
        fl_db_int64(request->account),
        fl_db_text(fl_span_from(request->email ? request->email : email))};
    const struct fl_db_value import[] = {fl_db_int64(request->account),
                                         fl_db_text(fl_span_from(request->type)),
                                         fl_db_text(fl_span_from(source))};
    struct fl_db_rows rows = {0};
    check(session, fl_db_begin(db, session->conn), "begin");
    check(session,
          fl_db_execute(db, session->conn,
                        "INSERT INTO business_accounts (id, email) VALUES (?, ?)"
                        " ON CONFLICT (id) DO NOTHING",
                        account, FL_COUNT(account), NULL),
          "the account");
    check(session,
          fl_db_query(db, session->conn,
                      "INSERT INTO imports (business_account_id, import_type, source)"
                      " VALUES (?, ?, ?) RETURNING id",
                      import, FL_COUNT(import), &rows),
          "the import");
    int64_t id = rows.values[0].integer;
    fl_db_rows_release(&rows);
    check(session, fl_db_commit(db, session->conn), "commit");
    return id;
}

static enum fl_error enqueue(const struct session *session, int64_t id, char jid[FL_JID_BYTES])
{
    char args[32];
    const struct fl_ports *ports = session->ports;
    struct fl_client client = {ports->clock, ports->random, ports->redis, FL_WIRE_7};
    snprintf(args, sizeof args, "[%" PRId64 "]", id);
    struct fl_client_job job = {
        .worker = "ImportProcessorWorker",
        .args = fl_span_from(args),
        .queue = "default",
        .retry = FL_SPAN("5"),
    };
    return fl_client_push(&client, &job, jid);
}

/* Nothing half-done: without a job the record goes too, unless the job may stand in Redis. */
static void give_up(const struct session *session, int64_t id, enum fl_error err)
{
    char what[64];
    const struct fl_db_value values[] = {fl_db_int64(id)};
    if (err == FL_ELOST || err == FL_ETIMEDOUT) {
        snprintf(what, sizeof what, "import %" PRId64 " was made, its job perhaps", id);
    } else {
        check(session,
              fl_db_execute(session->ports->db, session->conn, "DELETE FROM imports WHERE id = ?",
                            values, 1, NULL),
              "the import");
        snprintf(what, sizeof what, "nothing was made; Redis");
    }
    fail(STATUS_FAILED, what, fl_error_text(err));
}

static int create(const struct request *request, const char *operand)
{
    char source[PATH_MAX], jid[FL_JID_BYTES], problem[FL_PROBLEM_BYTES];
    struct session session;
    find_source(operand, source);
    open_session(&session, request);
    if (fl_posix_check(session.posix, problem)) fail(STATUS_FAILED, problem, NULL);
    int64_t id = insert_import(&session, request, source);
    enum fl_error err = enqueue(&session, id, jid);
    if (err) give_up(&session, id, err);
    printf("import %" PRId64 " job %s\n", id, jid);
    close_session(&session);
    return 0;
}

/* --- show --- */

static void print_row(const char *const *names, size_t count, const struct fl_db_value *values)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i].type == FL_DB_NULL) continue;
        printf("%-10s ", names[i]);
        if (values[i].type == FL_DB_INT64)
            printf("%" PRId64 "\n", values[i].integer);
        else
            printf("%.*s\n", FL_SPAN_ARGS(values[i].text));
    }
}

static int show(const struct request *request, const char *operand)
{
    static const char *const names[] = {"id",    "account",  "type",     "source",
                                        "state", "imported", "rejected", "error"};
    long long id = 0;
    struct session session;
    struct fl_db_rows rows = {0};
    if (!fl_span_int64(fl_span_from(operand), &id))
        fail(STATUS_USAGE, operand, "want the number of an import");
    if (!fl_is_postgres_url(request->database) && access(request->database, F_OK))
        fail(STATUS_USAGE, request->database, "no such file");
    open_session(&session, request);
    const struct fl_db_value values[] = {fl_db_int64(id)};
    check(&session,
          fl_db_query(session.ports->db, session.conn,
                      "SELECT id, business_account_id, import_type, source, state, imported_count,"
                      " rejected_count, error FROM imports WHERE id = ?",
                      values, 1, &rows),
          "the import");
    if (rows.row_count == 0) fail(STATUS_FAILED, operand, "there is no such import");
    print_row(names, FL_COUNT(names), rows.values);
    fl_db_rows_release(&rows);
    close_session(&session);
    return 0;
}

/* --- the program --- */

static int print_help(void)
{
    char text[FL_OPTION_HELP_BYTES];
    fl_options_help(options, FL_COUNT(options), text);
    printf("%s%s", usage, text);
    return 0;
}

int main(int argc, char **argv)
{
    struct request request = {.database = getenv("FAULTLINE_DB"), .type = "csv", .account = 1};
    char problem[FL_OPTION_PROBLEM_BYTES];
    int operand = argc;
    fl_posix_open_standard_streams();
    if (fl_options_parse(options, FL_COUNT(options), argc, argv, take_option, &request, &operand,
                         problem))
        fail(STATUS_USAGE, problem, NULL);
    if (request.help) return print_help();
    const char *command = operand < argc ? argv[operand] : "";
    bool creates = strcmp(command, "create") == 0, shows = strcmp(command, "show") == 0;
    if (*command && !creates && !shows) fail(STATUS_USAGE, command, "want create or show");
    if (argc - operand != 2)
        fail(STATUS_USAGE, "want create PATH|URL or show ID; --help says more", NULL);
    if (!request.database || !*request.database)
        fail(STATUS_USAGE, "want a database: --db DATABASE", NULL);
    return creates ? create(&request, argv[operand + 1]) : show(&request, argv[operand + 1]);
}
