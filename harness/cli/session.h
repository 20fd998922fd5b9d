/* harness/cli/session.h - plays scenarios and tells a person about it; both `run` and `replay`. */
#ifndef HARNESS_CLI_SESSION_H
#define HARNESS_CLI_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/cli/coordinator.h"
#include "harness/cli/options.h"
#include "harness/report/outlet.h"
#include "harness/report/report.h"

enum { SESSION_HANG_US = 10 * 1000 * 1000 }; /* of real time without an effect */

/* A play is what the coordinator needs and what a person calls it. */
struct session_play {
    struct coordinator_scenario scenario;
    const char *id;
    const char *title;   /* NULL: not known */
    const char *problem; /* why it cannot be read, as FILE:LINE:COLUMN: ...; NULL: it can */
    const char *replay;  /* an existing replay file; NULL: failures get a new one */
    bool claims_class;   /* a matrix judges it once its runs have passed */
    bool has_trace;      /* the trace that a replay is expected to have */
    uint64_t trace_hash[2];
};

struct session_options {
    const char *program; /* as it was called */
    int jobs;            /* 0: one for each processor */
    enum coordinator_plays plays;
    bool print_trace;
    enum report_colour colour;
    enum report_detail detail;
    struct report_outlets *outlets; /* opened; they get every result; NULL: none */
    bool no_shrink;                 /* of failures no minimal scenarios */
    int64_t shrink_real_us_max;     /* for each of those; 0: as `faultline shrink` has it */
    bool picture;                   /* of each failure, beside its replay file */
    const char *out_folder;         /* where replay files and pictures go */
    uint64_t failed, skipped; /* scenarios that could not even be read, or were not tried for it */
};

/* Returns the exit code. Closes the outlets; what could not be written is a fault of the harness.
 */
int session_run(const struct session_options *options, const struct session_play *plays,
                uint32_t count, FILE *out, FILE *err);
/* Plays nothing, since some plays have a problem, which has been told: reports say so, and that the
 * others were skipped. Returns the exit code. */
int session_refuse(const struct session_options *options, const struct session_play *plays,
                   uint32_t count, FILE *out);
/* How many run workers: `jobs`, or one for each processor (0); at least one for each play. */
int session_workers(int jobs, int plays);
/* The code of the gravest outcome. */
int session_exit_code(enum course_outcome outcome);

#endif
