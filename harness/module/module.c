/* What is writable after relocation is a segment with the write flag minus the RELRO part, which
 * holds the constants that need relocation. An allocation by a constructor is found by its pointer:
 * everything that dlopen allocates has an owner of its own, and no word of the module's data may
 * point at such a block. (The loader's own blocks are not pointed at, but for the link map in a
 * lazily bound GOT.) */
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/module/loaded.h"

enum { WORKERS_MAX = 1024 };

struct sim_modules sim_modules;

static enum fl_error refuse(struct fl_buf *message, enum fl_error err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static enum fl_error refuse(struct fl_buf *message, enum fl_error err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    enum fl_error message_err = fl_buf_vprintf(message, format, args);
    va_end(args);
    return message_err ? message_err : err;
}

/* --- segments --- */

struct search {
    struct sim_module *module;
    const struct link_map *map;
    bool found, has_tls, too_many;
};

static void add_range(struct sim_range *ranges, size_t *count, char *start, char *end,
                      struct search *search)
{
    if (start >= end) return;
    if (*count == SIM_SEGMENTS_MAX) {
        search->too_many = true;
        return;
    }
    ranges[(*count)++] = (struct sim_range){start, (size_t)(end - start)};
}

static void add_writable(struct search *search, char *start, char *end, struct sim_range relro)
{
    struct sim_module *module = search->module;
    char *relro_end = relro.start + relro.bytes;
    if (relro.bytes == 0 || relro_end <= start || relro.start >= end) {
        add_range(module->data, &module->data_count, start, end, search);
        return;
    }
    add_range(module->data, &module->data_count, start, relro.start, search);
    add_range(module->data, &module->data_count, relro_end, end, search);
}

static int take_segments(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    struct search *search = context;
    struct sim_module *module = search->module;
    if (info->dlpi_addr != search->map->l_addr || strcmp(info->dlpi_name, search->map->l_name) != 0)
        return 0;
    search->found = true;
    module->base = (char *)info->dlpi_addr;
    struct sim_range relro = {0};
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_TLS) search->has_tls = true;
        if (header->p_type == PT_GNU_RELRO)
            relro = (struct sim_range){module->base + header->p_vaddr, header->p_memsz};
    }
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        char *start = module->base + header->p_vaddr, *end = start + header->p_memsz;
        if (header->p_type != PT_LOAD) continue;
        if (header->p_flags & PF_X)
            add_range(module->text, &module->text_count, start, end, search);
        if (header->p_flags & PF_W) add_writable(search, start, end, relro);
    }
    return 1;
}

static bool points_at_loader_memory(const struct sim_module *module)
{
    for (size_t at = 0; at + sizeof(void *) <= module->data_bytes; at += sizeof(void *)) {
        void *word;
        memcpy(&word, module->snapshot + at, sizeof(word));
        if (word && word != module->handle && sim_memory_owns(module->loader_memory, word))
            return true;
    }
    return false;
}

static enum fl_error take_snapshot(struct sim_module *module, struct fl_buf *message)
{
    struct search search = {.module = module};
    if (dlinfo(module->handle, RTLD_DI_LINKMAP, &search.map))
        return refuse(message, FL_EINVAL, "%s: %s", module->path, dlerror());
    dl_iterate_phdr(take_segments, &search);
    fl_assert(search.found);
    if (search.has_tls)
        return refuse(message, FL_EINVAL,
                      "%s: has thread-local variables, which cannot be told apart for each "
                      "process: use static ones",
                      module->path);
    if (search.too_many)
        return refuse(message, FL_EINVAL, "%s: has more than %d segments of a kind", module->path,
                      SIM_SEGMENTS_MAX);
    for (size_t i = 0; i < module->data_count; i++) {
        module->data_bytes += module->data[i].bytes;
    }
    module->snapshot = malloc(module->data_bytes + 1);
    if (!module->snapshot) return FL_ENOMEM;
    sim_module_save(module, module->snapshot);
    if (points_at_loader_memory(module))
        return refuse(message, FL_EINVAL,
                      "%s: a constructor of it keeps allocated memory: allocate in the handler",
                      module->path);
    return FL_OK;
}

/* --- the table of workers --- */

static enum fl_error take_workers(struct sim_module *module, struct fl_buf *message)
{
    const int *abi = dlsym(module->handle, "fl_worker_abi");
    module->workers = dlsym(module->handle, "fl_workers");
    module->setup = dlsym(module->handle, "fl_setup");
    if (!module->workers)
        return refuse(message, FL_EINVAL, "%s: expected a table fl_workers, found none",
                      module->path);
    if (abi && *abi != FL_WORKER_ABI)
        return refuse(message, FL_EINVAL,
                      "%s: built for version %d of faultline/worker.h, expected %d", module->path,
                      *abi, FL_WORKER_ABI);
    if (module->setup && !module->setup->configure)
        return refuse(message, FL_EINVAL, "%s: its fl_setup has no function configure",
                      module->path);
    size_t count = 0;
    for (; module->workers[count].name; count++) {
        if (count == WORKERS_MAX)
            return refuse(message, FL_EBOUND, "%s: fl_workers has no row without a name at its end",
                          module->path);
        if (!module->workers[count].perform)
            return refuse(message, FL_EINVAL, "%s: worker %s has no perform function", module->path,
                          module->workers[count].name);
    }
    if (count == 0)
        return refuse(message, FL_EINVAL, "%s: the table fl_workers is empty", module->path);
    return FL_OK;
}

/* --- opening --- */

/* The loader's words begin with the file's name, which ours do already. */
static enum fl_error refuse_unloadable(const struct sim_module *module, const char *real_path,
                                       struct fl_buf *message)
{
    const char *why = dlerror();
    size_t named = strlen(real_path);
    if (strncmp(why, real_path, named) == 0 && strncmp(why + named, ": ", 2) == 0) why += named + 2;
    return refuse(message, FL_EINVAL, "%s: cannot be loaded: %s", module->path, why);
}

/* Its constructors run here; what they and the loader allocate gets an owner of its own. */
static enum fl_error load(struct sim_module *module, struct fl_buf *message)
{
    char *real_path = realpath(module->path, NULL);
    if (!real_path) return refuse(message, FL_ENOTFOUND, "%s: no such module", module->path);
    module->loader_memory = sim_memory_new(0);
    if (!module->loader_memory) {
        free(real_path);
        return FL_ENOMEM;
    }
    struct sim_memory *caller = sim_memory_switch(module->loader_memory);
    module->handle = dlopen(real_path, RTLD_NOW | RTLD_LOCAL);
    sim_memory_switch(caller);
    enum fl_error err = module->handle ? FL_OK : refuse_unloadable(module, real_path, message);
    free(real_path);
    return err;
}

static void discard(struct sim_module *module)
{
    if (module->handle) dlclose(module->handle);
    free(module->snapshot);
    free(module->path);
    free(module);
}

static struct sim_module *opened_already(const void *handle)
{
    for (size_t i = 0; i < sim_modules.count; i++) {
        if (sim_modules.modules[i]->handle == handle) return sim_modules.modules[i];
    }
    return NULL;
}

static void keep(struct sim_module *module)
{
    module->image_offset = sim_modules.data_bytes;
    sim_modules.data_bytes += module->data_bytes;
    sim_modules.modules[sim_modules.count++] = module;
}

enum fl_error sim_module_open(const char *path, struct sim_module **ret_module,
                              struct fl_buf *message)
{
    fl_assert(sim_modules.image_count == 0);
    if (sim_modules.count == SIM_MODULES_MAX)
        return refuse(message, FL_EBOUND, "%s: more than %d modules", path, SIM_MODULES_MAX);
    struct sim_module *module = calloc(1, sizeof(*module));
    if (!module) return FL_ENOMEM;
    enum fl_error err = FL_ENOMEM;
    module->path = strdup(path);
    if (!module->path) goto refused;
    err = load(module, message);
    if (err) goto refused;
    *ret_module = opened_already(module->handle);
    if (*ret_module) goto refused;
    err = take_snapshot(module, message);
    if (!err) err = take_workers(module, message);
    if (err) goto refused;
    sim_memory_release_blocks(module->loader_memory);
    module->loader_memory = NULL;
    keep(module);
    *ret_module = module;
    return FL_OK;
refused:
    sim_memory_release_blocks(module->loader_memory);
    discard(module);
    return err;
}

const struct fl_worker *sim_module_workers(const struct sim_module *module)
{
    return module->workers;
}

const struct fl_setup *sim_module_setup(const struct sim_module *module)
{
    return module->setup;
}

const char *sim_module_path(const struct sim_module *module)
{
    return module->path;
}

const struct sim_module *sim_module_of(const void *code)
{
    uintptr_t address = (uintptr_t)code;
    for (size_t i = 0; i < sim_modules.count; i++) {
        const struct sim_module *module = sim_modules.modules[i];
        for (size_t j = 0; j < module->text_count; j++) {
            uintptr_t start = (uintptr_t)module->text[j].start;
            if (address >= start && address - start < module->text[j].bytes) return module;
        }
    }
    return NULL;
}

bool sim_module_owns(const void *code)
{
    return sim_module_of(code) != NULL;
}
