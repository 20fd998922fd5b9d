/* What is there before the start: rows, HTTP stubs, files. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/time_text.h"
#include "harness/scenario/reading.h"
#include "harness/scenario/whole_file.h"

enum { HTTP_BODY_BYTES_MAX = 16 * 1024 * 1024, HTTP_ANSWERS_MAX = 1000 };

static bool read_db(struct reading *r)
{
    struct plan_given_row *row = reading_add(r, &r->rows, sizeof *row, PLAN_JOBS_MAX);
    if (!row) return false;
    row->where = reading_where(r, line_peek(&r->line));
    if (!reading_name(r, "the name of a table", READING_NAME, &row->table)) return false;
    if (!reading_pairs(r, READING_PAIRS_EQUAL, &row->columns, &row->column_count)) return false;
    const struct token *token = line_peek(&r->line);
    if (token->kind != TOKEN_END || row->column_count == 0)
        return reading_problem(r, token, "COLUMN=VALUE");
    return true;
}

/* Each word as it is, NUL bytes and empty texts included. */
static bool read_redis_command(struct reading *r)
{
    struct plan_given_command *command =
        reading_add(r, &r->commands, sizeof *command, PLAN_JOBS_MAX);
    struct list args = {0};
    if (!command) return false;
    command->where = reading_where(r, line_peek(&r->line));
    if (line_peek(&r->line)->kind == TOKEN_END)
        return reading_problem(r, line_peek(&r->line), "a Redis command");
    while (line_peek(&r->line)->kind != TOKEN_END) {
        struct fl_span *arg = reading_add(r, &args, sizeof *arg, LINE_TOKENS_MAX);
        if (!arg) return false;
        *arg = line_take(&r->line)->text;
    }
    command->args = args.items;
    command->count = args.count;
    return true;
}

/* Only a regular file: opening a pipe may wait for ever. */
static FILE *open_given(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return NULL;
    return fopen(path, "rb");
}

/* --- http --- */
static bool read_body_file(struct reading *r, const struct token *token, struct fl_span *ret_body)
{
    const char *path;
    struct fl_buf bytes = FL_BUF_INIT(HTTP_BODY_BYTES_MAX);
    if (!reading_path(r, token, &path)) return false;
    FILE *file = open_given(path);
    if (!file) return reading_problem(r, token, "a file that can be opened after @");
    enum fl_error err = whole_file_read(file, &bytes);
    fclose(file);
    char *copy = err ? NULL : reading_copy(r, fl_buf_span(&bytes));
    *ret_body = (struct fl_span){copy, bytes.length};
    fl_buf_release(&bytes);
    if (err == FL_ENOMEM) r->err = err;
    if (err) return reading_problem(r, token, "a readable file of at most 16 MiB after @");
    return copy != NULL;
}

static bool read_body(struct reading *r, struct fl_span *ret_body)
{
    const struct token *token = line_peek(&r->line);
    *ret_body = (struct fl_span){"", 0};
    if (token->kind == TOKEN_STRING) {
        *ret_body = line_take(&r->line)->text;
        return true;
    }
    if (token->kind != TOKEN_WORD || !fl_span_starts(token->text, FL_SPAN("@"))) return true;
    line_take(&r->line);
    return read_body_file(r, token, ret_body);
}

/* xN */
static bool read_times(struct reading *r, uint32_t *ret_times)
{
    const struct token *token = line_peek(&r->line);
    long long times = 1;
    if (token->kind == TOKEN_WORD && token->text.length > 1 && token->text.bytes[0] == 'x') {
        struct fl_span digits = {token->text.bytes + 1, token->text.length - 1};
        if (!fl_span_int64(digits, &times) || times < 1 || times > INT32_MAX)
            return reading_problem(r, token, "how often, like x2");
        line_take(&r->line);
    }
    *ret_times = (uint32_t)times;
    return true;
}

/* Whole seconds, as the header has them. */
static bool read_retry_after(struct reading *r, int64_t *ret_us)
{
    if (!line_skip(&r->line, "retry-after")) return true;
    const struct token *token = line_peek(&r->line);
    if (!reading_duration(r, "a duration, like 30s", ret_us)) return false;
    return *ret_us % FL_SECOND_US == 0 || reading_problem(r, token, "whole seconds");
}

static bool read_answer(struct reading *r, struct plan_http_answer *answer)
{
    int64_t status = 0;
    if (line_skip(&r->line, "timeout")) {
        if (!reading_duration(r, "a duration, like 30s", &answer->delay_us)) return false;
        answer->body = (struct fl_span){"", 0};
        return read_times(r, &answer->times);
    }
    if (!reading_number(r, "timeout, or a status from 100 to 599", 100, 599, &status)) return false;
    answer->status = (int)status;
    return read_body(r, &answer->body) && read_retry_after(r, &answer->retry_after_us) &&
           read_times(r, &answer->times);
}

static bool read_http(struct reading *r)
{
    struct list answers = {0};
    struct plan_given_http *http = reading_add(r, &r->https, sizeof *http, PLAN_JOBS_MAX);
    if (!http) return false;
    http->where = reading_where(r, line_peek(&r->line));
    if (!reading_name(r, "an HTTP method, like GET", READING_GLOB, &http->method)) return false;
    if (!reading_text(r, "a URL", &http->url) || !reading_expect(r, "->")) return false;
    do {
        struct plan_http_answer *answer =
            reading_add(r, &answers, sizeof *answer, HTTP_ANSWERS_MAX);
        if (!answer || !read_answer(r, answer)) return false;
    } while (line_skip(&r->line, "then"));
    http->answers = answers.items;
    http->answer_count = answers.count;
    const struct token *token = line_peek(&r->line);
    return token->kind == TOKEN_END || reading_problem(r, token, "then or the end of the line");
}

/* --- file --- */
static bool read_file_source(struct reading *r, struct plan_given_file *given)
{
    const struct token *token = line_peek(&r->line);
    if (line_skip(&r->line, "rows"))
        return reading_number(r, "a number of rows", 0, PLAN_CSV_ROWS_MAX, &given->csv_rows);
    if (token->kind == TOKEN_WORD && fl_span_starts(token->text, FL_SPAN("@"))) {
        line_take(&r->line);
        return reading_path(r, token, &given->real_path);
    }
    if (token->kind != TOKEN_STRING)
        return reading_problem(r, token, "the text in quotes, @FILE or rows N");
    given->bytes = line_take(&r->line)->text;
    return true;
}

static bool read_file(struct reading *r)
{
    struct plan_given_file *given = reading_add(r, &r->files, sizeof *given, PLAN_JOBS_MAX);
    if (!given) return false;
    given->where = reading_where(r, line_peek(&r->line));
    given->csv_rows = -1;
    given->bytes = (struct fl_span){"", 0};
    if (!reading_text(r, "the name of a file", &given->name)) return false;
    const struct token *source = line_peek(&r->line);
    if (!read_file_source(r, given)) return false;
    FILE *file = given->real_path ? open_given(given->real_path) : NULL;
    if (given->real_path && !file)
        return reading_problem(r, source, "a file that can be opened after @");
    if (file) fclose(file);
    return reading_end(r, NULL);
}

bool read_given(struct reading *r)
{
    int kind;
    if (!reading_word(r, &words_given, &kind)) return false;
    switch ((enum word_given)kind) {
    case WORD_GIVEN_DB: return read_db(r);
    case WORD_GIVEN_REDIS: return read_redis_command(r);
    case WORD_GIVEN_HTTP: return read_http(r);
    case WORD_GIVEN_FILE: return read_file(r);
    }
    return false;
}
