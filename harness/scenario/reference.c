#include "harness/scenario/reference.h"

#include "core/assert.h"
#include "harness/scenario/printing.h"
#include "harness/scenario/words.h"

static const char head[] =
    "# Scenarios: reference\n"
    "\n"
    "<!-- Printed by `faultline-reference` from the tables that drive the parser. -->\n"
    "\n"
    "A scenario is a text file, one fact a line, in the order of the story:\n"
    "\n"
    "```\n"
    "scenario 1 \"basic fetch loses the job in hand when its worker is killed\"\n"
    "why        Plain BRPOP has no acknowledgement; the loss is documented, not hidden.\n"
    "processes  2 fetch basic\n"
    "enqueue    mail-{1..10} SendMailWorker [{1..10}]\n"
    "fault      kill process-of mail-3 when mail-3 step \"mail *\" before\n"
    "expect     mail-3 lost\n"
    "```\n"
    "\n"
    "## Words, texts, times\n"
    "\n"
    "- Blanks separate words; `#` at the start of a word begins a comment.\n"
    "- A text with blanks stands in quotes: `\\n \\t \\r \\\" \\\\ \\$ \\{ \\xNN` inside it are "
    "escapes. "
    "A value may be quoted in part: `error~\"time out\"`.\n"
    "- `{1..10}` makes a line stand for ten lines; all ranges of a line run in step.\n"
    "- `$NAME` and `${NAME}` stand for what a line `set` above has set; `$$` is a dollar.\n"
    "- Durations: `250ms 5s 1h30m 60d` (us ms s m h d w). Since the start: `+5m`. Sizes: "
    "`64MiB 512KiB 1GiB 4096`.\n"
    "- `@FILE` names a file beside the scenario; when it comes from `--set`, from where the "
    "command is "
    "typed.\n"
    "- Arguments are a JSON array.\n"
    "- Patterns are globs (`* ? [a-z] \\\\`), of effects on the label or the label with its "
    "detail: "
    "`\"redis LPUSH queue:*\"`, `\"db COMMIT\"`.\n"
    "- PROCESS is `p1`, `p2`, ..., `web` (the client that enqueues), `process-of JOB` (the one "
    "that "
    "has the job in hand) or `all`.\n"
    "- Every mistake is reported as `file:line:column: expected ..., found ...; did you mean "
    "...?`\n";

static const char conditions_head[] =
    "\n## Conditions of `when`\n"
    "\n"
    "`JOB` or `JOB#2` (its second delivery) or `JOB#2.7` "
    "(that one's seventh effect, as traces number them), "
    "`PROCESS` or "
    "`PROCESS/ROLE` (`p1/fetch`, `p1/fetch.12`), a quoted pattern, "
    "what Redis or the database hold as the effect begins "
    "(`zcard(retry) = 3`: the table below), and:\n"
    "\n";

/* A bar would end the cell of a table. */
static void print_cell(struct printing *p, const char *text)
{
    for (; *text; text++)
        print_text(p, "%s%c", *text == '|' ? "\\" : "", *text);
}

static void print_row(struct printing *p, const struct word *row)
{
    print_text(p, "| `");
    print_cell(p, row->syntax ? row->syntax : row->text);
    print_text(p, "` | ");
    print_cell(p, row->means ? row->means : "");
    print_text(p, " |\n");
}

static void print_table(struct printing *p, const struct words *words)
{
    print_text(p, "| line | meaning |\n|---|---|\n");
    for (size_t i = 0; i < words->count; i++)
        print_row(p, &words->rows[i]);
}

enum fl_error scenario_reference(struct fl_buf *out)
{
    struct printing p = {.out = out};
    print_text(&p, "%s", head);
    for (const struct words *const *section = words_sections; *section; section++) {
        print_text(&p, "\n## %s\n\n", (*section)->title);
        print_table(&p, *section);
        if (*section != &words_clauses) continue;
        print_text(&p, "%s", conditions_head);
        print_table(&p, &words_conditions);
    }
    return p.err;
}
