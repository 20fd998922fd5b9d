/* How many allocations there are is known only when one more fails no more: they are tried in
 * waves, whose last one goes too far. */
#include "harness/cli/oom_run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/evidence.h"
#include "harness/matrix/compare.h"

enum {
    BATCH = 32,
    BATCHES = 8,
    WAVE = BATCH * BATCHES,
    LINE_BYTES = 96,
    ARENA_BYTES_MAX = 1 << 28
};

struct sweep {
    const struct matrix_subject *subject;
    struct pool *pool;
    struct oom_result *result;
    const char *process;
    struct run_answer undisturbed;
    struct matrix_end reference;
    int way;
    bool ended; /* an allocation was wanted that nobody asked for */
};

static void trouble(struct sweep *s, enum matrix_trouble kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void trouble(struct sweep *s, enum matrix_trouble kind, const char *format, ...)
{
    if (s->result->trouble) return;
    s->result->trouble = kind;
    va_list args;
    va_start(args, format);
    enum fl_error err = fl_buf_vprintf(&s->result->message, format, args);
    va_end(args);
    (void)err; /* a message that does not fit is cut */
}

/* --- what came of it --- */

static struct oom_site *site_of(struct oom_result *result, struct fl_span path, uint32_t nth)
{
    for (uint32_t i = 0; i < result->site_count; i++)
        if (fl_span_equal(result->sites[i].path, path)) return &result->sites[i];
    if (result->site_count == OOM_SITES_MAX) return NULL;
    const char *copy = fl_arena_copy(&result->arena, path);
    if (!copy) return NULL;
    struct oom_site *site = &result->sites[result->site_count++];
    *site = (struct oom_site){.path = {copy, path.length}, .first = nth};
    return site;
}

/* The first allocation stands for all that ended like it. */
static void tell(struct sweep *s, unsigned cells, uint32_t nth, struct fl_span path,
                 struct fl_buf *text)
{
    char name[MATRIX_STORY_NAME_BYTES];
    snprintf(name, sizeof name, "oom nth %" PRIu32 " %s in %s, asked for by %.*s", nth,
             s->way == OOM_ONCE ? "once" : "forever", s->process, FL_SPAN_ARGS(path));
    matrix_stories_tell(&s->result->stories, cells, (uint64_t)s->way << 32 | nth, name, text);
}

static void settle(struct sweep *s, uint32_t nth, const struct matrix_end *end, struct fl_span path)
{
    struct oom_result *result = s->result;
    struct fl_buf text = FL_BUF_INIT(MATRIX_STORY_BYTES);
    unsigned cells = matrix_compare(&s->reference, end, &text);
    struct oom_site *site = site_of(result, path, nth);
    result->runs++;
    result->seen |= cells;
    if (nth > result->allocations) result->allocations = nth;
    if (site) {
        site->count += s->way == OOM_ONCE;
        site->seen[s->way] |= cells;
    } else {
        trouble(s, MATRIX_NO_HARNESS, "more than %d call paths", OOM_SITES_MAX);
    }
    tell(s, cells, nth, path, &text);
    fl_buf_release(&text);
}

static void take_item(struct sweep *s, uint32_t nth, const struct run_item *item)
{
    if (s->ended || s->result->trouble) return;
    if (item->verdict == RUN_BAD_INPUT || item->verdict == RUN_HARNESS_FAULT || !item->facts) {
        trouble(s, MATRIX_BAD_INPUT, "%.*s", FL_SPAN_ARGS(item->text));
    } else if (!item->facts->struck) {
        s->ended = true;
    } else {
        const struct matrix_end end = {item->verdict, item->text, item->state, item->facts};
        struct fl_span path = item->facts->failed_at;
        settle(s, nth, &end, path.length ? path : FL_SPAN("?"));
    }
}

/* --- requests --- */

static struct run_request request_of(const struct matrix_subject *subject)
{
    return (struct run_request){.path = subject->path,
                                .settings = subject->settings,
                                .setting_count = subject->setting_count,
                                .seed = subject->seed,
                                .seeds = 1,
                                .sweep = -1,
                                .points = 1,
                                .changes = {.bare = true, .extra = matrix_subject_always(subject)},
                                .wants = RUN_WANTS_STATE | RUN_WANTS_DEEDS};
}

static enum fl_error submit(struct sweep *s, uint32_t first, uint32_t count, uint64_t *ret_ticket)
{
    struct fl_span variants[BATCH];
    char lines[BATCH][LINE_BYTES];
    struct fl_buf line = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    struct run_request request = request_of(s->subject);
    for (uint32_t i = 0; i < count; i++) {
        int length = snprintf(lines[i], LINE_BYTES, "%.*sfault oom nth %" PRIu32 " %s in %s\n",
                              FL_SPAN_ARGS(matrix_subject_always(s->subject)), first + i,
                              s->way == OOM_ONCE ? "once" : "forever", s->process);
        variants[i] = (struct fl_span){lines[i], (size_t)length};
    }
    request.variants = variants;
    request.variant_count = count;
    enum fl_error err = run_request_write(&request, &line);
    if (!err) err = pool_submit(s->pool, -1, fl_buf_span(&line), ret_ticket);
    fl_buf_release(&line);
    return err;
}

/* A worker that died in a batch: each of it goes alone. */
static enum fl_error take_death(struct sweep *s, uint32_t nth, const struct pool_answer *answer)
{
    struct fl_buf text = FL_BUF_INIT(MATRIX_STORY_BYTES);
    enum fl_error err = evidence_of_death(answer, &text);
    const struct matrix_end end = {.verdict = RUN_CRASHED, .text = fl_buf_span(&text)};
    if (!err && !s->ended) settle(s, nth, &end, FL_SPAN("? (its worker is gone)"));
    fl_buf_release(&text);
    return err;
}

static enum fl_error take_answer(struct sweep *s, uint32_t first, uint32_t count,
                                 const struct pool_answer *answer)
{
    struct run_answer runs;
    enum fl_error err = run_answer_read(answer->line, &runs);
    if (err) return err;
    if (runs.error || runs.item_count != count)
        trouble(s, MATRIX_BAD_INPUT, "%s", runs.error ? runs.error : "an answer lacks runs");
    for (uint32_t i = 0; i < runs.item_count && i < count; i++)
        take_item(s, first + i, &runs.items[i]);
    run_answer_release(&runs);
    return FL_OK;
}

static enum fl_error play_alone(struct sweep *s, uint32_t nth)
{
    struct pool_answer answer;
    uint64_t ticket;
    enum fl_error err = submit(s, nth, 1, &ticket);
    if (!err) err = pool_next(s->pool, &answer);
    if (err) return err;
    return answer.death == POOL_ANSWERED ? take_answer(s, nth, 1, &answer)
                                         : take_death(s, nth, &answer);
}

struct batch {
    uint64_t ticket;
    bool died;
    struct fl_buf line; /* the answer */
};

static enum fl_error receive(struct sweep *s, struct batch *batches, uint32_t count)
{
    struct pool_answer answer;
    enum fl_error err = pool_next(s->pool, &answer);
    for (uint32_t i = 0; i < count && !err; i++) {
        if (batches[i].ticket != answer.ticket) continue;
        batches[i].died = answer.death != POOL_ANSWERED;
        if (!batches[i].died) err = fl_buf_append_span(&batches[i].line, answer.line);
        return err;
    }
    return err;
}

static enum fl_error settle_batch(struct sweep *s, uint32_t first, const struct batch *batch)
{
    enum fl_error err = FL_OK;
    if (!batch->died) {
        const struct pool_answer answer = {.line = fl_buf_span(&batch->line)};
        return take_answer(s, first, BATCH, &answer);
    }
    for (uint32_t i = 0; i < BATCH && !err && !s->ended; i++)
        err = play_alone(s, first + i);
    return err;
}

/* All are sent, all are awaited, and then they are told in their order. */
static enum fl_error play_wave(struct sweep *s, uint32_t first)
{
    struct batch batches[BATCHES];
    enum fl_error err = FL_OK;
    uint32_t sent = 0;
    for (uint32_t i = 0; i < BATCHES; i++)
        batches[i] = (struct batch){.line = FL_BUF_INIT(POOL_LINE_BYTES_MAX)};
    for (; sent < BATCHES && !err; sent++)
        err = submit(s, first + sent * BATCH, BATCH, &batches[sent].ticket);
    for (uint32_t i = 0; i < sent && !err; i++)
        err = receive(s, batches, sent);
    for (uint32_t i = 0; i < sent && !err && !s->ended && !s->result->trouble; i++)
        err = settle_batch(s, first + i * BATCH, &batches[i]);
    for (uint32_t i = 0; i < BATCHES; i++)
        fl_buf_release(&batches[i].line);
    return err;
}

/* --- the undisturbed run --- */

/* The process that fetched the job. */
static void choose_process(struct sweep *s, const struct run_facts *facts,
                           char process[OOM_PROCESS_BYTES])
{
    uint32_t points[MATRIX_POINTS_MAX];
    uint32_t count = matrix_points(facts, 0, fl_span_from(s->subject->job), points);
    for (uint32_t i = 0; i < count && !process[0]; i++) {
        struct fl_span who = facts->effects[points[i]].who;
        const char *slash = memchr(who.bytes, '/', who.length);
        if (slash)
            snprintf(process, OOM_PROCESS_BYTES, "%.*s", (int)(slash - who.bytes), who.bytes);
    }
    if (!process[0]) snprintf(process, OOM_PROCESS_BYTES, "p1");
}

static enum fl_error play_undisturbed(struct sweep *s, char process[OOM_PROCESS_BYTES])
{
    struct fl_buf line = FL_BUF_INIT(POOL_LINE_BYTES_MAX);
    struct run_request request = request_of(s->subject);
    struct pool_answer answer;
    uint64_t ticket;
    enum fl_error err = run_request_write(&request, &line);
    if (!err) err = pool_submit(s->pool, -1, fl_buf_span(&line), &ticket);
    fl_buf_release(&line);
    if (!err) err = pool_next(s->pool, &answer);
    if (!err && answer.death != POOL_ANSWERED) err = FL_ELOST;
    if (!err) err = run_answer_read(answer.line, &s->undisturbed);
    if (err) return err;
    const struct run_item *item = s->undisturbed.item_count ? &s->undisturbed.items[0] : NULL;
    if (s->undisturbed.error || !item || !item->facts || item->verdict != RUN_PASSED) {
        trouble(s, MATRIX_BAD_INPUT, "the undisturbed run does not end well: %s",
                s->undisturbed.error ? s->undisturbed.error : "it fails");
        return FL_OK;
    }
    s->reference = (struct matrix_end){item->verdict, item->text, item->state, item->facts};
    choose_process(s, item->facts, process);
    return FL_OK;
}

/* --- the whole --- */

static enum fl_error sweep(struct sweep *s)
{
    enum fl_error err = FL_OK;
    for (s->way = 0; s->way < OOM_WAYS && !err && !s->result->trouble; s->way++) {
        s->ended = false;
        for (uint32_t first = 1; !s->ended && !err && !s->result->trouble; first += WAVE) {
            if (first > OOM_ALLOCATIONS_MAX)
                trouble(s, MATRIX_BAD_INPUT, "more than %d allocations", OOM_ALLOCATIONS_MAX);
            else
                err = play_wave(s, first);
        }
    }
    return err;
}

void oom_run(const struct matrix_subject *subject, struct pool *pool,
             char process[OOM_PROCESS_BYTES], struct oom_result *ret_result)
{
    struct sweep s = {.subject = subject, .pool = pool, .result = ret_result, .process = process};
    *ret_result = (struct oom_result){.arena = FL_ARENA_INIT(ARENA_BYTES_MAX)};
    ret_result->message = FL_BUF_INIT(MATRIX_STORY_BYTES);
    matrix_stories_init(&ret_result->stories);
    ret_result->sites = calloc(OOM_SITES_MAX, sizeof *ret_result->sites);
    enum fl_error err = ret_result->sites ? play_undisturbed(&s, process) : FL_ENOMEM;
    if (!err && !ret_result->trouble) err = sweep(&s);
    if (err) trouble(&s, MATRIX_NO_HARNESS, "the run workers: %s", fl_error_text(err));
    run_answer_release(&s.undisturbed);
}

void oom_result_release(struct oom_result *result)
{
    fl_buf_release(&result->message);
    fl_arena_release(&result->arena);
    matrix_stories_release(&result->stories);
    free(result->sites);
    result->sites = NULL;
}
