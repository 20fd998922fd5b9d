/* The lines are gathered as text, because the language is the interface: what can be said in a file
 * can be said here, and a plan that is wrong is told in the same words. */
#include "harness/faultline/scenario.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "harness/scenario/layout.h"
#include "harness/scenario/parse.h"
#include "harness/scenario/printing.h"

enum { MESSAGE_BYTES_MAX = 64 * 1024, LINE_BYTES_MAX = 16 * 1024 * 1024 };

struct fl_scenario {
    struct fl_arena arena; /* of quoted texts */
    struct fl_buf lines, printed, problem;
    struct printing p;    /* into `lines`; its failure sticks */
    enum fl_error failed; /* of the last printing */
};

struct fl_scenario *fl_scenario_new(const char *title)
{
    struct fl_scenario *scenario = calloc(1, sizeof *scenario);
    if (!scenario) return NULL;
    scenario->arena = FL_ARENA_INIT(PLAN_BYTES_MAX);
    scenario->lines = FL_BUF_INIT(PLAN_BYTES_MAX);
    scenario->printed = FL_BUF_INIT(2 * PLAN_BYTES_MAX);
    scenario->problem = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    scenario->p.out = &scenario->lines;
    print_text(&scenario->p, "scenario 1 ");
    print_quoted(&scenario->p, fl_span_from(title));
    print_text(&scenario->p, "\n");
    return scenario;
}

void fl_scenario_free(struct fl_scenario *scenario)
{
    if (!scenario) return;
    fl_arena_release(&scenario->arena);
    fl_buf_release(&scenario->lines);
    fl_buf_release(&scenario->printed);
    fl_buf_release(&scenario->problem);
    free(scenario);
}

/* --- data --- */
void fl_scenario_why(struct fl_scenario *scenario, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        if (length) print_text(&scenario->p, "why %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

void fl_scenario_seeds(struct fl_scenario *scenario, uint64_t first, uint64_t last)
{
    print_text(&scenario->p, "seeds %" PRIu64 "..%" PRIu64 "\n", first, last);
}

void fl_scenario_module(struct fl_scenario *scenario, const char *path)
{
    print_text(&scenario->p, "module ");
    print_word(&scenario->p, fl_span_from(path));
    print_text(&scenario->p, "\n");
}

/* One more line may hide in a text. */
static void print_grammar(struct printing *p, const char *text)
{
    if (strpbrk(text, "\r\n") && !p->err) p->err = FL_EINVAL;
    print_text(p, " %s", text);
}

void fl_scenario_processes(struct fl_scenario *scenario, unsigned count, const char *options)
{
    print_text(&scenario->p, "processes %u", count);
    if (options) print_grammar(&scenario->p, options);
    print_text(&scenario->p, "\n");
}

void fl_scenario_row(struct fl_scenario *scenario, const char *table,
                     const struct fl_scenario_cell *cells, size_t count)
{
    struct printing *p = &scenario->p;
    print_text(p, "given db ");
    print_word(p, fl_span_from(table));
    for (size_t i = 0; i < count; i++) {
        char digits[24];
        struct plan_pair pair = {.name = cells[i].column, .type = PLAN_NULL};
        snprintf(digits, sizeof digits, "%" PRId64, cells[i].integer);
        pair.value = FL_SPAN("null");
        if (cells[i].type == FL_SCENARIO_TEXT) pair.type = PLAN_TEXT;
        if (cells[i].type == FL_SCENARIO_INTEGER) pair.type = PLAN_INTEGER;
        if (cells[i].type != FL_SCENARIO_NULL)
            pair.value = fl_span_from(pair.type == PLAN_TEXT ? cells[i].text : digits);
        print_pairs(p, &pair, 1);
    }
    print_text(p, "\n");
}

void fl_scenario_file(struct fl_scenario *scenario, const char *name, struct fl_span bytes)
{
    print_text(&scenario->p, "given file ");
    print_word(&scenario->p, fl_span_from(name));
    print_text(&scenario->p, " ");
    print_quoted(&scenario->p, bytes);
    print_text(&scenario->p, "\n");
}

void fl_scenario_enqueue(struct fl_scenario *scenario, const char *name, const char *worker,
                         const char *args, const char *options)
{
    struct printing *p = &scenario->p;
    print_text(p, "enqueue ");
    print_word(p, fl_span_from(name));
    print_text(p, " ");
    print_word(p, fl_span_from(worker));
    print_text(p, " ");
    if (strpbrk(args, "\r\n") && !p->err) p->err = FL_EINVAL;
    print_json(p, fl_span_from(args));
    if (options) print_grammar(p, options);
    print_text(p, "\n");
}

/* --- grammar --- */
static void add_line(struct fl_scenario *scenario, const char *word, const char *format,
                     va_list args)
{
    struct fl_buf line = FL_BUF_INIT(LINE_BYTES_MAX);
    enum fl_error err = fl_buf_vprintf(&line, format, args);
    if (!err && line.length) {
        print_text(&scenario->p, "%s", word);
        print_grammar(&scenario->p, line.bytes);
        print_text(&scenario->p, "\n");
    }
    if (!scenario->p.err) scenario->p.err = err;
    fl_buf_release(&line);
}

void fl_scenario_fault(struct fl_scenario *scenario, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_line(scenario, "fault", format, args);
    va_end(args);
}

void fl_scenario_sweep(struct fl_scenario *scenario, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_line(scenario, "sweep", format, args);
    va_end(args);
}

void fl_scenario_expect(struct fl_scenario *scenario, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_line(scenario, "expect", format, args);
    va_end(args);
}

void fl_scenario_line(struct fl_scenario *scenario, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_line(scenario, "", format, args);
    va_end(args);
}

const char *fl_scenario_quote(struct fl_scenario *scenario, const char *text)
{
    struct fl_buf quoted = FL_BUF_INIT(LINE_BYTES_MAX);
    struct printing p = {.out = &quoted};
    print_quoted(&p, fl_span_from(text));
    const char *copy = p.err ? NULL : fl_arena_copy(&scenario->arena, fl_buf_span(&quoted));
    if (!copy && !scenario->p.err) scenario->p.err = p.err ? p.err : FL_ENOMEM;
    fl_buf_release(&quoted);
    return copy ? copy : "\"\"";
}

/* --- the file --- */
static bool say(struct fl_scenario *scenario, const char *path, const char *why)
{
    if (!scenario->failed) scenario->failed = FL_EIO;
    fl_buf_truncate(&scenario->problem, 0);
    enum fl_error err = fl_buf_printf(&scenario->problem, "%s: %s", path, why);
    (void)err; /* fl_scenario_problem has something to say without memory, too */
    return false;
}

static bool print_for(struct fl_scenario *scenario, const char *path)
{
    struct plan *plan = NULL;
    fl_buf_truncate(&scenario->printed, 0);
    fl_buf_truncate(&scenario->problem, 0);
    enum fl_error err = scenario->failed = scenario->p.err;
    if (err == FL_EINVAL) return say(scenario, path, "a text with more than one line");
    if (!err)
        err =
            scenario_parse(path, fl_buf_span(&scenario->lines), NULL, 0, &plan, &scenario->problem);
    scenario_plan_free(plan);
    if (!err) err = scenario_layout(fl_buf_span(&scenario->lines), &scenario->printed);
    scenario->failed = err;
    if (!err) return true;
    return scenario->problem.length ? false : say(scenario, path, fl_error_text(err));
}

bool fl_scenario_print(struct fl_scenario *scenario, struct fl_span *ret_text)
{
    if (!print_for(scenario, "scenario")) return false;
    *ret_text = fl_buf_span(&scenario->printed);
    return true;
}

bool fl_scenario_write(struct fl_scenario *scenario, const char *path)
{
    if (!print_for(scenario, path)) return false;
    FILE *file = fopen(path, "wb");
    if (!file) return say(scenario, path, strerror(errno));
    size_t length = scenario->printed.length;
    bool written = fwrite(scenario->printed.bytes, 1, length, file) == length;
    if (fclose(file) != 0 || !written) return say(scenario, path, strerror(errno));
    return true;
}

const char *fl_scenario_problem(const struct fl_scenario *scenario)
{
    if (scenario->problem.length) return scenario->problem.bytes;
    return scenario->failed ? fl_error_text(scenario->failed) : "";
}
