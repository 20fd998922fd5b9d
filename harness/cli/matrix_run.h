/* harness/cli/matrix_run.h - disturbs a job of a scenario at each of its effects, in every mode,
 * and with all pairs, on run workers, and judges each run by the undisturbed one. */
#ifndef HARNESS_CLI_MATRIX_RUN_H
#define HARNESS_CLI_MATRIX_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/cli/request.h"
#include "harness/matrix/grid.h"
#include "harness/matrix/points.h"
#include "harness/matrix/stories.h"
#include "harness/pool/pool.h"

enum {
    MATRIX_TRIALS_MAX = 500 * 1000,
    MATRIX_PAIR_POINTS_MAX = 256, /* more effects have too many pairs */
};

enum matrix_depth { MATRIX_SINGLES, MATRIX_PAIRS };

struct matrix_order { /* all borrowed */
    struct pool *pool;
    const char *path;
    const struct scenario_setting *settings;
    uint32_t setting_count;
    uint64_t seed;
    const char *job;
    unsigned modes;
    const char *upgrade; /* the module of the modes that renew; NULL: there is none of these */
    bool either; /* the end that the new module alone comes to is as good as the old one's */
    enum matrix_depth depth;
    bool every_pair;       /* play those, too, that another has answered for, and compare */
    uint32_t processes;    /* that work in the scenario, `always` counted in */
    struct fl_span always; /* lines that stand in every run's plan besides the file's own */
    int plays;             /* of a single fault: twice to compare the traces */
};

enum matrix_trouble {
    MATRIX_NO_TROUBLE,
    MATRIX_BAD_INPUT,  /* the undisturbed run does not end well, or has no such job */
    MATRIX_DIFFERS,    /* two plays of one run have different traces */
    MATRIX_NO_HARNESS, /* the run workers fail */
};

struct matrix_result {
    enum matrix_trouble trouble;
    struct fl_buf message; /* of the trouble */
    struct run_answer undisturbed;
    uint32_t points[MATRIX_POINTS_MAX];
    uint32_t point_count;
    struct matrix_grid_cell *cells; /* point_count x MATRIX_MODES */
    uint64_t runs, pair_runs;       /* that were played */
    uint64_t pair_taken;            /* pairs that others have answered for */
    uint64_t pair_bad;              /* of both */
    uint32_t unreached;             /* cells whose fault found no effect to strike */
    unsigned seen;                  /* bits of all runs */
    uint32_t cuts, worse; /* that the new module goes on from; ending otherwise than with the old */
    struct matrix_stories stories;
};

/* Whatever goes wrong is told in the result, to be released in any case. */
void matrix_run(const struct matrix_order *order, struct matrix_result *ret_result);
void matrix_result_release(struct matrix_result *result);

#endif
