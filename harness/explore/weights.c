#include "harness/explore/weights.h"

#include <inttypes.h>
#include <stdlib.h>

#include "harness/explore/path.h"

struct weights {
    struct shapes shapes;
    struct path path;
    uint32_t turns[SHAPES_TASKS_MAX];
};

static void count(struct weights *weights)
{
    for (uint32_t i = 0; i < weights->path.count; i++) {
        const struct shape_options *options =
            &weights->shapes.options[weights->path.steps[i].options];
        weights->turns[options->tasks[0]]++;
    }
}

enum fl_error weights_write(struct fl_span steps, struct fl_buf *out)
{
    bool whole;
    struct weights *weights = calloc(1, sizeof *weights);
    if (!weights) return FL_ENOMEM;
    weights->shapes.arena = FL_ARENA_INIT(SHAPES_BYTES_MAX);
    enum fl_error err = path_read(&weights->path, &weights->shapes, steps, &whole);
    if (!err) count(weights);
    for (uint32_t i = 0; i < weights->shapes.task_names.count && !err; i++)
        err = fl_buf_printf(out, "turns %" PRIu32 " %s\n", weights->turns[i],
                            weights->shapes.task_names.texts[i]);
    shapes_release(&weights->shapes);
    path_release(&weights->path);
    free(weights);
    return err;
}
