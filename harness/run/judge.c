/* harness/run/judge.c - the end of a run: faults that never struck, expectations, the final state.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/cut.h"
#include "harness/check/account.h"
#include "harness/check/expect.h"
#include "harness/run/stage.h"

enum { FOUND_BYTES = 16 * 1024 };

/* --- the final state --- */

static enum fl_error add_cell(void *context, const char *table, const char *column,
                              struct fl_span value)
{
    struct state *state = context;
    char group[160];
    if (column) return state_add(state, column, value);
    snprintf(group, sizeof group, "db %s", table);
    return state_begin_row(state, group);
}

/* Keys of the queue: judged by the ledger, never by bytes. */
bool run_is_queue_key(const struct run *run, struct fl_span name)
{
    static const char *const prefixes[] = {"queue:", "stat:",       "faultline:", "j|",
                                           "h|",     "dear-leader", "schedule",   "retry",
                                           "dead",   "processes",   "queues",     "process_cleanup",
                                           "b-",     "batches",     "batch-died"};
    for (size_t i = 0; i < FL_COUNT(prefixes); i++)
        if (fl_span_starts(name, fl_span_from(prefixes[i]))) return true;
    return run_is_of_a_process(run, name);
}

bool run_is_of_a_process(const struct run *run, struct fl_span name)
{
    for (uint32_t i = 0; i < run->node_count; i++) {
        struct fl_span node = fl_span_from(run->nodes[i].name);
        if (fl_span_starts(name, node) && name.length > node.length &&
            name.bytes[node.length] == ':')
            return true;
    }
    return false;
}

static enum fl_error add_key(struct state *state, const struct fake_redis_key *key)
{
    static const char *const types[] = {"string", "list", "set", "zset", "hash"};
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    char group[320];
    size_t length = fl_cut(group, sizeof group, 0, FL_SPAN("redis "));
    fl_cut(group, sizeof group, length, fake_redis_key_name(key));
    enum fl_error err = FL_OK;
    while (!err && fake_redis_next(key, &cursor, &element)) {
        char score[40];
        err = state_begin_row(state, group);
        if (!err) err = state_add(state, "type", fl_span_from(types[fake_redis_key_type(key)]));
        bool lasting = fake_redis_key_expires_us(key) == FL_NEVER_US;
        if (!err) err = state_add(state, "ttl", lasting ? FL_SPAN("none") : FL_SPAN("some"));
        if (!err) err = state_add(state, "member", element.member);
        if (!err && element.value.bytes) err = state_add(state, "value", element.value);
        if (err || fake_redis_key_type(key) != FAKE_REDIS_ZSET) continue;
        snprintf(score, sizeof score, "%.17g", element.score);
        err = state_add(state, "score", fl_span_from(score));
    }
    return err;
}

static enum fl_error add_mails(struct run *run, struct state *state)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < fake_mail_count(run->office) && !err; i++) {
        const struct fake_mail_record *mail = fake_mail_record(run->office, i);
        bool repeat = false; /* of a key that a receiver knows */
        for (size_t k = 0; k < i && mail->idempotency_key.length && !repeat; k++)
            repeat = fl_span_equal(fake_mail_record(run->office, k)->idempotency_key,
                                   mail->idempotency_key);
        if (repeat) continue;
        err = state_begin_row(state, "mail");
        if (!err) err = state_add(state, "to", mail->to);
        if (!err) err = state_add(state, "subject", mail->subject);
        if (!err) err = state_add(state, "text", mail->text);
        if (!err) err = state_add(state, "key", mail->idempotency_key);
    }
    return err;
}

enum fl_error run_collect_state(struct run *run, struct state *state)
{
    size_t count;
    enum fl_error err = database_walk(&run->database, add_cell, state);
    const struct fake_redis_key *const *keys = fake_redis_keys(run->house->engine, 0, &count);
    for (size_t i = 0; i < count && !err; i++)
        if (!run_is_queue_key(run, fake_redis_key_name(keys[i]))) err = add_key(state, keys[i]);
    return err ? err : add_mails(run, state);
}

/* --- what expectations ask of the run --- */

static enum fl_error rows(void *self, const char *table, const struct plan_pair *pairs,
                          uint32_t count, int64_t *ret_rows, struct fl_buf *problem)
{
    return database_count(&((struct run *)self)->database, table, pairs, count, ret_rows, problem);
}

static enum fl_error show_rows(void *self, const char *table, const struct plan_pair *pairs,
                               uint32_t count, struct fl_buf *out)
{
    return database_show(&((struct run *)self)->database, table, pairs, count, out);
}

/* RESP2 as a line of text: "3", "nil", "[a b]". */
static enum fl_error print_reply(const char **at, struct fl_buf *out)
{
    const char *line = *at;
    const char *end = strchr(line, '\r');
    if (!end) return FL_EPROTOCOL;
    *at = end + 2;
    long count = strtol(line + 1, NULL, 10);
    if (line[0] == '$' && count >= 0) {
        enum fl_error err = fl_buf_append(out, *at, (size_t)count);
        *at += count + 2;
        return err;
    }
    if (line[0] == '$' || (line[0] == '*' && count < 0)) return fl_buf_append_text(out, "nil");
    if (line[0] != '*') return fl_buf_append(out, line + 1, (size_t)(end - line - 1));
    enum fl_error err = fl_buf_append_text(out, "[");
    for (long i = 0; i < count && !err; i++) {
        if (i) err = fl_buf_append_text(out, " ");
        if (!err) err = print_reply(at, out);
    }
    return err ? err : fl_buf_append_text(out, "]");
}

static enum fl_error redis(void *self, const char *const *argv, uint32_t argc, struct fl_buf *out)
{
    struct run *run = self;
    struct fl_buf reply = FL_BUF_INIT(64 * 1024 * 1024);
    struct fl_span *args = calloc(argc, sizeof *args);
    for (uint32_t i = 0; args && i < argc; i++)
        args[i] = fl_span_from(argv[i]);
    enum fl_error err =
        args ? server_ask_command(&run->server, "expect", args, argc, &reply) : FL_ENOMEM;
    if (!err && !reply.length) err = FL_ETIMEDOUT;
    const char *at = reply.bytes;
    if (!err) err = print_reply(&at, out);
    free(args);
    fl_buf_release(&reply);
    return err;
}

static bool gauge(void *self, const struct plan_gauge *asked, struct fl_buf *found)
{
    return run_gauge_holds(self, asked, found);
}

static bool exited(void *self, const char *process, int64_t status, struct fl_buf *statuses)
{
    const struct node *node = run_node(self, process);
    if (!node) return false;
    for (int i = 0; i < 256; i++) {
        if (!node->exited_with[i]) continue;
        enum fl_error err = fl_buf_printf(statuses, "%s%d", statuses->length ? ", " : "", i);
        (void)err;
    }
    return node->exited_with[status & 0xff];
}

static int64_t memory_peak(void *self, const char *process)
{
    struct node *node = run_node(self, process);
    if (node && node->alive) node_look_at_memory(node);
    return node ? node->memory_peak : 0;
}

static bool same_state(void *self, struct fl_buf *out)
{
    struct run *run = self;
    enum fl_error err = FL_OK;
    if (!run->has_reference) {
        err = fl_buf_append_text(out, "no reference: the undisturbed run did not end well");
        return false;
    }
    struct state state = {0};
    err = run_collect_state(run, &state);
    if (!err) err = state_format(&state, &run->house->reference.volatiles, &run->result->state);
    state_release(&state);
    if (err) {
        err = fl_buf_append_text(out, fl_error_text(err));
        return false;
    }
    return state_same(fl_buf_span(&run->house->reference.text), fl_buf_span(&run->result->state),
                      out);
}

/* Line by line: line ends would be escaped. What does not fit is cut. */
static void append_renamed(struct run *run, struct fl_span text, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    while (text.length && !err) {
        const char *end = memchr(text.bytes, '\n', text.length);
        size_t length = end ? (size_t)(end - text.bytes) : text.length;
        err = trace_rename(run_naming(run), (struct fl_span){text.bytes, length}, out);
        if (!err && end) err = fl_buf_append_char(out, '\n');
        length += end != NULL;
        text = (struct fl_span){text.bytes + length, text.length - length};
    }
}

static bool explains(void *self, enum linear_object object, const char *glob, struct fl_buf *out)
{
    struct run *run = self;
    struct fl_buf told = FL_BUF_INIT(FOUND_BYTES);
    bool holds = run->operations && operations_hold(run->operations, object, glob, &told);
    append_renamed(run, fl_buf_span(&told), out);
    fl_buf_release(&told);
    return holds;
}

static bool released(void *self, const char *glob, struct fl_buf *out)
{
    struct run *run = self;
    size_t count;
    const struct fake_redis_key *const *keys = fake_redis_keys(run->house->engine, 0, &count);
    for (size_t i = 0; i < count; i++) {
        struct fl_span name = fake_redis_key_name(keys[i]);
        if (fake_redis_key_expires_us(keys[i]) != FL_NEVER_US) continue;
        if (!fl_span_glob(fl_span_from(glob), name)) continue;
        enum fl_error err = run_say_key(run, keys[i], out);
        if (!err) err = fl_buf_append_text(out, ", and nothing ends it");
        (void)err; /* a finding that does not fit is cut */
        return false;
    }
    return true;
}

static bool stateless(void *self, struct fl_buf *out)
{
    const struct run *run = self;
    struct fl_span lines = fl_buf_span(&run->statics);
    if (!lines.length) return true;
    lines.length--; /* the last line's end */
    append_renamed(self, lines, out);
    return false;
}

static const struct expect_ops ops = {
    .rows = rows,
    .show_rows = show_rows,
    .redis = redis,
    .gauge = gauge,
    .exited = exited,
    .memory_peak = memory_peak,
    .same_state = same_state,
    .explains = explains,
    .released = released,
    .stateless = stateless,
};

/* The line without its first word. */
static const char *claim(const struct plan_expect *expect)
{
    const char *word = expect->sometimes ? "sometimes" : "expect";
    const char *text = expect->source;
    if (strncmp(text, word, strlen(word)) == 0) text += strlen(word);
    return text + strspn(text, " \t");
}

bool run_holds(struct run *run, const struct plan *plan, const struct tally *tally, uint32_t index,
               struct fl_buf *found)
{
    struct expect_sources sources = {.plan = plan,
                                     .ledger = run->ledger,
                                     .tally = tally,
                                     .drained_us = run->drained_us,
                                     .ops = &ops,
                                     .self = run};
    return expect_holds(&sources, index, found);
}

/* A claim about chance says nothing of numbers that are all 0. */
static bool can_be_judged(const struct run *run, const struct plan_expect *expect)
{
    return !expect->fair || sim_choices_guessed(run->order->choices) == 0;
}

static void judge_expectations(struct run *run)
{
    for (uint32_t i = 0; i < run->plan->expect_count; i++) {
        struct fl_buf found = FL_BUF_INIT(FOUND_BYTES);
        if (run->plan->expects[i].sometimes || !can_be_judged(run, &run->plan->expects[i]))
            continue;
        if (!run_holds(run, run->plan, run->tally, i, &found))
            run_end(run, RUN_FAILED, run->plan->expects[i].where.line, "expected  %s\nfound     %s",
                    claim(&run->plan->expects[i]), found.length ? found.bytes : "otherwise");
        fl_buf_release(&found);
        if (run->result->verdict != RUN_PASSED) return;
    }
}

/* A claim that counts them expects them. */
static bool expects_undecided(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->expect_count; i++) {
        const struct plan_expect *expect = &plan->expects[i];
        if (expect->kind == PLAN_EXPECT_ACCOUNT && (expect->account == PLAN_ACCOUNT_INDETERMINATE ||
                                                    expect->account == PLAN_ACCOUNT_UNPUSHED))
            return true;
    }
    return false;
}

/* What passes although pushes are in doubt has not shown that their jobs end. */
static void judge_undecided(struct run *run)
{
    const char *first = NULL;
    uint32_t count = 0;
    if (expects_undecided(run->plan)) return;
    for (uint32_t i = 0; i < run->ledger->count; i++) {
        const struct ledger_job *job = run->ledger->all[i];
        if (account_is_undecided(job) && !count++) first = job->name;
    }
    if (!count) return;
    char others[40] = "";
    if (count > 1) snprintf(others, sizeof others, " and %" PRIu32 " more", count - 1);
    enum fl_error err =
        fl_buf_printf(&run->result->text,
                      "expected  to know of each push whether it was stored\n"
                      "found     %s%s: the answer to its push was lost, and nothing later tells",
                      first, others);
    run->result->indeterminate = true;
    if (err) run_end(run, RUN_HARNESS_FAULT, 0, "what is in doubt: %s", fl_error_text(err));
}

/* A run that has failed has done what it has done, too. */
static void judge_sometimes(struct run *run)
{
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < run->plan->expect_count && !err; i++) {
        const struct plan_expect *expect = &run->plan->expects[i];
        struct fl_buf found = FL_BUF_INIT(FOUND_BYTES);
        if (expect->sometimes && can_be_judged(run, expect) &&
            !run_holds(run, run->plan, run->tally, i, &found))
            err = fl_buf_printf(&run->result->never, "%u %s\n", expect->where.line, claim(expect));
        fl_buf_release(&found);
    }
    if (err) run_end(run, RUN_HARNESS_FAULT, 0, "what happens sometimes: %s", fl_error_text(err));
}

void run_judge_faults(struct run *run)
{
    const struct plan_fault *silent = fault_set_never_fired(run->faults);
    if (!silent) return;
    struct fl_buf what = FL_BUF_INIT(256);
    run_describe_fault(silent, &what);
    run_end(run, RUN_FAILED, silent->where.line,
            "expected  the fault to strike: %s\nfound     that it never did", what.bytes);
    fl_buf_release(&what);
}

static bool has_swept(const struct run *run)
{
    return fault_set_swept(run->faults) && (!fault_set_counts_to_the_end(run->faults) ||
                                            run->server.has_cut_short || run->has_torn);
}

/* Whatever became of a run that lies beyond the places of a sweep, another has told it. */
static bool is_beyond(struct run *run)
{
    enum run_verdict *verdict = &run->result->verdict;
    bool played = *verdict == RUN_PASSED || *verdict == RUN_FAILED || *verdict == RUN_STUCK;
    if (run->order->sweep < 0 || !played || has_swept(run)) return false;
    *verdict = RUN_SWEPT;
    return true;
}

void run_judge(struct run *run)
{
    if (run->undisturbed || is_beyond(run)) return;
    if (run->order->sweep < 0 && run->result->verdict == RUN_PASSED) run_judge_faults(run);
    if (run->result->verdict == RUN_PASSED) run_judge_leaks(run);
    if (run->result->verdict == RUN_PASSED) run_judge_locks(run);
    if (run->result->verdict == RUN_PASSED) judge_expectations(run);
    if (run->result->verdict == RUN_PASSED || run->result->verdict == RUN_FAILED)
        judge_sometimes(run);
    if (run->result->verdict == RUN_PASSED) judge_undecided(run);
}
