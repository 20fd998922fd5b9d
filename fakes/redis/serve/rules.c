#include "fakes/redis/serve/rules.h"

#include <stdio.h>

#include "fakes/redis/wire/rule_text.h"

enum { RULE_TEXT_BYTES_MAX = 64 * 1024 };

static bool wrong_word(const struct fl_span *words, size_t count, size_t bad, const char *expected,
                       char problem[FAKE_RULE_PROBLEM_BYTES])
{
    if (bad < count)
        snprintf(problem, FAKE_RULE_PROBLEM_BYTES, "expected %s, found %.*s", expected,
                 (int)(words[bad].length < 100 ? words[bad].length : 100), words[bad].bytes);
    else
        snprintf(problem, FAKE_RULE_PROBLEM_BYTES, "expected %s behind it", expected);
    return false;
}

bool fake_rule_add(struct fake_wire *wire, const struct fake_rule_reader *reader,
                   struct fl_span line, uint32_t *ret_id, char problem[FAKE_RULE_PROBLEM_BYTES])
{
    struct fl_span all[FAKE_RULE_WORDS_MAX];
    struct fake_wire_rule rule;
    const char *expected;
    size_t count, bad;
    *ret_id = 0;
    if (!reader->split(reader->context, line, all, &count, problem)) return false;
    const struct fl_span *words = all;
    if (count && fl_span_is(words[0], "fault")) {
        words++;
        count--;
    }
    if (!count) return true;
    if (fake_wire_rule_parse(words, count, &rule, &bad, &expected) != FL_OK)
        return wrong_word(words, count, bad, expected, problem);
    enum fl_error err = fake_wire_add(wire, &rule, ret_id);
    if (err == FL_EBOUND)
        snprintf(problem, FAKE_RULE_PROBLEM_BYTES, "at most %d faults", FAKE_WIRE_RULES_MAX);
    else if (err)
        snprintf(problem, FAKE_RULE_PROBLEM_BYTES, "%s", fl_error_text(err));
    return !err;
}

static enum fl_error tell(const struct fake_wire_status *status, struct fl_buf *text,
                          struct fl_json_writer *array)
{
    enum fl_error err = fake_wire_rule_format(status->rule, text);
    fl_json_key(array, NULL);
    if (err || array->err) return err;
    struct fl_json_writer one = fl_json_begin_object(array->out);
    fl_json_put_int64(&one, "id", status->id);
    fl_json_put_string(&one, "fault", fl_buf_span(text));
    fl_json_put_int64(&one, "matched", (int64_t)status->matched);
    fl_json_put_int64(&one, "fired", (int64_t)status->fired);
    return fl_json_end(&one);
}

void fake_rules_tell(const struct fake_wire *wire, struct fl_json_writer *array)
{
    struct fl_buf text = FL_BUF_INIT(RULE_TEXT_BYTES_MAX);
    for (size_t i = 0; i < fake_wire_count(wire); i++) {
        struct fake_wire_status status = fake_wire_at(wire, i);
        enum fl_error err = tell(&status, &text, array);
        if (err && !array->err) array->err = err;
        fl_buf_truncate(&text, 0);
    }
    fl_buf_release(&text);
}
