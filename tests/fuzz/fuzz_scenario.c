/* The scenario language: any text is a plan or a refusal with a message, never a crash; and a plan
 * that is printed, or laid out, reads back as itself. */
#include <stdint.h>

#include "core/assert.h"
#include "harness/scenario/format.h"
#include "harness/scenario/json_lines.h"
#include "harness/scenario/layout.h"
#include "harness/scenario/parse.h"
#include "harness/scenario/plan_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { MESSAGE_BYTES_MAX = 1024 * 1024, TEXT_BYTES_MAX = 64 * 1024 * 1024 };

static void read_back(const struct plan *plan)
{
    struct fl_buf once = FL_BUF_INIT(TEXT_BYTES_MAX), twice = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *again = NULL;
    enum fl_error err = scenario_format(plan, &once);
    if (err == FL_EBOUND) goto out; /* a small text can stand for a million jobs */
    fl_assert(!err);
    err = scenario_parse(plan->path, fl_buf_span(&once), NULL, 0, &again, &message);
    if (err) fl_panic("printed, it cannot be read: %s\n%s", message.bytes, once.bytes);
    fl_assert(scenario_format(again, &twice) == FL_OK);
    fl_assert(fl_span_equal(fl_buf_span(&once), fl_buf_span(&twice)));
out:
    scenario_plan_free(again);
    fl_buf_release(&once);
    fl_buf_release(&twice);
    fl_buf_release(&message);
}

/* A name may hold bytes that are no text, and is another one then. */
static void read_json_back(const struct plan *plan)
{
    struct fl_buf json = FL_BUF_INIT(TEXT_BYTES_MAX), message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *again = NULL;
    enum fl_error err = plan_json(plan, &json);
    if (!err) err = scenario_parse(plan->path, fl_buf_span(&json), NULL, 0, &again, &message);
    fl_assert(!err || err == FL_EBOUND || message.length > 0);
    scenario_plan_free(err ? NULL : again);
    fl_buf_release(&json);
    fl_buf_release(&message);
}

/* The same plan, and a text that a second layout leaves alone. */
static void lay_out(const struct plan *plan, struct fl_span text)
{
    struct fl_buf once = FL_BUF_INIT(TEXT_BYTES_MAX), twice = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_buf want = FL_BUF_INIT(TEXT_BYTES_MAX), got = FL_BUF_INIT(TEXT_BYTES_MAX);
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *again = NULL;
    fl_assert(scenario_layout(text, &once) == FL_OK);
    fl_assert(scenario_layout(fl_buf_span(&once), &twice) == FL_OK);
    fl_assert(fl_span_equal(fl_buf_span(&once), fl_buf_span(&twice)));
    if (scenario_format(plan, &want)) goto out; /* FL_EBOUND, as above */
    if (scenario_parse(plan->path, fl_buf_span(&once), NULL, 0, &again, &message))
        fl_panic("laid out, it cannot be read: %s\n%s", message.bytes, once.bytes);
    fl_assert(scenario_format(again, &got) == FL_OK);
    fl_assert(fl_span_equal(fl_buf_span(&want), fl_buf_span(&got)));
out:
    scenario_plan_free(again);
    fl_buf_release(&once);
    fl_buf_release(&twice);
    fl_buf_release(&want);
    fl_buf_release(&got);
    fl_buf_release(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fl_span text = {(const char *)bytes, length};
    struct fl_buf message = FL_BUF_INIT(MESSAGE_BYTES_MAX);
    struct plan *plan = NULL;
    enum fl_error err = scenario_parse("fuzz.scenario", text, NULL, 0, &plan, &message);
    if (err) fl_assert(message.length > 0);
    if (!err) {
        read_back(plan);
        read_json_back(plan);
        if (!json_lines_is_json(text)) lay_out(plan, text);
    }
    scenario_plan_free(err ? NULL : plan);
    fl_buf_release(&message);
    return 0;
}
