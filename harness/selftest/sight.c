#include "harness/selftest/sight.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"

/* Of faultline: a property, two plays that differ, a stuck job, a crash. */
static bool is_red(int status)
{
    return status == 1 || status == 3 || status == 4 || status == 6;
}

/* A test's: of cmocka the number of failed ones, of a crash its signal. */
static bool is_red_test(int status)
{
    return status != 0 && status != 126 && status != 127;
}

static bool contains(struct fl_span text, const char *words)
{
    return text.length && memmem(text.bytes, text.length, words, strlen(words));
}

enum sight sight_of(const struct mutant *mutant, int status, struct fl_span output, uint64_t runs)
{
    if (status == 0) return SIGHT_NOTHING;
    if (mutant->test ? !is_red_test(status) : !is_red(status)) return SIGHT_BROKEN;
    if (!mutant->is_none && !contains(output, mutant->expect)) return SIGHT_OTHERWISE;
    return runs > mutant->budget ? SIGHT_LATE : SIGHT_FOUND;
}

/* --- runs --- */

static uint64_t first_seed(const struct mutant *mutant)
{
    for (uint32_t i = 0; i + 1 < mutant->word_count; i++)
        if (strcmp(mutant->words[i], "--seeds") == 0)
            return strtoull(mutant->words[i + 1], NULL, 10);
    return 1; /* as in most files */
}

/* Of one line; 0: it tells of no failure. */
static uint64_t runs_of_line(struct fl_span line, uint64_t first)
{
    struct fl_json json = {0};
    int64_t number = 0;
    uint64_t runs = 0;
    if (fl_json_parse(line, &json, NULL) != FL_OK) return 0;
    struct fl_json_at root = fl_json_root(&json);
    if (fl_json_is(fl_json_member(root, "type"), "failure")) {
        if (fl_json_int64(fl_json_member(root, "sweep"), &number))
            runs = (uint64_t)number + 1;
        else if (fl_json_int64(fl_json_member(root, "seed"), &number))
            runs = (uint64_t)number >= first ? (uint64_t)number - first + 1 : 1;
    }
    fl_json_release(&json);
    return runs;
}

static uint64_t runs_of_report(struct fl_span report, uint64_t first)
{
    while (report.length) {
        const char *end = memchr(report.bytes, '\n', report.length);
        size_t length = end ? (size_t)(end - report.bytes) : report.length;
        uint64_t runs = runs_of_line((struct fl_span){report.bytes, length}, first);
        if (runs) return runs;
        length += end ? 1 : 0;
        report.bytes += length;
        report.length -= length;
    }
    return 0;
}

/* The number right before the words, which may have commas. */
static uint64_t number_before(struct fl_span text, const char *words)
{
    uint64_t number = 0, place = 1;
    const char *at = text.length ? memmem(text.bytes, text.length, words, strlen(words)) : NULL;
    for (; at && at > text.bytes; at--) {
        char c = at[-1];
        if (c == ',') continue;
        if (c < '0' || c > '9') break;
        number += place * (uint64_t)(c - '0');
        place *= 10;
    }
    return number;
}

uint64_t sight_runs(const struct mutant *mutant, struct fl_span report, struct fl_span output)
{
    if (mutant->test) return 1;
    if (strcmp(mutant->words[0], "run") != 0) return number_before(output, " runs in ");
    return runs_of_report(report, first_seed(mutant));
}

uint64_t sight_first_run(struct fl_span output)
{
    return number_before(output, " is the first of ");
}
