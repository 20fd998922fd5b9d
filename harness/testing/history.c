#include "harness/testing/history.h"

/* A log line has no label. */
struct history_event {
    struct history_event *next;
    const struct effect_context *context;
    const struct effect_label *label;
    struct fl_span text;
};

void history_release(struct history *history)
{
    fl_arena_release(&history->arena);
    *history = HISTORY_INIT;
}

static void add(struct history *history, const struct history_event *event)
{
    struct history_event *kept = fl_arena_alloc(&history->arena, sizeof *kept);
    char *text = kept ? fl_arena_copy(&history->arena, event->text) : NULL;
    if (!text) {
        history->overflowed = true;
        return;
    }
    *kept = *event;
    kept->text.bytes = text;
    if (history->last)
        history->last->next = kept;
    else
        history->first = kept;
    history->last = kept;
}

void history_effect(struct history *history, const struct effect_context *context,
                    const struct effect_label *label, struct fl_span detail)
{
    add(history, &(struct history_event){.context = context, .label = label, .text = detail});
}

void history_log(struct history *history, struct fl_span line)
{
    add(history, &(struct history_event){.text = line});
}

void history_tell(const struct history *history, struct tally *tally)
{
    for (const struct history_event *event = history->first; event; event = event->next) {
        if (event->label)
            tally_effect(tally, event->context, event->label, event->text);
        else
            tally_log(tally, event->text);
    }
}
