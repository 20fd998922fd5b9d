/* src/queue/args_check.c - the path to a place is found by walking over the bytes before it, which
 * are well-formed, or the parser would have stopped there. */
#include "queue/args_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/assert.h"
#include "core/json.h"

enum { KEY_SHOWN_BYTES = 40, PATH_BYTES = 160 };

struct level {
    bool is_object, after_colon;
    size_t index;
    struct fl_span key;
};

struct walk {
    struct level levels[FL_JSON_DEPTH_MAX + 1];
    size_t depth;
};

/* Behind the text that begins at `at`. */
static size_t skip_text(struct fl_span args, size_t at)
{
    for (at++; at < args.length && args.bytes[at] != '"'; at++)
        if (args.bytes[at] == '\\') at++;
    return at + 1;
}

static void open_level(struct walk *walk, bool is_object)
{
    if (walk->depth <= FL_JSON_DEPTH_MAX)
        walk->levels[walk->depth++] = (struct level){.is_object = is_object};
}

static size_t take_text(struct fl_span args, size_t at, struct level *level)
{
    size_t end = skip_text(args, at);
    if (level && level->is_object && !level->after_colon && end <= args.length)
        level->key = (struct fl_span){args.bytes + at + 1, end - at - 2};
    return end;
}

static void walk_to(struct fl_span args, size_t end, struct walk *walk)
{
    for (size_t at = 0; at < end;) {
        struct level *level = walk->depth ? &walk->levels[walk->depth - 1] : NULL;
        switch (args.bytes[at]) {
        case '"': {
            size_t next = take_text(args, at, level);
            if (next > end) return; /* the place is inside the text */
            at = next;
            continue;
        }
        case '[':
        case '{': open_level(walk, args.bytes[at] == '{'); break;
        case ']':
        case '}':
            if (walk->depth) walk->depth--;
            break;
        case ':':
            if (level) level->after_colon = true;
            break;
        case ',':
            if (!level) break;
            level->index++;
            level->after_colon = false;
            break;
        default: break;
        }
        at++;
    }
}

static void write_path(const struct walk *walk, char ret_path[PATH_BYTES])
{
    size_t used = (size_t)snprintf(ret_path, PATH_BYTES, "args");
    for (size_t i = 0; i < walk->depth && used < PATH_BYTES; i++) {
        const struct level *level = &walk->levels[i];
        int length;
        if (!level->is_object)
            length = snprintf(ret_path + used, PATH_BYTES - used, "[%zu]", level->index);
        else if (level->after_colon)
            length = snprintf(ret_path + used, PATH_BYTES - used, ".%.*s",
                              level->key.length < KEY_SHOWN_BYTES ? (int)level->key.length
                                                                  : KEY_SHOWN_BYTES,
                              level->key.bytes);
        else
            break;
        used += length > 0 ? (size_t)length : 0;
    }
}

static void tell(struct fl_span args, size_t offset, const char *what,
                 char ret_problem[FL_ARGS_PROBLEM_BYTES])
{
    struct walk walk = {.depth = 0};
    char path[PATH_BYTES];
    walk_to(args, offset < args.length ? offset : args.length, &walk);
    write_path(&walk, path);
    snprintf(ret_problem, FL_ARGS_PROBLEM_BYTES, "%s: %s", path, what);
}

static size_t offset_of(struct fl_span args, const struct fl_json_error *error)
{
    size_t at = 0;
    for (uint32_t line = 1; line < error->line && at < args.length; at++)
        if (args.bytes[at] == '\n') line++;
    return at + error->column - 1;
}

static enum fl_error refuse_syntax(struct fl_span args, const struct fl_json_error *error,
                                   char ret_problem[FL_ARGS_PROBLEM_BYTES])
{
    char what[96];
    snprintf(what, sizeof(what), "want %.50s, line %u, column %u", error->expected,
             (unsigned)error->line, (unsigned)error->column);
    tell(args, offset_of(args, error), what, ret_problem);
    return FL_EINVAL;
}

static bool has(struct fl_span number, char sign)
{
    return memchr(number.bytes, sign, number.length) != NULL;
}

/* Only these can be beyond a float; most need no conversion, and integers are never one. */
static bool may_be_huge(struct fl_span number)
{
    enum { DIGITS_SURE = 300 };
    if (has(number, 'e') || has(number, 'E')) return true;
    return number.length > DIGITS_SURE && has(number, '.');
}

/* Nodes stand in the order of the text, all of them. */
static enum fl_error check_numbers(const struct fl_json *json, char *ret_problem)
{
    for (uint32_t i = 0; i < json->count; i++) {
        struct fl_json_at at = {json, i};
        double value;
        if (fl_json_type(at) != FL_JSON_NUMBER || !may_be_huge(fl_json_raw(at))) continue;
        if (!fl_json_double(at, &value) || isfinite(value)) continue;
        tell(json->text, (size_t)(fl_json_raw(at).bytes - json->text.bytes),
             "a number beyond what a float holds", ret_problem);
        return FL_EINVAL;
    }
    return FL_OK;
}

enum fl_error fl_args_check(struct fl_span args, char ret_problem[FL_ARGS_PROBLEM_BYTES])
{
    struct fl_json json;
    struct fl_json_error error;
    enum fl_error err = fl_json_parse(args, &json, &error);
    if (err == FL_EPARSE) return refuse_syntax(args, &error, ret_problem);
    if (err) return err;
    if (fl_json_type(fl_json_root(&json)) == FL_JSON_ARRAY) {
        err = check_numbers(&json, ret_problem);
    } else {
        snprintf(ret_problem, FL_ARGS_PROBLEM_BYTES, "args: want an array");
        err = FL_EINVAL;
    }
    fl_json_release(&json);
    return err;
}
