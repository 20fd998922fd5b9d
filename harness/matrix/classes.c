#include "harness/matrix/classes.h"

#include "core/assert.h"
#include "harness/scenario/words.h"

/* --- cells, the gravest first --- */
static const struct cell_row {
    unsigned bit;
    const char *text, *means;
} cells[] = {
    {MATRIX_CRASHED, "CRASH",
     "the handler crashed, hung, or called what it must not, where the worker should have gone on"},
    {MATRIX_STUCK, "STUCK", "all faults have healed, and yet a job does not end"},
    {MATRIX_CORRUPT, "DIFF",
     "a row or a key is there but differs, a job ended otherwise, or a job stood in two places"},
    {MATRIX_LOST, "LOST",
     "something is missing: a mail, a request, a row, or a job that was done ended badly"},
    {MATRIX_DUPLICATE, "DUP",
     "something came more than once, and nothing tells its receiver so: a mail, a request, a row"},
    {MATRIX_REPEATED, "dup",
     "a mail or a request came again with the idempotency key that its receiver has seen"},
    {MATRIX_SAME, ".", "the same end as undisturbed"},
};

const char *matrix_cell_text(unsigned cell)
{
    for (size_t i = 0; i < FL_COUNT(cells); i++)
        if (cell & cells[i].bit) return cells[i].text;
    return ".";
}

/* --- classes: the first row whose needs were seen --- */
static const struct class_row {
    enum plan_class class;
    unsigned needs; /* one of these bits has been seen; 0: no matter */
    unsigned also;  /* and one of these; 0: no matter */
} classes[] = {
    {PLAN_CLASS_CRASHING, MATRIX_CRASHED, 0},
    {PLAN_CLASS_STICKING, MATRIX_STUCK, 0},
    {PLAN_CLASS_CORRUPTING, MATRIX_CORRUPT, 0},
    {PLAN_CLASS_LOSSY, MATRIX_LOST, MATRIX_DUPLICATE | MATRIX_REPEATED},
    {PLAN_CLASS_AT_MOST_ONCE, MATRIX_LOST, 0},
    {PLAN_CLASS_AT_LEAST_ONCE, MATRIX_DUPLICATE, 0},
    {PLAN_CLASS_AT_LEAST_ONCE_SAFE, MATRIX_REPEATED, 0},
    {PLAN_CLASS_EFFECTIVELY_ONCE, 0, 0},
};

enum plan_class matrix_class_of(unsigned seen)
{
    for (size_t i = 0; i < FL_COUNT(classes); i++) {
        const struct class_row *row = &classes[i];
        if ((!row->needs || (seen & row->needs)) && (!row->also || (seen & row->also)))
            return row->class;
    }
    fl_panic("the last class needs nothing");
}

const char *matrix_class_text(enum plan_class class)
{
    return words_text(&words_classes, class);
}

bool matrix_class_serves(enum plan_class class, enum plan_class wanted)
{
    return class == wanted || class == PLAN_CLASS_EFFECTIVELY_ONCE;
}

void matrix_print_classes(FILE *out)
{
    fputs("# Classes of handlers: reference\n\n"
          "<!-- Printed by `faultline matrix --classes`. -->\n\n"
          "`faultline matrix` disturbs a job at each of its effects, lets all heal, and compares\n"
          "the end with that of the undisturbed run. Each cell of its grid is one such run:\n\n"
          "| cell | meaning |\n|---|---|\n",
          out);
    for (size_t i = FL_COUNT(cells); i-- > 0;)
        fprintf(out, "| `%s` | %s |\n", cells[i].text, cells[i].means);
    fputs("| `-` | this mode does not apply to this effect, or the fault found none to strike |\n\n"
          "A run that shows several is called by the gravest, which stands last. The class of the\n"
          "handler follows from all cells together; the first row that holds counts:\n\n"
          "| class | seen | meaning |\n|---|---|---|\n",
          out);
    for (size_t i = 0; i < FL_COUNT(classes); i++) {
        const struct class_row *row = &classes[i];
        const struct word *word =
            words_find(&words_classes, fl_span_from(matrix_class_text(row->class)));
        fprintf(out, "| `%s` | ", word->text);
        const char *none = "nothing but `.`";
        for (size_t k = 0; k < FL_COUNT(cells); k++) {
            if (!(row->needs & cells[k].bit)) continue;
            fprintf(out, "a `%s`", cells[k].text);
            none = "";
        }
        fprintf(out, "%s%s | %s |\n", none, row->also ? " and a `DUP` or `dup`" : "", word->means);
    }
    fputs(
        "\n"
        "What is compared: the rows of the database without their volatile columns; the keys of\n"
        "the application in Redis (one that expires by itself and is left over counts as gone);\n"
        "mails and requests other than GET, by what they are and by their idempotency key; and\n"
        "how each job of the scenario ended. Queue keys, metrics and log lines are not compared.\n"
        "A class is a claim about what was explored, which is printed with it: so many modes at\n"
        "so many effects, single faults or pairs, and so many processes.\n",
        out);
}
