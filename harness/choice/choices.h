/* harness/choice/choices.h - every decision of a run, from one source, recorded by identity.
 *
 * A run is a pure function of its scenario and its choices. A source is a seed (each stream draws
 * from its own generator, seeded by seed x stream, so that a new process moves nobody else's
 * draws), a recorded list, or "simplest" (always the first option, or 0). What is recorded is
 * (kind, stream, label, occurrence) and the value chosen: an option's name, or a number. */
#ifndef HARNESS_CHOICE_CHOICES_H
#define HARNESS_CHOICE_CHOICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

enum sim_choice_kind {
    SIM_CHOICE_SCHEDULE, /* which ready task runs next: by the task's name */
    SIM_CHOICE_DELAY,    /* how long something takes: microseconds within a range */
    SIM_CHOICE_RANDOM,   /* a number or bytes that the program under test drew */
    SIM_CHOICE_FAULT,    /* whether a fault with a probability fires */
};

enum { SIM_CHOICES_MAX = 4 * 1024 * 1024 };

struct sim_choices; /* opaque: layout in choices.c */
struct sim_steps;

FL_CHECKED enum fl_error sim_choices_from_seed(uint64_t seed, struct sim_choices **ret_choices);
/* From a seed, but for the schedule and the delays, which are the simplest: the first task that is
 * ready runs, and nothing takes longer than it must. */
FL_CHECKED enum fl_error sim_choices_fifo(uint64_t seed, struct sim_choices **ret_choices);
FL_CHECKED enum fl_error sim_choices_simplest(struct sim_choices **ret_choices);
/* `text` as sim_choices_format writes it. A recorded choice that never comes up, or is no option
 * any more, becomes the simplest option and is counted as a miss. FL_EPARSE with *ret_line. */
FL_CHECKED enum fl_error
sim_choices_from_text(struct fl_span text, struct sim_choices **ret_choices, uint32_t *ret_line);
/* As sim_choices_from_text, but what is not recorded is drawn from the seed: who runs next by the
 * weights of lines `turns`, where there are such (turns.h); without them, of an instant record but
 * whether faults strike. */
FL_CHECKED enum fl_error sim_choices_from_text_then_seed(struct fl_span text, uint64_t seed,
                                                         struct sim_choices **ret_choices,
                                                         uint32_t *ret_line);
/* From the seed, but of the ready tasks the one with the highest priority runs: priorities.h. Calls
 * take no time. */
FL_CHECKED enum fl_error sim_choices_by_priority(uint64_t seed, uint32_t depth, uint64_t horizon,
                                                 struct sim_choices **ret_choices);
void sim_choices_free(struct sim_choices *choices);
/* Calls to the outside take no time and no delay is drawn, so that the order of the tasks is all
 * that matters. Part of the record: the text says `instant`. */
bool sim_choices_instant(const struct sim_choices *choices);

/* Options of the run are drawn as well (run/swarm.h). Part of the record: the text says `swarm`. */
bool sim_choices_swarm(const struct sim_choices *choices);

/* A number in [0, bound). `stream` names the entity ("p1", "p1/thread-2", "world"). */
uint64_t sim_choose_below(struct sim_choices *choices, enum sim_choice_kind kind,
                          const char *stream, const char *label, uint64_t bound);
/* An index into `names` (count >= 1); with one option nothing is drawn or recorded. */
size_t sim_choose_name(struct sim_choices *choices, enum sim_choice_kind kind, const char *stream,
                       const char *label, const char *const *names, size_t count);
/* The same for those who ask often: *place, 0 at first, spares the search from then on. It belongs
 * to these choices and this (kind, stream, label) alone. */
uint64_t sim_choose_below_at(struct sim_choices *choices, uint32_t *place,
                             enum sim_choice_kind kind, const char *stream, const char *label,
                             uint64_t bound);
size_t sim_choose_name_at(struct sim_choices *choices, uint32_t *place, enum sim_choice_kind kind,
                          const char *stream, const char *label, const char *const *names,
                          size_t count);
/* All that were made, one a line, replayable. FL_EBOUND when more than SIM_CHOICES_MAX were made.
 */
FL_CHECKED enum fl_error sim_choices_format(const struct sim_choices *choices, struct fl_buf *out);
/* One line of a record, with its end, for the choice of a name, or of a number. */
FL_CHECKED enum fl_error sim_choice_line(enum sim_choice_kind kind, const char *stream,
                                         const char *label, uint32_t occurrence, const char *name,
                                         struct fl_buf *out);
FL_CHECKED enum fl_error sim_choice_number_line(enum sim_choice_kind kind, const char *stream,
                                                const char *label, uint32_t occurrence,
                                                uint64_t number, struct fl_buf *out);
#define SIM_SWARM_LINE   "swarm"
#define SIM_INSTANT_LINE "instant" /* of a record in which calls take no time */
uint64_t sim_choices_misses(const struct sim_choices *choices);
/* How many of the numbers that the program drew nobody has chosen, neither a seed nor a record:
 * they are the simplest, and no fair sample of anything. */
uint64_t sim_choices_guessed(const struct sim_choices *choices);
/* How often it was chosen which of several tasks runs next. */
uint64_t sim_choices_scheduled(const struct sim_choices *choices);
/* From now on: what else could have run next, from that schedule choice on, goes to `out`, which
 * is borrowed. One a line: the number of the choice, a blank, and the line of a record that chooses
 * it. What does not fit is FL_EBOUND from sim_choices_format. */
void sim_choices_list_alternatives(struct sim_choices *choices, uint64_t from, struct fl_buf *out);
/* sim_choose_name is to be called for the schedule where there is one option, too. */
bool sim_choices_count_turns(const struct sim_choices *choices);
/* Of a record with a line `by process`, which comes before all choices: processes take turns, and
 * the steps are logged, see steps.h; NULL: of any other. Such a record may have lines `asleep`. */
struct sim_steps *sim_choices_steps(const struct sim_choices *choices);

#endif
