/* A claim's line. */
#include <inttypes.h>

#include "harness/scenario/printing.h"
#include "harness/scenario/words.h"

static void print_job(struct printing *p, const char *before, const char *job)
{
    print_text(p, "%s", before);
    print_word(p, fl_span_from(job));
}

static void print_compare(struct printing *p, const struct plan_expect *expect)
{
    print_text(p, " %s ", words_text(&words_compares, (int)expect->compare));
}

static void print_count(struct printing *p, const struct plan_expect *expect)
{
    print_compare(p, expect);
    print_text(p, "%" PRId64, expect->number);
}

static void print_span_of_time(struct printing *p, const struct plan_expect *expect)
{
    print_text(p, " in ");
    print_duration(p, expect->low_us);
    print_text(p, "..");
    print_duration(p, expect->high_us);
}

static void print_redis(struct printing *p, const struct plan_expect *expect)
{
    print_text(p, "redis");
    for (uint32_t i = 0; i < expect->argc; i++) {
        print_text(p, " ");
        print_word(p, fl_span_from(expect->argv[i]));
    }
    print_text(p, " = ");
    print_word(p, fl_span_from(expect->text));
}

static void print_text_count(struct printing *p, const char *word, const struct plan_expect *expect)
{
    print_text(p, "%s ", word);
    print_quoted(p, fl_span_from(expect->text));
    print_count(p, expect);
}

static void print_db(struct printing *p, const struct plan_expect *expect)
{
    print_text(p, "db %s", expect->text);
    print_pairs(p, expect->columns, expect->column_count);
    if (!expect->has_count) return;
    print_text(p, " count");
    print_count(p, expect);
}

static void print_key(struct printing *p, const char *word, const char *key)
{
    print_text(p, "%s ", word);
    print_word(p, fl_span_from(key));
}

static void print_count_of(struct printing *p, const char *what, const struct plan_expect *expect)
{
    print_job(p, what, expect->job);
    print_count(p, expect);
}

static void print_claim(struct printing *p, const struct plan_expect *expect)
{
    switch (expect->kind) {
    case PLAN_EXPECT_JOB:
        print_job(p, "", expect->job);
        print_text(p, " %s", words_text(&words_states, (int)expect->state));
        break;
    case PLAN_EXPECT_RUNS: print_count_of(p, "runs of ", expect); break;
    case PLAN_EXPECT_JOBS: print_count_of(p, "jobs of ", expect); break;
    case PLAN_EXPECT_DELIVERIES: print_count_of(p, "deliveries of ", expect); break;
    case PLAN_EXPECT_GAP:
        print_job(p, "gap of ", expect->job);
        print_text(p, " %u..%u", expect->gap_from, expect->gap_to);
        print_span_of_time(p, expect);
        break;
    case PLAN_EXPECT_STARTS:
        print_job(p, "", expect->job);
        print_text(p, " starts");
        print_span_of_time(p, expect);
        break;
    case PLAN_EXPECT_ENDS:
        print_job(p, "", expect->job);
        print_text(p, " ends");
        print_span_of_time(p, expect);
        break;
    case PLAN_EXPECT_ORDER:
        print_job(p, "", expect->job);
        print_job(p, " starts before ", expect->other_job);
        break;
    case PLAN_EXPECT_EFFECT:
        print_text_count(p, "effect", expect);
        if (expect->for_each_job) print_text(p, " for each job");
        break;
    case PLAN_EXPECT_DB: print_db(p, expect); break;
    case PLAN_EXPECT_LOG: print_text_count(p, "log", expect); break;
    case PLAN_EXPECT_REDIS: print_redis(p, expect); break;
    case PLAN_EXPECT_STATE: print_text(p, "state same-as reference"); break;
    case PLAN_EXPECT_EXIT: print_text(p, "%s exits %" PRId64, expect->text, expect->number); break;
    case PLAN_EXPECT_DRAINED:
        print_text(p, "drained within ");
        print_duration(p, expect->high_us);
        break;
    case PLAN_EXPECT_MEMORY:
        print_text(p, "memory of %s", expect->text);
        print_compare(p, expect);
        print_size(p, expect->number);
        break;
    case PLAN_EXPECT_GAUGE:
        if (expect->always) print_text(p, "always ");
        print_gauge(p, expect->gauge);
        break;
    case PLAN_EXPECT_ACCOUNT:
        print_text(p, "jobs %s", words_text(&words_accounts, (int)expect->account));
        print_count(p, expect);
        break;
    case PLAN_EXPECT_LINEARIZABLE: print_key(p, "linearizable", expect->text); break;
    case PLAN_EXPECT_EXCLUSIVE: print_key(p, "exclusive", expect->text); break;
    case PLAN_EXPECT_RELEASED: print_key(p, "released", expect->text); break;
    case PLAN_EXPECT_STATELESS: print_text(p, "stateless"); break;
    case PLAN_EXPECT_CLASS:
        print_text(p, "class %s", words_text(&words_classes, expect->class));
        break;
    }
}

void print_expect(struct printing *p, const struct plan_expect *expect)
{
    print_text(p, expect->sometimes ? "sometimes " : "expect   ");
    if (expect->fair) print_text(p, "fair ");
    print_claim(p, expect);
}
