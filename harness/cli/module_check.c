/* A call that a run would end at is found only if the run comes there; the symbols that a file
 * leaves to others to define are all calls that it can make. */
#include "harness/cli/module_check.h"

#include <string.h>

#include "harness/interpose/remedy.h"
#include "harness/module/find.h"
#include "harness/module/symbols.h"

enum { NAME_BYTES = 64 };

/* "fopen@GLIBC_2.2.5" is fopen. Longer names are nobody's. */
static bool plain_name(const struct sim_symbols *symbols, const ElfW(Sym) * symbol,
                       char name[NAME_BYTES])
{
    const char *whole = sim_symbol_name(symbols, symbol);
    size_t length = strcspn(whole, "@");
    if (length == 0 || length >= NAME_BYTES) return false;
    memcpy(name, whole, length);
    name[length] = '\0';
    return true;
}

static void look_at(const struct sim_symbols *symbols, const ElfW(Sym) * symbol,
                    struct plan_where where, struct problems *problems)
{
    char name[NAME_BYTES];
    if (!plain_name(symbols, symbol, name)) return;
    if (symbol->st_shndx == SHN_UNDEF) {
        const char *remedy = sim_remedy_of(name);
        if (remedy)
            problems_add(problems, where.line, where.column,
                         "a module that touches the outside through its ports only",
                         fl_span_from(name), remedy);
    } else if (ELF64_ST_TYPE(symbol->st_info) == STT_TLS) {
        problems_add(problems, where.line, where.column,
                     "no thread-local variable, which processes cannot have for themselves",
                     fl_span_from(name), "make it static");
    }
}

static bool defines(const struct sim_symbols *symbols, const char *wanted)
{
    char name[NAME_BYTES];
    for (size_t i = 0; i < symbols->count; i++)
        if (symbols->rows[i].st_shndx != SHN_UNDEF &&
            plain_name(symbols, &symbols->rows[i], name) && strcmp(name, wanted) == 0)
            return true;
    return false;
}

static void check(const char *path, struct plan_where where, struct problems *problems)
{
    struct sim_symbols symbols;
    enum fl_error err = sim_symbols_open_file(path, &symbols);
    if (err) {
        problems_add(problems, where.line, where.column, "a module of workers", fl_span_from(path),
                     err == FL_EIO ? "it cannot be read" : "it is no shared object");
        return;
    }
    for (size_t i = 0; i < symbols.count; i++)
        look_at(&symbols, &symbols.rows[i], where, problems);
    if (!defines(&symbols, "fl_workers"))
        problems_add(problems, where.line, where.column, "a table fl_workers", fl_span_from(path),
                     "it has none");
    sim_symbols_close(&symbols);
}

void module_check_file(const char *path, struct problems *problems)
{
    check(path, (struct plan_where){1, 1}, problems);
}

void module_check_plan(const struct plan *plan, struct problems *problems)
{
    char path[PATH_MAX];
    for (uint32_t i = 0; i < plan->module_count; i++)
        if (sim_module_find(plan->modules[i], plan->path, path))
            check(path, plan->module_wheres[i], problems);
}
