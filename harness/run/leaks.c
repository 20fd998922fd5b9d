/* harness/run/leaks.c - what a handler keeps when it has ended, though it was lent.
 *
 * A connection that is not returned is missing in the pool of its process until that dies: the
 * jobs that find none fail for a reason which has nothing to do with them. */
#include <inttypes.h>

#include "harness/run/stage.h"

static const char *loan_text(const struct effect_lent *lent)
{
    if (lent->loan == EFFECT_LOAN_FILE) return "an open file";
    return lent->in_transaction ? "a database connection, with a transaction open"
                                : "a database connection";
}

void run_look_for_loans(struct node *node)
{
    struct run *run = node->run;
    uint32_t cursor = 0;
    const struct effect_lent *lent;
    while (!run->leak.length && (lent = effect_lent_next(&node->effects, &cursor))) {
        enum fl_error err = fl_buf_printf(
            &run->leak, "the handler of %s (%s) has ended and keeps %s",
            effect_process_context(&node->effects)->name, node->name, loan_text(lent));
        (void)err; /* a report that does not fit is cut */
    }
}

void run_judge_leaks(struct run *run)
{
    if (!run->leak.length) return;
    run_end(run, RUN_FAILED, 0,
            "expected  every handler to give back what it was lent\nfound     %s", run->leak.bytes);
}
