#include "harness/matrix/classes.h"

#include <string.h>

#include "core/assert.h"

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

/* --- classes: the first row that allows no less than was seen --- */
static const struct class_row {
    enum matrix_class class;
    const char *text;
    unsigned needs; /* one of these bits has been seen; 0: no matter */
    unsigned also;  /* and one of these; 0: no matter */
    const char *means;
} classes[] = {
    {MATRIX_CRASHING, "crashing", MATRIX_CRASHED, 0,
     "a fault that a worker must survive takes its process down"},
    {MATRIX_STICKING, "stuck", MATRIX_STUCK, 0, "a job may stay for ever, though nothing is wrong"},
    {MATRIX_CORRUPTING, "corrupting", MATRIX_CORRUPT, 0,
     "what is left may be wrong, not only missing or doubled"},
    {MATRIX_LOSSY, "lossy", MATRIX_LOST, MATRIX_DUPLICATE | MATRIX_REPEATED,
     "an effect may be missing, and another run may do it twice"},
    {MATRIX_AT_MOST_ONCE, "at-most-once", MATRIX_LOST, 0,
     "an effect may be missing, but never comes twice"},
    {MATRIX_AT_LEAST_ONCE, "at-least-once", MATRIX_DUPLICATE, 0,
     "nothing is missing; an effect may come twice, and its receiver cannot tell"},
    {MATRIX_AT_LEAST_ONCE_SAFE, "at-least-once-safe", MATRIX_REPEATED, 0,
     "nothing is missing; what comes twice carries a key by which its receiver drops it"},
    {MATRIX_EFFECTIVELY_ONCE, "effectively-once", 0, 0,
     "whatever happens, the end is that of the undisturbed run"},
};

enum matrix_class matrix_class_of(unsigned seen)
{
    for (size_t i = 0; i < FL_COUNT(classes); i++) {
        const struct class_row *row = &classes[i];
        if ((!row->needs || (seen & row->needs)) && (!row->also || (seen & row->also)))
            return row->class;
    }
    fl_panic("the last class needs nothing");
}

const char *matrix_class_text(enum matrix_class class)
{
    for (size_t i = 0; i < FL_COUNT(classes); i++)
        if (classes[i].class == class) return classes[i].text;
    fl_panic("a class without a row");
}

bool matrix_class_parse(const char *text, enum matrix_class *ret_class)
{
    for (size_t i = 0; i < FL_COUNT(classes); i++) {
        if (strcmp(classes[i].text, text) != 0) continue;
        *ret_class = classes[i].class;
        return true;
    }
    return false;
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
    fputs("| `-` | this mode does not apply to this effect |\n\n"
          "A run that shows several is called by the gravest, which stands last. The class of the\n"
          "handler follows from all cells together; the first row that holds counts:\n\n"
          "| class | seen | meaning |\n|---|---|---|\n",
          out);
    for (size_t i = 0; i < FL_COUNT(classes); i++) {
        const struct class_row *row = &classes[i];
        fprintf(out, "| `%s` | ", row->text);
        const char *none = "nothing but `.`";
        for (size_t k = 0; k < FL_COUNT(cells); k++) {
            if (!(row->needs & cells[k].bit)) continue;
            fprintf(out, "a `%s`", cells[k].text);
            none = "";
        }
        fprintf(out, "%s%s | %s |\n", none, row->also ? " and a `DUP` or `dup`" : "", row->means);
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
