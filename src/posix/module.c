#include "posix/module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* NULL when the table is fine. */
static const char *wrong_with(const struct fl_worker *workers)
{
    for (size_t i = 0; i < FL_MODULE_WORKERS_MAX; i++) {
        if (!workers[i].name) return i > 0 ? NULL : "its table fl_workers is empty";
        if (!workers[i].perform) return "a worker in its table fl_workers has no perform function";
        if (workers[i].retry < FL_RETRY_DEFAULT) return "a worker in its table has a wrong retry";
    }
    return "its table fl_workers has no end: want a last row whose name is NULL";
}

static const char *check_and_take(void *handle, struct fl_module *ret_module, char *text,
                                  size_t size)
{
    const int *abi = dlsym(handle, "fl_worker_abi");
    const struct fl_worker *workers = dlsym(handle, "fl_workers");
    const struct fl_setup *setup = dlsym(handle, "fl_setup");
    if (!workers) return "it has no table fl_workers; is it a handler module?";
    if (!abi) return "it does not include faultline/worker.h";
    if (*abi != FL_WORKER_ABI) {
        snprintf(text, size, "it was built for version %d of faultline/worker.h, this is %d", *abi,
                 FL_WORKER_ABI);
        return text;
    }
    if (setup && !setup->configure) return "its fl_setup has no function configure";
    const char *problem = wrong_with(workers);
    if (!problem) *ret_module = (struct fl_module){handle, workers, setup};
    return problem;
}

static const char *load(const char *path, struct fl_module *ret_module, char *text, size_t size)
{
    char here[PATH_MAX];
    struct stat status;
    if (stat(path, &status)) return "no such file";
    if (!S_ISREG(status.st_mode)) return "want a shared object (a handler module)";
    snprintf(here, sizeof here, "%s%s", strchr(path, '/') ? "" : "./", path);
    void *handle = dlopen(here, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *why = dlerror(); /* begins with the file's name, which ours does already */
        size_t named = strlen(here);
        if (strncmp(why, here, named) == 0 && strncmp(why + named, ": ", 2) == 0) why += named + 2;
        snprintf(text, size, "%s", why);
        return text;
    }
    const char *problem = check_and_take(handle, ret_module, text, size);
    if (problem) dlclose(handle);
    return problem;
}

enum fl_error fl_module_load(const char *path, struct fl_module *ret_module,
                             char ret_problem[FL_MODULE_PROBLEM_BYTES])
{
    char text[FL_MODULE_PROBLEM_BYTES / 2];
    const char *problem = load(path, ret_module, text, sizeof text);
    if (!problem) return FL_OK;
    snprintf(ret_problem, FL_MODULE_PROBLEM_BYTES, "%.500s: %s", path, problem);
    return FL_EINVAL;
}
