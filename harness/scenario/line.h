/* harness/scenario/line.h - one line of a scenario as tokens: settings replaced, ranges expanded.
 *
 * A token is a bare word, a quoted string, or JSON that begins with [ or {. Blanks, tabs and
 * carriage returns separate; # at the start of a token begins a comment; a bare word may hold
 * quoted parts (error~"time out"). $NAME and ${NAME} stand for settings, $$ for a dollar. {a..b}
 * makes the line stand for as many lines; all ranges of a line run in step. */
#ifndef HARNESS_SCENARIO_LINE_H
#define HARNESS_SCENARIO_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/span.h"

enum { LINE_TOKENS_MAX = 4096, LINE_TOKEN_BYTES_MAX = 16 * 1024 * 1024 };

enum token_kind { TOKEN_WORD, TOKEN_STRING, TOKEN_JSON, TOKEN_END };

struct token {
    enum token_kind kind;
    struct fl_span text; /* a NUL stands behind it */
    uint32_t column;     /* of its first byte, from 1 */
    uint32_t end;        /* offset in the source of the byte behind it */
    size_t quoted_from;  /* offset in text of the first quoted part; SIZE_MAX: none */
    bool replaced;       /* a setting or a range stands in it: columns inside it mean little */
    bool overridden;     /* a setting from the command line stands in it */
};

struct line_setting {
    struct line_setting *next;
    const char *name, *value;
    bool overridden; /* by --set */
};

struct line {
    struct fl_span source; /* without the line's end */
    uint32_t number;
    struct token *tokens; /* owned; `count` of them, and one of kind TOKEN_END behind */
    uint32_t count, next, capacity;
    uint64_t copies; /* how many lines this one stands for: 1, or the length of its ranges */
};

/* What is wrong with the form of a line: `expected` is a constant, `found` lies in the source. */
struct line_error {
    uint32_t column;
    const char *expected;
    struct fl_span found;
    const struct line_setting *settings; /* to suggest from, when a setting is unknown */
};

/* Splits copy `copy` (from 0) of line->source. FL_EPARSE fills *ret_error; FL_ENOMEM, FL_EBOUND.
 * `scratch` is cleared; the texts of tokens live in the arena, the tokens until the next split. */
FL_CHECKED enum fl_error line_split(struct line *line, uint64_t copy,
                                    const struct line_setting *settings, struct fl_arena *arena,
                                    struct fl_buf *scratch, struct line_error *ret_error);

void line_release(struct line *line);

const struct token *line_peek(const struct line *line);
const struct token *line_take(struct line *line); /* stays at the end */
/* Whether the next token is this bare word. */
bool line_at(const struct line *line, const char *word);
/* Takes it if it is. */
bool line_skip(struct line *line, const char *word);
bool token_is(const struct token *token, const char *word);

/* --- a text as lines --- */
/* The mark of UTF-8 at the start of a file is no part of its first line. */
void line_skip_mark(struct fl_span *text);
/* The first line, without its end; *text is the rest. */
struct fl_span line_cut(struct fl_span *text);
/* A blank, a tab or a carriage return. */
bool line_is_blank(char c);
struct fl_span line_trimmed(struct fl_span text);
/* The first word of a line that need not have a form: `why` begins prose. */
bool line_begins(struct fl_span source, const char *word);

#endif
