/* harness/scenario/printing.h - the small forms that a canonical scenario is written in. */
#ifndef HARNESS_SCENARIO_PRINTING_H
#define HARNESS_SCENARIO_PRINTING_H

#include <stdint.h>

#include "core/buf.h"
#include "harness/scenario/plan.h"

/* The first failure sticks, so that a line is written without a check for each word. */
struct printing {
    struct fl_buf *out;
    enum fl_error err;
};

void print_text(struct printing *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* In quotes, with the escapes that a scenario knows. */
void print_quoted(struct printing *p, struct fl_span text);
/* Bare where it reads back as the same word, quoted otherwise. */
void print_word(struct printing *p, struct fl_span text);
/* JSON as it stands, but for what would read as a setting or a range. */
void print_json(struct printing *p, struct fl_span json);
void print_duration(struct printing *p, int64_t us);
void print_offset(struct printing *p, int64_t us); /* +5m, -1h */
void print_size(struct printing *p, int64_t bytes);
void print_pairs(struct printing *p, const struct plan_pair *pairs, uint32_t count);
void print_ordinal(struct printing *p, uint32_t nth); /* 2nd */
void print_fault(struct printing *p, const struct plan_fault *fault);
/* The first of `count` faults with the parts that follow it; how many those are. */
uint32_t print_faults(struct printing *p, const struct plan_fault *faults, uint32_t count);
void print_enqueue(struct printing *p, const struct plan_job *job);
/* A whole line; nothing where the plan does not explore. */
void print_explore(struct printing *p, const struct plan_explore *explore);
void print_gauge(struct printing *p, const struct plan_gauge *gauge);
void print_expect(struct printing *p, const struct plan_expect *expect);

#endif
