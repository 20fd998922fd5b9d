/* harness/operate/selection.h - which entries a command shows or changes: a page in order, those
 * that meet criteria, or all of them. */
#ifndef HARNESS_OPERATE_SELECTION_H
#define HARNESS_OPERATE_SELECTION_H

#include "core/arena.h"
#include "operate/criteria.h"
#include "operate/place.h"

/* Called for each piece of a walk with the entries that are meant; `seen` counts all entries that
 * were looked at so far. *ret_taken: how many of them the callee has taken away. */
typedef enum fl_error operate_visit(void *context, const struct fl_entry *entries, size_t count,
                                    int64_t seen, int64_t *ret_taken);

/* Past everything that stands there, in no order. Lost answers are asked for again. The server's
 * words on FL_EREPLY stand in ret_words. */
enum { OPERATE_PROBLEM_BYTES = 256 };
FL_CHECKED enum fl_error operate_visit_all(const struct fl_reader *reader,
                                           const struct fl_place *place,
                                           const struct fl_criteria *criteria, operate_visit *visit,
                                           void *context, char ret_words[OPERATE_PROBLEM_BYTES]);

/* The first entries in a place's order among those that are meant. */
enum { OPERATE_FOUND_MAX = 10000 };
struct operate_found {
    const struct fl_place *place;
    struct operate_find *finds; /* in order */
    size_t count, count_max;
    int64_t total; /* of those that are meant */
    int64_t met;   /* of a queue: what its walk has shown so far */
};
/* `count_max` is at most OPERATE_FOUND_MAX. FL_ENOMEM. */
FL_CHECKED enum fl_error operate_found_init(struct operate_found *found,
                                            const struct fl_place *place, size_t count_max);
void operate_found_release(struct operate_found *found);
struct fl_entry operate_found_at(const struct operate_found *found, size_t i);
/* An operate_visit of a found. */
FL_CHECKED enum fl_error operate_found_visit(void *found, const struct fl_entry *entries,
                                             size_t count, int64_t seen, int64_t *ret_taken);

#endif
