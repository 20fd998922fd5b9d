/* harness/scenario/syntax.h - the language as editors colour it, from the tables that drive the
 * parser: a syntax file of Vim, a TextMate grammar for Visual Studio Code and its kin. */
#ifndef HARNESS_SCENARIO_SYNTAX_H
#define HARNESS_SCENARIO_SYNTAX_H

#include "core/buf.h"

FL_CHECKED enum fl_error scenario_syntax_vim(struct fl_buf *out);
FL_CHECKED enum fl_error scenario_syntax_textmate(struct fl_buf *out);

#endif
