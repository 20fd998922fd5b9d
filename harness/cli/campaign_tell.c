/* harness/cli/campaign_tell.c - what a campaign is called, and what it says of itself. */
#include <inttypes.h>
#include <string.h>

#include "harness/cli/campaign.h"

static const char *const words[CAMPAIGN_STRATEGIES] = {"random", "pct",  "urw",
                                                       "dfs",    "dpor", "guided"};

bool campaign_strategy_parse(const char *word, enum campaign_strategy *ret_strategy)
{
    for (int i = 0; i < CAMPAIGN_STRATEGIES; i++)
        if (strcmp(words[i], word) == 0) {
            *ret_strategy = (enum campaign_strategy)i;
            return true;
        }
    return false;
}

uint32_t campaign_pct_depth(const struct campaign_order *order)
{
    return order->depth ? order->depth : CAMPAIGN_DEPTH;
}

static void tell_extent(const struct campaign_result *result, FILE *out)
{
    switch (result->extent) {
    case TREE_COMPLETE:
        fputs("      complete: every order in which the tasks of these processes can run, to the "
              "end of the run;\n      tasks switch at effects only, calls take no time, faults "
              "strike as the plan says, and\n      numbers that the program draws are 0\n",
              out);
        return;
    case TREE_BOUNDED:
        fprintf(out,
                "      complete up to %" PRId32 " switches between tasks; there are orders with "
                "more\n",
                result->switches);
        return;
    case TREE_OPEN: break;
    }
    if (result->switches < 0)
        fputs("      not complete\n", out);
    else
        fprintf(out,
                "      not complete: all orders with at most %" PRId32 " switches were played\n",
                result->switches);
}

static void tell_sums(const struct campaign_result *result, FILE *out)
{
    fprintf(out,
            "      %" PRIu32 " of them were cut short, since others play the rest; %" PRIu32
            " different states at which time passed\n",
            result->sums.cut_short, result->sums.instants);
    if (result->failed || result->known_failed || result->problem.length) return;
    if (!result->complete) {
        fputs("      not complete\n", out);
        return;
    }
    fputs(
        "      complete: of every order in which the steps of these processes can come, to the end "
        "of the run,\n      one that makes no difference to it; processes switch at effects only, "
        "the tasks of one take\n      turns in one order, calls take no time, faults strike as the "
        "plan says, numbers that the\n      program draws are 0; a database is one object\n",
        out);
}

void campaign_tell(const char *id, const struct campaign_order *order,
                   const struct campaign_result *result, FILE *out)
{
    fprintf(out, "%s: %s", id, words[order->strategy]);
    if (order->strategy == CAMPAIGN_PCT)
        fprintf(out, " of depth %" PRIu32, campaign_pct_depth(order));
    fprintf(out,
            " from seed %" PRIu64 ", %" PRIu64 " runs, %" PRIu64 " final states, %" PRIu64
            " traces",
            order->seed, result->runs, result->states, result->traces);
    if (order->strategy == CAMPAIGN_GUIDED)
        fprintf(out, ", %" PRIu64 " pairs of commands", result->pairs);
    if (result->indeterminate)
        fprintf(out, ", %" PRIu64 " runs indeterminate", result->indeterminate);
    if (result->out_of_time)
        fprintf(out, "; the budget of %" PRId64 " s of real time is spent",
                order->budget_us / 1000000);
    if (result->first_run)
        fprintf(out, "; run %" PRIu64 " is the first of %" PRIu64 " that failed", result->first_run,
                result->failed);
    fputc('\n', out);
    if (order->corpus)
        fprintf(out,
                "      corpus %s: %" PRIu64 " of its failures played first, %" PRIu64
                " still fail, %" PRIu64 " new\n",
                order->corpus, result->known, result->known_failed, result->stored);
    if (order->strategy == CAMPAIGN_DFS) tell_extent(result, out);
    if (order->strategy == CAMPAIGN_DPOR) tell_sums(result, out);
    if (result->problem.length) fprintf(out, "      %s\n", result->problem.bytes);
}
