/* harness/cli/request_facts.h - the facts of a run as they travel in an answer. */
#ifndef HARNESS_CLI_REQUEST_FACTS_H
#define HARNESS_CLI_REQUEST_FACTS_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/json.h"
#include "harness/run/facts.h"

FL_CHECKED enum fl_error run_facts_write(const struct run_facts *facts, struct fl_buf *out);
/* All is the arena's: the facts read need no release. FL_EPARSE: no facts; FL_ENOMEM. */
FL_CHECKED enum fl_error run_facts_read(struct fl_json_at at, struct fl_arena *arena,
                                        const struct run_facts **ret_facts);

#endif
