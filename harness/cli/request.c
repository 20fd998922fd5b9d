#include "harness/cli/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "harness/cli/request_facts.h"

/* --- hashes --- */
void run_hash_text(const uint64_t hash[2], char ret_text[RUN_HASH_TEXT_BYTES])
{
    snprintf(ret_text, RUN_HASH_TEXT_BYTES, "%016" PRIx64 "%016" PRIx64, hash[0], hash[1]);
}

bool run_hash_parse(const char *text, uint64_t ret_hash[2])
{
    int used = 0;
    if (strlen(text) != RUN_HASH_TEXT_BYTES - 1) return false;
    if (strspn(text, "0123456789abcdef") != RUN_HASH_TEXT_BYTES - 1) return false;
    return sscanf(text, "%16" SCNx64 "%16" SCNx64 "%n", &ret_hash[0], &ret_hash[1], &used) == 2;
}

/* --- requests --- */
static enum fl_error write_settings(const struct run_request *request, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < request->setting_count; i++) {
        fl_json_put_string(&w, NULL, fl_span_from(request->settings[i].name));
        fl_json_put_string(&w, NULL, fl_span_from(request->settings[i].value));
    }
    return fl_json_end(&w);
}

static enum fl_error write_variants(const struct run_request *request, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < request->variant_count; i++)
        fl_json_put_string(&w, NULL, request->variants[i]);
    return fl_json_end(&w);
}

static void put_source(struct fl_json_writer *w, const struct run_request *request)
{
    if (request->source != REQUEST_SEEDED) fl_json_put_int64(w, "source", (int64_t)request->source);
    if (request->source == REQUEST_RECORDED || request->source == REQUEST_THEN_SEEDED)
        fl_json_put_string(w, "choices", request->choices);
    if (request->source == REQUEST_BY_PRIORITY) {
        fl_json_put_int64(w, "depth", request->depth);
        fl_json_put_int64(w, "horizon", (int64_t)request->horizon);
    }
    if (request->tells_choices) fl_json_put_bool(w, "tells_choices", true);
    if (request->tells_alternatives)
        fl_json_put_int64(w, "alternatives_from", (int64_t)request->alternatives_from);
}

enum fl_error run_request_write(const struct run_request *request, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_string(&w, "path", fl_span_from(request->path));
    fl_json_key(&w, "settings");
    if (!w.err) w.err = write_settings(request, out);
    fl_json_put_int64(&w, "seed", (int64_t)request->seed);
    fl_json_put_int64(&w, "seeds", request->seeds);
    fl_json_put_int64(&w, "sweep", request->sweep);
    fl_json_put_int64(&w, "points", request->points);
    fl_json_put_bool(&w, "record", request->record);
    put_source(&w, request);
    if (request->changes.bare) fl_json_put_bool(&w, "bare", true);
    if (request->changes.instead) fl_json_put_bool(&w, "instead", true);
    if (request->changes.extra.length) fl_json_put_string(&w, "extra", request->changes.extra);
    if (request->effects_max) fl_json_put_int64(&w, "effects_max", (int64_t)request->effects_max);
    if (request->wants) fl_json_put_int64(&w, "wants", (int64_t)request->wants);
    if (request->may_be_same) fl_json_put_int64(&w, "same_as", (int64_t)request->same_as);
    if (request->variant_count) fl_json_key(&w, "variants");
    if (request->variant_count && !w.err) w.err = write_variants(request, out);
    return fl_json_end(&w);
}

/* Readers of members: absent or of another type is FL_EPARSE. */
static enum fl_error member_int(struct fl_json_at object, const char *key, int64_t *ret_number)
{
    return fl_json_int64(fl_json_member(object, key), ret_number) ? FL_OK : FL_EPARSE;
}

static enum fl_error copy_string(struct fl_json_at at, struct fl_arena *arena,
                                 struct fl_span *ret_text)
{
    struct fl_buf text = FL_BUF_INIT(REQUEST_TEXT_BYTES_MAX);
    enum fl_error err = fl_json_string(at, &text);
    if (!err) {
        char *copy = fl_arena_copy(arena, fl_buf_span(&text));
        *ret_text = (struct fl_span){copy, text.length};
        if (!copy) err = FL_ENOMEM;
    }
    fl_buf_release(&text);
    return err == FL_EINVAL ? FL_EPARSE : err;
}

static enum fl_error read_settings(struct fl_json_at array, struct fl_arena *arena,
                                   struct run_request *request)
{
    uint32_t count = fl_json_length(array) / 2;
    if (count > REQUEST_SETTINGS_MAX) return FL_EBOUND;
    struct scenario_setting *settings = fl_arena_alloc_array(arena, count + 1, sizeof *settings);
    if (!settings) return FL_ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        struct fl_span name, value;
        enum fl_error err = copy_string(fl_json_element(array, 2 * i), arena, &name);
        if (!err) err = copy_string(fl_json_element(array, 2 * i + 1), arena, &value);
        if (err) return err;
        settings[i] = (struct scenario_setting){name.bytes, value.bytes};
    }
    request->settings = settings;
    request->setting_count = count;
    return FL_OK;
}

static enum fl_error read_numbers(struct fl_json_at root, struct run_request *request)
{
    int64_t seed, seeds, sweep, points;
    enum fl_error err = member_int(root, "seed", &seed);
    if (!err) err = member_int(root, "seeds", &seeds);
    if (!err) err = member_int(root, "sweep", &sweep);
    if (!err) err = member_int(root, "points", &points);
    if (err) return err;
    if (seeds < 1 || seeds > REQUEST_RUNS_MAX || points < 1 || points > REQUEST_RUNS_MAX ||
        sweep < -1 || sweep > INT32_MAX - REQUEST_RUNS_MAX)
        return FL_EBOUND;
    request->seed = (uint64_t)seed;
    request->seeds = (uint32_t)seeds;
    request->sweep = (int32_t)sweep;
    request->points = (uint32_t)points;
    request->record = fl_json_type(fl_json_member(root, "record")) == FL_JSON_TRUE;
    return FL_OK;
}

static enum fl_error read_text(struct fl_json_at object, const char *key, struct fl_arena *arena,
                               struct fl_span *ret_text)
{
    struct fl_json_at at = fl_json_member(object, key);
    *ret_text = (struct fl_span){"", 0};
    return fl_json_exists(at) ? copy_string(at, arena, ret_text) : FL_OK;
}

static enum fl_error read_variants(struct fl_json_at array, struct fl_arena *arena,
                                   struct run_request *request)
{
    uint32_t count = fl_json_length(array);
    if (count > REQUEST_RUNS_MAX) return FL_EBOUND;
    struct fl_span *variants = fl_arena_alloc_array(arena, count + 1, sizeof *variants);
    enum fl_error err = variants ? FL_OK : FL_ENOMEM;
    for (uint32_t i = 0; i < count && !err; i++)
        err = copy_string(fl_json_element(array, i), arena, &variants[i]);
    request->variants = variants;
    request->variant_count = count;
    return err;
}

static enum fl_error read_changes(struct fl_json_at root, struct fl_arena *arena,
                                  struct run_request *request)
{
    int64_t wants = RUN_WANTS_NOTHING, effects_max = 0, same_as = 0;
    fl_json_int64(fl_json_member(root, "effects_max"), &effects_max);
    if (effects_max < 0) return FL_EPARSE;
    request->effects_max = (uint64_t)effects_max;
    fl_json_int64(fl_json_member(root, "wants"), &wants);
    if (wants < 0 || wants > RUN_WANTS_ALL) return FL_EPARSE;
    request->wants = (unsigned)wants;
    request->may_be_same = fl_json_int64(fl_json_member(root, "same_as"), &same_as);
    request->same_as = (uint64_t)same_as;
    request->changes.bare = fl_json_type(fl_json_member(root, "bare")) == FL_JSON_TRUE;
    request->changes.instead = fl_json_type(fl_json_member(root, "instead")) == FL_JSON_TRUE;
    enum fl_error err = read_variants(fl_json_member(root, "variants"), arena, request);
    return err ? err : read_text(root, "extra", arena, &request->changes.extra);
}

static enum fl_error read_source(struct fl_json_at root, struct fl_arena *arena,
                                 struct run_request *request)
{
    int64_t source = REQUEST_SEEDED, depth = 1, horizon = 0, from = 0;
    fl_json_int64(fl_json_member(root, "source"), &source);
    fl_json_int64(fl_json_member(root, "depth"), &depth);
    fl_json_int64(fl_json_member(root, "horizon"), &horizon);
    if (source < 0 || source > REQUEST_BY_PRIORITY || horizon < 0) return FL_EPARSE;
    if (depth < 1 || depth > SIM_PRIORITIES_DEPTH_MAX) return FL_EBOUND;
    request->source = (enum request_choices)source;
    request->depth = (uint32_t)depth;
    request->horizon = (uint64_t)horizon;
    request->tells_choices = fl_json_type(fl_json_member(root, "tells_choices")) == FL_JSON_TRUE;
    request->tells_alternatives = fl_json_int64(fl_json_member(root, "alternatives_from"), &from);
    if (from < 0) return FL_EPARSE;
    request->alternatives_from = (uint64_t)from;
    return read_text(root, "choices", arena, &request->choices);
}

enum fl_error run_request_read(struct fl_span line, struct fl_arena *arena,
                               struct run_request *ret_request)
{
    struct fl_json json;
    struct fl_span path;
    struct run_request request = {0};
    enum fl_error err = fl_json_parse(line, &json, NULL);
    if (err) return err;
    struct fl_json_at root = fl_json_root(&json);
    err = copy_string(fl_json_member(root, "path"), arena, &path);
    if (!err) request.path = path.bytes;
    if (!err) err = read_settings(fl_json_member(root, "settings"), arena, &request);
    if (!err) err = read_numbers(root, &request);
    if (!err) err = read_changes(root, arena, &request);
    if (!err) err = read_source(root, arena, &request);
    fl_json_release(&json);
    if (!err) *ret_request = request;
    return err;
}

/* --- answers --- */
struct run_answer_writer run_answer_begin(struct fl_buf *out)
{
    struct run_answer_writer writer = {.out = out};
    writer.err = fl_buf_append_text(out, "{\"items\":[");
    return writer;
}

static void put_text(struct fl_json_writer *w, const char *key, struct fl_span text)
{
    if (text.length) fl_json_put_string(w, key, text);
}

void run_answer_add(struct run_answer_writer *writer, const struct run_item *item)
{
    char hash[RUN_HASH_TEXT_BYTES];
    if (writer->err) return;
    if (writer->has_items) writer->err = fl_buf_append_char(writer->out, ',');
    if (writer->err) return;
    writer->has_items = true;
    run_hash_text(item->trace_hash, hash);
    struct fl_json_writer w = fl_json_begin_object(writer->out);
    fl_json_put_int64(&w, "seed", (int64_t)item->seed);
    fl_json_put_int64(&w, "sweep", item->sweep);
    fl_json_put_int64(&w, "verdict", (int64_t)item->verdict);
    fl_json_put_string(&w, "hash", fl_span_from(hash));
    fl_json_put_int64(&w, "effects", (int64_t)item->effects);
    fl_json_put_int64(&w, "virtual_us", item->virtual_us);
    if (item->misses) fl_json_put_int64(&w, "misses", (int64_t)item->misses);
    if (item->scheduled) fl_json_put_int64(&w, "scheduled", (int64_t)item->scheduled);
    if (item->failed_line) fl_json_put_int64(&w, "line", item->failed_line);
    if (item->indeterminate) fl_json_put_bool(&w, "indeterminate", true);
    put_text(&w, "text", item->text);
    put_text(&w, "swept_at", item->swept_at);
    put_text(&w, "trace", item->trace);
    put_text(&w, "choices", item->choices);
    put_text(&w, "alternatives", item->alternatives);
    put_text(&w, "steps", item->steps);
    put_text(&w, "state", item->state);
    put_text(&w, "allocations", item->allocations);
    put_text(&w, "recording", item->recording);
    put_text(&w, "never", item->never);
    if (item->facts) {
        fl_json_key(&w, "facts");
        if (!w.err) w.err = run_facts_write(item->facts, writer->out);
    }
    writer->err = fl_json_end(&w);
}

enum fl_error run_answer_end(struct run_answer_writer *writer, int64_t took_us)
{
    if (writer->err) return writer->err;
    return fl_buf_printf(writer->out, "],\"took_us\":%" PRId64 ",\"used_us\":%" PRId64 "}", took_us,
                         writer->used_us);
}

enum fl_error run_answer_error(struct fl_buf *out, const char *text)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_string(&w, "error", fl_span_from(text));
    return fl_json_end(&w);
}

static enum fl_error read_item(struct fl_json_at at, struct fl_arena *arena, struct run_item *item)
{
    struct fl_span hash;
    int64_t seed, sweep, verdict, effects, misses = 0, line = 0, scheduled = 0;
    enum fl_error err = member_int(at, "seed", &seed);
    if (!err) err = member_int(at, "sweep", &sweep);
    if (!err) err = member_int(at, "verdict", &verdict);
    if (!err) err = member_int(at, "effects", &effects);
    if (!err) err = member_int(at, "virtual_us", &item->virtual_us);
    if (!err) err = copy_string(fl_json_member(at, "hash"), arena, &hash);
    if (err) return err;
    if (verdict < 0 || verdict > RUN_SWEPT || !run_hash_parse(hash.bytes, item->trace_hash))
        return FL_EPARSE;
    fl_json_int64(fl_json_member(at, "misses"), &misses);
    fl_json_int64(fl_json_member(at, "line"), &line);
    fl_json_int64(fl_json_member(at, "scheduled"), &scheduled);
    item->indeterminate = fl_json_exists(fl_json_member(at, "indeterminate"));
    item->scheduled = (uint64_t)scheduled;
    item->seed = (uint64_t)seed;
    item->sweep = (int32_t)sweep;
    item->verdict = (enum run_verdict)verdict;
    item->effects = (uint64_t)effects;
    item->misses = (uint64_t)misses;
    item->failed_line = (uint32_t)line;
    err = read_text(at, "text", arena, &item->text);
    if (!err) err = read_text(at, "swept_at", arena, &item->swept_at);
    if (!err) err = read_text(at, "trace", arena, &item->trace);
    if (!err) err = read_text(at, "choices", arena, &item->choices);
    if (!err) err = read_text(at, "alternatives", arena, &item->alternatives);
    if (!err) err = read_text(at, "steps", arena, &item->steps);
    if (!err) err = read_text(at, "state", arena, &item->state);
    if (!err) err = read_text(at, "allocations", arena, &item->allocations);
    if (!err) err = read_text(at, "recording", arena, &item->recording);
    if (!err) err = read_text(at, "never", arena, &item->never);
    struct fl_json_at facts = fl_json_member(at, "facts");
    return err || !fl_json_exists(facts) ? err : run_facts_read(facts, arena, &item->facts);
}

static enum fl_error read_items(struct fl_json_at array, struct run_answer *answer)
{
    uint32_t count = fl_json_length(array);
    if (!fl_json_exists(array)) return FL_EPARSE;
    struct run_item *items = fl_arena_alloc_array(&answer->arena, count + 1, sizeof *items);
    if (!items) return FL_ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        enum fl_error err = read_item(fl_json_element(array, i), &answer->arena, &items[i]);
        if (err) return err;
    }
    answer->items = items;
    answer->item_count = count;
    return FL_OK;
}

enum fl_error run_answer_read(struct fl_span line, struct run_answer *ret_answer)
{
    struct fl_json json;
    struct run_answer answer = {.arena = FL_ARENA_INIT(4 * (size_t)REQUEST_TEXT_BYTES_MAX)};
    enum fl_error err = fl_json_parse(line, &json, NULL);
    if (err) return err;
    struct fl_json_at root = fl_json_root(&json), error = fl_json_member(root, "error");
    if (fl_json_exists(error)) {
        struct fl_span text;
        err = copy_string(error, &answer.arena, &text);
        if (!err) answer.error = text.bytes;
    } else {
        err = read_items(fl_json_member(root, "items"), &answer);
        if (!err) err = member_int(root, "took_us", &answer.took_us);
        fl_json_int64(fl_json_member(root, "used_us"), &answer.used_us);
    }
    fl_json_release(&json);
    if (err)
        run_answer_release(&answer);
    else
        *ret_answer = answer;
    return err;
}

void run_answer_release(struct run_answer *answer)
{
    fl_arena_release(&answer->arena);
    *answer = (struct run_answer){0};
}
