/* harness/module/image.h - a handler module, opened once, with its own writable data for each
 * process.
 *
 * After dlopen and constructors the writable segments are snapshotted. Each simulated process has a
 * copy, swapped in when one of its fibers runs, and starts from the snapshot. Modules with
 * thread-local storage, or whose constructors allocate, are refused. */
#ifndef HARNESS_MODULE_IMAGE_H
#define HARNESS_MODULE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/error.h"
#include "faultline/worker.h"

enum { SIM_MODULES_MAX = 16 };

struct sim_module; /* opaque */

/* On failure one clear line without newline stands in *message: what was expected, what was found.
 */
FL_CHECKED enum fl_error sim_module_open(const char *path, struct sim_module **ret_module,
                                         struct fl_buf *message);
const struct fl_worker *sim_module_workers(const struct sim_module *module);
/* NULL: it has none. */
const struct fl_setup *sim_module_setup(const struct sim_module *module);
const char *sim_module_path(const struct sim_module *module);
/* Async-signal-safe: whether `code` lies in the text of an opened module. */
bool sim_module_owns(const void *code);
/* The name of the function of an opened module in which `code` lies, as its file tells; otherwise
 * the module's path, or "?". Always terminated. */
void sim_module_function_at(const void *code, char *ret_name, size_t room);
/* Modules stay loaded until the harness exits, and none is opened while images exist; a second
 * opening gives the same module. The world calls the rest. */

struct sim_image; /* one process's copies of all opened modules' writable data */
FL_CHECKED enum fl_error sim_image_new(struct sim_image **ret_image);
void sim_image_free(struct sim_image *image);
/* Saves the current image's data and puts `image` in place (NULL: the snapshots themselves). Cheap
 * when it is in place already, or when no module has writable data. */
void sim_image_swap(struct sim_image *image);
/* The symbols of module variables whose bytes differ from the snapshot, one a line: where a handler
 * keeps state. "counter (4 bytes) in ./workers.so"; "something that has no name in ./workers.so"
 * where its file has been stripped. */
FL_CHECKED enum fl_error sim_image_changes(const struct sim_image *image, struct fl_buf *out);

#endif
