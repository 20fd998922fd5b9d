/* harness/module/loaded.h - the layout of an opened module, and the list of all of them, for the
 * files of this folder. */
#ifndef HARNESS_MODULE_LOADED_H
#define HARNESS_MODULE_LOADED_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

#include "faultline/middleware.h"
#include "harness/memory/memory.h"
#include "harness/module/image.h"

enum { SIM_SEGMENTS_MAX = 8 };

struct sim_range {
    char *start;
    size_t bytes;
};

struct sim_module {
    char *path;
    void *handle;
    const struct fl_worker *workers;
    const struct fl_setup *setup;     /* NULL: it has none */
    struct sim_memory *loader_memory; /* what dlopen allocates, while it is being opened */
    char *base;                       /* what the addresses in its file are relative to */
    struct sim_range text[SIM_SEGMENTS_MAX];
    size_t text_count;
    struct sim_range data[SIM_SEGMENTS_MAX]; /* writable after relocation */
    size_t data_count, data_bytes;
    size_t image_offset; /* of its data in each image */
    char *snapshot;
};

/* The path by which the loader has opened it. */
static inline const char *sim_module_file(const struct sim_module *module)
{
    return ((const struct link_map *)module->handle)->l_name;
}

/* Process-wide by nature, as dlopen is: a module is mapped once. */
struct sim_modules {
    struct sim_module *modules[SIM_MODULES_MAX];
    size_t count;
    size_t data_bytes;         /* of all of them */
    struct sim_image *current; /* whose data is in place; NULL: the snapshots */
    size_t image_count;
};
extern struct sim_modules sim_modules;

struct sim_image {
    char *bytes; /* stale while the image is the current one */
};

/* Whose text `code` lies in; NULL: nobody's. */
const struct sim_module *sim_module_of(const void *code);
/* Copies the writable data out of the module, or into it. */
void sim_module_save(const struct sim_module *module, char *copy);
void sim_module_restore(const struct sim_module *module, const char *copy);

#endif
