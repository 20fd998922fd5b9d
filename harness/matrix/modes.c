/* A process that a fault ends starts again by itself a second later, with one fault as with two: so
 * the run of a pair goes like that of its first fault until the second strikes. */
#include "harness/matrix/modes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "harness/scenario/printing.h"

static const struct mode_row {
    const char *text;
    const char *verb;  /* before the process; NULL: the effect's own outcome */
    const char *tail;  /* behind the process */
    const char *after; /* the clauses behind the address */
} modes[] = {
    [MATRIX_KILL_BEFORE] = {"kill<", "kill", "", " before restart after 1s"},
    [MATRIX_KILL_AFTER] = {"kill>", "kill", "", " after restart after 1s"},
    [MATRIX_ERROR_BEFORE] = {"error<", NULL, "", ""},
    [MATRIX_REPLY_LOST] = {"lost", NULL, "", ""},
    [MATRIX_STALL] = {"stall", "pause", " 150s", " before"},
    [MATRIX_TERM] = {"term", "term", "", " before restart after 1s"},
    [MATRIX_MALLOC] = {"malloc", "oom nth 1 once in", "", " after"},
    [MATRIX_NEW_BEFORE] = {"new<", "kill", "", " before restart after 1s"},
    [MATRIX_NEW_AFTER] = {"new>", "kill", "", " after restart after 1s"},
};

const char *matrix_mode_text(enum matrix_mode mode)
{
    return modes[mode].text;
}

unsigned matrix_modes_parse(const char *text)
{
    unsigned bits = 0;
    while (*text) {
        size_t length = strcspn(text, ","), mode = 0;
        while (mode < MATRIX_MODES &&
               (strlen(modes[mode].text) != length || memcmp(modes[mode].text, text, length) != 0))
            mode++;
        if (mode == MATRIX_MODES) return 0;
        bits |= 1U << mode;
        text += length;
        text += *text == ',';
    }
    return bits;
}

void matrix_modes_list(char *out, size_t capacity)
{
    size_t used = 0;
    for (int mode = 0; mode < MATRIX_MODES && 1 << mode < MATRIX_ALL_MODES; mode++)
        used += (size_t)snprintf(out + used, capacity - used, "%s%s", mode ? "," : "",
                                 modes[mode].text);
    fl_assert(used < capacity);
}

/* What an effect of this kind answers when it is refused; NULL: it cannot be. */
static const char *refusal(struct fl_span what)
{
    if (fl_span_starts(what, FL_SPAN("redis "))) return "error \"ERR refused\"";
    if (fl_span_starts(what, FL_SPAN("db "))) return "db disconnect";
    if (fl_span_starts(what, FL_SPAN("http "))) return "http 503";
    if (fl_span_starts(what, FL_SPAN("mail"))) return "mail refuse";
    if (fl_span_starts(what, FL_SPAN("file "))) return "error \"ERR refused\"";
    return NULL;
}

bool matrix_mode_applies(enum matrix_mode mode, const struct run_effect *effect, uint32_t processes)
{
    switch (mode) {
    case MATRIX_KILL_BEFORE:
    case MATRIX_KILL_AFTER:
    case MATRIX_TERM:
    case MATRIX_MALLOC:
    case MATRIX_NEW_BEFORE:
    case MATRIX_NEW_AFTER: return true;
    case MATRIX_STALL: return processes > 1;
    case MATRIX_ERROR_BEFORE: return refusal(effect->what) != NULL;
    case MATRIX_REPLY_LOST:
        return refusal(effect->what) && !fl_span_starts(effect->what, FL_SPAN("file "));
    case MATRIX_MODES: break;
    }
    return false;
}

bool matrix_mode_kills(enum matrix_mode mode)
{
    return mode == MATRIX_KILL_BEFORE || mode == MATRIX_KILL_AFTER;
}

bool matrix_mode_answers(enum matrix_mode mode)
{
    return mode == MATRIX_ERROR_BEFORE || mode == MATRIX_REPLY_LOST;
}

bool matrix_mode_renews(enum matrix_mode mode)
{
    return mode == MATRIX_NEW_BEFORE || mode == MATRIX_NEW_AFTER;
}

/* --- addresses --- */

static enum fl_error write_target(const struct run_effect *effect, struct fl_buf *out)
{
    if (effect->job.length)
        return fl_buf_printf(out, " process-of %.*s", FL_SPAN_ARGS(effect->job));
    const char *slash = memchr(effect->who.bytes, '/', effect->who.length);
    size_t length = slash ? (size_t)(slash - effect->who.bytes) : effect->who.length;
    return fl_buf_printf(out, " %.*s", (int)length, effect->who.bytes);
}

/* A label as a pattern that means only itself, in quotes. */
static enum fl_error write_pattern(struct fl_span label, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_char(out, '"');
    for (size_t i = 0; i < label.length && !err; i++) {
        char c = label.bytes[i];
        if (memchr("*?[\\", c, 4)) err = fl_buf_append_text(out, "\\\\");
        if (!err && memchr("\\\"${", c, 4)) err = fl_buf_append_char(out, '\\');
        if (!err) err = fl_buf_append_char(out, c);
    }
    return err ? err : fl_buf_append_char(out, '"');
}

static const char *suffix(uint32_t nth)
{
    if (nth / 10 % 10 == 1) return "th";
    return nth % 10 == 1 ? "st" : nth % 10 == 2 ? "nd" : nth % 10 == 3 ? "rd" : "th";
}

static enum fl_error write_deploy(const char *module, struct fl_buf *out)
{
    struct printing p = {.out = out};
    print_text(&p, "deploy all ");
    print_word(&p, fl_span_from(module));
    print_text(&p, " with ");
    return p.err;
}

enum fl_error matrix_mode_write(enum matrix_mode mode, const struct run_effect *effect,
                                const char *module, struct fl_buf *out)
{
    const struct mode_row *row = &modes[mode];
    enum fl_error err = fl_buf_append_text(out, "fault ");
    if (!err && matrix_mode_renews(mode)) err = write_deploy(module, out);
    if (!err && row->verb) err = fl_buf_append_text(out, row->verb);
    if (!err && row->verb) err = write_target(effect, out);
    if (!err && mode == MATRIX_ERROR_BEFORE) err = fl_buf_append_text(out, refusal(effect->what));
    if (!err && mode == MATRIX_REPLY_LOST) err = fl_buf_append_text(out, "lose-ack");
    if (!err)
        err = fl_buf_printf(out, "%s when %.*s the %" PRIu32 "%s ", row->tail,
                            FL_SPAN_ARGS(effect->who), effect->occurrence,
                            suffix(effect->occurrence));
    if (!err) err = write_pattern(effect->what, out);
    return err ? err : fl_buf_printf(out, "%s\n", row->after);
}
