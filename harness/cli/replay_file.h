/* harness/cli/replay_file.h - a run that can be played again: scenario, settings, seed or choices.
 *
 *   replay 1
 *   scenario "scenarios/import/x.scenario"
 *   set "file" "people.csv"
 *   seed 7
 *   sweep 12
 *   trace 3f9c...
 *   priorities 3 81    (only without choices: the depth and the horizon)
 *   then-seeded        (what the choices lack is drawn from the seed)
 *   choices            (all that follows is as sim_choices_format writes it)
 */
#ifndef HARNESS_CLI_REPLAY_FILE_H
#define HARNESS_CLI_REPLAY_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "harness/scenario/parse.h"

enum { REPLAY_BYTES_MAX = 64 * 1024 * 1024, REPLAY_SETTINGS_MAX = 1024 };

struct replay {
    const char *scenario;
    const struct scenario_setting *settings;
    uint32_t setting_count;
    uint64_t seed;
    int32_t sweep; /* -1: none */
    bool has_trace;
    uint64_t trace_hash[2]; /* what the run's trace was */
    uint32_t depth;         /* 0: none; else tasks run by priority: choice/priorities.h */
    uint64_t horizon;
    bool then_seeded;       /* what the choices lack is the seed's */
    struct fl_span choices; /* empty: the seed's */
};

FL_CHECKED enum fl_error replay_format(const struct replay *replay, struct fl_buf *out);
/* Texts live in the arena, choices in `text`. FL_EPARSE: *message says where and why, in the form
 * of parse.h; `path` is named in it. */
FL_CHECKED enum fl_error replay_parse(const char *path, struct fl_span text, struct fl_arena *arena,
                                      struct replay *ret_replay, struct fl_buf *message);

#endif
