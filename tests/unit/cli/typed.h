/* tests/unit/cli/typed.h - the program from its arguments to its output, over a pool whose workers
 * are scripted. */
#ifndef TESTS_UNIT_CLI_TYPED_H
#define TESTS_UNIT_CLI_TYPED_H

#include "scripted_pool.h"

struct typed {
    char folder[64]; /* the current one: scenarios/a/one, scenarios/a/seeds, scenarios/b */
    char *out, *err;
    int code;
};

/* Of each test: a folder of its own. */
int typed_setup(void **state);
int typed_teardown(void **state);
void typed_write(const char *path, const char *text);
/* Arguments are words separated by blanks. */
void faultline(struct typed *f, const char *arguments);
void use(struct script *script);
/* Passes; a sweep has 18 points. */
struct scripted_run eighteen_points(const struct run_request *request, int worker, uint64_t seed,
                                    int32_t sweep);

#endif
