#include "harness/selftest/table.h"

#include <inttypes.h>
#include <string.h>

enum { CELL_BYTES = 64 };

static const char *end_text(const struct mutant *mutant, const struct trial_report *report)
{
    switch (report->end) {
    case TRIAL_NOT_APPLIED: return "the patch does not apply any more";
    case TRIAL_NOT_BUILT: return "it does not build";
    case TRIAL_RED_ANYWAY: return "red without the bug";
    case TRIAL_FAULT: return "it could not be tried";
    case TRIAL_SEEN: break;
    }
    switch (report->sight) {
    case SIGHT_FOUND: return mutant->is_none ? "found, but it is no bug" : "found";
    case SIGHT_NOTHING: return mutant->is_none ? "rightly not found" : "NOT FOUND";
    case SIGHT_OTHERWISE: return "found, but not by its words";
    case SIGHT_LATE: return "found, but past its budget";
    case SIGHT_BROKEN: return "what should find it is broken";
    }
    return "";
}

/* "7", "7 of 5 of 5": mean runs to detection, and in how many campaigns it was found if not in all.
 */
static const char *mean_text(const struct trial_report *report, int strategy, char text[CELL_BYTES])
{
    uint32_t found = report->strategies[strategy].found;
    uint64_t runs = report->strategies[strategy].runs;
    if (!report->campaigns)
        snprintf(text, CELL_BYTES, "-");
    else if (!found)
        snprintf(text, CELL_BYTES, "> %d", TRIAL_RUNS_MAX);
    else if (found < report->campaigns)
        snprintf(text, CELL_BYTES, "%.1f in %" PRIu32 " of %" PRIu32, (double)runs / found, found,
                 report->campaigns);
    else
        snprintf(text, CELL_BYTES, "%.1f", (double)runs / found);
    return text;
}

static void print_strategies(FILE *out, const struct trial_report *report)
{
    char text[CELL_BYTES];
    fputs("            mean runs to detection:", out);
    for (int i = 0; i < TRIAL_STRATEGIES; i++)
        fprintf(out, "%s %s %s", i ? "," : "", trial_strategy_word((enum trial_strategy)i),
                mean_text(report, i, text));
    fputc('\n', out);
}

/* Each line of what went wrong, indented. */
static void print_why(FILE *out, const char *why)
{
    while (*why) {
        size_t length = strcspn(why, "\n");
        fprintf(out, "            %.*s\n", (int)length, why);
        why += length + (why[length] == '\n');
    }
}

void table_line(FILE *out, const struct mutant *mutant, const struct trial_report *report)
{
    bool good = trial_is_good(mutant, report);
    fprintf(out, "%s  %-44s %s", good ? "PASS" : "FAIL", mutant->name, end_text(mutant, report));
    bool seen = report->sight == SIGHT_FOUND || report->sight == SIGHT_LATE;
    if (report->end == TRIAL_SEEN && seen && !mutant->test)
        fprintf(out, " in run %" PRIu64 " of %" PRIu32, report->runs, mutant->budget);
    fprintf(out, ", %.1f s\n", (double)report->real_us / 1e6);
    if (report->campaigns) print_strategies(out, report);
    if (!good) print_why(out, report->why);
    fflush(out);
}

/* --- the page --- */

void table_begin_page(FILE *out)
{
    fprintf(
        out,
        "# The self-test: what it plants, and what finds it\n\n"
        "<!-- Printed by `faultline selftest --markdown`. -->\n\n"
        "Each row is a patch of one file in `tests/planted`. *found by* is the scenario or the "
        "test that its patch\n"
        "names, *run* the first of its runs (seeds, or points of a sweep) that is red, and "
        "*budget* the last one\n"
        "that may be. The last three columns are the mean numbers of runs until a campaign of "
        "`faultline run\n"
        "--explore` finds the bug in the same scenario, or in the one that the patch names "
        "for it; `> %d` is: in none\n"
        "of the campaigns, of so many runs each. A dash is a sweep, which is enumerated, a test, "
        "or a\nscenario too slow for it.\n\n"
        "| planted | found by | run | budget | random | pct | guided |\n"
        "|---|---|---|---|---|---|---|\n",
        TRIAL_RUNS_MAX);
}

static void print_words(FILE *out, const struct mutant *mutant)
{
    bool plain = !mutant->test && strcmp(mutant->words[0], "run") == 0;
    const char *before = mutant->test ? mutant->test : "";
    fprintf(out, "`%s", before);
    for (uint32_t i = plain ? 1 : 0; i < mutant->word_count; i++) {
        const char *word = mutant->words[i];
        if (strncmp(word, "scenarios/", 10) == 0) word += 10;
        size_t length = strlen(word);
        if (length > 9 && strcmp(word + length - 9, ".scenario") == 0) length -= 9;
        fprintf(out, "%s%.*s", *before ? " " : "", (int)length, word);
        before = word;
    }
    fputc('`', out);
}

void table_row(FILE *out, const struct mutant *mutant, const struct trial_report *report)
{
    char text[CELL_BYTES];
    fprintf(out, "| %s | ", mutant->bug);
    print_words(out, mutant);
    if (trial_is_good(mutant, report) && !mutant->is_none && !mutant->test)
        fprintf(out, " | %" PRIu64 " | %" PRIu32, report->runs, mutant->budget);
    else
        fprintf(out, " | %s | -",
                trial_is_good(mutant, report) && mutant->test ? "-" : end_text(mutant, report));
    for (int i = 0; i < TRIAL_STRATEGIES; i++)
        fprintf(out, " | %s", mean_text(report, i, text));
    fputs(" |\n", out);
}

void table_end_page(FILE *out, const char *const *handlers, uint32_t count)
{
    if (!count) return;
    fputs(
        "\nHandlers that are known to be good, in `tests/good`, are accused by nothing: not by the "
        "matrix of their\nclass, by no strategy in 100 runs, by no allocation that fails.\n\n",
        out);
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "- %s\n", handlers[i]);
}
