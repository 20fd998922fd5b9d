/* faultline/scenario.h - a scenario that is computed: built by calls, a line each, and printed as
 * the file that `faultline run` plays.
 *
 *     struct fl_scenario *scenario = fl_scenario_new("every third mail is lost on its way");
 *     fl_scenario_module(scenario, "demo.so");
 *     for (int i = 1; i <= 9; i++) {
 *         char name[16], args[32];
 *         snprintf(name, sizeof name, "mail-%d", i);
 *         snprintf(args, sizeof args, "[%d]", i);
 *         fl_scenario_enqueue(scenario, name, "SendMailWorker", args, NULL);
 *         if (i % 3 == 0) fl_scenario_fault(scenario, "mail refuse when %s", name);
 *     }
 *     fl_scenario_expect(scenario, "* done");
 *     if (!fl_scenario_write(scenario, "mails.scenario")) puts(fl_scenario_problem(scenario));
 *     fl_scenario_free(scenario);
 *
 * What is data (names, texts, bytes, arguments) is given as it is and quoted as it must be; what is
 * grammar (options, addresses, claims) is said in the scenario language, as
 * docs/reference/scenario.md has it, without the first word of the line. Nothing is checked before
 * the whole is printed. When memory is lacking, that is what printing says. */
#ifndef FAULTLINE_SCENARIO_H
#define FAULTLINE_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/span.h"

struct fl_scenario; /* opaque */

/* NULL: no memory. Texts that are given to any call are copied. */
struct fl_scenario *fl_scenario_new(const char *title);
void fl_scenario_free(struct fl_scenario *scenario); /* NULL is fine */

/* --- the whole --- */
void fl_scenario_why(struct fl_scenario *scenario, const char *text); /* may have several lines */
void fl_scenario_seeds(struct fl_scenario *scenario, uint64_t first, uint64_t last);
void fl_scenario_module(struct fl_scenario *scenario, const char *path);
/* `options`: "concurrency 2 fetch basic"; NULL: none. */
void fl_scenario_processes(struct fl_scenario *scenario, unsigned count, const char *options);

/* --- the world --- */
struct fl_scenario_cell {
    const char *column;
    enum { FL_SCENARIO_TEXT, FL_SCENARIO_INTEGER, FL_SCENARIO_NULL } type;
    const char *text;
    int64_t integer;
};
void fl_scenario_row(struct fl_scenario *scenario, const char *table,
                     const struct fl_scenario_cell *cells, size_t count);
void fl_scenario_file(struct fl_scenario *scenario, const char *name, struct fl_span bytes);
/* `args` is a JSON array; `options`: "in 5m queue low"; NULL: none. */
void fl_scenario_enqueue(struct fl_scenario *scenario, const char *name, const char *worker,
                         const char *args, const char *options);

/* --- faults and claims, in the words of the language --- */
void fl_scenario_fault(struct fl_scenario *scenario, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void fl_scenario_sweep(struct fl_scenario *scenario, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void fl_scenario_expect(struct fl_scenario *scenario, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Any other line, with its first word: "heal at +1h", "given http ...", "vary size 1 10". */
void fl_scenario_line(struct fl_scenario *scenario, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A text in quotes, for the calls above: a pattern, a part of a row. Lives as long as the scenario;
 * without memory an empty one. */
const char *fl_scenario_quote(struct fl_scenario *scenario, const char *text);

/* --- the file --- */
/* The text, until the next call. False: fl_scenario_problem says why, a line for each problem:
 * "scenario:LINE:COLUMN: expected ..., found ...". `@FILE` is looked for in the current folder. */
bool fl_scenario_print(struct fl_scenario *scenario, struct fl_span *ret_text);
/* The same into a file, beside which `@FILE` is looked for. Nothing is written when it is false. */
bool fl_scenario_write(struct fl_scenario *scenario, const char *path);
const char *fl_scenario_problem(const struct fl_scenario *scenario); /* "" when there is none */

#endif
