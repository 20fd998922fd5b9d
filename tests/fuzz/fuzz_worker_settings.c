/* A worker's YAML file: any bytes are settings within their bounds, or one line that names a place.
 */
#include <stdint.h>
#include <string.h>

#include "core/assert.h"
#include "posix/worker_settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fl_worker_settings settings = {0};
    char problem[FL_WORKER_SETTINGS_PROBLEM_BYTES] = "";
    struct fl_span text = {(const char *)bytes, length};
    enum fl_error err = fl_worker_settings_parse(&settings, "file", text, "production", problem);
    fl_assert(err == FL_OK || err == FL_EINVAL || err == FL_EBOUND);
    fl_assert((err == FL_OK) == (problem[0] == '\0'));
    fl_assert(settings.concurrency >= 0 && settings.concurrency <= 256);
    for (size_t i = 0; i < settings.queues.count; i++)
        fl_assert(strlen(settings.queues.items[i].name) > 0 &&
                  settings.queues.items[i].weight <= 1000);
    fl_worker_settings_release(&settings);
    return 0;
}
