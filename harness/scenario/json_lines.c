#include "harness/scenario/json_lines.h"

#include <inttypes.h>
#include <string.h>

#include "core/assert.h"
#include "core/json.h"
#include "harness/scenario/nearest.h"
#include "harness/scenario/plan.h"
#include "harness/scenario/printing.h"

enum { PLACES_BYTES_MAX = 2 * PLAN_JOBS_MAX * (int)sizeof(uint32_t) };

struct conversion {
    struct fl_span json;
    struct problems *problems;
    struct json_lines *lines;
    struct printing p;  /* of the line that is being written */
    struct fl_buf word; /* a string of the JSON, decoded */
};

/* Where a value stands in the JSON. */
static void locate(const struct conversion *c, struct fl_json_at at, uint32_t *ret_line,
                   uint32_t *ret_column)
{
    struct fl_span raw = fl_json_raw(at);
    const char *end = raw.bytes ? raw.bytes : c->json.bytes, *begin = c->json.bytes;
    *ret_line = 1;
    for (const char *i = c->json.bytes; i < end; i++) {
        if (*i != '\n') continue;
        ++*ret_line;
        begin = i + 1;
    }
    *ret_column = (uint32_t)(end - begin) + 1;
}

static bool problem(struct conversion *c, struct fl_json_at at, const char *expected)
{
    uint32_t line, column;
    locate(c, at, &line, &column);
    problems_add(c->problems, line, column, expected, fl_json_raw(at), NULL);
    return false;
}

static void end_line(struct conversion *c, struct fl_json_at at)
{
    uint32_t line, column;
    locate(c, at, &line, &column);
    print_text(&c->p, "\n");
    if (!c->p.err) c->p.err = fl_buf_append(&c->lines->places, (const char *)&line, sizeof line);
}

/* *ret_text lives until the next one. */
static bool read_string(struct conversion *c, struct fl_json_at at, const char *expected,
                        struct fl_span *ret_text)
{
    fl_buf_truncate(&c->word, 0);
    if (fl_json_type(at) != FL_JSON_STRING) return problem(c, at, expected);
    enum fl_error err = fl_json_string(at, &c->word);
    if (err && !c->p.err) c->p.err = err;
    *ret_text = c->word.length ? fl_buf_span(&c->word) : FL_SPAN("");
    return !err;
}

/* The rest of a statement, as the language has it: it must not become two. */
static bool read_rest(struct conversion *c, struct fl_json_at at, struct fl_span *ret_text)
{
    if (fl_json_type(at) == FL_JSON_OBJECT) at = fl_json_member(at, "text");
    if (!read_string(c, at, "a line's text, as the language has it", ret_text)) return false;
    bool one = !memchr(ret_text->bytes, '\n', ret_text->length) &&
               !memchr(ret_text->bytes, '\0', ret_text->length);
    return one || problem(c, at, "a text of one line");
}

static bool put_rest(struct conversion *c, const char *word, struct fl_json_at at)
{
    struct fl_span text;
    if (!read_rest(c, at, &text)) return false;
    print_text(&c->p, "%s%s%.*s", word, *word ? " " : "", FL_SPAN_ARGS(text));
    end_line(c, at);
    return true;
}

static bool read_number(struct conversion *c, struct fl_json_at at, int64_t *ret_number)
{
    return fl_json_int64(at, ret_number) || problem(c, at, "a whole number");
}

/* --- members that are a text, or a list of them --- */

static bool is_true(struct fl_json_at object, const char *member)
{
    return fl_json_type(fl_json_member(object, member)) == FL_JSON_TRUE;
}

static const char *word_of_fault(struct fl_json_at at)
{
    return is_true(at, "sweep") ? "sweep" : "fault";
}

static const char *word_of_expect(struct fl_json_at at)
{
    return is_true(at, "sometimes") ? "sometimes" : "expect";
}

static bool put_list(struct conversion *c, const char *word,
                     const char *(*word_of)(struct fl_json_at at), struct fl_json_at list)
{
    if (fl_json_type(list) != FL_JSON_ARRAY) return problem(c, list, "an array of lines");
    for (uint32_t i = 0; i < fl_json_length(list); i++) {
        struct fl_json_at at = fl_json_element(list, i);
        if (!put_rest(c, word_of ? word_of(at) : word, at)) return false;
    }
    return true;
}

/* --- the head --- */

static bool put_version(struct conversion *c, struct fl_json_at root)
{
    struct fl_json_at version = fl_json_member(root, "scenario"), title;
    struct fl_span text;
    int64_t number = 1;
    if (fl_json_exists(version) && (!fl_json_int64(version, &number) || number != 1))
        return problem(c, version, "1, the version of the scenario language");
    title = fl_json_member(root, "title");
    if (!read_string(c, title, "a title", &text)) return false;
    print_text(&c->p, "scenario 1 ");
    print_quoted(&c->p, text);
    end_line(c, title);
    return true;
}

static bool put_why(struct conversion *c, struct fl_json_at at)
{
    struct fl_span text;
    if (!read_string(c, at, "a reason in words", &text)) return false;
    while (text.length) {
        struct fl_span line = line_cut(&text);
        print_text(&c->p, "why %.*s", FL_SPAN_ARGS(line));
        end_line(c, at);
    }
    return true;
}

static bool put_seeds(struct conversion *c, struct fl_json_at root)
{
    struct fl_json_at from = fl_json_member(root, "seed_first");
    struct fl_json_at to = fl_json_member(root, "seed_last");
    int64_t first = 1, last;
    if (!fl_json_exists(from) && !fl_json_exists(to)) return true;
    if (fl_json_exists(from) && !read_number(c, from, &first)) return false;
    last = first;
    if (fl_json_exists(to) && !read_number(c, to, &last)) return false;
    if (first == last)
        print_text(&c->p, "seed %" PRId64, first);
    else
        print_text(&c->p, "seeds %" PRId64 "..%" PRId64, first, last);
    end_line(c, fl_json_exists(from) ? from : to);
    return true;
}

static bool put_start(struct conversion *c, struct fl_json_at root)
{
    struct fl_json_at start = fl_json_member(root, "start"), zone = fl_json_member(root, "tz");
    struct fl_span text = FL_SPAN("2026-01-01T00:00Z");
    if (!fl_json_exists(start) && !fl_json_exists(zone)) return true;
    if (fl_json_exists(start) && !read_string(c, start, "an instant", &text)) return false;
    print_text(&c->p, "start %.*s", FL_SPAN_ARGS(text));
    if (fl_json_exists(zone)) {
        if (!read_string(c, zone, "a time zone", &text)) return false;
        print_text(&c->p, " tz ");
        print_word(&c->p, text);
    }
    end_line(c, fl_json_exists(start) ? start : zone);
    return true;
}

static bool put_horizon(struct conversion *c, struct fl_json_at at)
{
    int64_t us;
    if (!read_number(c, at, &us)) return false;
    print_text(&c->p, "horizon ");
    print_duration(&c->p, us);
    end_line(c, at);
    return true;
}

static bool put_modules(struct conversion *c, struct fl_json_at list)
{
    struct fl_span text;
    if (fl_json_type(list) != FL_JSON_ARRAY) return problem(c, list, "an array of paths");
    for (uint32_t i = 0; i < fl_json_length(list); i++) {
        struct fl_json_at at = fl_json_element(list, i);
        if (!read_string(c, at, "the path of a module", &text)) return false;
        print_text(&c->p, "module ");
        print_word(&c->p, text);
        end_line(c, at);
    }
    return true;
}

/* --- jobs --- */

static void put_word(struct conversion *c, struct fl_json_at object, const char *member)
{
    struct fl_json_at at = fl_json_member(object, member);
    struct fl_span text;
    if (!read_string(c, at, "a text", &text)) return;
    print_text(&c->p, " ");
    print_word(&c->p, text);
}

/* " KEY VALUE" where the member is there. */
static void put_text_option(struct conversion *c, struct fl_json_at object, const char *member,
                            const char *key)
{
    if (!fl_json_exists(fl_json_member(object, member))) return;
    print_text(&c->p, " %s", key);
    put_word(c, object, member);
}

enum time_kind { DURATION, OFFSET };

static void put_time_option(struct conversion *c, struct fl_json_at object, const char *member,
                            const char *key, enum time_kind kind)
{
    struct fl_json_at at = fl_json_member(object, member);
    int64_t us;
    if (!fl_json_exists(at) || !read_number(c, at, &us)) return;
    print_text(&c->p, " %s ", key);
    if (kind == OFFSET)
        print_offset(&c->p, us);
    else
        print_duration(&c->p, us);
}

static void put_args(struct conversion *c, struct fl_json_at object)
{
    struct fl_json_at at = fl_json_member(object, "args");
    struct fl_span raw = fl_json_raw(at);
    if (!fl_json_exists(at)) return;
    if (memchr(raw.bytes, '\n', raw.length)) { /* a payload keeps its bytes, where it can */
        fl_buf_truncate(&c->word, 0);
        enum fl_error err = fl_json_write_compact(&c->word, at);
        if (err && !c->p.err) c->p.err = err;
        raw = err ? raw : fl_buf_span(&c->word);
    }
    print_text(&c->p, " ");
    print_json(&c->p, raw);
}

static bool put_job(struct conversion *c, struct fl_json_at job)
{
    uint32_t before = c->problems->count;
    if (fl_json_exists(fl_json_member(job, "text"))) return put_rest(c, "enqueue", job);
    print_text(&c->p, "%s", is_true(job, "bulk") ? "enqueue-bulk" : "enqueue");
    put_word(c, job, "name");
    put_word(c, job, "worker");
    put_args(c, job);
    put_time_option(c, job, "in_us", "in", DURATION);
    put_time_option(c, job, "at_us", "at", OFFSET);
    put_text_option(c, job, "queue", "queue");
    struct fl_json_at retry = fl_json_member(job, "retry"), dead = fl_json_member(job, "dead");
    if (fl_json_exists(retry)) print_text(&c->p, " retry %.*s", FL_SPAN_ARGS(fl_json_raw(retry)));
    if (fl_json_exists(dead)) print_text(&c->p, " dead %.*s", FL_SPAN_ARGS(fl_json_raw(dead)));
    put_time_option(c, job, "when_us", "when", OFFSET);
    end_line(c, job);
    return c->problems->count == before;
}

static bool put_cron(struct conversion *c, struct fl_json_at cron)
{
    uint32_t before = c->problems->count;
    print_text(&c->p, "cron");
    put_word(c, cron, "name");
    put_word(c, cron, "worker");
    put_args(c, cron);
    put_word(c, cron, "cron");
    put_text_option(c, cron, "tz", "tz");
    put_text_option(c, cron, "queue", "queue");
    end_line(c, cron);
    return c->problems->count == before;
}

static bool put_each(struct conversion *c, struct fl_json_at list,
                     bool (*put)(struct conversion *c, struct fl_json_at at))
{
    if (fl_json_type(list) != FL_JSON_ARRAY) return problem(c, list, "an array of objects");
    for (uint32_t i = 0; i < fl_json_length(list); i++) {
        struct fl_json_at at = fl_json_element(list, i);
        if (fl_json_type(at) != FL_JSON_OBJECT) return problem(c, at, "an object");
        if (!put(c, at)) return false;
    }
    return true;
}

/* --- the whole --- */

/* Members in the order of their lines, but for those of the head. */
static const struct {
    const char *name, *word; /* word NULL: it says nothing, or is read with another */
    enum { PASSED_OVER, TEXT, LIST } kind;
    const char *(*word_of)(struct fl_json_at at);
} members[] = {
    {"scenario", NULL, PASSED_OVER, NULL},
    {"file", NULL, PASSED_OVER, NULL},
    {"title", NULL, PASSED_OVER, NULL},
    {"why", NULL, PASSED_OVER, NULL},
    {"seed_first", NULL, PASSED_OVER, NULL},
    {"seed_last", NULL, PASSED_OVER, NULL},
    {"start", NULL, PASSED_OVER, NULL},
    {"tz", NULL, PASSED_OVER, NULL},
    {"horizon_us", NULL, PASSED_OVER, NULL},
    {"processes", NULL, PASSED_OVER, NULL},
    {"modules", NULL, PASSED_OVER, NULL},
    {"jobs", NULL, PASSED_OVER, NULL},
    {"crons", NULL, PASSED_OVER, NULL},
    {"tolerates", "tolerates", TEXT, NULL},
    {"idle", "idle", TEXT, NULL},
    {"schedule", "schedule", TEXT, NULL},
    {"explore", "explore", TEXT, NULL},
    {"process_groups", "processes", LIST, NULL},
    {"given", "given", LIST, NULL},
    {"choices", "choice", LIST, NULL},
    {"faults", NULL, LIST, word_of_fault},
    {"heal", "heal", TEXT, NULL},
    {"expects", NULL, LIST, word_of_expect},
    {"volatile", "volatile", LIST, NULL},
    {"others", "", LIST, NULL},
};

static bool put_member(struct conversion *c, struct fl_json_at root, const char *name)
{
    struct fl_json_at at = fl_json_member(root, name);
    for (size_t i = 0; fl_json_exists(at) && i < FL_COUNT(members); i++) {
        if (strcmp(members[i].name, name) != 0) continue;
        if (members[i].kind == TEXT) return put_rest(c, members[i].word, at);
        return put_list(c, members[i].word, members[i].word_of, at);
    }
    return true;
}

static void check_members(struct conversion *c, struct fl_json_at root)
{
    for (uint32_t i = 0; i < fl_json_length(root); i++) {
        struct fl_span key;
        uint32_t line, column;
        struct fl_json_at at = fl_json_pair(root, i, &key);
        struct nearest nearest = nearest_to(key);
        bool known = false;
        for (size_t k = 0; k < FL_COUNT(members) && !known; k++) {
            known = fl_span_is(key, members[k].name);
            nearest_offer(&nearest, members[k].name);
        }
        if (known) continue;
        locate(c, at, &line, &column);
        problems_suggest(c->problems, line, column, "a member that a scenario has", key,
                         nearest.best);
    }
}

static void convert(struct conversion *c, struct fl_json_at root)
{
    static const char *const before[] = {"tolerates", "idle", "schedule", "explore"};
    static const char *const middle[] = {"process_groups", "given", "others"};
    static const char *const behind[] = {"choices", "faults", "heal", "expects", "volatile"};
    struct fl_json_at why = fl_json_member(root, "why");
    struct fl_json_at horizon = fl_json_member(root, "horizon_us");
    struct fl_json_at modules = fl_json_member(root, "modules");
    struct fl_json_at jobs = fl_json_member(root, "jobs"), crons = fl_json_member(root, "crons");
    check_members(c, root);
    if (!put_version(c, root)) return;
    if (fl_json_exists(why)) put_why(c, why);
    put_seeds(c, root);
    put_start(c, root);
    if (fl_json_exists(horizon)) put_horizon(c, horizon);
    for (size_t i = 0; i < FL_COUNT(before); i++)
        put_member(c, root, before[i]);
    if (fl_json_exists(modules)) put_modules(c, modules);
    for (size_t i = 0; i < FL_COUNT(middle); i++)
        put_member(c, root, middle[i]);
    if (fl_json_exists(jobs)) put_each(c, jobs, put_job);
    if (fl_json_exists(crons)) put_each(c, crons, put_cron);
    for (size_t i = 0; i < FL_COUNT(behind); i++)
        put_member(c, root, behind[i]);
}

bool json_lines_is_json(struct fl_span text)
{
    line_skip_mark(&text);
    while (text.length && (line_is_blank(text.bytes[0]) || text.bytes[0] == '\n'))
        text = (struct fl_span){text.bytes + 1, text.length - 1};
    return text.length && text.bytes[0] == '{';
}

enum fl_error json_lines_read(struct fl_span json, struct problems *problems,
                              struct json_lines *ret_lines)
{
    struct fl_json document;
    struct fl_json_error wrong;
    *ret_lines =
        (struct json_lines){FL_BUF_INIT(2 * (size_t)PLAN_BYTES_MAX), FL_BUF_INIT(PLACES_BYTES_MAX)};
    line_skip_mark(&json);
    enum fl_error err = fl_json_parse(json, &document, &wrong);
    if (err == FL_EPARSE)
        problems_add(problems, wrong.line, wrong.column, wrong.expected, (struct fl_span){0}, NULL);
    if (err) return err;
    struct conversion c = {.json = json,
                           .problems = problems,
                           .lines = ret_lines,
                           .p = {.out = &ret_lines->text},
                           .word = FL_BUF_INIT(PLAN_BYTES_MAX)};
    convert(&c, fl_json_root(&document));
    fl_buf_release(&c.word);
    fl_json_release(&document);
    if (c.p.err) return c.p.err;
    return problems->count ? FL_EPARSE : FL_OK;
}

void json_lines_release(struct json_lines *lines)
{
    fl_buf_release(&lines->text);
    fl_buf_release(&lines->places);
}
