#include "harness/effect/pattern.h"

#include <string.h>

void effect_pattern_init(struct effect_pattern *pattern, const char *glob)
{
    memset(pattern->answers, EFFECT_PATTERN_UNKNOWN, sizeof pattern->answers);
    pattern->glob = fl_span_from(glob);
}

/* How many bytes of the glob stand for themselves. */
static size_t literal_length(struct fl_span glob)
{
    size_t length = 0;
    while (length < glob.length && !memchr("*?[\\", glob.bytes[length], 4))
        length++;
    return length;
}

static enum effect_pattern_answer by_label(struct fl_span glob, struct fl_span label)
{
    if (fl_span_glob(glob, label)) return EFFECT_ALWAYS;
    size_t literal = literal_length(glob);
    size_t common = literal < label.length ? literal : label.length;
    if (memcmp(glob.bytes, label.bytes, common) != 0) return EFFECT_NEVER;
    /* A whole literal glob shorter than "label x" cannot reach into the detail. */
    if (literal == glob.length && glob.length <= label.length) return EFFECT_NEVER;
    if (literal > label.length && glob.bytes[label.length] != ' ') return EFFECT_NEVER;
    return EFFECT_BY_DETAIL;
}

static bool matches_detail(struct fl_span glob, struct fl_span label, struct fl_span detail)
{
    char text[EFFECT_LABEL_BYTES + 1 + EFFECT_DETAIL_BYTES];
    size_t room = sizeof text - label.length - 1;
    size_t kept = detail.length < room ? detail.length : room;
    memcpy(text, label.bytes, label.length);
    text[label.length] = ' ';
    if (kept) memcpy(text + label.length + 1, detail.bytes, kept);
    return fl_span_glob(glob, (struct fl_span){text, label.length + 1 + kept});
}

bool effect_pattern_matches(struct effect_pattern *pattern, const struct effect_label *label,
                            struct fl_span detail)
{
    if (pattern->glob.length == 0) return true;
    uint8_t *answer = &pattern->answers[label->id];
    struct fl_span text = fl_span_from(label->text);
    if (*answer == EFFECT_PATTERN_UNKNOWN) *answer = (uint8_t)by_label(pattern->glob, text);
    if (*answer != EFFECT_BY_DETAIL) return *answer == EFFECT_ALWAYS;
    return matches_detail(pattern->glob, text, detail);
}
