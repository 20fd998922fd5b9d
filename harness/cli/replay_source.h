/* harness/cli/replay_source.h - the run that a file on the command line means: of a replay file, or
 * of a scenario's first seed. */
#ifndef HARNESS_CLI_REPLAY_SOURCE_H
#define HARNESS_CLI_REPLAY_SOURCE_H

#include "harness/cli/options.h"
#include "harness/cli/replay_file.h"

/* By its name. */
bool replay_source_is_scenario(const char *path);
/* CLI_PASSED: texts of the replay live in the arena, its choices in `text`; the caller releases
 * both. CLI_USAGE: what is wrong has been printed. */
int replay_source_read(const struct cli_reader *reader, const char *path, struct fl_buf *text,
                       struct fl_arena *arena, struct replay *ret_replay);

#endif
