/* harness/selftest/tree.h - copies of a source tree and of what was built of it: in each a bug can
 * be planted, built and taken out again, while others work in other copies.
 *
 * A copy stands in the build folder, below a folder of this process's own, and takes over all
 * objects: a bug costs one compilation and the links that depend on it. */
#ifndef HARNESS_SELFTEST_TREE_H
#define HARNESS_SELFTEST_TREE_H

#include <limits.h>

#include "core/buf.h"
#include "core/error.h"

struct tree {
    const char *source;            /* absolute */
    const char *build;             /* a name in it */
    char folder[PATH_MAX];         /* the copy; absolute */
    char build_name[NAME_MAX + 1]; /* in the copy */
};

/* Brings the original's build up to date. FL_EINVAL: `problem` has what the build said, or why
 * there is none. */
FL_CHECKED enum fl_error tree_build_original(const char *source, const char *build,
                                             const char *target, struct fl_buf *problem);
/* This process's N-th copy. FL_EINVAL as above. */
FL_CHECKED enum fl_error tree_copy(const char *source, const char *build, int number,
                                   struct tree *ret_tree, struct fl_buf *problem);
void tree_remove_copies(const char *source, const char *build);

/* FL_EINVAL: it does not apply to the sources as they are. */
FL_CHECKED enum fl_error tree_plant(const struct tree *tree, const char *patch,
                                    struct fl_buf *problem);
FL_CHECKED enum fl_error tree_take_out(const struct tree *tree, const char *patch,
                                       struct fl_buf *problem);
/* FL_EINVAL: it does not build. `test` may be NULL. */
FL_CHECKED enum fl_error tree_build(const struct tree *tree, const char *test,
                                    struct fl_buf *problem);

#endif
