/* A CSV file is made once; each round imports it into a database of its own, with the same programs
 * that a person would start. Bare is what SQLite takes for the same rows without reading them:
 * prepared inserts, a thousand a transaction, synchronous as the worker's. */
#include <errno.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/bench/live/live_worker.h"
#include "harness/bench/live/load.h"

enum { LOG_BYTES = 64 * 1024, JOB_MS_MAX = 300 * 1000, BARE_ROWS = 1000, ROW_BYTES = 160 };

struct import_load {
    const struct load_order *order;
    char folder[LIVE_PATH_BYTES / 2];
    char csv[LIVE_PATH_BYTES], database[LIVE_PATH_BYTES];
};

/* --- files --- */

static bool write_csv(const struct import_load *load)
{
    FILE *file = fopen(load->csv, "wb");
    if (!file) return false;
    fputs("name,email\n", file);
    for (uint32_t i = 1; i <= load->order->jobs; i++)
        fprintf(file, "\"Person, the %u.\",person-%u@customer.example\n", i, i);
    bool written = !ferror(file);
    return fclose(file) == 0 && written;
}

static void remove_database(const struct import_load *load)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[LIVE_PATH_BYTES + 16];
        snprintf(path, sizeof path, "%s%s", load->database, ends[i]);
        unlink(path);
    }
}

static bool open_folder(struct import_load *load, char problem[LIVE_PROBLEM_BYTES])
{
    const char *base = getenv("TMPDIR");
    snprintf(load->folder, sizeof load->folder, "%.200s/faultline-import-XXXXXX",
             base && *base ? base : "/tmp");
    bool made = mkdtemp(load->folder) != NULL;
    snprintf(load->csv, sizeof load->csv, "%s/people.csv", load->folder);
    snprintf(load->database, sizeof load->database, "%s/import.db", load->folder);
    if (made && write_csv(load)) return true;
    snprintf(problem, LIVE_PROBLEM_BYTES, "%.200s: %s", load->folder, strerror(errno));
    return false;
}

static void close_folder(const struct import_load *load)
{
    remove_database(load);
    unlink(load->csv);
    rmdir(load->folder);
}

/* --- the importer --- */

/* The instants of its lines "start" and "done". */
static bool await_import(const struct live_worker *worker, int64_t *ret_took_us)
{
    static char text[LOG_BYTES];
    size_t length = 0;
    int64_t begun_us = 0;
    struct pollfd log = {.fd = worker->log, .events = POLLIN};
    while (length + 1 < sizeof text && poll(&log, 1, JOB_MS_MAX) > 0) {
        ssize_t got = read(worker->log, text + length, sizeof text - 1 - length);
        if (got <= 0) return false;
        length += (size_t)got;
        text[length] = '\0';
        if (!begun_us && strstr(text, "\"msg\":\"start\"")) begun_us = live_now_us();
        *ret_took_us = live_now_us() - begun_us;
        if (strstr(text, "\"msg\":\"done\"")) return begun_us > 0;
        if (strstr(text, "\"msg\":\"fail\"")) return false;
    }
    return false;
}

static int64_t count_rows(const struct import_load *load)
{
    sqlite3 *sqlite = NULL;
    sqlite3_stmt *statement = NULL;
    int64_t rows = -1;
    if (!sqlite3_open(load->database, &sqlite) &&
        !sqlite3_prepare_v2(sqlite, "SELECT count(*) FROM import_rows", -1, &statement, NULL) &&
        sqlite3_step(statement) == SQLITE_ROW)
        rows = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(sqlite);
    return rows;
}

static enum fl_error import_round(const struct import_load *load, const struct live_redis *redis,
                                  struct import_result *result, char problem[LIVE_PROBLEM_BYTES])
{
    const char *const create[] = {"faultline-import", "create",  "--db",
                                  load->database,     load->csv, NULL};
    const struct live_program program = {
        .module = "workers.so", .queue = "default", .database = load->database, .threads = 1};
    struct live_worker worker;
    int64_t took_us = 0;
    remove_database(load);
    enum fl_error err = live_run(redis, create, problem);
    if (!err) err = live_worker_start(redis, &program, LIVE_LOG_READ, &worker, problem);
    if (err) return err;
    bool well = await_import(&worker, &took_us);
    int64_t memory_kib = live_worker_memory_kib(&worker);
    live_worker_stop(&worker);
    if (!well || count_rows(load) != (int64_t)load->order->jobs) {
        snprintf(problem, LIVE_PROBLEM_BYTES, "the worker did not import all %u rows",
                 load->order->jobs);
        return FL_ETIMEDOUT;
    }
    sample_add(&result->worker, (double)load->order->jobs * 1e6 / (double)(took_us + 1));
    sample_add(&result->memory_kib, (double)memory_kib);
    return FL_OK;
}

/* --- bare --- */

static bool insert_rows(sqlite3 *sqlite, uint32_t rows)
{
    static const char sql[] = "INSERT INTO import_rows VALUES (1, ?, ?)";
    sqlite3_stmt *statement = NULL;
    bool well = sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL) == SQLITE_OK;
    for (uint32_t i = 1; i <= rows && well; i++) {
        char data[ROW_BYTES];
        int length = snprintf(data, sizeof data,
                              "{\"name\":\"Person, the %u.\",\"email\":\"person-%u@"
                              "customer.example\"}",
                              i, i);
        if (i % BARE_ROWS == 1) well = !sqlite3_exec(sqlite, "BEGIN", NULL, NULL, NULL);
        sqlite3_bind_int64(statement, 1, i);
        sqlite3_bind_text(statement, 2, data, length, SQLITE_TRANSIENT);
        well = well && sqlite3_step(statement) == SQLITE_DONE;
        sqlite3_reset(statement);
        if (i % BARE_ROWS == 0 || i == rows)
            well = well && !sqlite3_exec(sqlite, "COMMIT", NULL, NULL, NULL);
    }
    sqlite3_finalize(statement);
    return well;
}

static enum fl_error bare_round(const struct import_load *load, struct import_result *result,
                                char problem[LIVE_PROBLEM_BYTES])
{
    static const char settings[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                   "CREATE TABLE import_rows (import_id INTEGER, row_number "
                                   "INTEGER, data TEXT, PRIMARY KEY (import_id, row_number))";
    sqlite3 *sqlite = NULL;
    remove_database(load);
    bool well =
        !sqlite3_open(load->database, &sqlite) && !sqlite3_exec(sqlite, settings, NULL, NULL, NULL);
    int64_t begun_us = live_now_us();
    well = well && insert_rows(sqlite, load->order->jobs);
    int64_t took_us = live_now_us() - begun_us;
    if (!well)
        snprintf(problem, LIVE_PROBLEM_BYTES, "SQLite: %.200s",
                 sqlite ? sqlite3_errmsg(sqlite) : "no memory");
    sqlite3_close(sqlite);
    if (!well) return FL_EDB;
    sample_add(&result->bare, (double)load->order->jobs * 1e6 / (double)(took_us + 1));
    return FL_OK;
}

enum fl_error load_import(const struct load_order *order, struct import_result *ret_result,
                          char problem[LIVE_PROBLEM_BYTES])
{
    struct live_redis redis;
    struct import_result result = {0};
    struct import_load load = {.order = order};
    if (!open_folder(&load, problem)) {
        close_folder(&load);
        return FL_EIO;
    }
    enum fl_error err = live_redis_start(order->redis_url, &redis, problem);
    if (!err) {
        for (uint32_t i = 0; i < order->rounds && !err; i++) {
            err = bare_round(&load, &result, problem);
            if (!err) err = import_round(&load, &redis, &result, problem);
        }
        live_redis_stop(&redis);
    }
    close_folder(&load);
    if (!err) *ret_result = result;
    return err;
}
