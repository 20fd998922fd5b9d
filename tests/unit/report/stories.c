#include "stories.h"

#include "core/assert.h"

#define DAY_US INT64_C(86400000000)

static const struct story_result usual[] = {
    {.run = {.id = "import/csv-import-completes",
             .path = "scenarios/import/csv-import-completes.scenario",
             .title = "a file is imported",
             .runs = 100,
             .unit = "seed",
             .trace_hash = {UINT64_C(0x6a7e17e3a5ef72c1), 2},
             .effects = 16200,
             .virtual_us = 1500000,
             .real_us = 61234}},
    {.run = {.id = "welcome/killed-anywhere--mailed-exactly-once",
             .path = "scenarios/welcome/killed-anywhere--mailed-exactly-once.scenario",
             .title = "a killed process never loses or repeats a welcome mail",
             .verdict = REPORT_FAILED,
             .runs = 18,
             .failed = 1,
             .unit = "sweep",
             .trace_hash = {UINT64_C(0x3f9c8a1b2c3d4e5f), 7},
             .effects = 1218,
             .virtual_us = 12 * DAY_US,
             .real_us = 7152},
     .failed = true,
     .failure = {.line = 7,
                 .text = FL_SPAN(
                     "expected  effect \"mail user7@example.org\" exactly 1\n"
                     "found     0\n"
                     "struck    kill process-of hello after hello#1.4 db COMMIT\n"
                     "          kill process-of hello before hello#2.1 db BEGIN\n"
                     "+00:00:00.001422  hello#1          !! kill after hello#1.4 db COMMIT\n"
                     "+00:00:00.001422  p2               process is killed\n\n"),
                 .swept_at = FL_SPAN("kill process-of hello after hello#1.4 db COMMIT"),
                 .seed = 1,
                 .sweep = 11,
                 .picture = "out/welcome killed.html",
                 .replay = "out/welcome killed.replay",
                 .minimal = "out/welcome killed.scenario",
                 .minimal_lines = 6}},
    {.run = {.id = "unreadable",
             .path = "scenarios/unreadable.scenario",
             .verdict = REPORT_BAD_INPUT,
             .unit = "run",
             .stopped = true},
     .failed = true,
     .failure = {.line = 3,
                 .text = FL_SPAN("scenarios/unreadable.scenario:3:1: expected a word, found \"x\""),
                 .sweep = -1,
                 .unwritable_folder = "out"}},
    {.run = {.id = "retry/not-tried",
             .path = "scenarios/retry/not-tried.scenario",
             .verdict = REPORT_SKIPPED,
             .unit = "run"}},
};

const struct story story_usual = {"usual",
                                  usual,
                                  FL_COUNT(usual),
                                  {.passed = 1,
                                   .failed = 2,
                                   .skipped = 1,
                                   .runs = 118,
                                   .effects = 17418,
                                   .virtual_us = 12 * DAY_US + 1500000,
                                   .real_us = 1900000}};

static const struct story_result open_ended[] = {
    {.run = {.id = "push/never-heard-of",
             .path = "scenarios/push/never-heard-of.scenario",
             .title = "a push without an answer",
             .verdict = REPORT_INDETERMINATE,
             .runs = 18,
             .indeterminate = 2,
             .unit = "sweep",
             .effects = 300,
             .virtual_us = 1500000,
             .real_us = 61234},
     .failed = true,
     .failure = {.text = FL_SPAN(
                     "expected  to know of each push whether it was stored\n"
                     "found     a: the answer to its push was lost, and nothing later tells"),
                 .swept_at = FL_SPAN("stall before web.1 redis LPUSH"),
                 .seed = 1,
                 .sweep = 0,
                 .replay = "out/push-never-heard-of.replay"}},
};

const struct story story_open = {"open",
                                 open_ended,
                                 FL_COUNT(open_ended),
                                 {.skipped = 1,
                                  .indeterminate = 1,
                                  .runs = 18,
                                  .effects = 300,
                                  .virtual_us = 1500000,
                                  .real_us = 61234}};

static const struct story_result hostile[] = {
    {.run = {.id = "a|b/``c`` # SKIP\n::error::<x>",
             .path = "a:b,c%0A\"]]>\x1b[31m/\xff\xfe.scenario",
             .title = "\"quoted\" \\ <b> & ]]> \xE2\x80\xAE reversed \xEF\xBF\xBF",
             .verdict = REPORT_STUCK,
             .runs = 1,
             .failed = 1,
             .unit = "run"},
     .failed = true,
     .failure = {.line = 1,
                 .text =
                     FL_SPAN("expected  ]]> %0A %25 \"'\\ \x1b[2J\r\x7f \xC2\x85 @team #1 | `x`\n"
                             "found     </failure> a\0b \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 "
                             "\xC3( \xED\xA0\x80 \xE2\x80\xA8\n"
                             "          ::set-output name=a::b\n"
                             "```\n"
                             "...\n"
                             "+0 ```` ]]> </details>\n"
                             "+1 \xff"),
                 .swept_at = FL_SPAN("kill \"p1\"\n::warning::"),
                 .seed = UINT64_MAX,
                 .sweep = -1,
                 .picture = "out/it's `x`\n::error::.html",
                 .replay = "out/it's; rm -rf `x`.replay",
                 .minimal = "out/<x>#.scenario"}},
};

const struct story story_hostile = {
    "hostile", hostile, FL_COUNT(hostile), {.failed = 1, .runs = 1, .effects = UINT64_MAX >> 1}};

void story_tell(const struct story *story, const struct report_format *format,
                struct report_document *document)
{
    report_document_begin(document, format, "build/faultline", story->count);
    for (uint64_t i = 0; i < story->count; i++)
        report_document_add(document, &story->results[i].run,
                            story->results[i].failed ? &story->results[i].failure : NULL);
    report_document_end(document, &story->sums);
}
