/* Which function of an opened module code belongs to. */
#include <stdio.h>
#include <string.h>

#include "harness/module/loaded.h"
#include "harness/module/symbols.h"

static void name_function(const struct sim_module *module, uintptr_t code, char *ret_name,
                          size_t room)
{
    struct sim_symbols symbols;
    snprintf(ret_name, room, "%s", module->path);
    if (sim_symbols_open_file(sim_module_file(module), &symbols)) return;
    for (size_t i = 0; i < symbols.count; i++) {
        const ElfW(Sym) *symbol = &symbols.rows[i];
        uintptr_t start = (uintptr_t)module->base + symbol->st_value;
        if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_value == 0) continue;
        if (code < start || code - start >= symbol->st_size) continue;
        /* "perform.cold", "perform.part.0": the compiler's pieces of one function. */
        const char *name = sim_symbol_name(&symbols, symbol);
        snprintf(ret_name, room, "%.*s", (int)strcspn(name, "."), name);
        break;
    }
    sim_symbols_close(&symbols);
}

void sim_module_function_at(const void *code, char *ret_name, size_t room)
{
    const struct sim_module *module = sim_module_of(code);
    snprintf(ret_name, room, "?");
    if (module) name_function(module, (uintptr_t)code, ret_name, room);
}
