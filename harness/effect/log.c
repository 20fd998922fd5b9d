/* harness/effect/log.c - log lines are observed: traced and counted for `expect log`, but no
 * effects, so that a new line in a handler moves no address. */
#include <stdio.h>
#include <string.h>

#include "harness/effect/ports.h"
#include "harness/trace/digest.h"

enum { LINE_BYTES = 1024 };

struct text {
    size_t length;
    char bytes[LINE_BYTES];
};

static void add(struct text *text, struct fl_span span)
{
    size_t room = LINE_BYTES - text->length;
    size_t count = span.length < room ? span.length : room;
    if (count) memcpy(text->bytes + text->length, span.bytes, count);
    text->length += count;
}

static const char *const levels[] = {
    [FL_LOG_DEBUG] = "log DEBUG", [FL_LOG_INFO] = "log INFO",   [FL_LOG_WARN] = "log WARN",
    [FL_LOG_ERROR] = "log ERROR", [FL_LOG_FATAL] = "log FATAL",
};

static void write_line(void *self, const struct fl_log_line *line)
{
    struct effect_process *process = self;
    struct effects *effects = process->effects;
    struct text text;
    text.length = 0;
    add(&text, line->message);
    for (size_t i = 0; i < line->field_count; i++) {
        add(&text, FL_SPAN(" "));
        add(&text, fl_span_from(line->fields[i].name));
        add(&text, FL_SPAN("="));
        add(&text, line->fields[i].value);
    }
    struct sim_memory *owner = sim_memory_switch(NULL);
    const struct effect_context *context = effect_process_context(process);
    struct fl_span span = {text.bytes, text.length};
    trace_add(effects->trace, &(struct trace_event){.kind = TRACE_LOG,
                                                    .at_us = sim_world_now_us(effects->world),
                                                    .who = context->name,
                                                    .what = levels[line->level],
                                                    .detail = span,
                                                    .request = digest_span(0, span)});
    effects->stage.ops->logged(effects->stage.self, context, span);
    sim_memory_switch(owner);
}

struct fl_log effect_log(struct effect_process *process)
{
    static const struct fl_log_ops ops = {.write = write_line};
    return (struct fl_log){&ops, process};
}
