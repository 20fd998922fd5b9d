/* harness/module/symbols.h - the symbols that a module's file names, opened or not. */
#ifndef HARNESS_MODULE_SYMBOLS_H
#define HARNESS_MODULE_SYMBOLS_H

#include <link.h>

#include "core/error.h"

struct sim_symbols {
    const ElfW(Sym) * rows;
    size_t count;
    const char *names;
    size_t names_length;
    void *mapped; /* the file */
    size_t mapped_bytes;
};

/* FL_EIO: it cannot be read; FL_EPARSE: it is no object file, or it names nothing. */
FL_CHECKED enum fl_error sim_symbols_open_file(const char *path, struct sim_symbols *ret_symbols);
void sim_symbols_close(struct sim_symbols *symbols);
const char *sim_symbol_name(const struct sim_symbols *symbols, const ElfW(Sym) * symbol);

#endif
