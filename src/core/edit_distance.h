/* src/core/edit_distance.h - how many letters apart two words are, to suggest the one that was
 * meant.
 */
#ifndef FL_CORE_EDIT_DISTANCE_H
#define FL_CORE_EDIT_DISTANCE_H

#include <stddef.h>

/* Words longer than FL_EDIT_WORD_BYTES are told as that far apart; beyond FL_EDIT_NEAR nobody means
 * the other. */
enum { FL_EDIT_WORD_BYTES = 48, FL_EDIT_NEAR = 3 };

/* Levenshtein's: letters put in, taken out or changed. */
size_t fl_edit_distance(const char *a, const char *b);

#endif
