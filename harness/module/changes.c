#include <stdlib.h>
#include <string.h>

#include "harness/module/loaded.h"
#include "harness/module/symbols.h"

/* Where the bytes at `address` of the module stand in its copies; SIZE_MAX: nowhere. */
static size_t offset_in_copy(const struct sim_module *module, const char *address, size_t bytes)
{
    size_t offset = 0;
    for (size_t i = 0; i < module->data_count; i++) {
        const struct sim_range *range = &module->data[i];
        uintptr_t from_start = (uintptr_t)address - (uintptr_t)range->start;
        if (from_start < range->bytes && bytes <= range->bytes - from_start)
            return offset + from_start;
        offset += range->bytes;
    }
    return SIZE_MAX;
}

static enum fl_error compare(const struct sim_module *module, const struct sim_symbols *symbols,
                             const char *data, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    size_t before = out->length;
    for (size_t i = 0; !err && i < symbols->count; i++) {
        const ElfW(Sym) *symbol = &symbols->rows[i];
        if (ELF64_ST_TYPE(symbol->st_info) != STT_OBJECT || symbol->st_size == 0) continue;
        size_t offset = offset_in_copy(module, module->base + symbol->st_value, symbol->st_size);
        if (offset == SIZE_MAX) continue;
        if (memcmp(data + offset, module->snapshot + offset, symbol->st_size) == 0) continue;
        err = fl_buf_printf(out, "%s (%zu bytes) in %s\n", sim_symbol_name(symbols, symbol),
                            (size_t)symbol->st_size, module->path);
    }
    bool differs = memcmp(data, module->snapshot, module->data_bytes) != 0;
    if (!err && differs && out->length == before) /* a stripped file names no static variable */
        err = fl_buf_printf(out, "something that has no name in %s\n", module->path);
    return err;
}

enum fl_error sim_image_changes(const struct sim_image *image, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < sim_modules.count; i++) {
        const struct sim_module *module = sim_modules.modules[i];
        if (module->data_bytes == 0) continue;
        char *data = malloc(module->data_bytes);
        if (!data) return FL_ENOMEM;
        memcpy(data, image->bytes + module->image_offset, module->data_bytes);
        if (sim_modules.current == image) sim_module_save(module, data);
        struct sim_symbols symbols;
        err = sim_symbols_open_file(sim_module_file(module), &symbols);
        if (!err) {
            err = compare(module, &symbols, data, out);
            sim_symbols_close(&symbols);
        }
        free(data);
    }
    return err;
}
