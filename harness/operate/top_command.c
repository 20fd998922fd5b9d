/* `faultline top`: a live screen of the queues, the processes and what they run. */
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/cli/commands.h"
#include "harness/operate/link.h"
#include "harness/operate/screen.h"
#include "harness/operate/top_frame.h"
#include "harness/operate/top_keys.h"

enum { OPT_ONCE, OPT_INTERVAL, OPT_SORT, OPT_REDIS, MESSAGE_BYTES = 512, INTERVAL_MAX_S = 3600 };

static const struct cli_option options[] = {
    {OPT_ONCE, '1', "once", NULL, "print one picture, whole, and end: for scripts"},
    {OPT_INTERVAL, 'i', "interval", "N", "read Redis every N seconds; 2 by default"},
    {OPT_SORT, 's', "sort", "HOW", "queues by name, jobs or latency; name by default"},
    {OPT_REDIS, 0, "redis", "URL", "instead of REDIS_URL, or " FL_REDIS_URL_DEFAULT},
};

struct top {
    struct cli_reader reader;
    const char *redis_url;
    bool once;
    int64_t interval_s;
    struct operate_link link;
    struct screen screen;
    struct top_keys keys;
    struct top_rates rates;
    struct fl_survey survey; /* the last that could be read */
    struct fl_fleet fleet;
    struct fl_work work;
    char message[MESSAGE_BYTES]; /* "": the keys are shown */
};

/* --- reading --- */

struct reading {
    struct fl_survey survey;
    struct fl_fleet fleet;
    struct fl_work work;
};

static void release(struct reading *reading)
{
    fl_work_release(&reading->work);
    fl_fleet_release(&reading->fleet);
    fl_survey_release(&reading->survey);
}

static enum fl_error read_all(const struct fl_ports *ports, struct reading *reading)
{
    *reading = (struct reading){0};
    enum fl_error err = fl_survey_take(ports->redis, ports->clock, &reading->survey);
    if (!err) err = fl_fleet_read(ports->redis, ports->clock, &reading->fleet);
    if (!err) err = fl_work_read(ports->redis, ports->clock, &reading->fleet, &reading->work);
    return err;
}

/* What cannot be read leaves the last picture, and says why. */
static enum fl_error look(struct top *top)
{
    struct reading reading;
    enum fl_error err = read_all(top->link.ports, &reading);
    if (err) {
        struct fl_span words = fl_survey_problem(&reading.survey);
        snprintf(top->message, sizeof(top->message), "Redis: %.*s",
                 words.length ? (int)words.length : 200,
                 words.length ? words.bytes : fl_error_text(err));
        release(&reading);
        return err;
    }
    struct reading before = {top->survey, top->fleet, top->work};
    release(&before);
    top->survey = reading.survey;
    top->fleet = reading.fleet;
    top->work = reading.work;
    top_rates_add(&top->rates, &top->survey, fl_clock_mono_us(top->link.ports->clock));
    if (top->keys.selected >= top->fleet.count)
        top->keys.selected = top->fleet.count ? top->fleet.count - 1 : 0;
    return FL_OK;
}

/* --- drawing --- */

/* Without a login, which may hold a password. */
static void name_redis(const char *url, char ret_where[MESSAGE_BYTES])
{
    if (!url) url = getenv("REDIS_URL");
    if (!url) url = FL_REDIS_URL_DEFAULT;
    const char *scheme = strstr(url, "://"), *host = strrchr(url, '@');
    if (scheme && host)
        snprintf(ret_where, MESSAGE_BYTES, "%.*s%s", (int)(scheme + 3 - url), url, host + 1);
    else
        snprintf(ret_where, MESSAGE_BYTES, "%s", url);
}

static enum fl_error print(const struct top *top, size_t columns, size_t rows, FILE *out)
{
    char where[MESSAGE_BYTES];
    name_redis(top->redis_url, where);
    const struct top_view view = {.where = where,
                                  .survey = &top->survey,
                                  .fleet = &top->fleet,
                                  .work = &top->work,
                                  .rates = &top->rates,
                                  .sort = top->keys.sort,
                                  .selected = top->keys.selected,
                                  .message = *top->message ? top->message : NULL,
                                  .colour = top->link.colour,
                                  .columns = columns,
                                  .rows = rows,
                                  .now_us = fl_clock_wall_us(top->link.ports->clock)};
    return top_frame(&view, out);
}

static enum fl_error draw(const struct top *top)
{
    size_t columns, rows, length = 0;
    char *text = NULL;
    FILE *out = open_memstream(&text, &length);
    if (!out) return FL_ENOMEM;
    screen_size(&columns, &rows);
    enum fl_error err = print(top, columns, rows, out);
    if (fclose(out) != 0 && !err) err = FL_ENOMEM;
    if (!err) screen_draw((struct fl_span){text, length});
    free(text);
    return err;
}

/* --- keys --- */

static void ask(struct top *top)
{
    struct fl_span identity = top->fleet.items[top->keys.selected].identity;
    snprintf(top->message, sizeof(top->message), "shall %.*s take no more jobs? y or n",
             FL_SPAN_ARGS(identity));
}

static void quiet(struct top *top)
{
    const struct fl_process_view *process = &top->fleet.items[top->keys.selected];
    const struct fl_ports *ports = top->link.ports;
    if (process->embedded || process->silent) {
        snprintf(top->message, sizeof(top->message), "%.*s %s", FL_SPAN_ARGS(process->identity),
                 process->embedded ? "is part of another program, which must say it"
                                   : "does not beat any more");
        return;
    }
    enum fl_error err =
        fl_fleet_order(ports->redis, ports->clock, process->identity, FL_ORDER_QUIET);
    snprintf(top->message, sizeof(top->message), "%.*s: %s", FL_SPAN_ARGS(process->identity),
             err ? fl_error_text(err) : "hears it with its next heartbeat");
}

/* False: the end. */
static bool typed(struct top *top, struct fl_span text)
{
    *top->message = '\0';
    switch (top_keys_typed(&top->keys, text, top->fleet.count)) {
    case TOP_END: return false;
    case TOP_QUIET: quiet(top); break;
    case TOP_NOTHING:
    case TOP_REDRAW: break;
    }
    if (top->keys.asking) ask(top);
    return true;
}

/* --- the loop --- */

static enum fl_error run(struct top *top)
{
    struct fl_clock clock = top->link.ports->clock;
    int64_t next_us = 0;
    enum fl_error err = FL_OK;
    for (bool goes_on = true; goes_on && !err;) {
        char text[SCREEN_TYPED_MAX];
        size_t length = 0;
        if (fl_clock_mono_us(clock) >= next_us) {
            if (look(top) == FL_ENOMEM) return FL_ENOMEM;
            next_us = fl_clock_deadline_us(clock, top->interval_s * FL_SECOND_US);
        }
        err = draw(top);
        int64_t wait_us = next_us - fl_clock_mono_us(clock);
        switch (
            screen_wait(&top->screen, wait_us > 0 ? (int)(wait_us / 1000) + 1 : 0, text, &length)) {
        case SCREEN_TYPED: goes_on = typed(top, (struct fl_span){text, length}); break;
        case SCREEN_ENDED: goes_on = false; break;
        case SCREEN_TIMEOUT:
        case SCREEN_RESIZED: break;
        }
    }
    return err;
}

static int show(struct top *top)
{
    enum fl_error err;
    if (top->once) {
        err = look(top);
        if (!err) err = print(top, top->link.width, 0, top->link.out);
        if (err && *top->message)
            fprintf(top->reader.err, "faultline top: %s\n", top->message);
        else if (err)
            fprintf(top->reader.err, "faultline top: %s\n", fl_error_text(err));
        return err ? CLI_FAILED : CLI_PASSED;
    }
    if (!screen_open(&top->screen))
        return cli_wrong(&top->reader, "expected a terminal; --once prints a picture anywhere");
    err = run(top);
    screen_close(&top->screen);
    if (err) fprintf(top->reader.err, "faultline top: %s\n", fl_error_text(err));
    return err ? CLI_FAILED : CLI_PASSED;
}

/* --- the command --- */

static int take_sort(struct top *top, const char *text)
{
    static const char *const names[] = {
        [TOP_BY_NAME] = "name", [TOP_BY_SIZE] = "jobs", [TOP_BY_LATENCY] = "latency"};
    for (size_t i = 0; i < FL_COUNT(names); i++) {
        top->keys.sort = (enum top_sort)i;
        if (strcmp(names[i], text) == 0) return CLI_PASSED;
    }
    return cli_wrong(&top->reader, "expected name, jobs or latency after --sort, found \"%s\"",
                     text);
}

static int take_option(struct top *top)
{
    switch (top->reader.id) {
    case OPT_ONCE: top->once = true; return CLI_PASSED;
    case OPT_INTERVAL:
        if (cli_number(&top->reader, top->reader.value, 1, INTERVAL_MAX_S, &top->interval_s))
            return CLI_PASSED;
        return CLI_USAGE;
    case OPT_SORT: return take_sort(top, top->reader.value);
    default: top->redis_url = top->reader.value; return CLI_PASSED;
    }
}

static int top_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct top top = {.reader = cli_reader_init(&command_top, argc, argv, err), .interval_s = 2};
    int code = CLI_PASSED;
    for (enum cli_token token; code == CLI_PASSED && (token = cli_next(&top.reader)) != CLI_END;) {
        if (token == CLI_HELP) {
            cli_print_help(&command_top, out);
            return CLI_PASSED;
        }
        if (token == CLI_WRONG) return CLI_USAGE;
        code = token == CLI_OPTION
                   ? take_option(&top)
                   : cli_wrong(&top.reader, "expected no argument, found \"%s\"", top.reader.value);
    }
    if (code != CLI_PASSED) return code;
    if (!top.once) screen_watch_signals();
    code = operate_open(&top.link, &top.reader, top.redis_url, out);
    if (code == CLI_PASSED) code = show(&top);
    struct reading last = {top.survey, top.fleet, top.work};
    release(&last);
    operate_close(&top.link);
    return code;
}

const struct cli_command command_top = {
    .name = "top",
    .arguments = "",
    .summary = "A live screen of rates, queues, processes and running jobs",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .details = "Keys: q ends, s sorts the queues another way, up and down (or k and j) choose a\n"
               "process, t tells it to take no more jobs, once that was confirmed with y.\n",
    .run = top_main,
};
