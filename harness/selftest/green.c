#include "harness/selftest/green.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/selftest/child.h"

#define RUNS "100" /* of a campaign */

void greens_release(struct greens *greens)
{
    free(greens->items);
    *greens = (struct greens){0};
}

static enum fl_error add(struct greens *greens, const struct green *green)
{
    if (greens->count == greens->capacity) {
        uint32_t capacity = greens->capacity ? 2 * greens->capacity : 64;
        if (capacity > CREW_ITEMS_MAX) return FL_EBOUND;
        struct green *items = realloc(greens->items, capacity * sizeof *items);
        if (!items) return FL_ENOMEM;
        greens->items = items;
        greens->capacity = capacity;
    }
    greens->items[greens->count++] = *green;
    return FL_OK;
}

bool green_finds(const struct green *green, const struct mutant *mutant)
{
    const struct mutant *command = &green->command;
    if (green->handler || !command->test != !mutant->test) return false;
    if (command->test && strcmp(command->test, mutant->test) != 0) return false;
    if (command->word_count != mutant->word_count) return false;
    for (uint32_t i = 0; i < command->word_count; i++)
        if (strcmp(command->words[i], mutant->words[i]) != 0) return false;
    return true;
}

enum fl_error greens_add_finder(struct greens *greens, const struct mutant *mutant)
{
    for (uint32_t i = 0; i < greens->count; i++)
        if (green_finds(&greens->items[i], mutant)) return FL_OK;
    return add(greens, &(struct green){.command = *mutant});
}

enum fl_error greens_add_handler(struct greens *greens, const char *handler, const char *scenario)
{
    const struct green all[] = {
        {handler, {.words = {"run", scenario}, .word_count = 2}},
        {handler,
         {.words = {"run", scenario, "--explore", "random", "--runs", RUNS}, .word_count = 6}},
        {handler,
         {.words = {"run", scenario, "--explore", "pct", "--runs", RUNS}, .word_count = 6}},
        {handler,
         {.words = {"run", scenario, "--explore", "guided", "--runs", RUNS}, .word_count = 6}},
        {handler, {.words = {"oom", scenario}, .word_count = 2}},
    };
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < sizeof all / sizeof all[0] && !err; i++)
        err = add(greens, &all[i]);
    return err;
}

void green_run(const struct tree *tree, const struct green *green, struct green_report *ret_report)
{
    struct fl_buf output = FL_BUF_INIT(CHILD_OUTPUT_BYTES_MAX),
                  lines = FL_BUF_INIT(CHILD_OUTPUT_BYTES_MAX);
    enum fl_error err = FL_OK;
    if (green->command.test) err = tree_build(tree, green->command.test, &output);
    if (!err)
        err = trial_command(tree->folder, tree->build_name, &green->command, &output, &lines,
                            &ret_report->status);
    ret_report->fault = err != FL_OK;
    if (err && !output.length)
        trial_note_last(ret_report->why, fl_span_from(fl_error_text(err)));
    else
        trial_note_first(ret_report->why, fl_buf_span(&output));
    fl_buf_release(&output);
    fl_buf_release(&lines);
}

bool green_is_green(const struct green_report *report)
{
    return !report->fault && report->status == 0;
}
