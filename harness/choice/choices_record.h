/* harness/choice/choices_record.h - the layout of struct sim_choices, for its drawing and its text
 * halves. */
#ifndef HARNESS_CHOICE_CHOICES_RECORD_H
#define HARNESS_CHOICE_CHOICES_RECORD_H

#include "harness/choice/choices.h"
#include "harness/choice/points.h"
#include "harness/choice/priorities.h"
#include "harness/choice/steps.h"
#include "harness/choice/turns.h"

#define SIM_NO_NAME UINT32_MAX

struct sim_choice {
    uint32_t point;
    uint32_t name; /* the option chosen; SIM_NO_NAME: `number` was */
    uint64_t number;
};

struct sim_recorded { /* of a replay; sorted by point and occurrence */
    struct sim_choice choice;
    uint32_t occurrence;
};

enum sim_source { SIM_SOURCE_SEED, SIM_SOURCE_FIFO, SIM_SOURCE_SIMPLEST, SIM_SOURCE_RECORDED };

#define SIM_STEPS_LINE "by process"
#define SIM_TURNS_LINE "turns "

struct sim_choices {
    enum sim_source source;
    struct sim_points points;
    struct sim_choice *made;
    size_t made_count, made_capacity;
    enum fl_error made_err; /* the first failure to record; drawing goes on */
    struct sim_recorded *recorded;
    size_t recorded_count, recorded_used;
    uint64_t missed;  /* draws without a possible recorded choice */
    uint64_t guessed; /* of the program's own draws those that nobody has made: they are 0 */
    bool then_seeded; /* what is not recorded comes from the seed, not the simplest */
    bool instant, swarm;
    uint32_t running; /* the name that a schedule choice chose last; SIM_NO_NAME: none */
    bool by_priority;
    struct sim_priorities priorities;
    uint64_t scheduled;
    struct fl_buf *alternatives; /* NULL: not wanted */
    uint64_t alternatives_from;
    struct sim_steps *steps; /* owned; NULL: tasks take turns, and steps are not logged */
    struct sim_turns *turns; /* owned; NULL: no task has a weight */
};

#endif
