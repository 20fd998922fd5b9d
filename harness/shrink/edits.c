#include "harness/shrink/edits.h"

const struct edit_family edit_families[] = {
    {"default schedule, seed and times", edit_drop_whole},
    {"drop choices", edit_drop_choices},
    {"drop expectations", edit_drop_expects},
    {"drop faults", edit_drop_faults},
    {"drop jobs", edit_drop_jobs},
    {"drop what the clock enqueues", edit_drop_crons},
    {"drop processes", edit_drop_processes},
    {"drop what is given: rows", edit_drop_rows},
    {"drop what is given: commands", edit_drop_commands},
    {"drop what is given: answers", edit_drop_https},
    {"drop what is given: files", edit_drop_files},
    {"drop lines `volatile`", edit_drop_volatiles},
    {"fewer processes and options", edit_processes},
    {"simpler jobs", edit_jobs},
    {"simpler faults", edit_faults},
    {"shorter arguments", edit_arguments, true},
    {"fewer columns", edit_rows},
    {"fewer answers", edit_answers},
    {"shorter files", edit_files},
    {0},
};
