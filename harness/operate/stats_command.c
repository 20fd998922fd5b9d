/* `faultline stats`: totals, and what has run on each of the days before. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/assert.h"
#include "core/json.h"
#include "core/time_text.h"
#include "harness/cli/commands.h"
#include "harness/operate/link.h"
#include "harness/operate/table.h"
#include "harness/operate/words.h"
#include "queue/fleet.h"
#include "queue/survey.h"

enum { OPT_DAYS, OPT_JSON, OPT_REDIS, DAYS_SHOWN_MAX = OPERATE_ROWS_MAX };

static const struct cli_option options[] = {
    {OPT_DAYS, 0, "days", "N", "how many days, today included; 7 by default, at most 1,000"},
    {OPT_JSON, 0, "json", NULL, "one object of JSON, for programs"},
    {OPT_REDIS, 0, "redis", "URL", "instead of REDIS_URL, or " FL_REDIS_URL_DEFAULT},
};

struct stats_command {
    struct cli_reader reader;
    const char *redis_url;
    int64_t days;
    bool json;
};

/* What is printed. */
struct books {
    struct fl_survey survey;
    struct fl_fleet fleet;
    struct fl_day_count days[DAYS_SHOWN_MAX];
    size_t day_count;
    int64_t busy, threads, silent;
};

static enum fl_error read_books(const struct operate_link *link, int64_t days, struct books *books)
{
    enum fl_error err = fl_survey_take(link->ports->redis, link->ports->clock, &books->survey);
    if (!err) err = fl_fleet_read(link->ports->redis, link->ports->clock, &books->fleet);
    if (!err && days)
        err = fl_history_read(link->ports->redis, link->ports->clock, (int)days, books->days);
    books->day_count = (size_t)days;
    for (size_t i = 0; !err && i < books->fleet.count; i++) {
        books->busy += books->fleet.items[i].busy;
        books->threads += books->fleet.items[i].concurrency;
        books->silent += books->fleet.items[i].silent;
    }
    return err;
}

static enum fl_error print_json(FILE *out, const struct books *books)
{
    struct fl_buf text = FL_BUF_INIT(1024 * 1024);
    const struct fl_survey *survey = &books->survey;
    struct fl_json_writer object = fl_json_begin_object(&text);
    fl_json_put_int64(&object, "processed", survey->processed);
    fl_json_put_int64(&object, "failed", survey->failed);
    fl_json_put_int64(&object, "enqueued", survey->enqueued);
    fl_json_put_int64(&object, "scheduled", survey->scheduled);
    fl_json_put_int64(&object, "retries", survey->retries);
    fl_json_put_int64(&object, "dead", survey->dead);
    fl_json_put_int64(&object, "processes", (int64_t)books->fleet.count - books->silent);
    fl_json_put_int64(&object, "silent", books->silent);
    fl_json_put_int64(&object, "busy", books->busy);
    fl_json_put_int64(&object, "threads", books->threads);
    fl_json_key(&object, "days");
    struct fl_json_writer list = fl_json_begin_array(&text);
    for (size_t i = 0; i < books->day_count; i++) {
        struct fl_buf day = FL_BUF_INIT(32);
        fl_json_key(&list, NULL);
        struct fl_json_writer one = fl_json_begin_object(&text);
        enum fl_error err = fl_day_format(&day, books->days[i].day_us);
        if (!err) fl_json_put_string(&one, "day", fl_buf_span(&day));
        fl_json_put_int64(&one, "processed", books->days[i].processed);
        fl_json_put_int64(&one, "failed", books->days[i].failed);
        if (!err) err = fl_json_end(&one);
        if (err && !list.err) list.err = err;
        fl_buf_release(&day);
    }
    enum fl_error err = fl_json_end(&list);
    if (!err) err = fl_json_end(&object);
    if (!err) fprintf(out, "%s\n", text.bytes);
    fl_buf_release(&text);
    return err;
}

static void print_total(FILE *out, const char *name, int64_t number)
{
    char text[OPERATE_WORD_BYTES];
    operate_number(number, text);
    fprintf(out, "%-10s %15s\n", name, text);
}

static void print_totals(FILE *out, const struct books *books)
{
    const struct fl_survey *survey = &books->survey;
    print_total(out, "processed", survey->processed);
    print_total(out, "failed", survey->failed);
    print_total(out, "busy", books->busy);
    print_total(out, "threads", books->threads);
    print_total(out, "processes", (int64_t)books->fleet.count - books->silent);
    if (books->silent) print_total(out, "silent", books->silent);
    print_total(out, "enqueued", survey->enqueued);
    print_total(out, "retries", survey->retries);
    print_total(out, "scheduled", survey->scheduled);
    print_total(out, "dead", survey->dead);
}

static enum fl_error print_days(const struct operate_link *link, const struct books *books)
{
    static const struct operate_column columns[] = {{"DAY (UTC)", OPERATE_LEFT, 0},
                                                    {"PROCESSED", OPERATE_RIGHT, 0},
                                                    {"FAILED", OPERATE_RIGHT, 0},
                                                    {"RATE", OPERATE_RIGHT, 0}};
    struct operate_table table = operate_table_init(columns, FL_COUNT(columns));
    for (size_t i = 0; i < books->day_count; i++) {
        const struct fl_day_count *day = &books->days[i];
        char processed[OPERATE_WORD_BYTES], failed[OPERATE_WORD_BYTES];
        struct fl_buf name = FL_BUF_INIT(32);
        enum fl_error err = fl_day_format(&name, day->day_us);
        if (err && !table.err) table.err = err;
        operate_number(day->processed, processed);
        operate_number(day->failed, failed);
        operate_table_add(&table, OPERATE_PLAIN, fl_buf_span(&name));
        operate_table_add(&table, OPERATE_PLAIN, fl_span_from(processed));
        operate_table_add(&table, day->failed ? OPERATE_BAD : OPERATE_PLAIN, fl_span_from(failed));
        if (day->processed)
            operate_table_printf(&table, OPERATE_PLAIN, "%.1f %%",
                                 100.0 * (double)day->failed / (double)day->processed);
        else
            operate_table_add(&table, OPERATE_PLAIN, FL_SPAN("-"));
        fl_buf_release(&name);
    }
    enum fl_error err = operate_table_print(&table, link->out, link->colour, link->width);
    operate_table_release(&table);
    return err;
}

static int tell(const struct operate_link *link, const struct stats_command *stats)
{
    struct books *books = calloc(1, sizeof(*books));
    enum fl_error err = books ? read_books(link, stats->days, books) : FL_ENOMEM;
    if (!err && stats->json) {
        err = print_json(link->out, books);
    } else if (!err) {
        print_totals(link->out, books);
        if (stats->days) fputc('\n', link->out);
        if (stats->days) err = print_days(link, books);
    }
    int code = CLI_PASSED;
    if (err)
        code = operate_failed(link, err, books ? fl_survey_problem(&books->survey) : FL_SPAN(""));
    if (books) fl_survey_release(&books->survey);
    if (books) fl_fleet_release(&books->fleet);
    free(books);
    return code;
}

static int take_option(struct stats_command *stats)
{
    switch (stats->reader.id) {
    case OPT_DAYS:
        if (cli_number(&stats->reader, stats->reader.value, 0, DAYS_SHOWN_MAX, &stats->days))
            return CLI_PASSED;
        return CLI_USAGE;
    case OPT_JSON: stats->json = true; return CLI_PASSED;
    default: stats->redis_url = stats->reader.value; return CLI_PASSED;
    }
}

static int stats_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct stats_command stats = {.reader = cli_reader_init(&command_stats, argc, argv, err),
                                  .days = 7};
    struct operate_link link;
    int code = CLI_PASSED;
    for (enum cli_token token;
         code == CLI_PASSED && (token = cli_next(&stats.reader)) != CLI_END;) {
        if (token == CLI_HELP) {
            cli_print_help(&command_stats, out);
            return CLI_PASSED;
        }
        if (token == CLI_WRONG) return CLI_USAGE;
        code = token == CLI_OPTION ? take_option(&stats)
                                   : cli_wrong(&stats.reader, "expected no argument, found \"%s\"",
                                               stats.reader.value);
    }
    if (code != CLI_PASSED) return code;
    code = operate_open(&link, &stats.reader, stats.redis_url, out);
    if (code == CLI_PASSED) code = tell(&link, &stats);
    operate_close(&link);
    return code;
}

const struct cli_command command_stats = {
    .name = "stats",
    .arguments = "",
    .summary = "Counts what waits and works, and what has run on each of the last days",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = stats_main,
};
