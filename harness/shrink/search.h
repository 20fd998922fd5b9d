/* harness/shrink/search.h - the state of one search for a smaller plan; for the files of this
 * folder. */
#ifndef HARNESS_SHRINK_SEARCH_H
#define HARNESS_SHRINK_SEARCH_H

#include "harness/shrink/edits.h"
#include "harness/shrink/shrink.h"
#include "harness/shrink/trial.h"

enum { SEARCH_ARENA_BYTES_MAX = 1024 * 1024 * 1024, SEARCH_PASSES_MAX = 32 };
/* A proposal may run so many times longer than the failure: it is not a simpler form of it. */
enum { SEARCH_LONGER_MAX = 4, SEARCH_EFFECTS_MIN = 1000 };

struct search {
    const struct shrink_order *order;
    struct plan plan;    /* the smallest so far; its lists live in `arena` or in `origin` */
    struct plan *origin; /* the whole failing scenario, as it is written out */
    struct fl_buf text;  /* of `plan` */
    int32_t sweep;       /* while the plan has a sweep; -1 */
    uint64_t origin_effects, effects; /* of the failure's run, and of this plan's; 0: not known, or
                                         its run worker died */
    struct fingerprint wanted;
    struct fl_arena arena;
    uint64_t runs;
    int64_t begun_us;
    enum shrink_end end; /* a bound that was met; SHRINK_MINIMAL: none */
};

/* Whether another run may be made; notes the bound that forbids it. */
bool search_may_go_on(struct search *search);
/* Plays and counts; released by the caller. */
FL_CHECKED enum fl_error search_play(struct search *search, struct trial *trials, uint32_t count);
/* Takes `plan` when it fails as wanted. */
FL_CHECKED enum fl_error search_try(struct search *search, const struct plan *plan, int32_t sweep,
                                    bool *ret_taken);
/* Tries all edits until none is taken. */
FL_CHECKED enum fl_error search_edits(struct search *search);
/* What happens without each line of the text. */
FL_CHECKED enum fl_error search_needs(struct search *search, struct shrunk *shrunk);

#endif
