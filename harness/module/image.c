/* The data of the process that runs is in place, in the module; its image holds nothing valid
 * meanwhile. Leaving a fiber costs nothing: the swap is made when another process runs. */
#include "harness/module/image.h"

#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/module/loaded.h"

/* Copies red zones between variables as well, where AddressSanitizer's memcpy would object. */
#ifdef __SANITIZE_ADDRESS__
__attribute__((no_sanitize("address"))) static void copy(char *to, const char *from, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        ((volatile char *)to)[i] = from[i];
    }
}
#else
static void copy(char *to, const char *from, size_t bytes)
{
    memcpy(to, from, bytes);
}
#endif

void sim_module_save(const struct sim_module *module, char *bytes)
{
    for (size_t i = 0; i < module->data_count; i++) {
        copy(bytes, module->data[i].start, module->data[i].bytes);
        bytes += module->data[i].bytes;
    }
}

void sim_module_restore(const struct sim_module *module, const char *bytes)
{
    for (size_t i = 0; i < module->data_count; i++) {
        copy(module->data[i].start, bytes, module->data[i].bytes);
        bytes += module->data[i].bytes;
    }
}

enum fl_error sim_image_new(struct sim_image **ret_image)
{
    struct sim_image *image = malloc(sizeof(*image));
    if (!image) return FL_ENOMEM;
    image->bytes = malloc(sim_modules.data_bytes + 1);
    if (!image->bytes) {
        free(image);
        return FL_ENOMEM;
    }
    for (size_t i = 0; i < sim_modules.count; i++) {
        const struct sim_module *module = sim_modules.modules[i];
        memcpy(image->bytes + module->image_offset, module->snapshot, module->data_bytes);
    }
    sim_modules.image_count++;
    *ret_image = image;
    return FL_OK;
}

void sim_image_free(struct sim_image *image)
{
    if (!image) return;
    if (sim_modules.current == image) sim_image_swap(NULL);
    fl_assert(sim_modules.image_count > 0);
    sim_modules.image_count--;
    free(image->bytes);
    free(image);
}

void sim_image_swap(struct sim_image *image)
{
    struct sim_image *former = sim_modules.current;
    if (former == image) return;
    for (size_t i = 0; i < sim_modules.count; i++) {
        const struct sim_module *module = sim_modules.modules[i];
        if (module->data_bytes == 0) continue;
        if (former) sim_module_save(module, former->bytes + module->image_offset);
        sim_module_restore(module, image ? image->bytes + module->image_offset : module->snapshot);
    }
    sim_modules.current = image;
}
