/* harness/run/statics.c - which static variables of modules are not what they were when the module
 * was loaded: state that jobs of one process hand to each other, and that ends with it. */
#include <string.h>

#include "harness/module/image.h"
#include "harness/run/stage.h"

enum { CHANGES_BYTES_MAX = 64 * 1024 };

static bool is_asked_for(const struct run *run)
{
    if (run->order->wants & RUN_WANTS_STATICS) return true;
    for (uint32_t i = 0; i < run->plan->expect_count; i++)
        if (run->plan->expects[i].kind == PLAN_EXPECT_STATELESS) return true;
    return false;
}

static bool is_known(const struct fl_buf *lines, struct fl_span line)
{
    return lines->length && memmem(lines->bytes, lines->length, line.bytes, line.length);
}

/* Each variable once, whichever process has changed it. */
static void add_lines(struct run *run, struct fl_span changes)
{
    enum fl_error err = FL_OK;
    while (changes.length && !err) {
        const char *end = memchr(changes.bytes, '\n', changes.length);
        size_t length = end ? (size_t)(end - changes.bytes) + 1 : changes.length;
        struct fl_span line = {changes.bytes, length};
        if (!is_known(&run->statics, line)) err = fl_buf_append_span(&run->statics, line);
        changes = (struct fl_span){changes.bytes + length, changes.length - length};
    }
    if (err == FL_ENOMEM) run->result->facts.incomplete = true; /* what does not fit is cut */
}

void run_note_statics(struct node *node)
{
    struct run *run = node->run;
    const struct sim_image *image = node->process ? sim_process_image(node->process) : NULL;
    if (!image || !node->plan || !is_asked_for(run)) return;
    struct fl_buf changes = FL_BUF_INIT(CHANGES_BYTES_MAX);
    enum fl_error err = sim_image_changes(image, &changes);
    if (!err) add_lines(run, fl_buf_span(&changes));
    if (err && err != FL_EBOUND) run->result->facts.incomplete = true;
    fl_buf_release(&changes);
}

void run_note_all_statics(struct run *run)
{
    for (uint32_t i = 0; run->nodes && i < run->node_count; i++)
        if (run->nodes[i].alive) run_note_statics(&run->nodes[i]);
}
