/* harness/operate/words.h - times, sizes and texts of unknown origin as people read them. Pure. */
#ifndef HARNESS_OPERATE_WORDS_H
#define HARNESS_OPERATE_WORDS_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

enum { OPERATE_WORD_BYTES = 48 };

/* "0.4s", "12s", "5m", "3h 20m", "12d": the two largest units that matter; "-2s" below 0. */
void operate_duration(int64_t us, char ret_text[OPERATE_WORD_BYTES]);
/* "in 5m", "3h 20m ago", "now". */
void operate_relative(int64_t at_us, int64_t now_us, char ret_text[OPERATE_WORD_BYTES]);
/* "2026-11-23 16:30:28 UTC"; "-" for 0. */
void operate_instant(int64_t at_us, char ret_text[OPERATE_WORD_BYTES]);
/* "1,234,567". */
void operate_number(int64_t number, char ret_text[OPERATE_WORD_BYTES]);
/* "312 KiB", "48.5 MiB". */
void operate_kib(int64_t kib, char ret_text[OPERATE_WORD_BYTES]);

/* Appends at most `columns` characters, the last of them "…" when there were more. What a terminal
 * would obey (control characters, also those of 8 bits) and bytes that are no UTF-8 become "?". */
FL_CHECKED enum fl_error operate_append_shown(struct fl_buf *out, struct fl_span text,
                                              size_t columns);
/* Characters of what that appends. */
size_t operate_columns(struct fl_span shown);

#endif
