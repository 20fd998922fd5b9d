/* The scenario language: any text is a plan or a refusal with a message, never a crash. */
#include <stdint.h>

#include "core/assert.h"
#include "harness/scenario/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { MESSAGE_BYTES_MAX = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fl_span text = {(const char *)bytes, length};
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    enum fl_error err = scenario_parse("fuzz.scenario", text, NULL, 0, &plan, &message);
    if (err)
        fl_assert(message.length > 0);
    else
        fl_assert(plan);
    scenario_plan_free(err ? NULL : plan);
    fl_buf_release(&message);
    return 0;
}
