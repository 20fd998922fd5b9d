/* harness/module/symbols.h - the symbols that a module's file names. */
#ifndef HARNESS_MODULE_SYMBOLS_H
#define HARNESS_MODULE_SYMBOLS_H

#include <link.h>

#include "harness/module/loaded.h"

struct sim_symbols {
    const ElfW(Sym) * rows;
    size_t count;
    const char *names;
    size_t names_length;
    void *mapped; /* the file */
    size_t mapped_bytes;
};

/* FL_EIO; FL_EPARSE: the file is not what was loaded. */
FL_CHECKED enum fl_error sim_symbols_open(const struct sim_module *module,
                                          struct sim_symbols *ret_symbols);
FL_CHECKED enum fl_error sim_symbols_open_file(const char *path, struct sim_symbols *ret_symbols);
void sim_symbols_close(struct sim_symbols *symbols);
const char *sim_symbol_name(const struct sim_symbols *symbols, const ElfW(Sym) * symbol);

#endif
