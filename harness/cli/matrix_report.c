#include "harness/cli/matrix_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "harness/cli/matrix_cells.h"
#include "harness/matrix/upgrade.h"
#include "harness/report/quote.h"

enum { FORMAT_NUMBER = 1, NUMBER_BYTES = 64, TEXT_BYTES_MAX = 64 * 1024 };

struct cell { /* one that was played */
    const struct run_effect *effect;
    enum matrix_mode mode;
    unsigned seen;
    uint32_t point;
    char number[NUMBER_BYTES]; /* "1.4" */
};

/* From *at on; false: no more. Start with 0. */
static bool next_cell(const struct matrix_report *report, uint32_t *at, struct cell *ret_cell)
{
    const struct matrix_grid *grid = report->grid;
    for (; *at < grid->point_count * MATRIX_MODES; ++*at) {
        enum matrix_mode mode = (enum matrix_mode)(*at % MATRIX_MODES);
        const struct matrix_grid_cell *cell = &grid->cells[*at];
        if (!(grid->modes & 1U << mode) || !cell->played) continue;
        const struct run_effect *effect = &grid->facts->effects[grid->points[*at / MATRIX_MODES]];
        *ret_cell = (struct cell){effect, mode, cell->seen, *at / MATRIX_MODES, ""};
        matrix_effect_number(effect, ret_cell->number, NUMBER_BYTES);
        ++*at;
        return true;
    }
    return false;
}

/* --- lines of JSON --- */

static enum fl_error end_line(struct fl_json_writer *w, struct fl_buf *out)
{
    enum fl_error err = fl_json_end(w);
    return err ? err : fl_buf_append_char(out, '\n');
}

static enum fl_error put_head(const struct matrix_report *report, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_string(&w, "type", FL_SPAN("matrix"));
    fl_json_put_int64(&w, "format", FORMAT_NUMBER);
    fl_json_put_string(&w, "file", fl_span_from(report->path));
    fl_json_put_string(&w, "job", fl_span_from(report->job));
    if (report->upgrade)
        fl_json_put_string(&w, "upgrade", fl_span_from(report->upgrade));
    else
        fl_json_put_string(&w, "class", fl_span_from(matrix_class_text(report->class)));
    if (report->has_claim)
        fl_json_put_string(&w, "claimed", fl_span_from(matrix_class_text(report->claim)));
    fl_json_put_bool(&w, "passed", report->passed);
    fl_json_put_int64(&w, "effects", report->grid->point_count);
    fl_json_put_int64(&w, "runs", (int64_t)report->runs);
    return end_line(&w, out);
}

static enum fl_error put_cell(const struct cell *cell, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_string(&w, "type", FL_SPAN("cell"));
    fl_json_put_string(&w, "who", cell->effect->who);
    fl_json_put_string(&w, "what", cell->effect->what);
    fl_json_put_int64(&w, "nth", cell->effect->occurrence);
    fl_json_put_string(&w, "number", fl_span_from(cell->number));
    fl_json_put_string(&w, "mode", fl_span_from(matrix_mode_text(cell->mode)));
    fl_json_put_string(&w, "end", fl_span_from(matrix_end_word(matrix_gravest(cell->seen))));
    return end_line(&w, out);
}

enum fl_error matrix_report_jsonl(const struct matrix_report *report, struct fl_buf *out)
{
    struct cell cell;
    enum fl_error err = put_head(report, out);
    for (uint32_t at = 0; !err && next_cell(report, &at, &cell);)
        err = put_cell(&cell, out);
    return err;
}

/* --- Markdown --- */

static enum fl_error put_title(const struct matrix_report *report, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_text(out, "## Faultline: ");
    if (!err) err = report_quote_markdown(out, fl_span_from(report->job));
    if (!err) err = fl_buf_append_text(out, " of ");
    if (!err) err = report_quote_markdown(out, fl_span_from(report->path));
    if (!err && report->upgrade)
        err = fl_buf_printf(out, "\n\nThe new module makes %s worse.",
                            report->passed ? "nothing" : "**some cuts**");
    if (!err && !report->upgrade)
        err = fl_buf_printf(out, "\n\nThe class is **%s**", matrix_class_text(report->class));
    if (!err && report->has_claim && !report->upgrade)
        err = fl_buf_printf(out, ", %s **%s**", report->passed ? "as claimed:" : "but claimed is",
                            matrix_class_text(report->claim));
    return err ? err : fl_buf_append_text(out, report->upgrade ? "\n\n" : ".\n\n");
}

static enum fl_error put_columns(const struct matrix_report *report, struct fl_buf *out)
{
    unsigned columns = 1;
    enum fl_error err = fl_buf_append_text(out, "| effect |");
    for (unsigned mode = 0; mode < MATRIX_MODES && !err; mode++) {
        if (!(report->grid->modes & 1U << mode)) continue;
        columns++;
        err = fl_buf_printf(out, " `%s` |", matrix_mode_text((enum matrix_mode)mode));
    }
    if (!err) err = fl_buf_append_text(out, "\n|");
    while (!err && columns--)
        err = fl_buf_append_text(out, "---|");
    return err ? err : fl_buf_append_text(out, "\n");
}

static enum fl_error put_effect(const char *number, const struct run_effect *effect,
                                struct fl_buf *out)
{
    char text[NUMBER_BYTES + 128];
    snprintf(text, sizeof text, "%s %.*s", number, FL_SPAN_ARGS(effect->what));
    return report_quote_markdown_cell(out, fl_span_from(text));
}

static enum fl_error put_row(const struct matrix_report *report, uint32_t point, struct fl_buf *out)
{
    const struct matrix_grid *grid = report->grid;
    const struct run_effect *effect = &grid->facts->effects[grid->points[point]];
    char number[NUMBER_BYTES];
    matrix_effect_number(effect, number, sizeof number);
    enum fl_error err = fl_buf_append_text(out, "| ");
    if (!err) err = put_effect(number, effect, out);
    for (unsigned mode = 0; mode < MATRIX_MODES && !err; mode++) {
        const struct matrix_grid_cell *cell = &grid->cells[point * MATRIX_MODES + mode];
        if (!(grid->modes & 1U << mode)) continue;
        const char *text = cell->played ? matrix_cell_text(cell->seen) : "-";
        const char *mark = cell->played && cell->seen ? "**" : "";
        err = fl_buf_printf(out, " | %s%s%s", mark, text, mark);
    }
    return err ? err : fl_buf_append_text(out, " |\n");
}

static const struct matrix_base_end *base_end(const struct matrix_report *report,
                                              const struct cell *cell)
{
    char key[MATRIX_KEY_BYTES];
    matrix_cell_key(cell->effect->who, cell->effect->what, cell->effect->occurrence,
                    matrix_mode_text(cell->mode), key);
    return fl_map_get(&report->base->ends, fl_span_from(key));
}

/* "| ▲ | `1.2 mail` | `kill>` | same | duplicate |" */
static enum fl_error put_change(const struct cell *cell, const struct matrix_base_end *before,
                                struct fl_buf *out)
{
    int now = matrix_gravest(cell->seen);
    const char *mark = !before ? "new" : now > before->gravest ? "\xE2\x96\xB2" : "\xE2\x96\xBC";
    enum fl_error err = fl_buf_printf(out, "| %s | ", mark);
    if (!err) err = put_effect(cell->number, cell->effect, out);
    if (err) return err;
    return fl_buf_printf(out, " | `%s` | %s | %s |\n", matrix_mode_text(cell->mode),
                         before ? matrix_end_word(before->gravest) : "-", matrix_end_word(now));
}

/* Cells of effects that the base does not have count where something differs. */
static enum fl_error put_changes(const struct matrix_report *report, struct fl_buf *out)
{
    struct cell cell;
    uint64_t changes = 0;
    enum fl_error err = FL_OK;
    if (!report->base) return FL_OK;
    for (uint32_t at = 0; !err && next_cell(report, &at, &cell);) {
        const struct matrix_base_end *before = base_end(report, &cell);
        int now = matrix_gravest(cell.seen);
        if (before ? before->gravest == now : now < 0) continue;
        if (!changes++)
            err = fl_buf_append_text(out, "\n### Changed\n\n| | effect | mode | before | now "
                                          "|\n|---|---|---|---|---|\n");
        if (!err) err = put_change(&cell, before, out);
    }
    if (!err && !changes) err = fl_buf_append_text(out, "\nNo cell has changed.\n");
    if (err || !report->base->class || report->upgrade) return err;
    if (strcmp(report->base->class, matrix_class_text(report->class)) == 0) return FL_OK;
    return fl_buf_printf(out, "\nThe class was %s.\n", report->base->class);
}

static enum fl_error put_stories(const struct matrix_report *report, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    for (unsigned i = MATRIX_STORIES; i-- > 0 && !err;) {
        const struct matrix_story *story = &report->stories->of[i];
        if (!story->cells) continue;
        err = fl_buf_printf(out,
                            "\n%s in %" PRIu64 " run%s; the smallest: ", matrix_cell_text(1U << i),
                            story->cells, story->cells == 1 ? "" : "s");
        if (!err) err = report_quote_markdown(out, fl_span_from(story->name));
        if (!err) err = fl_buf_append_text(out, "\n\n");
        struct fl_span lines = fl_buf_span(&story->text);
        if (lines.length && lines.bytes[lines.length - 1] == '\n') lines.length--;
        if (!err) err = report_quote_markdown_block(out, "text", lines);
    }
    return err;
}

enum fl_error matrix_report_markdown(const struct matrix_report *report, struct fl_buf *out)
{
    enum fl_error err = put_title(report, out);
    if (!err) err = put_columns(report, out);
    for (uint32_t point = 0; point < report->grid->point_count && !err; point++)
        err = put_row(report, point, out);
    if (!err) err = put_changes(report, out);
    return err ? err : put_stories(report, out);
}

/* --- results --- */

uint64_t matrix_report_count(const struct matrix_report *report)
{
    struct cell cell;
    uint64_t count = 0;
    for (uint32_t at = 0; next_cell(report, &at, &cell);)
        count++;
    return count;
}

static bool cell_passes(const struct matrix_report *report, const struct cell *cell)
{
    if (!report->upgrade)
        return !report->has_claim ||
               matrix_class_serves(matrix_class_of(cell->seen), report->claim);
    return !matrix_upgrade_is_worse(&report->grid->cells[cell->point * MATRIX_MODES], cell->mode);
}

static void tell_cell(const struct matrix_report *report, const struct cell *cell, bool passed,
                      struct report_outlets *outlets)
{
    char id[MATRIX_NAME_BYTES + NUMBER_BYTES], name[MATRIX_NAME_BYTES], text[256];
    matrix_cell_name(cell->effect, cell->mode, name);
    snprintf(id, sizeof id, "%.60s %s", report->job, name);
    snprintf(text, sizeof text, "expected  an end as of the undisturbed run%s%s\nfound     %s",
             report->has_claim ? ", or what a handler may do that is " : "",
             report->has_claim ? matrix_class_text(report->claim) : "",
             matrix_end_word(matrix_gravest(cell->seen)));
    const struct report_run run = {.id = id,
                                   .path = report->path,
                                   .verdict = passed ? REPORT_PASSED : REPORT_FAILED,
                                   .runs = 1,
                                   .failed = !passed,
                                   .unit = "run"};
    const struct report_failure failure = {.text = fl_span_from(text), .seed = 1, .sweep = -1};
    report_outlets_result(outlets, &run, passed ? NULL : &failure);
}

void matrix_report_tell(const struct matrix_report *report, struct report_outlets *outlets,
                        struct report_sums *ret_sums)
{
    struct cell cell;
    *ret_sums = (struct report_sums){.runs = report->runs};
    for (uint32_t at = 0; next_cell(report, &at, &cell);) {
        bool passed = cell_passes(report, &cell);
        ret_sums->passed += passed;
        ret_sums->failed += !passed;
        tell_cell(report, &cell, passed, outlets);
    }
}
