/* harness/choice/choices_record.h - the layout of struct sim_choices, for its drawing and its text
 * halves. */
#ifndef HARNESS_CHOICE_CHOICES_RECORD_H
#define HARNESS_CHOICE_CHOICES_RECORD_H

#include "harness/choice/choices.h"
#include "harness/choice/points.h"

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

struct sim_choices {
    enum sim_source source;
    struct sim_points points;
    struct sim_choice *made;
    size_t made_count, made_capacity;
    enum fl_error made_err; /* the first failure to record; drawing goes on */
    struct sim_recorded *recorded;
    size_t recorded_count, recorded_used;
    uint64_t missed; /* draws without a possible recorded choice */
};

#endif
