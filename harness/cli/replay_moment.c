#include "harness/cli/replay_moment.h"

#include "harness/cli/evidence.h"
#include "harness/cli/options.h"
#include "harness/cli/request.h"
#include "harness/cli/session.h"
#include "harness/picture/moment.h"

enum { REQUEST_BYTES_MAX = 64 * 1024 * 1024, TEXT_BYTES_MAX = 64 * 1024 * 1024 };
enum { ARENA_BYTES_MAX = 512 * 1024 * 1024, LAST_EVENTS = 12 };

/* --- the state --- */
static enum fl_error append_events(const struct picture_events *events, uint32_t event,
                                   struct fl_buf *text)
{
    uint32_t first = event + 1 > LAST_EVENTS ? event + 1 - LAST_EVENTS : 0;
    enum fl_error err = fl_buf_append_text(text, "last events\n");
    for (uint32_t i = first; i <= event && !err; i++) {
        err = fl_buf_append_text(text, "  ");
        if (!err) err = moment_format_event(&events->events[i], text);
        if (!err) err = fl_buf_append_char(text, '\n');
    }
    return err;
}

static enum fl_error append_writer(const struct picture_events *events, uint32_t event,
                                   const char *group, struct fl_buf *text)
{
    uint32_t writer;
    enum fl_error err = moment_writer(events, event, fl_span_from(group), &writer);
    if (err == FL_ENOTFOUND) return fl_buf_printf(text, "%s  nobody has written it\n", group);
    if (!err) err = fl_buf_printf(text, "%s  ", group);
    if (!err) err = moment_format_event(&events->events[writer], text);
    return err ? err : fl_buf_append_char(text, '\n');
}

static int show_event(const struct picture_events *events, uint32_t event,
                      const struct replay_moment *moment, struct fl_arena *arena, FILE *out,
                      FILE *err_out)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    enum fl_error err = FL_OK;
    if (moment->writer) {
        err = append_writer(events, event, moment->writer, &text);
    } else {
        err = moment_format(events, event, arena, &text);
        if (!err) err = append_events(events, event, &text);
    }
    if (err)
        fprintf(err_out, "faultline replay: the state: %s\n", fl_error_text(err));
    else
        fwrite(text.bytes, 1, text.length, out);
    fl_buf_release(&text);
    return err ? CLI_HARNESS_FAULT : CLI_PASSED;
}

static int show(struct fl_span recording, const struct replay_moment *moment, FILE *out,
                FILE *err_out)
{
    struct fl_arena arena = FL_ARENA_INIT(ARENA_BYTES_MAX);
    struct picture_events events;
    int code = CLI_HARNESS_FAULT;
    enum fl_error err = picture_read(recording, &arena, &events);
    uint32_t event = err || !events.count ? 0 : events.count - 1;
    if (err || !events.count) {
        fprintf(err_out, "faultline replay: the recording: %s\n",
                fl_error_text(err ? err : FL_ENOTFOUND));
    } else if (moment->to &&
               (err = moment_find(&events, fl_span_from(moment->to), &event)) != FL_OK) {
        fprintf(err_out,
                "faultline replay: --to: expected an effect of the run, like imp-1#2.7 or imp-1#2 "
                "the 1st \"redis LREM\", found \"%s\"\n",
                moment->to);
        code = CLI_USAGE;
    } else {
        code = show_event(&events, event, moment, &arena, out, err_out);
    }
    fl_arena_release(&arena);
    return code;
}

/* --- the run --- */
static enum fl_error submit(struct pool *pool, const struct replay *replay)
{
    struct fl_buf line = FL_BUF_INIT(REQUEST_BYTES_MAX);
    uint64_t ticket;
    struct run_request request = {.path = replay->scenario,
                                  .settings = replay->settings,
                                  .setting_count = replay->setting_count,
                                  .seed = replay->seed,
                                  .seeds = 1,
                                  .sweep = replay->sweep,
                                  .points = 1,
                                  .wants = RUN_WANTS_RECORDING};
    if (replay->choices.length) {
        request.source = REQUEST_RECORDED;
        request.choices = replay->choices;
    }
    enum fl_error err = run_request_write(&request, &line);
    if (!err) err = pool_submit(pool, -1, fl_buf_span(&line), &ticket);
    fl_buf_release(&line);
    return err;
}

static int show_death(const struct pool_answer *answer, FILE *err_out)
{
    struct fl_buf text = FL_BUF_INIT(TEXT_BYTES_MAX);
    enum fl_error err = evidence_of_death(answer, &text);
    fprintf(err_out, "faultline replay: no state is left of a run that ends its run worker\n%s\n",
            err ? fl_error_text(err) : text.bytes);
    fl_buf_release(&text);
    return CLI_HANDLER_CRASHED;
}

static int show_answer(struct fl_span line, const struct replay_moment *moment, FILE *out,
                       FILE *err_out)
{
    struct run_answer answer = {0};
    enum fl_error err = run_answer_read(line, &answer);
    int code = CLI_HARNESS_FAULT;
    if (err) {
        fprintf(err_out, "faultline replay: %s\n", fl_error_text(err));
    } else if (answer.error || !answer.item_count || !answer.items[0].recording.length) {
        struct fl_span text = answer.item_count ? answer.items[0].text : fl_span_from(answer.error);
        fprintf(err_out, "faultline replay: the run cannot be played\n%.*s\n", FL_SPAN_ARGS(text));
        code = CLI_USAGE;
    } else {
        code = show(answer.items[0].recording, moment, out, err_out);
    }
    run_answer_release(&answer);
    return code;
}

int replay_moment_show(const struct replay *replay, const struct replay_moment *moment, FILE *out,
                       FILE *err_out)
{
    struct pool *pool = NULL;
    struct pool_answer answer;
    int code = CLI_HARNESS_FAULT;
    enum fl_error err = pool_new(1, SESSION_HANG_US, &pool);
    if (!err) err = submit(pool, replay);
    if (!err) err = pool_next(pool, &answer);
    if (err)
        fprintf(err_out, "faultline replay: the run worker: %s\n", fl_error_text(err));
    else if (answer.death != POOL_ANSWERED)
        code = show_death(&answer, err_out);
    else
        code = show_answer(answer.line, moment, out, err_out);
    if (pool) pool_free(pool);
    return code;
}
