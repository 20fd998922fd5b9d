#include "harness/report/result.h"

#include "core/assert.h"

const char *report_verdict_word(enum report_verdict verdict)
{
    switch (verdict) {
    case REPORT_PASSED: return "passed";
    case REPORT_FAILED: return "failed";
    case REPORT_STUCK: return "stuck";
    case REPORT_CRASHED: return "crashed";
    case REPORT_BAD_INPUT: return "bad-input";
    case REPORT_NONDETERMINISM: return "nondeterminism";
    case REPORT_HARNESS_FAULT: return "harness-fault";
    case REPORT_INDETERMINATE: return "indeterminate";
    case REPORT_SKIPPED: return "skipped";
    }
    fl_panic("a verdict without a word");
}

bool report_verdict_fails(enum report_verdict verdict)
{
    return verdict != REPORT_PASSED && verdict != REPORT_INDETERMINATE && verdict != REPORT_SKIPPED;
}

static struct fl_span take_line(struct fl_span *rest)
{
    const char *end = memchr(rest->bytes, '\n', rest->length);
    struct fl_span line = {rest->bytes, end ? (size_t)(end - rest->bytes) : rest->length};
    size_t used = line.length + (end ? 1 : 0);
    *rest = (struct fl_span){rest->bytes + used, rest->length - used};
    return line;
}

static struct fl_span trimmed(struct fl_span text)
{
    while (text.length && text.bytes[text.length - 1] == '\n')
        text.length--;
    return text;
}

static bool labelled(struct fl_span line, struct fl_span label)
{
    return fl_span_starts(line, label) && line.length > label.length &&
           line.bytes[label.length] == ' ';
}

struct fl_span report_part(struct fl_span text, const char *label)
{
    struct fl_span rest = text, name = fl_span_from(label), part = {NULL, 0};
    while (rest.length) {
        struct fl_span line = take_line(&rest);
        bool continues = line.length && line.bytes[0] == ' ';
        if (part.bytes && !continues) break;
        if (!part.bytes && labelled(line, name)) {
            part = (struct fl_span){line.bytes + name.length, line.length - name.length};
            while (part.length && part.bytes[0] == ' ')
                part = (struct fl_span){part.bytes + 1, part.length - 1};
        } else if (part.bytes) {
            part.length = (size_t)(line.bytes + line.length - part.bytes);
        }
    }
    return part;
}

/* Where the first event begins, or the text's length. */
static size_t first_event(struct fl_span text)
{
    struct fl_span rest = text;
    while (rest.length) {
        struct fl_span line = take_line(&rest);
        if (line.length && line.bytes[0] == '+') return (size_t)(line.bytes - text.bytes);
    }
    return text.length;
}

struct fl_span report_claims(struct fl_span text)
{
    return trimmed((struct fl_span){text.bytes, first_event(text)});
}

struct fl_span report_events(struct fl_span text)
{
    size_t begin = first_event(text);
    if (begin == text.length) return (struct fl_span){NULL, 0};
    return trimmed((struct fl_span){text.bytes + begin, text.length - begin});
}
