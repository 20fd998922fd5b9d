#include "harness/cli/replay_file.h"

#include <inttypes.h>
#include <string.h>

#include "core/json.h"
#include "harness/choice/priorities.h"
#include "harness/cli/request.h"
#include "harness/scenario/problems.h"

static enum fl_error append_setting(struct fl_buf *out, const struct scenario_setting *setting)
{
    enum fl_error err = fl_buf_append_text(out, "set ");
    if (!err) err = fl_json_write_scrubbed(out, fl_span_from(setting->name));
    if (!err) err = fl_buf_append_char(out, ' ');
    if (!err) err = fl_json_write_scrubbed(out, fl_span_from(setting->value));
    return err ? err : fl_buf_append_char(out, '\n');
}

enum fl_error replay_format(const struct replay *replay, struct fl_buf *out)
{
    char hash[RUN_HASH_TEXT_BYTES];
    enum fl_error err = fl_buf_append_text(out, "replay 1\nscenario ");
    if (!err) err = fl_json_write_scrubbed(out, fl_span_from(replay->scenario));
    if (!err) err = fl_buf_append_char(out, '\n');
    for (uint32_t i = 0; !err && i < replay->setting_count; i++)
        err = append_setting(out, &replay->settings[i]);
    if (!err) err = fl_buf_printf(out, "seed %" PRIu64 "\n", replay->seed);
    if (!err && replay->sweep >= 0) err = fl_buf_printf(out, "sweep %" PRId32 "\n", replay->sweep);
    run_hash_text(replay->trace_hash, hash);
    if (!err && replay->has_trace) err = fl_buf_printf(out, "trace %s\n", hash);
    if (!err && replay->depth > 0 && replay->choices.length == 0)
        err = fl_buf_printf(out, "priorities %" PRIu32 " %" PRIu64 "\n", replay->depth,
                            replay->horizon);
    if (!err && replay->then_seeded) err = fl_buf_append_text(out, "then-seeded\n");
    if (err || replay->choices.length == 0) return err;
    err = fl_buf_append_text(out, "choices\n");
    return err ? err : fl_buf_append_span(out, replay->choices);
}

/* --- reading --- */
struct replay_reading {
    struct replay replay;
    struct scenario_setting *settings;
    struct fl_arena *arena;
    struct problems problems;
    uint32_t line;
    enum fl_error err;
};

static bool wrong(struct replay_reading *r, const char *expected, struct fl_span found)
{
    problems_add(&r->problems, r->line, 1, expected, found, NULL);
    r->err = FL_EPARSE;
    return false;
}

/* The end of the JSON string that `rest` begins with, or of `rest`. */
static size_t string_end(struct fl_span rest)
{
    size_t end = 1;
    while (end < rest.length && rest.bytes[end] != '"')
        end += rest.bytes[end] == '\\' ? 2 : 1;
    return end + 1 < rest.length ? end + 1 : rest.length;
}

static enum fl_error unquote(struct fl_span raw, struct fl_arena *arena, const char **ret_text)
{
    struct fl_json json;
    struct fl_buf text = FL_BUF_INIT(REPLAY_BYTES_MAX);
    enum fl_error err = fl_json_parse(raw, &json, NULL);
    if (err) return err;
    err = fl_json_string(fl_json_root(&json), &text);
    fl_json_release(&json);
    if (!err) *ret_text = fl_arena_copy(arena, fl_buf_span(&text));
    if (!err && !*ret_text) err = FL_ENOMEM;
    fl_buf_release(&text);
    return err;
}

/* The next JSON string of the line. */
static bool take_string(struct replay_reading *r, struct fl_span *rest, const char **ret_text)
{
    struct fl_span raw = {rest->bytes, rest->length ? string_end(*rest) : 0};
    enum fl_error err = raw.length ? unquote(raw, r->arena, ret_text) : FL_EPARSE;
    if (err == FL_ENOMEM) r->err = err;
    if (err) return err == FL_ENOMEM ? false : wrong(r, "a text in quotes", *rest);
    *rest = (struct fl_span){rest->bytes + raw.length, rest->length - raw.length};
    if (rest->length && rest->bytes[0] == ' ')
        *rest = (struct fl_span){rest->bytes + 1, rest->length - 1};
    return true;
}

static bool take_setting(struct replay_reading *r, struct fl_span rest)
{
    const char *name, *value;
    if (r->replay.setting_count == REPLAY_SETTINGS_MAX)
        return wrong(r, "at most 1024 settings", rest);
    if (!r->settings)
        r->settings = fl_arena_alloc_array(r->arena, REPLAY_SETTINGS_MAX, sizeof *r->settings);
    if (!r->settings) r->err = FL_ENOMEM;
    if (r->err || !take_string(r, &rest, &name) || !take_string(r, &rest, &value)) return false;
    r->settings[r->replay.setting_count++] = (struct scenario_setting){name, value};
    return true;
}

static bool take_number(struct replay_reading *r, struct fl_span rest, long long max,
                        long long *ret_number)
{
    return (fl_span_int64(rest, ret_number) && *ret_number >= 0 && *ret_number <= max) ||
           wrong(r, "a number", rest);
}

static bool take_trace(struct replay_reading *r, struct fl_span rest)
{
    char hash[RUN_HASH_TEXT_BYTES] = "";
    if (rest.length == sizeof hash - 1) memcpy(hash, rest.bytes, rest.length);
    r->replay.has_trace = run_hash_parse(hash, r->replay.trace_hash);
    return r->replay.has_trace || wrong(r, "a hash of 32 hex digits", rest);
}

static bool take_priorities(struct replay_reading *r, struct fl_span rest)
{
    const char *blank = rest.length ? memchr(rest.bytes, ' ', rest.length) : NULL;
    struct fl_span depth_text = {rest.bytes, blank ? (size_t)(blank - rest.bytes) : 0};
    struct fl_span horizon_text = {rest.bytes + depth_text.length + 1,
                                   blank ? rest.length - depth_text.length - 1 : 0};
    long long depth, horizon;
    if (!blank) return wrong(r, "a depth and a horizon", rest);
    if (!take_number(r, depth_text, SIM_PRIORITIES_DEPTH_MAX, &depth) ||
        !take_number(r, horizon_text, INT64_MAX, &horizon))
        return false;
    r->replay.depth = (uint32_t)depth;
    r->replay.horizon = (uint64_t)horizon;
    return true;
}

static bool take_fact(struct replay_reading *r, struct fl_span word, struct fl_span rest)
{
    long long number;
    if (fl_span_is(word, "scenario")) return take_string(r, &rest, &r->replay.scenario);
    if (fl_span_is(word, "set")) return take_setting(r, rest);
    if (fl_span_is(word, "trace")) return take_trace(r, rest);
    if (fl_span_is(word, "priorities")) return take_priorities(r, rest);
    if (fl_span_is(word, "then-seeded")) return r->replay.then_seeded = true;
    if (fl_span_is(word, "seed") && take_number(r, rest, INT64_MAX, &number))
        r->replay.seed = (uint64_t)number;
    else if (fl_span_is(word, "sweep") && take_number(r, rest, INT32_MAX / 2, &number))
        r->replay.sweep = (int32_t)number;
    else if (!r->err)
        return wrong(r, "scenario, set, seed, sweep, trace, priorities, then-seeded or choices",
                     word);
    return !r->err;
}

static bool take_line(struct replay_reading *r, struct fl_span line)
{
    const char *blank = line.length ? memchr(line.bytes, ' ', line.length) : NULL;
    struct fl_span word = {line.bytes, blank ? (size_t)(blank - line.bytes) : line.length},
                   rest = {0};
    if (blank) rest = (struct fl_span){blank + 1, line.length - word.length - 1};
    if (line.length == 0 || line.bytes[0] == '#') return true;
    return take_fact(r, word, rest);
}

static void read_lines(struct replay_reading *r, struct fl_span text)
{
    bool begun = false;
    while (text.length && !r->err) {
        const char *end = memchr(text.bytes, '\n', text.length);
        struct fl_span line = {text.bytes, end ? (size_t)(end - text.bytes) : text.length};
        size_t used = line.length + (end ? 1 : 0);
        text = (struct fl_span){text.bytes + used, text.length - used};
        r->line++;
        if (!begun) {
            begun = fl_span_is(line, "replay 1");
            if (!begun) wrong(r, "replay 1 as the first line", line);
            continue;
        }
        if (fl_span_is(line, "choices")) {
            r->replay.choices = text;
            return;
        }
        take_line(r, line);
    }
}

enum fl_error replay_parse(const char *path, struct fl_span text, struct fl_arena *arena,
                           struct replay *ret_replay, struct fl_buf *message)
{
    struct replay_reading r = {.replay = {.seed = 1, .sweep = -1},
                               .arena = arena,
                               .problems = {.path = path, .message = message},
                               .line = 0};
    read_lines(&r, text);
    if (!r.err && !r.replay.scenario) wrong(&r, "a line `scenario`", (struct fl_span){0});
    r.replay.settings = r.settings;
    if (r.problems.err) return r.problems.err;
    if (!r.err) *ret_replay = r.replay;
    return r.err;
}
