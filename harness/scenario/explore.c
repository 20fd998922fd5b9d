/* `explore STRATEGY [depth N] [runs N] [budget 60s] [swarm]`: how `faultline run` plays the file.
 */
#include "harness/scenario/reading.h"

static bool read_option(struct reading *r, uint32_t *seen)
{
    struct plan_explore *explore = &r->plan->explore;
    const struct token *at = line_peek(&r->line);
    enum plan_strategy strategy = explore->strategy;
    int option;
    int64_t number = 0;
    if (!reading_option(r, &words_explore, seen, &option)) return false;
    switch ((enum word_explore)option) {
    case WORD_EXPLORE_DEPTH:
        if (strategy != PLAN_EXPLORE_PCT && strategy != PLAN_EXPLORE_DFS)
            return reading_problem(r, at, "depth only of pct and dfs");
        if (!reading_number(r, "a number from 1", 1, PLAN_EXPLORE_DEPTH_MAX, &number)) return false;
        explore->depth = (uint32_t)number;
        return true;
    case WORD_EXPLORE_RUNS:
        if (!reading_number(r, "a number from 1", 1, PLAN_EXPLORE_RUNS_MAX, &number)) return false;
        explore->runs = (uint64_t)number;
        return true;
    case WORD_EXPLORE_BUDGET:
        return reading_duration(r, "a duration, like 60s", &explore->budget_us);
    case WORD_EXPLORE_SWARM:
        if (strategy != PLAN_EXPLORE_RANDOM && strategy != PLAN_EXPLORE_URW &&
            strategy != PLAN_EXPLORE_GUIDED)
            return reading_problem(r, at, "swarm only of random, urw and guided");
        explore->swarm = true;
        return true;
    }
    return false;
}

bool read_explore(struct reading *r)
{
    uint32_t seen = 0;
    int strategy;
    if (!reading_word(r, &words_strategies, &strategy)) return false;
    r->plan->explore.strategy = (enum plan_strategy)strategy;
    while (line_peek(&r->line)->kind != TOKEN_END)
        if (!read_option(r, &seen)) return false;
    return true;
}
