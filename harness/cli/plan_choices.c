#include "harness/cli/plan_choices.h"

#include <assert.h>
#include <string.h>

#include "harness/choice/choices.h"

static_assert((int)PLAN_CHOICE_SCHEDULE == (int)SIM_CHOICE_SCHEDULE, "kinds are the same");
static_assert((int)PLAN_CHOICE_DELAY == (int)SIM_CHOICE_DELAY, "kinds are the same");
static_assert((int)PLAN_CHOICE_RANDOM == (int)SIM_CHOICE_RANDOM, "kinds are the same");
static_assert((int)PLAN_CHOICE_FAULT == (int)SIM_CHOICE_FAULT, "kinds are the same");

bool plan_choices_made(const struct plan *plan)
{
    return plan->instant || plan->choice_count;
}

/* Lines of this stream alone say that options of the run are choices. */
static bool has_swarm(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->choice_count; i++)
        if (strcmp(plan->choices[i].stream, "swarm") == 0) return true;
    return false;
}

enum fl_error plan_choices_record(const struct plan *plan, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    if (plan->instant) err = fl_buf_append_text(out, SIM_INSTANT_LINE "\n");
    if (!err && has_swarm(plan)) err = fl_buf_append_text(out, SIM_SWARM_LINE "\n");
    for (uint32_t i = 0; i < plan->choice_count && !err; i++) {
        const struct plan_choice *choice = &plan->choices[i];
        enum sim_choice_kind kind = (enum sim_choice_kind)choice->kind;
        if (choice->name)
            err = sim_choice_line(kind, choice->stream, choice->label, choice->occurrence,
                                  choice->name, out);
        else
            err = sim_choice_number_line(kind, choice->stream, choice->label, choice->occurrence,
                                         choice->number, out);
    }
    return err;
}

/* A record quotes as the language does, which has two more characters with a meaning. */
static enum fl_error append_line(struct fl_span line, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_text(out, "choice ");
    for (size_t i = 0; i < line.length && !err; i++) {
        char c = line.bytes[i];
        if (c == '$' || c == '{') err = fl_buf_append_char(out, '\\');
        if (!err) err = fl_buf_append_char(out, c);
    }
    return err ? err : fl_buf_append_char(out, '\n');
}

enum fl_error plan_choices_lines(struct fl_span record, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    while (record.length && !err) {
        const char *end = memchr(record.bytes, '\n', record.length);
        size_t length = end ? (size_t)(end - record.bytes) : record.length;
        struct fl_span line = {record.bytes, length};
        if (fl_span_is(line, SIM_INSTANT_LINE))
            err = fl_buf_append_text(out, "schedule instant\n");
        else if (length && !fl_span_is(line, "by process") && !fl_span_is(line, SIM_SWARM_LINE) &&
                 !fl_span_starts(line, FL_SPAN("asleep ")) &&
                 !fl_span_starts(line, FL_SPAN("turns ")))
            err = append_line(line, out);
        size_t used = length + (end ? 1 : 0);
        record = (struct fl_span){record.bytes + used, record.length - used};
    }
    return err;
}
