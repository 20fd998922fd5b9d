#include "harness/operate/top_keys.h"

/* An arrow is an escape and two more characters. */
static struct fl_span next_key(struct fl_span *typed)
{
    bool arrow = fl_span_starts(*typed, FL_SPAN("\033[")) && typed->length >= 3;
    struct fl_span key = {typed->bytes, arrow ? 3 : 1};
    *typed = (struct fl_span){typed->bytes + key.length, typed->length - key.length};
    return key;
}

static enum top_wish answer(struct top_keys *keys, struct fl_span key)
{
    keys->asking = false;
    return fl_span_is(key, "y") || fl_span_is(key, "Y") ? TOP_QUIET : TOP_REDRAW;
}

static enum top_wish obey(struct top_keys *keys, struct fl_span key, size_t processes)
{
    if (keys->asking) return answer(keys, key);
    if (fl_span_is(key, "q") || fl_span_is(key, "Q")) return TOP_END;
    if (fl_span_is(key, "s"))
        keys->sort = (enum top_sort)((keys->sort + 1) % TOP_SORTS);
    else if ((fl_span_is(key, "\033[A") || fl_span_is(key, "k")) && keys->selected > 0)
        keys->selected--;
    else if ((fl_span_is(key, "\033[B") || fl_span_is(key, "j")) && keys->selected + 1 < processes)
        keys->selected++;
    else if (fl_span_is(key, "t") && processes)
        keys->asking = true;
    else
        return TOP_NOTHING;
    return TOP_REDRAW;
}

enum top_wish top_keys_typed(struct top_keys *keys, struct fl_span typed, size_t processes)
{
    enum top_wish strongest = TOP_NOTHING;
    while (typed.length && strongest < TOP_QUIET) {
        enum top_wish wish = obey(keys, next_key(&typed), processes);
        if (wish > strongest) strongest = wish;
    }
    return strongest;
}
