/* Works on the source between the ends of its tokens, never on what a token has become: a setting
 * stays a name, an escape an escape. */
#include "harness/scenario/layout.h"

#include "harness/scenario/line.h"

enum { STATEMENT_WIDTH = 8, ARENA_BYTES_MAX = 256 * 1024 * 1024 };

struct layout {
    struct fl_buf *out;
    struct fl_arena arena;
    struct fl_buf scratch;
    struct line line;
    struct line_setting *settings;
    bool empty_before; /* empty lines stand before the next one */
};

static enum fl_error begin_line(struct layout *layout)
{
    bool parted = layout->empty_before && layout->out->length > 0;
    layout->empty_before = false;
    return parted ? fl_buf_append_char(layout->out, '\n') : FL_OK;
}

static enum fl_error lay_token(struct layout *layout, uint32_t index)
{
    const struct token *token = &layout->line.tokens[index];
    uint32_t from = token->column - 1;
    struct fl_span source = {layout->line.source.bytes + from, token->end - from};
    if (index == 1) {
        uint32_t width = layout->line.tokens[0].end - (layout->line.tokens[0].column - 1);
        int padding = width < STATEMENT_WIDTH ? (int)(STATEMENT_WIDTH - width) : 0;
        enum fl_error err = fl_buf_printf(layout->out, "%*s ", padding, "");
        if (err) return err;
    }
    if (index > 1) {
        enum fl_error err = fl_buf_append_char(layout->out, ' ');
        if (err) return err;
    }
    return fl_buf_append_span(layout->out, source);
}

/* Behind the last word: nothing, or a comment. */
static enum fl_error lay_comment(struct layout *layout)
{
    const struct line *line = &layout->line;
    uint32_t from = line->tokens[line->count].column - 1;
    struct fl_span rest =
        line_trimmed((struct fl_span){line->source.bytes + from, line->source.length - from});
    if (rest.length == 0) return FL_OK;
    enum fl_error err = line->count ? fl_buf_append_text(layout->out, "  ") : FL_OK;
    return err ? err : fl_buf_append_span(layout->out, rest);
}

/* Lines below may name it; what it stands for does not matter to their form. */
static enum fl_error learn_setting(struct layout *layout)
{
    const struct line *line = &layout->line;
    if (line->count < 3) return FL_OK;
    const struct token *first = &line->tokens[0];
    if (!token_is(first, "set") && !token_is(first, "vary") && !token_is(first, "repeat"))
        return FL_OK;
    struct line_setting *setting = fl_arena_alloc(&layout->arena, sizeof *setting);
    if (!setting) return FL_ENOMEM;
    *setting = (struct line_setting){.next = layout->settings,
                                     .name = line->tokens[1].text.bytes,
                                     .value = line->tokens[2].text.bytes};
    layout->settings = setting;
    return FL_OK;
}

/* A line of a variant that nobody has read may have no form: it stays. */
static enum fl_error lay_statement(struct layout *layout)
{
    struct line_error error;
    enum fl_error err =
        line_split(&layout->line, 0, layout->settings, &layout->arena, &layout->scratch, &error);
    if (err == FL_EPARSE) return fl_buf_append_span(layout->out, line_trimmed(layout->line.source));
    for (uint32_t i = 0; !err && i < layout->line.count; i++)
        err = lay_token(layout, i);
    if (!err) err = lay_comment(layout);
    return err ? err : learn_setting(layout);
}

static enum fl_error lay_why(struct layout *layout)
{
    struct fl_span text = line_trimmed(layout->line.source);
    text = line_trimmed((struct fl_span){text.bytes + 3, text.length - 3});
    return fl_buf_printf(layout->out, "%-*s %.*s", STATEMENT_WIDTH, "why", FL_SPAN_ARGS(text));
}

static enum fl_error lay_line(struct layout *layout)
{
    if (line_trimmed(layout->line.source).length == 0) {
        layout->empty_before = true;
        return FL_OK;
    }
    enum fl_error err = begin_line(layout);
    if (!err)
        err = line_begins(layout->line.source, "why") ? lay_why(layout) : lay_statement(layout);
    return err ? err : fl_buf_append_char(layout->out, '\n');
}

enum fl_error scenario_layout(struct fl_span text, struct fl_buf *out)
{
    struct layout layout = {.out = out,
                            .arena = FL_ARENA_INIT(ARENA_BYTES_MAX),
                            .scratch = FL_BUF_INIT(LINE_TOKEN_BYTES_MAX)};
    enum fl_error err = FL_OK;
    line_skip_mark(&text);
    while (text.length && !err) {
        layout.line.source = line_cut(&text);
        err = lay_line(&layout);
    }
    line_release(&layout.line);
    fl_buf_release(&layout.scratch);
    fl_arena_release(&layout.arena);
    return err;
}
