/* src/posix/module.h - a handler module: a shared object with a table of job classes. */
#ifndef FL_POSIX_MODULE_H
#define FL_POSIX_MODULE_H

#include "core/error.h"
#include "faultline/middleware.h"
#include "faultline/worker.h"

enum { FL_MODULE_PROBLEM_BYTES = 1024, FL_MODULE_WORKERS_MAX = 1024 };

struct fl_module {
    void *handle; /* never closed: its code may run until the process ends */
    const struct fl_worker *workers;
    const struct fl_setup *setup; /* NULL: it has none */
};

/* A path without a slash is one in the current directory. FL_EINVAL: `ret_problem` names the file
 * and what is wrong with it. */
FL_CHECKED enum fl_error fl_module_load(const char *path, struct fl_module *ret_module,
                                        char ret_problem[FL_MODULE_PROBLEM_BYTES]);

#endif
